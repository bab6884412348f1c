"""Whatever call of whatever child fails, in whatever way: a verdict that fits the schema, in time, and never a false healthy.

What "false" means is written at `beside.Sound.why_false`: everything that decided must have been seen as without a fault, or
the difference must be told.
"""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import doctor.evidence
from doctor.evidence import Facts, named
from doctor.isolation.child import FORKS
from doctor.verdict import Source
from tests.robust.drivers import Drivers, every, judged, some
from tests.robust.faults import FAULTS
from tests.robust.settings import SETTINGS, Setting

USUAL, *MORE = SETTINGS
QUICK = [USUAL]
DOORS = {"socket", "connect", "send", "recv", "handshake", "resolve", "open", "aws"}
# Kinds that no failing call can meet, and why.
SILENT = {
    "environment": "it reads variables",
    "front": "it reads the event that asked",
    "run": "it is what the run says of itself",
    "template": "the command line has read the file before a run begins",
}

pytestmark = pytest.mark.skipif(
    not FORKS, reason="the harness reaches children that are forked; elsewhere they are spawned"
)


@pytest.fixture(scope="module")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Source, Drivers]]:
    sides = (Source.INSIDE, Source.CONTROL)
    made = {side: Drivers(tmp_path_factory.mktemp(side.value), side) for side in sides}
    with made[Source.INSIDE], made[Source.CONTROL]:
        yield made


def kinds() -> list[type[Facts]]:
    modules = [found.name for found in pkgutil.iter_modules(doctor.evidence.__path__)]
    values = [vars(importlib.import_module(f"doctor.evidence.{module}")).values() for module in modules]
    every = {value for each in values for value in each if isinstance(value, type) and issubclass(value, Facts)}
    return sorted((named(kind.kind) for kind in every if "kind" in vars(kind)), key=lambda kind: kind.kind)


@pytest.mark.parametrize("setting", QUICK, ids=lambda setting: setting.name)
def test_a_sample_of_calls_that_fail(setting: Setting, drivers: dict[Source, Drivers]) -> None:
    """The first call through every seventh door of every child, the five ways by turns; without a fault it is healthy."""
    side = drivers[setting.side]
    sound = side.sound(setting)
    assert (sound["status"], sound["why"], sound["invalid"]) == ("healthy", [], []), sound["headline"]
    firsts = [one for one in every(setting, sound) if one["number"] == 0]
    step = 7 * len(FAULTS)
    judged(side, setting, [firsts[place + place // step % len(FAULTS)] for place in range(0, len(firsts), step)])


@pytest.mark.long
def test_every_kind_of_evidence_meets_failing_calls(drivers: dict[Source, Drivers]) -> None:
    """Every kind that opens, connects or calls AWS does so in some setting; those that call AWS by every door."""
    doors: dict[str, set[str]] = {}
    for setting in SETTINGS:
        for one in every(setting, drivers[setting.side].sound(setting)):
            doors.setdefault(one["task"], set()).add(one["door"])
    assert {kind.kind for kind in kinds()} - set(doors) == set(SILENT)
    calling = {kind.kind for kind in kinds() if kind.actions}
    assert {"application", "experiments", "permissions", "refusals", "resources"} < calling
    assert {kind: DOORS - doors[kind] for kind in calling if doors[kind] != DOORS} == {}
    assert set().union(*doors.values()) == DOORS


@pytest.mark.long
def test_every_call_fails_in_every_way(drivers: dict[Source, Drivers]) -> None:
    side = drivers[USUAL.side]
    sound = side.sound(USUAL)
    assert len(sound["calls"]) >= 60
    told = judged(side, USUAL, every(USUAL, sound))
    assert {one["status"] for one in told} == {"healthy", "unhealthy", "inconclusive"}, "some faults do not decide"


@pytest.mark.long
@pytest.mark.parametrize("setting", MORE, ids=lambda setting: setting.name)
def test_calls_fail_in_every_way(setting: Setting, drivers: dict[Source, Drivers]) -> None:
    """Of each task and door the first call, the one in the middle and the last: a control plane's are hundreds."""
    side = drivers[setting.side]
    sound = side.sound(setting)
    assert (sound["status"], sound["why"], sound["invalid"]) == ("healthy", [], []), sound["headline"]
    judged(side, setting, some(setting, sound))
