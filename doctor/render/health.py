"""The verdict as `application/health+json` (draft-inadarei-api-health-check-05, an expired draft that tools still read)."""

from doctor.render import json
from doctor.verdict import Finding, Outcome, Severity, Status, Verdict


def render(verdict: Verdict) -> str:
    """The document as text. The draft knows no "unknown": what could not be decided is no pass."""
    checks: dict[str, list[dict[str, object]]] = {}
    for finding in verdict.findings:
        if finding.outcome is not Outcome.NOT_APPLICABLE:
            checks.setdefault(finding.check, []).append(_check(finding))
    document: dict[str, object] = {
        "status": _overall(verdict),
        "version": verdict.schema_version,
        "releaseId": verdict.runtime.doctor if verdict.runtime else "",
        "serviceId": (verdict.runtime and verdict.runtime.function) or "",
        "description": "lambda-network-doctor",
        "output": verdict.headline,
        "notes": [f"doctor status: {verdict.status.value}"],
        "checks": checks,
    }
    return json.text(document)


def _overall(verdict: Verdict) -> str:
    """A run that stands in spite of problems below its threshold is healthy "with some concerns"."""
    if verdict.status is not Status.HEALTHY:
        return "fail"
    return "warn" if any(finding.outcome is Outcome.PROBLEM for finding in verdict.findings) else "pass"


def _check(finding: Finding) -> dict[str, object]:
    """One entry; for a pass the draft wants neither output nor affected endpoints."""
    entry: dict[str, object] = {"componentId": finding.subject, "status": _status(finding)}
    if finding.outcome is Outcome.OK:
        return entry
    affected = [target for target in finding.targets if target != "*"]
    return entry | {"output": finding.message} | ({"affectedEndpoints": affected} if affected else {})


def _status(finding: Finding) -> str:
    if finding.outcome is Outcome.OK:
        return "pass"
    return "fail" if finding.severity is Severity.BREAKS else "warn"
