"""Two verdicts beside each other: what broke, what was mended, what can no longer be told."""

from dataclasses import dataclass
from enum import StrEnum

from doctor.render.plain_text import visible
from doctor.verdict import Finding, Outcome, Verdict


class Change(StrEnum):
    """What became of the whole."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    INCOMPARABLE = "incomparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Findings by what became of them. `lost` was decided before and is not any more."""

    change: Change
    broken: tuple[Finding, ...]
    mended: tuple[Finding, ...]
    standing: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    reason: str = ""


def compare(before: Verdict, after: Verdict) -> Comparison:
    """Compare by finding ids, which are stable between runs. A new problem is worse, whatever else got better."""
    old, new = ({finding.id: finding for finding in verdict.findings} for verdict in (before, after))
    problems = [finding for finding in after.findings if finding.outcome is Outcome.PROBLEM]
    broken = tuple(finding for finding in problems if not _is(old.get(finding.id), Outcome.PROBLEM))
    standing = tuple(finding for finding in problems if _is(old.get(finding.id), Outcome.PROBLEM))
    settled = [finding for finding in before.findings if finding.outcome in (Outcome.OK, Outcome.PROBLEM)]
    mended = tuple(
        finding for finding in settled if finding.outcome is Outcome.PROBLEM and _is(new.get(finding.id), Outcome.OK)
    )
    lost = tuple(finding for finding in settled if _undecided(new.get(finding.id)))
    reason = _incomparable(before, after, lost)
    if broken:
        change = Change.WORSE
    elif reason:
        change = Change.INCOMPARABLE
    else:
        change = Change.BETTER if mended else Change.SAME
    return Comparison(change=change, broken=broken, mended=mended, standing=standing, lost=lost, reason=reason)


def _is(finding: Finding | None, outcome: Outcome) -> bool:
    return finding is not None and finding.outcome is outcome


def _undecided(finding: Finding | None) -> bool:
    return finding is None or finding.outcome is Outcome.UNKNOWN


def _incomparable(before: Verdict, after: Verdict, lost: tuple[Finding, ...]) -> str:
    functions = [verdict.runtime.function if verdict.runtime else None for verdict in (before, after)]
    if functions[0] != functions[1]:
        return (
            f"they were examined in different places: {functions[0] or 'a machine'} and {functions[1] or 'a machine'}"
        )
    if before.error or after.error:
        return "one of the runs was refused"
    return f"{len(lost)} findings that were decided before are not any more" if lost else ""


def render(comparison: Comparison) -> str:
    """The comparison as text for a terminal."""
    head = comparison.change.value + (f": {comparison.reason}" if comparison.reason else "")
    groups = (
        ("broken", comparison.broken),
        ("mended", comparison.mended),
        ("still broken", comparison.standing),
        ("no longer decided", comparison.lost),
    )
    lines = [
        f"{name:<18} {visible(finding.id)}  {visible(finding.message)}" for name, found in groups for finding in found
    ]
    return "\n".join([head, *lines]) + "\n"
