"""Policies as strangers write them: clear errors or unknown, in time, and never a permission."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from doctor.policies.call import Call, Principal
from doctor.policies.kinds import Decision, Kind
from doctor.policies.layers import KindRead, Layer, judged
from doctor.policies.read import document
from doctor.verdict import InvalidRequest

ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"


READ: tuple[KindRead, ...] = (Kind.IDENTITY, Kind.BOUNDARY, Kind.ENDPOINT, Kind.RESOURCE)


def decided(policy: object, kind: KindRead = Kind.IDENTITY, **context: tuple[str, ...]) -> Decision:
    who = Principal(
        account="111122223333", session="arn:aws:sts::111122223333:assumed-role/jobs/jobs", role="arn:aws:iam::…"
    )
    keys = {f"aws:{key.lower()}": values for key, values in context.items()}
    call = Call(principal=who, action="sqs:SendMessage", resource=QUEUE, context=keys)
    return judged(Layer(kind=kind, documents=(document(policy, name="policy"),)), call).decision


def test_a_policy_is_read_from_text_or_as_an_object() -> None:
    assert decided({"Statement": ALLOW}) is decided(json.dumps({"Statement": [ALLOW]})) is Decision.ALLOWED


BROKEN: dict[str, tuple[object, str]] = {
    "no object": ([], "policy is a list, not an object"),
    "nothing": (None, "policy is null, not an object"),
    "no JSON": ("{", "policy is not JSON"),
    "the same key twice": ('{"Statement": [], "Statement": []}', "policy.Statement stands there twice"),
    "no statement": ({"Version": "2012-10-17"}, "policy: Statement is missing"),
    "a version of tomorrow": ({"Version": "2030-01-01", "Statement": ALLOW}, "policy: Version"),
    "a stranger at the top": ({"Statement": ALLOW, "Statements": []}, "policy: Statements is no element"),
    "a statement of text": ({"Statement": ["Allow"]}, "policy: Statement[0] is text, not an object"),
    "no effect": ({"Statement": {"Action": "*", "Resource": "*"}}, "Statement[0].Effect is null"),
    "an effect in small letters": ({"Statement": ALLOW | {"Effect": "allow"}}, "neither Allow nor Deny"),
    "an effect of a list": ({"Statement": ALLOW | {"Effect": ["Allow"]}}, "Effect is a list"),
    "no action": ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "has neither Action nor NotAction"),
    "both": ({"Statement": ALLOW | {"NotAction": "s3:*"}}, "has both Action and NotAction"),
    "an action of null": ({"Statement": ALLOW | {"Action": None}}, "Statement[0].Action is null, not text"),
    "a number among actions": ({"Statement": ALLOW | {"Action": ["a:b", 1]}}, "Action is a number, not text"),
    "no actions": ({"Statement": ALLOW | {"Action": []}}, "Action is an empty list"),
    "a resource of objects": ({"Statement": ALLOW | {"Resource": {"Ref": "Queue"}}}, "Resource is an object"),
    "a condition of text": ({"Statement": ALLOW | {"Condition": "never"}}, "Condition is text"),
    "a condition of null": ({"Statement": ALLOW | {"Condition": None}}, "Condition is null"),
    "an operator of text": ({"Statement": ALLOW | {"Condition": {"Bool": "true"}}}, "Condition.Bool is text"),
    "an operator without a key": ({"Statement": ALLOW | {"Condition": {"Bool": {}}}}, "tests no key"),
    "a value of null": ({"Statement": ALLOW | {"Condition": {"Bool": {"a:b": None}}}}, "a:b is null"),
    "a principal of text": ({"Statement": ALLOW | {"Principal": "me"}}, "Principal is text other than *"),
    "a principal of nobody": ({"Statement": ALLOW | {"Principal": {}}}, "names nobody"),
    "a Sid of a number": ({"Statement": ALLOW | {"Sid": 1}}, "Sid is a number"),
    "nested too deeply": ('{"Statement":' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_policy_is_a_clear_error(name: str) -> None:
    source, words = BROKEN[name]
    with pytest.raises(InvalidRequest) as refused:
        document(source, name="policy")
    assert words in f"{refused.value.field} {refused.value}"


STRANGE: dict[str, dict[str, Any]] = {
    "an element": {"Effects": "Allow"},
    "an operator": {"Condition": {"StringSounds": {"aws:SourceVpce": "vpce-1"}}},
    "an operator's case": {"Condition": {"stringequals": {"aws:SourceVpce": "vpce-1"}}},
    "a qualifier": {"Condition": {"ForMostValues:StringEquals": {"aws:SourceVpce": "vpce-1"}}},
    "a key": {"Condition": {"StringEquals": {"sqs:Mood": "good"}}},
    "a boolean that is none": {"Condition": {"Bool": {"aws:SourceVpce": "perhaps"}}},
    "a network that is none": {"Condition": {"IpAddress": {"aws:SourceVpce": "10.0.0.0/99"}}},
    "a number that is none": {"Condition": {"NumericLessThan": {"aws:SourceVpce": "many"}}},
    "a date that is none": {"Condition": {"DateLessThan": {"aws:SourceVpce": "tomorrow"}}},
    "a year that may be seconds": {"Condition": {"DateLessThan": {"aws:CurrentTime": "2030"}}},
    "binary": {"Condition": {"BinaryEquals": {"aws:SourceVpce": "dnBjZS0x"}}},
    "half a variable": {"Resource": ["*", "arn:aws:sqs:*:*:${aws:userid"]},
    "a variable of another language": {"Resource": ["*", "arn:aws:sqs:*:*:${{env.NAME}}"]},
    "an action without a service": {"Action": "SendMessage"},
    "an ARN without its beginning": {"Resource": "*:orders"},
    "a principal, in an identity's policy": {"Principal": "*"},
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_the_language_does_not_know_is_unknown(name: str) -> None:
    policy = {"Version": "2012-10-17", "Statement": [ALLOW | STRANGE[name]]}
    assert decided(policy, SourceVpce=("vpce-1",), CurrentTime=("2026-01-01T00:00:00Z",)) is Decision.UNKNOWN
    denies = {"Version": "2012-10-17", "Statement": [ALLOW, ALLOW | STRANGE[name] | {"Effect": "Deny"}]}
    assert decided(denies, SourceVpce=("vpce-1",), CurrentTime=("2026-01-01T00:00:00Z",)) is Decision.UNKNOWN
    other = {"Version": "2012-10-17", "Statement": [ALLOW, ALLOW | STRANGE[name] | {"Action": "s3:GetObject"}]}
    assert name == "an action without a service" or decided(other) is Decision.ALLOWED


@pytest.mark.parametrize(
    ("principal", "allowed", "denied"),
    [
        ("*", Decision.ALLOWED, Decision.DENIED),
        ({"AWS": "arn:aws:sts::111122223333:assumed-role/jobs/jobs"}, Decision.ALLOWED, Decision.DENIED),
        ({"AWS": "111122223333"}, Decision.DENIED, Decision.DENIED),
        ({"AWS": "444455556666"}, Decision.DENIED, Decision.ALLOWED),
        ({"Service": "lambda.amazonaws.com"}, Decision.DENIED, Decision.ALLOWED),
        ({"CanonicalUser": "79a59df900b949e5"}, Decision.DENIED, Decision.UNKNOWN),
        ({"Planet": "Mars"}, Decision.UNKNOWN, Decision.UNKNOWN),
        ({"AWS": "arn:aws:iam::*:role/jobs"}, Decision.UNKNOWN, Decision.UNKNOWN),
    ],
)
def test_whom_a_resource_s_policy_lets_in_by_itself(principal: object, allowed: Decision, denied: Decision) -> None:
    """An account that is named has to let its role in by itself, and denies it all the same."""
    everybody, other = ALLOW | {"Principal": "*"}, ALLOW | {"Principal": principal}
    assert decided({"Statement": other}, Kind.RESOURCE) is allowed
    assert decided({"Statement": [everybody, other | {"Effect": "Deny"}]}, Kind.RESOURCE) is denied


def test_ten_thousand_statements() -> None:
    """Of which the last denies, in seconds of this process alone."""
    many = [ALLOW | {"Sid": f"S{number}", "Resource": f"arn:aws:sqs:*:*:q{number}*"} for number in range(9_998)]
    started = time.process_time()
    assert decided({"Statement": [*many, ALLOW]}) is Decision.ALLOWED
    assert decided({"Statement": [*many, ALLOW, ALLOW | {"Effect": "Deny", "Sid": "Last"}]}) is Decision.DENIED
    assert time.process_time() - started < 4


def test_a_pattern_that_would_explode() -> None:
    started = time.perf_counter()
    assert decided({"Statement": ALLOW | {"Resource": "arn:" + "*o" * 5_000}}) is not Decision.ALLOWED
    assert time.perf_counter() - started < 2


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ELEMENT = some.sampled_from(
    (
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
        "Sid",
        "Other",
    )
)


def outcome(policy: object, kind: KindRead) -> Decision | InvalidRequest:
    """The decision, or the error."""
    try:
        return decided(policy, kind)
    except InvalidRequest as error:
        return error


@settings(max_examples=300)
@given(element=ELEMENT, value=JSON, kind=some.sampled_from(READ))
def test_any_value_of_any_element(element: str, value: Any, kind: Kind) -> None:
    """An error that is clear, or a decision; and what is not `*` or the call's own never allows."""
    everybody = {"Principal": "*"} if kind in (Kind.ENDPOINT, Kind.RESOURCE) else {}
    found = outcome({"Statement": ALLOW | everybody | {element: value}}, kind)
    assert isinstance(found, Decision) or (str(found) and found.field.startswith("policy"))
    harmless = element in ("Sid",) or (element, value) in (("Condition", {}), ("Effect", "Allow"), *everybody.items())
    assert found is not Decision.ALLOWED or harmless


@settings(max_examples=200)
@given(JSON)
def test_any_json(value: Any) -> None:
    found = outcome(value, Kind.IDENTITY)
    assert found is not Decision.ALLOWED
    assert isinstance(found, Decision) or found.field
