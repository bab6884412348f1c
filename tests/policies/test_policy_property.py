"""Thousands of random sets of policies: the evaluator agrees with a naive one, and is unknown only for a reason.

Every set has a number, and a failure names it: `case(number)` in random_policies builds it again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from doctor.policies.evaluate import evaluate
from doctor.policies.kinds import Decision, Kind
from tests.policies.naive import Reading, allowed, applies
from tests.policies.random_policies import KINDS, Case, case

OPEN = ("across_colons", "filled_up", "by_pair", "void", "any_absent", "in_part", "whole_account")


def answers(each: Case, random: Random) -> tuple[set[bool], bool]:
    """What the naive evaluator says of every request that the call may be, in every reading, and whether there is but one."""
    found: set[bool] = set()
    requests = list(each.requests(random=random))
    alone = len(requests) == 1 and not each.unknown
    for request in requests:
        first = Reading()
        found.add(allowed(each.policies, dict(request), first))
        known: set[str] = set()
        while first.asked - known:  # another reading may lead to further questions
            known |= first.asked
            for chosen in product((False, True), repeat=len(known)):
                reading = Reading(**dict(zip(sorted(known), chosen, strict=True)))
                found.add(allowed(each.policies, dict(request), reading))
                first.asked |= reading.asked
        alone = alone and not known
    return found, alone


def disagreements(numbers: range) -> Iterator[str]:
    """Where the evaluator decides what the naive one does not, or leaves open what that one knows."""
    for number in numbers:
        each = case(number)
        decision = evaluate(each.call, each.layers).decision
        found, alone = answers(each, Random(number))
        one = found.pop() if len(found) == 1 else None
        said = {Decision.ALLOWED: True, Decision.DENIED: False, Decision.UNKNOWN: None}[decision]
        certain = alone and not each.call.action.startswith("kms:")  # grants on a key are in no policy
        if (said is not None and said is not one) or (said is None and certain):
            yield f"case({number}): evaluate says {decision}, the naive evaluator {'both' if one is None else one}"


def test_equal_to_the_naive_evaluator() -> None:
    assert list(disagreements(range(3_000))) == []


@pytest.mark.long
def test_equal_to_the_naive_evaluator_at_length() -> None:
    assert list(disagreements(range(3_000, 103_000))) == []


def test_the_cases_are_worth_comparing() -> None:
    """Enough of them are allowed, denied in each way, and undecided, or equality would say little."""
    results = [evaluate(each.call, each.layers) for each in map(case, range(1_200))]
    found = Counter(result.decision for result in results)
    assert min(found.values()) > 120, found
    assert {blame.kind for result in results for blame in result.blames if blame.explicit} == set(Kind)
    assert {blame.kind for result in results for blame in result.blames if not blame.explicit} == set(Kind)


def test_open_questions_all_arise() -> None:
    """The readings that the naive evaluator knows are all met, or it would say nothing about them."""
    asked: set[str] = set()
    for number in range(2_000):
        each = case(number)
        for request in each.requests(most=1, random=Random(number)):
            reading = Reading(void=False)
            allowed(each.policies, request, reading)
            asked |= reading.asked
    assert asked == set(OPEN)


def test_what_is_blamed_denies_in_every_reading() -> None:
    """A statement that is named is a denial that applies; a layer that is named without one holds no statement that allows."""
    for number in range(1_500):
        each = case(number)
        for blame in evaluate(each.call, each.layers).blames:
            for request in each.requests(random=Random(number)):
                assert _denies(each, blame, request), f"case({number}): {blame}"


def _denies(each: Case, blame: object, request: dict[str, object]) -> bool:
    kind = next(name for name, value in KINDS.items() if value is blame.kind)  # type: ignore[attr-defined]
    if blame.explicit:  # type: ignore[attr-defined]
        level, index = blame.document.rpartition(" ")[2].split(".")  # type: ignore[attr-defined]
        policy = each.policies[kind][int(level)][int(index)]
        listed = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
        number = int(blame.statement.partition("[")[2].partition("]")[0])  # type: ignore[attr-defined]
        statement = listed[number]
        return statement["Effect"] == "Deny" and applies(
            statement, policy.get("Version", ""), dict(request), Reading(void=False)
        )
    levels = each.policies.get(kind, [[]])
    return any(not _allows(level, dict(request)) for level in levels)


def _allows(level: list[dict[str, object]], request: dict[str, object]) -> bool:
    """Whether a statement of a level allows the call, whoever is named."""
    for policy in level:
        listed = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
        for statement in listed:
            named = "Principal" not in statement and "NotPrincipal" not in statement
            if (
                named
                and statement["Effect"] == "Allow"
                and applies(statement, str(policy.get("Version")), request, Reading())
            ):
                return True
    return False


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_reading_less_only_makes_unsure(kind: str) -> None:
    """A layer that could not be read leaves the decision as it was, or takes it back, with the reason; it never turns it."""
    for number in range(400):
        each = case(number)
        before = evaluate(each.call, each.layers).decision
        blind = tuple(
            replace(layer, documents=(), unread=("denied: iam:X",)) if layer.kind is KINDS[kind] else layer
            for layer in each.layers
        )
        after = evaluate(each.call, blind)
        assert after.decision in (before, Decision.UNKNOWN), f"case({number})"
        assert after.decision is not Decision.UNKNOWN or after.reasons, f"case({number})"


def test_order_means_nothing() -> None:
    """Of layers, of documents in one, and of statements in a document; reasons and blames may come in another order."""
    for number in range(800):
        each, random = case(number), Random(number)
        turned = [
            replace(layer, documents=tuple(random.sample(layer.documents, len(layer.documents))))
            for layer in each.layers
        ]
        turned = [
            replace(
                layer,
                documents=tuple(
                    replace(each, statements=tuple(random.sample(each.statements, len(each.statements))))
                    for each in layer.documents
                ),
            )
            for layer in turned
        ]
        random.shuffle(turned)
        one, two = evaluate(each.call, each.layers), evaluate(each.call, tuple(turned))
        assert one.decision is two.decision, f"case({number})"
        assert set(one.blames) == set(two.blames), f"case({number})"


def test_one_more_denial_never_opens() -> None:
    """A statement that denies everything shuts every call, in whichever layer it stands."""
    from doctor.policies.read import document

    naming = (Kind.RESOURCE, Kind.ENDPOINT, Kind.RESOURCE_CONTROL)
    for number in range(300):
        each = case(number)
        for position, layer in enumerate(each.layers):
            shut = {"Effect": "Deny", "Action": "*", "Resource": "*"}
            shut |= {"Principal": "*"} if layer.kind in naming else {}
            more = replace(layer, documents=(*layer.documents, document({"Statement": shut}, name="shut")))
            layers = (*each.layers[:position], more, *each.layers[position + 1 :])
            result = evaluate(each.call, layers)
            assert result.decision is Decision.DENIED, f"case({number})"
            assert ("shut", "Statement[0]") in {(blame.document, blame.statement) for blame in result.blames}
