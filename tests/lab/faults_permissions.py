"""Faults of permissions: a policy of each kind that stops the function's calls, as the front then denies them.

The policies stand in the emulated account, where the operator reads them; those of an organization and of a session stand
nowhere but in AWS's denials. A denied read tells the inside which kind of policy it was; where no statement allows the
doctor's own read, that is a risk or a hint, since it says little of what the application calls.
"""

import json
from collections.abc import Callable
from typing import Any

import boto3
import vpc_role
from scene import BUCKET, Row, Scene
from vpc_role import allow, deny

from tests.network.account import ACCOUNT, REGION

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
IN_BUCKET = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
EVERYTHING = allow("*")
OWNERS = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
Change = Callable[[], object]


def make() -> None:
    """A queue, a table, a bucket, a secret and a parameter."""
    boto3.client("sqs").create_queue(QueueName="orders")
    table()
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    boto3.client("secretsmanager").create_secret(Name="orders/database", SecretString="-")
    boto3.client("ssm").put_parameter(Name="/orders/mode", Value="live", Type="String")


def table() -> None:
    """The table."""
    boto3.client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


def queue_policy(*statements: dict[str, Any]) -> None:
    """The queue's own policy."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(vpc_role.policy(*statements))})


def bucket_policy(*statements: dict[str, Any]) -> None:
    """The bucket's own policy."""
    document = json.dumps(vpc_role.policy(*statements))
    boto3.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=document)


def secret_policy(*statements: dict[str, Any]) -> None:
    """The secret's own policy."""
    document = json.dumps(vpc_role.policy(*statements))
    boto3.client("secretsmanager").put_resource_policy(SecretId="orders/database", ResourcePolicy=document)


def key(*statements: dict[str, Any]) -> None:
    """A key, with these statements beside the one by which it is the account's to give away."""
    kms = boto3.client("kms")
    document = json.dumps(vpc_role.policy(OWNERS, *statements))
    kms.create_alias(AliasName="alias/orders", TargetKeyId=kms.create_key(Policy=document)["KeyMetadata"]["KeyId"])


def endpoint_policy(scene: Scene, endpoint: str, *statements: dict[str, Any]) -> None:
    """The policy of a VPC endpoint, which names everybody as its principal."""
    said = [{"Principal": "*", **each} for each in statements]
    scene.account.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=json.dumps(vpc_role.policy(*said)))


def role(*changes: Change) -> Callable[[Scene], None]:
    """What the role's policies are, once it is there."""

    def later(scene: Scene) -> None:
        for change in changes:
            change()

    def breaks(scene: Scene) -> None:
        make()
        scene.once_deployed(later)

    return breaks


def made(change: Callable[[Scene], object]) -> Callable[[Scene], None]:
    """Everything is there, and something of it is changed."""

    def breaks(scene: Scene) -> None:
        make()
        change(scene)

    return breaks


def _ceiling(kind: str, *statements: dict[str, Any]) -> Callable[[Scene], None]:
    """A policy of the organization, or of the session that the application's credentials come from."""

    def change(scene: Scene) -> None:
        scene.cloud.policies.ceilings[kind] = [[vpc_role.policy(*statements)]]

    return made(change)


def _row(name: str, expect: str, target: str, breaks: Callable[[Scene], None], **more: Any) -> Row:
    return Row(
        **{
            "name": name,
            "expect": (f"permission.{expect}",),
            "breaks": breaks,
            "targets": (target,),
            "budget": 8.0,
            **more,
        }
    )


IDENTITY, ENDPOINT, RESOURCE = "identity-policy", "endpoint-policy", "resource-policy"
# What the operator reads, and no call of the inside meets.
_CONFIGURED: dict[str, Any] = {"inside": ()}
# What no API of the account tells.
_TOLD: dict[str, Any] = {"outside": ()}
_ELSEWHERE = {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}

