"""The calls that a function usually makes of a service, rarer ones, and the ARNs of what it makes them on.

Which of them an application makes, nobody has said. So a role is only at fault here where it may make none of them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from doctor import arn
from doctor.policies.actions import POLLED, SERVICES, Service

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
        return arn.parse(self.role).account

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn`, …"""
        return arn.parse(self.role).partition


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
    """An action on an ARN; `open`: the ARN only begins so, and each `?` in it is a character that nobody knows.

    `owner` is the account of the resource, "" where not known.
    """

    action: str
    arn: str
    open: bool = False
    owner: str = ""

    @property
    def whole(self) -> bool:
        """Whether the ARN is known to its end."""
        return not self.open and UNKNOWN not in self.arn

    def region(self, home: str) -> str:
        """Where the call is made: in the resource's region, or in `home` where no resource is named; "" where nobody knows.

        A bucket's ARN does not tell its region, and clients follow S3 to it.
        """
        named = arn.parse(self.arn)
        return named.region if named.region or named.service == "s3" else home


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


UNKNOWN = "?"  # in an ARN
# Secrets Manager ends a secret's ARN in a hyphen and six characters of its own (user guide, "What's in a Secrets Manager
# secret?"). An ARN may be written without them, so that six characters which look like a word, or a number, tell nothing.
_SUFFIX = "-" + 6 * UNKNOWN
_SIX = re.compile(r"-([A-Za-z0-9]{6})$")
_WORD = re.compile(r"[a-z]{6}|[0-9]{6}")


def use(service: str, resource: str, *, partition: str, region: str, account: str) -> Use | None:
    """What the function does with a service and, where it is named, one of its resources; None for a service not known here.

    A resource may be an ARN, a queue's URL or a name; a bare name is taken for one of this region and account.
    """
    found = SERVICES.get(service)
    if found is None:
        return None
    at = _place(service, resource, partition, region, account)
    return Use(service=service, resource=resource, region=at.region, wanted=tuple(_wanted(found, found.actions, at)))


def rarer(use: Use) -> tuple[Wanted, ...]:
    """What else functions do with it, though most do not; also with what belongs to it: an index, a version."""
    found = SERVICES.get(use.service)
    return tuple(_wanted(found, found.rarer, placed(use))) if found else ()


class Place(NamedTuple):
    """Where a resource is, and its name, "" where none is named; `written` tells that it was written as an ARN or a URL."""

    partition: str
    region: str
    account: str
    name: str
    written: bool


def placed(use: Use) -> Place:
    """Where the use's resource is, as far as its ARNs tell."""
    told = use.wanted[0]
    return _place(use.service, use.resource, arn.parse(told.arn).partition, use.region, told.owner)


def _place(service: str, resource: str, partition: str, region: str, account: str) -> Place:
    if named := _arn(resource):
        return Place(partition, named[1] or region, named[2], named[3], written=True)
    # Buckets are of the whole partition, and nothing in a name tells the account.
    return Place(partition, region, "" if service == "s3" else account, resource, written=False)


def polled(source: str) -> Use | None:
    """What Lambda does with the role to an event source, by its ARN; None for one that is not read with these permissions."""
    found = _ARN.fullmatch(source)
    actions = POLLED.get(found[1], ()) if found else ()
    if not found or not actions or "/consumer/" in found[4]:
        return None
    service, region, owner = found[1], found[2], found[3] or ""
    wanted = tuple(Wanted(action=f"{service}:{action}", arn=source, owner=owner) for action in actions)
    return Use(service=service, resource=source, region=region, wanted=wanted)


def _wanted(service: Service, listed: Mapping[str, tuple[str, ...]], at: Place) -> Iterator[Wanted]:
    start = f"arn:{at.partition}:{service.prefix}:"
    alias = service.prefix == "kms" and at.name.startswith("alias/")
    for form, actions in listed.items():
        kind = form.partition("{name}")[0]
        bare, closed = at.name.removeprefix(kind).lstrip("/") if kind else at.name, True
        if service.prefix == "secretsmanager":
            bare, closed = _secret(bare, written=at.written)
        where = start + (":" if service.prefix == "s3" else f"{at.region}:{at.account}") + ":"
        whole = where + (kind if alias else form.format(name=bare)) if at.name else start
        for action in actions:
            yield Wanted(
                action=f"{service.prefix}:{action}",
                arn=whole,
                open=not at.name or alias or not closed or form.endswith(("/", ":")),
                owner=at.account if at.name else "",
            )


def _secret(name: str, *, written: bool) -> tuple[str, bool]:
    """A secret's name as its ARN ends, and whether that is its end."""
    six = _SIX.search(name) if written else None
    if six is None:
        return name + _SUFFIX, True
    return name, _WORD.fullmatch(six[1]) is None


def _arn(resource: str) -> tuple[str, str, str, str] | None:
    """Service, region, account and name that an ARN or a queue's URL holds."""
    if url := _QUEUE.fullmatch(resource):
        return "sqs", url[1], url[2], url[3]
    found = _ARN.fullmatch(resource)
    return (found[1], found[2], found[3] or "", found[4]) if found else None
