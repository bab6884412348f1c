from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.environment import Environment
from doctor.evidence.sdk import Sdk


@check(
    "client.region-missing",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Set AWS_DEFAULT_REGION, or region in the configuration file, or pass region_name. Lambda sets both variables; "
        "containers and CI jobs often set AWS_REGION alone, which boto3 does not read.",
        commands=("export AWS_DEFAULT_REGION=$AWS_REGION", "aws configure get region"),
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
        yield problem("the region", f"boto3 finds no region{half}")
