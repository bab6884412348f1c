"""Security groups: what any rule of any group allows passes; answers pass without a rule.

Source: VPC user guide, "Security groups" and "Security group rules": rules only allow, all groups of an interface are
taken together, and a group without outbound rules lets nothing out. Groups are stateful, so only the sender's outbound
and the receiver's inbound rules are asked ("Security group connection tracking", EC2 user guide).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from doctor.network import references, remedies, stage
from doctor.network.area import Area, Rectangle
from doctor.network.blocks import Block
from doctor.network.ends import Destination, Flow
from doctor.network.exempt import unfiltered
from doctor.network.group_rules import Fitting, Row, fitting, ports_of
from doctor.network.model import GroupReference, GroupRule, Interface, Network
from doctor.network.protocols import ports, protocol
from doctor.network.result import Blocker, Hop, Judgement

Admits = Callable[[GroupReference], bool | str]

_UNGROUPED = {
    "nat_gateway",
    "transit_gateway",
    "gateway_load_balancer",
    "gateway_load_balancer_endpoint",
    "network_load_balancer",
}


@dataclass(frozen=True, slots=True)
class _Question:
    """Whether rules of one direction match a flow's port and some of the addresses at the far end.

    `named` is the group by which a rule would best name them all.
    """

    network: Network
    flow: Flow
    direction: str
    blocks: tuple[Block, ...]
    admits: Admits
    named: str = ""

    def __str__(self) -> str:
        """`egress tcp 443 to 10.0.1.5`, or where it comes from."""
        target = self.flow.destination
        way = "to" if self.direction == "egress" else "from"
        far = self.named or ", ".join(map(str, self.blocks))
        return f"{self.direction} {target.protocol} {target.port} {way} {far}"


@dataclass(slots=True)
class _Answer:
    """What the groups of one interface say: the rows that match, with their group, and what could not be decided.

    `closed` are the groups without a match, with the number of their rules; `lists` the prefix lists that were searched.
    """

    rows: list[tuple[Row, str]] = field(default_factory=list)
    closed: dict[str, int] = field(default_factory=dict)
    unknowns: dict[str, list[str]] = field(default_factory=dict)
    lists: set[tuple[str, str]] = field(default_factory=set)


def opening(network: Network, groups: tuple[str, ...], to: Destination) -> Hop | None:
    """The rule that lets connections out to a single address, where it names addresses and so holds whatever carries
    them. None where no such rule does: then `outbound` has the whole answer."""
    if not groups:
        return None
    key = ("groups.opening", groups, to.protocol, to.port)
    plain = network.once(key, lambda: _plain(network, groups, to))
    family, address, last = to.address
    for end, low, high, hop in plain:
        if low <= address and last <= high and end == family:
            return hop
    return None


def _plain(network: Network, groups: tuple[str, ...], to: Destination) -> list[tuple[int, int, int, Hop]]:
    """Family, addresses and hop of each rule that names addresses, the one to tell first; none where others name groups
    or lists, which may be the one to tell."""
    read = [(id, _rules(network, id, "egress", to)) for id in sorted(set(groups))]
    known = [(id, rules) for id, rules in read if isinstance(rules, Fitting)]
    if any(rules.named for _, rules in known):
        return []
    rows = [(row, id, family) for id, rules in known for family, found in rules.rows.items() for row in found]
    return [(family, row[0], row[1], _passing("egress", family, row, id)) for row, id, family in sorted(rows)]


def outbound(network: Network, flow: Flow, far: Interface | None, way: str = "", listed: str = "") -> Judgement:
    """Whether the source's groups let its connections out.

    `far` carries the destination, where one is known; `way` is the kind of target that the route has, "" unknown. `listed`
    is the prefix list that a gateway endpoint's route is to.
    """
    exempt = unfiltered(network, flow)
    if exempt:
        return stage.passes(flow, str(flow.destination.address), f"security groups do not filter {exempt}")
    if not flow.source.groups:
        who = flow.source.interface or flow.source.subnet
        return stage.undecided(who, network.missing("the set of security groups of", "NetworkInterfaces", who))
    address = flow.destination.address

    def admits(reference: GroupReference) -> bool | str:
        return references.admits_target(network, flow, far, reference, way)

    asked = _Question(network, flow, "egress", (address,), admits)
    answer = _ask(asked, flow.source.groups)
    if any(row[0] <= address.first and address.last <= row[1] for row, _ in answer.rows):
        return Judgement(open=flow.whole, hops=(_opening(asked, answer, "passes"),))
    if answer.unknowns:
        return _undecided(asked, answer, Area())
    to = listed or references.bearer(network, flow, far, way) or address

    def blocker(check: str, component: str, group: str, detail: str) -> Blocker:
        command = remedies.group_egress(group, flow.destination.protocol, flow.destination.port, to)
        return Blocker(check=check, component=component, direction="forward", detail=detail, commands=(command,))

    judged = _shut(
        asked, answer, Area(), lambda group, detail, _: blocker("network.egress-blocked", group, group, detail)
    )
    check = "network.prefix-list-mismatch"
    lacking = (blocker(check, id, group, _lacks(asked, id, group)) for id, group in sorted(answer.lists))
    return replace(judged, blockers=(*judged.blockers, *lacking))


def inbound(network: Network, flow: Flow, far: Interface, check: str, *, keeps_groups: bool | None) -> Judgement:
    """Whether the groups of the interface that carries the destination let the connections in.

    `keeps_groups` is false where a hop on the way discards the source's groups (NAT, a transit gateway without
    referencing), None where that is not known. `check` is the fault to name.
    """
    if not far.groups:
        if far.kind in _UNGROUPED:
            return stage.passes(flow, far.id, f"no security group guards this {far.kind}")
        return stage.undecided(far.id, network.missing("the set of security groups of", "NetworkInterfaces", far.id))

    def admits(reference: GroupReference) -> bool | str:
        return references.admits_source(flow, far, reference, keeps_groups)

    asked = _Question(network, flow, "ingress", flow.near, admits)
    answer = _ask(asked, far.groups)
    opened = _area(answer.rows, flow.near, flow.source.ports)
    if opened and opened.size == flow.whole.size:
        return Judgement(open=opened, hops=(_opening(asked, answer, "passes"),))
    if answer.unknowns:
        return _undecided(asked, answer, opened)
    bears = keeps_groups is True and flow.destination.address not in far.public
    sources: tuple[Block | str, ...] = tuple(sorted(flow.source.groups)[:1]) if bears else ()
    to, port = flow.destination.protocol, flow.destination.port
    return _shut(
        replace(asked, named=str(sources[0])) if sources and not opened else asked,
        answer,
        opened,
        lambda group, detail, share: Blocker(
            check=check,
            component=group,
            direction="forward",
            detail=detail,
            commands=tuple(remedies.group_ingress(group, to, port, each) for each in sources or flow.near),
            share=share,
        ),
    )


def _ask(asked: _Question, groups: Iterable[str]) -> _Answer:
    """Every row of every group that matches, and each group that has none."""
    answer = _Answer()
    for id in sorted(set(groups)):
        rules = _rules(asked.network, id, asked.direction, asked.flow.destination)
        if isinstance(rules, str):
            answer.unknowns[id] = [rules]
            continue
        doubts: list[str] = []
        rows = list(_rows(asked, rules))
        for rule in rules.named:
            rows += _listed(asked, rule, id, doubts, answer.lists)
            rows += _referred(asked, rule, doubts)
        doubts += [f"the protocol {word!r} of a rule of {id} is not known" for word in rules.strange]
        doubts += [f"the far end of a rule of {id} was not told, or not in words that are known"] * rules.untold
        answer.rows += [(row, id) for row in rows]
        if doubts:
            answer.unknowns[id] = sorted(set(doubts))
        elif not rows:
            answer.closed[id] = rules.count
    return answer


def _rules(network: Network, id: str, direction: str, to: Destination) -> Fitting | str:
    """The group's rules of one direction for the destination's port, sifted once; a reason where it was not read."""
    group = None if network.groups is None else network.groups.get(id)
    if group is None:
        return network.missing("security group", "SecurityGroups", id)
    if direction in group.unread:
        return network.missing(f"the {direction} side of", "SecurityGroups", id)
    rules = group.egress if direction == "egress" else group.ingress
    key = ("groups", id, direction, to.protocol, to.port)
    return network.once(key, lambda: fitting(rules, to.protocol, to.port))


def _rows(asked: _Question, rules: Fitting) -> Iterator[Row]:
    """The rules that name addresses."""
    for family, start, end in asked.blocks:
        yield from (row for row in rules.rows.get(family, ()) if row[0] <= end and start <= row[1])


def _listed(
    asked: _Question, rule: GroupRule, group: str, doubts: list[str], searched: set[tuple[str, str]]
) -> Iterator[Row]:
    """A rule's prefix lists as rows; a list that was not read is a doubt."""
    lists, name = asked.network.prefix_lists or {}, protocol(rule.protocol)
    for id in rule.lists:
        known = lists.get(id)
        if known is None or known.blocks is None:
            doubts.append(asked.network.missing("prefix list", "PrefixLists", id))
            continue
        searched.add((id, group))
        for part in known.blocks:
            if any(part.meets(block) for block in asked.blocks):
                yield (part.first, part.last, *ports_of(rule, name), name, id)


