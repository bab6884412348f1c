from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, unknown
from doctor.evidence.run import Run


@check(
    "doctor.check-crashed",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Report it with the case file to whoever wrote the check; doctor replay shows the crash again. Until it is mended, "
        "--skip leaves the check out, and what it judges is not judged.",
        commands=("doctor examine --output casefile=case.json", "doctor replay case.json --only CHECK"),
    ),
)
def check_crashed(run: Run) -> Iterator[Observation]:
    """All checks ended with findings, and none with a crash.

    A check that raises, exits, or sends what is no finding has decided nothing, so the run is

        inconclusive: dns.name-not-found crashed: KeyError
    """
    for mishap in run.of("doctor.check-crashed"):
        yield unknown(mishap.subject, mishap.detail, severity=mishap.severity, targets=("*",))
    if not run.of("doctor.check-crashed"):
        yield ok("checks", "every check ran to its end")
