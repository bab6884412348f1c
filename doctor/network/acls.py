"""Network ACLs: at a subnet's edge, by rule number, the first that matches decides; answers need rules of their own.

Source: VPC user guide, "Network ACLs", "Network ACL rules", "Custom network ACLs": rules are read from the lowest
number, what none names is denied, IPv4 rules never match IPv6, and nothing is remembered of a connection. They are not
asked within a subnet: the caller judges an edge only where the path crosses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from doctor.network import remedies, stage
from doctor.network.area import Area, Rectangle
from doctor.network.ends import Flow
from doctor.network.exempt import unfiltered
from doctor.network.model import ALL_PORTS, Acl, AclEntry, Network
from doctor.network.protocols import UNKNOWN, ports, protocol
from doctor.network.result import Blocker, Hop, Judgement

LAST_NUMBERS = (32767, 32768)  # the rule that AWS shows as `*`, of IPv4 and IPv6
MOST_ENTRIES = 1000  # AWS allows 40 a direction; far beyond that a judgement would take minutes


class Leg(StrEnum):
    """Which packets cross the edge, and which way."""

    REQUEST_OUT = "request out"
    REQUEST_IN = "request in"
    ANSWER_OUT = "answer out"
    ANSWER_IN = "answer in"

    @property
    def egress(self) -> bool:
        """Whether they leave the subnet."""
        return self in (Leg.REQUEST_OUT, Leg.ANSWER_OUT)

    @property
    def returning(self) -> bool:
        """Whether they are answers, which go to the port that the source chose."""
        return self in (Leg.ANSWER_OUT, Leg.ANSWER_IN)

    @property
    def far_is_source(self) -> bool:
        """Whether the rules' far end is the source of the connection."""
        return self in (Leg.REQUEST_IN, Leg.ANSWER_OUT)


_CHECKS = {
    Leg.REQUEST_OUT: "network.acl-egress-blocked",
    Leg.REQUEST_IN: "network.acl-ingress-blocked",
    Leg.ANSWER_OUT: "network.acl-return-blocked",
    Leg.ANSWER_IN: "network.acl-return-blocked",
}


@dataclass(slots=True)
class _Walk:
    """How far the rules have decided. `allowing` and `denying` hold what a rule nobody understands may catch."""

    left: Area
    open: Area = field(default_factory=Area)
    shut: Area = field(default_factory=Area)
    allowing: Area = field(default_factory=Area)
    denying: Area = field(default_factory=Area)
    allowed: list[AclEntry] = field(default_factory=list)
    denied: list[AclEntry] = field(default_factory=list)
    strange: list[AclEntry] = field(default_factory=list)


def judge(network: Network, subnet: str, flow: Flow, leg: Leg, check: str = "") -> Judgement:
    """What the ACL of a subnet does with a flow's requests or answers. `check` names the fault where not the leg's own.

    The answer is an area: a rule may admit some of the source's addresses, or some of the ports that answers go to.
    """
    acl = acl_of(network, subnet)
    if isinstance(acl, str):
        return stage.undecided_answer(subnet, acl) if leg.returning else stage.undecided(subnet, acl)
    exempt = unfiltered(network, flow)
    if exempt:
        passes = stage.answers if leg.returning else stage.passes
        return passes(flow, acl.id, f"network ACLs do not filter {exempt}")
    if "entries" in acl.unread:
        reason = network.missing("the rule set of", "NetworkAcls", acl.id)
        return stage.undecided_answer(acl.id, reason) if leg.returning else stage.undecided(acl.id, reason)
    entries = _relevant(network, acl, flow, leg)
    if len(entries) > MOST_ENTRIES:
        reason = f"{acl.id} has more rules than AWS allows: {len(entries)}"
        return stage.undecided_answer(acl.id, reason) if leg.returning else stage.undecided(acl.id, reason)
    judged = _judged(acl, flow, leg, _walk(entries, flow, leg), check or _CHECKS[leg])
    place = f"{'leaving' if leg.egress else 'entering'} {subnet}"
    hops, returning = (tuple(replace(hop, place=place) for hop in each) for each in (judged.hops, judged.returning))
    blockers = tuple(replace(blocker, place=place) for blocker in judged.blockers)
    return replace(judged, hops=hops, returning=returning, blockers=blockers)


def acl_of(network: Network, subnet: str) -> Acl | str:
    """The ACL that guards a subnet: the one that names it, else its VPC's default; a reason where it cannot be told."""
    if network.acls is None:
        return network.missing("the network ACL of", "NetworkAcls", subnet)
    naming, default = network.once(("acls", "by subnet"), lambda: _by_subnet(network.acls or {}))
    found = naming.get(subnet)
    if found is None and not any("subnets" in acl.unread for acl in network.acls.values()):
        known = (network.subnets or {}).get(subnet)
        found = default.get(known.vpc) if known else None
    if not found:
        return network.missing("the network ACL of", "NetworkAcls", subnet)
    return found[0] if len(found) == 1 else f"{' and '.join(acl.id for acl in found)} both claim to guard {subnet}"


def _by_subnet(acls: Mapping[str, Acl]) -> tuple[dict[str, list[Acl]], dict[str, list[Acl]]]:
    """ACLs by the subnets that they name, and default ones by VPC."""
    naming: dict[str, list[Acl]] = {}
    default: dict[str, list[Acl]] = {}
    for _, acl in sorted(acls.items()):
        for subnet in set(acl.subnets):
            naming.setdefault(subnet, []).append(acl)
        if acl.default:
            default.setdefault(acl.vpc, []).append(acl)
    return naming, default


