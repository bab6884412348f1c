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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from doctor.declare import Check
from doctor.diagnosis.candidates import MOST, Look, possible, separations
from doctor.diagnosis.causes import causes_of, lineage_of
from doctor.diagnosis.clearance import Answer, clear
from doctor.diagnosis.placeholders import filled
from doctor.diagnosis.sight import Sight
from doctor.judge import Judged
from doctor.verdict import (
    EVERY_TARGET,
    Confidence,
    Diagnosis,
    FailOn,
    Finding,
    Outcome,
    Remedy,
    Severity,
    Source,
    Status,
)

_PREDICTED = ("dns", "network")
_ENGINE = "doctor."
_NOTHING = Sight()
_BESIDE = "aws ec2 authorize-security-group-"  # adds a rule; others, told twice, would undo or repeat each other
# Exempts one kind of gateway, one subnet or VPC, and changes nothing else (EC2 API reference).
_EACH = ("aws ec2 modify-vpc-encryption-control ", "aws ec2 create-vpc-block-public-access-exclusion ")


class Commands(NamedTuple):
    """Writers of commands that look at these checks: again as in this run, and from both sides of the function.

    `both` and `function` are None where there is no function that could be asked about.
    """

    verify: Look
    both: Look | None = None
    function: str | None = None


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
    causes = {id_: found for id_, found in causes_of(problems, checks).items() if found}
    explained_by = {id_: found[0] for id_, found in causes.items()}
    roots = [item for item in problems if item.finding.id not in explained_by]
    findings = tuple(
        replace(item.finding, explained_by=explained_by.get(item.finding.id))
        if item.finding.outcome is Outcome.PROBLEM
        else item.finding
        for item in judged
    )
    lineage = {id_: lineage_of(id_, causes) for id_ in causes}
    groups = [_with_effects(group, lineage, findings) for group in _grouped(roots)]
    groups.sort(key=lambda group: _order(group, checks, targets))
    return Reasoning(findings, tuple(_diagnosis(group, findings, checks, commands, sight) for group in groups))


@dataclass(frozen=True)
class _Group:
    """The problems of one check and severity, the ids of what they explain, and the sides that saw either."""

    items: list[Judged]
    sources: frozenset[Source]
    explains: tuple[str, ...] = ()


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
    open_ = possible(group, targets, findings, checks, sight)
    candidates = open_[:MOST]
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
        separate=separations(group, open_, commands.both),
        remedy=filled(_remedy(group, checks[first.check].remedy), commands.function, first.targets),
        verify=commands.verify(tuple(involved)),
    )


def _remedy(group: Sequence[Judged], usual: Remedy) -> Remedy:
    """The first's own; with the rules for what those do not open, where a security group stops several targets.

    One group's rule is enough: what stops no more than was mended adds nothing. An exemption lets pass where it is asked
    for, and every other place goes on stopping the same: there all are needed.
    """
    told = [(item, item.remedy) for item in group if item.remedy]
    if not told:
        return usual
    first, mended = told[0][1], _stopped(told[0][0])
    commands = dict.fromkeys(first.commands)
    for item, remedy in told[1:]:
        commands |= dict.fromkeys(each for each in remedy.commands if each.startswith(_EACH))
        if not _stopped(item) <= mended:
            commands |= dict.fromkeys(each for each in remedy.commands if each.startswith(_BESIDE))
            mended |= _stopped(item)
    return replace(first, commands=tuple(commands))


def _stopped(item: Judged) -> set[tuple[str, str, str | None]]:
    """Each target, address and subnet that a problem tells of."""
    found = item.finding
    return set(product(found.targets or ("",), found.addresses or ("",), item.subnets or (found.subnet,)))


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
