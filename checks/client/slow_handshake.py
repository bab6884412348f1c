from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check
from doctor.areas.client import compared, judge_phase
from doctor.evidence.clients import Clients, Phase
from doctor.evidence.reach import Reach
from doctor.evidence.sandbox import Sandbox
from doctor.verdict import Outcome
from doctor.world import MB_OF_ONE_CPU


def _remedy(memory: int) -> Remedy:
    more = f"aws lambda update-function-configuration --function-name FUNCTION --memory-size {memory}"
    return Remedy(
        "Give the function more memory, and with it CPU (1,769 MB are one vCPU), and keep connections between calls.",
        commands=(more,),
    )


_KEEP = Remedy(
    "This function has a whole CPU, so that it is the other end or the way there that is slow: keep connections between "
    "calls, and compare the handshake from elsewhere.",
    commands=("curl -so /dev/null -w '%{time_connect} %{time_appconnect}\\n' https://HOST:443/",),
)


@check("client.slow-handshake", severity=Severity.RISKS, remedy=_remedy(1024))
def slow_handshake(reach: Reach, sandbox: Sandbox, clients: Clients | None) -> Iterator[Observation]:
    """A TLS handshake takes a small part of the function's time.

    A handshake is arithmetic on both sides and a round trip or two. In a 128 MB function, with a fourteenth of a CPU, it
    takes hundreds of milliseconds while TCP connects in one:

        Task timed out after 3.00 seconds

    Judged against the time that this invocation had, by the fastest address.
    """
    took = min((probe.tls_took for probe in reach.probes if probe.carries and probe.tls), default=None)
    carried = any(probe.carries for probe in reach.probes) or not (reach.expected and reach.tls)
    seen = judge_phase("the TLS handshake with", reach.concerns, took, sandbox, carried=carried)
    told = compared(seen, clients, Phase.TLS)
    memory = sandbox.memory or 0
    remedy = _KEEP if memory >= MB_OF_ONE_CPU else _remedy(max(1024, 2 * memory))
    yield replace(told, remedy=remedy) if told.outcome is Outcome.PROBLEM else told
