import shlex
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.trust import Bundle, Trust


@check(
    "client.ca-bundle-unusable",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Package the bundle and name it by its path in the sandbox (/var/task/…, /opt/…), or remove the variable or setting: "
        "botocore brings its own.",
        commands=('ls -l "$AWS_CA_BUNDLE"', 'openssl storeutl -noout -certs "$AWS_CA_BUNDLE"'),
    ),
)
def ca_bundle_unusable(trust: Trust) -> Iterator[Observation]:
    """Every CA bundle that a variable or the shared configuration names can be read and holds certificates.

        SSLError: SSL validation failed
        OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/pki/ca.pem

    A variable that was right on the build machine names nothing in the sandbox; a blank one botocore refuses
    (InvalidConfigError), and before it did it verified nothing. botocore reads AWS_CA_BUNDLE, else `ca_bundle` of the
    profile in ~/.aws/config, else REQUESTS_CA_BUNDLE; other variables are for other clients. Whether the bundle also
    vouches for AWS shows on the ladder, where it is used.
    """
    if not trust.bundles:
        yield ok("AWS_CA_BUNDLE", "neither variable nor profile names a bundle, so botocore's own is used")
    for bundle in trust.bundles:
        read = bundle is trust.bundles[0] and bundle.variable != "SSL_CERT_FILE"
        named = f"{bundle.variable} names {bundle.path or 'nothing'}"
        if bundle.error and read:
            words = f"{named}, which boto3 cannot use as its bundle: {bundle.error}"
            yield problem(bundle.variable, words, remedy=_remedy(bundle))
        elif bundle.error:
            words = f"{named}, which cannot be used: {bundle.error}; boto3 does not read it, other HTTPS clients do"
            yield problem(bundle.variable, words, severity=Severity.RISKS, remedy=_remedy(bundle))
        else:
            yield ok(bundle.variable, f"{bundle.variable} names a bundle of {bundle.certificates} authorities")


def _remedy(bundle: Bundle) -> Remedy:
    """Where it is named, and what is there: by the variable's own name, or of the shared configuration by the path."""
    variable = " " not in bundle.variable
    look = f"printenv {bundle.variable}" if variable else "aws configure get ca_bundle"
    if not bundle.path:
        return Remedy(f"Name a bundle, or take {bundle.variable} away: botocore brings its own.", commands=(look,))
    place = f'"${bundle.variable}"' if variable else shlex.quote(bundle.path)
    return Remedy(
        f"Package the bundle, and have {bundle.variable} name it by its path in the sandbox (/var/task/…, /opt/…), or take "
        "it away: botocore brings its own.",
        commands=(*(() if variable else (look,)), f"ls -l {place}", f"openssl storeutl -noout -certs {place}"),
    )
