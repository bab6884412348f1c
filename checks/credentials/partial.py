from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.credentials import Credentials


@check(
    "credentials.partial",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither. Inside a function the platform sets them: find the "
        "code, the .env file or the wrapper that removes or blanks one of them.",
        commands=("grep -rnE 'AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID' .",),
    ),
)
def partial(credentials: Credentials, application: Application | None) -> Iterator[Observation]:
    """Access key and secret are both there, or neither is.

    botocore stops at the first provider that holds half of a pair and looks no further:

        PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY

    A client that is given aws_access_key_id alone is not built at all ("found in explicit"). A blank secret counts as
    missing (measured with botocore 1.44). Nothing was sent, so the network was never asked.
    """
    subject = "the default credential chain"
    if credentials.error == "PartialCredentialsError":
        yield problem(
            subject, f"the default chain found half of a key pair: {credentials.error}: {credentials.message}"
        )
    else:
        yield ok(subject, "the default chain found no half of a key pair")
    if application and application.failure.startswith("PartialCredentialsError"):
        subject = f"the application's client ({application.factory})"
        yield problem(subject, f"{subject} was given half of a key pair: {application.failure}")
