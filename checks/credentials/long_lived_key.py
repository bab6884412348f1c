from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.credentials import Credentials, KeyClass, Keys
from doctor.evidence.environment import Environment


@check(
    "credentials.long-lived-key",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Give the role the permissions that the key's user has, take the key out of configuration and code, and deactivate it.",
        commands=("aws iam update-access-key --status Inactive --access-key-id KEY --user-name USER",),
    ),
)
def long_lived_key(
    environment: Environment, credentials: Credentials, application: Application | None
) -> Iterator[Observation]:
    """The function signs with its role and not with a stored key (AKIA…).

    A long-term key works until somebody deletes, deactivates or rotates it; then every call fails at once with

        InvalidClientTokenId: The security token included in the request is invalid.

    and until then it is a secret that can leak. A function has a role, whose keys are changed for it.
    """
    if not environment.in_function:
        yield not_applicable("the default credential chain", "outside a function a long-term key may be meant")
        return
    yield _judge("the default credential chain", credentials.keys)
    if application and application.built:
        yield _judge(f"the application's client ({application.factory})", application.built.keys)


def _judge(subject: str, keys: Keys | None) -> Observation:
    if keys and keys.key is KeyClass.LONG_TERM:
        return problem(subject, f"{subject} uses a stored long-term key (AKIA…) instead of the function's role")
    return ok(subject, f"{subject} uses no stored long-term key")
