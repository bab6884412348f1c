"""How one fault of the configured way is judged for one target: the same for most checks of the area `network`."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from doctor.areas.open_ways import depends_on_address, is_open
from doctor.declare import Nearness, Observation, not_applicable, ok, problem, unknown
from doctor.evidence.paths import Paths
from doctor.network.resolution import Kind, general
from doctor.network.result import Blocker, Hop
from doctor.network.serving import DEAD
from doctor.network.ways import Way
from doctor.verdict import Outcome, Remedy, Severity

_MOST_NAMED = 4  # addresses and subnets in a message
_MOST_REASONS, _LONGEST_REASON = 2, 200
_MOST_COMMANDS = 16  # a function has at most so many subnets (Lambda API reference, VpcConfig), each with its own range
# The property of a rule's far end in a template (CloudFormation, AWS::EC2::SecurityGroupEgress and …Ingress), and where a
# command has its value.
_FAR_END = re.compile(r"\b(Destination|Source)SecurityGroupId: .*")
_FAR_ENDS = (
    ("CidrIp", re.compile(r"--cidr (\S+)")),
    ("CidrIpv6", re.compile(r"CidrIpv6=([^}]+)")),
    ("{}PrefixListId", re.compile(r"PrefixListId=([^}]+)")),
    ("{}SecurityGroupId", re.compile(r"(?:--source-group |\bGroupId=)([^\s}]+)")),
)
_RISKS = ("dns.custom-resolver", "dns.resolver-rule-diverts")
_ENDPOINT_NAMES = ("dns.private-names-off", "dns.vpc-hostnames-off")
# What stops a function's packets before they are routed stops them on any other way as well.
NEAR = frozenset(
    {
        "network.egress-blocked",
        "network.acl-egress-blocked",
        "network.acl-return-blocked",
        "network.prefix-list-mismatch",
    }
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault as a check sees it. `closer` completes a sentence that starts with `no way to TARGET is closed by`.

    `remedy` is what to do; its commands stand where the blocker names none of its own, and COMPONENT, FUNCTION, GROUPS, PORT
    and VPC in them and in its template are filled in. `passed` tells the hops that show, on a way that is undecided
    elsewhere, that this fault is not there. `suspected` faults are those that nobody can decide: components whose rules
    cannot be read. `assumption` is in the words by which the analyser took the fault for absent, since nothing told of it.
    `template6` takes the place of the remedy's template where only ways of IPv6 are concerned. `far` is where the fault
    lies that is not at the edge of the function's own subnets.
    """

    check: str
    remedy: Remedy
    closer: str
    passed: Callable[[Hop], bool] = lambda _: False
    suspected: bool = False
    assumption: str = ""
    template6: str = ""
    far: Nearness | None = None

    def judge(self, paths: Paths) -> Iterator[Observation]:
        """One problem for each component that stops connections; else unknown where a way is open to doubt; else ok."""
        if exempt := not_walked(paths):
            yield exempt
            return
        stopped: dict[str, list[tuple[Way, Blocker]]] = {}
        for way in paths.ways:
            for blocker in way.path.suspects if self.suspected else way.path.blockers:
                if blocker.check == self.check and not depends_on_address(way, paths):
                    stopped.setdefault(blocker.component, []).append((way, blocker))
        for component, found in stopped.items():
            yield self._problem(component, found, paths)
        if not stopped:
            yield self._undecided(paths) or self._assumed(paths) or ok(paths.concerns, self._sound(paths))

    def _problem(self, component: str, found: list[tuple[Way, Blocker]], paths: Paths) -> Observation:
        ways, blockers = [way for way, _ in found], [blocker for _, blocker in found]
        kind = paths.answer.kind if paths.answer else None
        commands = [general(command, way.address, kind) for way, blocker in found for command in blocker.commands]
        spared = all(is_open(paths, way.subnet) for way in ways)
        return problem(
            component,
            f"{_detail(component, blockers)}: {self._effect(blockers)} {scope(paths, ways)}{_share(blockers)}",
            severity=Severity.RISKS if spared else None,
            **place(ways),
            share=max(blocker.share for blocker in blockers),
            nearness=None if any(blocker.place.endswith(f" {way.subnet}") for way, blocker in found) else self.far,
            remedy=filled(self._remedy(ways), component, paths, _numbered(commands)),
        )

    def _remedy(self, ways: Sequence[Way]) -> Remedy:
        for_ipv6 = self.template6 and all(":" in way.address for way in ways)
        return replace(self.remedy, template=self.template6) if for_ipv6 else self.remedy

    def _sound(self, paths: Paths) -> str:
        words = "leads through" if self.suspected else "is closed by"
        walked = f"{len(paths.ways)} walked from {len({way.subnet for way in paths.ways})} subnets"
        return f"no way to {paths.concerns} {words} {self.closer} ({walked})"

    def _effect(self, blockers: list[Blocker]) -> str:
        if self.suspected:
            return "nobody can tell from here whether it stops connections"
        answers = all(blocker.direction == "return" for blocker in blockers)
        return "stops the answers to connections" if answers else "stops connections"

    def _undecided(self, paths: Paths) -> Observation | None:
        """What was not read and could hold this fault."""
        if doubts := elsewhere(paths):
            return unknown(paths.concerns, short(doubts), subnets=place(paths.ways)["subnets"])
        open_ = [way for way in paths.ways if way.path.reachable is None and not self._shown(way)]
        told = [way for way in paths.ways if depends_on_address(way, paths) and self._named_by(way)]
        if not (open_ or told):
            return None
        reasons = [why for way in open_ for why in way.path.unknowns]
        reasons += [_one_of(paths, way) for way in told[:1]]
        spared = all(is_open(paths, way.subnet) for way in open_) and not told
        severity = Severity.HINTS if spared else None
        return unknown(paths.concerns, short(reasons), severity=severity, subnets=place(open_ + told)["subnets"])

    def _assumed(self, paths: Paths) -> Observation | None:
        """What was taken for absent was not looked at; it decides nothing, since most SDKs and replies cannot tell it."""
        # The notes are of older case files.
        told = (each for way in paths.ways for each in (*way.path.assumed, *way.path.notes))
        made = [each for each in told if self.assumption and self.assumption in each]
        return unknown(paths.concerns, short(made), severity=Severity.HINTS) if made else None

    def _named_by(self, way: Way) -> bool:
        return any(blocker.check == self.check for blocker in way.path.blockers)

    def _shown(self, way: Way) -> bool:
        hops = [hop for hop in (*way.path.forward, *way.path.back) if self.passed(hop)]
        return bool(hops) and all(hop.verdict == "passes" for hop in hops)


