from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.caller import Caller
from doctor.evidence.credentials import Credentials
from doctor.login import Makes, WayIn, put_aside


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
def none_found(credentials: Credentials, caller: Caller | None) -> Iterator[Observation]:
    """boto3 finds credentials somewhere along its default chain.

    Every provider was asked: environment, shared files, container address, instance metadata.

        NoCredentialsError: Unable to locate credentials

    The chain ends at the first provider that is configured and fails (a container address that does not answer, a profile
    or a token file that is missing, a credential_process that fails, a shared file that cannot be parsed), and every client
    meets that same exception:

        CredentialRetrievalError; ProfileNotFound; ConfigParseError

    A login whose time is over ends it as well: that is credentials.expired, and what the chain finds then is not known.
    """
    subject = "the default credential chain"
    if credentials.keys:
        yield ok(subject, f"the default chain finds credentials (botocore's provider: {credentials.keys.provider})")
    elif credentials.error == "PartialCredentialsError":
        yield not_applicable(subject, "the default chain found half of a key pair: see credentials.partial")
    elif credentials.error and caller and caller.identity.held_back:
        words = "the default chain ends at a login whose time is over (see credentials.expired)"
        yield unknown(subject, f"{words}: what it finds after the next one is not known")
    elif credentials.error:
        words = f"the default chain breaks off: {credentials.error}: {credentials.message}"
        yield problem(subject, words, remedy=_remedy(credentials.way_in, credentials.error, credentials.message))
    else:
        words = "the default chain finds no credentials anywhere (NoCredentialsError)"
        yield problem(subject, words, remedy=_remedy(credentials.way_in, "", ""))


def _remedy(way: WayIn | None, error: str, message: str) -> Remedy | None:
    """What the operator of a machine does about the very profile; in a function it is what the check says."""
    if way is None or error == "ProfileNotFound":
        return None
    if error == "MissingDependencyException":
        return Remedy("Install what botocore asks for, beside it.", commands=("pip install 'botocore[crt]'",))
    if error == "ConfigParseError" and (aside := put_aside(message)):
        return Remedy("Mend the file, whose text is none of a configuration, or put it aside.", commands=(aside,))
    if error and way.makes is Makes.PROCESS:
        return Remedy(
            f"The credential_process of the profile {way.profile!r} fails. Look at what it is, run it, and mend what it "
            "complains of; what it prints where it succeeds are keys, which the command keeps from the screen.",
            commands=(f"aws configure get credential_process{way.which}", way.command),
        )
    return Remedy(
        f"Log in with the profile {way.profile!r}, or name another (--profile, AWS_PROFILE); a container or a CI job gets a "
        "role, or the variables, from what starts it.",
        commands=(way.command, "aws configure list-profiles"),
    )
