"""Out to the internet: internet gateways, egress-only gateways, and the switches that close them."""

from collections.abc import Mapping
from dataclasses import replace

from doctor.network import detours, dns64, remedies, routes
from doctor.network.area import Area
from doctor.network.arrival import Target, admit, carriers, enter, find
from doctor.network.beyond import Gateway
from doctor.network.blocks import PRIVATE, Block, block
from doctor.network.encryption import excluded
from doctor.network.endpoints import suspect
from doctor.network.ends import Flow
from doctor.network.model import Interface, Network, Route
from doctor.network.onward import Onward
from doctor.network.result import Judgement
from doctor.network.returning import Expected, way_back
from doctor.network.stage import all_of, assumed, carried, passes, stops, undecided

# What no host on the internet has: this network (RFC 791), loopback (RFC 1122), a link's own (RFC 3927), multicast and the
# reserved ranges (RFC 5771, RFC 1112); of IPv6 the same, and IPv4 addresses in its form (RFC 4291).
_NO_HOSTS_4 = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
_NO_HOSTS_6 = ("::/128", "::1/128", "fe80::/10", "ff00::/8", "::ffff:0:0/96")
_NO_HOSTS = tuple(map(block, (*_NO_HOSTS_4, *_NO_HOSTS_6)))
_ATTACHED, _DETACHED = frozenset({"available", "attached"}), frozenset({"attaching", "detaching", "detached"})
# The modes that close a gateway: what only ever starts connections stays open in `block-ingress` (EC2 API reference,
# BlockPublicAccessStates).
_BOTH_WAYS, OUTBOUND = frozenset({"block-bidirectional", "block-ingress"}), frozenset({"block-bidirectional"})
_MODES = _BOTH_WAYS | {"off"}


def gateway(network: Network, flow: Flow, route: Route) -> Onward:
    """An internet gateway, straight from the source's subnet."""
    stages = [_mapped(network, flow, route), *_gateway(network, flow, route, _BOTH_WAYS)]
    return Onward(judged=all_of(flow, *stages))


def behind_nat(network: Network, flow: Flow, route: Route) -> Onward:
    """An internet gateway, from a NAT gateway."""
    return Onward(judged=all_of(flow, *_gateway(network, flow, route, OUTBOUND)))


def _gateway(network: Network, flow: Flow, route: Route, closing: frozenset[str]) -> list[Judgement]:
    return [
        _outside(network, flow, route),
        _attached(network, flow, route, network.internet_gateways, "InternetGateways"),
        public_access(network, flow, closing),
        excluded(network, flow, "internet-gateway", route.target),
        _inwards(network, flow, route),
        _neighbour(network, flow),
    ]


def egress_only(network: Network, flow: Flow, route: Route) -> Onward:
    """An egress-only internet gateway: IPv6, outbound (VPC user guide, "Egress-only internet gateways")."""
    if flow.destination.address.family == 4:
        detail = "an egress-only internet gateway carries IPv6 alone"
        return Onward(judged=stops(flow, "network.no-route", route.target, detail))
    stages = (
        _outside(network, flow, route),
        _attached(network, flow, route, network.egress_only_gateways, "EgressOnlyInternetGateways"),
        public_access(network, flow, OUTBOUND),
        excluded(network, flow, "egress-only-internet-gateway", route.target),
        _neighbour(network, flow),
    )
    return Onward(judged=all_of(flow, *stages))


def _mapped(network: Network, flow: Flow, route: Route) -> Judgement:
    """IPv4 leaves only from a public address; a function's interface never has one (Lambda guide, "Giving
    Lambda functions access to resources in an Amazon VPC")."""
    source = flow.source
    if flow.destination.address.family == 6:
        return Judgement(open=flow.whole)
    if not source.public:
        detail = (
            f"{source.interface or 'a function'} has no public IPv4 address, so no internet gateway carries its packets"
        )
        return stops(flow, "network.public-subnet", source.subnet, detail, detours.from_public(network, flow, route))
    if sum(near.size for near in flow.near) > len(source.public):
        return undecided(source.interface, "which of its private addresses have a public one was not told")
    return Judgement(open=flow.whole)


