from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.reach import Rung
from doctor.evidence.reach import Reach, Tls


@check(
    "reach.handshake-timeout",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Look for what stands between: an inspecting firewall that holds the ClientHello, or a path whose packets are smaller "
        "than both ends think (VPN, transit gateway) where ICMP type 3 code 4 is dropped.",
        commands=("openssl s_client -connect HOST:443 -servername HOST </dev/null", "tracepath HOST"),
    ),
)
def handshake_timeout(reach: Reach) -> Iterator[Observation]:
    """The host finishes the TLS handshake that it was asked for.

    TCP connects and the handshake gets no answer. boto3 calls that a read timeout, after connect_timeout seconds:

        ReadTimeoutError: Read timeout on endpoint URL

    A hole for large packets (MTU) or an inspection appliance; a slow service would have finished the handshake first.
    """
    yield _RUNG.judge(reach)


_RUNG = Rung(
    failed=lambda probe: probe.tls is Tls.TIMEOUT,
    passed=lambda probe: probe.tls is Tls.VERIFIED,
    fault="accepts the connection and never finishes the TLS handshake",
    healthy="finishes the TLS handshake",
)
