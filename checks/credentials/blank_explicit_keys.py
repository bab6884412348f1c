from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.application import Application
from doctor.evidence.caller import Caller, Identity
from doctor.evidence.credentials import Credentials, KeyClass, Keys


@check(
    "credentials.blank-explicit-keys",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Leave aws_access_key_id and aws_secret_access_key out of the call; where they must stay configurable for local "
        "work, pass None instead of an empty string: `aws_access_key_id=settings.key or None`.",
        commands=("grep -rnE 'aws_(access_key_id|secret_access_key) *=' --include='*.py' .",),
    ),
)
def blank_explicit_keys(
    credentials: Credentials, application: Application | None, caller: Caller | None
) -> Iterator[Observation]:
    """Nobody hands boto3 an empty key.

    `boto3.client("sqs", aws_access_key_id="", aws_secret_access_key="")` signs with an empty key and never falls back to
    the role, although the environment holds good credentials; `boto3.Session("", "")` does fall back. AWS answers

        UnrecognizedClientException; InvalidClientTokenId
        AuthorizationHeaderMalformed: a non-empty Access Key (AKID) must be provided in the credential

    or, where only the secret is empty, SignatureDoesNotMatch. A shared file with `aws_access_key_id =` does the same.
    Empty strings come from settings classes with a default of "", from `os.environ.get(NAME, "")`, and from variables
    that a template sets to nothing.

    Source: measured, the same in botocore 1.20 to 1.44.
    """
    default = "the default credential chain"
    if what := _empty(credentials.keys, caller.identity if caller else None):
        provider = credentials.keys.provider if credentials.keys else ""
        yield problem(default, f"{default} signs with {what}: that is what its provider holds ({provider})")
    else:
        yield ok(default, f"{default} signs with no empty key")
    if application is None or not application.factory:
        return
    subject = f"the application's client ({application.factory})"
    if application.built is None:
        yield unknown(subject, application.unbuilt)
    elif what := _empty(application.built.keys, application.identity):
        yield problem(subject, f"{subject} signs with {what}: the code that builds it passes it explicitly")
    else:
        yield ok(subject, f"{subject} was built with no empty key")


def _empty(keys: Keys | None, identity: Identity | None) -> str:
    """What is empty, and by which code AWS refuses it."""
    if keys is None or (keys.secret_length and keys.key is not KeyClass.BLANK):
        return ""
    code = identity.refused_as if identity else ""
    what = "an empty access key" if keys.key is KeyClass.BLANK else "an empty secret"
    return f"{what}, which AWS refuses{code}" if code else what
