"""The way back: where the table of the answering subnet sends the source's addresses."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from doctor.network import routes
from doctor.network.area import Area
from doctor.network.blocks import Block
from doctor.network.ends import Flow
from doctor.network.model import Network, Route, RouteTable
from doctor.network.result import Blocker, Hop, Judgement
from doctor.network.stage import undecided_answer

# Whether an answer with global addresses finds home by another gateway than the request's is not documented.
_LOST = {4: frozenset({"internet-gateway", "egress-only-gateway", "nat"}), 6: frozenset({"nat"})}
_APPLIANCES = frozenset({"interface", "instance", "endpoint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The route that answers must take, the check that is broken where they do not, and what would mend it."""

    via: str
    target: str = ""
    check: str = "network.no-route"
    mend: Callable[[RouteTable, Block], str] | None = None

    def holds(self, route: Route) -> bool:
        """Whether this route is the one."""
        return route.via == self.via and (not self.target or route.target == self.target)


@dataclass(slots=True)
class _Answers:
    """What the pieces of the source's addresses came to."""

    network: Network
    flow: Flow
    table: RouteTable
    expected: Expected
    open: Area = field(default_factory=Area)
    shut: Area = field(default_factory=Area)
    unknowns: list[str] = field(default_factory=list)
    suspects: list[Blocker] = field(default_factory=list)
    faults: dict[str, list[tuple[str, Block]]] = field(default_factory=dict)

    def judge(self, piece: Block) -> None:
        """One piece, all of which one route takes."""
        choice = routes.choose(self.network, self.table, piece)
        route = choice.route
        check = self.expected.check
        if choice.unknowns:
            self.unknowns.extend(choice.unknowns)
        elif route is None:
            self._fault(check, piece, f"no route back to {piece}")
        elif route.state == "blackhole":
            check = "network.blackhole-route" if check == "network.no-route" else check
            self._fault(check, piece, f"the route back to {route.to} is a blackhole")
        elif self.expected.holds(route):
            self.open |= self.flow.among((piece,))
        elif self._loses(route, piece):
            self._fault(check, piece, f"the answer to {piece} goes to {route.target or route.via}, where it is lost")
        else:
            self._elsewhere(route, piece)

    def _loses(self, route: Route, piece: Block) -> bool:
        """Local routes lead home within the source's VPC, and elsewhere to others that have the same addresses."""
        if route.via == "local":
            return self.table.vpc != self.flow.source.vpc
        return route.via in _LOST[piece.family]

    def _fault(self, check: str, piece: Block, detail: str) -> None:
        self.shut |= self.flow.among((piece,))
        self.faults.setdefault(check, []).append((detail, piece))

    def _elsewhere(self, route: Route, piece: Block) -> None:
        reason = f"the answer to {piece} takes another way than the request: {route.via} {route.target}"
        self.unknowns.append(reason)
        if route.via in _APPLIANCES:
            check = "network.firewall-in-path"
            self.suspects.append(Blocker(check=check, component=route.target, direction="return", detail=reason))

    def blockers(self) -> tuple[Blocker, ...]:
        """One for each check that is broken."""
        share, mend = round(self.open.size / self.flow.whole.size, 6), self.expected.mend
        return tuple(
            Blocker(
                check=check,
                component=self.table.id,
                direction="return",
                detail="; ".join(detail for detail, _ in found),
                commands=tuple(dict.fromkeys(mend(self.table, piece) for _, piece in found)) if mend else (),
                share=share,
            )
            for check, found in self.faults.items()
        )


def way_back(network: Network, flow: Flow, table: RouteTable | str, expected: Expected) -> Judgement:
    """Whether answers reach the source, address by address: a subnet's range may be split between routes."""
    if isinstance(table, str):
        return undecided_answer(flow.source.vpc, table)
    found = _Answers(network=network, flow=flow, table=table, expected=expected)
    routed = [to for route in table.routes for to in _blocks(network, route)]
    for block in flow.near:
        for piece in pieces(block, routed):
            found.judge(piece)
    blockers = found.blockers()
    verdict = "unknown" if found.unknowns else "passes" if not found.shut else "partly" if found.open else "blocks"
    rule = "; ".join(blocker.detail for blocker in blockers) or f"{expected.via} {expected.target}".strip()
    return Judgement(
        open=found.open,
        shut=found.shut,
        returning=(Hop(component=table.id, rule=rule, verdict=verdict),),
        blockers=blockers,
        unknowns=tuple(found.unknowns),
        suspects=tuple(found.suspects),
    )


def pieces(block: Block, routed: Iterable[Block]) -> list[Block]:
    """The block cut wherever a route begins or ends, so that one route takes all of each piece."""
    starts = {block.first}
    for to in routed:
        if to.meets(block):
            starts |= {start for start in (to.first, to.last + 1) if block.first < start <= block.last}
    ordered = sorted(starts)
    ends = [*(start - 1 for start in ordered[1:]), block.last]
    return [Block(block.family, first, last) for first, last in zip(ordered, ends, strict=True)]


def _blocks(network: Network, route: Route) -> Iterator[Block]:
    if isinstance(route.to, Block):
        yield route.to
        return
    listed = (network.prefix_lists or {}).get(route.to)
    yield from (listed.blocks if listed and listed.blocks else ())
