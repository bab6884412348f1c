from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.caller import SIGNATURE_CODES, TIME_CODES, Answer, Caller


@check(
    "credentials.rejected",
    severity=Severity.BREAKS,
    follows=(
        "credentials.missing-session-token",
        "credentials.stray-session-token",
        "credentials.malformed-key",
        "credentials.placeholder-keys",
        "credentials.expired",
        "credentials.environment-overridden",
        "client.endpoint-override",
    ),
    remedy=Remedy(
        "Find what put these credentials in place of the role's: a .env file, a variable set by a bootstrap, an emulator's "
        "leftovers. Inside a function nothing needs to be configured; if the role was deleted and made anew, update the "
        "function once so that its environments are recycled.",
        commands=("aws sts get-caller-identity",),
    ),
)
def rejected(caller: Caller) -> Iterator[Observation]:
    """AWS accepts what the default chain signs.

    AWS answered, so the network is sound, and it refused the credentials themselves:

        InvalidClientTokenId: The security token included in the request is invalid (STS, SQS, SNS)
        UnrecognizedClientException: The security token included in the request is invalid (DynamoDB, Lambda, …)

    STS is an instrument here, not a target: in a VPC without an STS endpoint its silence is no fault, and any declared
    service that answers a signed call, even with AccessDenied, proves the credentials just as well.
    """
    identity = caller.identity
    subject = "the default credential chain"
    if identity.code in SIGNATURE_CODES or identity.code in TIME_CODES:
        judge = "signature-mismatch" if identity.code in SIGNATURE_CODES else "clock-skew"
        yield not_applicable(subject, f"AWS refused the request ({identity.code}): see credentials.{judge}")
    elif identity.answer is Answer.REJECTED:
        yield problem(
            subject,
            f"{identity.instrument} answered {identity.code}: AWS refuses these credentials, and the network is sound",
        )
    elif identity.answer is Answer.ACCEPTED:
        who = f" as {identity.principal}" if identity.principal else ""
        yield ok(subject, f"{identity.instrument} accepts the default credential chain{who}")
    elif identity.answer is Answer.UNSIGNED:
        yield unknown(subject, f"no signed call could be sent: {identity.error}: {identity.message}")
    elif identity.answer is Answer.UNREACHABLE and not caller.sts_declared:
        yield unknown(
            subject,
            f"STS gave no answer ({identity.message}), so the credentials were not judged; a VPC needs no STS endpoint",
            severity=Severity.HINTS,
        )
    else:
        yield unknown(
            subject,
            f"{identity.instrument} did not judge the credentials: {identity.code or identity.message}",
        )
