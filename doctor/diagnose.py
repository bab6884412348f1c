"""From findings to the few root causes that explain them. Pure; the rules are numbered in DESIGN's contract.

1. An authenticated AWS answer clears dns, network and reach for that target and address.
2. Two sides that agree make a diagnosis certain; what the other side has ruled out is no candidate.
3. Severity is a ceiling (`doctor.judge.lower`).
4. A problem is explained by a problem of a check that it follows.
5. Diagnoses are ordered; the first is the answer.
6. STS is an instrument: its silence is a hint (`checks/credentials/rejected.py`).
7. Status follows from what stands.
8. At most six candidates, each consistent with the evidence.
"""

import fnmatch
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from doctor import boundary, registry
from doctor.clearance import Answer, clear, meet
from doctor.declare import Check
from doctor.judge import Judged
from doctor.suspects import SILENCES, Sight, ranked
from doctor.telling import foreign, left
from doctor.verdict import (
    EVERY_TARGET,
    Confidence,
    Diagnosis,
    FailOn,
    Finding,
    Outcome,
    Separation,
    Severity,
    Source,
    Status,
)

_EXPLAINS_NOTHING = ("network.model-contradicted",)
_PREDICTED = ("dns", "network")
_MOST_CANDIDATES = 6
_ENGINE = "doctor."
_NOTHING = Sight()

Look = Callable[[Sequence[str]], str]


class Commands(NamedTuple):
    """Writers of commands that look at these checks: again as in this run, and from both sides of the function.

    `both` is None where there is no function that could be asked about.
    """

    verify: Look
    both: Look | None = None


@dataclass(frozen=True)
class Reasoning:
    """Findings after the rules, and the diagnoses that explain the problems among them."""

    findings: tuple[Finding, ...]
    diagnoses: tuple[Diagnosis, ...]


def reason(  # noqa: PLR0913 - all that a run has to tell
    judged: Sequence[Judged],
    checks: Mapping[str, Check],
    answers: Iterable[Answer],
    targets: Sequence[str],
    commands: Commands,
    *,
    sight: Sight = _NOTHING,
) -> Reasoning:
    """Apply rules 1, 2, 4, 5 and 8. `sight` is what the run met from inside."""
    judged = clear(judged, tuple(answers), tuple(targets))
    problems = [item for item in judged if item.finding.outcome is Outcome.PROBLEM]
    problems.sort(key=lambda item: _order(_Group([item], frozenset(item.finding.sources)), checks, targets))
    causes = {id_: found for id_, found in _causes(problems, checks).items() if found}
    explained_by = {id_: found[0] for id_, found in causes.items()}
    roots = [item for item in problems if item.finding.id not in explained_by]
    findings = tuple(
        replace(item.finding, explained_by=explained_by.get(item.finding.id))
        if item.finding.outcome is Outcome.PROBLEM
        else item.finding
        for item in judged
    )
    lineage = {id_: _ancestors(id_, causes) for id_ in causes}
    groups = [_with_effects(group, lineage, findings) for group in _grouped(roots)]
    groups.sort(key=lambda group: _order(group, checks, targets))
    return Reasoning(findings, tuple(_diagnosis(group, findings, checks, commands, sight) for group in groups))


@dataclass(frozen=True)
class _Group:
    """The problems of one check and severity, the ids of what they explain, and the sides that saw either."""

    items: list[Judged]
    sources: frozenset[Source]
    explains: tuple[str, ...] = ()


def _causes(problems: Sequence[Judged], checks: Mapping[str, Check]) -> dict[str, list[str]]:
    """Rule 4: for each problem the ids of those that explain it, best first; a circle is cut before its first."""
    causes: dict[str, list[str]] = {}
    place = {id(item): number for number, item in enumerate(problems)}
    at: dict[str, list[Judged]] = {}
    for item in problems:
        for target in item.finding.targets:
            at.setdefault(target, []).append(item)
    for item in problems:
        near = problems if EVERY_TARGET in item.finding.targets else _near(item.finding, at)
        explaining = [other for other in near if _explains(other.finding, item.finding, checks)]
        explaining.sort(key=lambda other: place[id(other)])
        causes[item.finding.id] = list(dict.fromkeys(other.finding.id for other in explaining))
    for item in problems:
        id_ = item.finding.id
        causes[id_] = [cause for cause in causes[id_] if id_ not in _ancestors(cause, causes)]
    return causes


