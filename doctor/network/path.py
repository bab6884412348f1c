"""The verdict on one path: the source's groups, its route, its subnet's network ACL, and whatever the route leads to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

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
from doctor.network.ends import Destination, Flow, Source
from doctor.network.exempt import unfiltered
from doctor.network.model import Interface, Network, Route, RouteTable
from doctor.network.onward import EDGE, Onward
from doctor.network.result import Blocker, Hop, Judgement, Path
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


@dataclass(frozen=True, slots=True)
class _Behind:
    """What comes before and after the source's groups, and the path of both: all but the hops is as if they let all out."""

    start: Judgement
    onward: Onward
    rest: Mapping[str, Any]

    @classmethod
    def of(cls, flow: Flow, start: Judgement, onward: Onward) -> "_Behind":
        path = Path.of(start.then(onward.judged), flow.whole)
        rest = {each.name: getattr(path, each.name) for each in fields(path) if each.name != "forward"}
        return cls(start, onward, rest)

    def by(self, hop: Hop) -> Path:
        """The path of a source whose groups let everything out by one rule."""
        return Path(forward=(*self.start.hops, hop, *self.onward.judged.hops), **self.rest)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found for one source by destination: whole paths, and what sources of other groups share."""

    paths: dict[Destination, Path]
    behind: dict[Destination, _Behind]


def analyse(network: Network, flow: Flow) -> Path:
    """Whether connections pass, both ways, and every component that stops them. The same question is judged once."""
    kept = network.once(("path.kept", flow.source), lambda: _kept(network, flow.source))
    path = kept.paths.get(flow.destination)
    if path is None:
        path = kept.paths[flow.destination] = _analyse(network, flow, kept)
    return path


def _kept(network: Network, source: Source) -> _Kept:
    """Other groups change what lies behind them only by rules that name them, or in what it says of a fault."""
    by_rules = _named_by_rules(network)
    named = tuple(id for id in source.groups if id in by_rules)
    place = (source.subnet, source.interface, source.vpc, source.zone, source.blocks, source.public, source.ports)
    shared: dict[Destination, _Behind] = network.once(("path.behind", named, *place), dict)
    return _Kept({}, shared)


def _analyse(network: Network, flow: Flow, kept: _Kept) -> Path:
    behind = kept.behind.get(flow.destination)
    hop = groups.opening(network, flow.source.groups, flow.destination) if behind else None
    if behind and hop:
        return behind.by(hop)
    if not flow.whole:
        return _no_address(network, flow)
    service = unfiltered(network, flow)
    judged = _service(network, flow, service) if service else _judge(network, flow, kept)
    return Path.of(judged, flow.whole)


def _no_address(network: Network, flow: Flow) -> Path:
    """The source has no address of the destination's family, or none at all was read."""
    source = flow.source.interface or flow.source.subnet
    if flow.destination.address.family in flow.source.untold:
        family = flow.destination.address.family
        reason = f"the IPv{family} block of {flow.source.subnet} was not told, or not whether it is in use"
        return Path(reachable=None, share=None, unknowns=(reason,))
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


def _judge(network: Network, flow: Flow, kept: _Kept) -> Judgement:
    """The groups' part and all the rest, which is kept where it is open: functions share subnets more often than groups."""
    behind = kept.behind.get(flow.destination)
    if behind is None:
        source = flow.source
        start = passes(flow, source.interface or source.subnet, " ".join(map(str, (*flow.near, *source.public))))
        behind = _Behind.of(flow, start, _onward(network, flow))
        if behind.onward.judged.open.size == flow.whole.size:
            kept.behind[flow.destination] = behind
    onward = behind.onward
    out = groups.outbound(network, flow, onward.far, onward.way, onward.listed)
    return behind.start.then(out).then(onward.judged)


def _named_by_rules(network: Network) -> frozenset[str]:
    def collect() -> frozenset[str]:
        rules = (rule for group in (network.groups or {}).values() for rule in group.ingress)
        return frozenset(reference.group for rule in rules for reference in rule.groups)

    return network.once(("path.named",), collect)


def _onward(network: Network, flow: Flow) -> Onward:
    source, start = flow.source, _function(network, flow).then(arrival.standing(network, flow, flow.source.subnet))
    if not source.vpc:
        reason = f"the VPC of {source.interface or source.subnet} was not told"
        return Onward(judged=start.then(undecided(source.subnet, reason)), far=_known(network, flow))
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
