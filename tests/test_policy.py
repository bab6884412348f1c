"""`doctor policy`: what is granted is what the evidence needs, reads names and states, and nothing else."""

import json
from pathlib import Path

import cfnlint
import pytest
from click.testing import CliRunner

from doctor import location, registry
from doctor.console import policy
from doctor.policies.usual import rarer, use
from doctor.request import HostTarget, ServiceTarget

cli = location.module(location.part("cli.py"), "doctor.cli")

CHECKS = [registry.load(check_id) for check_id in registry.built_in()]
ACTIONS = sorted({action for check in CHECKS for action in check.actions})
# IAM's own list of services, actions and the resources that each can be restricted to, as cfn-lint ships it.
KNOWN = json.loads(Path(cfnlint.__file__).with_name("data").joinpath("AdditionalSpecs", "Policies.json").read_text())


def test_grants_every_action_once_and_nothing_else() -> None:
    statements = policy.policy(CHECKS)["Statement"]
    assert [action for statement in statements for action in statement["Action"]] == ACTIONS
    assert {(s["Effect"], s["Resource"]) for s in statements} == {("Allow", "*")}
    assert len({s["Sid"] for s in statements}) == len(statements)
    assert all(s["Sid"].isalnum() for s in statements)


BUCKETS = (
    ServiceTarget(service="s3", resource="orders"),
    ServiceTarget(service="s3", resource="arn:aws-cn:s3:::files/prefix"),
    ServiceTarget(service="s3"),
    ServiceTarget(service="sqs", resource="jobs"),
    HostTarget(host="db.internal", port=5432, tls=False),
)


def test_the_keys_of_objects_may_be_listed_only_where_a_bucket_is_looked_at() -> None:
    """HeadBucket has no action of its own: s3:ListBucket stands alone, and is granted on the buckets that are known."""
    known, unknown = (policy.policy(CHECKS, targets)["Statement"] for targets in (BUCKETS, BUCKETS[2:]))
    (narrowed,) = [statement for statement in known if statement["Resource"] != "*"]
    assert narrowed["Sid"] == "S3HeadBucketTakesListBucket"
    assert narrowed["Action"] == ["s3:ListBucket"]
    assert narrowed["Resource"] == ["arn:aws-cn:s3:::files", "arn:aws:s3:::orders"]
    assert [s | {"Resource": "*"} for s in known] == unknown == policy.policy(CHECKS)["Statement"]


def test_the_command_line_takes_buckets() -> None:
    asked = ["policy", "--only", "resource.bucket-missing", "--target", '{"service": "s3", "resource": "orders"}']
    printed = json.loads(CliRunner().invoke(cli.doctor, asked).output)
    assert ["arn:aws:s3:::orders"] in [statement["Resource"] for statement in printed["Statement"]]


def test_one_check_needs_no_more_than_its_own_evidence() -> None:
    rejected = registry.load("credentials.rejected")
    granted = {action for s in policy.policy([rejected])["Statement"] for action in s["Action"]}
    assert granted == rejected.actions
    assert "sts:GetCallerIdentity" in granted


def test_checks_that_ask_aws_nothing_need_no_policy() -> None:
    assert policy.policy([registry.load("package.import-fails")])["Statement"] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_exist(action: str) -> None:
    service, _, name = action.partition(":")
    assert name.lower() in KNOWN[service]["Actions"]


@pytest.mark.parametrize(
    "service", ["dynamodb", "kms", "kinesis", "lambda", "s3", "secretsmanager", "sns", "sqs", "ssm"]
)
def test_the_calls_that_a_role_is_judged_by_exist(service: str) -> None:
    """What IAM does not know is allowed by nobody but a wildcard."""
    found = use(service, "orders", partition="aws", region="us-east-1", account="123456789012")
    assert found
    for each in (*found.wanted, *rarer(found)):
        prefix, _, name = each.action.partition(":")
        assert name.lower() in KNOWN[prefix]["Actions"], each.action


# Reads that return what a doctor must never hold: a secret, a body, a message, an item, a presigned address of the code.
CONTENTS = {
    *("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"),
    *("ecr:GetAuthorizationToken", "kms:Decrypt", "lambda:GetFunction", "lambda:GetLayerVersion", "s3:GetObject"),
    *("secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage"),
    *("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "sts:AssumeRole", "sts:GetSessionToken"),
}


def test_nothing_is_changed_and_no_contents_are_read() -> None:
    assert not set(ACTIONS) & CONTENTS
    verbs = ("Describe", "Get", "List", "Search", "Simulate")
    assert [action for action in ACTIONS if not action.partition(":")[2].startswith(verbs)] == []
    assert not any("*" in action for action in ACTIONS)
