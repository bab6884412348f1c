"""The least IAM policy of a set of checks, from the actions that their kinds of evidence declare."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from doctor.declare import Check
from doctor.evidence import closure
from doctor.evidence.settings.named_resources import declared
from doctor.request import AnyTarget, ServiceTarget

# HeadBucket has no action of its own (service authorization reference, Amazon S3): what lets it pass also lists the keys of
# objects. So it stands alone, in a statement whose name says why it is there, for the buckets that are known.
_HEAD_BUCKET, _SID_OF_HEAD_BUCKET = "s3:ListBucket", "S3HeadBucketTakesListBucket"


def policy(checks: Iterable[Check], targets: Iterable[AnyTarget] = ()) -> dict[str, Any]:
    """A policy document that allows what gathering these checks' evidence asks of AWS, and nothing else.

    One statement a service. The resource is `*` because most of these actions (`ec2:Describe…`, `…:List…`) have no
    resource-level permissions, and what the others will be asked about is only known when the doctor runs; but
    `s3:ListBucket` is granted on the buckets alone that `targets` name, where they name any.
    `sts:GetCallerIdentity` is listed although AWS grants it to every caller: the list is what the doctor calls.
    """
    kinds = closure(kind for check in checks for kind in check.kinds)  # together they build on more than each alone
    actions = sorted({action for kind in kinds for action in kind.actions})
    buckets = _buckets(targets)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Action": list(group),
                "Resource": buckets if buckets and sid == _SID_OF_HEAD_BUCKET else "*",
            }
            for sid, group in groupby(actions, key=_sid)
        ],
    }


def _sid(action: str) -> str:
    return _SID_OF_HEAD_BUCKET if action == _HEAD_BUCKET else action.partition(":")[0].title()


def _buckets(targets: Iterable[AnyTarget]) -> list[str]:
    """The ARNs of the buckets among the targets."""
    services = (target for target in targets if isinstance(target, ServiceTarget))
    named = (declared(target.service, target.resource) for target in services)
    return sorted({f"arn:{each.partition}:s3:::{each.id}" for each in named if each and each.kind == "bucket"})
