"""Two verdicts beside each other: what broke, what was mended, what can no longer be told.

Worse, better and same are said only of runs that looked at the same things: the same function, region (where both know
theirs) and set of targets. Findings are the same if their ids are; where an id is gone, the check's other findings about
the target stand for it, since subjects such as addresses change. What was unknown before and is a problem now is not
"broken": nobody knows since when. What was decided before and is unknown now counts as lost only where it would break
calls, was no symptom of another fault, and follows from no problem of the new run, which would hide it.
"""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from doctor import registry
from doctor.diagnosis.clearance import meet
from doctor.render.plain_text import visible
from doctor.verdict import EVERY_TARGET, Finding, Outcome, Severity, Verdict


class Change(StrEnum):
    """What became of the whole."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    INCOMPARABLE = "incomparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Findings by what became of them: `lost` was decided before only, `unseen` could not be told before.

    All are as the new run tells them.
    """

    change: Change
    broken: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()
    standing: tuple[Finding, ...] = ()
    unseen: tuple[Finding, ...] = ()
    lost: tuple[Finding, ...] = ()
    reason: str = ""


def compare(before: Verdict, after: Verdict) -> Comparison:
    """What changed. A new problem is worse, whatever else got better."""
    if reason := _elsewhere(before, after):
        return Comparison(change=Change.INCOMPARABLE, reason=reason)
    problems = [finding for finding in after.findings if finding.outcome is Outcome.PROBLEM]
    was = {finding.id: _outcome(finding, after, before) for finding in problems}
    standing = tuple(finding for finding in problems if was[finding.id] is Outcome.PROBLEM)
    unseen = tuple(finding for finding in problems if was[finding.id] is Outcome.UNKNOWN)
    broken = tuple(finding for finding in problems if finding not in standing and finding not in unseen)
    mended = tuple(
        _today(finding, after)
        for finding in before.findings
        if finding.outcome is Outcome.PROBLEM
        and _outcome(finding, before, after) in (Outcome.OK, Outcome.NOT_APPLICABLE)
    )
    lost = tuple(_today(finding, after) for finding in before.findings if _is_lost(finding, before, after, problems))
    reason = "" if broken else _undecided(unseen, lost)
    change = Change.INCOMPARABLE if reason else Change.WORSE if broken else Change.BETTER if mended else Change.SAME
    return Comparison(
        change=change, broken=broken, mended=mended, standing=standing, unseen=unseen, lost=lost, reason=reason
    )


def _elsewhere(before: Verdict, after: Verdict) -> str:
    """Why the runs did not look at the same things."""
    if before.error or after.error:
        return "one of the runs was refused"
    functions = [verdict.runtime.function if verdict.runtime else None for verdict in (before, after)]
    if functions[0] != functions[1]:
        return f"different functions were examined: {' and '.join(name or 'a machine' for name in functions)}"
    regions = [verdict.runtime.region if verdict.runtime else None for verdict in (before, after)]
    if None not in regions and regions[0] != regions[1]:
        return f"different regions were examined: {regions[0]} and {regions[1]}"
    if only := sorted(_targets(before, after) ^ _targets(after, before)):
        return f"different targets were examined: only one of the runs concerns {', '.join(only)}"
    return ""


def _targets(verdict: Verdict, other: Verdict) -> set[str]:
    """What a run was asked about. A check that speaks of one place where it fails, and of the whole process where all is
    well, such as that of the caller, was asked about the same in both."""
    whole = _of_everything(other) - _of_everything(verdict)
    named = {name for finding in verdict.findings if finding.check not in whole for name in finding.targets}
    return named - {EVERY_TARGET}


def _of_everything(verdict: Verdict) -> set[str]:
    """The checks that came to a conclusion about the whole process; that nothing was looked at is none."""
    decided = (finding for finding in verdict.findings if finding.outcome in (Outcome.OK, Outcome.PROBLEM))
    return {finding.check for finding in decided if EVERY_TARGET in finding.targets}


def _undecided(unseen: Sequence[Finding], lost: Sequence[Finding]) -> str:
    if unseen:
        return f"{_counted(len(unseen), 'problem')} of the second run could not be told in the first"
    return f"{_counted(len(lost), 'finding')} of the first run could not be told in the second" if lost else ""


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _outcome(finding: Finding, here: Verdict, there: Verdict) -> Outcome:
    """What the other run concluded about the same thing; unknown where it did not look."""
    related = [
        other for other in there.findings if other.check == finding.check and meet(other.targets, finding.targets)
    ]
    for other in related:
        if other.id == finding.id:
            return other.outcome
    own = {other.id for other in here.findings}
    instead = {other.outcome for other in related if other.id not in own}
    for outcome in (Outcome.PROBLEM, Outcome.UNKNOWN):
        if outcome in instead:
            return outcome
    return Outcome.OK if {other.outcome for other in related} - {Outcome.UNKNOWN} else Outcome.UNKNOWN


def _is_lost(finding: Finding, before: Verdict, after: Verdict, problems: Sequence[Finding]) -> bool:
    return (
        finding.outcome in (Outcome.OK, Outcome.PROBLEM)
        and finding.severity is Severity.BREAKS
        and not finding.explained_by
        and _outcome(finding, before, after) is Outcome.UNKNOWN
        and not any(_could_hide(problem, finding) for problem in problems)
    )


def _could_hide(problem: Finding, finding: Finding) -> bool:
    try:
        follows = registry.load(finding.check).follows
    except LookupError:  # a third party's, or another version's
        return False
    return meet(problem.targets, finding.targets) and any(
        fnmatch.fnmatchcase(problem.check, pattern) for pattern in follows
    )


def _today(finding: Finding, after: Verdict) -> Finding:
    """What the new run says of it: the old message would tell what no longer holds."""
    related = [
        other for other in after.findings if other.check == finding.check and meet(other.targets, finding.targets)
    ]
    same = [other for other in related if other.id == finding.id]
    instead = [other for other in related if other.outcome is not Outcome.PROBLEM]
    return (same or instead or [replace(finding, message="the second run did not look at it")])[0]


def render(comparison: Comparison) -> str:
    """The comparison as text for a terminal."""
    head = comparison.change.value + (f": {visible(comparison.reason)}" if comparison.reason else "")
    groups = (
        ("broken", comparison.broken),
        ("mended", comparison.mended),
        ("still broken", comparison.standing),
        ("seen only now", comparison.unseen),
        ("no longer decided", comparison.lost),
    )
    lines = [
        f"{name:<18} {visible(finding.id)}  {visible(finding.message)}"
        for name, found in groups
        for finding in dict.fromkeys(found)
    ]
    return "\n".join([head, *lines]) + "\n"
