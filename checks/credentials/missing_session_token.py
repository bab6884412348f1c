from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.credentials import Credentials, KeyClass, Keys
from doctor.evidence.experiments import Change, Experiments


@check(
    "credentials.missing-session-token",
    severity=Severity.BREAKS,
    follows=("credentials.environment-overridden",),
    remedy=Remedy(
        "Pass no credentials to boto3: its default chain finds key, secret and token together and keeps them fresh. "
        "Where a settings object reads AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, delete those fields.",
        commands=("grep -rnE 'aws_access_key_id|aws_secret_access_key|AWS_ACCESS_KEY_ID' --include='*.py' .",),
    ),
)
def missing_session_token(
    credentials: Credentials, application: Application | None, experiments: Experiments | None, caller: Caller | None
) -> Iterator[Observation]:
    """Whoever signs with a temporary key (ASIA…) sends its session token along.

    Lambda puts three values into the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. A
    settings object that reads the first two and hands them to `boto3.client(…)` signs without the third, because botocore
    never merges an environment token into explicit keys. AWS then answers

        UnrecognizedClientException: The security token included in the request is invalid.
        InvalidClientTokenId: The security token included in the request is invalid.

    The error comes from AWS itself, so names, routes and security groups are sound: look at the code that builds the
    client. A refresh or retry loop cannot help, since it signs with the same two values again.

    Where the token is known that belongs to the key, the call is signed once more with all three: that AWS accepts it then
    proves that nothing else is wrong.

    Source: measured with botocore 1.20 to 1.44; an ASIA key without a token is always refused (IAM user guide,
    "Temporary security credentials in IAM").
    """
    proof = experiments.came_of(Change.PLATFORMS_TOKEN) if experiments else None
    told = _told(caller.identity if caller else None, proof, "the platform's token")
    yield _judge("the default credential chain", credentials.keys, told)
    if application and application.built:
        told = _told(application.identity, application.came_of(Change.CHAINS_TOKEN), "the default chain's token")
        yield _judge(f"the application's client ({application.factory})", application.built.keys, told)


_AT_THE_SOURCE = Remedy(
    "The token is missing where key and secret come from. In a function, find what replaced or removed AWS_SESSION_TOKEN: the "
    "platform sets all three. Elsewhere, export the token of the same issue as well, or complete the profile with "
    "aws_session_token.",
    commands=("aws configure list", "env | grep -c '^AWS_SESSION_TOKEN='"),
)


def _told(identity: Identity | None, proof: Answer | None, token: str) -> str:
    """By which code AWS refuses the call, and what the same call with the token came to."""
    code = identity.refused_as if identity else ""
    if proof is Answer.ACCEPTED:
        return f"{code}; it accepts the same key and secret with {token}"
    return f"{code}; it refuses them with {token} as well, so that is not all" if proof is Answer.REJECTED else code


def _judge(subject: str, keys: Keys | None, told: str) -> Observation:
    if keys is None:
        return ok(subject, f"{subject} carries no key that would need a token")
    if keys.key is KeyClass.TEMPORARY and not keys.token:
        return problem(
            subject,
            f"{subject} signs with a temporary key (ASIA…) and no session token, so AWS refuses every call{told}",
            remedy=None if keys.provider == "explicit" else _AT_THE_SOURCE,
        )
    if keys.key is KeyClass.TEMPORARY:
        return ok(subject, f"{subject} signs with a temporary key and its session token")
    return ok(subject, f"the key of {subject} is not a temporary one (ASIA…), so it needs no session token")
