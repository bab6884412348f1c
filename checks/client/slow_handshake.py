from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.evidence.clients import Clients, Phase
from doctor.evidence.reach import Reach
from doctor.evidence.sandbox import Sandbox
from doctor.instrument import compared
from doctor.phase import judge_phase


@check(
    "client.slow-handshake",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Give the function more memory, and with it CPU (1,769 MB are one vCPU), and keep connections between calls.",
        commands=("aws lambda update-function-configuration --function-name FUNCTION --memory-size 1024",),
    ),
)
def slow_handshake(reach: Reach, sandbox: Sandbox, clients: Clients | None) -> Iterator[Observation]:
    """A TLS handshake takes a small part of the function's time.

    A handshake is arithmetic on both sides and a round trip or two. In a 128 MB function, with a fourteenth of a CPU, it
    takes hundreds of milliseconds while TCP connects in one:

        Task timed out after 3.00 seconds

    Judged against the time that this invocation had, by the fastest address.
    """
    took = min((probe.tls_took for probe in reach.probes if probe.carries and probe.tls), default=None)
    carried = any(probe.carries for probe in reach.probes) or not reach.expected
    seen = judge_phase("the TLS handshake with", reach.concerns, took, sandbox, carried=carried)
    yield compared(seen, clients, Phase.TLS)
