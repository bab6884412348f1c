from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, unknown
from doctor.evidence.application import VARIABLE, Application
from doctor.evidence.sandbox import Sandbox
from doctor.phase import judge_phase


@check(
    "client.slow-creation",
    severity=Severity.HINTS,
    remedy=Remedy(
        "Create clients once, at the top of the module: it is CPU work and opens no connection. Give the function more memory, "
        "and with it CPU, where even once is slow.",
    ),
)
def slow_creation(application: Application, sandbox: Sandbox) -> Iterator[Observation]:
    """Creating a client takes a small part of the function's time.

    Creating a client loads its service's model, tens of milliseconds of CPU for most and a hundred for EC2 (measured), and
    sends nothing. In every invocation, or with a fraction of a CPU, that adds up to

        Task timed out after 3.00 seconds

    Judged against the time that this invocation had.
    """
    subject = f"the application's client ({application.factory})"
    if not application.factory:
        yield not_applicable(VARIABLE, f"{VARIABLE} names no factory, so no client's creation was timed")
    elif application.built is None:
        yield unknown(subject, f"the factory built no client: {application.failure}")
    else:
        yield judge_phase("creating", subject, application.took, sandbox, carried=False)
