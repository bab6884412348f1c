from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.application import VARIABLE, Application


@check(
    "client.retries-disabled",
    severity=Severity.HINTS,
    remedy=Remedy(
        "Leave one retry: total_max_attempts=2. Calls that must not run twice want an idempotency token, not a missing retry.",
    ),
)
def retries_disabled(application: Application) -> Iterator[Observation]:
    """A call is tried twice at least, so that a connection gone stale costs nothing.

    Between invocations the sandbox is frozen; a kept connection may have been closed by the other side meanwhile, and the
    first call after it gets

        ConnectionClosedError: Connection was closed before we received a valid response from endpoint URL

    which one retry heals. `retries={"max_attempts": 1}` means one retry, `total_max_attempts=1` none.
    """
    subject = f"the application's client ({application.factory})"
    if not application.factory:
        yield not_applicable(VARIABLE, f"{VARIABLE} names no factory, so no client's retries are known")
    elif application.built is None:
        yield unknown(subject, application.unbuilt)
    elif application.built.attempts < 2:
        yield problem(subject, f"{subject} never tries twice")
    else:
        yield ok(subject, f"{subject} tries up to {application.built.attempts} times")
