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
        judged = passes(flow, carrier.id, f"carries {address}")
        return Target(subnet=carrier.subnet, interface=carrier, judged=judged)
    reason = _doubt(network, flow, vpc, subnet)
    if reason:
        return Target(subnet=subnet, interface=None, judged=undecided(subnet or vpc, reason))
    judged = stops(flow, "network.target-missing", subnet or vpc, f"no interface of {subnet or vpc} carries {address}")
    return Target(subnet=subnet, interface=None, judged=judged)


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
    return all_of(flow, *(acls.judge(network, subnet, flow, leg) for leg in (Leg.REQUEST_IN, Leg.ANSWER_OUT)))


def admit(network: Network, flow: Flow, target: Target, *, keeps_groups: bool | None) -> Judgement:
    """The target's own rules: its security groups and, for an endpoint, its state."""
    far = target.interface
    if far is None:
        return target.judged
    if far.kind not in endpoints.INTERFACES:
        judged = groups.inbound(network, flow, far, "network.target-ingress-blocked", keeps_groups=keeps_groups)
        return all_of(flow, target.judged, judged, *_of_kind(flow, far))
    judged = groups.inbound(network, flow, far, "network.endpoint-ingress-blocked", keeps_groups=keeps_groups)
    return all_of(flow, target.judged, endpoints.behind(network, flow, far), judged)


def _of_kind(flow: Flow, far: Interface) -> tuple[Judgement, ...]:
    if far.kind in ("load_balancer", "network_load_balancer", "gateway_load_balancer") or far.description[:4] == "ELB ":
        note = f"{far.id} is a load balancer's: its listeners and targets were not judged"
        return (Judgement(open=flow.whole, notes=(note,)),)
    if far.status == "available":
        note = f"{far.id} carries {flow.destination.address} but is attached to nothing"
        return (Judgement(open=flow.whole, notes=(note,)),)
    return ()
