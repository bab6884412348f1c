from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check
from doctor.areas.permission.refusals import judge, unexplained
from doctor.areas.permission.remedies import of_resource
from doctor.evidence.refusals import Refusals
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind

_REMEDY = Remedy(
    "Compare the conditions of the resource's own policy with the way that the call takes: the id of the endpoint that carries "
    "it, or its VPC. Where the policy is not meant so: save what the command shows, narrow the statement that denies (or add one "
    "that allows the function's role), and have the next command write the file back, named in the place of NARROWED. A "
    "policy that denies everybody may deny you as well: then only the account's root user changes a bucket's or a queue's.",
    commands=of_resource("bucket", ""),
)
# What a service that AWS was asked about, without a resource, keeps policies on.
_KINDS = {"s3": "bucket", "sqs": "queue", "dynamodb": "table", "secretsmanager": "secret", "kms": "key", "sns": "topic"}


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

    Source: IAM user guide, "Troubleshoot access denied error messages", "AWS global condition context keys"; on policies that
    deny everybody: STS API reference, AssumeRoot (S3UnlockBucketPolicy, SQSUnlockQueuePolicy).
    """
    named = {each.service: (_KINDS.get(each.service, ""), "") for each in refusals.reads}
    named |= {each.subject: (each.kind, each.name) for each in resources.resources} if resources else {}
    for each in judge(refusals, resources, Kind.RESOURCE, _REMEDY, unexplained):
        yield replace(each, remedy=_remedy(*named[each.subject])) if each.remedy else each


def _remedy(kind: str, name: str) -> Remedy:
    return replace(_REMEDY, commands=of_resource(kind, name))
