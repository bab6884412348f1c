"""What the execution role may do, read from moto: simulated, by its documents, in parts, and not at all."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from doctor import registry
from doctor.evidence import Evidence, Missing, Reason, Vantage, named, revive
from doctor.evidence.function import Function
from doctor.evidence.permissions import Permissions, Simulated
from doctor.evidence.resource_grants import ResourceGrants
from doctor.judge import judge
from doctor.policies.usual import polled
from doctor.request import Request, ServiceTarget
from doctor.verdict import Outcome, Severity, Source
from doctor.world import World
from tests.test_evidence_function import package, trusting

REGION, ACCOUNT = "us-east-1", "123456789012"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
VARIABLES = {
    "QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders",
    "DB_PASSWORD": "correct horse battery",
}


def policy(action: str, effect: str = "Allow", resource: str = "*") -> str:
    statement = {"Sid": "Only", "Effect": effect, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function whose role has an inline policy, a managed one and a boundary; gives IAM's client."""
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # what collectors guard in their own child
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with mock_aws():
        client = boto3.client("iam", REGION)
        limit = client.create_policy(PolicyName="limit", PolicyDocument=policy("sqs:*"))["Policy"]["Arn"]
        role = client.create_role(
            RoleName="jobs",
            Path="/own/",
            AssumeRolePolicyDocument=json.dumps(trusting()),
            PermissionsBoundary=limit,
        )["Role"]
        client.put_role_policy(
            RoleName="jobs", PolicyName="send", PolicyDocument=policy("sqs:SendMessage", "Allow", QUEUE)
        )
        managed = client.create_policy(PolicyName="guard", PolicyDocument=policy("s3:*", "Deny"))["Policy"]["Arn"]
        client.attach_role_policy(RoleName="jobs", PolicyArn=managed)
        boto3.client("lambda", REGION).create_function(
            FunctionName="jobs",
            Runtime="python3.13",
            Role=role["Arn"],
            Handler="app.handler",
            Code={"ZipFile": package("one")},
            Environment={"Variables": VARIABLES},
            KMSKeyArn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        )
        yield client


def world(*targets: ServiceTarget, known: tuple[Evidence | Missing, ...] = (), seconds: float = 20) -> World:
    return World(
        request=Request(function="jobs", targets=targets),
        until=time.monotonic() + seconds,
        environ={"AWS_REGION": REGION},
        known=known,
    )


def sealed(*facts: Any) -> tuple[Evidence, ...]:
    return tuple(
        Evidence.of(each, vantage=Vantage(function="jobs"), at="2026-01-01T00:00:00Z", took=0.1) for each in facts
    )


def collected(*targets: ServiceTarget) -> Any:
    (function,) = Function.collect(world(*targets))
    (found,) = Permissions.collect(world(*targets, known=sealed(function)))
    return found


