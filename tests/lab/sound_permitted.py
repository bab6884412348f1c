"""Sound permissions, keys and resources that look like faults: nobody may find a problem."""

from collections.abc import Callable
from typing import Any

import vpc_role
from changes import isolated
from faults_permissions import (
    EVERYTHING,
    IN_BUCKET,
    QUEUE,
    TABLE,
    bucket_policy,
    endpoint_policy,
    made,
    make,
    queue_policy,
    role,
)
from faults_resources import source
from scene import Row, Scene
from vpc_cloud import CREDENTIALS_URI
from vpc_role import allow, deny

from tests.network.account import ACCOUNT

_OURS = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
_NOISE = [
    allow(f"{service}:Describe*", f"{service}:List*", resource=f"arn:aws:{service}:*:{ACCOUNT}:*{number}")
    for number in range(12)
    for service in ("ec2", "ecs", "rds", "logs")
]


def _by_wildcard() -> None:
    vpc_role.only(
        *_NOISE,
        allow("sqs:*Message*", "sqs:Get*", resource="arn:aws:sqs:*:*:ord*"),
        allow("dynamodb:*Item", "dynamodb:Describe*", resource="arn:aws:dynamodb:us-*:*:table/*"),
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": IN_BUCKET},
        deny("s3:DeleteObject", resource="arn:aws:s3:::orders-exports/kept/*"),
    )


def _least() -> None:
    vpc_role.only(
        allow("sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes", resource=QUEUE),
        allow("dynamodb:PutItem", "dynamodb:DescribeTable", resource=TABLE),
    )


def _perimeter(scene: Scene) -> None:
    """Bucket and queue deny whoever does not come by this VPC's endpoints."""
    account = scene.account
    for endpoint, put, action, resource in (
        (account.s3, bucket_policy, "s3:*", IN_BUCKET),
        (account.sqs, queue_policy, "sqs:*", QUEUE),
    ):
        outside = {"StringNotEquals": {"aws:SourceVpce": endpoint}}
        let_in = allow(action, resource=resource, Principal={"AWS": vpc_role.ROLE})
        put(deny(action, resource=resource, Principal="*", Condition=outside), let_in)


def _own_endpoints(scene: Scene) -> None:
    """Endpoints for the account's own principals alone."""
    for endpoint in (scene.account.sqs, scene.account.s3, scene.account.dynamodb):
        endpoint_policy(scene, endpoint, allow("*", Condition=_OURS))


def _limited(scene: Scene) -> None:
    """An organization, a session and a boundary that allow what is called, and deny what is not."""
    away = {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}}
    ceilings = scene.cloud.policies.ceilings
    ceilings["scp"] = [[vpc_role.policy(EVERYTHING)], [vpc_role.policy(EVERYTHING, deny("*", Condition=away))]]
    ceilings["rcp"] = [[vpc_role.policy({**EVERYTHING, "Principal": "*"})]]
    ceilings["session"] = [[vpc_role.policy(allow("sqs:*", "dynamodb:*"))]]
    scene.once_deployed(lambda later: vpc_role.bound(allow("sqs:*", "dynamodb:*"), deny("iam:*")))


def _snapstart_alone(scene: Scene) -> None:
    """Container credentials, and nobody but S3 to judge them."""
    isolated(scene)
    scene.variables = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": CREDENTIALS_URI,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "lab",
    }
    scene.interpreter = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"


def _on_the_chain(service: str) -> Callable[[Scene], None]:
    """What the settings of `faults_keys` are when they are mended: nothing is passed to boto3."""

    def breaks(scene: Scene) -> None:
        scene.application = "configured"
        scene.variables = {
            "DOCTOR_CLIENT_FACTORY": "settings:client",
            "ORDERS_STAGE": "sound",
            "ORDERS_SERVICE": service,
        }

    return breaks


def _row(name: str, *targets: str, build: Callable[[Scene], object], **more: Any) -> Row:
    return Row(**{"name": name, "breaks": build, "expect": (), "targets": targets, **more})


ROWS = (
    _row("long policies that allow by wildcard", "queue", "table", "bucket", build=role(_by_wildcard)),
    _row("least privilege, and the doctor's own reads", "queue", "table", build=role(_least)),
    _row("bucket and queue for their endpoints alone", "bucket", "queue", build=made(_perimeter)),
    _row("endpoint policies as AWS makes them", "queue", "table", "bucket", build=made(isolated)),
    _row("endpoint policies for the own account", "queue", "table", "bucket", build=made(_own_endpoints)),
    _row("boundary, session and organization that allow", "queue", "table", build=made(_limited)),
    _row("a secret and a parameter by their names", "secret", "parameter", build=lambda s: make()),
    _row("queue hides messages six times as long", "queue", build=source(720)),
    _row("SnapStart's credentials, judged by S3", "s3", build=_snapstart_alone),
    _row("EC2 client on the default chain", "sqs", build=_on_the_chain("ec2")),
    _row("DynamoDB client on the default chain", "dynamodb", build=_on_the_chain("dynamodb")),
)
