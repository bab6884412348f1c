from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.application import VARIABLE, Application


@check(
    "credentials.keys-copied-into-settings",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Delete the credential fields from the settings object and pass none to boto3: the default chain finds the same keys, "
        "refreshes them, and works under SnapStart, where the variables do not exist.",
        commands=("grep -rnE 'aws_(access_key_id|secret_access_key|session_token)' --include='*.py' .",),
    ),
)
def keys_copied_into_settings(application: Application) -> Iterator[Observation]:
    """The role's keys stay where the platform put them, and are not copied into settings.

    All three values are copied, so it works, today. The copy is never refreshed and is frozen into a SnapStart snapshot:

        ExpiredTokenException: The security token included in the request is expired
    """
    subject = f"the application's client ({application.factory})"
    if not application.factory:
        yield not_applicable(VARIABLE, f"{VARIABLE} names no factory")
    elif application.built is None:
        yield unknown(subject, application.unbuilt)
    elif application.built.keys and application.built.keys.provider == "explicit" and application.built.same_keys:
        yield problem(subject, f"{subject} was given the role's own keys explicitly: a copy that is never refreshed")
    else:
        yield ok(subject, f"{subject} carries no copy of the role's keys")
