from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.reach import Rung
from doctor.evidence.reach import Probe, Reach, Tls


@check(
    "reach.certificate-wrong-name",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Call the host by a name that its certificate holds. A private hosted zone or a hosts entry that leads an AWS name to "
        "another server is the usual cause; an endpoint's vpce- name wants its own host in endpoint_url.",
        commands=(
            "openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 -noout -ext subjectAltName",
        ),
    ),
)
def certificate_wrong_name(reach: Reach) -> Iterator[Observation]:
    """The host's certificate is made out to the host's name.

        SSLError: SSL validation failed … hostname 'x' doesn't match 'y'

    The chain is sound and the name is another's: the name leads to the wrong server.
    """
    yield _RUNG.judge(reach)


def _names(probe: Probe) -> str:
    return f"it names {', '.join(probe.certificate.names[:4])}" if probe.certificate else probe.detail


_RUNG = Rung(
    failed=lambda probe: probe.tls is Tls.WRONG_NAME,
    passed=lambda probe: probe.tls is Tls.VERIFIED,
    fault="shows a certificate for another name",
    healthy="shows a certificate for its own name",
    detail=_names,
)
