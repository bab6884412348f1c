"""The one sentence of a run that decided nothing, in grammar that fits the count."""

import time

import pytest

from doctor.diagnosis.diagnose import Reasoning
from doctor.diagnosis.headline import headline
from doctor.request import Request
from doctor.verdict import Finding, Outcome, Status
from doctor.world import World
from tests import hostile

UNKNOWN = hostile.finding(Outcome.UNKNOWN, "dns.a", message="not decided: nothing was seen")
OK = hostile.finding(Outcome.OK, "dns.b")


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ((UNKNOWN,), "The only finding is undecided: nothing was seen"),
        ((UNKNOWN, OK), "1 of 2 findings is undecided: nothing was seen"),
        ((UNKNOWN, UNKNOWN, OK), "2 of 3 findings are undecided; first: nothing was seen"),
    ],
)
def test_what_is_undecided_is_counted_in_words_that_fit(findings: tuple[Finding, ...], said: str) -> None:
    world = World(request=Request(), until=time.monotonic() + 1, environ={})
    reasoning = Reasoning(findings=findings, diagnoses=())
    assert headline(Status.INCONCLUSIVE, reasoning, world, ()) == said
