from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, unknown
from doctor.evidence.run import Run


@check(
    "doctor.out-of-time",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Give the run a larger budget (--budget, budget_seconds), the function a longer timeout or more memory, or leave out "
        "what hangs (--skip).",
        commands=("doctor examine --budget 60",),
    ),
)
def out_of_time(run: Run) -> Iterator[Observation]:
    """The budget was enough for everything that was begun.

    What hangs is killed, so that the verdict is back in time; what it would have found is unknown, so the run is

        inconclusive: gathering 'names' was stopped at the end of its time
    """
    for mishap in run.of("doctor.out-of-time"):
        yield unknown(mishap.subject, mishap.detail, severity=mishap.severity, targets=("*",))
    if not run.of("doctor.out-of-time"):
        yield ok("the run", "every collector and check finished in time")
