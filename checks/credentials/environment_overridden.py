from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.caller import Answer, Caller
from doctor.evidence.environment import Environment
from doctor.evidence.experiments import Experiments
from doctor.evidence.platform import CREDENTIALS, Platform


@check(
    "credentials.environment-overridden",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Take the AWS_ variables out of what is loaded, such as a .env file in the package, and call load_dotenv() without "
        "override=True. In a function nothing needs to set them.",
        commands=("grep -rnE 'load_dotenv\\(|os\\.environ\\[.AWS_|environ\\.(update|pop|clear)' --include='*.py' .",),
    ),
)
def environment_overridden(
    environment: Environment, platform: Platform, caller: Caller | None, experiments: Experiments | None
) -> Iterator[Observation]:
    """The code has left the platform's credential variables alone.

    The kernel keeps the environment that a process was started with. Where os.environ holds other credentials, the code
    put them there: `load_dotenv(override=True)` replaces key and secret and leaves the role's token, and AWS answers

        UnrecognizedClientException: The security token included in the request is invalid.

    Credentials that AWS accepts may be meant, an assumed role's for one; nothing refreshes them, so they are a risk. Where it
    refuses them, the call is signed once more with what the platform set: that AWS accepts it then proves that the code is
    at fault, and that it refuses it too, that more is.
    """
    touched = _words(platform, credentials=True)
    elsewhere = _words(platform, credentials=False)
    accepted = caller is not None and caller.identity.answer is Answer.ACCEPTED
    platforms = experiments.of_platform if experiments else None
    if not environment.in_function:
        yield not_applicable("the environment", "outside a function nobody else owns these variables")
    elif touched:
        words = f"since it was started, the process has {touched}: these are no longer the platform's credentials"
        least = accepted or platforms is Answer.REJECTED
        told = words + _proof(platforms, caller.identity.refused_as if caller else "")
        yield problem("the environment", told, severity=Severity.RISKS if least else None)
    elif elsewhere:
        yield problem("the environment", f"since it was started, the process has {elsewhere}", severity=Severity.RISKS)
    elif not platform.started:
        yield not_applicable("the environment", "this process was not started by the platform, which set nothing here")
    else:
        yield ok("the environment", "key, secret, token and region are those that the platform set")


def _proof(platforms: Answer | None, code: str) -> str:
    """What AWS made of the platform's credentials, and by which code it refuses those that are there now."""
    if platforms is Answer.ACCEPTED:
        return f", which AWS accepts while it refuses these{code}" if code else ", which AWS accepts"
    if platforms is Answer.REJECTED:
        return f", which AWS refuses as well{code}"
    return f"; AWS refuses these{code}" if code else ""


def _words(platform: Platform, *, credentials: bool) -> str:
    """What was done, by deed. A region that was added to what the platform set is nobody's harm."""
    deeds = (("replaced", platform.changed), ("removed", platform.removed), ("added", platform.added))
    told = [
        f"{deed} {', '.join(names)}"
        for deed, all_names in deeds
        if (names := [name for name in all_names if (name in CREDENTIALS) is credentials])
        and (credentials or deed != "added")
    ]
    return " and ".join(told)
