"""The function's role in moto: who bears its keys, and what it may call; and the users whose keys settings carry."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import vpc_cloud
from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from tests.network.account import ACCOUNT, REGION

CHANGED = "%Y-%m-%dT%H:%M:%S.%fZ"  # when a function was, as Lambda tells it
OTHER_ACCOUNT = "210987654321"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders"


def introduce() -> None:
    """Keys are those of their principals, also after everything was forgotten."""
    backend = sts_backends[ACCOUNT]["aws"]
    role = backend.assume_role(
        region_name=REGION,
        role_session_name="orders",
        role_arn=ROLE,
        policy="",
        duration=3600,
        external_id="",
    )
    role.access_key_id = vpc_cloud.ROLE.id
    for account, key in ((ACCOUNT, vpc_cloud.STORED), (OTHER_ACCOUNT, vpc_cloud.FOREIGN)):
        users = iam_backends[account]["aws"]
        users.create_user(REGION, "courier")
        made = users.create_access_key("courier")
        made.access_key_id = key.id
        users.access_keys[key.id] = made


def permit(services: Sequence[str]) -> None:
    """Let the function's role call what the rows call, where permissions are not what they are about."""
    put("calls", allow(*(f"{service}:*" for service in services)))


def allow(*actions: str, resource: str | list[str] = "*", **more: object) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: str | list[str] = "*", **more: object) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Deny", "Action": list(actions), "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def put(name: str, *statements: dict[str, Any]) -> None:
    """An inline policy of the role."""
    document = json.dumps(policy(*statements))
    boto3.client("iam").put_role_policy(RoleName="orders", PolicyName=name, PolicyDocument=document)


def only(*statements: dict[str, Any]) -> None:
    """The role's policies are none but these."""
    _strip()
    put("orders", *statements)


def remove() -> None:
    """Delete the role, its policies first."""
    _strip()
    boto3.client("iam").delete_role(RoleName="orders")


def make_again() -> None:
    """Delete the role, and make another one of the same name that may do the same."""
    iam = boto3.client("iam")
    known = iam.get_role(RoleName="orders")["Role"]["AssumeRolePolicyDocument"]
    remove()
    iam.create_role(RoleName="orders", AssumeRolePolicyDocument=json.dumps(known))
    before = datetime.now(UTC) - timedelta(minutes=5)  # nobody is that quick; moto tells whole seconds
    lambda_backends[ACCOUNT][REGION].get_function("orders").last_modified = before.strftime(CHANGED)
    put("orders", allow("*"))


def _strip() -> None:
    iam = boto3.client("iam")
    for name in iam.list_role_policies(RoleName="orders")["PolicyNames"]:
        iam.delete_role_policy(RoleName="orders", PolicyName=name)


def managed(name: str, *statements: dict[str, Any]) -> str:
    """A managed policy of the account; its ARN."""
    document = json.dumps(policy(*statements))
    return str(boto3.client("iam").create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"])


def attach(name: str, *statements: dict[str, Any]) -> None:
    """A managed policy of the role."""
    boto3.client("iam").attach_role_policy(RoleName="orders", PolicyArn=managed(name, *statements))


def bound(*statements: dict[str, Any]) -> None:
    """The role's permissions boundary."""
    arn = managed("boundary", *statements)
    boto3.client("iam").put_role_permissions_boundary(RoleName="orders", PermissionsBoundary=arn)
