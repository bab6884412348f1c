"""The verdict on one path: the source's groups, its route, its subnet's network ACL, and whatever the route leads to."""

from collections.abc import Callable
from dataclasses import replace

from doctor.network import (
    acls,
    appliances,
    arrival,
    detours,
    endpoints,
    groups,
    internet,
    local,
    nat,
    peering,
    remedies,
    routes,
    transit,
)
from doctor.network.blocks import EVERYWHERE, Block
from doctor.network.encryption import excluded
from doctor.network.ends import Flow
from doctor.network.exempt import unfiltered
from doctor.network.model import Interface, Network, Route, RouteTable
from doctor.network.onward import EDGE, Onward
from doctor.network.result import Blocker, Judgement, Path
from doctor.network.stage import all_of, assumed, passes, placed, stops, undecided

_VIA: dict[str, Callable[[Network, Flow, Route], Onward]] = {
    "local": local.judge,
    "endpoint": endpoints.through,
    "nat": nat.judge,
    "internet-gateway": internet.gateway,
    "egress-only-gateway": internet.egress_only,
    "peering": peering.judge,
    "transit-gateway": transit.judge,
}
_MAY_BE_INSIDE = ("transit-gateway", "interface", "instance", "address")
# What a blackhole route is a consequence of, where its target was read.
_CAUSES = frozenset(
    {
        "network.nat-unavailable",
        "network.peering-broken",
        "network.transit-gateway-broken",
        "network.internet-gateway-missing",
        "network.endpoint-unavailable",
    }
)


def analyse(network: Network, flow: Flow) -> Path:
    """Whether connections pass, both ways, and every component that stops them. The same question is judged once."""
    return network.once(("path", flow), lambda: _analyse(network, flow))


def _analyse(network: Network, flow: Flow) -> Path:
    if not flow.whole:
        return _no_address(network, flow)
    service = unfiltered(network, flow)
    judged = _service(network, flow, service) if service else _judge(network, flow)
    return Path.of(judged, flow.whole)


def _no_address(network: Network, flow: Flow) -> Path:
    """The source has no address of the destination's family, or none at all was read."""
    source = flow.source.interface or flow.source.subnet
    if not flow.source.blocks:
        reply = "NetworkInterfaces" if flow.source.interface else "Subnets"
        reason = network.missing("the addresses of", reply, source)
        return Path(reachable=None, share=None, unknowns=(reason,))
    family = flow.destination.address.family
    check = "network.ipv6-dead-end" if family == 6 else "network.no-route"
    detail = f"{source} has no IPv{family} address"
    blocker = Blocker(check=check, component=source, direction="forward", detail=detail)
    return Path(reachable=False, share=0.0, blockers=(blocker,))


def _service(network: Network, flow: Flow, service: str) -> Judgement:
    """What the VPC itself answers, without routes, groups and ACLs."""
    component = str(flow.destination.address)
    if service != "the Route 53 Resolver":
        return undecided(component, f"{service} answers instances; whether it answers this source is not told by a VPC")
    vpc = (network.vpcs or {}).get(flow.source.vpc)
    if vpc is None or vpc.dns_support is None:
        return undecided(component, network.missing("enableDnsSupport of", "VpcAttribute", flow.source.vpc))
    if vpc.dns_support:
        return passes(flow, component, service)
    command = remedies.command("modify-vpc-attribute", "--vpc-id", vpc.id, "--enable-dns-support", "Value=true")
    return stops(flow, "dns.vpc-support-off", vpc.id, "enableDnsSupport is off", (command,))


def _judge(network: Network, flow: Flow) -> Judgement:
    """The groups' part and all the rest, each kept: functions share subnets more often than groups."""
    start, behind = _behind(network, flow)
    return start.then(_outbound(network, flow, behind)).then(behind.judged)


def _outbound(network: Network, flow: Flow, behind: Onward) -> Judgement:
    """What the groups let out they let out of every subnet of a VPC."""
    source, far = flow.source, behind.far
    key = ("path.outbound", source.groups, source.vpc, source.interface, behind.way, far and far.id, flow.destination)
    found: Judgement | None = network.derived.get(key)
    if found is not None:
        return Judgement(open=flow.whole, hops=found.hops)
    judged = groups.outbound(network, flow, far, behind.way, behind.listed)
    if judged.open.size == flow.whole.size:
        network.derived[key] = judged
    return judged


def _behind(network: Network, flow: Flow) -> tuple[Judgement, Onward]:
    """What comes before and after the source's groups. Other groups change it only by rules that name them, or in what
    it says of a fault."""
    source, by_rules = flow.source, _named_by_rules(network)
    named = tuple(id for id in source.groups if id in by_rules)
    place = (source.subnet, source.interface, source.vpc, source.zone, source.blocks, source.public, source.ports)
    key = ("path.behind", named, *place, flow.destination)
    found: tuple[Judgement, Onward] | None = network.derived.get(key)
    if found is None:
        start = passes(flow, source.interface or source.subnet, " ".join(map(str, (*flow.near, *source.public))))
        found = start, _onward(network, flow)
        if found[1].judged.open.size == flow.whole.size:
            network.derived[key] = found
    return found


def _named_by_rules(network: Network) -> frozenset[str]:
    def collect() -> frozenset[str]:
        rules = (rule for group in (network.groups or {}).values() for rule in group.ingress)
        return frozenset(reference.group for rule in rules for reference in rule.groups)

    return network.once(("path.named",), collect)


