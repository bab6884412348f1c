from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.application import Application
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.credentials import Credentials, KeyClass, Keys
from doctor.evidence.experiments import Change, Experiments


@check(
    "credentials.stray-session-token",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Keep key, secret and token of one issue together: remove AWS_SESSION_TOKEN where a long-term key is meant, and in a "
        "function remove the long-term key, so that the role's three values are whole again.",
    ),
)
def stray_session_token(
    credentials: Credentials, application: Application | None, experiments: Experiments | None, caller: Caller | None
) -> Iterator[Observation]:
    """A long-term key (AKIA…) is sent without a session token.

    A .env file or a settings object that replaces key and secret, but leaves the role's AWS_SESSION_TOKEN in place,
    signs with a pair and a token that do not belong together:

        InvalidClientTokenId: The security token included in the request is invalid.

    Where AWS refused them, the same call is signed without the token: that AWS accepts it then proves the token a stray.
    """
    without = experiments.came_of(Change.WITHOUT_TOKEN) if experiments else None
    yield _judge("the default credential chain", credentials.keys, without, caller.identity if caller else None)
    if application and application.built:
        subject = f"the application's client ({application.factory})"
        yield _judge(subject, application.built.keys, application.came_of(Change.WITHOUT_TOKEN), application.identity)


def _judge(subject: str, keys: Keys | None, without: Answer | None, identity: Identity | None) -> Observation:
    """`without` is what AWS made of the same key and secret without the token."""
    code = identity.refused_as if identity else ""
    refused = f", which AWS refuses{code}" if code else ""
    if without is Answer.ACCEPTED:
        words = f"{subject} signs with somebody else's session token{refused}"
        return problem(subject, f"{words}: AWS accepts the same key and secret without it")
    if keys and keys.key is KeyClass.LONG_TERM and keys.token:
        also = "; AWS refuses them without it as well, so that is not all" if without is Answer.REJECTED else ""
        words = f"{subject} signs with a long-term key (AKIA…) and a session token of somebody else's"
        return problem(subject, f"{words}{refused}{also}")
    return ok(subject, f"{subject} carries no token beside a long-term key")
