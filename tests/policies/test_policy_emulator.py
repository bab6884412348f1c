"""What the checks say of a role's policies beside an emulator's answers: moto's access control, in process.

Each disagreement is a row that names AWS's page.
"""

import json
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count
from moto.iam.access_control import IAMPolicy, PermissionResult

from doctor.areas.permission.rulings import by_identity
from doctor.evidence.permissions import Permissions, Policy
from doctor.policies.kinds import Decision
from doctor.policies.usual import Caller, Use, Wanted, Way
from tests.policies.random_policies import ACCOUNT, FUNCTION, RESOURCES, ROLE, Die

ACTIONS = tuple(RESOURCES)
PATTERNS = ("*", "sqs:*", "sqs:SendMessage", "s3:Get*", "s3:*Object", "kms:Decrypt", "dynamodb:*Item", "sts:AssumeRole")
# moto's wildcards reach beyond colons, and so does the evaluator's `*` at a section's end alone.
NAMED = (
    "*",
    f"arn:aws:sqs:*:{ACCOUNT}:orders",
    "arn:aws:s3:::bucket/*",
    "arn:aws:dynamodb:*",
    f"arn:aws:kms:*:{ACCOUNT}:key/*",
)


def ours(policies: list[dict[str, Any]], action: str, resource: str) -> Decision:
    """What permission.identity-policy makes of a call past any endpoint."""
    facts = Permissions(
        function="jobs",
        region="eu-west-1",
        caller=Caller(function="jobs", arn=FUNCTION, role=ROLE),
        policies=tuple(Policy(name=str(number), kind="inline", document=each) for number, each in enumerate(policies)),
    )
    wanted = Wanted(action=action, arn=resource, owner=ACCOUNT)
    use = Use(service="sqs", resource=resource, region="eu-west-1", wanted=(wanted,))
    (ruling,) = by_identity(facts, use, Way(known=True))
    return ruling.decision


def motos(policies: list[dict[str, Any]], action: str, resource: str) -> Decision:
    """As moto joins the policies of an identity (`check_action_permitted`): a denial, else a permission."""
    found = {
        IAMPolicy({"policy_document": json.dumps(each)}).is_action_permitted(action, resource) for each in policies
    }
    allowed = PermissionResult.PERMITTED in found and PermissionResult.DENIED not in found
    return Decision.ALLOWED if allowed else Decision.DENIED


def drawn(number: int) -> tuple[list[dict[str, Any]], str, str]:
    """Policies of what moto knows: Effect, Action, NotAction, Resource, `*`."""
    die = Die(Random(number))
    action = die.random.choice(ACTIONS)

    def statement() -> dict[str, Any]:
        element = "NotAction" if die.chance(0.2) else "Action"
        effect = "Deny" if die.chance(0.25) else "Allow"
        return {"Effect": effect, element: die.some(PATTERNS, 3), "Resource": die.some(NAMED, 2)}

    policies = [
        {"Version": "2012-10-17", "Statement": [statement() for _ in range(die.random.randint(1, 3))]} for _ in range(2)
    ]
    return policies, action, RESOURCES[action]


def test_equal_to_the_emulator() -> None:
    said = set()
    for number in range(3_000):
        policies, action, resource = drawn(number)
        here, there = ours(policies, action, resource), motos(policies, action, resource)
        assert here is there, f"drawn({number}): the check says {here}, moto {there}"
        said.add(here)
    assert said == {Decision.ALLOWED, Decision.DENIED}


QUEUE = RESOURCES["sqs:SendMessage"]
SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE}
# Where moto does not do as AWS's pages say: the statements, what the page makes of them, what moto does, and the page.
DISAGREEMENTS = {
    "case of an action": ([SEND | {"Action": "SQS:sendmessage"}], Decision.ALLOWED, Decision.DENIED, "elements_action"),
    "one character": ([SEND | {"Action": "sqs:Send?essage"}], Decision.ALLOWED, Decision.DENIED, "elements_action"),
    "a dot is a dot": (
        [SEND | {"Resource": QUEUE.replace("orders", "o.ders")}],
        Decision.DENIED,
        Decision.ALLOWED,
        "elements_resource",
    ),
    "a condition that does not hold": (
        [SEND | {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}],
        *(Decision.DENIED, Decision.ALLOWED, "elements_condition"),
    ),
    "all resources but one": (
        [SEND, {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::bucket"}],
        *(Decision.DENIED, Decision.ALLOWED, "elements_notresource"),
    ),
}


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_where_the_emulator_does_otherwise(name: str) -> None:
    statements, by_the_page, by_moto, page = DISAGREEMENTS[name]
    policies = [{"Version": "2012-10-17", "Statement": statements}]
    assert ours(policies, "sqs:SendMessage", QUEUE) is by_the_page, page
    assert motos(policies, "sqs:SendMessage", QUEUE) is by_moto


def listed(session: Any) -> bool:
    """Whether the queues may be listed."""
    try:
        session.list_queues()
    except ClientError as error:
        if "AccessDenied" not in str(error):  # moto's refusal is XML, whatever the protocol
            raise
        return False
    return True


@pytest.mark.parametrize(
    ("statements", "wanted"),
    [
        ([SEND | {"Action": "sqs:*", "Resource": "*"}], Decision.ALLOWED),
        ([SEND | {"Action": "sqs:ListQueues", "Resource": "*"}], Decision.ALLOWED),
        ([SEND | {"Action": "s3:*", "Resource": "*"}], Decision.DENIED),
        (
            [SEND | {"Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "sqs:List*", "Resource": "*"}],
            Decision.DENIED,
        ),
        ([SEND | {"NotAction": "sqs:*", "Resource": "*", "Action": None}], Decision.DENIED),
    ],
)
def test_a_real_call_fares_as_the_evaluator_says(
    statements: list[dict[str, Any]], wanted: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role's session calls SQS through moto, which checks its policies then."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [{k: v for k, v in each.items() if v is not None} for each in statements],
    }
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with mock_aws():
        iam, sts = boto3.client("iam", "us-east-1"), boto3.client("sts", "us-east-1")
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}],
        }
        role = iam.create_role(RoleName="jobs", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        iam.put_role_policy(RoleName="jobs", PolicyName="one", PolicyDocument=json.dumps(policy))
        keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="jobs")["Credentials"]
        session = boto3.client(
            *("sqs", "us-east-1"),
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        found = {True: Decision.ALLOWED, False: Decision.DENIED}[set_initial_no_auth_action_count(0)(listed)(session)]
    assert found is wanted
    assert ours([policy], "sqs:ListQueues", f"arn:aws:sqs:us-east-1:{ACCOUNT}:*") is wanted
