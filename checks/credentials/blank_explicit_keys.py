from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.application import VARIABLE, Application
from doctor.evidence.credentials import Credentials, KeyClass


@check(
    "credentials.blank-explicit-keys",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Leave aws_access_key_id and aws_secret_access_key out of the call; where they must stay configurable for local "
        "work, pass None instead of an empty string: `aws_access_key_id=settings.key or None`.",
        commands=("grep -rnE 'aws_(access_key_id|secret_access_key) *=' --include='*.py' .",),
    ),
)
def blank_explicit_keys(credentials: Credentials, application: Application | None) -> Iterator[Observation]:
    """Nobody hands boto3 an empty key.

    `boto3.client("sqs", aws_access_key_id="", aws_secret_access_key="")` signs with an empty key and never falls back to
    the role, although the environment holds good credentials; `boto3.Session("", "")` does fall back. AWS answers

        UnrecognizedClientException; InvalidClientTokenId
        AuthorizationHeaderMalformed: a non-empty Access Key (AKID) must be provided in the credential

    Empty strings come from settings classes with a default of "", from `os.environ.get(NAME, "")`, and from variables
    that a template sets to nothing.

    Source: measured, the same in botocore 1.20 to 1.44.
    """
    keys = credentials.keys
    if keys and keys.provider == "explicit" and keys.key is KeyClass.BLANK:
        yield problem("the default credential chain", "the default chain was given an empty key and signs with it")
    else:
        yield ok("the default credential chain", "the default chain was given no empty key")
    if application is None or not application.factory:
        return
    subject = f"the application's client ({application.factory})"
    if application.built is None:
        yield unknown(subject, f"{VARIABLE} built no client: {application.failure}")
    elif application.built.keys and application.built.keys.key is KeyClass.BLANK:
        yield problem(subject, f"{subject} signs with an empty access key that the code passed explicitly")
    else:
        yield ok(subject, f"{subject} was built with no empty key")
