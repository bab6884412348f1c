from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, atlas, check, ok, problem, unknown
from doctor.evidence.application import Application
from doctor.evidence.caller import Answer, Caller, Identity

_LOGIN_OVER = ("stale-login",)  # of the atlas: botocore's own words, before anything is sent


@check(
    "credentials.expired",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Do not keep credentials in variables of the module: a client on the default chain refreshes them. On a laptop, log in "
        "again.",
        commands=(
            "aws sso login",
            "grep -rnE 'assume_role\\(|get_frozen_credentials|get_credentials\\(' --include='*.py' .",
        ),
    ),
)
def expired(caller: Caller, application: Application | None) -> Iterator[Observation]:
    """The credentials are still within their time.

        ExpiredToken; ExpiredTokenException: The security token included in the request is expired

    or, where AWS_CREDENTIAL_EXPIRATION tells botocore the time, before anything is sent:

        RuntimeError: Credentials were refreshed, but the refreshed credentials are still expired.

    "Expired", not "invalid": the credentials were good once. In a function that comes from copies, made at import or of
    an assume_role answer, that outlive their hour; in a new environment everything works again for a while.
    """
    yield _judge("the default credential chain", caller.identity)
    if application and application.identity:
        yield _judge(f"the application's client ({application.factory})", application.identity)


def _judge(subject: str, identity: Identity) -> Observation:
    if identity.answer is Answer.UNSIGNED and atlas.worded(identity.message, _LOGIN_OVER):
        return problem(subject, f"botocore no longer signs with {subject}, whose time is over: {identity.message}")
    if atlas.means(identity.code, identity.message, "token-expired"):
        return problem(subject, f"AWS says that the session token of {subject} has expired ({identity.code})")
    if identity.answer in (Answer.ACCEPTED, Answer.REJECTED):
        return ok(subject, f"AWS does not call the credentials of {subject} expired")
    return unknown(subject, f"AWS did not judge the credentials of {subject}", severity=Severity.HINTS)
