"""Random policies of one kind with a call, each with a number by which it can be built again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

from doctor.policies.call import Call, Principal
from doctor.policies.kinds import Kind
from doctor.policies.layers import KindRead, Layer
from doctor.policies.read import document

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/own/jobs"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/jobs/jobs"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:jobs"
# The kinds whose documents the product reads; `gateway` is an endpoint's that takes no principals but everybody.
KINDS: dict[str, KindRead] = {
    "identity": Kind.IDENTITY,
    "boundary": Kind.BOUNDARY,
    "endpoint": Kind.ENDPOINT,
    "gateway": Kind.ENDPOINT,
    "resource": Kind.RESOURCE,
}
NAMING = ("endpoint", "gateway", "resource")

ACTIONS = ("sqs:SendMessage", "s3:GetObject", "kms:Decrypt", "sts:AssumeRole", "dynamodb:GetItem")
PATTERNS = (
    "*",
    "sqs:*",
    "SQS:sendmessage",
    "s3:Get*",
    "s3:?etObject",
    "kms:Decrypt",
    "*:*Object",
    "sts:*",
    "dynamodb:Get?tem",
)
RESOURCES = {
    "sqs:SendMessage": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders",
    "s3:GetObject": "arn:aws:s3:::bucket/jobs/a:b",
    "kms:Decrypt": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234",
    "sts:AssumeRole": f"arn:aws:iam::{ACCOUNT}:role/other",
    "dynamodb:GetItem": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders",
}
RESOURCE_PATTERNS = (
    *("*", "arn:aws:*", "arn:aws:sqs:*", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:ord*", f"arn:aws:sqs:*:{ACCOUNT}:orders"),
    *("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/${aws:userid}/*", "arn:aws:s3:::bucket/${aws:username}/*"),
    *("arn:aws:s3:::bucket/${aws:username, 'jobs'}/*", "arn:aws:s3:::bucket/j*b", "arn:aws:s3:::b?cket/jobs/a${?}b"),
    *(
        f"arn:aws:kms:*:{ACCOUNT}:key/*",
        "arn:aws:iam::*:role/o*",
        "arn:aws:sqs",
        f"arn:aws:dynamodb:*{ACCOUNT}:table/orders",
    ),
    *(
        "arn:aws:dynamodb:e?-west-1:*:table/*",
        "arn:aws:dynamodb:*:table/orders",
        "arn:aws:s3:::bucket/${aws:SourceVpce}/*",
    ),
)
# Keys that a request may carry, with the values that matter.
CONTEXT: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws:sourcevpce": ((), ("vpce-1",), ("vpce-2",), ("jobs",)),
    "aws:sourceip": ((), ("10.1.2.3",), ("203.0.113.9",)),
    "aws:username": ((), ("jobs",)),
    "aws:userid": (("jobs",), ("AROAEXAMPLE:jobs",)),
    "aws:principalarn": ((ROLE,),),
    "aws:securetransport": (("true",), ("false",)),
    "aws:currenttime": (("2026-01-01T00:00:00Z",), ("2027-06-01T12:00:00+02:00",)),
    "s3:max-keys": ((), ("5",), ("12",)),
    "aws:tagkeys": ((), ("a",), ("a", "b"), ("c",)),
    "aws:requestedregion": (("eu-west-1",), ("us-east-1",)),
    "aws:resourceaccount": ((ACCOUNT,), (OTHER,)),
    "lambda:sourcefunctionarn": ((), (FUNCTION,)),
}
TESTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("StringEquals", "aws:SourceVpce", ("vpce-1", "vpce-2", "${aws:userid}", "${aws:username}")),
    ("StringNotEquals", "AWS:sourceVpce", ("vpce-1", "vpce-2", "${aws:username}")),
    ("StringLike", "aws:SourceVpce", ("vpce-*", "vpce-?", "j*", "${*}")),
    ("StringNotLike", "aws:SourceVpce", ("vpce-*", "jobs", "${aws:username, 'jobs'}")),
    ("StringEqualsIgnoreCase", "aws:userid", ("JOBS", "other")),
    ("StringNotEqualsIgnoreCase", "aws:userid", ("JOBS", "other")),
    ("StringLike", "aws:userid", ("*:jobs", "*:other", "AROA*")),
    ("IpAddress", "aws:SourceIp", ("10.0.0.0/8", "203.0.113.0/24", "2001:db8::/32")),
    ("NotIpAddress", "aws:SourceIp", ("10.0.0.0/8", "203.0.113.9")),
    ("ArnLike", "aws:PrincipalArn", (ROLE, "arn:aws:iam::*:role/*", f"arn:aws:iam::{OTHER}:*")),
    ("ArnNotEquals", "aws:PrincipalArn", (ROLE, "arn:aws:iam::*:role/other", f"arn:*:iam::{ACCOUNT}:role/own/j?bs")),
    ("Bool", "aws:SecureTransport", ("true", "false")),
    ("DateGreaterThan", "aws:CurrentTime", ("2026-06-01T00:00:00Z",)),
    ("DateLessThanEquals", "aws:CurrentTime", ("2026-01-01T01:00:00+01:00", "1767225600")),
    ("DateNotEquals", "aws:CurrentTime", ("2027-06-01T10:00:00Z",)),
    ("NumericLessThan", "s3:max-keys", ("10", "5")),
    ("NumericGreaterThanEquals", "s3:max-keys", ("5", "12.0")),
    ("NumericNotEquals", "s3:max-keys", ("5.0", "7")),
    ("StringEquals", "aws:RequestedRegion", ("eu-west-1", "us-east-1")),
    ("StringNotEquals", "aws:ResourceAccount", (ACCOUNT, OTHER)),
    ("ArnLike", "lambda:SourceFunctionArn", (FUNCTION, "arn:aws:lambda:*:*:function:other")),
    ("Null", "aws:SourceVpce", ("true", "false")),
    ("ForAllValues:StringEquals", "aws:TagKeys", ("a", "b")),
    ("ForAnyValue:StringEquals", "aws:TagKeys", ("a", "c")),
    ("ForAllValues:StringNotEquals", "aws:TagKeys", ("a", "c")),
    ("ForAnyValue:StringNotLike", "aws:TagKeys", ("a*", "c")),
)


@dataclass(frozen=True)
class Case:
    """Policies of a kind, a call of which some context may be unknown, and the same policies for the evaluator."""

    kind: str
    policies: list[dict[str, Any]]
    call: Call
    layer: Layer

    @property
    def unknown(self) -> list[str]:
        return [key for key in CONTEXT if key not in self.call.context and key not in self.call.absent]

    @property
    def resources(self) -> list[str]:
        """What the resource may be: of one that is known in part, some that begin so."""
        start = self.call.resource
        if not self.call.open:
            return [start]
        ends = ("", "s", ":orders", "orders", "b/jobs/a:b", f"{ACCOUNT}:table/orders", "key/1")
        return [*(each for each in RESOURCES.values() if each.startswith(start)), *(start + end for end in ends)]

    def requests(self, most: int = 5, random: Random | None = None) -> Iterator[dict[str, Any]]:
        """The requests that the call may be: one for each choice of values of what is not known, or some of them."""
        keys, bounded = self.unknown, self.call.principal.bounded
        bounds = [False, True] if bounded is None else [bounded]
        values = ([each for each in CONTEXT[key] if each or key not in self.call.present] for key in keys)
        choices = list(product(bounds, self.resources, *values))
        if len(choices) > most and random:
            choices = random.sample(choices, most)
        for limited, resource, *chosen in choices:
            found = {**self.call.context, **dict(zip(keys, chosen, strict=True))}
            yield request(self.call.action, resource, found, bounded=limited)


def request(
    action: str, resource: str, context: Mapping[str, tuple[str, ...]], *, bounded: bool = False
) -> dict[str, Any]:
    """One request of the role's session, of which everything is known, as the naive evaluator takes it."""
    return {
        "action": action,
        "resource": resource,
        "account": ACCOUNT,
        "role": ROLE,
        "session": SESSION,
        "bounded": bounded,
        "context": {key: values for key, values in context.items() if values},
    }


