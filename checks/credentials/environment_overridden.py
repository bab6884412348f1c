from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.environment import Environment
from doctor.evidence.platform import Platform

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@check(
    "credentials.environment-overridden",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Take the AWS_ variables out of what is loaded, such as a .env file in the package, and call load_dotenv() without "
        "override=True. In a function nothing needs to set them.",
        commands=("grep -rnE 'load_dotenv\\(|os\\.environ\\[.AWS_|environ\\.(update|pop|clear)' --include='*.py' .",),
    ),
)
def environment_overridden(environment: Environment, platform: Platform) -> Iterator[Observation]:
    """The code has left the platform's credential variables alone.

    The kernel keeps the environment that a process was started with. Where os.environ holds other credentials, the code
    put them there: `load_dotenv(override=True)` replaces key and secret and leaves the role's token, and AWS answers

        UnrecognizedClientException: The security token included in the request is invalid.
    """
    touched = [name for name in (*platform.changed, *platform.added, *platform.removed) if name in _KEYS]
    elsewhere = [name for name in (*platform.changed, *platform.removed) if name not in _KEYS]
    if not environment.in_function:
        yield not_applicable("the environment", "outside a function nobody else owns these variables")
    elif touched:
        what = ", ".join(sorted(touched))
        yield problem("the environment", f"the process changed what the platform had put into {what}")
    elif elsewhere:
        what = ", ".join(sorted(elsewhere))
        yield problem("the environment", f"the process changed {what} after it was started", severity=Severity.RISKS)
    else:
        yield ok("the environment", "key, secret, token and region are those that the platform set")
