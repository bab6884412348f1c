"""The verdict as JSON, the canonical form. In ASCII: terminals, logs and diffs show no character that is not there."""

import json
from dataclasses import replace
from typing import Any

from doctor import encode
from doctor.verdict import Diagnosis, Outcome, Verdict


def plain(verdict: Verdict) -> dict[str, object]:
    """The verdict as plain data, as a direct invocation returns it. Lone surrogates, which no UTF-8 can say, become "?"."""
    result: dict[str, Any] = encode.plain(verdict)
    said = {text: text.encode(errors="replace").decode() for text in encode.texts(result) if not text.isascii()}
    return encode.replaced(result, {text: sayable for text, sayable in said.items() if sayable != text})


def text(data: object) -> str:
    """Plain data as JSON text."""
    return json.dumps(data, indent=2) + "\n"


def render(verdict: Verdict) -> str:
    """The verdict as JSON text."""
    return text(plain(verdict))


def fit(verdict: Verdict, most_bytes: int) -> Verdict:
    """The verdict, cut until its JSON fits: first the case file, then findings; of diagnoses the long lists only."""
    if _size(verdict) <= most_bytes:
        return verdict
    if verdict.casefile:
        verdict = replace(verdict, casefile={"omitted": f"the reply would exceed {most_bytes} bytes"})
    for outcome in (Outcome.NOT_APPLICABLE, Outcome.OK, Outcome.UNKNOWN, Outcome.PROBLEM):
        if _size(verdict) > most_bytes:
            kept = tuple(finding for finding in verdict.findings if finding.outcome is not outcome)
            cut = f"{verdict.headline} ({len(verdict.findings) - len(kept)} {outcome.value} findings left out for size)"
            verdict = replace(verdict, findings=kept, headline=cut)
    if _size(verdict) > most_bytes:
        verdict = replace(verdict, diagnoses=tuple(map(_short, verdict.diagnoses)))
    return verdict


def _short(diagnosis: Diagnosis) -> Diagnosis:
    """A diagnosis with the first of its thousands of subjects and targets."""
    few = 50
    return replace(
        diagnosis,
        subjects=diagnosis.subjects[:few],
        targets=diagnosis.targets[:few],
        explains=diagnosis.explains[:few],
    )


def _size(verdict: Verdict) -> int:
    return len(json.dumps(encode.plain(verdict)))
