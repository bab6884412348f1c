from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.evidence.reach import Probe, Reach, Tls
from doctor.rung import Rung


@check(
    "reach.certificate-untrusted",
    severity=Severity.BREAKS,
    follows=("client.ca-bundle-unusable", "client.proxy-captures-endpoint", "client.endpoint-override"),
    remedy=Remedy(
        "Look at the issuer: AWS's own certificates come from Amazon. A company's name means that a proxy or firewall opens "
        "the connection: exempt AWS endpoints from inspection, or name its root in AWS_CA_BUNDLE. Never turn verification off.",
        commands=("openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null",),
    ),
)
def certificate_untrusted(reach: Reach) -> Iterator[Observation]:
    """A root that the SDK trusts vouches for the host's certificate.

    Judged by the trust that boto3 itself uses: AWS_CA_BUNDLE, else certifi's bundle, else botocore's.

        SSLError: SSL validation failed … CERTIFICATE_VERIFY_FAILED: self-signed certificate in certificate chain
    """
    yield _RUNG.judge(reach)


def _issuer(probe: Probe) -> str:
    return f"issued by {probe.certificate.issuer}" if probe.certificate and probe.certificate.issuer else probe.detail


_RUNG = Rung(
    failed=lambda probe: probe.tls is Tls.UNTRUSTED,
    passed=lambda probe: probe.tls is Tls.VERIFIED,
    fault="shows a certificate that no trusted root vouches for",
    healthy="shows a certificate that the SDK trusts",
    detail=_issuer,
)
