"""NAT gateways: public, private, regional, with several addresses.

Source: VPC user guide, "NAT gateways", "NAT gateway basics" (ports 1024-65535, no security group), "Troubleshoot NAT
gateways" (its subnet's route and network ACL), "Regional NAT gateways for automatic multi-AZ expansion" (a route table
of its own), "DNS64 and NAT64".
"""

from dataclasses import replace

from doctor.network import (
    acls,
    appliances,
    arrival,
    detours,
    dns64,
    endpoints,
    internet,
    local,
    remedies,
    routes,
    transit,
)
from doctor.network.acls import Leg
from doctor.network.area import EPHEMERAL
from doctor.network.blocks import Block
from doctor.network.encryption import excluded
from doctor.network.ends import Destination, Flow, Source
from doctor.network.model import Nat, NatAddress, Network, Route, RouteTable
from doctor.network.onward import Onward
from doctor.network.result import Judgement
from doctor.network.returning import Expected, way_back
from doctor.network.stage import all_of, assumed, carried, passes, placed, stops, undecided

_ACL, _UNAVAILABLE, _ASTRAY = "network.nat-acl-blocked", "network.nat-unavailable", "network.nat-without-internet"
_DEAD = frozenset({"pending", "failed", "deleting", "deleted"})
# EC2 API reference, NatGatewayAddressStatus: what has none is in use, as every address was before there were several.
_IN_USE = frozenset({"succeeded", ""})
_NOT_IN_USE = frozenset({"assigning", "unassigning", "associating", "disassociating", "failed"})
_ONWARD = {
    "local": local.judge,
    "endpoint": endpoints.through,
    "internet-gateway": internet.behind_nat,
    "transit-gateway": transit.judge,
}


def judge(network: Network, flow: Flow, route: Route) -> Onward:
    """A route to a NAT gateway."""
    judged = _judge(network, flow, route)
    elsewhere = {_UNAVAILABLE}
    nat = (network.nats or {}).get(route.target)
    if (
        nat
        and not nat.regional
        and routes.table_of(network, nat.subnet) == routes.table_of(network, flow.source.subnet)
    ):
        elsewhere.add(_ASTRAY)  # one table cannot lead the gateway out and its clients to the gateway
    if elsewhere & {each.check for each in judged.blockers}:
        instead = detours.by_nat(network, flow, route)
        blockers = (replace(each, commands=instead) if each.check in elsewhere else each for each in judged.blockers)
        judged = replace(judged, blockers=tuple(blockers))
    onward = Onward(judged=judged)
    return replace(onward, legs=()) if nat and nat.subnet == flow.source.subnet else onward


def _judge(network: Network, flow: Flow, route: Route) -> Judgement:
    if network.nats is None:
        return undecided(route.target, network.missing("NAT gateway", "NatGateways", route.target))
    nat = network.nats.get(route.target)
    if nat is None:
        detail = "the NAT gateway does not exist"
        return _unavailable(flow, route.target, detail)
    destination = _destination(flow)
    if destination is None:
        detail = f"a NAT gateway translates {dns64.PREFIX} and no other IPv6 address"
        return stops(flow, "network.ipv6-dead-end", nat.id, detail)
    state = all_of(flow, _state(flow, nat), excluded(network, flow, "nat-gateway", nat.id), *_proxy(nat))
    if nat.state in _DEAD:
        return state  # its subnet may be gone as well
    if nat.vpc and nat.vpc != flow.source.vpc:
        detail = f"it serves the interfaces of {nat.vpc} alone"
        return state.then(_unavailable(flow, nat.id, detail))
    if nat.regional is None:
        through = undecided(nat.id, f"whether {nat.id} is a zonal or a regional NAT gateway was not told")
    else:
        through = _client(network, flow, nat).then(_beyond(network, flow, nat, destination))
    return state.then(through)


def _unavailable(flow: Flow, id: str, detail: str) -> Judgement:
    return stops(flow, _UNAVAILABLE, id, detail)


