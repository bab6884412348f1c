"""Invented checks and findings: the reasoning is an algebra, and is tested on values that no real check owns."""

from collections.abc import Iterator, Sequence

from doctor.declare import Check, Nearness, Observation
from doctor.diagnosis import diagnose
from doctor.judge import Judged
from doctor.verdict import EVERY_TARGET, Finding, Outcome, Remedy, Separation, Severity, Source, finding_id

HERE = "a.example:443"
THERE = "b.example:443"


def _silent(**_: object) -> Iterator[Observation]:
    yield from ()


def rule(
    id: str,
    *,
    follows: Sequence[str] = (),
    severity: Severity = Severity.BREAKS,
    nearness: Nearness = Nearness.TARGET,
) -> Check:
    """A check as the diagnosis sees it: what it declares, and no code worth running."""
    return Check(
        id=id,
        severity=severity,
        remedy=Remedy(f"mend {id}"),
        follows=tuple(follows),
        nearness=nearness,
        needs=(),
        healthy="All is well",
        explanation="",
        judge=_silent,
    )


def seen(
    check: str,
    *,
    outcome: Outcome = Outcome.PROBLEM,
    subject: str = "subject",
    severity: Severity = Severity.BREAKS,
    targets: Sequence[str] = (HERE,),
    addresses: Sequence[str] = (),
    subnet: str | None = None,
    sources: Sequence[Source] = (Source.INSIDE,),
    candidates: Sequence[str] = (),
    separate: Sequence[Separation] = (),
) -> Judged:
    """A finding with what the diagnosis needs of it."""
    finding = Finding(
        id=finding_id(check, subject, tuple(targets)),
        check=check,
        outcome=outcome,
        severity=severity,
        subject=subject,
        targets=tuple(targets),
        message=f"{check} on {subject}",
        sources=tuple(sources),
        addresses=tuple(addresses),
        subnet=subnet,
    )
    return Judged(finding=finding, candidates=tuple(candidates), separate=tuple(separate))


def fine(check: str, **details: object) -> Judged:
    """The same, with the outcome ok."""
    return seen(check, outcome=Outcome.OK, **details)  # type: ignore[arg-type]


def reasoned(
    *judged: Judged,
    rules: Sequence[Check] = (),
    answers: Sequence[diagnose.Answer] = (),
    targets: Sequence[str] = (HERE, THERE),
) -> diagnose.Reasoning:
    """Reason with these rules; a check without one follows nothing."""
    known = {item.finding.check: rule(item.finding.check) for item in judged} | {rule.id: rule for rule in rules}
    return diagnose.reason(judged, known, answers, targets, diagnose.Commands(" ".join))


def outcome_of(reasoning: diagnose.Reasoning, check: str) -> Outcome:
    """The outcome of the only finding of a check."""
    (finding,) = (finding for finding in reasoning.findings if finding.check == check)
    return finding.outcome


def roots(reasoning: diagnose.Reasoning) -> list[str]:
    """The checks that the diagnoses name, in their order."""
    return [diagnosis.check for diagnosis in reasoning.diagnoses]


EVERYWHERE = (EVERY_TARGET,)
