from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.reach import Rung
from doctor.evidence.reach import Http, Reach


@check(
    "reach.no-response",
    severity=Severity.BREAKS,
    follows=("client.proxy-unreachable", "client.proxy-captures-endpoint"),
    remedy=Remedy(
        "The connection stands and the other side is silent: look at what terminates TLS there, a proxy, a load balancer or "
        "an inspecting firewall, and at its own path to AWS. Bound the wait with Config(read_timeout=…)."
    ),
)
def no_response(reach: Reach) -> Iterator[Observation]:
    """The host answers the request that it took.

    TCP and TLS succeed, the request is sent, and nothing comes back:

        ReadTimeoutError: Read timeout on endpoint URL

    after read_timeout, 60 seconds by default, times the attempts. A handshake that stalls gives the same exception; here
    the handshake was finished first.
    """
    yield _RUNG.judge(reach)


_RUNG = Rung(
    failed=lambda probe: probe.http is Http.SILENT,
    passed=lambda probe: probe.http in (Http.ANSWERED, Http.MALFORMED),
    fault="takes the request and never answers",
    healthy="answers a request",
)
