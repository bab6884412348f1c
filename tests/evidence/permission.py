"""Cases of the area `permission`: a role and its policies, the policies of the sound VPC's endpoints, AWS's own words."""

from dataclasses import replace
from typing import Any

from doctor.evidence import Facts, Reason
from doctor.evidence.calls.function_parts import Unread
from doctor.evidence.calls.resource_state import Resource, State
from doctor.evidence.network import Network as NetworkFacts
from doctor.evidence.permissions import Permissions, Policy, Simulated
from doctor.evidence.refusals import Read, Refusals
from doctor.evidence.resource_grants import Held, ResourceGrants
from doctor.policies.kinds import Kind
from doctor.policies.usual import Caller, Use, polled, use
from tests.evidence.build import HOST, S3_HOST, Cases, function, paths, replies, sandbox
from tests.evidence.resource import inside, outside, resource

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/own/jobs"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE}
BOTH = SEND | {"Action": ["sqs:SendMessage", "sqs:ReceiveMessage"]}
EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
POLL = SEND | {"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]}
FROM_CODE = {"ArnLike": {"lambda:SourceFunctionArn": "*"}}
NO_SEND = {"Sid": "NoQueues", "Effect": "Deny", "Action": "sqs:*", "Resource": "*"}


def used(service: str = "sqs", resource: str = "orders") -> Use:
    found = use(service, resource, partition="aws", region="us-east-1", account=ACCOUNT)
    assert found
    return found


def policy(*statements: dict[str, Any], name: str = "queues", kind: str = "inline") -> Policy:
    return Policy(name=name, kind=kind, document={"Version": "2012-10-17", "Statement": list(statements)})


def permissions(*policies: Policy, **changed: Any) -> Permissions:
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:jobs"
    usual: dict[str, Any] = {
        "function": "jobs",
        "region": "us-east-1",
        "caller": Caller(function="jobs", arn=arn, role=ROLE, role_id="AROAEXAMPLEEXAMPLE"),
        "time": "2026-01-01T00:00:00.000+00:00",
        "uses": (used(),),
        "policies": policies,
    }
    return Permissions(**(usual | changed))


def feeding(source: str = QUEUE) -> tuple[Use, ...]:
    found = polled(source)
    assert found
    return (found,)


def simulated(decision: str = "allowed", **changed: Any) -> tuple[Simulated, ...]:
    return tuple(Simulated(action=each.action, arn=each.arn, decision=decision, **changed) for each in used().wanted)


def bounded(*statements: dict[str, Any], **changed: Any) -> Permissions:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/limit"
    return permissions(policy(SEND), policy(*statements, name="limit", kind="boundary"), boundary=arn, **changed)


def own_policy(*statements: dict[str, Any], service: str = "sqs", resource: str = "orders") -> ResourceGrants:
    """What the resource's own policy says; without statements it has none."""
    document = {"Version": "2012-10-17", "Statement": list(statements)} if statements else {}
    return ResourceGrants(held=(Held(service=service, resource=resource, document=document),))


NO_POLICY = own_policy()
TO_ROLE = {"Effect": "Allow", "Action": "sqs:*", "Resource": QUEUE, "Principal": {"AWS": ROLE}}
TO_ACCOUNT = TO_ROLE | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}


def sqs() -> Any:
    return replace(paths(host=HOST), service="sqs")


def s3() -> Any:
    return replace(paths(host=S3_HOST), service="s3")


def with_policy(id_: str, *statements: dict[str, Any]) -> NetworkFacts:
    return replies(VpcEndpoints=[{"VpcEndpointId": id_, "PolicyDocument": {"Statement": list(statements)}}])


def refusals(*reads: Read) -> Refusals:
    return Refusals(reads=reads)


def denied(kind: Kind | None, *, explicit: bool = True) -> Refusals:
    read = Read(service="sqs", host=HOST, answered=True, code="AccessDenied", policy=kind, explicit=explicit)
    return refusals(replace(read, action="sqs:ListQueues"))