class Die:
    """Choices."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def some(self, pool: tuple[str, ...], most: int = 2) -> Any:
        found = self.random.sample(pool, min(len(pool), self.random.randint(1, most)))
        return found[0] if len(found) == 1 and self.random.random() < 0.5 else found

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def condition(die: Die) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for operator, key, values in die.random.sample(TESTS, die.random.choice((1, 1, 2))):
        lenient = operator != "Null" and die.chance(0.2)
        found.setdefault(operator + ("IfExists" if lenient else ""), {})[key] = die.some(values)
    return found


def principal(die: Die) -> Any:
    pool = (ROLE, SESSION, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", OTHER, f"arn:aws:iam::{OTHER}:role/own/jobs", "*")
    if die.chance(0.4):
        return "*"
    found: dict[str, Any] = {"AWS": die.some(pool, 3)}
    return found | ({"Service": "lambda.amazonaws.com"} if die.chance(0.2) else {})


def statement(die: Die, kind: str, action: str) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": "Deny" if die.chance(0.2) else "Allow"}
    if die.chance(0.3):
        found["Sid"] = die.random.choice(("One", "Two"))
    near = tuple(each for each in PATTERNS if each.lower()[:3] == action[:3] or each[0] == "*")
    pool = near if die.chance(0.7) else PATTERNS
    found["NotAction" if die.chance(0.1) else "Action"] = die.some(pool, 3)
    service = action.partition(":")[0]
    close = tuple(each for each in RESOURCE_PATTERNS if f":{service}" in each or each == "*" or "iam" in each)
    found["NotResource" if die.chance(0.1) else "Resource"] = die.some(
        close if die.chance(0.7) else RESOURCE_PATTERNS, 3
    )
    if kind in NAMING:
        inverted = die.chance(0.2 if found["Effect"] == "Deny" else 0.05)
        found["NotPrincipal" if inverted else "Principal"] = (
            {"AWS": die.random.sample((ROLE, SESSION, ACCOUNT, OTHER), die.random.randint(1, 4))}
            if inverted
            else principal(die)
        )
    if die.chance(0.4):
        found["Condition"] = condition(die)
    return found


def policy(die: Die, kind: str, action: str) -> dict[str, Any]:
    statements = [statement(die, kind, action) for _ in range(die.random.choice((1, 1, 2, 3)))]
    found: dict[str, Any] = {"Statement": statements[0] if len(statements) == 1 and die.chance(0.5) else statements}
    return found if die.chance(0.1) else {"Version": "2012-10-17" if die.chance(0.95) else "2008-10-17", **found}


def level(die: Die, kind: str, action: str) -> list[dict[str, Any]]:
    """All policies of a kind: of a role some, of the others one."""
    some = (0, 1, 1, 2, 2, 3) if kind == "identity" else (1,)
    return [policy(die, kind, action) for _ in range(die.random.choice(some))]


def context(die: Die) -> dict[str, Any]:
    """What the call tells of context: in every second case one or two keys have no value that is known."""
    hidden = die.random.sample(tuple(CONTEXT), die.random.choice((0, 0, 0, 1, 2)))
    values = {key: die.random.choice(pool) for key, pool in CONTEXT.items() if key not in hidden}
    return {
        "context": {key: value for key, value in values.items() if value},
        "absent": frozenset(key for key in values if not values[key]),
        "present": frozenset(key for key in hidden if die.chance(0.3)),
    }


def case(number: int) -> Case:
    """The case of a number."""
    die = Die(Random(number))
    action, kind = die.random.choice(ACTIONS), die.random.choice(("identity", *KINDS))
    policies = level(die, kind, action)
    whole = RESOURCES[action]
    cut = die.random.randrange(len("arn:aws:"), len(whole)) if die.chance(0.1) else None
    bounded = die.random.choice((False, False, True, None)) if kind in NAMING else kind == "boundary"
    call = Call(
        principal=Principal(account=ACCOUNT, session=SESSION, role=ROLE, id="AROAEXAMPLE", bounded=bounded),
        action=action,
        resource=whole[:cut],
        open=cut is not None,
        **context(die),
    )
    read = tuple(document(each, name=str(index)) for index, each in enumerate(policies))
    layer = Layer(kind=KINDS[kind], documents=read, gateway=kind == "gateway")
    return Case(kind=kind, policies=policies, call=call, layer=layer)
