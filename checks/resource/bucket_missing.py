from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.areas.resource import called_region, ceiling, existing, quoted
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.resource_outside import ResourcesOutside
from doctor.evidence.resources import Resources


def _remedy(bucket: str, region: str) -> Remedy:
    return Remedy(
        "Correct the name in the function's configuration, and in the role's policy, which names the bucket as well; or "
        "create the bucket. S3 never creates one on a first upload.",
        commands=(
            'aws s3api list-buckets --query "Buckets[].Name"',
            f"aws s3 mb s3://{bucket} --region {region or 'REGION'}",
        ),
    )


@check(
    "resource.bucket-missing",
    severity=Severity.BREAKS,
    follows=("client.region-differs", "client.endpoint-override"),
    remedy=_remedy("BUCKET", ""),
)
def bucket_missing(resources: Resources | None, outside: ResourcesOutside | None) -> Iterator[Observation]:
    """Every bucket that the function means exists.

    A name drifts when a bucket is replaced and a variable is not, or is set by hand and lost with the next deploy:

        NoSuchBucket: The specified bucket does not exist
        An error occurred (404) when calling the HeadBucket operation: Not Found

    Asked by HeadBucket. Only its 404 means that there is no such bucket. Its 403 does not: the permission s3:ListBucket is
    lacking, or the bucket is another account's; and without that permission S3 may say 403 where it would else say 404.
    A 403 that names the bucket's region is about a bucket that exists.

    Source: S3 API reference, HeadBucket.
    """
    region = called_region(resources, outside)

    def judge(each: Resource) -> Observation:
        if each.state is State.MISSING:
            remedy = _remedy(quoted(each, "BUCKET"), region)
            words = f"{each.words} does not exist: HeadBucket answers 404"
            return problem(each.subject, words, targets=each.at, severity=ceiling(each), remedy=remedy)
        denied = f", though S3 denies {each.action}" if each.state is State.DENIED else ""
        return ok(each.subject, f"{each.words} exists{denied}", targets=each.at)

    yield from existing(("bucket",), "buckets", resources, outside, judge)
