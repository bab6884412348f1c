from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.caller import Answer, Caller

_CODES = ("SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException")


@check(
    "credentials.signature-mismatch",
    severity=Severity.BREAKS,
    follows=(
        "credentials.malformed-key",
        "credentials.placeholder-keys",
        "credentials.environment-overridden",
        "credentials.clock-skew",
    ),
    remedy=Remedy(
        "AWS knows the key and not the signature: the secret is another key's, or was changed on its way. Store key and secret "
        "again from one issue; behind a proxy, make sure that it changes neither Host nor headers.",
        commands=("aws sts get-caller-identity --debug 2>&1 | grep -i canonical",),
    ),
)
def signature_mismatch(caller: Caller) -> Iterator[Observation]:
    """AWS computes the same signature as this process.

        SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided.
        InvalidSignatureException (JSON services)

    The key id is known, else AWS would say InvalidClientTokenId. Secret, clock, or a proxy that rewrites the request.
    """
    identity = caller.identity
    subject = "the default credential chain"
    if identity.code in _CODES:
        yield problem(
            subject,
            f"{identity.instrument} answered {identity.code}: AWS knows the key, and the signature is not its secret's",
        )
    elif identity.answer in (Answer.ACCEPTED, Answer.REJECTED):
        yield ok(subject, f"{identity.instrument} does not object to the signature")
    else:
        yield unknown(subject, "no signature was judged by AWS", severity=Severity.HINTS)