def answering(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
    """Let AWS answer operations so: with a reply, or where it is a text, with the error of that code."""
    base: Any = botocore.client.BaseClient
    genuine = base._make_api_call

    def call(self: Any, operation: str, arguments: Any) -> Any:
        if operation not in answers:
            return genuine(self, operation, arguments)
        answer = answers[operation]
        if isinstance(answer, str):
            said: Any = {"Error": {"Code": answer, "Message": "no"}, "ResponseMetadata": {"RequestId": "1"}}
            raise ClientError(said, operation)
        return answer(arguments) if callable(answer) else answer

    monkeypatch.setattr(base, "_make_api_call", call)


def judged(check: str, *facts: Any) -> list[Any]:
    return [item.finding for item in judge(registry.load(check), sealed(*facts))]


def test_documents_are_read_where_nothing_is_simulated(iam: Any) -> None:
    found = collected()
    assert found.caller.role == f"arn:aws:iam::{ACCOUNT}:role/own/jobs"
    assert found.caller.arn == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:jobs"
    assert found.caller.role_id.startswith("AROA")
    assert found.boundary == f"arn:aws:iam::{ACCOUNT}:policy/limit"
    assert {(each.kind, each.name) for each in found.policies} == {
        ("inline", "send"),
        ("managed", "guard"),
        ("boundary", "limit"),
    }
    assert [each.part for each in found.unread] == ["simulation"]  # moto does not simulate
    assert found.key.endswith("key/1234abcd-12ab-34cd-56ef-1234567890ab")
    assert [(each.service, {wanted.arn for wanted in each.wanted}) for each in found.uses] == [("sqs", {QUEUE})]
    assert "correct horse" not in json.dumps(asdict(found))
    assert revive(Permissions, sealed(found)[0]) == found
    assert named("permissions") is Permissions


def test_what_the_request_names_stands_for_what_variables_do(iam: Any) -> None:
    found = collected(ServiceTarget(service="s3", resource="mine"), ServiceTarget(service="sqs"))
    assert [(each.service, bool(each.resource)) for each in found.uses] == [("s3", True), ("sqs", True)]
    (refused,) = [each for each in judged("permission.identity-policy", found) if each.targets[0].startswith("s3.")]
    assert refused.outcome is Outcome.PROBLEM
    assert "managed policy guard, Statement[0] (Sid Only) denies it" in refused.message


def test_the_role_is_judged_by_its_documents(iam: Any) -> None:
    sound, _ = judged("permission.identity-policy", collected())
    assert sound.outcome is Outcome.OK
    assert "sqs:SendMessage" in sound.message
    iam.delete_role_policy(RoleName="jobs", PolicyName="send")
    (shut,) = judged("permission.identity-policy", *grants_of())
    assert (shut.outcome, shut.targets) == (Outcome.PROBLEM, (f"sqs.{REGION}.amazonaws.com:443",))
    (within,) = judged("permission.boundary", collected())
    assert within.outcome is Outcome.OK


def test_documents_are_read_for_what_is_known_in_part(iam: Any) -> None:
    """Nobody simulates an ARN that only begins like the secret's."""
    iam.put_role_policy(RoleName="jobs", PolicyName="secrets", PolicyDocument=policy("secretsmanager:Get*"))
    found = collected(ServiceTarget(service="secretsmanager", resource="jobs/database"))
    assert {each.name for each in found.policies} >= {"secrets"}
    own = [each for each in judged("permission.identity-policy", found) if "secretsmanager" in each.targets[0]]
    assert [each.outcome for each in own] == [Outcome.OK]


def test_the_remedy_mends_it(iam: Any) -> None:
    """The command's document, put where it says, makes the finding ok."""
    iam.delete_role_policy(RoleName="jobs", PolicyName="send")
    (item,) = judge(registry.load("permission.identity-policy"), sealed(*grants_of()))
    assert item.remedy
    command = item.remedy.commands[0]
    assert command.startswith("aws iam put-role-policy --role-name jobs --policy-name allow-sqs --policy-document '")
    iam.put_role_policy(RoleName="jobs", PolicyName="allow-sqs", PolicyDocument=command.split("'")[1])
    (mended,) = judged("permission.identity-policy", collected())
    assert mended.outcome is Outcome.OK


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("ListRolePolicies", "iam:ListRolePolicies"),
        ("GetRolePolicy", "iam:GetRolePolicy"),
        ("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies"),
        ("GetPolicy", "iam:GetPolicy"),
        ("GetPolicyVersion", "iam:GetPolicyVersion"),
    ],
)
@pytest.mark.sampled(2)
def test_a_read_that_is_denied_leaves_it_unknown_and_names_its_action(
    iam: Any, monkeypatch: pytest.MonkeyPatch, operation: str, action: str
) -> None:
    iam.delete_role_policy(RoleName="jobs", PolicyName="send")
    iam.put_role_policy(RoleName="jobs", PolicyName="list", PolicyDocument=policy("sqs:ListQueues"))
    answering(monkeypatch, **{operation: "AccessDenied"})
    (found,) = judged("permission.identity-policy", collected())
    assert found.outcome is Outcome.UNKNOWN
    assert f"allow {action}" in found.message


def test_a_role_that_may_not_be_read_may_have_a_boundary(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, GetRole="AccessDenied")
    found = collected()
    assert judged("permission.identity-policy", found)[0].outcome is Outcome.OK
    (limit,) = judged("permission.boundary", found)
    assert limit.outcome is Outcome.UNKNOWN
    assert "allow iam:GetRole" in limit.message


def test_the_configuration_that_is_denied_is_missing(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (function,) = Function.collect(world())
    answering(monkeypatch, GetFunctionConfiguration="AccessDeniedException")
    (found,) = Permissions.collect(world(known=sealed(function)))
    assert isinstance(found, Missing)
    assert (found.reason, found.action, found.source) == (
        Reason.DENIED,
        "lambda:GetFunctionConfiguration",
        Source.CONTROL,
    )
    (unread,) = Permissions.collect(world())
    assert unread.reason is Reason.NOT_ASKED


def simulation(decision: str, **more: Any) -> Any:
    def answer(arguments: Any) -> Any:
        (arn,) = arguments["ResourceArns"]
        own = {"EvalResourceName": arn, "EvalResourceDecision": decision}
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": "*",
                "EvalDecision": "allowed",
                "ResourceSpecificResults": [own],
                **more,
            }
            for action in arguments["ActionNames"]
        ]
        return {"EvaluationResults": results}

    return answer


