"""Resources as both sides see them, asked of moto: each state, each way of naming one, and no secret anywhere."""

import functools
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse

from doctor import registry
from doctor.evidence import Evidence, Missing, Vantage
from doctor.evidence.calls.resource_service import Service
from doctor.evidence.calls.resource_state import Owner, Resource, State, seen
from doctor.evidence.function import Function
from doctor.evidence.permissions import Permissions
from doctor.evidence.resource_outside import ResourcesOutside, allowed_resources
from doctor.evidence.resources import Resources
from doctor.evidence.settings.named_resources import meant, of_arns, of_variables
from doctor.isolation import preload
from doctor.judge import judge
from doctor.policies.kinds import Kind
from doctor.request import Request, ServiceTarget
from doctor.verdict import Outcome, Severity
from doctor.world import World
from tests.evidence import resource as cases
from tests.evidence.build import function

REGION, ACCOUNT = "us-east-1", "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "testing"}
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders"
AREA = [check_id for check_id in registry.built_in() if check_id.startswith("resource.")]


def arn(service: str, rest: str, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{rest}"


@functools.cache
def owner(service: str) -> Any:
    """A client of the account's owner; moto answers whatever client asks while it is on."""
    return boto3.Session("owner", "owner", region_name=REGION).client(service)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One of each, called `orders`."""
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # what collectors guard in their own child
    monkeypatch.setattr(AWSResponse, "content", AWSResponse.content)
    monkeypatch.setattr(World, "forget", lambda _: None)  # the models of services are read once for all tests
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in (KEYS | {"AWS_DEFAULT_REGION": REGION}).items():
        monkeypatch.setenv(name, value)
    shared = preload.session()  # with whose clients nearly all of the time would be spent
    monkeypatch.setattr(World, "session", lambda _: shared)
    with mock_aws():
        owner("s3").create_bucket(Bucket="orders")
        owner("sqs").create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "45"})
        owner("dynamodb").create_table(
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        owner("secretsmanager").create_secret(Name="prod/orders", SecretString="hunter2hunter2")
        owner("ssm").put_parameter(Name="/prod/orders", Type="SecureString", Value="hunter2hunter2")
        yield


def world(*targets: ServiceTarget, function: str | None = None, seconds: float = 20, **environ: str) -> World:
    variables = KEYS | {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION} | environ
    request = Request(targets=targets, function=function)
    return World(request=request, until=time.monotonic() + seconds, environ=variables)


def inside(*targets: ServiceTarget, **environ: str) -> Resources:
    (found,) = Resources.collect(world(*targets, **environ))
    assert isinstance(found, Resources)
    return found


def one(*targets: ServiceTarget, **environ: str) -> Resource:
    (found,) = inside(*targets, **environ).resources
    return found


def answering(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[str, Any], tuple[int, dict[str, str], str] | None]
) -> None:
    """Let AWS answer a request with a status, headers and a body; where `answer` gives none, moto does."""
    genuine = Service._client

    def client(self: Service, patience: float) -> Any:
        def reply(request: Any, **_: Any) -> AWSResponse | None:
            said = answer(self.region, request)
            if said is None:
                return None
            status, headers, body = said
            return AWSResponse(request.url, status, headers, MockRawResponse(body.encode()))

        made = genuine(self, patience)
        made.meta.events.register_first("before-send.*.*", reply)
        return made

    monkeypatch.setattr(Service, "_client", client)


def head(*said: tuple[int, str]) -> Callable[[str, Any], tuple[int, dict[str, str], str] | None]:
    """S3's answers to one HeadBucket after the other: status, and the region in the header."""
    waiting = list(said)

    def answer(_: str, request: Any) -> tuple[int, dict[str, str], str] | None:
        if request.method != "HEAD":
            return None
        status, region = waiting.pop(0)
        return status, {"x-amz-bucket-region": region} if region else {}, ""

    return answer


def outcomes(*facts: Any, check: str) -> dict[str, tuple[Outcome, Severity]]:
    known = tuple(Evidence.of(each, vantage=Vantage(function="jobs"), at="", took=0.0) for each in facts)
    judged = judge(registry.load(check), known)
    return {item.finding.subject: (item.finding.outcome, item.finding.severity) for item in judged}


class TestWhatIsMeant:
    @pytest.mark.parametrize(
        ("variable", "value", "expected"),
        [
            ("BUCKET", "orders-files", ("bucket", "orders-files")),
            ("UPLOADS_BUCKET_NAME", "orders-files", ("bucket", "orders-files")),
            ("AWS_STORAGE_BUCKET_NAME", "orders-files", ("bucket", "orders-files")),
            ("DESTINATION", "s3://orders-files/in/", ("bucket", "orders-files")),
            ("SOURCE", "arn:aws:s3:::orders-files/in/*", ("bucket", "orders-files")),
            ("QUEUE_URL", QUEUE_URL, ("queue", "orders")),
            ("OLD", f"https://eu-west-1.queue.amazonaws.com/{ACCOUNT}/orders.fifo", ("queue", "orders.fifo")),
            ("TOPIC", arn("sqs", "orders"), ("queue", "orders")),
            ("SQS_QUEUE_NAME", "orders", ("queue", "orders")),
            ("TABLE_NAME", "orders", ("table", "orders")),
            ("ANY", arn("dynamodb", "table/orders/index/by-date"), ("table", "orders")),
            ("SECRET_ARN", arn("secretsmanager", "secret:prod/orders-AbC123"), ("secret", "prod/orders")),
            ("SECRET_ARN", arn("secretsmanager", "secret:prod/orders-AbC123:password::"), ("secret", "prod/orders")),
            ("DB_SECRET_NAME", "prod/orders", ("secret", "")),
            ("SSM_PARAMETER_NAME", "/prod/orders", ("parameter", "/prod/orders")),
            ("ANY", arn("ssm", "parameter/prod/orders"), ("parameter", "prod/orders")),
            ("KMS_KEY_ID", "alias/orders", ("key", "alias/orders")),
            (
                "ANY",
                arn("kms", "key/01234567-89ab-cdef-0123-456789abcdef"),
                ("key", "01234567-89ab-cdef-0123-456789abcdef"),
            ),
        ],
    )
    def test_variables_name_resources(self, variable: str, value: str, expected: tuple[str, str]) -> None:
        (found,) = of_variables({variable: value})
        assert (found.kind, found.name) == expected
        assert found.origin == f"the variable {variable}"

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("CLIENT_SECRET_NAME", "orders"),
            ("DB_PASSWORD", "hunter2hunter2"),
            ("SECRET_NAME", "aZ3kq9Xw2LmN8vB4"),
            ("SECRET_NAME", "AKIA" + "IOSFODNN7EXAMPLE"),
            ("SECRET", "prod/orders"),
            ("VAULT_SECRET_ID", "prod/orders"),
            ("GCS_BUCKET", "orders"),
            ("TOKEN_BUCKET", "leaky"),
            ("DB_TABLE", "orders"),
            ("ROUTE_TABLE", "rtb-01234567"),
            ("BUCKET", "Not A Bucket"),
            ("BUCKET_PREFIX", "orders"),
            ("PARAMETER_PATH", "/prod/"),
            ("PARAMETER", "orders"),
            ("DOCTOR_TARGETS", '["arn:aws:sqs:us-east-1:123456789012:orders"]'),
            ("ANY", "arn:aws:s3:us-east-1:123456789012:accesspoint/orders"),
            ("ANY", arn("dynamodb", "table/*")),
            ("ANY", "arn:aws:sns:us-east-1:123456789012:orders"),
        ],
    )
    def test_what_is_no_name_or_may_be_a_secret_is_left_alone(self, variable: str, value: str) -> None:
        assert not list(of_variables({variable: value}))

    def test_a_name_that_another_variable_calls_secret_is_not_printed(self) -> None:
        environ = {"BUCKET": "hunter2hunter2", "DB_PASSWORD": "hunter2hunter2"}
        assert not list(of_variables(environ))

    def test_a_table_is_a_guess_unless_dynamodb_is_called(self) -> None:
        assert [each.sure for each in of_variables({"TABLE": "orders"})] == [False]
        assert [each.sure for each in of_variables({"TABLE": "orders"}, with_dynamo=True)] == [True]
        assert [each.sure for each in of_variables({"ORDERS_DYNAMODB_TABLE": "orders"})] == [True]
        both = {"TABLE": "orders", "X": arn("dynamodb", "table/others")}
        assert all(each.sure for each in of_variables(both))

    def test_what_is_declared_stands_instead_of_guesses_of_its_kind(self) -> None:
        environ = {"BUCKET": "guessed", "QUEUE_URL": QUEUE_URL}
        found = meant((ServiceTarget(service="s3", resource="declared"),), environ)
        assert [(each.name, each.declared) for each in found] == [("declared", True), ("orders", False)]

    @pytest.mark.parametrize("resource", ["no bucket", "x", "arn:aws:sqs:us-east-1:123456789012:orders", "AKIA" * 5])
    def test_a_declaration_that_is_no_name_is_not_asked_for(self, resource: str) -> None:
        assert not meant((ServiceTarget(service="s3", resource=resource),), {})

    def test_policies_name_what_they_name_whole(self) -> None:
        statement = {
            "Effect": "Allow",
            "Action": "*",
            "Resource": [arn("sqs", "orders"), "*", arn("dynamodb", "table/o*")],
        }
        policy = {"Statement": [statement, {"Effect": "Deny", "Resource": arn("sqs", "others")}]}
        named = of_arns(allowed_resources(policy), "a policy", sure=False)
        assert [(each.name, each.sure) for each in named] == [("orders", False)]
        for strange in (None, "", [], {"Statement": 1}, {"Statement": {"Effect": "Allow"}}):
            assert allowed_resources(strange) == []