def _state(flow: Flow, nat: Nat) -> Judgement:
    if nat.state == "available":
        return passes(flow, nat.id, "available")
    if nat.state in _DEAD:
        return _unavailable(flow, nat.id, f"its state is {nat.state}")
    return undecided(nat.id, f"{nat.id} is in the state {nat.state or 'that was not told'}")


def _proxy(nat: Nat) -> tuple[Judgement, ...]:
    """A Network Firewall proxy that is attached (EC2 API reference, NatGatewayAttachedAppliance)."""
    detail = f"{nat.id} has a proxy attached, whose rules were not read"
    return (endpoints.suspect(nat.id, detail),) if nat.proxied else ()


def _destination(flow: Flow) -> Destination | None:
    """Where the gateway sends the packets; None where it translates nothing."""
    if flow.destination.address.family == 4:
        return flow.destination
    inner = dns64.ipv4_of(flow.destination.address)
    return replace(flow.destination, address=inner) if inner else None


def _client(network: Network, flow: Flow, nat: Nat) -> Judgement:
    """Between the client's subnet and the gateway's: its ACL, both legs, and the route back."""
    if nat.regional or nat.subnet == flow.source.subnet:
        return Judgement(open=flow.whole)
    if not nat.subnet:
        return undecided(nat.id, f"the subnet of {nat.id} was not told")
    legs = [acls.judge(network, nat.subnet, flow, leg, _ACL) for leg in (Leg.REQUEST_IN, Leg.ANSWER_OUT)]
    home = way_back(network, flow, routes.table_of(network, nat.subnet), Expected(via="local"))
    return all_of(flow, arrival.standing(network, flow, nat.subnet), *legs, home)


def _table(network: Network, nat: Nat) -> RouteTable | str:
    if not nat.regional:
        return routes.table_of(network, nat.subnet)
    found = (network.tables or {}).get(nat.table)
    return found or network.missing(f"the route table of {nat.id}", "RouteTables", nat.table)


def _beyond(network: Network, flow: Flow, nat: Nat, destination: Destination) -> Judgement:
    """From the gateway on. Each of its addresses may be chosen for a connection, and each may fare differently."""
    table = _table(network, nat)
    if isinstance(table, str):
        return undecided(nat.id, table)
    serving, note = _serving(flow, nat)
    if isinstance(note, Judgement):
        return note
    sources = [_source(network, flow, nat, address) for address in serving]
    flows = [Flow(source=source, destination=destination) for source in sources if source]
    if not flows:
        return undecided(nat.id, f"the addresses of {nat.id} were not told")
    judged = carried(flow, [(each, _from(network, each, nat, table)) for each in flows])
    return judged.then(assumed(flow, note)) if note else judged


def _serving(flow: Flow, nat: Nat) -> tuple[list[NatAddress], str | Judgement]:
    """The addresses that connections of this zone may get."""
    strange = sorted({each.status for each in nat.addresses} - _IN_USE - _NOT_IN_USE)
    if strange:
        return [], undecided(nat.id, f"an address of {nat.id} is in the state {strange[0]}")
    usable = [each for each in nat.addresses if each.status in _IN_USE]
    usable.sort(key=lambda each: (each.private or Block(4, 0, 0), each.public or Block(4, 0, 0)))
    if not nat.addresses:
        return [NatAddress()], f"the addresses of {nat.id} were not told: any of its subnet is assumed"
    if not usable:
        states = ", ".join(sorted({each.status for each in nat.addresses}))
        return [], _unavailable(flow, nat.id, f"none of its addresses is in use: {states}")
    if not nat.regional or not any(each.zone for each in usable):
        return usable, ""
    here = [each for each in usable if each.zone == flow.source.zone]
    if here:
        return here, ""
    # AWS says that traffic crosses zones while the gateway expands, and Reachability Analyzer that the zone is cut off
    # (REGIONAL_NGW_ROUTE_AZ_RESTRICTION): which one holds depends on how the gateway is run.
    return [], undecided(nat.id, f"{nat.id} has no address in {flow.source.zone or 'a zone that was not told'}")


