from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.reach import Rung
from doctor.evidence.reach import Http, Reach, Tls


@check(
    "reach.connection-reset",
    severity=Severity.BREAKS,
    follows=("client.proxy-unreachable", "client.proxy-captures-endpoint"),
    remedy=Remedy(
        "A firewall that reads the server name (SNI) cuts connections to names that it does not like: allow the name there. "
        "Where only old connections are cut, leave one retry.",
        commands=("openssl s_client -connect HOST:443 -servername HOST </dev/null",),
    ),
)
def connection_reset(reach: Reach) -> Iterator[Observation]:
    """The host keeps the connection open until it has answered.

        ConnectionClosedError: Connection was closed before we received a valid response from endpoint URL

    A reset or an end of file, during the handshake or after the request: a filter that reads the ClientHello, a proxy
    that gives up, a service that crashed.
    """
    yield _RUNG.judge(reach)


_RUNG = Rung(
    failed=lambda probe: probe.tls is Tls.RESET or probe.http is Http.CLOSED,
    passed=lambda probe: probe.http in (Http.ANSWERED, Http.MALFORMED),
    fault="closes the connection before it answers",
    healthy="keeps the connection until it has answered",
    detail=lambda probe: probe.detail,
)
