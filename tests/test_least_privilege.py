"""Least privilege, proved on whole runs: what is called is granted, and what is denied leaves open only what needed it.

moto answers in this process and in the children that runs fork from it. A hook in every botocore session notes what is sent
(`before-send`, after whoever stops a request there), and answers one action in moto's place as IAM refuses it.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import boto3
import botocore.handlers
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse

from doctor import answer, registry
from doctor.console import policy
from doctor.declare import Check
from doctor.evidence import Facts, closure
from doctor.render import json as json_form
from doctor.verdict import Source
from tests.network.account import ACCOUNT, REGION, Account
from tests.network.test_examine_function import _recorded, examine

CHECKS = {check_id: registry.load(check_id) for check_id in registry.built_in()}
KEYS = {"AWS_ACCESS_KEY_ID": "ASIAQEXAMPLEOPERATOR", "AWS_SECRET_ACCESS_KEY": "s" * 40, "AWS_SESSION_TOKEN": "t" * 100}
HERE = KEYS | {"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}
# What IAM calls otherwise than the API (service authorization reference, Amazon S3), and botocore than boto3's clients.
_SERVICES = {"secrets-manager": "secretsmanager", "route-53": "route53"}
_NAMED = {"s3:HeadBucket": "s3:ListBucket", "s3:ListBuckets": "s3:ListAllMyBuckets"}
VARIABLES = {
    "BUCKET": "orders-files",
    "QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders",
    "DYNAMODB_TABLE": "orders",
    "SECRET_ARN": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/orders",
    "SSM_PARAMETER_NAME": "/prod/orders",
    "KMS_KEY_ID": "alias/orders",
    "SQS_QUEUE_NAME": "more-orders",
}
# What a sandbox asks of AWS, but for what it connects to itself.
_ID = "01234567-89ab-cdef-0123-456789abcdef"
ROLE = f"arn:aws:sts::{ACCOUNT}:assumed-role/orders/orders"
INSIDE = (
    "resource.*",
    "identity.*",
    "permission.*",
    "credentials.rejected",
    "function.not-active",
    "function.concurrency-zero",
)


def granted(checks: Iterable[Check]) -> set[str]:
    """What `doctor policy` grants."""
    return {action for statement in policy.policy(checks)["Statement"] for action in statement["Action"]}


ACTIONS = sorted(granted(CHECKS.values()) - {"sts:GetCallerIdentity"})  # which nobody is refused
# Without these something stays open in any case.
DECISIVE = {"s3:ListBucket", "sqs:GetQueueAttributes", "dynamodb:DescribeTable", "secretsmanager:DescribeSecret"}
DECISIVE |= {"ssm:DescribeParameters", "lambda:ListEventSourceMappings", "lambda:GetFunctionConfiguration"}
SAMPLE = ("s3:ListBucket",)


def _action(service: str, operation: str) -> str:
    return _NAMED.get(f"{service}:{operation}", f"{service}:{operation}")


@dataclass
class Hook:
    """The note of every call, in a file since children make them, and the action that is refused."""

    file: Path
    refused: str = ""

    def answer(self, request: AWSPreparedRequest, event_name: str, **more: Any) -> AWSResponse | None:
        _, service, operation = event_name.split(".")
        action = _action(_SERVICES.get(service, service), operation)
        with self.file.open("a") as file:
            file.write(f"{action}\n")
        return _refusal(request, action) if action == self.refused else None

    def called(self) -> set[str]:
        found = set(self.file.read_text().split()) if self.file.is_file() else set()
        self.file.unlink(missing_ok=True)
        return found


def _refusal(request: AWSPreparedRequest, action: str) -> AWSResponse:
    """As each protocol family says it; to a request for a head alone there is no word."""
    why = f"because no identity-based policy allows the {action} action"
    message = f"User: {ROLE} is not authorized to perform: {action} on resource: * {why}"
    code = "UnauthorizedOperation" if action.startswith("ec2:") else "AccessDenied"
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    said = {
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{_ID}</RequestID></Response>",
        "s3": f"<Error>{error}<RequestId>{_ID}</RequestId></Error>",
        "iam": f"<ErrorResponse><Error>{error}</Error><RequestId>{_ID}</RequestId></ErrorResponse>",
    }
    spoken = said | {"route53": said["iam"]}
    told = json.dumps({"__type": code, "Message": message})
    body = "" if request.method == "HEAD" else spoken.get(action.partition(":")[0], told)
    headers = HTTPHeaders.from_dict({"x-amzn-RequestId": _ID, "x-amz-request-id": _ID, "x-amzn-ErrorType": code})
    return AWSResponse(request.url, 403, headers, MockRawResponse(body.encode()))


@pytest.fixture(scope="module")
def hook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hook]:
    """A sound account with one resource of each kind, and the hook in every session that is made from now on."""
    hook = Hook(tmp_path_factory.mktemp("calls") / "calls")
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in HERE.items():
            patch.setenv(name, value)
        _recorded(patch)
        Account([], patch).deploy(Environment={"Variables": VARIABLES | {"DOCTOR_TARGETS": json.dumps(["sqs"])}})
        _fill()
        ours = [("before-send", hook.answer)]
        patch.setattr(botocore.handlers, "BUILTIN_HANDLERS", [*ours, *botocore.handlers.BUILTIN_HANDLERS])
        yield hook


def _fill() -> None:
    boto3.client("s3").create_bucket(Bucket="orders-files")
    boto3.client("sqs").create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "180"})
    boto3.client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    boto3.client("secretsmanager").create_secret(Name="prod/orders", SecretString="never read")
    boto3.client("ssm").put_parameter(Name="/prod/orders", Type="String", Value="never read")
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    boto3.client("lambda").create_event_source_mapping(FunctionName="orders", EventSourceArn=queue)
    boto3.client("sqs").create_queue(QueueName="more-orders")
    key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    boto3.client("kms").create_alias(AliasName="alias/orders", TargetKeyId=key)
    allowing = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    managed = boto3.client("iam").create_policy(PolicyName="queues", PolicyDocument=json.dumps(allowing))["Policy"][
        "Arn"
    ]
    boto3.client("iam").attach_role_policy(RoleName="orders", PolicyArn=managed)


def outside(*only: str) -> dict[str, Any]:
    """`doctor examine orders`, as an operator runs it."""
    return examine("--budget", "60", *(word for each in only for word in ("--only", each)))[1]


def inside(*only: str) -> dict[str, Any]:
    """The deployed doctor's own run: what its sandbox sees, and what the control plane tells it."""
    environ = HERE | VARIABLES | {"AWS_LAMBDA_FUNCTION_NAME": "orders", "PATH": os.defpath, "HOME": "/nonexistent"}
    both = answer.Sandbox(sides=frozenset({Source.INSIDE, Source.CONTROL}))
    event = {"doctor": {"only": list(only or INSIDE), "budget_seconds": 60}}
    return json_form.plain(answer.answer(event, None, time.monotonic(), environ, both))