def _outside(network: Network, flow: Flow, route: Route) -> Judgement:
    to = flow.destination.address
    if dns64.PREFIX.covers(to):
        detail = f"{to} is an IPv4 address as DNS64 writes it, and only a NAT gateway translates that"
        return stops(flow, "network.ipv6-dead-end", route.target, detail, detours.by_nat64(network, flow))
    if any(private.covers(to) for private in PRIVATE):
        return stops(flow, "network.no-route", route.target, f"{to} is private: no internet gateway sends it on")
    if any(nowhere.covers(to) for nowhere in _NO_HOSTS):
        return stops(flow, "network.no-route", route.target, f"{to} is the address of no host on the internet")
    return Judgement(open=flow.whole)


def _attached(network: Network, flow: Flow, route: Route, known: Mapping[str, Gateway] | None, reply: str) -> Judgement:
    id, vpc = route.target, flow.source.vpc
    if known is None:
        return undecided(id, network.missing("gateway", reply, id))
    attached = known[id].attached if id in known else {}
    if attached is None:
        return undecided(id, f"what {id} is attached to was not told")
    state = attached.get(vpc, "detached") if id in known else "missing"
    if state in _ATTACHED:
        return passes(flow, id, f"attached to {vpc}")
    if state in _DETACHED or state == "missing":
        commands = (remedies.attach_internet_gateway(id, vpc),) if id.startswith("igw-") else ()
        detail = f"it does not exist in {vpc}" if state == "missing" else f"its attachment to {vpc} is {state}"
        return stops(flow, "network.internet-gateway-missing", id, detail, commands)
    return undecided(id, f"the attachment of {id} to {vpc} is in the state {state}")


def public_access(network: Network, flow: Flow, closing: frozenset[str]) -> Judgement:
    """VPC Block Public Access, by the effective mode that describe-subnets and describe-vpcs tell. A regional NAT gateway
    has no subnet that could be exempt from its VPC's."""
    subnet = (network.subnets or {}).get(flow.source.subnet)
    vpc = (network.vpcs or {}).get(flow.source.vpc)
    mode = (subnet.internet if subnet else "") or (vpc.internet if vpc else "")
    kind, id = ("subnet", flow.source.subnet) if flow.source.subnet else ("vpc", flow.source.vpc)
    if mode != "off" and (subnet if flow.source.subnet else vpc) is None:  # it may be exempt from what its VPC is not
        return undecided(id, network.missing("the mode of Block Public Access for", "Subnets", id))
    if not mode:
        return _modeless(network, flow, id)
    if mode in closing:
        detail = f"Block Public Access is {mode} for {id}"
        command = remedies.public_access_exclusion(kind, id)
        return stops(flow, "network.public-access-blocked", id, detail, (command,))
    if mode not in _MODES:
        return undecided(id, f"the mode of Block Public Access for {id} is {mode}")
    return Judgement(open=flow.whole)


def _modeless(network: Network, flow: Flow, id: str) -> Judgement:
    """Replies of older SDKs tell of no mode at all. Where others have one, or somebody asked in vain, it is not known."""
    if network.unanswered("VpcBlockPublicAccessOptions"):
        return undecided(id, network.missing("the mode of Block Public Access for", "VpcBlockPublicAccessOptions", id))
    if network.once(("internet.some_mode",), lambda: _some_mode(network)):
        return undecided(id, f"the mode of Block Public Access was not told for {id}, and for others it was")
    return assumed(flow, f"the replies tell no mode of Block Public Access for {id}: taken for off")


def _some_mode(network: Network) -> bool:
    subnets = any(each.internet for each in (network.subnets or {}).values())
    return subnets or any(each.internet for each in (network.vpcs or {}).values())


