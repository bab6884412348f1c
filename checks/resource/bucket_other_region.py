from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem
from doctor.areas.resource import called_region, existing, quoted
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.resource_outside import ResourcesOutside
from doctor.evidence.resources import Resources


def _remedy(bucket: str, region: str) -> Remedy:
    return Remedy(
        "Name a bucket of the function's own region, or build the client for the bucket's: boto3.client('s3', region_name=…). "
        "A gateway endpoint serves its own region alone, so that another one needs NAT as well.",
        commands=(
            f"aws s3api get-bucket-location --bucket {bucket}",
            f"aws s3api head-bucket --bucket {bucket} --region {region}",
        ),
    )


@check(
    "resource.bucket-other-region",
    severity=Severity.BREAKS,
    remedy=_remedy("BUCKET", "REGION"),
)
def bucket_other_region(resources: Resources | None, outside: ResourcesOutside | None) -> Iterator[Observation]:
    """Every bucket that the function means is in the region that its clients call.

        PermanentRedirect: The bucket you are attempting to access must be addressed using the specified endpoint
        IllegalLocationConstraintException; 301 PermanentRedirect; AuthorizationHeaderMalformed: … expecting 'eu-west-1'

    S3 tells a bucket's region in the header x-amz-bucket-region, whoever asks. boto3 follows it, where the network leads
    there: then it costs a second request, and is a hint. Through a gateway endpoint it does not.

    Source: S3 API reference, HeadBucket.
    """
    region = called_region(resources, outside)
    inside = {each.subject for each in resources.resources} if resources else set()

    def judge(each: Resource) -> Observation:
        if each.state is State.MISSING:
            return not_applicable(each.subject, f"not reached: {each.words} does not exist", targets=each.at)
        if each.state is not State.OTHER_REGION:
            return ok(each.subject, f"{each.words} is in {each.region or 'the region that is called'}", targets=each.at)
        words = f"{each.words} is in {each.region} (x-amz-bucket-region), and clients here call {region or 'another region'}"
        remedy = _remedy(quoted(each, "BUCKET"), each.region)
        if each.subject not in inside:  # from elsewhere nobody sees where the function's own way leads
            return problem(each.subject, words, targets=each.at, severity=Severity.RISKS, remedy=remedy)
        if each.answers:
            words += "; S3 answers there as well"
            return problem(each.subject, words, targets=each.at, severity=Severity.HINTS, remedy=remedy)
        words += ", which does not answer from here"
        return problem(each.subject, words, targets=each.at, remedy=remedy)

    yield from existing(("bucket",), "buckets", resources, outside, judge)