GRANTED = refusals(Read(service="sqs", host=HOST, answered=True))
OWN_BUCKET = {**EVERYTHING, "Action": "s3:*", "Resource": ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"]}
LOST = Unread(
    part="policies", reason=Reason.DENIED, detail="iam:ListRolePolicies: AccessDenied", action="iam:ListRolePolicies"
)


NO_READ = refusals()


def shut(kind: Kind | None, *, explicit: bool = True) -> Resource:
    """A queue that AWS does not let the function look at."""
    return resource("queue", State.DENIED, action="sqs:GetQueueAttributes", policy=kind, explicit=explicit)


def _from_inside(kind: Kind) -> Cases:
    other = Kind.IDENTITY if kind is not Kind.IDENTITY else Kind.ENDPOINT
    return Cases(
        failing=[
            (denied(kind),),
            (denied(kind, explicit=False),),
            (NO_READ, inside(shut(kind))),
            (GRANTED, inside(shut(kind, explicit=False), resource("bucket"))),
        ],
        passing=[(GRANTED,), (denied(other),), (NO_READ, inside(resource("table"), shut(other)))],
    )


def _wordless() -> list[tuple[Facts, ...]]:
    """Resources of which AWS does not say which policy denies them."""
    bucket = {"action": "s3:ListBucket", "detail": "403"}
    found = (shut(None), resource("bucket", State.DENIED, **bucket))
    told = Read(service="s3", host=S3_HOST, answered=True, code="AccessDenied", policy=Kind.SESSION, explicit=True)
    alone = [(GRANTED, inside(each)) for each in (*found, replace(found[1], region="us-east-1"))]
    return [*alone, (refusals(told), inside(found[1]))]


CASES: dict[str, Cases] = {
    "permission.identity-policy": Cases(
        failing=[
            (permissions(), sqs(), NO_POLICY),
            (permissions(policy(SEND | {"Resource": f"{QUEUE}-old"})), sqs(), NO_POLICY),
            (permissions(policy(SEND | {"Action": ["sqs:ListQueues", "sqs:GetQueueUrl"]})), sqs(), NO_POLICY),
            (permissions(policy(SEND), policy(NO_SEND, kind="managed", name="guard")), sqs()),
            (permissions(simulated=simulated("implicitDeny")), sqs(), own_policy(TO_ACCOUNT)),
            (permissions(simulated=simulated("explicitDeny", policies=("guard",))), sqs()),
            (permissions(policy(SEND), uses=(used(resource=""), used("ssm", "mine"))),),
            (permissions(policy(SEND), polled=feeding()), s3()),
            (permissions(policy(POLL | {"Condition": FROM_CODE}), uses=(), polled=feeding()),),
        ],
        passing=[
            (permissions(policy(BOTH), policy(POLL), polled=feeding()), sqs()),
            (permissions(policy(BOTH)), sqs()),
            (permissions(simulated=simulated()), sqs()),
            (permissions(policy({**BOTH, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-sqs"}}})), sqs()),
            (permissions(), sqs(), own_policy(TO_ROLE)),
        ],
    ),
    "permission.boundary": Cases(
        failing=[
            (bounded({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}), sqs()),
            (bounded({"Effect": "Allow", "Action": "*", "Resource": "*"}, NO_SEND), sqs()),
            (bounded(SEND, polled=feeding()), sqs()),
            (
                permissions(
                    boundary=f"arn:aws:iam::{ACCOUNT}:policy/limit", simulated=simulated("implicitDeny", bounded=False)
                ),
                sqs(),
            ),
        ],
        passing=[
            (permissions(policy(SEND)), sqs()),
            (bounded(BOTH), sqs()),
            (bounded(POLL, uses=(), polled=feeding()),),
        ],
    ),
    "permission.endpoint-policy": Cases(
        failing=[
            (permissions(), sqs(), with_policy("vpce-sqs", {**EVERYTHING, "Action": "sqs:ListQueues"})),
            (
                permissions(),
                sqs(),
                with_policy("vpce-sqs", EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Sid": "Shut"}),
            ),
            (permissions(), sqs(), with_policy("vpce-sqs", {**EVERYTHING, "Principal": {"AWS": "210987654321"}})),
            (permissions(uses=(used("s3", "theirs"),)), s3(), with_policy("vpce-s3", OWN_BUCKET)),
        ],
        passing=[
            (permissions(), sqs(), with_policy("vpce-sqs", EVERYTHING)),
            (permissions(), sqs(), with_policy("vpce-sqs", {**EVERYTHING, "Principal": {"AWS": ROLE}})),
            (permissions(uses=(used("s3", "mine"),)), s3(), with_policy("vpce-s3", OWN_BUCKET)),
        ],
    ),
    "permission.key-access": Cases(
        failing=[
            (function(state_code="KMSKeyAccessDenied"), permissions()),
            (function(), permissions(policy({"Effect": "Deny", "Action": "kms:*", "Resource": "*"}), key=KEY)),
            (inside(resource("key", status="Disabled")),),
            (function(), permissions(), inside(resource("key", status="PendingDeletion", name=""))),
            (function(), permissions(), outside(resource("key", status="Creating"))),
            (inside(resource("key", State.MISSING, detail="NotFoundException"), resource("bucket")),),
        ],
        passing=[
            (function(), permissions()),
            (function(), permissions(), inside(resource("key", status="Enabled"), resource("table", status="ACTIVE"))),
            (function(), permissions(), inside(resource("key", State.OTHER_REGION, region="eu-west-1"))),
            (sandbox(in_function=False), inside(resource("key", status="Enabled"))),
            (function(), permissions(policy({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY}), key=KEY)),
        ],
    ),
    "permission.resource-policy": replace(
        _from_inside(Kind.RESOURCE), failing=[*_from_inside(Kind.RESOURCE).failing, *_wordless()]
    ),
    "permission.service-control-policy": _from_inside(Kind.SERVICE_CONTROL),
    "permission.resource-control-policy": _from_inside(Kind.RESOURCE_CONTROL),
    "permission.session-policy": _from_inside(Kind.SESSION),
}
