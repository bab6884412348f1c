"""What the checks of `permission` tell to do: the real names, and a command that mends beside those that look."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from doctor import registry
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.calls.resource_state import State
from doctor.evidence.refusals import Read
from doctor.policies.kinds import Kind
from doctor.verdict import Outcome
from tests.evidence.build import HOST, function
from tests.evidence.permission import (
    ACCOUNT,
    EVERYTHING,
    KEY,
    NO_POLICY,
    NO_READ,
    NO_SEND,
    POLL,
    SEND,
    bounded,
    feeding,
    permissions,
    policy,
    refusals,
    shut,
    sqs,
    with_policy,
)
from tests.evidence.resource import inside, resource

WRITES = "file://NARROWED"
USE_KEY = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY}
DECRYPTS = {**USE_KEY, "Effect": "Deny", "Sid": "NoKeys"}
LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/limit"


def commands(check: str, **evidence: Any) -> Sequence[str]:
    """Of the one problem that the check finds."""
    (found,) = [each for each in registry.load(check)(**evidence) if each.outcome is Outcome.PROBLEM]
    assert found.remedy
    return found.remedy.commands


def of_key(**facts: Any) -> Sequence[str]:
    evidence = {
        "function": function(state_code="KMSKeyAccessDenied"),
        "resources": None,
        "outside": None,
        "sandbox": None,
    }
    return commands("permission.key-access", **{**evidence, **facts})


class TestTheKeyOfTheVariables:
    def test_a_role_s_policy_that_denies_is_narrowed(self) -> None:
        found = of_key(permissions=permissions(policy(DECRYPTS, name="keys"), key=KEY))
        assert found[-1] == f"aws iam put-role-policy --role-name jobs --policy-name keys --policy-document {WRITES}"

    def test_a_role_that_nothing_allows_is_allowed(self) -> None:
        found = of_key(permissions=permissions(policy(SEND), key=KEY))[-1]
        assert found.startswith("aws iam put-role-policy --role-name jobs --policy-name allow-kms --policy-document ")
        assert f'"Action":["kms:Decrypt"],"Resource":"{KEY}"' in found

    def test_where_the_role_may_the_key_s_own_policy_is_at_fault(self) -> None:
        found = of_key(permissions=permissions(policy(USE_KEY), key=KEY))
        assert found[-1] == f"aws kms put-key-policy --key-id {KEY} --policy-name default --policy {WRITES}"

    def test_a_key_that_nobody_knows_is_a_word_in_capitals(self) -> None:
        assert of_key(permissions=None)[-1] == "aws kms list-grants --key-id KEY"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("bucket", f"aws s3api put-bucket-policy --bucket orders --policy {WRITES}"),
        ("key", f"aws kms put-key-policy --key-id orders --policy-name default --policy {WRITES}"),
        ("secret", f"aws secretsmanager put-resource-policy --secret-id orders --resource-policy {WRITES}"),
    ],
)
def test_a_resource_s_own_policy_is_written_back_by_its_name(kind: str, written: str) -> None:
    denied = resource(kind, State.DENIED, name="orders", action="a:B", policy=Kind.RESOURCE, explicit=True)
    found = commands("permission.resource-policy", refusals=NO_READ, resources=inside(denied))
    assert found[-1] == written


def test_a_service_whose_read_is_refused_tells_of_its_own_kind_of_resource() -> None:
    read = Read(service="sqs", host=HOST, answered=True, code="AccessDenied", policy=Kind.RESOURCE, explicit=True)
    found = commands("permission.resource-policy", refusals=refusals(read), resources=None)
    assert all(each.startswith("aws sqs ") and "get-queue-url --queue-name QUEUE" in each for each in found)


class TestTheRolesOwnPolicies:
    def test_what_denies_is_narrowed_and_nothing_is_added(self) -> None:
        facts = permissions(policy(SEND), policy(NO_SEND, name="guard"))
        found = commands("permission.identity-policy", permissions=facts, paths=sqs(), grants=NO_POLICY)
        assert [each.split()[2] for each in found] == ["get-role-policy", "put-role-policy"]
        assert all("--policy-name guard" in each for each in found)

    def test_what_nothing_allows_either_is_allowed_as_well(self) -> None:
        facts = permissions(policy(NO_SEND))
        found = commands("permission.identity-policy", permissions=facts, paths=sqs(), grants=NO_POLICY)
        assert [WRITES in each for each in found] == [False, True, False]
        assert "--policy-name allow-sqs" in found[-1]

    def test_lambda_s_polling_needs_every_call(self) -> None:
        receiving = policy({**POLL, "Action": "sqs:ReceiveMessage"})
        denied = {**NO_SEND, "Action": "sqs:ReceiveMessage"}
        facts = permissions(receiving, policy(denied, name="guard"), uses=(), polled=feeding())
        found = commands("permission.identity-policy", permissions=facts, paths=None, grants=None)
        assert "--policy-name guard" in found[1]
        assert "sqs:DeleteMessage" in found[2]

    def test_a_denied_read_alone_tells_the_role_and_not_the_policy(self) -> None:
        read = Read(service="sqs", host=HOST, answered=True, code="AccessDenied", policy=Kind.IDENTITY, explicit=True)
        found = _otherwise("permission.identity-policy", refusals(read))
        assert all("--role-name jobs" in each or "POLICY_ARN" in each for each in found)
        assert sum(WRITES in each for each in found) == 2


class TestTheBoundary:
    def test_what_denies_is_narrowed_in_the_boundary_itself(self) -> None:
        facts = bounded({"Effect": "Allow", "Action": "*", "Resource": "*"}, NO_SEND)
        found = commands("permission.boundary", permissions=facts, paths=sqs())
        assert found[-1] == (
            f"aws iam create-policy-version --policy-arn {LIMIT} --set-as-default --policy-document {WRITES}"
        )

    def test_what_it_does_not_allow_is_added_to_what_is_there(self) -> None:
        facts = bounded({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        found = commands("permission.boundary", permissions=facts, paths=sqs())[-1]
        assert found.startswith(f"aws iam create-policy-version --policy-arn {LIMIT} --set-as-default ")
        assert '"s3:*"' in found
        assert '"sqs:SendMessage"' in found

    def test_aws_s_own_is_replaced_by_another(self) -> None:
        own = "arn:aws:iam::aws:policy/ReadOnlyAccess"
        facts = bounded({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        found = commands("permission.boundary", permissions=_bounded_by(facts, own), paths=sqs())
        assert found[-1] == "aws iam put-role-permissions-boundary --role-name jobs --permissions-boundary BOUNDARY_ARN"

    def test_a_denied_read_alone_tells_the_role(self) -> None:
        read = Read(service="sqs", host=HOST, answered=True, code="AccessDenied", policy=Kind.BOUNDARY, explicit=True)
        found = _otherwise("permission.boundary", refusals(read))
        assert "--role-name jobs " in found[0]
        assert WRITES in found[1]


def test_an_endpoint_s_policy_that_denies_is_written_back() -> None:
    denies = {**EVERYTHING, "Effect": "Deny", "Sid": "Shut"}
    network = with_policy("vpce-sqs", EVERYTHING, denies)
    found = commands("permission.endpoint-policy", permissions=permissions(), paths=sqs(), network=network)
    assert found[-1] == f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-sqs --policy-document {WRITES}"


@pytest.mark.parametrize("kind", ["service", "resource"])
def test_an_organization_s_policy_is_written_back_in_its_management_account(kind: str) -> None:
    policy_kind = Kind.SERVICE_CONTROL if kind == "service" else Kind.RESOURCE_CONTROL
    evidence = {"refusals": NO_READ, "resources": inside(shut(policy_kind))}
    found = commands(f"permission.{kind}-control-policy", **evidence)
    assert found[0].endswith(f"--filter {kind.upper()}_CONTROL_POLICY")
    assert found[-1] == f"aws organizations update-policy --policy-id POLICY --content {WRITES}"


def _otherwise(check: str, denied: Any) -> Sequence[str]:
    """Where no policy was read, and STS tells the role."""
    said = Identity(instrument="sts", answer=Answer.ACCEPTED, principal="assumed-role/jobs")
    loaded = registry.load(check).otherwise
    assert loaded
    judged = loaded(refusals=denied, resources=None, caller=Caller(identity=said, sts_declared=False))
    (found,) = [each for each in judged if each.outcome is Outcome.PROBLEM]
    assert found.remedy
    return found.remedy.commands


def _bounded_by(facts: Any, arn: str) -> Any:

    return replace(facts, boundary=arn, policies=tuple(replace(each, arn=arn) for each in facts.policies[1:]))