def not_walked(paths: Paths) -> Observation | None:
    """Why there is no way to judge; None where there is one."""
    target = paths.concerns
    if words := exempt(paths):
        return not_applicable(target, words)
    if paths.ways:
        return None
    reason = paths.answer.reason if paths.answer else f"{paths.function} names no subnet"
    # By a check of the area `dns`; what that one only calls a risk leaves this undecided.
    told = any(each.check not in _RISKS for each in (paths.answer.problems if paths.answer else ()))
    return unknown(target, short([reason]), severity=Severity.HINTS if told else None)


def exempt(paths: Paths) -> str:
    """Why the configuration of a VPC does not matter for this target; empty where it does."""
    if not paths.vpc:
        return f"{paths.function} is in no VPC: Lambda's own network carries it to {paths.concerns}"
    if not paths.expected:
        return f"{paths.concerns} is declared unreachable"
    return f"a proxy is called in place of {paths.concerns}" if paths.proxied else ""


def elsewhere(paths: Paths) -> tuple[str, ...]:
    """Why the name may become other addresses than those that were walked; none where the sandbox itself got some of them."""
    return () if paths.answer is None or any(way.seen for way in paths.ways) else paths.answer.unknowns


def _one_of(paths: Paths, way: Way) -> str:
    """Why one address that fares otherwise than the others decides nothing."""
    if way.assumed:
        return f"the rules tell public addresses apart, and that of {paths.host} is not known"
    return f"{paths.host} is answered with one address at a time, by health or place, and {way.address} may not be it"


def beside_endpoint(seen: Observation, paths: Paths) -> Observation:
    """A missing way out of the VPC, which is a hint where an endpoint for the service stands and is at fault itself.

    Its private DNS or its state is then what a check of its own calls a problem; nobody meant the packets to go out.
    """
    answer = paths.answer
    public = answer is not None and answer.kind is Kind.PUBLIC
    named = public and answer is not None and any(each.check in _ENDPOINT_NAMES for each in answer.problems)
    dead = public and bool(paths.endpoints) and all(each.state in DEAD for each in paths.endpoints or ())
    if seen.outcome is not Outcome.PROBLEM or not (named or dead):
        return seen
    return replace(seen, severity=Severity.HINTS, message=f"{seen.message}; an endpoint of {paths.vpc} is meant for it")


