from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.evidence.environment import Environment


@check(
    "credentials.profile-selected",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Remove the variable from the function's configuration, and `profile_name=` from its code: a function has a role, "
        "and no profiles. On a laptop, define the profile or name another.",
        commands=("aws configure list-profiles",),
    ),
)
def profile_selected(environment: Environment) -> Iterator[Observation]:
    """In a function no variable selects a profile, and elsewhere the selected profile exists.

    botocore looks the profile up before it looks at any key, so a missing one fails every client, although the role's
    credentials stand in the environment:

        ProfileNotFound: The config profile (x) could not be found

    An empty AWS_PROFILE fails the same way, and so does `default` where no file has that section. A profile that does
    exist, in a file that travels in the package, silently changes region and endpoints, and under SnapStart the
    credentials too.

    Source: measured with botocore 1.44; `botocore.configprovider` reads AWS_DEFAULT_PROFILE before AWS_PROFILE.
    """
    profile = environment.profile
    if profile is None:
        yield ok("AWS_PROFILE", "no variable selects a profile")
    elif not profile.exists:
        named = f"the profile {profile.name!r}" if profile.name else "a profile with an empty name"
        yield problem(
            profile.variable,
            f"{profile.variable} selects {named}, which no readable configuration file defines: boto3 can build no client "
            "(ProfileNotFound)",
        )
    elif environment.in_function:
        yield problem(
            profile.variable,
            f"{profile.variable} selects the profile {profile.name!r} inside a function: region, endpoints and, without "
            "keys in the environment, credentials come from a file in the package",
            severity=Severity.RISKS,
        )
    else:
        yield not_applicable(
            profile.variable, f"outside a function, the profile {profile.name!r} is the operator's choice"
        )