def _near(finding: Finding, at: Mapping[str, list[Judged]]) -> list[Judged]:
    """The problems that share a target with this one: of thousands, a few."""
    return [other for target in (EVERY_TARGET, *finding.targets) for other in at.get(target, ())]


def _explains(cause: Finding, effect: Finding, checks: Mapping[str, Check]) -> bool:
    return (
        cause.check != effect.check
        and cause.check not in _EXPLAINS_NOTHING
        and any(_follows(pattern, cause) for pattern in checks[effect.check].follows)
        and cause.severity.weight >= effect.severity.weight
        and meet(cause.targets, effect.targets)
        and (None in (cause.subnet, effect.subnet) or cause.subnet == effect.subnet)
        and _share_family(cause.addresses, effect.addresses)
    )


def _follows(pattern: str, cause: Finding) -> bool:
    if "*" in pattern:
        return cause.severity is not Severity.HINTS and fnmatch.fnmatchcase(cause.check, pattern)
    return cause.check == pattern


def _share_family(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether both concern IPv4, or both IPv6; what names no address concerns either."""
    families = [{parsed.version for parsed in map(boundary.as_address, group) if parsed} for group in (some, others)]
    return not all(families) or not families[0].isdisjoint(families[1])


def _ancestors(id_: str, causes: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(causes.get(id_, ()))
    while waiting:
        cause = waiting.pop()
        if cause not in found:
            found.add(cause)
            waiting.extend(causes.get(cause, ()))
    return found


def _order(group: _Group, checks: Mapping[str, Check], targets: Sequence[str]) -> tuple[object, ...]:
    """Rule 5, for the problems of one check and severity."""
    first = group.items[0].finding
    stopped = {target for item in group.items for target in item.finding.targets}
    count = max(len(targets), 1) if EVERY_TARGET in stopped else len(stopped)
    return (
        -first.severity.weight,
        -count,
        _evidence_rank(group.sources),
        min(checks[first.check].nearness if item.nearness is None else item.nearness for item in group.items),
        min(item.finding.id for item in group.items),
    )


def _evidence_rank(sources: frozenset[Source]) -> int:
    if {Source.INSIDE, Source.CONTROL} <= sources:
        return 0
    best = (Source.INSIDE, Source.CONTROL, Source.ARTIFACT)
    return 1 + min(map(best.index, sources), default=len(best))


def _grouped(roots: Sequence[Judged]) -> list[list[Judged]]:
    """One group, and so one diagnosis, for each faulty check and severity: twelve timeouts are one."""
    groups: dict[tuple[str, Severity], list[Judged]] = {}
    for root in roots:
        groups.setdefault((root.finding.check, root.finding.severity), []).append(root)
    return list(groups.values())


def _with_effects(items: list[Judged], lineage: Mapping[str, set[str]], findings: tuple[Finding, ...]) -> _Group:
    own = {item.finding.id for item in items}
    explains = tuple(sorted(id_ for id_, ancestors in lineage.items() if ancestors & own))
    seen = (finding for finding in findings if finding.id in own or finding.id in explains)
    return _Group(items, frozenset(source for finding in seen for source in finding.sources), explains)


def _diagnosis(
    known: _Group, findings: tuple[Finding, ...], checks: Mapping[str, Check], commands: Commands, sight: Sight
) -> Diagnosis:
    group, first = known.items, known.items[0].finding
    targets = tuple(sorted({target for item in group for target in item.finding.targets}))
    possible = _possible(group, targets, findings, sight)
    candidates = possible[:_MOST_CANDIDATES]
    involved = dict.fromkeys([first.check, *(id_.partition("@")[0] for id_ in known.explains)])
    return Diagnosis(
        check=first.check,
        subjects=tuple(dict.fromkeys(item.finding.subject for item in group)),
        targets=targets,
        severity=first.severity,
        confidence=_confidence(first, candidates, known.sources),
        headline=_headline([item.finding.message for item in group]),
        explains=known.explains,
        could_also_be=candidates,
        separate=_separations(group, possible, commands.both),
        remedy=next((item.remedy for item in group if item.remedy), checks[first.check].remedy),
        verify=commands.verify(tuple(involved)),
    )


def _possible(
    group: list[Judged], targets: tuple[str, ...], findings: tuple[Finding, ...], sight: Sight
) -> tuple[str, ...]:
    """Rules 2 and 8: what a finding has ruled out or already named is no candidate, nor what the run met refutes."""
    named = _named(group)
    if group[0].finding.check in SILENCES:
        named = ranked([item.finding for item in group], [item.candidates for item in group], sight)
    return tuple(candidate for candidate in named if not _decided(candidate, targets, findings))


def _named(group: list[Judged]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(candidate for item in group for candidate in item.candidates))


def _decided(candidate: str, targets: tuple[str, ...], findings: tuple[Finding, ...]) -> bool:
    """Whether it was found sound for all of these targets, or is a problem of its own for one of them."""
    said = [finding for finding in findings if finding.check == candidate and meet(finding.targets, targets)]
    if any(finding.outcome is Outcome.PROBLEM for finding in said):
        return True
    sound = {target for finding in said if finding.outcome is Outcome.OK for target in finding.targets}
    return bool(sound) and (EVERY_TARGET in {*sound, *targets} or sound >= set(targets))


def _separations(group: list[Judged], possible: tuple[str, ...], both: Look | None) -> tuple[Separation, ...]:
    """What tells apart what is still possible: the other side's word on all of it, and what an engineer can ask himself.

    A check's own commands are meant for all of its candidates: where some are decided, nobody knows what is left of them,
    but of commands that are known.
    """
    if not possible:
        return ()
    candidates = possible[:_MOST_CANDIDATES]
    whole = candidates == _named(group)[:_MOST_CANDIDATES]
    written = [separation for item in group for separation in item.separate]
    own = [*(foreign(written) if whole else ()), *left(written, candidates)]
    elsewhere = [candidate for candidate in possible if both and _is_configured(candidate)]
    if both and elsewhere:
        own.insert(
            0, Separation(both(elsewhere), "what the configuration says: ok rules it out, a problem is the cause")
        )
    return tuple(dict.fromkeys(own))


def _is_configured(candidate: str) -> bool:
    """Whether a check needs the control side to decide."""
    return candidate in registry.built_in() and Source.CONTROL in registry.load(candidate).sources


def _confidence(first: Finding, candidates: tuple[str, ...], sources: frozenset[Source]) -> Confidence:
    """Rule 2: sure where nothing else fits or two sides agree; a way that was judged and not tried is as sure as its model."""
    if not candidates:
        predicted = sources == {Source.CONTROL} and first.check.partition(".")[0] in _PREDICTED
        return Confidence.LIKELY if predicted else Confidence.CERTAIN
    return Confidence.LIKELY if len(sources) > 1 or len(candidates) == 1 else Confidence.POSSIBLE


def _headline(messages: Sequence[str]) -> str:
    more = len(set(messages)) - 1
    return f"{messages[0]} (and {more} more of this kind)" if more else messages[0]


def status(findings: Sequence[Finding], fail_on: FailOn) -> Status:
    """Rule 7. What is neither applicable nor decided is no reason to call a function healthy."""
    decisive = [finding for finding in findings if finding.severity.reaches(fail_on)]
    if any(finding.outcome is Outcome.PROBLEM for finding in decisive):
        return Status.UNHEALTHY
    looked = any(f.outcome in (Outcome.OK, Outcome.PROBLEM) and not f.check.startswith(_ENGINE) for f in findings)
    if not looked or any(finding.outcome is Outcome.UNKNOWN for finding in decisive):
        return Status.INCONCLUSIVE
    return Status.HEALTHY