def scope(paths: Paths, ways: Sequence[Way]) -> str:
    """From which of how many subnets, to which addresses."""
    subnets, found = tuple(dict.fromkeys(way.subnet for way in ways)), addresses(ways)
    of = f"{len(subnets)} of {len(paths.subnets)} subnets ({_some(subnets)})" if len(paths.subnets) > 1 else subnets[0]
    to = f" ({_some(found)})" if found and found != (paths.host,) else ""
    stands = next((way.address for way in ways if way.assumed), "")
    unknown_ = f" ({stands} stands for its addresses, which are not known here)" if stands else ""
    return f"from {of} to {paths.concerns}{to}{unknown_}"


def addresses(ways: Iterable[Way]) -> tuple[str, ...]:
    """Each once: what the sandbox got, where that is among them, else all; those that stand in for others are nobody's."""
    known = [way for way in ways if not way.assumed]
    return tuple(dict.fromkeys(way.address for way in [each for each in known if each.seen] or known))


class Place(TypedDict):
    """Where ways start and lead: details of an observation about them. One `subnet` where all start in one."""

    addresses: tuple[str, ...]
    subnet: str | None
    subnets: tuple[str, ...]


def place(ways: Iterable[Way]) -> Place:
    """From which subnets to which addresses."""
    all_ = tuple(ways)
    subnets = tuple(dict.fromkeys(way.subnet for way in all_))
    return Place(addresses=addresses(all_), subnet=subnets[0] if len(subnets) == 1 else None, subnets=subnets)


def short(reasons: Iterable[str]) -> str:
    """The first reasons, each cut: what was not read is told by name, and once."""
    each = list(dict.fromkeys(reasons))
    named = [why if len(why) <= _LONGEST_REASON else f"{why[:_LONGEST_REASON]}…" for why in each[:_MOST_REASONS]]
    more = f"; and {len(each) - _MOST_REASONS} more" if len(each) > _MOST_REASONS else ""
    return f"not decided: {'; '.join(named)}{more}"


def filled(remedy: Remedy, component: str, paths: Paths, commands: Iterable[str]) -> Remedy:
    """The remedy with real commands, where there are any, and real names in what it holds itself."""
    real = {"COMPONENT": component, "PORT": str(paths.port), "VPC": paths.vpc, "FUNCTION": paths.function}
    real["GROUPS"] = ",".join(paths.groups) or "GROUPS"
    single = (("SUBNET", paths.subnets), ("ADDRESS", addresses(paths.ways)))
    real |= {word: found[0] for word, found in single if len(found) == 1}

    def fill(text: str) -> str:
        return re.sub(r"\b[A-Z]+\b", lambda found: real.get(found[0], found[0]), text)

    own = tuple(map(fill, remedy.commands))
    chosen = tuple(commands)[:_MOST_COMMANDS] or own
    if number := re.search(r"--rule-number ([0-9]+)", chosen[0] if chosen else ""):
        real["NUMBER"] = number[1]
    return replace(remedy, commands=chosen, template=_with_far_end(fill(remedy.template), chosen[:1]))


def _with_far_end(template: str, command: Sequence[str]) -> str:
    """A group's rule in a template opens what the command opens, and no more."""
    side = _FAR_END.search(template)
    if side is None:
        return template
    ends = (
        f"{name.format(side[1])}: {found[1]}"
        for name, pattern in _FAR_ENDS
        for each in command
        if (found := pattern.search(each))
    )
    return template.replace(side[0], next(ends, side[0]))


def _numbered(commands: Iterable[str]) -> Iterator[str]:
    """Each command once. Each was made for one way alone: new rules of one ACL shall not take the same number."""
    taken: set[tuple[str, str]] = set()
    for command in dict.fromkeys(commands):
        number = re.search(r"--rule-number ([0-9]+)", command)
        if number is None:
            yield command
            continue
        rule, side = int(number[1]), command[: number.start()]
        while (side, str(rule)) in taken and rule > 1:
            rule -= 1
        taken.add((side, str(rule)))
        yield command.replace(number[0], f"--rule-number {rule}", 1)


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")


def _detail(component: str, blockers: list[Blocker]) -> str:
    """What the first of them says, under the component's name."""
    detail = blockers[0].detail
    return detail if detail.startswith(component) else f"{component}: {detail}"


def _share(blockers: list[Blocker]) -> str:
    share = min(blocker.share for blocker in blockers)
    told = "%" in blockers[0].detail
    return f"; {share:.1%} of the connections pass" if share and not told else ""
