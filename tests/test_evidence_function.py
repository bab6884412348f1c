"""What the control plane says of a function, read from moto: whole, in parts, and not at all."""

import io
import json
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from doctor import registry
from doctor.evidence import Evidence, Missing, Reason, Vantage, named, revive
from doctor.evidence.caller import cut_id
from doctor.evidence.calls.function_parts import Alias, Role, RoleTrust, Unread, trust_of
from doctor.evidence.function import Function, Named, configured
from doctor.evidence.template import Declared, Layer, Template
from doctor.judge import judge
from doctor.request import Request
from doctor.verdict import Outcome, Severity, Source
from doctor.world import World
from tests.evidence import build

REGION = "us-east-1"
NAMED = Role(name="jobs", account="…9012")
SECRETS = {"DB_PASSWORD": "correct horse battery", "TOKEN": "ghp_" + "a1B2" * 9}
VARIABLES = {
    **SECRETS,
    "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
    "TABLE": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
    "AWS_ENDPOINT_URL_SQS": "http://user:hunter2hunter2@localhost:4566/path",
    "BLANK": "",
}
PARTS = {
    "concurrency": "lambda:GetFunctionConcurrency",
    "aliases": "lambda:ListAliases",
    "invokers": "lambda:GetPolicy",
    "role": "iam:GetRole",
}


