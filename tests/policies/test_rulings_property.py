"""Random policies by the very way of the checks, from documents as AWS gives them to a ruling on a function's call.

The naive evaluator is asked about the requests that such a function can make. What each of them carries stands here as AWS's
pages on the context keys have it, and not as `doctor.policies.function_call` does.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from doctor.areas.permission.resource_policies import outweighed
from doctor.areas.permission.rulings import Ruling, by_boundary, by_endpoint, by_identity, titled
from doctor.evidence import Reason
from doctor.evidence.calls.function_parts import Unread
from doctor.evidence.permissions import Permissions, Policy
from doctor.evidence.resource_grants import Held, ResourceGrants
from doctor.policies.kinds import Decision
from doctor.policies.usual import BY_LAMBDA, Caller, Use, Wanted, Way
from tests.policies.random_policies import ACCOUNT, CONTEXT, FUNCTION, NAMING, RESOURCES, ROLE, Case, case, request
from tests.policies.test_policy_property import SAID, readings

REGION, TIME, ID = "eu-west-1", "2026-01-01T00:00:00Z", "AROAEXAMPLEEXAMPLE"
INSIDE = Way(known=True, endpoint="vpce-1", vpc="vpc-1")
OUTSIDE = Way(known=True)
WAYS = {
    "identity": (INSIDE, OUTSIDE, Way(), BY_LAMBDA),
    "boundary": (INSIDE, OUTSIDE, Way(), BY_LAMBDA),
    "endpoint": (INSIDE, Way(endpoint="vpce-1", vpc="vpc-1")),
    "resource": (INSIDE, OUTSIDE, Way()),
    "gateway": (Way(known=True, endpoint="vpce-1", vpc="vpc-1", gateway=True),),
}
LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/limit"
NO_ROLE = Unread(part="role", reason=Reason.DENIED, detail="iam:GetRole: AccessDenied")
World = dict[str, tuple[tuple[str, ...], ...]]  # the values that each key may have


def usual(number: int, random: Random) -> Case:
    """The case of a number; an ARN that is known in part ends behind the service, or within the name, as the doctor's do."""
    each = case(number)
    if not each.call.open:
        return each
    whole = RESOURCES[each.call.action]
    start = ":".join(whole.split(":")[:3]) + ":"
    return replace(each, call=replace(each.call, resource=random.choice((start, whole[:-2]))))


def owner(each: Case) -> str:
    """Whose the resource is, as far as its ARN tells."""
    return "" if each.call.resource.startswith("arn:aws:s3:") or each.call.resource.endswith(":") else ACCOUNT


def worlds(each: Case, way: Way) -> list[World]:
    """What the function's requests may carry: by an endpoint that is named, or from an address of the internet."""
    session: World = CONTEXT | {
        "aws:username": ((),),
        "aws:userid": ((f"{ID}:jobs",),),
        "aws:principalarn": ((ROLE,),),
        "aws:securetransport": (("true",),),
        "aws:currenttime": ((TIME,),),
        "lambda:sourcefunctionarn": ((FUNCTION,),),
    }
    if owner(each):
        session |= {"aws:resourceaccount": ((ACCOUNT,),)}
    if not each.call.resource.startswith("arn:aws:s3:"):  # clients follow S3 to the bucket
        session |= {"aws:requestedregion": ((REGION,),)}
    if way.by_lambda:
        session |= {"lambda:sourcefunctionarn": ((),), "aws:userid": ((f"{ID}:poller",), ("jobs",))}
    by_endpoint: World = session | {"aws:sourcevpce": (("vpce-1",),), "aws:sourceip": ((),)}
    outside: World = session | {"aws:sourcevpce": ((),), "aws:sourceip": (("10.1.2.3",), ("203.0.113.9",))}
    return [by_endpoint] * bool(way.endpoint) or [outside] + [by_endpoint] * (not way.known)


