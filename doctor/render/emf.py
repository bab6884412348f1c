"""One line of CloudWatch's embedded metric format: a scheduled run becomes an alarm without another service.

The line must stand alone on standard output; CloudWatch Logs reads the metrics out of it (embedded metric format
specification). Each combination of dimensions is billed as a metric of its own, so the function is the only one.
"""

import json
import time

from doctor.verdict import Outcome, Severity, Status, Verdict

NAMESPACE = "LambdaDoctor"
_LONGEST_DIMENSION = 1024  # characters; CloudWatch drops a metric with a longer one


def render(verdict: Verdict, *, at: float | None = None) -> str:
    """The line for one run. `at` is seconds since the epoch; metrics count findings, duration is milliseconds."""
    problems = [finding for finding in verdict.findings if finding.outcome is Outcome.PROBLEM]
    breaks = [finding for finding in problems if finding.severity is Severity.BREAKS]
    metrics = {
        "Healthy": (int(verdict.status is Status.HEALTHY), "Count"),
        "Unhealthy": (int(verdict.status is Status.UNHEALTHY), "Count"),
        "Inconclusive": (int(verdict.status is Status.INCONCLUSIVE), "Count"),
        "Problems": (len(problems), "Count"),
        "BreakingProblems": (len(breaks), "Count"),
        "Unknowns": (sum(finding.outcome is Outcome.UNKNOWN for finding in verdict.findings), "Count"),
        "Duration": (round((verdict.timings.total if verdict.timings else 0.0) * 1000, 1), "Milliseconds"),
    }
    directive = {
        "Timestamp": int((time.time() if at is None else at) * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": NAMESPACE,
                "Dimensions": [["function"]],
                "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()],
            }
        ],
    }
    function = ((verdict.runtime and verdict.runtime.function) or "none")[:_LONGEST_DIMENSION]
    first = verdict.diagnoses[0].check if verdict.diagnoses else ""
    line = {"_aws": directive, "function": function, "status": verdict.status, "diagnosis": first[:_LONGEST_DIMENSION]}
    return json.dumps(line | {name: value for name, (value, _) in metrics.items()})


def is_foreign(event: object) -> bool:
    """Whether a run judges evidence that was brought along: that is no measurement of this function."""
    asked = event.get("doctor") if isinstance(event, dict) else None
    return isinstance(asked, dict) and bool(asked.get("evidence"))