def test_the_simulation_is_asked_first_and_its_own_word_of_the_resource_counts(
    iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, SimulatePrincipalPolicy=simulation("implicitDeny"))
    found = collected()
    assert not found.unread
    assert found.simulated[0] == Simulated(action="sqs:SendMessage", arn=QUEUE, decision="implicitDeny")
    (shut,) = judged("permission.identity-policy", *grants_of())
    assert shut.outcome is Outcome.PROBLEM
    assert "AWS's simulation" in shut.message


def test_what_the_simulation_denies_explicitly_is_found_in_the_documents(
    iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = f"arn:aws:iam::{ACCOUNT}:policy/guard"
    version = {"PolicyArn": guard, "PolicyDocument": policy("sqs:*", "Deny"), "SetAsDefault": True}
    iam.create_policy_version(**version)
    answering(monkeypatch, SimulatePrincipalPolicy=simulation("explicitDeny"))
    found = collected()
    assert {each.name: each.arn for each in found.policies} == {
        "send": "",
        "guard": guard,
        "limit": f"arn:aws:iam::{ACCOUNT}:policy/limit",
    }
    (item,) = judge(registry.load("permission.identity-policy"), sealed(found))
    assert "managed policy guard, Statement[0] (Sid Only) denies it" in item.finding.message
    assert item.remedy
    assert f"--policy-arn {guard} --set-as-default" in item.remedy.commands[1]


def test_a_service_control_policy_that_the_simulation_saw_is_no_fault_of_the_roles(
    iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    organized = {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}
    answering(monkeypatch, SimulatePrincipalPolicy=simulation("implicitDeny", **organized))
    (found,) = judged("permission.identity-policy", collected())
    assert found.outcome is Outcome.UNKNOWN
    assert "service control policy" in found.message


def test_where_the_simulation_lacks_a_key_the_documents_decide(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = {"MissingContextValues": ["aws:SourceVpce"]}
    answering(monkeypatch, SimulatePrincipalPolicy=simulation("implicitDeny", **lacking))
    found = collected()
    assert found.simulated[0].missing == ("aws:SourceVpce",)
    assert judged("permission.identity-policy", found)[0].outcome is Outcome.OK


POLLS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def feed(*names: str) -> list[str]:
    """Queues with these names, each of which feeds the function; the ids of what connects them."""
    queues, lambda_ = boto3.client("sqs", REGION), boto3.client("lambda", REGION)
    for name in names:
        queues.create_queue(QueueName=name)
    arns = [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in names]
    return [lambda_.create_event_source_mapping(FunctionName="jobs", EventSourceArn=arn)["UUID"] for arn in arns]


def polls(*facts: Any) -> Any:
    (found,) = [each for each in judged("permission.identity-policy", *facts) if "polls" in each.subject]
    return found


def test_the_role_must_allow_each_call_by_which_lambda_polls_a_queue(iam: Any) -> None:
    feed("orders")
    found = collected()
    assert [(each.resource, [wanted.action for wanted in each.wanted]) for each in found.polled] == [(QUEUE, POLLS)]
    shut = polls(found)
    assert (shut.outcome, shut.targets) == (Outcome.PROBLEM, (f"sqs.{REGION}.amazonaws.com:443",))
    assert "none of sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes" in shut.message
    for action in POLLS:
        assert polls(collected()).outcome is Outcome.PROBLEM
        iam.put_role_policy(
            RoleName="jobs", PolicyName=action.partition(":")[2], PolicyDocument=policy(action, "Allow", QUEUE)
        )
    assert polls(collected()).outcome is Outcome.OK


def test_the_remedy_lets_lambda_poll(iam: Any) -> None:
    feed("orders")
    (item,) = [
        each
        for each in judge(registry.load("permission.identity-policy"), sealed(collected()))
        if "polls" in each.finding.subject
    ]
    assert item.remedy
    document = item.remedy.commands[0].split("'")[1]
    iam.put_role_policy(RoleName="jobs", PolicyName="poll", PolicyDocument=document)
    assert polls(collected()).outcome is Outcome.OK


def test_the_boundary_must_let_lambda_poll_as_well(iam: Any) -> None:
    feed("orders")
    (arn,) = [each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"] if each["PolicyName"] == "limit"]
    subject = f"{arn} polls sqs {QUEUE}"
    outcomes = {each.subject: each.outcome for each in judged("permission.boundary", collected())}
    assert outcomes[subject] is Outcome.OK
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy("sqs:SendMessage"), SetAsDefault=True)
    outcomes = {each.subject: each.outcome for each in judged("permission.boundary", collected())}
    assert outcomes[subject] is Outcome.PROBLEM


def test_a_permission_for_the_function_s_own_code_is_none_for_lambda(iam: Any) -> None:
    """Lambda's own calls carry no `lambda:SourceFunctionArn` (developer guide, "Using source function ARN …")."""
    feed("orders")
    document = json.loads(policy("sqs:*", "Allow", QUEUE))
    document["Statement"][0]["Condition"] = {
        "ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:jobs"}
    }
    iam.put_role_policy(RoleName="jobs", PolicyName="send", PolicyDocument=json.dumps(document))
    found = collected()
    assert polls(found).outcome is Outcome.PROBLEM
    (own,) = [each for each in judged("permission.identity-policy", found) if "polls" not in each.subject]
    assert own.outcome is Outcome.OK


def test_the_simulation_is_asked_apart_for_what_lambda_calls(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    feed("orders")
    asked: list[tuple[str, ...]] = []

    def simulate(arguments: Any) -> Any:
        keys = {each["ContextKeyName"] for each in arguments["ContextEntries"]}
        by_lambda = "lambda:SourceFunctionArn" not in keys
        asked.append(tuple(arguments["ActionNames"]) if by_lambda else ())
        return simulation("implicitDeny" if by_lambda else "allowed")(arguments)

    answering(monkeypatch, SimulatePrincipalPolicy=simulate)
    found = collected()
    assert asked == [(), tuple(POLLS)]
    assert polls(found).outcome is Outcome.PROBLEM
    (own,) = [each for each in judged("permission.identity-policy", found) if "polls" not in each.subject]
    assert own.outcome is Outcome.OK


def test_documents_decide_what_is_too_much_to_be_simulated(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    feed("orders")
    monkeypatch.setattr("doctor.evidence.permissions._MOST_SIMULATED", 1)
    answering(monkeypatch, SimulatePrincipalPolicy=simulation("allowed"))
    found = collected()
    assert {each.by_lambda for each in found.simulated} == {False}
    assert found.policies
    assert "AWS's simulation" not in polls(found).message


def test_what_is_disabled_is_not_polled(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = {"EventSourceArn": QUEUE, "State": "Disabled"}
    answering(monkeypatch, ListEventSourceMappings={"EventSourceMappings": [queue, {"State": "Enabled"}]})
    assert collected().polled == ()


def test_sources_that_may_not_be_listed_are_told(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, ListEventSourceMappings="AccessDeniedException")
    found = collected()
    by_subject = {each.subject: each for each in judged("permission.identity-policy", found)}
    assert by_subject["event sources"].outcome is Outcome.UNKNOWN
    assert "allow lambda:ListEventSourceMappings" in by_subject["event sources"].message
    role, _ = [each for each in by_subject.values() if each.subject != "event sources"]
    assert role.outcome is Outcome.OK  # its policies were read whole all the same


@pytest.mark.parametrize(
    ("source", "actions"),
    [
        (QUEUE, POLLS),
        (
            f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000",
            ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"],
        ),
        (
            f"arn:aws-cn:kinesis:cn-north-1:{ACCOUNT}:stream/orders",
            ["kinesis:GetShardIterator", "kinesis:GetRecords"],
        ),
        (f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/orders/consumer/fast:1700000000", []),
        (f"arn:aws:mq:{REGION}:{ACCOUNT}:broker:orders:b-1", []),
        ("", []),
    ],
)
def test_what_lambda_calls_of_a_source(source: str, actions: list[str]) -> None:
    found = polled(source)
    assert [each.action for each in found.wanted] == actions if found else not actions
    assert all(each.arn == source and each.owner == ACCOUNT for each in found.wanted) if found else True


def test_a_function_that_could_not_be_read_tells_why(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, GetFunctionConfiguration="AccessDeniedException")
    (function,) = Function.collect(world())
    assert isinstance(function, Missing)
    (found,) = Permissions.collect(world(known=(function,)))
    assert isinstance(found, Missing)
    assert (found.kind, found.reason, found.action) == ("permissions", Reason.DENIED, "lambda:GetFunctionConfiguration")


def test_one_client_at_a_time(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second model in memory is more than a small function has room for, and a second client takes time."""
    (function,) = Function.collect(world())
    steps: list[str] = []
    genuine = boto3.Session.client

    def client(self: Any, service: str, *rest: Any, **more: Any) -> Any:
        steps.append(service)
        return genuine(self, service, *rest, **more)

    monkeypatch.setattr(boto3.Session, "client", client)
    monkeypatch.setattr(World, "forget", lambda _: steps.append("forgotten"))
    list(Permissions.collect(world(known=sealed(function))))
    assert steps == ["lambda", "forgotten", "iam"]


def grants_of(*targets: ServiceTarget) -> tuple[Permissions, ResourceGrants]:
    """What the role may do, and the own policies of what it may not use."""
    found = collected(*targets)
    (held,) = ResourceGrants.collect(world(*targets, known=sealed(found)))
    assert isinstance(held, ResourceGrants)
    return found, held


def made(service: str) -> Callable[[str], object]:
    """The resource is there; gives what sets its own policy."""
    client: Any = boto3.client(service, REGION)
    if service == "s3":
        client.create_bucket(Bucket="orders")
        return lambda document: client.put_bucket_policy(Bucket="orders", Policy=document)
    if service == "sqs":
        url = client.create_queue(QueueName="orders")["QueueUrl"]
        return lambda document: client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    if service == "secretsmanager":
        client.create_secret(Name="orders", SecretString="-")
        return lambda document: client.put_resource_policy(SecretId="orders", ResourcePolicy=document)
    key = {"AttributeName": "id", "KeyType": "HASH"}
    arn = client.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[key],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    return lambda document: client.put_resource_policy(ResourceArn=arn, Policy=document)


def admitting(service: str, principal: str) -> str:
    """A resource's own policy that lets somebody do everything with it."""
    own = ["arn:aws:s3:::orders", "arn:aws:s3:::orders/*"] if service == "s3" else "*"
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": f"{service}:*", "Resource": own}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def without(iam: Any) -> None:
    """The role's own policies allow nothing, and deny nothing."""
    iam.delete_role_policy(RoleName="jobs", PolicyName="send")
    iam.detach_role_policy(RoleName="jobs", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/guard")


WITH_POLICIES = ("s3", "sqs", "secretsmanager", "dynamodb")


@pytest.mark.parametrize("service", WITH_POLICIES)
@pytest.mark.sampled(3)
def test_a_resource_s_own_policy_lets_in_whom_the_role_s_do_not(iam: Any, service: str) -> None:
    without(iam)
    put = made(service)
    target = ServiceTarget(service=service, resource="orders")
    (shut,) = judged("permission.identity-policy", *grants_of(target))[:1]
    assert (shut.outcome, shut.severity) == (Outcome.PROBLEM, Severity.BREAKS)
    assert "has no policy of its own" in shut.message
    put(admitting(service, f"arn:aws:iam::{ACCOUNT}:root"))  # which leaves it to the role's own policies
    (left,) = judged("permission.identity-policy", *grants_of(target))[:1]
    assert (left.outcome, left.severity) == (Outcome.PROBLEM, Severity.BREAKS)
    put(admitting(service, f"arn:aws:iam::{ACCOUNT}:role/own/jobs"))
    (found,) = judged("permission.identity-policy", *grants_of(target))[:1]
    assert found.outcome is Outcome.OK
    assert "own policy allows" in found.message


def test_a_resource_s_policy_that_was_not_read_leaves_it_open(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    without(iam)
    made("s3")
    target = ServiceTarget(service="s3", resource="orders")
    answering(monkeypatch, GetBucketPolicy="AccessDenied")
    facts, held = grants_of(target)
    for told in ((facts, held), (facts,)):
        (found,) = judged("permission.identity-policy", *told)[:1]
        assert (found.outcome, found.severity) == (Outcome.UNKNOWN, Severity.BREAKS)
    (found,) = judged("permission.identity-policy", facts, held)[:1]
    assert "allow s3:GetBucketPolicy" in found.message


def test_no_resource_is_asked_where_the_role_s_own_policies_decide(iam: Any) -> None:
    """The queue is allowed, the bucket is denied, and a parameter has no policy."""
    targets = [ServiceTarget(service=each, resource="orders") for each in ("sqs", "s3", "ssm")]
    assert grants_of(*targets)[1].held == ()


@pytest.mark.parametrize(
    ("service", "action", "resource"),
    [
        ("dynamodb", "dynamodb:BatchWriteItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"),
        ("dynamodb", "dynamodb:Query", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders/index/*"),
        ("ssm", "ssm:PutParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/orders"),
        ("s3", "s3:PutObjectTagging", "arn:aws:s3:::orders/*"),
        ("s3", "s3:PutObjectTagging", "arn:aws:s3:::orders/uploads/*"),
        ("s3", "s3:GetObject", "arn:aws:s3:::orders/uploads/*"),
        ("kms", "kms:Sign", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/orders"),
        ("secretsmanager", "secretsmanager:PutSecretValue", "*"),
        ("sqs", "sqs:TagQueue", "*"),
        ("sqs", "sqs:Tag*", f"arn:aws:sqs:{REGION}:{ACCOUNT}:ord*"),
    ],
)
@pytest.mark.parametrize("simulating", [False, True])
@pytest.mark.sampled(8)
def test_a_role_that_allows_what_is_rare_is_at_no_fault(  # noqa: PLR0917 - three of one row
    iam: Any, monkeypatch: pytest.MonkeyPatch, service: str, action: str, resource: str, simulating: bool
) -> None:
    """AWS's simulation is asked about the usual calls alone; whether another is allowed, the documents tell."""
    without(iam)
    iam.put_role_policy(RoleName="jobs", PolicyName="rare", PolicyDocument=policy(action, "Allow", resource))
    if simulating:
        answering(monkeypatch, SimulatePrincipalPolicy=simulation("implicitDeny"))
    found = judged("permission.identity-policy", *grants_of(ServiceTarget(service=service, resource="orders")))
    own = [each for each in found if f" {service} " in each.subject]
    assert own
    assert {each.outcome for each in own} <= {Outcome.OK, Outcome.UNKNOWN}
    assert all(each.severity is Severity.HINTS for each in own if each.outcome is Outcome.UNKNOWN)


@pytest.mark.parametrize("resource", ["orders-??????", "orders-*", "orders*", "orders-AbCd12"])
@pytest.mark.parametrize("named", ["orders", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:orders"])
@pytest.mark.sampled(4)
def test_a_secret_s_arn_ends_in_six_characters_of_aws_s_own(iam: Any, resource: str, named: str) -> None:
    without(iam)
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{resource}"
    document = policy("secretsmanager:GetSecretValue", "Allow", arn)
    iam.put_role_policy(RoleName="jobs", PolicyName="read", PolicyDocument=document)
    target = ServiceTarget(service="secretsmanager", resource=named)
    (found,) = [each for each in judged("permission.identity-policy", *grants_of(target)) if "secrets" in each.subject]
    whole = resource != "orders-AbCd12"  # which may be this secret's, or another's of the same name before it
    assert found.outcome is (Outcome.OK if whole else Outcome.UNKNOWN)
    assert whole or found.severity is Severity.HINTS


@pytest.mark.parametrize("resource", ["orders", "orders-?????", "orders2-*", "order-??????"])
@pytest.mark.sampled(2)
def test_a_secret_of_another_name_is_another(iam: Any, resource: str) -> None:
    without(iam)
    made("secretsmanager")
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{resource}"
    document = policy("secretsmanager:GetSecretValue", "Allow", arn)
    iam.put_role_policy(RoleName="jobs", PolicyName="read", PolicyDocument=document)
    target = ServiceTarget(service="secretsmanager", resource="orders")
    (found,) = [each for each in judged("permission.identity-policy", *grants_of(target)) if "secrets" in each.subject]
    assert (found.outcome, found.severity) == (Outcome.PROBLEM, Severity.BREAKS)


def test_what_a_role_may_not_do_beside_what_it_may_is_told(iam: Any) -> None:
    """Whoever has AccessDenied on ReceiveMessage finds it, though nobody knows that the code receives."""
    allowed, withheld = judged("permission.identity-policy", collected())
    assert allowed.outcome is Outcome.OK
    assert (withheld.outcome, withheld.severity) == (Outcome.UNKNOWN, Severity.HINTS)
    assert "sqs:ReceiveMessage" in withheld.message
    assert "AccessDenied (not authorized to perform)" in withheld.message
