"""A look at a resource that AWS denies without a word why: what remains, likeliest first, and how each is told apart."""

from doctor import registry
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.refusals import Read
from doctor.judge import Judged, judge
from doctor.policies.kinds import Kind
from doctor.verdict import Outcome, Severity
from tests.evidence import sealed
from tests.evidence.build import S3_HOST
from tests.evidence.permission import refusals
from tests.evidence.resource import inside, resource

BUCKET = resource("bucket", State.DENIED, action="s3:ListBucket", detail="403")
QUEUE = resource("queue", State.DENIED, action="sqs:GetQueueAttributes", detail="AccessDenied")


OTHER = Read(service="dynamodb", host="dynamodb.us-east-1.amazonaws.com", answered=True)


def judged(found: Resource, *reads: Read, check: str = "permission.resource-policy") -> Judged:
    told = judge(registry.load(check), sealed(refusals(*reads, OTHER), inside(found)))
    (one,) = [item for item in told if item.finding.subject == found.subject]
    return one


def test_of_a_bucket_its_owner_and_its_name_are_open_as_well() -> None:
    found = judged(BUCKET)
    assert (found.finding.outcome, found.finding.severity) == (Outcome.PROBLEM, Severity.HINTS)
    assert found.candidates[:2] == ("permission.identity-policy", "permission.endpoint-policy")
    assert {"resource.bucket-other-owner", "resource.bucket-missing"} <= set(found.candidates)
    assert "resource.bucket-missing" not in judged(resource("bucket", State.DENIED, region="us-east-1")).candidates
    assert not any(candidate.startswith("resource.") for candidate in judged(QUEUE).candidates)


def test_each_candidate_has_a_command_of_its_own_about_this_very_resource() -> None:
    for found in (judged(BUCKET), judged(QUEUE)):
        commands = [separation.command for separation in found.separate]
        assert len(commands) == len(set(commands)) == len(found.candidates) <= 6
        assert all(separation.tells for separation in found.separate)
    assert any("--bucket orders" in separation.command for separation in judged(BUCKET).separate)
    first = judged(BUCKET).separate[0].command
    assert first.endswith("--action-names s3:ListBucket --resource-arns arn:aws:s3:::orders")


def test_what_aws_names_to_another_read_of_the_service_comes_first() -> None:
    for kind, check in (
        (Kind.SESSION, "permission.session-policy"),
        (Kind.ENDPOINT, "permission.endpoint-policy"),
        (Kind.SERVICE_CONTROL, "permission.service-control-policy"),
        (Kind.BOUNDARY, "permission.boundary"),
    ):
        read = Read(service="s3", host=S3_HOST, answered=True, code="AccessDenied", policy=kind)
        assert judged(BUCKET, read).candidates[0] == check
        assert judged(QUEUE, read).candidates[0] == "permission.identity-policy", "which is another service's"


def test_a_denial_that_says_why_leaves_nothing_open() -> None:
    why = resource("queue", State.DENIED, action="sqs:GetQueueAttributes", policy=Kind.RESOURCE, explicit=True)
    found = judged(why)
    assert (found.finding.outcome, found.finding.severity, found.candidates) == (
        Outcome.PROBLEM,
        Severity.BREAKS,
        (),
    )
    assert judged(why, check="permission.session-policy").finding.outcome is Outcome.OK
    assert judged(QUEUE, check="permission.session-policy").finding.outcome is Outcome.UNKNOWN


def test_the_403_of_refused_credentials_is_no_denial() -> None:
    """S3 says the same to both, since the answer to HEAD has no body."""
    silent = Read(service="s3", host=S3_HOST, answered=False)
    for reads in ((), (silent,)):
        told = judge(registry.load("permission.resource-policy"), sealed(refusals(*reads), inside(BUCKET)))
        assert {item.finding.outcome for item in told} == {Outcome.UNKNOWN}
