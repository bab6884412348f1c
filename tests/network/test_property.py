"""Thousands of random VPCs: the analyser agrees with a naive walk, and does not care for order or for what was not read.

Every network has a number, and a failure names it: `case(number)` in random_networks builds it again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random

import pytest

from doctor.network.ends import Flow
from doctor.network.model import GroupRule, Network, SecurityGroup
from doctor.network.path import analyse
from tests.network.naive import passes
from tests.network.naive_rules import address
from tests.network.naive_share import address_cuts, cells, nat_cells, port_cuts, share
from tests.network.random_networks import case, plain
from tests.network.random_rules import SECTIONS, Die, group_rule, shuffled

Drawing = Callable[[int], tuple[Network, Flow]]


def disagreements(numbers: range, draw: Drawing = case) -> Iterator[str]:
    """Where the analyser and the naive evaluator differ."""
    for number in numbers:
        network, flow = draw(number)
        if said := difference(network, flow):
            yield f"case({number}): {said}"


def difference(network: Network, flow: Flow) -> str:
    """What the analyser and the naive evaluator say differently of one network; "" where they agree.

    The share may stay open where an attachment is, or may be, in appliance mode: nobody knows which zone is handed to.
    """
    path, naive = analyse(network, flow), share(network, flow)
    open_ = path.share is None and any(each.appliance is not False for each in (network.attachments or {}).values())
    if path.reachable == naive[0] and (open_ or path.share == naive[1]):
        return ""
    if (
        naive == (None, None)
        and path.reachable is False
        and any(each.public is None for each in (network.nats or {}).values())
    ):
        return ""  # of a NAT gateway of no known type the naive walk tries neither; what stops both is beyond it
    return f"analyse says {path.reachable}, {path.share}; one by one it is {naive[0]}, {naive[1]}"


def test_equal_to_the_naive_evaluator():
    assert list(disagreements(range(5_000))) == []


@pytest.mark.long
def test_equal_to_the_naive_evaluator_at_length():
    assert list(disagreements(range(5_000, 105_000))) == []


def test_the_cases_are_worth_comparing():
    """Enough of them are open, shut, undecided and partly open, or equality would say little."""
    found = [share(*case(number)) for number in range(1_000)]
    assert sum(reachable is True for reachable, _ in found) > 100
    assert sum(reachable is False for reachable, _ in found) > 300
    assert sum(reachable is None for reachable, _ in found) > 50
    assert sum(part is not None and 0 < part < 1 for _, part in found) > 10


def test_one_connection_speaks_for_its_cell():
    """The cut points are complete: any connection fares as the first one of its cell."""
    for number in range(150):
        network, flow = case(number)
        die = Die(Random(number))
        block = die.one(*flow.near) if flow.near else None
        if block is None:
            continue
        picks = [pick for pick, _ in nat_cells(network, flow)]
        for _ in range(4):
            first, many = die.one(*cells((block.first, block.last), address_cuts(network, block.family)))
            port, wide = die.one(*cells(flow.source.ports, port_cuts(network)))
            pick = die.one(*picks)
            other = address(block.family, first + die.random.randrange(many))
            here = passes(network, other, port + die.random.randrange(wide), flow, pick)
            assert here is passes(network, address(block.family, first), port, flow, pick), f"case({number})"


@pytest.mark.parametrize("number", range(0, 400, 100))
def test_order_means_nothing(number: int):
    for each in range(number, number + 100):
        network, flow = case(each)
        assert analyse(shuffled(Die(Random(each)), network), flow) == analyse(network, flow), f"case({each})"


def changed(network: Network, group: SecurityGroup) -> Network:
    return replace(network, groups={**(network.groups or {}), group.id: group})


def with_one_more(group: SecurityGroup, rule: GroupRule, side: str) -> SecurityGroup:
    return replace(group, **{side: (*getattr(group, side), rule)})


def test_another_rule_never_closes_and_one_less_never_opens():
    """A rule of a security group only allows; True may not fall by adding one, nor may False rise by taking one away."""
    order = {False: 0, None: 1, True: 2}
    for number in range(400):
        network, flow = case(number)
        die = Die(Random(number))
        before = analyse(network, flow)
        for group in (network.groups or {}).values():
            side = die.one("ingress", "egress")
            more = analyse(changed(network, with_one_more(group, group_rule(die, "peering"), side)), flow)
            less = analyse(changed(network, replace(group, **{side: getattr(group, side)[1:]})), flow)
            assert order[less.reachable] <= order[before.reachable] <= order[more.reachable], (
                f"case({number}), {group.id}"
            )
            if None not in (less.share, before.share, more.share):
                assert less.share <= before.share <= more.share, f"case({number}), {group.id}"


def unsettled(numbers: Iterable[int], draw: Drawing = case) -> Iterator[str]:
    """Where a section that was not read makes another verdict, or one without a reason, or one that is not the naive
    evaluator's."""
    for number in numbers:
        network, flow = draw(number)
        before = analyse(network, flow).reachable
        for section in SECTIONS:
            if section == "subnets" and any(
                each.state not in ("", "available") for each in (network.subnets or {}).values()
            ):
                continue  # a state is told by this section alone, and older recordings do not hold it
            less = replace(network, **{section: None})
            path = analyse(less, flow)
            if path.reachable not in (before, None):
                yield f"case({number}) without {section}: {before} became {path.reachable}"
            if path.reachable is None and not path.unknowns:
                yield f"case({number}) without {section}: no reason is given"
            if said := difference(less, flow):
                yield f"case({number}) without {section}: {said}"


def test_reading_less_only_makes_unsure():
    """A section that was not read leaves the verdict as it was, or takes it back; it never makes another one."""
    assert list(unsettled(range(150))) == []


@pytest.mark.long
def test_reading_less_only_makes_unsure_at_length():
    assert list(unsettled(range(150, 20_000))) == []


# Each was once judged though what decides it was not read.
ONCE_WRONG = (
    856,
    1072,
    1859,
    2394,
    3540,
    6054,
    6126,
    6804,
    6946,
    7328,
    8094,
    8551,
    8742,
    10310,
    10848,
    11577,
    12570,
    15670,
    17080,
    17575,
    18383,
    18521,
    18555,
)


@pytest.mark.parametrize("number", ONCE_WRONG)
def test_what_was_once_wrong(number: int):
    assert list(disagreements(range(number, number + 1), plain)) == []
    assert list(unsettled([number], plain)) == []
