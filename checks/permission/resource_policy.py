from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.evidence.refusals import Refusals
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind
from doctor.policies.refused import judge, unexplained

_REMEDY = Remedy(
    "Compare the policy's conditions with the way that the call takes: the id of the endpoint that carries it, or "
    "its VPC. Change whichever is not meant so.",
    commands=(
        "aws s3api get-bucket-policy --bucket BUCKET",
        "aws sqs get-queue-attributes --queue-url URL --attribute-names Policy",
    ),
)


@check("permission.resource-policy", severity=Severity.BREAKS, remedy=_REMEDY)
def resource_policy(refusals: Refusals, resources: Resources | None) -> Iterator[Observation]:
    """The policy of the resource lets the function's role in.

        AccessDenied: … is not authorized to perform: s3:ListBucket on resource: … with an explicit deny in a resource-based
        policy
        … because no resource-based policy allows the … action
        An error occurred (403) when calling the HeadBucket operation: Forbidden

    A data perimeter denies whatever does not come through a certain endpoint or VPC (aws:SourceVpce, aws:SourceVpc) or from
    certain addresses (aws:SourceIp). Then the fault may lie in the way that the call takes: past the endpoint by NAT, through
    an endpoint that was replaced and has another id, or through one, where aws:SourceIp is not there at all. A resource of
    another account always needs a policy that names the caller.

    S3's 403 to HeadBucket, and messages without such an end, do not say which policy denies: then it may as well be the role's,
    the endpoint's, or the organization's, and of a bucket that it is somebody else's or is not there.

    Source: IAM user guide, "Troubleshoot access denied error messages", "AWS global condition context keys".
    """
    yield from judge(refusals, resources, Kind.RESOURCE, _REMEDY, unexplained)