def requests(each: Case, way: Way, random: Random) -> list[dict[str, Any]]:
    """Six of the requests that the function may make."""
    limited = each.call.principal.bounded
    bounds = [False, True] if limited is None else [limited]
    found = []
    for _ in range(6):
        world = random.choice(worlds(each, way))
        context = {key: random.choice(values) for key, values in world.items()}
        resource = random.choice(each.resources)
        found.append(request(each.call.action, resource, context, bounded=random.choice(bounds)))
    return found


def uncertain(each: Case, way: Way) -> bool:
    """Whether something matters to the policies that may be one way or the other."""
    text = json.dumps(each.policies).lower()
    found = worlds(each, way)
    varying = {key for key in CONTEXT if len({values for world in found for values in world[key]}) > 1}
    return each.call.open or each.call.principal.bounded is None or any(key in text for key in varying)


def ruled(each: Case, way: Way) -> tuple[Ruling, tuple[str, ...]]:
    """What the check of this kind makes of the policies, and how it names them."""
    wanted = Wanted(action=each.call.action, arn=each.call.resource, open=each.call.open, owner=owner(each))
    use = Use(service="sqs", resource="orders", region=REGION, wanted=(wanted,))
    kind = "boundary" if each.kind == "boundary" else "inline"
    of_role = () if each.kind in NAMING else each.policies
    facts = Permissions(
        function="jobs",
        region=REGION,
        caller=Caller(function="jobs", arn=FUNCTION, role=ROLE, role_id=ID),
        time=TIME,
        boundary=LIMIT if each.call.principal.bounded else "",
        policies=tuple(Policy(name=f"p{index}", kind=kind, document=one) for index, one in enumerate(of_role)),
        unread=(NO_ROLE,) if each.call.principal.bounded is None else (),
    )
    if each.kind == "resource":  # asked where the role's own policies allow nothing
        held = Held(service=use.service, resource=use.resource, document=each.policies[0])
        (found,) = outweighed(by_identity(facts, use, way), use, facts, way, ResourceGrants(held=(held,)))
        return found, ()
    if each.kind in NAMING:
        (found,) = by_endpoint(facts, use, way, json.dumps(each.policies[0]))
        return found, (f"the policy of {way.endpoint}",)
    (found,) = (by_boundary if each.kind == "boundary" else by_identity)(facts, use, way)
    return found, tuple(titled(policy) for policy in facts.policies)


def disagreements(numbers: range) -> Iterator[str]:
    """Where a ruling is not what the naive evaluator says of a request, or leaves open what nothing leaves open."""
    for number in numbers:
        random = Random(number)
        each = usual(number, random)
        way = random.choice(WAYS[each.kind])
        ruling, names = ruled(each, way)
        answers = [
            answer for one in requests(each, way, random) for answer, _ in readings(each.policies, each.kind, one)
        ]
        decided = SAID[ruling.decision]
        sure = len(answers) == 6 and not uncertain(each, way)
        if (decided is None and sure) or (decided is not None and set(answers) != {decided}):
            yield f"case({number}) by {way}: {ruling.decision} ({ruling.why}), the naive evaluator {set(answers)}"
        if ruling.explicit and not (ruling.denying and {name for name, _ in ruling.denying} <= set(names)):
            yield f"case({number}) by {way}: {ruling.why} names none of {names}"


def test_rulings_equal_to_the_naive_evaluator() -> None:
    assert list(disagreements(range(3_000))) == []


@pytest.mark.long
def test_rulings_equal_to_the_naive_evaluator_at_length() -> None:
    assert list(disagreements(range(3_000, 53_000))) == []


def test_the_rulings_are_worth_comparing() -> None:
    """By every way each kind allows and denies, and is rarely not decided."""
    found: dict[tuple[str, str, bool], Counter[Decision]] = {}
    for number in range(1_500):
        random = Random(number)
        each = usual(number, random)
        way = random.choice(WAYS[each.kind])
        count = found.setdefault((each.kind, way.endpoint, way.known), Counter())
        count[ruled(each, way)[0].decision] += 1
    assert len(found) == 12
    assert min(min(count[Decision.ALLOWED], count[Decision.DENIED]) for count in found.values()) > 10, found
    total = sum(found.values(), Counter[Decision]())
    assert total[Decision.UNKNOWN] < 0.3 * total.total(), total