Run = Callable[..., dict[str, Any]]


def run(
    hook: Hook, work: Run, monkeypatch: pytest.MonkeyPatch, *only: str, refused: str = ""
) -> tuple[dict[str, Any], set[str]]:
    """A verdict, and what was called for it."""
    for name, value in HERE.items():
        monkeypatch.setenv(name, value)
    hook.refused = refused
    verdict = work(*only)
    assert not verdict["error"]
    return verdict, hook.called()


@pytest.fixture(scope="module")
def sound(hook: Hook) -> dict[Run, tuple[dict[str, Any], set[str]]]:
    """Both runs with nothing refused."""
    with pytest.MonkeyPatch.context() as patch:
        return {work: run(hook, work, patch) for work in (outside, inside)}


@pytest.mark.parametrize("work", [outside, inside])
def test_what_is_called_is_granted(work: Run, sound: dict[Run, tuple[dict[str, Any], set[str]]]) -> None:
    verdict, called = sound[work]
    assert {"s3:ListBucket", "dynamodb:DescribeTable", "lambda:GetFunctionConfiguration"} <= called
    assert called <= granted(CHECKS.values())
    resources = [each for each in verdict["findings"] if each["check"].startswith("resource.")]
    assert {each["outcome"] for each in resources} <= {"ok", "not-applicable"}, resources


# A selection needs what its evidence builds on as well.
SELECTIONS = ("dns.private-names-off", "permission.identity-policy", "resource.queue-missing", "network.egress-blocked")
MORE = ("permission.*", "resource.*", "identity.*", "network.*", "dns.*", "function.*", "credentials.*", "client.*")
MORE += ("permission.endpoint-policy", "permission.boundary", "permission.key-access", "function.configuration-drifted")
MORE += ("resource.bucket-other-owner", "credentials.wrong-principal", "network.prefix-list-mismatch")


