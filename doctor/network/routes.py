"""Which route a packet takes.

Source: VPC user guide, "Configure route tables" and "How route priority works": the longest prefix wins, then static
routes, then those to prefix lists, then propagated ones; IPv4 and IPv6 know nothing of each other; of prefix lists that
overlap one is chosen at random. Site-to-Site VPN user guide, "Route tables and VPN route priority": a propagated route
that overlaps the local one loses even where it is longer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from doctor.network.blocks import PRIVATE, Block
from doctor.network.exempt import RESERVED
from doctor.network.model import Network, Route, RouteTable

_LOCAL, _STATIC, _LISTED, _PROPAGATED, _UNRANKED = range(5)
# `advertisement` is VPC Route Server's, whose routes are propagated as well.
_RANKS = {
    "createroutetable": _STATIC,
    "createroute": _STATIC,
    "enablevgwroutepropagation": _PROPAGATED,
    "advertisement": _PROPAGATED,
}
_STATES = {"active", "blackhole"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The route that wins, None where none matches. With `unknowns` it is undecided, and `route` None."""

    route: Route | None = None
    unknowns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A route with one block that it leads to. `rank` decides between blocks of one length, the lowest first."""

    route: Route
    block: Block
    rank: int

    @property
    def words(self) -> str:
        """`pl-1 (10.0.0.0/16) via nat-1`."""
        to = self.route.to if isinstance(self.route.to, Block) else f"{self.route.to} ({self.block})"
        return f"{to} via {self.route.target or self.route.via}"


def table_of(network: Network, subnet: str) -> RouteTable | str:
    """The table that names the subnet, else its VPC's main one; a reason where it cannot be told."""
    if network.tables is None:
        return network.missing("the route table of", "RouteTables", subnet)
    naming, main = network.once(("routes", "by subnet"), lambda: _by_subnet(network.tables or {}))
    between = network.once(("routes", "between"), lambda: _unsettled(network.tables or {}))
    if subnet in between:
        return between[subnet]
    found = naming.get(subnet)
    if found is None:
        known = (network.subnets or {}).get(subnet)
        home = known.vpc if known else ""
        if reason := between.get(home) or _mainless(network, subnet, home):
            return reason
        found = main.get(home)
    if not found:
        return network.missing("the main route table for", "RouteTables", subnet)
    return found[0] if len(found) == 1 else f"{' and '.join(table.id for table in found)} both claim {subnet}"


def _mainless(network: Network, subnet: str, vpc: str) -> str:
    """Why it cannot be told whether the main table of its VPC routes a subnet; "" where it does."""
    if not vpc:
        return network.missing("subnet", "Subnets", subnet)
    unread = any("subnets" in table.unread for table in (network.tables or {}).values() if table.vpc == vpc)
    return network.missing("the route table of", "RouteTables", subnet) if unread else ""


def _unsettled(tables: Mapping[str, RouteTable]) -> dict[str, str]:
    """Why it cannot be told which table routes a subnet, or which is the main one of a VPC."""
    return {
        id: f"the association of {table.id} with {id} is in the state {state}: which table routes there is not known"
        for _, table in sorted(tables.items())
        for id, state in table.unsettled
    }


def _by_subnet(tables: Mapping[str, RouteTable]) -> tuple[dict[str, list[RouteTable]], dict[str, list[RouteTable]]]:
    """Tables by the subnets that name them, and main ones by VPC."""
    naming: dict[str, list[RouteTable]] = {}
    main: dict[str, list[RouteTable]] = {}
    for _, table in sorted(tables.items()):
        for subnet in set(table.subnets):
            naming.setdefault(subnet, []).append(table)
        if table.main:
            main.setdefault(table.vpc, []).append(table)
    return naming, main


