"""The far end inside a VPC: which interface carries the address, and whether it lets the connections in."""

from dataclasses import dataclass

from doctor.network import acls, endpoints, groups
from doctor.network.acls import Leg
from doctor.network.blocks import Block
from doctor.network.ends import Flow
from doctor.network.model import Interface, Network
from doctor.network.result import Judgement
from doctor.network.stage import all_of, passes, stops, undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the destination's address lives. `judged` says whether something carries it; "" is an unknown subnet."""

    subnet: str
    interface: Interface | None
    judged: Judgement


def carriers(network: Network, address: Block) -> tuple[Interface, ...]:
    """The interfaces of all read VPCs that bear the address as their own, in the order of their ids."""

    def index() -> tuple[dict[tuple[int, int], list[Interface]], list[Interface]]:
        single: dict[tuple[int, int], list[Interface]] = {}
        ranges = []
        for interface in sorted((network.interfaces or {}).values(), key=lambda interface: interface.id):
            for block in interface.addresses:
                if block.first == block.last:
                    single.setdefault((block.family, block.first), []).append(interface)
                else:
                    ranges.append(interface)  # a delegated prefix
        return single, ranges

    single, ranges = network.once(("arrival.carriers",), index)
    wide = [each for each in ranges if any(block.covers(address) for block in each.addresses)]
    return tuple(dict.fromkeys((*single.get((address.family, address.first), ()), *wide)))


def subnet_of(network: Network, vpc: str, address: Block) -> str:
    """The subnet of the VPC that holds the address, or ""."""
    found = [
        subnet.id
        for subnet in (network.subnets or {}).values()
        if subnet.vpc == vpc and any(block.covers(address) for block in subnet.blocks)
    ]
    return min(found, default="")


def find(network: Network, flow: Flow, vpc: str) -> Target:
    """The interface of this VPC that carries the destination's address, or `network.target-missing`."""
    address = flow.destination.address
    subnet = subnet_of(network, vpc, address)
    if network.interfaces is None:
        reason = network.missing(f"the interface that carries {address}", "NetworkInterfaces")
        return Target(subnet=subnet, interface=None, judged=undecided(subnet or vpc, reason))
    carrier = next((each for each in carriers(network, address) if each.vpc == vpc), None)
    if carrier is not None:
        judged = _misplaced(network, carrier, address) or passes(flow, carrier.id, f"carries {address}")
        return Target(subnet=carrier.subnet, interface=carrier, judged=judged)
    reason = _homeless(network, address) or _doubt(network, flow, vpc, subnet)
    if reason:
        return Target(subnet=subnet, interface=None, judged=undecided(subnet or vpc, reason))
    judged = stops(flow, "network.target-missing", subnet or vpc, f"no interface of {subnet or vpc} carries {address}")
    return Target(subnet=subnet, interface=None, judged=judged)


def standing(network: Network, flow: Flow, subnet: str) -> Judgement:
    """Whether a subnet carries anything (EC2 API reference, SubnetState: only `available` ones are ready for use). Replies
    that were recorded before the state was kept do not tell it."""
    known = (network.subnets or {}).get(subnet)
    if known is None or known.state in ("", "available"):
        return Judgement(open=flow.whole)
    return undecided(subnet, f"{subnet} is in the state {known.state}: whether it carries anything is not known")


def _homeless(network: Network, address: Block) -> str:
    """An interface that bears the address and does not tell its VPC."""
    found = (each.id for each in carriers(network, address) if not each.vpc)
    return next((f"the VPC of {id}, which carries {address}, was not told" for id in found), "")


def _misplaced(network: Network, carrier: Interface, address: Block) -> Judgement | None:
    """An interface with an address that its subnet does not have: whose rules and routes hold for it, nobody can tell."""
    home = (network.subnets or {}).get(carrier.subnet)
    ranges = [block for block in home.blocks if block.family == address.family] if home else []
    if not ranges or any(block.covers(address) for block in ranges):
        return None
    return undecided(carrier.id, f"{carrier.id} carries {address}, which is no address of {carrier.subnet}")


def _doubt(network: Network, flow: Flow, vpc: str, subnet: str) -> str:
    """Why something may carry an address that no read interface does; "" where nothing can."""
    if network.subnets is None:
        return network.missing(f"the subnet of {flow.destination.address}", "Subnets")
    address = flow.destination.address
    if flow.destination.port == 53 and vpc not in (network.vpcs or {}) and address.first % 16 == 2:
        return network.missing(f"whether {address} is the resolver of", "Vpcs", vpc)  # the base plus two
    return _sharing(network, flow, subnet)


