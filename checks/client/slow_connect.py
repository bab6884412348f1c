from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.client import compared, judge_phase
from doctor.evidence.clients import Clients, Phase
from doctor.evidence.reach import Reach
from doctor.evidence.sandbox import Sandbox


@check(
    "client.slow-connect",
    severity=Severity.RISKS,
    remedy=Remedy(
        "A connect is one round trip: call a region that is near, an endpoint in the function's own zone, and keep connections "
        "between calls.",
        commands=("curl -so /dev/null -w '%{time_connect}\\n' https://HOST/",),
    ),
)
def slow_connect(reach: Reach, sandbox: Sandbox, clients: Clients | None) -> Iterator[Observation]:
    """A TCP connection is made in a small part of the function's time.

    Within a region a round trip takes a millisecond or two. More is distance, loss that was repaired, or a queue:

        Task timed out; ConnectTimeoutError now and then

    Judged against the time that this invocation had, by the fastest address.
    """
    took = min((probe.tcp_took for probe in reach.probes if probe.carries), default=None)
    seen = judge_phase("connecting to", reach.concerns, took, sandbox, carried=not reach.expected)
    yield compared(seen, clients, Phase.CONNECT)
