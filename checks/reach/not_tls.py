from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.reach import Rung
from doctor.evidence.reach import Reach, Tls


@check(
    "reach.not-tls",
    severity=Severity.BREAKS,
    remedy=Remedy(
        'The port speaks plain text: use the port that speaks TLS, or declare the target with "tls": false if plain text is '
        "meant.",
        commands=("curl -sv http://HOST:443/ -o /dev/null",),
    ),
)
def not_tls(reach: Reach) -> Iterator[Observation]:
    """The host speaks TLS on the port where TLS is expected.

        SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number

    Something answers, in another language: plain HTTP on 443, a database's own protocol, a proxy's error page.
    """
    yield _RUNG.judge(reach)


_RUNG = Rung(
    failed=lambda probe: probe.tls is Tls.NOT_TLS,
    passed=lambda probe: probe.tls is Tls.VERIFIED,
    fault="does not speak TLS",
    healthy="speaks TLS",
    detail=lambda probe: probe.detail,
)
