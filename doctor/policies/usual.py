"""The calls that a function usually makes of a service, and the ARNs of what it makes them on.

Which of them an application makes, nobody has said. So a role is only at fault here where it may make none of them.

Source: service authorization reference, "Actions, resources, and condition keys" of each service.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_ARN = re.compile(r"arn:[a-z-]+:([a-z0-9-]+):([a-z0-9-]*):([0-9]{12})?:([A-Za-z0-9_./:*+=@-]+)")
_QUEUE = re.compile(r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([0-9]{12})/([A-Za-z0-9_.-]{1,80})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A function with its role. `role` is an ARN, `role_id` its unique id, "" where it was not read."""

    function: str
    arn: str
    role: str
    role_id: str = ""

    @property
    def name(self) -> str:
        """The role's."""
        return self.role.rpartition("/")[2]

    @property
    def account(self) -> str:
        """The role's."""
        return (self.role.split(":") + [""] * 5)[4]

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn`, …"""
        return (self.role.split(":") + [""] * 2)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the call gets to AWS: by a VPC endpoint, or by none (`endpoint` is "").

    Where it is not `known`, the endpoint is that by which it goes as far as anything was read; `gateway` is its type.
    `by_lambda`: the code does not make the call, but Lambda itself with the function's role, outside of the sandbox and of its
    VPC.
    """

    known: bool = False
    endpoint: str = ""
    vpc: str = ""
    gateway: bool = False
    by_lambda: bool = False

    def elsewhere(self, region: str, home: str) -> "Way":
        """The way to another region than the one that it was found for: an endpoint is for its own, and no other was read."""
        return self if self.by_lambda or region == home else Way()


BY_LAMBDA = Way(known=True, by_lambda=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An action on an ARN; `open`: the ARN only begins so. `owner` is the account of the resource, "" where not known."""

    action: str
    arn: str
    open: bool = False
    owner: str = ""

    def region(self, home: str) -> str:
        """Where the call is made: in the resource's region, or in `home` where no resource is named; "" where nobody knows.

        A bucket's ARN does not tell its region, and clients follow S3 to it.
        """
        told = (self.arn.split(":") + [""] * 3)[3]
        return told if told or ":s3:" in self.arn else home


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A service that the function uses (boto3's name), with the resource as it was named, "" where none was.

    `region` is the one whose host is called: of a bucket, the function's.
    """

    service: str
    resource: str
    region: str
    wanted: tuple[Wanted, ...]

    @property
    def label(self) -> str:
        """Words for messages."""
        return f"{self.service} {self.resource}" if self.resource else self.service


class _Service(NamedTuple):
    """`actions` by the part of the ARN that they are about; `open` where an ARN goes on behind the name."""

    prefix: str
    actions: dict[str, tuple[str, ...]]
    open: bool = False


_SERVICES = {
    "sqs": _Service("sqs", {"{name}": ("SendMessage", "ReceiveMessage")}),
    "sns": _Service("sns", {"{name}": ("Publish",)}),
    "dynamodb": _Service(
        "dynamodb",
        {"table/{name}": ("GetItem", "Query", "Scan", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem")},
    ),
    "s3": _Service("s3", {"{name}/": ("GetObject", "PutObject", "DeleteObject"), "{name}": ("ListBucket",)}),
    # Secrets Manager ends an ARN with six characters of its own.
    "secretsmanager": _Service("secretsmanager", {"secret:{name}": ("GetSecretValue",)}, open=True),
    "ssm": _Service("ssm", {"parameter/{name}": ("GetParameter", "GetParameters", "GetParametersByPath")}),
    "kms": _Service("kms", {"key/{name}": ("Decrypt", "GenerateDataKey", "Encrypt")}),
    "kinesis": _Service("kinesis", {"stream/{name}": ("PutRecord", "PutRecords", "GetRecords")}),
    "lambda": _Service("lambda", {"function:{name}": ("InvokeFunction",)}),
    "events": _Service("events", {"event-bus/{name}": ("PutEvents",)}),
    "firehose": _Service("firehose", {"deliverystream/{name}": ("PutRecord", "PutRecordBatch")}),
    "stepfunctions": _Service("states", {"stateMachine:{name}": ("StartExecution", "StartSyncExecution")}),
}


def use(service: str, resource: str, *, partition: str, region: str, account: str) -> Use | None:
    """What the function does with a service and, where it is named, one of its resources; None for a service not known here.

    A resource may be an ARN, a queue's URL or a name; a bare name is taken for one of this region and account.
    """
    found = _SERVICES.get(service)
    if found is None:
        return None
    arn = _arn(resource)
    if arn:
        region, account = arn[1] or region, arn[2]
    elif service == "s3":
        account = ""  # buckets are of the whole partition, and nothing in a name tells the account
    name = arn[3] if arn else resource
    wanted = _wanted(found, name, f"arn:{partition}:{found.prefix}:", region, account)
    return Use(service=service, resource=resource, region=region, wanted=tuple(wanted))


# Without which no poller gets at a message or a record: Lambda developer guide, of each source "Create an event source mapping",
# but for what only consumers with a throughput of their own call, and what one of two calls tells as well.
_POLLED = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("DescribeStream", "GetShardIterator", "GetRecords"),
    "kinesis": ("GetShardIterator", "GetRecords"),
}


def polled(source: str) -> Use | None:
    """What Lambda does with the role to an event source, by its ARN; None for one that is not read with these permissions."""
    found = _ARN.fullmatch(source)
    actions = _POLLED.get(found[1], ()) if found else ()
    if not found or not actions or "/consumer/" in found[4]:
        return None
    service, region, owner = found[1], found[2], found[3] or ""
    wanted = tuple(Wanted(action=f"{service}:{action}", arn=source, owner=owner) for action in actions)
    return Use(service=service, resource=source, region=region, wanted=wanted)


def _wanted(service: _Service, name: str, start: str, region: str, account: str) -> Iterator[Wanted]:
    alias = service.prefix == "kms" and name.startswith("alias/")
    for form, actions in service.actions.items():
        kind = form.partition("{name}")[0]
        bare = name.removeprefix(kind).lstrip("/") if kind else name
        where = start + (":" if service.prefix == "s3" else f"{region}:{account}") + ":"
        whole = where + (kind if alias else form.format(name=bare)) if name else start
        for action in actions:
            yield Wanted(
                action=f"{service.prefix}:{action}",
                arn=whole,
                open=not name or alias or service.open or form.endswith("/"),
                owner=account if name else "",
            )


def _arn(resource: str) -> tuple[str, str, str, str] | None:
    """Service, region, account and name that an ARN or a queue's URL holds."""
    if url := _QUEUE.fullmatch(resource):
        return "sqs", url[1], url[2], url[3]
    found = _ARN.fullmatch(resource)
    return (found[1], found[2], found[3] or "", found[4]) if found else None
