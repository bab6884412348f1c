from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.client import compared, judge_phase
from doctor.evidence.clients import Clients, Phase
from doctor.evidence.reach import Reach
from doctor.evidence.sandbox import Sandbox


@check(
    "client.slow-service",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Look at the service's own latency metrics and throttles; bound the wait with read_timeout, so that the function can "
        "answer for itself.",
    ),
)
def slow_service(reach: Reach, sandbox: Sandbox, clients: Clients | None) -> Iterator[Observation]:
    """The first byte of an answer comes in a small part of the function's time.

    From the request to the first byte of an answer without credentials: the front of the service, not its work.

        ReadTimeoutError: Read timeout on endpoint URL

    Judged against the time that this invocation had, by the fastest address.
    """
    took = min((probe.http_took for probe in reach.probes if probe.carries and probe.http), default=None)
    carried = any(probe.carries for probe in reach.probes) or not (reach.expected and reach.tls)
    seen = judge_phase("the first answer of", reach.concerns, took, sandbox, carried=carried)
    yield compared(seen, clients, Phase.FIRST_BYTE)
