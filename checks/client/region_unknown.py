from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.names import Names, Reply
from doctor.evidence.sdk import Sdk


@check(
    "client.region-unknown",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Correct the region's name. If it is right and new, update boto3; if the service is not offered there, call it in a "
        "region that offers it.",
        commands=("aws ec2 describe-regions --all-regions --query 'Regions[].RegionName'",),
    ),
)
def region_unknown(sdk: Sdk, endpoint: Endpoint, names: Names) -> Iterator[Observation]:
    """The region that is configured is one that AWS has.

    botocore takes any word for a region (`us-est-1`) and makes a host name of it, which then nobody knows:

        EndpointConnectionError: Could not connect to the endpoint URL: "https://sqs.us-est-1.amazonaws.com/"
        ValueError: Invalid endpoint: https://dynamodb..amazonaws.com

    A region that botocore does not list, whose host name exists all the same, is merely newer than this botocore.
    """
    if endpoint.service is None or endpoint.overridden:
        yield not_applicable(endpoint.concerns, f"{endpoint.host} is no AWS service of a region")
    elif sdk.region_listed or sdk.region is None:
        yield ok(endpoint.concerns, f"the region {endpoint.region} exists")
    elif names.system.reply is Reply.RESOLVED:
        yield ok(endpoint.concerns, f"the region {sdk.region} is newer than this botocore, and {endpoint.host} exists")
    elif names.system.reply is Reply.NOT_FOUND:
        yield problem(
            sdk.region,
            f"no region is called {sdk.region}: botocore does not list it, and {endpoint.host} does not exist",
        )
    else:
        yield unknown(
            sdk.region, f"botocore does not list the region {sdk.region}, and its names could not be resolved"
        )