def _referred(asked: _Question, rule: GroupRule, doubts: list[str]) -> Iterator[Row]:
    """A rule's references to other groups as rows; where it cannot be told whether one matches, that is a doubt."""
    name = protocol(rule.protocol)
    for reference in rule.groups:
        answer = asked.admits(reference)
        if isinstance(answer, str):
            doubts.append(answer)
        elif answer:
            for block in asked.blocks:
                yield (block.first, block.last, *ports_of(rule, name), name, reference.group)


def _area(rows: Sequence[tuple[Row, str]], near: Sequence[Block], ports: tuple[int, int]) -> Area:
    """The source addresses that some row admits; runs are merged, so that thousands of rules make few rectangles."""
    parts: list[Rectangle] = []
    spans = sorted((row[0], row[1]) for row, _ in rows)
    for _, start, end in sorted(near):
        reached = max(start - 1, parts[-1].last_address if parts else start - 1)
        for low, high in spans:
            from_, to = max(low, reached + 1), min(high, end)
            if from_ > to:
                continue
            if parts and parts[-1].last_address == from_ - 1:
                parts[-1] = parts[-1]._replace(last_address=to)
            else:
                parts.append(Rectangle(from_, to, *ports))
            reached = to
    return Area(tuple(parts))


def _opening(asked: _Question, answer: _Answer, verdict: str) -> Hop:
    """The rule that opens; of several the same one whatever their order."""
    row, group = min(answer.rows)
    hop = _passing(asked.direction, asked.flow.destination.address.family, row, group)
    return hop if verdict == hop.verdict else replace(hop, verdict=verdict)


