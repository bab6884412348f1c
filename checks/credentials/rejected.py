from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.caller import SIGNATURE_CODES, Answer, Caller
from doctor.evidence.experiments import Change, Experiments


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
def rejected(caller: Caller, experiments: Experiments | None) -> Iterator[Observation]:
    """AWS accepts what the default chain signs.

    AWS answered, so the network is sound, and it refused the credentials themselves:

        InvalidClientTokenId: The security token included in the request is invalid (STS, SQS, SNS)
        UnrecognizedClientException: The security token included in the request is invalid (DynamoDB, Lambda, …)

    STS is an instrument here, not a target: in a VPC without an STS endpoint its silence is no fault, and any declared
    service that answers a signed call, even with AccessDenied, proves the credentials just as well.

    A refused call is repeated with one thing changed: without the token, with what the platform set, at STS's other host. A
    token that the global host accepts and the region does not is of version 1, which regions that must be enabled refuse.
    """
    identity = caller.identity
    subject = "the default credential chain"
    if identity.clock_refused or identity.code in SIGNATURE_CODES:
        judge = "clock-skew" if identity.clock_refused else "signature-mismatch"
        yield not_applicable(subject, f"AWS refused the request ({identity.code}): see credentials.{judge}")
    elif identity.answer is Answer.REJECTED:
        words = f"{identity.instrument} answered {identity.code}: AWS refuses these credentials"
        told = [f"{words}, and the network is sound", *(_told(experiments) if experiments else ())]
        elsewhere = experiments is not None and experiments.came_of(Change.GLOBAL_HOST) is Answer.ACCEPTED
        yield problem(subject, "; ".join(told), remedy=_OLD_TOKEN if elsewhere else None)
    elif identity.answer is Answer.ACCEPTED:
        who = f" as {identity.principal}" if identity.principal else ""
        yield ok(subject, f"{identity.instrument} accepts the default credential chain{who}")
    else:
        yield _unjudged(subject, caller)


def _unjudged(subject: str, caller: Caller) -> Observation:
    """Why nobody said anything about the credentials. STS alone may be silent; a service that should have answered may not."""
    identity = caller.identity
    if identity.answer is Answer.UNSIGNED:
        return unknown(subject, f"no signed call could be sent: {identity.error}: {identity.message}")
    if identity.answer is Answer.UNREACHABLE and identity.mute:
        words = f"neither STS nor {', '.join(identity.mute)} judged the credentials in time ({identity.message})"
        return unknown(subject, words)
    if identity.answer is Answer.UNREACHABLE and not caller.sts_declared:
        return unknown(
            subject,
            f"STS gave no answer ({identity.message}), so the credentials were not judged; a VPC needs no STS endpoint",
            severity=Severity.HINTS,
        )
    return unknown(subject, f"{identity.instrument} did not judge the credentials: {identity.code or identity.message}")


# IAM API reference, SetSecurityTokenServicePreferences: version 1 is good only in regions that are there by default.
_OLD_TOKEN = Remedy(
    "Get the credentials from the STS of a region, or let the global one issue tokens that are good in all regions.",
    commands=("aws iam set-security-token-service-preferences --global-endpoint-token-version v2Token",),
)
_TOLD = {
    (Change.PLATFORMS_KEYS, Answer.ACCEPTED): "it accepts what the platform set, which this process does not sign with",
    (Change.PLATFORMS_TOKEN, Answer.ACCEPTED): "it accepts the same key with the token that the platform set",
    (Change.WITHOUT_TOKEN, Answer.ACCEPTED): "it accepts the same key without the token",
    (Change.GLOBAL_HOST, Answer.ACCEPTED): "the global STS accepts them: this region refuses tokens of version 1",
    (Change.REGIONAL_HOST, Answer.ACCEPTED): "the region's own STS accepts them",
    (Change.PLATFORMS_KEYS, Answer.REJECTED): "it refuses what the platform set as well, so the code is not the reason",
    (Change.PLATFORMS_TOKEN, Answer.REJECTED): "it refuses the key with the platform's own token as well",
    (
        Change.WITHOUT_TOKEN,
        Answer.REJECTED,
    ): "it refuses the key without the token as well, so no stray token is at fault",
    (Change.GLOBAL_HOST, Answer.REJECTED): "the global STS refuses them too, so the region is not the reason",
    (Change.REGIONAL_HOST, Answer.REJECTED): "the region's own STS refuses them too, so the host is not the reason",
}


def _told(experiments: Experiments) -> list[str]:
    """What the experiments prove, and what they rule out."""
    return [words for (change, answer), words in _TOLD.items() if experiments.came_of(change) is answer]
