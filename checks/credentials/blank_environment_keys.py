from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.credentials import Credentials
from doctor.evidence.environment import Environment

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@check(
    "credentials.blank-environment-keys",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Remove the blank variables, or fill both in. In a function the platform fills them: find the .env file, the template "
        "or the bootstrap that sets them to nothing.",
        commands=("env | grep -E '^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)=$'",),
    ),
)
def blank_environment_keys(environment: Environment, credentials: Credentials) -> Iterator[Observation]:
    """No credential variable is set to nothing.

    botocore skips a blank AWS_ACCESS_KEY_ID and goes on along the chain, which in a sandbox ends in

        NoCredentialsError: Unable to locate credentials

    and a blank secret beside a key gives PartialCredentialsError. Where another provider has credentials (SnapStart and
    containers use an address instead of variables), blank variables do no harm; absent ones never do.
    """
    blank = [variable.name for variable in environment.variables if variable.name in _KEYS and variable.blank]
    if not blank:
        yield ok("AWS_ACCESS_KEY_ID", "neither key nor secret is set to nothing")
    elif credentials.keys:
        found = credentials.keys.provider
        yield ok(blank[0], f"{' and '.join(blank)} are blank, and credentials come from elsewhere ({found})")
    elif credentials.error not in ("", "PartialCredentialsError"):
        hidden = f"what the chain finds without them is hidden by {credentials.error}"
        yield unknown(blank[0], f"{' and '.join(blank)} are set to nothing; {hidden}")
    else:
        what = f"{' and '.join(blank)} {'are' if len(blank) > 1 else 'is'} set to nothing"
        raised = credentials.error or "NoCredentialsError"
        yield problem(blank[0], f"{what}, and no other provider has credentials ({raised})")
