"""Every case: the share, the checks, both directions; that mends mend, and that no order matters."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from doctor.network.blocks import Block
from doctor.network.model import GroupRule, Network
from doctor.network.path import analyse
from doctor.network.result import Path
from tests.network.cases import ALL, Case

pytestmark = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


def test_says_what_passes_and_names_every_component_that_stops_it(case: Case) -> None:
    path = analyse(case.network, case.flow)
    assert {blocker.check for blocker in path.blockers} == case.checks, path
    assert path.share == case.share, path
    assert path.reachable is (None if case.share is None else case.share == 1)
    assert bool(path.unknowns) >= (case.share is None)
    assert any(case.unknown in reason for reason in path.unknowns) or case.share == 0 or not case.unknown, path.unknowns
    assert {suspect.check for suspect in path.suspects} == ({"network.firewall-in-path"} if case.suspects else set())
    assert all(blocker.component and blocker.detail for blocker in path.blockers)


def _shuffled(thing: Any, order: random.Random) -> Any:
    if isinstance(thing, Mapping):
        pairs = list(thing.items())
        order.shuffle(pairs)
        return {key: _shuffled(value, order) for key, value in pairs}
    if isinstance(thing, GroupRule):
        return GroupRule(*(_shuffled(each, order) for each in thing))
    if isinstance(thing, tuple) and not isinstance(thing, Block) and not _meaningful(thing):
        return tuple(order.sample([_shuffled(each, order) for each in thing], len(thing)))
    if hasattr(thing, "__dataclass_fields__"):
        names = [name for name, field in thing.__dataclass_fields__.items() if field.init]
        return replace(thing, **{name: _shuffled(getattr(thing, name), order) for name in names})
    return thing


def _meaningful(thing: tuple[Any, ...]) -> bool:
    """First and last port."""
    return len(thing) == 2 and all(isinstance(each, int) for each in thing)


def test_no_order_of_what_was_read_matters(case: Case) -> None:
    expected = analyse(case.network, case.flow)
    for seed in range(5):
        order = random.Random(seed)
        network: Network = _shuffled(case.network, order)
        flow = _shuffled(case.flow, order)
        found: Path = analyse(network, flow)
        assert found == expected
