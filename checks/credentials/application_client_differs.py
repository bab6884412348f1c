from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.application import VARIABLE, Application, Built
from doctor.evidence.caller import Answer, Caller, Identity


@check(
    "credentials.application-client-differs",
    severity=Severity.BREAKS,
    follows=(
        "credentials.missing-session-token",
        "credentials.blank-explicit-keys",
        "credentials.keys-copied-into-settings",
        "credentials.profile-selected",
        "client.endpoint-override",
        "client.region-differs",
    ),
    remedy=Remedy(
        "Build the application's client without credential arguments, `boto3.client(\"sqs\")`, and it is the role's again.",
        commands=("grep -rnE 'aws_(access_key_id|secret_access_key|session_token)|profile_name' --include='*.py' .",),
    ),
)
def application_client_differs(application: Application, caller: Caller) -> Iterator[Observation]:
    """AWS sees the same caller behind the application's client and behind a bare one.

    The A/B test of credential faults: in one sandbox, over one network, a client on boto3's default chain and the client
    that the application builds (`DOCTOR_CLIENT_FACTORY`) ask STS who they are. Where the bare chain is accepted and the
    application's is not, the application supplies bad credentials; no security group, route or endpoint can cause that.

        UnrecognizedClientException in the application, while `boto3.client("sts").get_caller_identity()` works
    """
    subject = f"the application's client ({application.factory})"
    ours, theirs = caller.identity, application.identity
    if not application.factory:
        yield not_applicable(VARIABLE, f"{VARIABLE} names no factory, so there is no application client to compare")
    elif ours.answer is Answer.ACCEPTED and application.failure.startswith("ProfileNotFound"):
        words = f"AWS accepts the default chain, and {subject} asks for a profile that does not exist"
        yield problem(subject, f"{words}: {application.failure}")
    elif application.built is None or theirs is None:
        yield unknown(subject, application.unbuilt)
    elif ours.answer is Answer.ACCEPTED and theirs.answer in (Answer.REJECTED, Answer.UNSIGNED):
        reason = theirs.code or theirs.error
        yield problem(
            subject,
            f"AWS accepts the default chain and refuses {subject} ({reason}): "
            f"the application supplies these credentials itself{_provider(application.built)}",
        )
    elif {ours.answer, theirs.answer} & {Answer.UNREACHABLE, Answer.REFUSED, Answer.UNSIGNED}:
        yield unknown(
            subject,
            "AWS did not judge both sets of credentials, so they cannot be compared",
            severity=Severity.HINTS,
        )
    elif ours.answer is theirs.answer is Answer.ACCEPTED and _who(ours) != _who(theirs):
        yield problem(
            subject,
            f"{subject} is {_who(theirs)}, while the default chain is {_who(ours)}{_provider(application.built)}",
            severity=Severity.RISKS,
        )
    else:
        yield ok(subject, f"{subject} and the default chain get the same answer from AWS")


def _who(identity: Identity) -> str:
    return f"{identity.principal or 'an unknown principal'} in account {identity.account or 'unknown'}"


def _provider(built: Built) -> str:
    return f" (botocore's provider: {built.keys.provider})" if built.keys else ""
