from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.credentials import Credentials, Keys
from doctor.evidence.environment import Environment


@check(
    "credentials.placeholder-keys",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Remove the placeholder: in a function boto3 needs no keys at all. Where an emulator wants some, set them for it "
        "alone, in the configuration that is not deployed.",
        commands=("grep -rnE 'aws_access_key_id *= *.(test|dummy|local|mock|AKIAIOSFODNN7EXAMPLE)' .",),
    ),
)
def placeholder_keys(
    credentials: Credentials, environment: Environment, application: Application | None
) -> Iterator[Observation]:
    """The keys in use were issued by AWS, not made up for an emulator or a manual.

    `test`, `dummy`, `local`, or the keys of AWS's own manuals (AKIAIOSFODNN7EXAMPLE) were never issued:

        InvalidClientTokenId: The security token included in the request is invalid.

    They are what emulators are fed, and stay behind in settings and variables. Where DOCTOR_ALLOW_LOCAL=1 declares that
    an emulator is meant, they are no fault.
    """
    if environment.local_allowed:
        yield not_applicable("the default credential chain", "DOCTOR_ALLOW_LOCAL=1 declares that an emulator is meant")
        return
    yield _judge("the default credential chain", credentials.keys)
    if application and application.built:
        yield _judge(f"the application's client ({application.factory})", application.built.keys)


def _judge(subject: str, keys: Keys | None) -> Observation:
    if keys and keys.placeholder:
        return problem(subject, f"{subject} uses a placeholder that AWS never issued, such as emulators are fed")
    return ok(subject, f"{subject} uses no placeholder")
