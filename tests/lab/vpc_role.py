"""The function's role in moto: who bears its keys, and what it may call."""

import json
from collections.abc import Sequence

import boto3
import vpc_cloud
from moto.sts.models import sts_backends

from tests.network.account import ACCOUNT, REGION


def introduce() -> None:
    """The function's keys are those of its role, also after everything was forgotten."""
    backend = sts_backends[ACCOUNT]["aws"]
    role = backend.assume_role(
        region_name=REGION,
        role_session_name="orders",
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/orders",
        policy="",
        duration=3600,
        external_id="",
    )
    role.access_key_id = vpc_cloud.ROLE.id


def permit(services: Sequence[str]) -> None:
    """Let the function's role call what the rows call: permissions are not what they are about."""
    allowed = {"Effect": "Allow", "Action": [f"{service}:*" for service in services], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    boto3.client("iam").put_role_policy(RoleName="orders", PolicyName="calls", PolicyDocument=document)