# Of a bucket the status is the answer, of all others the reply.
TOLD = [
    ("sqs", "orders"),
    ("sqs", QUEUE_URL),
    ("dynamodb", "orders"),
    ("dynamodb", arn("dynamodb", "table/orders")),
    ("secretsmanager", "prod/orders"),
    ("ssm", "/prod/orders"),
    ("ssm", arn("ssm", "parameter/prod/orders")),
]


@pytest.mark.usefixtures("aws")
class TestStates:
    @pytest.mark.parametrize(("service", "resource"), [("s3", "orders"), *TOLD])
    def test_what_exists(self, service: str, resource: str) -> None:
        found = one(ServiceTarget(service=service, resource=resource))
        assert (found.state, found.declared, found.account) == (State.EXISTS, True, ""), found
        assert re.fullmatch(r"[a-z.]*(s3|sqs|dynamodb|secretsmanager|ssm)[a-z0-9.-]*\.amazonaws\.com:443", found.target)

    @pytest.mark.parametrize(
        ("service", "resource", "check"),
        [
            ("s3", "drifted", "resource.bucket-missing"),
            ("sqs", "drifted", "resource.queue-missing"),
            ("sqs", QUEUE_URL.replace("orders", "drifted"), "resource.queue-missing"),
            ("dynamodb", "drifted", "resource.table-missing"),
            ("secretsmanager", "drifted", "resource.secret-missing"),
            ("ssm", "/drifted", "resource.secret-missing"),
        ],
    )
    def test_what_is_missing_breaks(self, service: str, resource: str, check: str) -> None:
        found = inside(ServiceTarget(service=service, resource=resource))
        assert found.resources[0].state is State.MISSING
        assert list(outcomes(found, check=check).values()) == [(Outcome.PROBLEM, Severity.BREAKS)]

    def test_details_of_what_exists(self) -> None:
        assert one(QUEUE_URL=QUEUE_URL).visibility == 45
        assert one(DYNAMODB_TABLE="orders").status == "ACTIVE"
        bucket = one(BUCKET="orders")
        assert (bucket.region, bucket.owner, bucket.expected) == (REGION, Owner.EXPECTED, f"{cases.OWN[:-4]}9012")

    @pytest.mark.parametrize("status", ["CREATING", "DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVED"])
    def test_a_table_that_cannot_be_used(self, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
        body = json.dumps({"Table": {"TableStatus": status}})
        answering(monkeypatch, lambda _, request: (200, {}, body) if "dynamodb" in request.url else None)
        found = inside(DYNAMODB_TABLE="orders")
        assert found.resources[0].status == status
        assert outcomes(found, check="resource.table-missing") == {"orders": (Outcome.PROBLEM, Severity.BREAKS)}

    def test_a_secret_that_is_scheduled_for_deletion(self) -> None:
        owner("secretsmanager").delete_secret(SecretId="prod/orders", RecoveryWindowInDays=7)
        found = inside(ServiceTarget(service="secretsmanager", resource="prod/orders"))
        assert found.resources[0].status == "scheduled for deletion"
        assert outcomes(found, check="resource.secret-missing") == {"prod/orders": (Outcome.PROBLEM, Severity.BREAKS)}

    def test_a_key_has_its_state(self) -> None:
        key = owner("kms").create_key()["KeyMetadata"]["KeyId"]
        owner("kms").disable_key(KeyId=key)
        assert one(KMS_KEY_ID=key).status == "Disabled"
        assert one(KMS_KEY_ID="alias/drifted").state is State.MISSING

    @pytest.mark.parametrize(("service", "resource"), [*TOLD, ("kms", "alias/orders")])
    def test_a_success_that_holds_nothing_tells_nothing(
        self, service: str, resource: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """botocore makes an empty reply of an empty body, whoever sent it."""
        answering(monkeypatch, lambda _, __: (200, {}, ""))
        found = one(ServiceTarget(service=service, resource=resource))
        assert found.state is State.REFUSED
        assert found.detail.startswith("a success without ")

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            (QUEUE_URL.replace(REGION, "eu-west-1"), "queue"),
            (arn("dynamodb", "table/orders", region="eu-west-1"), "table"),
            (arn("secretsmanager", "secret:orders-AbC123", region="eu-west-1"), "secret"),
        ],
    )
    def test_a_name_of_another_region_is_told_and_nobody_is_asked_there(self, value: str, kind: str) -> None:
        found = inside(ANY=value)
        (each,) = found.resources
        assert (each.kind, each.state, each.region) == (kind, State.OTHER_REGION, "eu-west-1")
        assert each.target.endswith(f".{REGION}.amazonaws.com:443")
        check = f"resource.{kind}-missing"
        assert list(outcomes(found, check=check).values()) == [(Outcome.PROBLEM, Severity.RISKS)]

    def test_a_queue_of_another_account_is_told(self) -> None:
        found = one(ANY=QUEUE_URL.replace(ACCOUNT, "210987654321"))
        assert found.account == "4321"

    def test_a_page_without_a_parameter_may_not_be_the_last(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pages = [{"Parameters": [], "NextToken": "10"}, {"Parameters": [{"Name": "/prod/orders"}]}]
        answering(
            monkeypatch, lambda _, request: (200, {}, json.dumps(pages.pop(0))) if "//ssm." in request.url else None
        )
        found = one(ServiceTarget(service="ssm", resource="/prod/orders"))
        assert (found.state, found.detail) == (State.EXISTS, "")
        assert not pages


@pytest.mark.usefixtures("aws")
class TestBuckets:
    def test_403_is_not_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answering(monkeypatch, head((403, ""), (403, "")))
        found = inside(ServiceTarget(service="s3", resource="orders"))
        (bucket,) = found.resources
        assert (bucket.state, bucket.action, bucket.owner) == (State.DENIED, "s3:ListBucket", Owner.UNTOLD)
        assert outcomes(found, check="resource.bucket-missing") == {"orders": (Outcome.UNKNOWN, Severity.BREAKS)}
        assert outcomes(found, check="resource.bucket-other-owner") == {"orders": (Outcome.UNKNOWN, Severity.HINTS)}

    def test_403_with_a_region_is_about_a_bucket_that_exists(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answering(monkeypatch, head((403, REGION), (403, REGION)))
        found = inside(BUCKET="orders")
        assert outcomes(found, check="resource.bucket-missing")["orders"][0] is Outcome.OK
        assert outcomes(found, check="resource.bucket-other-region")["orders"][0] is Outcome.OK

    @pytest.mark.parametrize(
        ("variables", "severity"), [({}, Severity.HINTS), ({"BUCKET_OWNER": "111122223333"}, Severity.BREAKS)]
    )
    def test_another_owner_is_told_by_asking_twice(
        self, variables: dict[str, str], severity: Severity, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answering(monkeypatch, head((403, REGION), (200, REGION)))
        found = inside(BUCKET="orders", **variables)
        assert found.resources[0].owner is Owner.OTHER
        assert outcomes(found, check="resource.bucket-other-owner") == {"orders": (Outcome.PROBLEM, severity)}
        assert outcomes(found, check="resource.bucket-missing")["orders"][0] is Outcome.OK

    @pytest.mark.parametrize("status", [301, 307, 400, 403])
    def test_another_region_is_told_by_the_header(self, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        said = head((status, "eu-west-1"), (200, "eu-west-1"), (200, "eu-west-1"))
        answering(monkeypatch, lambda region, request: asked.append(region) or said(region, request))  # type: ignore[func-returns-value]
        found = inside(BUCKET="orders")
        (bucket,) = found.resources
        assert (bucket.state, bucket.region, bucket.answers) == (State.OTHER_REGION, "eu-west-1", True)
        assert asked.count("eu-west-1") == 1
        expected = {"orders": (Outcome.PROBLEM, Severity.HINTS)}
        assert outcomes(found, check="resource.bucket-other-region") == expected

    def test_another_region_that_does_not_answer_breaks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def answer(region: str, request: Any) -> Any:
            if region == "eu-west-1":
                raise botocore.exceptions.ConnectTimeoutError(endpoint_url=request.url)
            return 301, {"x-amz-bucket-region": "eu-west-1"}, ""

        answering(monkeypatch, lambda region, request: answer(region, request) if "s3" in request.url else None)
        found = inside(BUCKET="orders")
        assert outcomes(found, check="resource.bucket-other-region") == {"orders": (Outcome.PROBLEM, Severity.BREAKS)}

    def test_the_location_is_asked_for_only_without_the_header(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answering(monkeypatch, head((200, "")))
        assert one(BUCKET="orders").region == REGION

    @pytest.mark.parametrize("status", [400, 500, 503])
    def test_another_status_tells_nothing(self, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
        answering(monkeypatch, head((status, ""), (status, "")))
        found = inside(BUCKET="orders")
        assert found.resources[0].state is State.REFUSED
        assert outcomes(found, check="resource.bucket-missing") == {"orders": (Outcome.UNKNOWN, Severity.HINTS)}


DENIED = {
    "dynamodb": ("dynamodb:DescribeTable", "AccessDeniedException", "orders"),
    "sqs": ("sqs:GetQueueUrl", "AccessDenied", "orders"),
    "secretsmanager": ("secretsmanager:DescribeSecret", "AccessDeniedException", "prod/orders"),
    "ssm": ("ssm:DescribeParameters", "AccessDeniedException", "/prod/orders"),
    "kms": ("kms:DescribeKey", "AccessDeniedException", "alias/orders"),
}


@pytest.mark.usefixtures("aws")
class TestWhatIsNotKnown:
    @pytest.mark.parametrize("service", DENIED)
    def test_denied_names_the_action_and_no_name(self, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
        action, code, name = DENIED[service]
        body = json.dumps({"__type": code, "message": f"not authorized to perform {action} on {name}"})
        answering(
            monkeypatch, lambda _, request: (400, {"x-amzn-requestid": "1"}, body) if service in request.url else None
        )
        found = one(ServiceTarget(service=service, resource=name))
        assert (found.state, found.action, found.detail) == (State.DENIED, action, code)
        assert f"allow {action}" in found.why_undecided

    def test_a_denial_keeps_the_kind_of_policy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        action, code, name = DENIED["dynamodb"]
        why = (
            f"not authorized to perform: {action} on resource: {name} with an explicit deny in a resource-based policy"
        )
        body = json.dumps({"__type": code, "message": why})
        answering(
            monkeypatch,
            lambda _, request: (400, {"x-amzn-requestid": "1"}, body) if "dynamodb" in request.url else None,
        )
        found = one(ServiceTarget(service="dynamodb", resource=name))
        assert (found.state, found.policy, found.explicit) == (State.DENIED, Kind.RESOURCE, True)
        assert "AWS names the resource-based policy" in found.why_undecided

    def test_a_service_that_does_not_answer_is_asked_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def answer(_: str, request: Any) -> None:
            if "dynamodb" in request.url:
                asked.append(request.url)
                raise botocore.exceptions.ConnectTimeoutError(endpoint_url=request.url)

        answering(monkeypatch, answer)
        found = inside(DYNAMODB_TABLE="orders", OTHER_DYNAMODB_TABLE="others", QUEUE_URL=QUEUE_URL).resources
        states = {each.origin: each.state for each in found}
        assert list(states.values()) == [State.UNREACHABLE, State.UNREACHABLE, State.EXISTS]
        assert len(asked) == 1

    def test_rejected_credentials_are_no_missing_permission(self, monkeypatch: pytest.MonkeyPatch) -> None:
        body = json.dumps({"__type": "UnrecognizedClientException", "message": "no"})
        answering(monkeypatch, lambda *_: (400, {"x-amzn-requestid": "1"}, body))
        assert one(DYNAMODB_TABLE="orders").state is State.REFUSED

    def test_nothing_is_begun_when_the_time_is_over(self) -> None:
        (found,) = Resources.collect(world(seconds=0.1, DYNAMODB_TABLE="orders"))
        assert isinstance(found, Resources)
        assert [each.state for each in found.resources] == [State.NOT_ASKED]

    def test_a_call_that_hangs_is_left_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hung = threading.Event()
        genuine = Service._called

        def call(self: Service, operation: str, *rest: Any) -> Any:
            return hung.wait(10) if operation == "describe_table" else genuine(self, operation, *rest)

        monkeypatch.setattr(Service, "_called", call)
        started = time.monotonic()
        environ = {"DYNAMODB_TABLE": "orders", "OTHER_DYNAMODB_TABLE": "others", "QUEUE_URL": QUEUE_URL}
        (found,) = Resources.collect(world(seconds=2, **environ))
        hung.set()
        assert isinstance(found, Resources)
        assert [each.state for each in found.resources] == [State.UNREACHABLE, State.UNREACHABLE, State.EXISTS]
        assert time.monotonic() - started < 2

    def test_who_stands_in_aws_s_place_gets_no_signed_call(self) -> None:
        found = one(DYNAMODB_TABLE="orders", AWS_ENDPOINT_URL="http://elsewhere.example")
        assert found.state is State.NOT_ASKED
        assert "AWS_ENDPOINT_URL" in found.detail

    def test_without_any_resource_nobody_is_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", None)
        assert inside() == Resources(region=REGION)
        assert Resources.shares(world()) == ""
        assert Resources.shares(world(BUCKET="orders")) == "doctor.isolation.preload"

    @pytest.mark.parametrize("check", AREA)
    def test_nothing_to_look_at_is_not_applicable(self, check: str) -> None:
        found = outcomes(Resources(region=REGION), ResourcesOutside(region=REGION), function(), check=check)
        assert {outcome for outcome, _ in found.values()} == {Outcome.NOT_APPLICABLE}

    def test_what_only_one_side_knows_counts(self) -> None:
        blind, sees = cases.denied("bucket"), cases.resource("bucket")
        assert seen(("bucket",), (blind,), (sees,)) == (sees,)
        assert seen(("bucket",), (sees,), (blind,)) == (sees,)
        gone = cases.resource("bucket", State.MISSING)
        assert seen(("bucket",), (gone,), (sees,)) == (gone,)


def deploy(variables: dict[str, str], policy: dict[str, Any] | None = None, timeout: int = 30) -> None:
    """The function `jobs` with these variables, fed by the queue `orders`."""
    iam = owner("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="jobs", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    document = json.dumps({"Version": "2012-10-17", "Statement": [policy]}) if policy else ""
    if policy:
        iam.put_role_policy(RoleName="jobs", PolicyName="own", PolicyDocument=document)
        made = iam.create_policy(PolicyName="shared", PolicyDocument=document.replace("drifted", "others"))
        iam.attach_role_policy(RoleName="jobs", PolicyArn=made["Policy"]["Arn"])
    client = owner("lambda")
    client.create_function(
        FunctionName="jobs",
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
        Environment={"Variables": variables},
        Timeout=timeout,
    )
    client.create_event_source_mapping(FunctionName="jobs", EventSourceArn=arn("sqs", "orders"))


def outside(function: str | None = "jobs", **environ: str) -> ResourcesOutside:
    asked = world(function=function, **environ)
    for kind in (Function, Permissions):
        (told,) = kind.collect(asked)
        sealed = told if isinstance(told, Missing) else Evidence.of(told, vantage=Vantage(), at="", took=0.0)
        asked = asked.knowing((*asked.known, sealed), asked.until)
    (found,) = ResourcesOutside.collect(asked)
    assert isinstance(found, ResourcesOutside)
    return found


@pytest.mark.usefixtures("aws")
class TestOutside:
    def test_variables_event_sources_and_policies_name_resources(self) -> None:
        table = arn("dynamodb", "table/drifted")
        deploy({"BUCKET": "orders"}, {"Effect": "Allow", "Action": "dynamodb:*", "Resource": table})
        found = outside()
        told = {(each.name, each.origin): (each.state, each.sure, each.consumed) for each in found.resources}
        assert told == {
            ("orders", "the variable BUCKET"): (State.EXISTS, True, False),
            ("orders", "an event source"): (State.EXISTS, True, True),
            ("drifted", "a policy of the role jobs"): (State.MISSING, False, False),
            ("others", "a policy of the role jobs"): (State.MISSING, False, False),
        }
        assert not found.unread
        assert outcomes(found, check="resource.table-missing")["drifted"] == (Outcome.PROBLEM, Severity.RISKS)

    def test_what_the_function_declares(self) -> None:
        deploy({"DOCTOR_TARGETS": json.dumps([{"service": "dynamodb", "resource": "drifted"}])})
        found = {each.name: each.declared for each in outside().resources}
        assert found == {"drifted": True, "orders": False}

    @pytest.mark.parametrize(("timeout", "outcome"), [(46, Outcome.PROBLEM), (45, Outcome.OK)])
    def test_a_queue_hides_messages_for_as_long_as_the_function_works(self, timeout: int, outcome: Outcome) -> None:
        deploy({}, timeout=timeout)
        found = outcomes(outside(), function(timeout=timeout), check="resource.queue-visibility-short")
        assert found["orders"][0] is outcome

    def test_a_sandbox_does_not_ask_twice(self) -> None:
        deploy({"BUCKET": "orders"})
        found = outside(None, AWS_LAMBDA_FUNCTION_NAME="jobs", BUCKET="orders")
        assert [each.kind for each in found.resources] == ["queue"]

    @pytest.mark.parametrize(
        ("operation", "part", "action"),
        [
            ("GetFunctionConfiguration", "configuration", "lambda:GetFunctionConfiguration"),
            ("ListEventSourceMappings", "event sources", "lambda:ListEventSourceMappings"),
            ("ListRolePolicies", "policies", "iam:ListRolePolicies"),
            ("GetPolicyVersion", "policies", "iam:GetPolicyVersion"),
        ],
    )
    def test_what_is_denied_is_named(
        self, operation: str, part: str, action: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deploy({}, {"Effect": "Allow", "Action": "dynamodb:*", "Resource": arn("dynamodb", "table/orders")})
        base: Any = botocore.client.BaseClient
        genuine = base._make_api_call

        def call(self: Any, asked: str, arguments: Any) -> Any:
            if asked == operation:
                error: Any = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"RequestId": "1"}}
                raise botocore.exceptions.ClientError(error, asked)
            return genuine(self, asked, arguments)

        monkeypatch.setattr(base, "_make_api_call", call)
        found = outside()
        (unread,) = found.unread
        assert (unread.part, unread.action) == (part, action)
        assert action in found.why_unread(part)
        told = outcomes(found, check="resource.table-missing")
        assert told["what names them"] == (Outcome.UNKNOWN, Severity.HINTS)

    def test_a_function_that_does_not_exist_names_nothing(self) -> None:
        found = outside("no-such")
        assert not found.resources
        assert [unread.part for unread in found.unread] == ["configuration"]


SECRETS = {
    "DB_PASSWORD": "correct-horse-battery",
    "SECRET_NAME": "prod/payments/database",
    "API_TOKEN_PARAMETER": "/prod/payments/token",
    "CLIENT_SECRET_NAME": "aZ3kq9Xw2LmN8vB4",
    "BUCKET": "correct-horse-battery",
    "LEAK_TABLE_NAME": "ghp_" + "a1B2" * 9,
}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("side", ["inside", "outside"])
def test_what_may_be_a_secret_leaves_no_trace(side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of names that secret-named variables hold, the variable's stands in the evidence; a secret's value is never sent."""
    if side == "outside":
        deploy(SECRETS)
    sent: list[str] = []
    base: Any = botocore.client.BaseClient
    genuine = base._make_api_call

    def call(self: Any, asked: str, arguments: Any) -> Any:
        sent.append(json.dumps(arguments))
        return genuine(self, asked, arguments)

    monkeypatch.setattr(base, "_make_api_call", call)
    found = inside(**SECRETS) if side == "inside" else outside()
    text = json.dumps(asdict(found))
    assert not [value for value in SECRETS.values() if value in text]
    named = {each.subject for each in found.resources if not each.name}
    assert named == {"the secret of the variable SECRET_NAME", "the parameter of the variable API_TOKEN_PARAMETER"}
    unspeakable = (SECRETS[name] for name in ("DB_PASSWORD", "CLIENT_SECRET_NAME", "LEAK_TABLE_NAME"))
    assert not [value for value in unspeakable if value in "".join(sent)]
    for check in AREA:
        known = Evidence.of(found, vantage=Vantage(function="jobs"), at="", took=0.0)
        told = json.dumps([str(item) for item in judge(registry.load(check), (known,))])
        assert not [value for value in SECRETS.values() if value in told]