def _inwards(network: Network, flow: Flow, route: Route) -> Judgement:
    """Answers enter by the gateway's own route table, where it has one (VPC user guide, "Gateway route tables")."""
    known = sorted((network.tables or {}).values(), key=lambda each: each.id)
    between = [(each.id, state) for each in known for id, state in each.unsettled if id == route.target]
    for id, state in between:
        return undecided(id, f"the association of {id} with {route.target} is in the state {state}")
    tables = [each for each in known if route.target in each.gateways]
    for table in tables[:1]:
        for near in flow.near:
            choice = routes.choose(network, table, near)
            if choice.route is not None and choice.route.via != "local":
                return suspect(choice.route.target, f"{table.id} sends what comes in to {choice.route.target}")
    return Judgement(open=flow.whole)


def _neighbour(network: Network, flow: Flow) -> Judgement:
    """Whether the destination is an address of these very VPCs, whose rules are known and see the public source."""
    address = flow.destination.address
    if address.family == 6:
        return _within(network, flow)
    if network.interfaces is None:
        return undecided(str(address), network.missing(f"whose {address} is", "NetworkInterfaces"))
    far = _public_carrier(network, address)
    if far is None:
        return passes(flow, str(address), "on the internet")
    source = flow.source
    if not source.public:
        return undecided(far.id, f"the public address that {far.id} sees was not told")
    outer = Flow(source=replace(source, groups=(), blocks=source.public), destination=flow.destination)
    found = passes(outer, far.id, f"has the public address {address}")
    judged = _arrives(network, outer, Target(subnet=far.subnet, interface=far, judged=found))
    if sum(near.size for near in flow.near) > 1 or len(source.public) > 1:
        return carried(flow, ((outer, judged),))
    own = flow.near[0].first  # one address for one: the gateway changes no port
    return replace(judged, open=_ports_of(judged.open, own), shut=_ports_of(judged.shut, own))


def _ports_of(area: Area, address: int) -> Area:
    """The same ports, at another address."""
    return Area(tuple(part._replace(first_address=address, last_address=address) for part in area.parts))


def _within(network: Network, flow: Flow) -> Judgement:
    """IPv6 addresses are the same inside and outside: what holds one tells whose it is."""
    address = flow.destination.address
    known = sorted((network.vpcs or {}).values(), key=lambda each: each.id)
    ours = [each.vpc for each in carriers(network, address)]
    ours += [each.id for each in known if any(block.covers(address) for block in each.blocks)]
    if ours:
        return _arrives(network, flow, find(network, flow, ours[0]))
    if network.vpcs is None:
        return undecided(str(address), network.missing(f"whose {address} is", "Vpcs"))
    return passes(flow, str(address), "on the internet")


def _arrives(network: Network, flow: Flow, target: Target) -> Judgement:
    """At an interface, from outside."""
    stages = [enter(network, flow, target.subnet), _let_in(flow, target.interface)]
    stages.append(admit(network, flow, target, keeps_groups=False))
    if target.subnet:
        table = routes.table_of(network, target.subnet)
        stages.append(way_back(network, flow, table, Expected(via="internet-gateway")))
    return all_of(flow, *stages)


def _let_in(flow: Flow, far: Interface | None) -> Judgement:
    """Whether an interface takes what comes from the internet (EC2 API reference, NetworkInterface, DenyAllIgwTraffic)."""
    if far is None or not far.denies_internet:
        return Judgement(open=flow.whole)
    detail = f"{far.id} drops what comes from the internet (DenyAllIgwTraffic)"
    return stops(flow, "network.target-missing", far.id, detail)


def _public_carrier(network: Network, address: Block) -> Interface | None:
    """The interface that an internet gateway maps a public IPv4 address to."""

    def index() -> dict[int, Interface]:
        known = sorted((network.interfaces or {}).values(), key=lambda each: each.id, reverse=True)
        return {public.first: each for each in known for public in each.public}

    return network.once(("internet.public_carrier",), index).get(address.first)
