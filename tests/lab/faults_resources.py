"""Faults of resources: what the function means is not there, not there yet, elsewhere, or somebody else's.

Both sides look: the sandbox with the function's credentials, the operator with their own.
"""

from collections.abc import Callable
from typing import Any

import boto3
from changes import isolated
from faults_permissions import make, table
from moto.s3.models import s3_backends
from scene import BUCKET, Row, Scene
from vpc_role import OTHER_ACCOUNT

from tests.network.account import ACCOUNT, REGION

FAR_REGION = "eu-west-1"


def _nothing(scene: Scene) -> None:
    """None of what is declared was ever made."""


def _bucket(region: str = REGION, owner: str = ACCOUNT) -> None:
    s3_backends[owner]["aws"].create_bucket(BUCKET, region)


def _far_bucket(scene: Scene) -> None:
    _bucket(FAR_REGION)


def _far_bucket_alone(scene: Scene) -> None:
    """Through a gateway endpoint alone nobody gets to another region."""
    isolated(scene)
    _bucket(FAR_REGION)


def _open_to_all(scene: Scene) -> None:
    """Another account's bucket, open to the whole world, where the deployer names an owner."""
    _bucket(owner=OTHER_ACCOUNT)
    statement = '{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["*"]}'
    policy = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
    s3_backends[OTHER_ACCOUNT]["aws"].buckets[BUCKET].policy = policy.encode()
    scene.variables = {"EXPORTS_BUCKET_OWNER": ACCOUNT}


def _creating(scene: Scene) -> None:
    """moto's tables are active at once: the reply is recorded."""
    table()
    scene.cloud.recorded.json["DescribeTable"] = {"Table": {"TableName": "orders", "TableStatus": "CREATING"}}


def _deleted_secret(scene: Scene) -> None:
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="orders/database", SecretString="-")
    secrets.delete_secret(SecretId="orders/database", RecoveryWindowInDays=7)


def _named(name: str, value: str) -> Callable[[Scene], None]:
    """What a variable of the function names, instead of a declaration."""

    def breaks(scene: Scene) -> None:
        make()
        scene.variables = {name: value}

    return breaks


def source(seconds: int) -> Callable[[Scene], None]:
    """The queue feeds the function, and hides a message for so many seconds, while the function may take 120."""

    def breaks(scene: Scene) -> None:
        make()
        sqs = boto3.client("sqs")
        url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
        scene.configured["Timeout"] = 120
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
        scene.once_deployed(
            lambda later: boto3.client("lambda").create_event_source_mapping(FunctionName="orders", EventSourceArn=arn)
        )

    return breaks


def _row(name: str, expect: str, target: str, breaks: Callable[[Scene], None], **more: Any) -> Row:
    return Row(
        **{
            "name": name,
            "expect": (f"resource.{expect}",),
            "breaks": breaks,
            "targets": (target,),
            "budget": 8.0,
            **more,
        }
    )


_URL = f"https://sqs.{REGION}.amazonaws.com"

ROWS = (
    _row("no such bucket", "bucket-missing", "bucket", _nothing),
    _row("no such queue", "queue-missing", "queue", _nothing),
    _row("no such table", "table-missing", "table", _nothing),
    _row("no such secret", "secret-missing", "secret", _nothing),
    _row("no such parameter", "secret-missing", "parameter", _nothing),
    _row("table is still created", "table-missing", "table", _creating),
    _row("secret scheduled for deletion", "secret-missing", "secret", _deleted_secret),
    _row("queue's URL with a name that drifted", "queue-missing", "sqs",
         _named("ORDERS_QUEUE_URL", f"{_URL}/{ACCOUNT}/orders-v2")),
    # The region is what is wrong, and from inside the queue's absence follows from it.
    Row(name="queue's URL of another region", expect=("client.region-differs",), outside=("resource.queue-missing",),
        breaks=_named("ORDERS_QUEUE_URL", f"https://sqs.{FAR_REGION}.amazonaws.com/{ACCOUNT}/orders"), budget=8.0),
    _row("table's variable that drifted", "table-missing", "dynamodb", _named("DYNAMODB_TABLE", "orders-v2")),
    # From outside nobody sees where the function's own way leads: a risk.
    _row("bucket of another region, and gateway alone", "bucket-other-region", "bucket", _far_bucket_alone),
    # S3 answers there as well, by NAT: boto3 follows, and a hint is all that is left.
    _row("bucket of another region", "bucket-other-region", "bucket", _far_bucket),
    # Two reads of the sandbox itself tell whose it is; the operator's own account is not the function's word.
    _row("another account's bucket, open to all", "bucket-other-owner", "bucket", _open_to_all, outside=()),
    # The event source is the control side's to read.
    _row("queue hides messages for less than the function takes", "queue-visibility-short", "queue", source(30), inside=()),
)  # fmt: skip
