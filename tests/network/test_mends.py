"""Wherever a blocker is reported, what its commands do to the model removes it; so does taking away what it cites."""

import pytest

from doctor.network.path import analyse
from tests.network import mends
from tests.network.cases import ALL, Case

BROKEN = [case for case in ALL if case.checks]
NO_ADDRESS = "has no IPv6 address"  # only another subnet mends that


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_the_mend_of_a_blocker_removes_it(case: Case) -> None:
    before = analyse(case.network, case.flow)
    for blocker in before.blockers:
        if NO_ADDRESS in blocker.detail:
            continue
        network = case.network
        for command in blocker.commands:
            network = mends.run(network, command)
        if not blocker.commands:
            network = mends.by_hand(network, case.flow, blocker)
        after = analyse(network, case.flow)
        left = {(each.check, each.component, each.direction) for each in after.blockers}
        assert (blocker.check, blocker.component, blocker.direction) not in left, (blocker, after)


@pytest.mark.parametrize("case", [case for case in BROKEN if case.share == 0], ids=lambda case: case.name)
def test_all_mends_together_open_the_path_or_lead_to_the_next_fault(case: Case) -> None:
    """Never to the same one, and within a few steps to none."""
    network, seen = case.network, set()
    for _ in range(5):
        path = analyse(network, case.flow)
        commands = [command for blocker in path.blockers[:1] for command in blocker.commands]
        if path.reachable is not False or not commands:
            break
        assert tuple(commands) not in seen
        seen.add(tuple(commands))
        for command in commands:
            network = mends.run(network, command)
    else:
        pytest.fail(f"still closed after five mends: {path}")
