from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.credentials import Credentials


@check(
    "credentials.none-found",
    severity=Severity.BREAKS,
    follows=("credentials.blank-environment-keys", "credentials.profile-selected"),
    remedy=Remedy(
        "Inside a function: find what takes the role's variables away, such as os.environ.clear() or a subprocess with an "
        "environment of its own. On a laptop: log in, or name a profile.",
        commands=("aws configure list", "aws sso login"),
    ),
)
def none_found(credentials: Credentials) -> Iterator[Observation]:
    """boto3 finds credentials somewhere along its default chain.

    Every provider was asked: environment, shared files, container address, instance metadata.

        NoCredentialsError: Unable to locate credentials

    The chain ends at the first provider that is configured and fails (a container address that does not answer, a profile
    or a token file that is missing, a shared file that cannot be parsed), and every client meets that same exception:

        CredentialRetrievalError; ProfileNotFound; ConfigParseError
    """
    subject = "the default credential chain"
    if credentials.keys:
        yield ok(subject, f"the default chain finds credentials (botocore's provider: {credentials.keys.provider})")
    elif credentials.error == "PartialCredentialsError":
        yield not_applicable(subject, "the default chain found half of a key pair: see credentials.partial")
    elif credentials.error:
        yield problem(subject, f"the default chain breaks off: {credentials.error}: {credentials.message}")
    else:
        yield problem(subject, "the default chain finds no credentials anywhere (NoCredentialsError)")
