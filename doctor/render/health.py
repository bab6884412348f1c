"""The verdict as `application/health+json` (draft-inadarei-api-health-check-05, an expired draft that tools still read)."""

import json

from doctor.verdict import Finding, Outcome, Severity, Status, Verdict

_STATUS = {Status.HEALTHY: "pass", Status.UNHEALTHY: "fail", Status.INCONCLUSIVE: "fail"}


def render(verdict: Verdict) -> str:
    """The document as text. The draft knows no "unknown": what could not be decided is no pass."""
    checks: dict[str, list[dict[str, object]]] = {}
    for finding in verdict.findings:
        if finding.outcome is not Outcome.NOT_APPLICABLE:
            checks.setdefault(finding.check, []).append(_check(finding))
    document: dict[str, object] = {
        "status": _STATUS[verdict.status],
        "version": verdict.schema_version,
        "releaseId": verdict.runtime.doctor if verdict.runtime else "",
        "serviceId": (verdict.runtime and verdict.runtime.function) or "",
        "description": "lambda-network-doctor",
        "output": verdict.headline,
        "notes": [f"doctor status: {verdict.status.value}"],
        "checks": checks,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _check(finding: Finding) -> dict[str, object]:
    return {
        "componentId": finding.subject,
        "status": _status(finding),
        "output": finding.message,
        "affectedEndpoints": [target for target in finding.targets if target != "*"],
    }


def _status(finding: Finding) -> str:
    if finding.outcome is Outcome.OK:
        return "pass"
    return "fail" if finding.severity is Severity.BREAKS else "warn"