def _onward(network: Network, flow: Flow) -> Onward:
    source, start = flow.source, _function(network, flow)
    table = routes.table_of(network, source.subnet)
    if isinstance(table, str):
        return Onward(judged=start.then(undecided(source.subnet, table)), far=_known(network, flow))
    routed, onward = _route(network, flow, table)
    legs = [acls.judge(network, source.subnet, flow, leg) for leg in onward.legs]
    far = onward.far or (_known(network, flow) if onward.way in ("", "peering") else None)
    routed = placed(routed, f"of {source.subnet}")
    return replace(onward, judged=all_of(flow, start, routed, *legs, onward.judged), far=far)


def _function(network: Network, flow: Flow) -> Judgement:
    """A function's interface, and what it takes for granted."""
    source = flow.source
    interface = (network.interfaces or {}).get(source.interface)
    if source.interface and (interface is None or interface.kind != "lambda"):
        return Judgement(open=flow.whole)
    judged = excluded(network, flow, "lambda", source.vpc)
    if flow.destination.address.family == 6 and not source.interface:
        return judged.then(assumed(flow, "Ipv6AllowedForDualStack of the function is taken for on"))
    return judged


def _route(network: Network, flow: Flow, table: RouteTable) -> tuple[Judgement, Onward]:
    """The table's hop, and what its route leads to."""
    nowhere = Judgement(open=flow.whole)
    choice = routes.choose(network, table, flow.destination.address)
    route = choice.route
    if choice.unknowns:
        return undecided(table.id, *choice.unknowns), _somewhere(network, flow, table)
    if route is None:
        return _no_route(network, flow, table), Onward(judged=nowhere)
    rule = f"{route.to} {route.via} {route.target}".rstrip()
    judge = _VIA.get(route.via, appliances.judge)
    if route.state == "blackhole":
        return _blackhole(network, flow, table, route, judge(network, flow, route)), Onward(judged=nowhere)
    listed = route.to if isinstance(route.to, str) and route.via == "endpoint" else ""
    return passes(flow, table.id, rule), replace(judge(network, flow, route), way=route.via, listed=listed)


def _somewhere(network: Network, flow: Flow, table: RouteTable) -> Onward:
    """Where the route cannot be told, the edge of the source's subnet is still crossed, if it is left at all. Answers
    cross it too, unless what the table leads to stands in that very subnet."""
    inside = "routes" in table.unread or any(route.via in _MAY_BE_INSIDE for route in table.routes)
    legs = () if _may_stay(network, flow) else EDGE[:1] if inside else EDGE
    return Onward(judged=Judgement(open=flow.whole), legs=legs)


def _known(network: Network, flow: Flow) -> Interface | None:
    """What carries the address, wherever the route leads; what is in the source's VPC comes first."""
    found = arrival.carriers(network, flow.destination.address)
    return min(found, key=lambda each: (each.vpc != flow.source.vpc, each.id), default=None)


def _may_stay(network: Network, flow: Flow) -> bool:
    """Whether the address may be in the source's own subnet, within which no network ACL is asked."""
    address, source = flow.destination.address, flow.source
    known = _known(network, flow)
    subnet = known.subnet if known else arrival.subnet_of(network, source.vpc, address)
    if subnet or source.subnet in (network.subnets or {}):
        return subnet == source.subnet
    vpc = (network.vpcs or {}).get(source.vpc)
    return vpc is None or any(block.covers(address) for block in vpc.blocks)


def _no_route(network: Network, flow: Flow, table: RouteTable) -> Judgement:
    to = flow.destination.address
    detail = f"{table.id} has no route to {to}"
    ways = detours.out(network, flow, table)
    judged = stops(flow, "network.no-route", table.id, detail, ways)
    more = tuple(endpoints.unused(network, flow, table))
    if to.family == 6:
        dead_end = f"{flow.source.subnet} has no way out for IPv6: a name that resolves to {to} leads nowhere"
        check, component = "network.ipv6-dead-end", flow.source.subnet
        more += (Blocker(check=check, component=component, direction="forward", detail=dead_end, commands=ways),)
    return judged.then(Judgement(open=flow.whole, blockers=more))


def _around(network: Network, flow: Flow, table: RouteTable, route: Route) -> tuple[str, ...]:
    """Let a wider route take over, where there is one; else lead a default route somewhere else."""
    if isinstance(route.to, Block):
        others = [each.to for each in table.routes if each is not route and each.state == "active"]
        if any(isinstance(each, Block) and each.covers(route.to) for each in others):
            return (remedies.delete_route(table.id, route.to),)
        if route.to == EVERYWHERE[4]:
            return detours.by_nat(network, flow, route)
        return detours.by_egress_only(network, table, "replace-route") if route.to == EVERYWHERE[6] else ()
    return (remedies.delete_route(table.id, route.to),)


def _blackhole(network: Network, flow: Flow, table: RouteTable, route: Route, onward: Onward) -> Judgement:
    detail = f"the route to {route.to} by way of {route.target or route.via} is a blackhole"
    causes = tuple(each for each in onward.judged.blockers if each.check in _CAUSES)
    judged = stops(flow, "network.blackhole-route", table.id, detail, _around(network, flow, table, route))
    return judged.then(Judgement(open=flow.whole, blockers=causes))