def _relevant(network: Network, acl: Acl, flow: Flow, leg: Leg) -> list[AclEntry]:
    """The rules of one direction that may match, from the lowest number."""
    ordered = network.once(("acls", acl.id, leg.egress), lambda: _ordered(acl, leg.egress))
    target = flow.destination
    far = flow.near if leg.far_is_source else (target.address,)
    low, high = flow.source.ports if leg.returning else (target.port, target.port)
    found = []
    for entry, name, (first, last) in ordered:
        fits = name in (target.protocol, "all", UNKNOWN) and first <= high and low <= last
        if fits and any(entry.block.meets(block) for block in far):
            found.append(entry)
    return found


def _ordered(acl: Acl, egress: bool) -> list[tuple[AclEntry, str, tuple[int, int]]]:
    """With the protocol's one spelling and the ports that count: a rule for all protocols is for all ports."""
    mine = sorted((entry for entry in acl.entries if entry.egress == egress), key=lambda entry: entry.number)
    return [(entry, protocol(entry.protocol), _ports(entry)) for entry in mine]


def _ports(entry: AclEntry) -> tuple[int, int]:
    return ALL_PORTS if protocol(entry.protocol) == "all" or entry.ports[0] < 0 else entry.ports


def _walk(entries: list[AclEntry], flow: Flow, leg: Leg) -> _Walk:
    """Rule by rule until everything is decided; what is left at the end is denied."""
    walk = _Walk(left=flow.whole)
    for entry in entries:
        caught = walk.left & _caught(entry, flow, leg)
        if not caught:
            continue
        if protocol(entry.protocol) == UNKNOWN:
            walk.strange.append(entry)
            if entry.allow:
                walk.allowing |= caught
            else:
                walk.denying |= caught
            continue
        walk.left -= caught
        if entry.allow:
            walk.open |= caught
            walk.allowed.append(entry)
        else:
            walk.shut |= caught
            walk.denied.append(entry)
        if not walk.left:
            break
    walk.shut = (walk.shut | walk.left) - walk.allowing
    walk.open -= walk.denying
    return walk


def _caught(entry: AclEntry, flow: Flow, leg: Leg) -> Area:
    """The connections whose packets a rule matches, once its protocol does."""
    low, high = _ports(entry) if leg.returning else flow.source.ports
    if not leg.far_is_source:
        return Area(tuple(Rectangle(block.first, block.last, low, high) for block in flow.near))
    return Area((Rectangle(entry.block.first, entry.block.last, low, high),))


def _judged(acl: Acl, flow: Flow, leg: Leg, walk: _Walk, check: str) -> Judgement:
    decided = walk.open.size + walk.shut.size == flow.whole.size
    verdict = "unknown" if not decided else "passes" if not walk.shut else "partly" if walk.open else "blocks"
    hop = Hop(component=acl.id, rule=_rules(leg, walk), verdict=verdict)
    unknowns = (
        f"the protocol {entry.protocol!r} of rule {entry.number} of {acl.id} is not known" for entry in walk.strange
    )
    return Judgement(
        open=walk.open,
        shut=walk.shut,
        hops=() if leg.returning else (hop,),
        returning=(hop,) if leg.returning else (),
        blockers=(_blocker(acl, flow, leg, walk, check),) if walk.shut else (),
        unknowns=() if decided else tuple(unknowns),
    )


def _blocker(acl: Acl, flow: Flow, leg: Leg, walk: _Walk, check: str) -> Blocker:
    target = flow.destination
    share = round(walk.open.size / flow.whole.size, 6)
    first, last = flow.source.ports if leg.returning else (target.port, target.port)
    far = flow.near if leg.far_is_source else (target.address,)
    way = "to" if leg.egress else "from"
    packets = f"{ports(target.protocol, first, last)} {way} {', '.join(map(str, far))}"
    detail = f"{acl.id} drops {leg.value.partition(' ')[0]}s: {packets}: {_rules(leg, walk)}"
    taken = [entry.number for entry in acl.entries if entry.egress == leg.egress]
    before = min((entry.number for entry in walk.denied), default=LAST_NUMBERS[0])
    commands = (
        remedies.acl_entry(
            acl.id, taken, before, egress=leg.egress, protocol=target.protocol, ports=(first, last), far=block
        )
        for block in far
    )
    return Blocker(
        check=check,
        component=acl.id,
        direction="return" if leg.returning else "forward",
        detail=f"{detail}; {share:.1%} pass" if share else detail,
        commands=tuple(commands),
        share=share,
    )


def _rules(leg: Leg, walk: _Walk) -> str:
    """What decided, in the order of its numbers: `rule 110 allow tcp 443 from 10.0.0.0/16`."""
    acted = sorted([*walk.allowed, *walk.denied, *walk.strange], key=lambda entry: entry.number)
    words = [_entry(entry, leg) for entry in acted]
    if walk.left:
        words.append("rule * deny all, for no other matches")
    return "; ".join(words if len(words) <= 5 else [*words[:3], f"{len(words) - 4} more", words[-1]])


def _entry(entry: AclEntry, leg: Leg) -> str:
    number = "*" if entry.number in LAST_NUMBERS else entry.number
    action = "allow" if entry.allow else "deny"
    what = ports(protocol(entry.protocol) or entry.protocol, *_ports(entry))
    return f"rule {number} {action} {what} {'to' if leg.egress else 'from'} {entry.block}"