def package(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("app.py", text)
    return held.getvalue()


def trusting(service: str = "lambda.amazonaws.com", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function with a role, a version, an alias and a reserve; gives its Lambda client."""
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # what collectors guard in their own child
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with mock_aws():
        policy = json.dumps(trusting())
        role = boto3.client("iam", REGION).create_role(RoleName="jobs", Path="/own/", AssumeRolePolicyDocument=policy)
        client = boto3.client("lambda", REGION)
        client.create_function(
            FunctionName="jobs",
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="app.handler",
            Code={"ZipFile": package("one")},
            Environment={"Variables": VARIABLES},
            Timeout=30,
            MemorySize=512,
            Architectures=["arm64"],
        )
        version = client.publish_version(FunctionName="jobs")["Version"]
        client.create_alias(FunctionName="jobs", Name="live", FunctionVersion=version)
        client.put_function_concurrency(FunctionName="jobs", ReservedConcurrentExecutions=0)
        yield client


def collected(function: str | None = "jobs", seconds: float = 20, **environ: str) -> Any:
    world = World(
        request=Request(function=function), until=time.monotonic() + seconds, environ={"AWS_REGION": REGION, **environ}
    )
    (found,) = Function.collect(world)
    return found


def refusing(monkeypatch: pytest.MonkeyPatch, code: str, *operations: str, of: str = "") -> None:
    """Let AWS answer these operations (none named: all) with an error, as the answer to the operation `of`."""
    base: Any = botocore.client.BaseClient
    genuine = base._make_api_call
    answer: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"RequestId": "1"}}

    def call(self: Any, operation: str, arguments: Any) -> Any:
        if operation in operations or not operations:
            raise ClientError(answer, of or operation)
        return genuine(self, operation, arguments)

    monkeypatch.setattr(base, "_make_api_call", call)


def test_a_function_is_read_whole(aws: Any) -> None:
    aws.add_permission(
        FunctionName="jobs", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )
    found = collected()
    assert (found.name, found.region, found.version, found.package) == ("jobs", REGION, "$LATEST", "zip")
    assert (found.runtime, found.architecture, found.handler) == ("python3.13", "arm64", "app.handler")
    assert (found.memory, found.timeout, found.state, found.update) == (512, 30, "Active", "Successful")
    assert found.reserved == 0
    assert found.aliases == (Alias(name="live", version="1", current=True),)
    assert found.invokers == ("API Gateway",)
    unique = boto3.client("iam", REGION).get_role(RoleName="jobs")["Role"]["RoleId"]
    short = f"AROA…{unique[-4:]}"
    assert replace(found.role, created="") == replace(NAMED, exists=True, trust=RoleTrust.TRUSTS, id=short)
    assert datetime.fromisoformat(found.role.created) <= datetime.fromisoformat(found.modified)
    assert unique not in json.dumps(asdict(found))
    assert found.targets == (Named(service="dynamodb"), Named(service="sqs"))
    assert not found.unread
    assert found.today == time.strftime("%Y-%m-%d", time.gmtime())


def test_no_value_of_a_variable_leaves_the_collector(aws: Any) -> None:
    found = collected()
    text = json.dumps(asdict(found))
    for value in (*SECRETS.values(), "hunter2hunter2", "/path", "123456789012"):
        assert value not in text
    lengths = {variable.name: variable.length for variable in found.variables}
    assert lengths == {name: len(value) for name, value in VARIABLES.items()}
    assert [override.address for override in found.overrides] == ["http://localhost:4566"]
    assert found.variables_size == len(json.dumps(VARIABLES, separators=(",", ":")))


def test_an_alias_whose_code_is_older_is_seen_as_such(aws: Any) -> None:
    aws.update_function_code(FunctionName="jobs", ZipFile=package("two"))
    assert collected().aliases == (Alias(name="live", version="1", current=False),)
    asked = collected("jobs:live")
    assert (asked.qualifier, asked.version, asked.aliases[0].current) == ("live", "1", False)
    second = aws.publish_version(FunctionName="jobs")["Version"]
    aws.update_alias(
        FunctionName="jobs", Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {second: 0.1}}
    )
    assert collected().aliases == (Alias(name="live", version="1", also=(second,), current=True),)


@pytest.mark.parametrize("name", ["arn:aws:lambda:us-east-1:123456789012:function:jobs", "jobs:live"])
def test_names_and_arns_lead_to_the_same_function(aws: Any, name: str) -> None:
    assert collected(name, AWS_REGION="eu-west-1" if name.startswith("arn:") else REGION).memory == 512


def test_a_sandbox_reads_its_own_function(aws: Any) -> None:
    assert collected(None, AWS_LAMBDA_FUNCTION_NAME="jobs").name == "jobs"
    found = collected(None)
    assert (found.reason, found.source) == (Reason.NOT_ASKED, Source.CONTROL)


def test_a_function_that_does_not_exist_is_a_state_of_its_own(aws: Any) -> None:
    found = collected("no-such")
    assert (found.name, found.region, found.exists) == ("no-such", REGION, False)


@pytest.mark.parametrize("part", PARTS)
def test_what_is_denied_beside_the_configuration_is_named(aws: Any, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, "AccessDeniedException", PARTS[part].partition(":")[2])
    found = collected()
    (unread,) = found.unread
    assert (unread.part, unread.reason, unread.action) == (part, Reason.DENIED, PARTS[part])
    assert found.why_unread(part) == unread
    assert found.memory == 512
    if part == "role":
        assert found.role == NAMED


def test_every_call_is_declared(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    base: Any = botocore.client.BaseClient
    made, genuine = set[str](), base._make_api_call

    def call(self: Any, operation: str, arguments: Any) -> Any:
        made.add(f"{self.meta.service_model.service_name}:{operation}")
        return genuine(self, operation, arguments)

    monkeypatch.setattr(base, "_make_api_call", call)
    collected()
    assert {name.lower() for name in made} == {action.lower() for action in Function.actions}


def test_a_denied_configuration_names_the_action(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, "AccessDeniedException", "GetFunctionConfiguration")
    found = collected()
    assert isinstance(found, Missing)
    assert (found.reason, found.action) == (Reason.DENIED, "lambda:GetFunctionConfiguration")
    assert (found.kind, found.source) == ("function", Source.CONTROL)


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId"])
def test_an_operator_s_refused_credentials_are_told_as_the_operator_s(
    aws: Any, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, code)
    found = collected(AWS_PROFILE="dev")
    assert (found.reason, found.action) == (Reason.DENIED, "")
    assert found.detail == f"AWS refuses the credentials of this machine ({code})"
    inside = collected(AWS_LAMBDA_FUNCTION_NAME="jobs")
    assert inside.detail == f"AWS refuses the credentials of function jobs ({code})"


def test_a_provider_that_is_refused_is_no_denial_of_ours(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, "AccessDenied", of="AssumeRole")
    found = collected()
    assert found.action == ""
    assert "has no credentials for AWS" in found.detail


def test_an_operator_without_credentials_is_told_so(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as gone:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"):
            gone.delenv(name, raising=False)
        found = collected()
    assert found.reason is Reason.DENIED
    assert "NoCredentialsError" in found.detail
    assert "log in" not in found.detail  # `login` advises, once, by what the profile is made of


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ServiceException"])
def test_an_answer_that_says_nothing_is_unreachable(aws: Any, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, code, "GetFunctionConfiguration")
    found = collected()
    assert (found.reason, found.action) == (Reason.UNREACHABLE, "")
    assert code in found.detail


def test_an_endpoint_in_aws_s_place_is_sent_nothing(aws: Any) -> None:
    found = collected(AWS_ENDPOINT_URL="http://emulator.internal:4566")
    assert found.reason is Reason.UNREACHABLE
    assert "emulator.internal" in found.detail


def test_a_resolver_that_hangs_takes_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*_: Any, **__: Any) -> Any:
        released.wait()
        raise OSError("released")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    started = time.monotonic()
    found = collected(seconds=2)
    took = time.monotonic() - started
    released.set()
    assert found.reason is Reason.OUT_OF_TIME
    assert took < 2


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (trusting(), RoleTrust.TRUSTS),
        (json.dumps(trusting()), RoleTrust.TRUSTS),
        (trusting("ec2.amazonaws.com"), RoleTrust.REFUSES),
        (trusting(Condition={"StringEquals": {"aws:SourceAccount": "1"}}), RoleTrust.CONDITIONAL),
        (trusting(Action=["sts:TagSession"]), RoleTrust.REFUSES),
        (trusting(Action=["sts:TagSession", "sts:AssumeRole"]), RoleTrust.TRUSTS),
        (trusting(Principal={"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}), RoleTrust.TRUSTS),
        (trusting(Principal="*"), RoleTrust.CONDITIONAL),
        ({"Statement": [*trusting()["Statement"], *trusting(Effect="Deny")["Statement"]]}, RoleTrust.REFUSES),
        ({"Statement": trusting()["Statement"][0]}, RoleTrust.TRUSTS),
        ({}, RoleTrust.UNREAD),
        (None, RoleTrust.UNREAD),
        ("{", RoleTrust.UNREAD),
    ],
)
def test_a_trust_policy_is_read_as_iam_reads_it(policy: object, expected: RoleTrust) -> None:
    assert trust_of(policy) is expected


def test_a_role_that_is_gone_or_is_another_s(aws: Any) -> None:
    iam = boto3.client("iam", REGION)
    iam.delete_role(RoleName="jobs")
    assert collected().role == replace(NAMED, exists=False)
    iam.create_role(RoleName="jobs", AssumeRolePolicyDocument=json.dumps(trusting()))  # without the path
    found = collected()
    assert found.role == NAMED
    assert [unread.part for unread in found.unread] == ["role"]


def test_a_role_that_was_made_again_has_another_id(aws: Any) -> None:
    before, iam = collected().role, boto3.client("iam", REGION)
    iam.delete_role(RoleName="jobs")
    iam.create_role(RoleName="jobs", Path="/own/", AssumeRolePolicyDocument=json.dumps(trusting()))
    after = collected().role
    assert before.id != after.id
    assert replace(before, id="", created="") == replace(after, id="", created="")


def test_variables_that_lambda_keeps_to_itself_and_targets_that_cannot_be_read() -> None:
    closed = configured({"Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "KMS"}}})
    assert (closed["environment_error"], closed["variables"], closed["variables_size"]) == (
        "AccessDeniedException",
        (),
        0,
    )
    wrong = configured({"Environment": {"Variables": {"DOCTOR_TARGETS": "sqs"}}})
    assert wrong["targets"] == ()
    assert "DOCTOR_TARGETS" in wrong["targets_error"]
    declared = configured({"Environment": {"Variables": {"DOCTOR_TARGETS": '[{"host": "db.internal", "port": 5432}]'}}})
    assert declared["targets"] == (Named(host="db.internal", port=5432),)


def test_layers_and_storage_are_read_without_the_account_s_number() -> None:
    arns = [f"arn:aws:lambda:us-east-1:123456789012:layer:{name}" for name in ("deps:3", "own:12", "no-version")]
    found = configured({"Layers": [{"Arn": arn} for arn in arns], "EphemeralStorage": {"Size": 1024}})
    assert found["storage"] == 1024
    assert found["layers"] == (
        Layer(name="deps", version=3, owner="…9012"),
        Layer(name="own", version=12, owner="…9012"),
    )
    assert configured({})["storage"] is None


def test_values_are_compared_with_a_template_s_where_both_are_known(aws: Any) -> None:
    facts = Template(file="template.yaml", logical_id="Jobs")
    values = {"DB_PASSWORD": SECRETS["DB_PASSWORD"], "QUEUE_URL": "https://another", "NEW": "x"}
    declared = Declared(facts=facts, values=values)
    world = World(
        request=Request(function="jobs"), until=time.monotonic() + 20, environ={"AWS_REGION": REGION}, template=declared
    )
    (found,) = Function.collect(world)
    assert isinstance(found, Function)
    assert found.differing == ("QUEUE_URL",)
    assert not [value for value in (*SECRETS.values(), "https://another") if value in json.dumps(asdict(found))]
    assert collected().differing == ()


def test_a_configuration_in_a_vpc_names_subnets_and_groups_in_order() -> None:
    vpc = {"VpcId": "vpc-1", "SubnetIds": ["subnet-b", "subnet-a"], "SecurityGroupIds": ["sg-1"]}
    found = configured(
        {"VpcConfig": vpc | {"Ipv6AllowedForDualStack": True}, "SnapStart": {"ApplyOn": "PublishedVersions"}}
    )
    assert (found["vpc"], found["subnets"], found["groups"]) == ("vpc-1", ("subnet-a", "subnet-b"), ("sg-1",))
    assert found["ipv6"]
    assert found["snapstart"]


def test_the_kind_is_found_by_its_name_and_survives_its_plain_form(aws: Any) -> None:
    assert named("function") is Function
    found = collected()
    sealed = Evidence.of(found, vantage=Vantage(), at="2026-01-01T00:00:00.000+00:00", took=0.1)
    assert sealed.source is Source.CONTROL
    again = Evidence(**{**asdict(sealed), "vantage": Vantage(), "facts": json.loads(json.dumps(sealed.facts))})
    assert revive(Function, again) == found


CHECKS = {"concurrency": "function.concurrency-zero", "aliases": "function.version-stale"} | {
    "invokers": "function.timeout-beyond-gateway",
    "role": "identity.role-missing",
}


def outcomes(check: str, **changed: Any) -> list[tuple[Outcome, Severity, str]]:
    found = judge(registry.load(check), build.sealed(build.function(**changed)))
    return [(item.finding.outcome, item.finding.severity, item.finding.message) for item in found]


@pytest.mark.parametrize("part", PARTS)
def test_what_was_not_read_is_unknown_and_names_the_action(part: str) -> None:
    lost = Unread(part=part, reason=Reason.DENIED, detail="AccessDenied", action=PARTS[part])
    ((outcome, _, message),) = outcomes(CHECKS[part], unread=(lost,))
    assert outcome is Outcome.UNKNOWN
    assert PARTS[part] in message


def test_lambda_takes_a_second_change_once_the_first_is_done() -> None:
    """Before that it refuses with ResourceConflictException."""
    commands = registry.load("credentials.role-recreated").remedy.commands
    changes = [place for place, command in enumerate(commands) if " update-function-configuration " in command]
    assert len(changes) == 2
    for place in changes:
        assert commands[place + 1].startswith("aws lambda wait function-updated-v2 --function-name ")


def test_a_role_that_is_gone_is_made_again_and_one_that_distrusts_is_not() -> None:
    def commands(**role: Any) -> str:
        facts = build.sealed(build.function(role=Role(name="jobs", **role)))
        (item,) = judge(registry.load("identity.role-missing"), facts)
        assert item.remedy
        return " ".join(item.remedy.commands)

    assert "aws iam create-role --role-name jobs --assume-role-policy-document '{" in commands(exists=False)
    assert "create-role" not in commands(exists=True, trust=RoleTrust.REFUSES)


@pytest.mark.parametrize(
    ("changed", "outcome", "severity"),
    [
        ({"exists": False}, Outcome.PROBLEM, Severity.BREAKS),
        ({"state": "Failed", "state_code": "InvalidSubnet"}, Outcome.PROBLEM, Severity.BREAKS),
        ({"state": "Inactive", "state_code": "Idle"}, Outcome.PROBLEM, Severity.RISKS),
        ({"state": "Inactive", "state_code": "SubnetOutOfIPAddresses"}, Outcome.PROBLEM, Severity.BREAKS),
        ({"state": "Dreaming"}, Outcome.UNKNOWN, Severity.BREAKS),
        ({"state": ""}, Outcome.UNKNOWN, Severity.BREAKS),
        ({"update": "Failed", "update_code": "KMSKeyNotFound"}, Outcome.PROBLEM, Severity.RISKS),
        ({"update": "InProgress"}, Outcome.UNKNOWN, Severity.HINTS),
        ({"update": "Paused"}, Outcome.UNKNOWN, Severity.BREAKS),
    ],
)
def test_a_state_is_as_grave_as_what_it_stops(changed: dict[str, Any], outcome: Outcome, severity: Severity) -> None:
    ((seen, grave, message),) = outcomes("function.not-active", **changed)
    assert (seen, grave) == (outcome, severity)
    assert "jobs" in message


@pytest.mark.parametrize("check", ["function.not-active", *CHECKS.values(), "function.environment-too-large"])
def test_a_function_that_does_not_exist_is_told_once(check: str) -> None:
    ((outcome, _, _),) = outcomes(check, exists=False)
    assert outcome is (Outcome.PROBLEM if check == "function.not-active" else Outcome.NOT_APPLICABLE)


def test_a_stage_that_waits_for_its_turn_is_a_hint() -> None:
    stale, fresh = Alias(name="live", version="7", current=False), Alias(name="test", version="8", current=True)
    assert [severity for _, severity, _ in outcomes("function.version-stale", aliases=(stale,))] == [Severity.RISKS]
    both = outcomes("function.version-stale", aliases=(stale, fresh))
    assert [(outcome, severity) for outcome, severity, _ in both] == [
        (Outcome.PROBLEM, Severity.HINTS),
        (Outcome.OK, Severity.RISKS),
    ]
    unread = outcomes("function.version-stale", aliases=(Alias(name="live", version="7"),))
    assert [outcome for outcome, _, _ in unread] == [Outcome.UNKNOWN]


@pytest.mark.parametrize(
    ("unique", "kept"),
    [("AROADBQP57FF2AEXAMPLE:jobs", "AROA…MPLE"), ("AIDACKCEVSQ6C2EXAMPLE", ""), ("123456789012", ""), ("", "")],
)
def test_of_unique_ids_only_a_roles_is_kept_and_only_its_ends(unique: str, kept: str) -> None:
    assert cut_id(unique) == kept
