"""What the checks make of evidence: the ids that a hostile input must lead to."""

from doctor import registry
from doctor.evidence import Evidence, Facts, Vantage
from doctor.judge import judge
from doctor.verdict import Finding, Outcome, Severity


def sealed(*facts: Facts) -> tuple[Evidence, ...]:
    """Facts in their envelopes, as seen from this machine."""
    return tuple(Evidence.of(one, vantage=Vantage(), at="2026-01-01T00:00:00.000+00:00", took=0.1) for one in facts)


def findings(checks: tuple[str, ...], *facts: Facts) -> tuple[Finding, ...]:
    """What these checks say about the facts."""
    known = sealed(*facts)
    return tuple(item.finding for check in checks for item in judge(registry.load(check), known))


def said(checks: tuple[str, ...], *facts: Facts) -> str:
    """The ids of what breaks; where nothing does, of what is unknown at that severity, with a question mark.

    Nothing at all means that all of it decided and found no fault.
    """
    grave = [found for found in findings(checks, *facts) if found.severity is Severity.BREAKS]
    broken = sorted({found.check for found in grave if found.outcome is Outcome.PROBLEM})
    undecided = sorted({f"{found.check}?" for found in grave if found.outcome is Outcome.UNKNOWN})
    return " ".join(broken or undecided)
