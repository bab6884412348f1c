from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.application import Application
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.credentials import Credentials
from doctor.evidence.experiments import Experiments
from doctor.login import Makes


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
def expired(
    caller: Caller,
    application: Application | None,
    experiments: Experiments | None,
    credentials: Credentials | None,
) -> Iterator[Observation]:
    """The credentials are still within their time.

        ExpiredToken; ExpiredTokenException: The security token included in the request is expired

    or, where AWS_CREDENTIAL_EXPIRATION tells botocore the time, before anything is sent:

        RuntimeError: Credentials were refreshed, but the refreshed credentials are still expired.

    or, at EC2, while the clocks agree, "RequestExpired: Request has expired."

    "Expired", not "invalid": the credentials were good once. In a function that comes from copies, made at import or of
    an assume_role answer, that outlive their hour; in a new environment everything works again for a while.

    Where the platform set others than these, the call is signed once more with what it set: that AWS accepts it then
    proves that something has put old credentials in the place of fresh ones, and that it refuses it too, that more is wrong.
    """
    platforms = experiments.of_platform if experiments else None
    remedy = _REPLACED if platforms is Answer.ACCEPTED else _renewed(credentials)
    yield _judge("the default credential chain", caller.identity, _PLATFORMS.get(platforms, ""), remedy)
    if application and application.identity:
        fresh = caller.identity.answer is Answer.ACCEPTED
        told = "; it accepts the default chain's, so the application holds old ones" if fresh else ""
        yield _judge(f"the application's client ({application.factory})", application.identity, told, None)


_PLATFORMS: dict[Answer | None, str] = {
    Answer.ACCEPTED: "; AWS accepts what the platform set, so something put old credentials in its place",
    Answer.REJECTED: "; AWS refuses what the platform set as well, so the code is not the only reason",
}
_REPLACED = Remedy(
    "The role's own credentials are fresh, and a refresh or a new client reads the old ones again: take out what puts these in "
    "their place, such as a .env file in the package, load_dotenv(override=True), or code that writes the answer of "
    "assume_role, or AWS_CREDENTIAL_EXPIRATION, into os.environ.",
    commands=(
        "grep -rnE 'load_dotenv\\(|os\\.environ\\[.AWS_|environ\\.update|AWS_CREDENTIAL_EXPIRATION' .",
        "unzip -l package.zip | grep -E '\\.env|\\.aws/'",
    ),
)


def _renewed(credentials: Credentials | None) -> Remedy | None:
    """What the operator of a machine does about the very profile, or the variables that win over it."""
    way = credentials.way_in if credentials else None
    if credentials is None or way is None:
        return None
    if credentials.keys and credentials.keys.provider == "env":
        text = "Renew the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or unset them and log in."
    elif way.makes is Makes.PROCESS:
        text = (
            f"The credential_process of the profile {way.profile!r} gives credentials that are over: see what it says."
        )
    else:
        text = f"Log in again with the profile {way.profile!r}."
    return Remedy(text, commands=(way.command,))


def _judge(subject: str, identity: Identity, told: str, remedy: Remedy | None) -> Observation:
    """`told` is what AWS made of other credentials in the place of these."""
    if identity.held_back:
        words = f"botocore no longer signs with {subject}, whose time is over: {identity.message}"
        return problem(subject, words.removesuffix(".") + told, remedy=remedy)
    if identity.token_expired:
        words = f"AWS says that the session token of {subject} has expired ({identity.code})"
        return problem(subject, words + told, remedy=remedy)
    if identity.answer in (Answer.ACCEPTED, Answer.REJECTED):
        return ok(subject, f"AWS does not call the credentials of {subject} expired")
    return unknown(subject, f"AWS did not judge the credentials of {subject}", severity=Severity.HINTS)