def _passing(direction: str, family: int, row: Row, group: str) -> Hop:
    low, high, first, last, name, label = row
    way = "to" if direction == "egress" else "from"
    rule = f"{direction} {ports(name, first, last)} {way} {label or Block(family, low, high)}"
    return Hop(component=group, rule=rule, verdict="passes")


def _undecided(asked: _Question, answer: _Answer, opened: Area) -> Judgement:
    """What no rule opens may be opened by what was not read."""
    hops = [_opening(asked, answer, "partly")] if opened else []
    hops += [Hop(component=id, rule="; ".join(why), verdict="unknown") for id, why in sorted(answer.unknowns.items())]
    reasons = dict.fromkeys(reason for _, why in sorted(answer.unknowns.items()) for reason in why)
    return Judgement(open=opened, hops=tuple(hops), unknowns=tuple(reasons))


def _shut(asked: _Question, answer: _Answer, opened: Area, blocker: Callable[[str, str, float], Blocker]) -> Judgement:
    """No rule of any group opens the rest: each group is named, for a rule in any of them would do."""
    rest = asked.flow.whole - opened
    if not rest:
        return Judgement(open=opened)
    share, wanted = round(opened.size / asked.flow.whole.size, 6), str(asked)
    groups = sorted({group for _, group in answer.rows} | set(answer.closed))
    lacks = f"no rule for {'all of ' if opened else ''}{wanted}"
    none = f"no {asked.direction} rule at all; needed is {wanted}"
    blockers = [blocker(id, f"{id} has {none if answer.closed.get(id) == 0 else lacks}", share) for id in groups]
    hops = [_opening(asked, answer, "partly")] if opened else []
    hops += [Hop(component=id, rule=lacks, verdict="blocks") for id in groups if not opened]
    return Judgement(open=opened, shut=rest, hops=tuple(hops), blockers=tuple(blockers))


def _lacks(asked: _Question, id: str, group: str) -> str:
    """A rule meant to open this port names a list that does not hold the destination."""
    target, known = asked.flow.destination, (asked.network.prefix_lists or {})[id]
    return f"{group} lets {target.protocol} {target.port} out to {known.name or id}, which lacks {target.address}"
