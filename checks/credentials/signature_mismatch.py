from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.caller import SIGNATURE_CODES, Answer, Caller, Identity


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
        commands=("aws sts get-caller-identity",),
    ),
)
def signature_mismatch(caller: Caller) -> Iterator[Observation]:
    """AWS computes the same signature as this process.

        SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided.
        InvalidSignatureException (JSON services)

    The key id is known, else AWS would say InvalidClientTokenId. Secret, clock, or a proxy that rewrites the request.
    IncompleteSignature means that key or token broke the header that they travel in.
    """
    identity = caller.identity
    subject = "the default credential chain"
    if identity.code in SIGNATURE_CODES:
        yield problem(subject, f"{identity.instrument} answered {identity.code}: AWS {_why(identity)}")
    elif identity.answer in (Answer.ACCEPTED, Answer.REJECTED):
        yield ok(subject, f"{identity.instrument} does not object to the signature")
    else:
        yield unknown(subject, "no signature was judged by AWS", severity=Severity.HINTS)


def _why(identity: Identity) -> str:
    if identity.clock_refused:
        return "refuses the time of the signature, and did not say whether it is the secret's"
    if identity.code.startswith("IncompleteSignature"):
        return "cannot read the signature"
    return "knows the key, and the signature is not its secret's"
