from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.areas.resource import quoted
from doctor.evidence.calls.resource_state import Owner, Resource, State
from doctor.evidence.resources import Resources


def _remedy(bucket: str) -> Remedy:
    return Remedy(
        "Correct the bucket's name: names are everybody's, and this one is somebody else's. If that account is meant, let the "
        "configuration say so, and pass ExpectedBucketOwner with its number in every call.",
        commands=(
            'aws s3api list-buckets --query "Buckets[].Name"',
            f"aws s3api head-bucket --bucket {bucket} --expected-bucket-owner ACCOUNT",
        ),
    )


@check(
    "resource.bucket-other-owner",
    severity=Severity.BREAKS,
    remedy=_remedy("BUCKET"),
)
def bucket_other_owner(resources: Resources) -> Iterator[Observation]:
    """Every bucket belongs to the account that it is expected in.

        An error occurred (403) when calling the HeadBucket operation: Forbidden

    Names of buckets are unique in the whole partition: one that was given up, or never taken, may be another account's.
    S3 is asked twice, with ExpectedBucketOwner and without; where only the first is denied the owner is another. The
    account is the one that a variable such as BUCKET_OWNER names, and then it breaks; else the caller's own, and a hint, since
    an open bucket of another account may be meant. Where both are denied S3 does not tell which of the two it was.
    """
    buckets = [each for each in resources.resources if each.kind == "bucket"]
    if not buckets:
        yield not_applicable("buckets", "no bucket of this function is declared, or named by its variables")
    for each in buckets:
        yield _judged(each)


def _judged(each: Resource) -> Observation:
    decides = None if each.declared_owner else Severity.HINTS
    if each.owner is Owner.EXPECTED:
        return ok(each.subject, f"{each.words} belongs to {each.expected}", targets=each.at)
    if each.owner is Owner.OTHER:
        words = f"{each.words} does not belong to {each.expected}, though it lets this caller in"
        remedy = _remedy(quoted(each, "BUCKET"))
        return problem(each.subject, words, targets=each.at, severity=decides, remedy=remedy)
    if each.state is State.MISSING:
        return not_applicable(each.subject, f"not reached: {each.words} does not exist", targets=each.at)
    if not each.expected:
        words = f"{each.words}: STS does not tell the caller's own account, and no variable an owner"
    elif each.state is State.DENIED:
        words = f"{each.words}: 403, for another owner or for want of {each.action}; allow {each.action}"
    else:
        words = f"{each.words}: {each.why_undecided}"
    return unknown(each.subject, words, targets=each.at, severity=decides)
