from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.trust import Trust


@check(
    "client.ca-bundle-unusable",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Package the bundle and name it by its path in the sandbox (/var/task/…, /opt/…), or remove the variable: botocore "
        "brings its own.",
        commands=('ls -l "$AWS_CA_BUNDLE"', 'openssl storeutl -noout -certs "$AWS_CA_BUNDLE"'),
    ),
)
def ca_bundle_unusable(trust: Trust) -> Iterator[Observation]:
    """Every CA bundle that a variable names can be read and holds certificates.

        SSLError: SSL validation failed
        OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /etc/pki/ca.pem

    A variable that was right on the build machine names nothing in the sandbox; a blank one botocore refuses
    (InvalidConfigError), and before it did it verified nothing. botocore reads AWS_CA_BUNDLE, else REQUESTS_CA_BUNDLE;
    the others are for other clients. Whether the bundle also vouches for AWS shows on the ladder, where it is used.
    """
    if not trust.bundles:
        yield ok("AWS_CA_BUNDLE", "no variable names a bundle, so botocore's own is used")
    for bundle in trust.bundles:
        read = bundle is trust.bundles[0] and bundle.variable != "SSL_CERT_FILE"
        named = f"{bundle.variable} names {bundle.path or 'nothing'}"
        if bundle.error and read:
            yield problem(bundle.variable, f"{named}, which boto3 cannot use as its bundle: {bundle.error}")
        elif bundle.error:
            words = f"{named}, which cannot be used: {bundle.error}; boto3 does not read it, other HTTPS clients do"
            yield problem(bundle.variable, words, severity=Severity.RISKS)
        else:
            yield ok(bundle.variable, f"{bundle.variable} names a bundle of {bundle.certificates} authorities")
