"""How one fault of name resolution in a VPC is judged for one target: the same for the configured checks of `dns`."""

from collections.abc import Iterator
from dataclasses import dataclass

from doctor.areas import network as passage
from doctor.areas.open_ways import is_open, shut
from doctor.declare import Observation, not_applicable, ok, problem, unknown
from doctor.evidence.paths import Paths
from doctor.network.resolution import Kind, Problem
from doctor.network.ways import Answer
from doctor.verdict import Remedy, Severity


@dataclass(frozen=True, kw_only=True)
class Misnaming:
    """One fault as a check sees it. `healthy` completes a sentence that starts with `for HOST`.

    `about` are words of the reasons (`doctor.network.names`) that leave this very fault open.
    """

    check: str
    remedy: Remedy
    healthy: str
    about: tuple[str, ...]

    def judge(self, paths: Paths) -> Iterator[Observation]:
        """One problem for each component at fault, as severe as its effect; else unknown or ok."""
        if words := passage.exempt(paths):
            yield not_applicable(paths.concerns, words)
            return
        if paths.answer is None:
            yield not_applicable(paths.concerns, f"{paths.host} is an address and needs no name")
            return
        found: dict[str, list[Problem]] = {}
        for each in paths.answer.problems:
            if each.check == self.check:
                found.setdefault(each.component, []).append(each)
        for component, problems in found.items():
            yield self._problem(component, problems, paths)
        if not found:
            yield self._undecided(paths, paths.answer) or ok(paths.concerns, f"for {paths.host} {self.healthy}")

    def _problem(self, component: str, problems: list[Problem], paths: Paths) -> Observation:
        severity, words = effect(paths)
        commands = dict.fromkeys(command for each in problems for command in each.commands)
        return problem(
            component,
            f"{problems[0].detail}; {words}",
            severity=severity,
            addresses=passage.addresses(paths.ways),
            remedy=passage.filled(self.remedy, component, paths, commands),
        )

    def _undecided(self, paths: Paths, answer: Answer) -> Observation | None:
        reasons = [why for why in answer.unknowns if any(word in why for word in self.about)]
        if not reasons and answer.kind is Kind.UNKNOWN:
            reasons = list(answer.unknowns) or [f"what answers for {paths.host} is not known"]
        if not reasons:
            return None
        return unknown(paths.concerns, passage.short(reasons), severity=Severity.HINTS if answer.problems else None)


def leads_to_nobody(paths: Paths) -> bool:
    """Whether a private zone answers for an AWS service with addresses that no interface carries."""
    by_zone = paths.answer is not None and paths.answer.kind is Kind.PRIVATE_ZONE
    missing = [any(each.check == "network.target-missing" for each in way.path.blockers) for way in paths.ways]
    return bool(paths.service) and by_zone and bool(missing) and all(missing)


def effect(paths: Paths) -> tuple[Severity | None, str]:
    """How severe a wrong answer is: not at all where the addresses that it gives can be reached, as by way of NAT.

    None is the check's own severity.
    """
    if not paths.ways:
        nowhere = paths.answer is not None and paths.answer.kind is Kind.NOWHERE
        return None, f"{paths.host} has no address there" if nowhere else "what it becomes then is not known"
    closed = shut(paths)
    beyond = [way for way in closed if any(each.check not in passage.NEAR for each in way.path.blockers)]
    if beyond:
        return None, f"what it resolves to cannot be reached {passage.scope(paths, beyond)}"
    if closed:
        return Severity.HINTS, "what keeps the function from it would do so under any address"
    if any(way.path.reachable is None and not is_open(paths, way.subnet) for way in paths.ways):
        return Severity.RISKS, "whether what it resolves to can be reached is not decided"
    return Severity.HINTS, "every subnet has an open way to what it resolves to all the same"
