import shlex
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.environment import Environment
from doctor.evidence.sdk import Sdk


@check(
    "client.region-missing",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Set AWS_DEFAULT_REGION, or region in the configuration file, or pass region_name; the doctor itself takes --region "
        "for one run. Lambda sets both variables; containers and CI jobs often set AWS_REGION alone, which boto3 does not read.",
        commands=("aws configure get region", "aws configure set region REGION"),
    ),
)
def region_missing(sdk: Sdk, environment: Environment) -> Iterator[Observation]:
    """boto3 finds a region by itself, in AWS_DEFAULT_REGION or its configuration.

        NoRegionError: You must specify a region.

    boto3 reads AWS_DEFAULT_REGION, not AWS_REGION (measured with botocore 1.44); the other SDKs read AWS_REGION.
    """
    if sdk.region_error:
        yield unknown("the region", f"boto3 could not be asked for its region: {sdk.region_error}")
    elif sdk.region:
        yield ok("the region", f"boto3 uses the region {sdk.region}")
    else:
        half = f"; AWS_REGION={environment.region} is set, and boto3 does not read it" if environment.region else ""
        yield problem("the region", f"boto3 finds no region{half}", remedy=_remedy(environment))


def _remedy(environment: Environment) -> Remedy | None:
    """By what is there already: AWS_REGION, or the profile that a variable selects."""
    if environment.region:
        return Remedy(
            "boto3 does not read AWS_REGION, as other SDKs do: set AWS_DEFAULT_REGION as well.",
            commands=('export AWS_DEFAULT_REGION="$AWS_REGION"',),
        )
    if environment.profile and environment.profile.exists:
        which = f"--profile {shlex.quote(environment.profile.name)}"
        return Remedy(
            f"Give the profile {environment.profile.name!r} a region, or set AWS_DEFAULT_REGION; the doctor itself takes "
            "--region for one run.",
            commands=(f"aws configure get region {which}", f"aws configure set region REGION {which}"),
        )
    return None
