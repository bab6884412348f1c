from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.application import VARIABLE, Application
from doctor.evidence.credentials import KeyClass, Keys
from doctor.evidence.experiments import Change


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

    A copy of two values without the token never works, and one that has expired no longer tells whose it was: other checks
    tell of these.
    """
    subject = f"the application's client ({application.factory})"
    if not application.factory:
        yield not_applicable(VARIABLE, f"{VARIABLE} names no factory")
    elif application.built is None:
        yield unknown(subject, application.unbuilt)
    elif application.built.keys and application.built.keys.provider == "explicit":
        yield _judge(subject, application.built.keys, application, application.built.same_keys)
    else:
        yield ok(subject, f"{subject} carries no copy of the role's keys")


def _judge(subject: str, keys: Keys, application: Application, same: bool) -> Observation:
    """Keys that the application passes itself. AWS is asked about the chain's token only where key and secret are its own."""
    copied = application.came_of(Change.CHAINS_TOKEN) is not None
    if same:
        return problem(subject, f"{subject} was given the role's own keys explicitly: a copy that is never refreshed")
    if keys.key is KeyClass.TEMPORARY and not keys.token:
        what = "the role's own key and secret" if copied else "a temporary key"
        words = f"{subject} was given {what} explicitly, without the token: see credentials.missing-session-token"
        return not_applicable(subject, words)
    if copied:
        return problem(subject, f"{subject} was given the role's own key and secret explicitly, with another token")
    if application.identity and application.identity.token_expired:
        words = (
            f"{subject} was given keys that have expired, and no longer tell whose they were: see credentials.expired"
        )
        return not_applicable(subject, words)
    if keys.key is KeyClass.TEMPORARY:
        return ok(subject, f"{subject} was given other keys than the role has now")
    return ok(subject, f"{subject} carries no copy of the role's keys")
