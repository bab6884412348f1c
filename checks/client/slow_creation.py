from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, not_applicable, unknown
from doctor.areas.client import judge_phase
from doctor.evidence.application import VARIABLE, Application
from doctor.evidence.clients import Clients
from doctor.evidence.sandbox import Sandbox
from doctor.verdict import Outcome

_BARE = "a bare client of boto3"


@check(
    "client.slow-creation",
    severity=Severity.HINTS,
    remedy=Remedy(
        "Create clients once, at the top of the module: it is CPU work and opens no connection. Give the function more memory, "
        "and with it CPU, where even once is slow.",
    ),
)
def slow_creation(application: Application, sandbox: Sandbox, clients: Clients | None) -> Iterator[Observation]:
    """Creating a client takes a small part of the function's time.

    Creating a client loads its service's model, tens of milliseconds of CPU for most and a hundred for EC2 (measured), and
    sends nothing; the first one loads the list of all endpoints too. In every invocation, or with a fraction of a CPU, that
    adds up to

        Task timed out after 3.00 seconds

    Judged against the time that this invocation had: the application's client, and a bare one where there is no such.
    """
    subject = f"the application's client ({application.factory})"
    if application.built:
        seen = judge_phase("creating", subject, application.took, sandbox, carried=False)
        yield _beside_a_bare_one(seen, clients)
        return
    if application.factory:
        yield unknown(subject, application.unbuilt)
    else:
        yield not_applicable(VARIABLE, f"{VARIABLE} names no factory, so no application's client was timed")
    if clients and clients.creation is None:
        yield unknown(_BARE, f"boto3 created no client: {clients.failure}")
    elif clients:
        yield judge_phase("creating", _BARE, clients.creation, sandbox, carried=False)


def _beside_a_bare_one(seen: Observation, clients: Clients | None) -> Observation:
    """One fact, one finding: the bare client only tells how much of a slow creation is the application's own."""
    if not clients or clients.creation is None or seen.outcome is not Outcome.PROBLEM:
        return seen
    return replace(seen, message=f"{seen.message}; {_BARE} took {clients.creation * 1000:.0f} ms")