OWN = (
    _row("role without the queue's actions", IDENTITY, "queue", role(
        lambda: vpc_role.only(allow("dynamodb:*")))),
    _row("role that names another queue", IDENTITY, "queue", role(
        lambda: vpc_role.only(allow("sqs:*", resource=f"{QUEUE}-old")))),
    _row("role that may list tables, and no more", IDENTITY, "table", role(
        lambda: vpc_role.only(allow("dynamodb:ListTables", "dynamodb:DescribeTable"))), **_CONFIGURED),
    _row("role that names the bucket and not its objects", IDENTITY, "bucket", role(
        lambda: vpc_role.only(allow("s3:GetObject", "s3:PutObject", "s3:DeleteObject", resource=IN_BUCKET[0])))),
    _row("role without the secret", IDENTITY, "secret", role(
        lambda: vpc_role.only(allow("secretsmanager:DescribeSecret")))),
    _row("managed policy denies DynamoDB", IDENTITY, "table", role(
        lambda: vpc_role.attach("guard", deny("dynamodb:*")))),
    _row("role denied outside another region", IDENTITY, "queue", role(
        lambda: vpc_role.attach("regions", deny("*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}))),),
    _row("boundary without the queue's actions", "boundary", "queue", role(
        lambda: vpc_role.bound(allow("dynamodb:*", "s3:*")))),
    _row("boundary denies the table", "boundary", "table", role(
        lambda: vpc_role.bound(EVERYTHING, deny("dynamodb:*", resource=TABLE)))),
)  # fmt: skip

ON_THE_WAY = (
    _row("SQS's endpoint lets another queue through", ENDPOINT, "queue", made(
        lambda s: endpoint_policy(s, s.account.sqs, allow("sqs:*", resource=f"{QUEUE}-old")))),
    _row("S3's endpoint lets another bucket through", ENDPOINT, "bucket", made(
        lambda s: endpoint_policy(s, s.account.s3, allow("s3:*", resource="arn:aws:s3:::of-another-team/*"))),),
    _row("DynamoDB's endpoint denies the table", ENDPOINT, "table", made(
        lambda s: endpoint_policy(s, s.account.dynamodb, EVERYTHING, deny("dynamodb:*", resource=TABLE)))),
    _row("SQS's endpoint lets another account through", ENDPOINT, "queue", made(
        lambda s: endpoint_policy(s, s.account.sqs, allow(
            "*", Condition={"StringEquals": {"aws:PrincipalAccount": vpc_role.OTHER_ACCOUNT}})))),
)  # fmt: skip

OF_THE_RESOURCE = (
    # HeadBucket has no body, and S3 tells a code alone: a hint, since nobody knows which policy it was.
    _row("bucket denies all but an endpoint that is gone", RESOURCE, "bucket", made(
        lambda s: bucket_policy(deny("s3:*", resource=IN_BUCKET, Principal="*", Condition=_ELSEWHERE))), **_TOLD),
    _row("queue denies all but an endpoint that is gone", RESOURCE, "queue", made(
        lambda s: queue_policy(deny("sqs:*", resource=QUEUE, Principal="*", Condition=_ELSEWHERE))), **_TOLD),
    _row("queue denies the role", RESOURCE, "queue", made(
        lambda s: queue_policy(deny("sqs:*", resource=QUEUE, Principal={"AWS": vpc_role.ROLE}))), **_TOLD),
    _row("secret denies the role", RESOURCE, "secret", made(
        lambda s: secret_policy(deny("secretsmanager:*", Principal={"AWS": vpc_role.ROLE}))), **_TOLD),
    # To moto a denial of what a bare * stands for is one of everybody, whom it names or not.
    _row("key denies the role", RESOURCE, "key", made(
        lambda s: key(deny("kms:*", resource=["*"], Principal={"AWS": vpc_role.ROLE}))), **_TOLD),
)  # fmt: skip

OF_THE_ORGANIZATION = (
    _row("organization denies SQS", "service-control-policy", "queue", _ceiling(
        "scp", EVERYTHING, deny("sqs:*")), **_TOLD),
    _row("organization allows other services", "service-control-policy", "table", _ceiling(
        "scp", allow("sqs:*", "s3:*")), **_TOLD),
    _row("organization denies this region", "service-control-policy", "secret", _ceiling("scp", EVERYTHING, deny(
        "*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})), **_TOLD),
    _row("the secret's organization denies it", "resource-control-policy", "secret", _ceiling(
        "rcp", {**EVERYTHING, "Principal": "*"}, {**deny("secretsmanager:*"), "Principal": "*"}), **_TOLD),
    _row("the session may not use SQS", "session-policy", "queue", _ceiling("session", allow("dynamodb:*")), **_TOLD),
    _row("the session is denied DynamoDB", "session-policy", "table", _ceiling(
        "session", EVERYTHING, deny("dynamodb:*")), **_TOLD),
)  # fmt: skip


def _encrypted(scene: Scene) -> None:
    """The function's variables are encrypted with a key that the role is denied; Lambda would not start it."""
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    scene.configured["KMSKeyArn"] = key
    scene.once_deployed(lambda later: vpc_role.attach("keys", deny("kms:Decrypt", resource=key)))


KEYS = (
    # In AWS no code would run; here it does, and finds nothing.
    _row("the variables' key denied to the role", "key-access", "queue", made(_encrypted), **_CONFIGURED),
)

ROWS = (*OWN, *ON_THE_WAY, *OF_THE_RESOURCE, *OF_THE_ORGANIZATION, *KEYS)