def choose(network: Network, table: RouteTable, to: Block) -> Choice:
    """The route of a table for an address, or for a block all of which must go one way.

    Nothing is routed to 169.254.168.0/22 and fd00:ec2::/32. A blackhole wins like any other route, and drops.
    """
    if any(reserved.covers(to) for reserved in RESERVED):
        return Choice()
    if "routes" in table.unread:
        return Choice(unknowns=(network.missing("the set of routes of", "RouteTables", table.id),))
    candidates = network.once(("routes", table.id), lambda: _expanded(network, table.routes))
    meeting = [one for one in candidates if one.block.meets(to)]
    if not any(one.rank == _UNRANKED for one in meeting):
        return _decide(network, table, meeting, to)
    # A route of an origin that nobody knows may be static or propagated; where that makes no difference, fine.
    either = [
        _decide(network, table, [replace(one, rank=rank) if one.rank == _UNRANKED else one for one in meeting], to)
        for rank in (_STATIC, _PROPAGATED)
    ]
    if either[0] == either[1]:
        return either[0]
    strange = sorted({one.route.origin for one in meeting if one.rank == _UNRANKED})
    return Choice(unknowns=tuple(f"the origin {origin!r} of a route of {table.id} is not known" for origin in strange))


def _expanded(network: Network, routes: Sequence[Route]) -> list[_Candidate]:
    """Every route with every block that it leads to."""
    found = []
    for route in routes:
        if isinstance(route.to, Block):
            rank = _LOCAL if route.via == "local" else _RANKS.get(route.origin, _UNRANKED)
            found.append(_Candidate(route, route.to, rank))
        else:
            found += [_Candidate(route, part, _LISTED) for part in _blocks(network, route.to) or ()]
    return found


def _blocks(network: Network, prefix_list: str) -> tuple[Block, ...] | None:
    known = (network.prefix_lists or {}).get(prefix_list)
    return None if known is None else known.blocks


def _decide(network: Network, table: RouteTable, meeting: Sequence[_Candidate], to: Block) -> Choice:
    local = [one.block for one in meeting if one.rank == _LOCAL]
    standing = [one for one in meeting if one.rank != _PROPAGATED or not any(one.block.meets(each) for each in local)]
    covering = [one for one in standing if one.block.covers(to)]
    best = min(covering, key=lambda one: (one.block.size, one.rank, one.words), default=None)
    unknowns = [*_parts(best, standing, to), *_rivals(best, covering), *_unread(network, table, best, to)]
    if best is not None and best.route.state not in _STATES:
        state = f"the state {best.route.state!r}" if best.route.state else "the state"
        unknowns.append(f"{state} of the route {best.words} of {table.id} is not known")
    if unknowns:
        return Choice(unknowns=tuple(sorted(set(unknowns))))
    return Choice(route=best.route if best else None)


def _same_way(one: Route, other: Route) -> bool:
    return (one.via, one.target, one.state) == (other.via, other.target, other.state)


def _parts(best: _Candidate | None, standing: Sequence[_Candidate], to: Block) -> list[str]:
    """A longer route takes only a part of the block another way."""
    return [
        f"a part of {to} goes another way: {one.words}"
        for one in standing
        if not one.block.covers(to) and (best is None or not _same_way(best.route, one.route))
    ]


def _rivals(best: _Candidate | None, covering: Sequence[_Candidate]) -> list[str]:
    """Others that may win as well, and lead elsewhere."""
    found: list[str] = []
    for other in covering:
        if best is None or _same_way(best.route, other.route):
            continue
        if best.rank == other.rank == _LISTED:
            found.append(f"which of two prefix lists wins is AWS's choice: {best.words}, or {other.words}")
        elif (best.block, best.rank) == (other.block, other.rank):
            found.append(f"which of two like routes wins is not documented: {best.words}, or {other.words}")
    return found


def _unread(network: Network, table: RouteTable, best: _Candidate | None, to: Block) -> list[str]:
    """Prefix lists that were not read, and could hold a longer block. The lists of AWS services hold no private ones."""
    if best is not None and best.rank < _LISTED and best.block.size == 1:
        return []
    private = any(part.covers(to) for part in PRIVATE)
    found = []
    for route in table.routes:
        if isinstance(route.to, Block) or _blocks(network, route.to) is not None:
            continue
        if (best is not None and _same_way(best.route, route)) or (private and route.via == "endpoint"):
            continue
        found.append(network.missing("prefix list", "PrefixLists", route.to))
    return found
