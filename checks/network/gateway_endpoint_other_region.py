from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_FAULT = Fault(
    check="network.gateway-endpoint-other-region",
    closer="a gateway endpoint of another Region",
    remedy=Remedy(
        "Reach what is in another Region through a NAT gateway, or through an interface endpoint that allows cross- "
        "Region access; a gateway endpoint serves its own Region alone.",
        commands=(
            "aws ec2 describe-vpc-endpoints --filters Name=vpc-endpoint-type,Values=Gateway "
            "--query 'VpcEndpoints[].[VpcEndpointId,ServiceName]'",
            "aws s3api get-bucket-location --bucket BUCKET",
        ),
    ),
)


@check(
    "network.gateway-endpoint-other-region",
    severity=Severity.BREAKS,
    nearness=Nearness.ENDPOINT,
    remedy=_FAULT.remedy,
)
def gateway_endpoint_other_region(paths: Paths) -> Iterator[Observation]:
    """What a gateway endpoint serves is in its own Region.

    The prefix list of a gateway endpoint for S3 or DynamoDB holds the addresses of its own Region. A bucket elsewhere has
    others, which follow the default route; in a private subnet there is none, and one bucket of many hangs:
    `ConnectTimeoutError: Connect timeout on endpoint URL: "https://bucket.s3.eu-west-1.amazonaws.com/"`.

    Source: PrivateLink guide, "Gateway endpoints for Amazon S3" (considerations: same Region).
    """
    yield from _FAULT.judge(paths)
