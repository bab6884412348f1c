from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, unknown
from doctor.evidence.run import Run


@check(
    "doctor.plugin-failed",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Install the distribution beside the doctor, correct its entry points (group lambda_doctor.checks, ids that start with "
        "its name), or take its name out of DOCTOR_PLUGINS and --plugin.",
        commands=("pip show DISTRIBUTION", "doctor examine --plugin DISTRIBUTION --output json"),
    ),
)
def plugin_failed(run: Run) -> Iterator[Observation]:
    """All plug-ins that were named could be used.

    A plug-in that was asked for and did not run is a part of the examination that did not happen, so the run is

        inconclusive: the plug-in acme-doctor is not usable
    """
    for mishap in run.of("doctor.plugin-failed"):
        yield unknown(mishap.subject, mishap.detail, severity=mishap.severity, targets=("*",))
    if not run.of("doctor.plugin-failed"):
        yield ok("plug-ins", "every plug-in that was named was loaded")
