"""Cases of the area `resource`."""

from typing import Any

from doctor.evidence import Reason
from doctor.evidence.calls.function_parts import Unread
from doctor.evidence.calls.resource_state import Owner, Resource, State
from doctor.evidence.resource_outside import ResourcesOutside
from doctor.evidence.resources import Resources
from tests.evidence.build import Cases, function

OWN = "the caller's own account …9012"
LOST = Unread(
    part="event sources", reason=Reason.DENIED, detail="AccessDenied", action="lambda:ListEventSourceMappings"
)
_SERVICES = {"bucket": "s3", "queue": "sqs", "table": "dynamodb", "secret": "secretsmanager", "parameter": "ssm"}
_SERVICES |= {"key": "kms"}


def resource(kind: str, state: State = State.EXISTS, **changed: Any) -> Resource:
    usual: dict[str, Any] = {
        "service": _SERVICES[kind],
        "kind": kind,
        "name": "orders",
        "origin": f"the variable {kind.upper()}",
        "state": state,
        "target": f"{_SERVICES[kind]}.us-east-1.amazonaws.com:443",
    }
    return Resource(**(usual | changed))


def inside(*found: Resource) -> Resources:
    return Resources(resources=found, region="us-east-1")


def outside(*found: Resource, **changed: Any) -> ResourcesOutside:
    return ResourcesOutside(resources=found, region="us-east-1", **changed)


def denied(kind: str, **changed: Any) -> Resource:
    return resource(kind, State.DENIED, action="s3:ListBucket", detail="403", **changed)


ABROAD = resource("bucket", State.OTHER_REGION, region="eu-west-1", answers=False)


CASES: dict[str, Cases] = {
    "resource.bucket-missing": Cases(
        failing=[
            (inside(resource("bucket", State.MISSING)),),
            (outside(resource("bucket", State.MISSING)),),
            (inside(denied("bucket")), outside(resource("bucket", State.MISSING))),
            (outside(resource("bucket", State.MISSING, sure=False)),),
        ],
        passing=[
            (inside(resource("bucket")),),
            (inside(ABROAD),),
            (inside(denied("bucket", region="us-east-1")),),
            (inside(denied("bucket")), outside(resource("bucket"))),
        ],
    ),
    "resource.bucket-other-region": Cases(
        failing=[
            (inside(ABROAD),),
            (inside(resource("bucket", State.OTHER_REGION, region="eu-west-1", answers=True)),),
            (outside(ABROAD),),
        ],
        passing=[(inside(resource("bucket", region="us-east-1")),), (inside(denied("bucket", region="us-east-1")),)],
    ),
    "resource.bucket-other-owner": Cases(
        failing=[
            (inside(resource("bucket", owner=Owner.OTHER, expected=OWN)),),
            (inside(resource("bucket", owner=Owner.OTHER, expected="account …1111", declared_owner=True)),),
        ],
        passing=[(inside(resource("bucket", owner=Owner.EXPECTED, expected=OWN)),)],
    ),
    "resource.queue-missing": Cases(
        failing=[
            (inside(resource("queue", State.MISSING, detail="AWS.SimpleQueueService.NonExistentQueue")),),
            (inside(resource("queue", State.MISSING, account="1111")),),
            (outside(resource("queue", State.OTHER_REGION, region="eu-west-1")),),
        ],
        passing=[
            (inside(resource("queue")),),
            (inside(resource("queue", State.UNREACHABLE)), outside(resource("queue"))),
        ],
    ),
    "resource.queue-visibility-short": Cases(
        failing=[(outside(resource("queue", consumed=True, visibility=29)), function())],
        passing=[
            (outside(resource("queue", consumed=True, visibility=180)), function()),
            (outside(resource("queue", consumed=True, visibility=36)), function()),
        ],
    ),
    "resource.table-missing": Cases(
        failing=[
            (inside(resource("table", State.MISSING, detail="ResourceNotFoundException")),),
            (inside(resource("table", status="CREATING")),),
            (inside(resource("table", status="INACCESSIBLE_ENCRYPTION_CREDENTIALS")),),
            (inside(resource("table", State.OTHER_REGION, region="eu-west-1")),),
            (outside(resource("table", State.MISSING, sure=False)),),
        ],
        passing=[(inside(resource("table", status="ACTIVE")),), (inside(resource("table", status="UPDATING")),)],
    ),
    "resource.secret-missing": Cases(
        failing=[
            (inside(resource("secret", State.MISSING, detail="ResourceNotFoundException")),),
            (inside(resource("parameter", State.MISSING)),),
            (inside(resource("secret", status="scheduled for deletion")),),
            (inside(resource("secret", State.MISSING, name="")),),
            (outside(resource("secret", State.OTHER_REGION, region="eu-west-1")),),
        ],
        passing=[(inside(resource("secret"), resource("parameter")),), (outside(resource("parameter")),)],
    ),
}
