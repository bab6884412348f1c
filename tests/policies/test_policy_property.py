"""Thousands of random policies: the evaluator agrees with a naive one, and is unknown only for a reason.

It is the evaluator that the checks call: `layers.judged`, and above it the checks' own `rulings`. Every case has a number, and
a failure names it: `case(number)` in random_policies builds it again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from doctor.policies.kinds import Decision
from doctor.policies.layers import LayerVerdict, judged
from doctor.policies.read import document
from tests.policies.naive import Reading, applies, lets, listed, named
from tests.policies.random_policies import KINDS, NAMING, Case, case

OPEN = {"across_colons", "filled_up", "by_pair", "void", "any_absent", "in_part", "at_gateway"}
SAID = {Decision.ALLOWED: True, Decision.DENIED: False, Decision.UNKNOWN: None}


def verdict(each: Case) -> LayerVerdict:
    return judged(each.layer, each.call)


def readings(policies: list[dict[str, Any]], kind: str, request: dict[str, Any]) -> Iterator[tuple[bool, Reading]]:
    """What the naive evaluator says of a request in every reading; the first asks nothing that does not matter."""
    first = Reading()
    yield lets(policies, kind, dict(request), first), first
    known: set[str] = set()
    while first.asked - known:  # another reading may lead to further questions
        known |= first.asked
        for chosen in product((False, True), repeat=len(known)):
            reading = Reading(**dict(zip(sorted(known), chosen, strict=True)))
            yield lets(policies, kind, dict(request), reading), reading
            first.asked |= reading.asked


def answers(each: Case, random: Random) -> tuple[set[bool], bool]:
    """What the naive evaluator says of every request that the call may be, in every reading, and whether there is but one."""
    requests = list(each.requests(random=random))
    found = [answer for request in requests for answer, _ in readings(each.policies, each.kind, request)]
    return set(found), len(found) == 1 and not each.unknown


def disagreements(numbers: range) -> Iterator[str]:
    """Where the evaluator decides what the naive one does not, or leaves open what that one knows."""
    for number in numbers:
        each = case(number)
        decision = verdict(each).decision
        found, alone = answers(each, Random(number))
        one = next(iter(found)) if len(found) == 1 else None
        said = SAID[decision]
        if (said is not None and said is not one) or (said is None and alone):
            yield f"case({number}): judged says {decision}, the naive evaluator {'both' if one is None else one}"


def test_equal_to_the_naive_evaluator() -> None:
    assert list(disagreements(range(3_000))) == []


@pytest.mark.long
def test_equal_to_the_naive_evaluator_at_length() -> None:
    assert list(disagreements(range(3_000, 103_000))) == []


def test_the_cases_are_worth_comparing() -> None:
    """Enough of each kind are allowed, denied in either way, and undecided, or equality would say little."""
    found = Counter((each.kind, _outcome(verdict(each))) for each in map(case, range(1_200)))
    assert set(found) == set(product(KINDS, ("allowed", "denied by a statement", "allowed by none", "unknown")))
    assert min(found.values()) > 12, found


def _outcome(found: LayerVerdict) -> str:
    if found.decision is Decision.DENIED:
        return "denied by a statement" if found.denying else "allowed by none"
    return str(found.decision)


def test_open_questions_all_arise() -> None:
    """The readings that the naive evaluator knows are all met, or it would say nothing about them."""
    asked: set[str] = set()
    for number in range(2_000):
        each = case(number)
        for request in each.requests(most=1, random=Random(number)):
            asked |= set().union(*(reading.asked for _, reading in readings(each.policies, each.kind, request)))
    assert asked == OPEN


def test_what_is_named_applies_in_every_reading() -> None:
    """A statement that is named denies, or allows, whatever the request may be; where none allows, no statement does."""
    for number in range(1_500):
        each = case(number)
        found = verdict(each)
        told = {"Deny": found.denying, "Allow": found.allowing}
        for request in each.requests(random=Random(number)):
            for effect, places in told.items():
                assert set(places) <= _applying(each, effect, request, Reading(void=False)), f"case({number})"
            assert found.allows.holds is not False or not _applying(each, "Allow", request, Reading()), (
                f"case({number})"
            )


def _applying(each: Case, effect: str, request: dict[str, Any], reading: Reading) -> set[tuple[str, str]]:
    """Where the statements of an effect stand that apply to a request."""
    handed_over = {"account"} if (each.kind, effect) == ("resource", "Allow") else set()
    return {
        (str(index), f"Statement[{number}]" + (f" (Sid {statement['Sid']})" if "Sid" in statement else ""))
        for index, policy in enumerate(each.policies)
        for number, statement in enumerate(listed(policy["Statement"]))
        if statement["Effect"] == effect
        and applies(statement, policy.get("Version", "2008-10-17"), dict(request), reading)
        and named(each.kind, statement, request, reading) - handed_over
    }


def test_reading_less_only_makes_unsure() -> None:
    """A document that could not be read leaves the decision as it was, or takes it back, with the reason; it never turns it."""
    for number in range(2_000):
        each = case(number)
        before, documents = verdict(each).decision, each.layer.documents
        for kept in range(len(documents)):
            blind = replace(each.layer, documents=documents[:kept], unread=("denied: iam:X",))
            after = judged(blind, each.call)
            assert after.decision in (before, Decision.UNKNOWN), f"case({number})"
            assert after.decision is not Decision.UNKNOWN or "denied: iam:X" in after.reasons, f"case({number})"


def test_order_means_nothing() -> None:
    """Of documents, and of statements in one; reasons and what is named may come in another order."""
    for number in range(800):
        each, random = case(number), Random(number)
        turned = tuple(
            replace(one, statements=tuple(random.sample(one.statements, len(one.statements))))
            for one in random.sample(each.layer.documents, len(each.layer.documents))
        )
        one, two = verdict(each), judged(replace(each.layer, documents=turned), each.call)
        assert one.decision is two.decision, f"case({number})"
        assert set(one.denying) == set(two.denying), f"case({number})"
        assert set(one.allowing) == set(two.allowing), f"case({number})"


def test_one_more_denial_never_opens() -> None:
    """A statement that denies everything shuts every call, and is named."""
    for number in range(600):
        each = case(number)
        shut = {"Effect": "Deny", "Action": "*", "Resource": "*"} | ({"Principal": "*"} if each.kind in NAMING else {})
        more = (*each.layer.documents, document({"Statement": shut}, name="shut"))
        found = judged(replace(each.layer, documents=more), each.call)
        assert found.decision is Decision.DENIED, f"case({number})"
        assert ("shut", "Statement[0]") in found.denying
