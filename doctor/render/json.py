"""The verdict as JSON, the canonical form."""

import json
from dataclasses import asdict, replace

from doctor.verdict import Outcome, Verdict


def plain(verdict: Verdict) -> dict[str, object]:
    """The verdict as plain data, as a direct invocation returns it."""
    result: dict[str, object] = json.loads(json.dumps(asdict(verdict)))
    return result


def render(verdict: Verdict) -> str:
    """The verdict as JSON text."""
    return json.dumps(asdict(verdict), indent=2, ensure_ascii=False) + "\n"


def fit(verdict: Verdict, most_bytes: int) -> Verdict:
    """The verdict, cut until its JSON fits: first the case file, then findings that decide nothing; never the diagnoses."""
    if _size(verdict) <= most_bytes:
        return verdict
    if verdict.casefile:
        verdict = replace(verdict, casefile={"omitted": f"the reply would exceed {most_bytes} bytes"})
    for outcome in (Outcome.NOT_APPLICABLE, Outcome.OK, Outcome.UNKNOWN, Outcome.PROBLEM):
        if _size(verdict) > most_bytes:
            kept = tuple(finding for finding in verdict.findings if finding.outcome is not outcome)
            cut = f"{verdict.headline} ({len(verdict.findings) - len(kept)} {outcome.value} findings left out for size)"
            verdict = replace(verdict, findings=kept, headline=cut)
    return verdict


def _size(verdict: Verdict) -> int:
    return len(json.dumps(asdict(verdict)))