@pytest.mark.parametrize(
    "only", [*SELECTIONS[:2], *(pytest.param(x, marks=pytest.mark.long) for x in SELECTIONS[2:] + MORE)]
)
def test_what_a_selection_calls_its_policy_grants(only: str, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    selected = [check for id_, check in CHECKS.items() if fnmatch(id_, only)]
    allowed = granted(selected) | {"sts:GetCallerIdentity"}  # which nobody is refused
    for work in (outside, inside):
        if any(check.speaks({Source.CONTROL}) for check in selected) or work is inside:
            _, called = run(hook, work, monkeypatch, only)
            assert called <= allowed, work


UNASKED = {
    # This account has neither transit gateways nor private zones nor firewall rules.
    *(
        "ec2:GetTransitGatewayRouteTableAssociations",
        "ec2:SearchTransitGatewayRoutes",
        "route53:ListResourceRecordSets",
    ),
    *("route53resolver:ListFirewallDomains", "route53resolver:ListFirewallRules"),
    # Where STS is silent, one of the declared services is asked who calls; here it speaks.
    *("dynamodb:ListTables", "ec2:DescribeRegions", "kms:ListAliases", "s3:ListAllMyBuckets", "sns:ListTopics"),
    # Where HeadBucket does not tell the region.
    "s3:GetBucketLocation",
    # Where the role's own policies allow nothing; here they allow everything.
    *("dynamodb:GetResourcePolicy", "s3:GetBucketPolicy", "secretsmanager:GetResourcePolicy"),
    "sns:GetTopicAttributes",
}


def test_what_no_run_here_asks_is_known(sound: dict[Run, tuple[dict[str, Any], set[str]]]) -> None:
    """A denial that cannot be tried proves nothing: whoever adds an action gives this account what it is asked about."""
    called = set().union(*(called for _, called in sound.values()))
    assert (set(ACTIONS) - called) ^ UNASKED == set()


def needing(action: str) -> set[str]:
    """The checks whose evidence, or what it builds on, or what stands in its place, is gathered by this action."""

    def actions(kinds: Iterable[type[Facts]]) -> set[str]:
        return {action for kind in closure(kinds) for action in kind.actions}

    return {id for id, check in CHECKS.items() if action in actions(check.kinds)}


def _is_hint(check: str, severity: str) -> bool:
    """A denial is what the checks of permissions look at: that of the doctor's own read is told, and decides nothing."""
    return check.startswith("permission.") and severity == "hints"


def outcomes(verdict: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["id"]: (each["outcome"], each["severity"]) for each in verdict["findings"]}


@pytest.mark.parametrize("work", [outside, inside])
@pytest.mark.parametrize(
    "action", [pytest.param(each, marks=() if each in SAMPLE else pytest.mark.long) for each in ACTIONS]
)
def test_what_is_denied_leaves_open_what_needed_it_and_nothing_else(
    action: str,
    work: Run,
    hook: Hook,
    sound: dict[Run, tuple[dict[str, Any], set[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, called = sound[work]
    if action not in called:
        pytest.skip("this account has nothing that this action is asked about")
    verdict, _ = run(hook, work, monkeypatch, refused=action)
    before, after, concerned = outcomes(whole), outcomes(verdict), needing(action)
    for id_ in before.keys() | after.keys():
        check = id_.partition("@")[0]
        if check not in concerned:
            assert after.get(id_) == before.get(id_), id_
        elif id_ in after and after[id_] != before.get(id_):
            assert after[id_][0] in ("unknown", "not-applicable") or _is_hint(check, after[id_][1]), id_
    told = [each for each in verdict["findings"] if each["outcome"] == "unknown" and action in each["message"]]
    decides = action in DECISIVE or after != before  # NAT, say, is on no way to an endpoint
    assert told or not decides, "no finding names the action"
    assert {each["check"] for each in told} <= concerned
    assert verdict["status"] in (whole["status"], "inconclusive")
    known = {each["check"] for each in whole["diagnoses"]}
    told_of = {each["check"] for each in verdict["diagnoses"] if not _is_hint(each["check"], each["severity"])}
    assert told_of <= known
