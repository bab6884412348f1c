from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.credentials import Credentials, KeyClass, Keys


@check(
    "credentials.stray-session-token",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Keep key, secret and token of one issue together: remove AWS_SESSION_TOKEN where a long-term key is meant, and in a "
        "function remove the long-term key, so that the role's three values are whole again.",
    ),
)
def stray_session_token(credentials: Credentials, application: Application | None) -> Iterator[Observation]:
    """A long-term key (AKIA…) is sent without a session token.

    A .env file or a settings object that replaces key and secret, but leaves the role's AWS_SESSION_TOKEN in place,
    signs with a pair and a token that do not belong together:

        InvalidClientTokenId: The security token included in the request is invalid.
    """
    yield _judge("the default credential chain", credentials.keys)
    if application and application.built:
        yield _judge(f"the application's client ({application.factory})", application.built.keys)


def _judge(subject: str, keys: Keys | None) -> Observation:
    if keys and keys.key is KeyClass.LONG_TERM and keys.token:
        return problem(subject, f"{subject} signs with a long-term key (AKIA…) and a session token of somebody else's")
    return ok(subject, f"{subject} carries no token beside a long-term key")
