from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, check
from doctor.areas.reach import Rung
from doctor.evidence.reach import Probe, Reach, Tls
from doctor.evidence.trust import Trust


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
def certificate_untrusted(reach: Reach, trust: Trust | None) -> Iterator[Observation]:
    """A root that the SDK trusts vouches for the host's certificate.

    Judged by the trust that boto3 itself uses: AWS_CA_BUNDLE, else certifi's bundle, else botocore's.

        SSLError: SSL validation failed … CERTIFICATE_VERIFY_FAILED: self-signed certificate in certificate chain

    A chain that has expired, or is not valid yet, is not trusted either (CERTIFICATE_VERIFY_FAILED: certificate has
    expired), and a bundle that cannot be read vouches for nobody.
    """
    incomplete = trust and trust.bundles and any(_is_amazons(probe) for probe in reach.probes)
    yield _RUNG.judge(reach, _BUNDLE if incomplete else None)


# Amazon's own certificate, and still no trust: then it is the bundle that lacks Amazon's roots.
_BUNDLE = Remedy(
    "The certificate is Amazon's own, and the configured bundle does not hold Amazon's roots: append them to it, or "
    "remove the variable, since botocore brings a complete bundle.",
    commands=('cat "$AWS_CA_BUNDLE" "$(python -m certifi)" > bundle.pem',),
)


def _is_amazons(probe: Probe) -> bool:
    return bool(probe.tls is Tls.UNTRUSTED and probe.certificate and probe.certificate.issuer.startswith("Amazon,"))


def _reason(probe: Probe) -> str:
    if probe.tls is Tls.EXPIRED and probe.certificate:
        return f"it is not valid at this time, and ends {probe.certificate.expires}"
    return f"issued by {probe.certificate.issuer}" if probe.certificate and probe.certificate.issuer else probe.detail


def _candidates(reach: Reach, probes: tuple[Probe, ...]) -> tuple[str, ...]:
    del reach
    return ("credentials.clock-skew",) if all(probe.tls is Tls.EXPIRED for probe in probes) else ()


_RUNG = Rung(
    failed=lambda probe: probe.tls in (Tls.UNTRUSTED, Tls.EXPIRED, Tls.NO_TRUST),
    passed=lambda probe: probe.tls is Tls.VERIFIED,
    fault="shows a certificate that no trusted root vouches for",
    healthy="shows a certificate that the SDK trusts",
    detail=_reason,
    candidates=_candidates,
    separate=lambda _: (
        Separation("date -u", "not today's date: this clock is wrong, and the certificate may be valid"),
    ),
)