def _sharing(network: Network, flow: Flow, subnet: str) -> str:
    """Guests in a shared subnet do not see the interfaces of others (VPC user guide, "Share your VPC subnets with other
    accounts")."""
    owner = network.subnets[subnet].owner if network.subnets and subnet else ""
    read = (network.groups or {}).get
    ours = {group.owner for id in flow.source.groups if (group := read(id)) and group.owner}
    own = (network.interfaces or {}).get(flow.source.interface)
    ours |= {own.owner} if own and own.owner else set()
    if not owner or owner in ours:
        return ""
    if ours:
        return f"{subnet} is shared by another account, whose interfaces this account cannot see"
    return (
        network.missing("the owner of", "SecurityGroups", " ".join(flow.source.groups))
        if network.groups is None
        else ""
    )


def enter(network: Network, flow: Flow, subnet: str) -> Judgement:
    """Both legs of the target subnet's network ACL."""
    if not subnet:
        return undecided(str(flow.destination.address), network.missing("the target's subnet", "Subnets"))
    edge = (acls.judge(network, subnet, flow, leg) for leg in (Leg.REQUEST_IN, Leg.ANSWER_OUT))
    return all_of(flow, standing(network, flow, subnet), *edge)


# InterfaceType (EC2 API reference, NetworkInterface) of what answers by itself: an instance's, a database's, a task's.
_HOSTS = frozenset({"interface", "efa", "efa-only", "trunk", "branch"})
# What starts connections and takes none (VPC user guide, "NAT gateways"; "Serverless Architectures with AWS Lambda",
# "Network configuration"). The EC2 model spells the first one `natGateway`.
_CLOSED = {"nat_gateway": "a NAT gateway", "natgateway": "a NAT gateway", "lambda": "a function"}
_BALANCERS = frozenset({"load_balancer", "network_load_balancer", "gateway_load_balancer"})
_BALANCER = "ELB "  # how the description of a classic or an application load balancer's interface begins


def admit(network: Network, flow: Flow, target: Target, *, keeps_groups: bool | None) -> Judgement:
    """The target's own rules: what it is, its security groups and, for an endpoint, its state and its service."""
    far = target.interface
    if far is None:
        return target.judged
    if far.kind not in endpoints.INTERFACES and (far.kind or not endpoints.owner(network, far)):
        judged = groups.inbound(network, flow, far, "network.target-ingress-blocked", keeps_groups=keeps_groups)
        return all_of(flow, target.judged, judged, _answers(flow, far))
    judged = groups.inbound(network, flow, far, "network.endpoint-ingress-blocked", keeps_groups=keeps_groups)
    return all_of(flow, target.judged, endpoints.behind(network, flow, far), judged, _attached(flow, far))


def _attached(flow: Flow, far: Interface) -> Judgement:
    """Whether something answers by an interface (EC2 API reference, NetworkInterface, Status; no page says what the words
    but `in-use` and `available` mean for connections)."""
    if far.status == "in-use":
        return Judgement(open=flow.whole)
    return undecided(far.id, f"the interface {far.id} is in the state {far.status or 'that was not told'}")


def _answers(flow: Flow, far: Interface) -> Judgement:
    """Whether what bears the address takes connections at all, whatever its groups say."""
    address = flow.destination.address
    if far.status == "available":  # EC2 API reference, NetworkInterface, Status: not attached
        detail = f"{far.id} carries {address} but is attached to nothing"
        return stops(flow, "network.target-missing", far.id, detail)
    if far.kind in _CLOSED:
        detail = f"{address} is the address of {_CLOSED[far.kind]}, which takes no connections"
        return stops(flow, "network.target-missing", far.id, detail)
    if far.kind in _BALANCERS or far.description.startswith(_BALANCER):
        return undecided(far.id, f"{far.id} is the interface of a load balancer, whose listeners were not read")
    if not far.kind:
        return undecided(far.id, f"of what type {far.id} is, which carries {address}, was not told")
    if far.kind not in _HOSTS:
        return undecided(far.id, f"whether anything answers at {address}, of the type {far.kind}, is not documented")
    return _attached(flow, far)