def _source(network: Network, flow: Flow, nat: Nat, address: NatAddress) -> Source | None:
    """The gateway as the one who connects."""
    subnet = (network.subnets or {}).get(nat.subnet)
    place = subnet or (network.vpcs or {}).get(flow.source.vpc)
    blocks = (address.private,) if address.private else place.blocks if place else ()
    if not any(each.family == 4 for each in blocks):
        return None
    return Source(
        subnet=nat.subnet,
        vpc=flow.source.vpc,
        zone=subnet.zone if subnet else flow.source.zone,
        groups=(),
        blocks=blocks,
        public=(address.public,) if address.public else (),
        interface=address.interface or nat.id,
        ports=EPHEMERAL,
    )


def _from(network: Network, flow: Flow, nat: Nat, table: RouteTable) -> Judgement:
    """The gateway's own route and its subnet's ACL."""
    choice = routes.choose(network, table, flow.destination.address)
    if choice.unknowns:
        return undecided(table.id, *choice.unknowns)
    route = choice.route
    if route is None or route.via == "nat" or route.state == "blackhole":
        return _astray(network, flow, nat, table, route)
    if route.via == "internet-gateway" and nat.public is False:
        return _unavailable(flow, nat.id, "it is a private NAT gateway, whose packets no internet gateway sends on")
    if route.via == "peering":
        # Neither guide says whether what a NAT gateway sends may cross a peering connection.
        return undecided(route.target, f"whether {route.target} carries what {nat.id} sends is not documented")
    onward = _ONWARD.get(route.via, appliances.judge)(network, flow, route)
    legs = [acls.judge(network, nat.subnet, flow, leg, _ACL) for leg in onward.legs] if nat.subnet else []
    judged = _own(network, nat, onward.judged)
    own = placed(passes(flow, table.id, f"{route.to} {route.via}"), f"of {nat.subnet or nat.id}")
    if route.via == "internet-gateway" and nat.public is None:
        doubt = undecided(nat.id, f"whether {nat.id} is a public or a private NAT gateway was not told")
        judged = doubt.then(judged)
    return all_of(flow, own, *legs, judged)


def _own(network: Network, nat: Nat, judged: Judgement) -> Judgement:
    """The same, with faults of the network ACL of the gateway's subnet named as such."""
    acl = acls.acl_of(network, nat.subnet) if nat.subnet else ""
    if isinstance(acl, str):
        return judged
    own = [each.check.startswith("network.acl-") and each.component == acl.id for each in judged.blockers]
    named = (replace(each, check=_ACL) if mine else each for each, mine in zip(judged.blockers, own, strict=True))
    return replace(judged, blockers=tuple(named))


def _astray(network: Network, flow: Flow, nat: Nat, table: RouteTable, route: Route | None) -> Judgement:
    """No way out of the gateway's own table."""
    ours = detours.attached(network.internet_gateways or {}, flow.source.vpc)
    gateway = ours[0] if ours else "INTERNET_GATEWAY"
    command = remedies.default_route("create-route", table.id, 4, "internet-gateway", gateway)
    if route is not None:
        command = remedies.replace_route(table.id, route.to, "internet-gateway", gateway)
    if route is None:
        detail = f"{table.id} of {nat.id} has no route to {flow.destination.address}"
    elif route.via == "nat":
        detail = (
            f"{table.id} of {nat.id} sends {flow.destination.address} to {route.target}, not to an internet gateway"
        )
    else:
        detail = f"the route of {table.id} to {route.to} is a blackhole"
        if route.via == "internet-gateway":
            attach = remedies.attach_internet_gateway(route.target, flow.source.vpc)
            return stops(flow, "network.internet-gateway-missing", route.target, detail, (attach,))
    return stops(flow, _ASTRAY, table.id, detail, (command,))
