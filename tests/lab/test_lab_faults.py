"""Every fault is named from where it can be seen, and nobody finds one where there is none.

The tables are data: `faults_*` and `sound`. `make lab` prints the same as a confusion matrix.
"""

import time
from collections.abc import Mapping

import pytest
from scene import Row
from tables import BY_NAME, FAULTS, SOUND
from vpc import LABORATORIES, SIDES, Played, play

SMOKE = (
    "no egress at all",
    "temporary key without its token",
    "name of an endpoint that is gone",
    "isolated, endpoints for all, none for STS",
)
ALL = (*FAULTS, *SOUND)


@pytest.fixture(scope="module")
def some(means: None) -> Mapping[str, Played]:
    """The smoke's rows, played."""
    return {played.row.name: played for played in play([BY_NAME[name] for name in SMOKE], LABORATORIES)}


@pytest.fixture(scope="module")
def all_(means: None) -> tuple[Mapping[str, Played], float]:
    """All rows, played, and the seconds that it took."""
    started = time.monotonic()
    played = {played.row.name: played for played in play(ALL, LABORATORIES)}
    return played, time.monotonic() - started


def wrong(played: Played, *sides: str) -> dict[str, object]:
    """What each side said that was not right."""
    return {side: _said(played, side) for side in sides if not played.right(side)}


def _said(played: Played, side: str) -> object:
    verdict = played.verdicts[side]
    diagnoses = [(each["check"], each["severity"], each["could_also_be"]) for each in verdict["diagnoses"]]
    return played.failure or {"expected": played.expected(side), "status": verdict["status"], "said": diagnoses}


@pytest.mark.parametrize("name", SMOKE)
def test_a_few(some: Mapping[str, Played], name: str) -> None:
    assert wrong(some[name], *SIDES) == {}
    assert some[name].in_time(), some[name].verdicts["inside"]["timings"]


@pytest.mark.long
@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_both_sides_name_it(all_: tuple[Mapping[str, Played], float], row: Row) -> None:
    assert wrong(all_[0][row.name], "both") == {}


@pytest.mark.long
@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_the_inside_names_it_or_tells_what_would(all_: tuple[Mapping[str, Played], float], row: Row) -> None:
    """Silences look alike from there: the true cause is among those that remain, with a command that tells them apart."""
    played = all_[0][row.name]
    assert wrong(played, "inside") == {}
    assert played.in_time(), played.verdicts["inside"]["timings"]


@pytest.mark.long
def test_the_configuration_alone_names_nearly_all(all_: tuple[Mapping[str, Played], float]) -> None:
    missed = {row.name: wrong(all_[0][row.name], "outside") for row in FAULTS if not all_[0][row.name].right("outside")}
    assert len(missed) <= 0.05 * len(FAULTS), missed


@pytest.mark.long
@pytest.mark.parametrize("row", SOUND, ids=lambda row: row.name)
def test_nobody_finds_a_problem_in_a_sound_one(all_: tuple[Mapping[str, Played], float], row: Row) -> None:
    played = all_[0][row.name]
    assert wrong(played, *SIDES) == {}
    assert {side: found for side in SIDES if not played.expected(side) and (found := played.problems(side))} == {}


@pytest.mark.long
def test_the_true_cause_is_among_the_first_three(all_: tuple[Mapping[str, Played], float]) -> None:
    """From inside alone, in four of five rows."""
    hidden = [played for played in all_[0].values() if played.row.expect and played.row.inside is None]
    assert sum(played.few() for played in hidden) >= 0.8 * len(hidden)


@pytest.mark.long
def test_twenty_faults_a_minute(all_: tuple[Mapping[str, Played], float]) -> None:
    """Each judged three times, on two cores."""
    played, took = all_
    assert 60 * len(played) / took >= 20


def test_the_tables_are_large_enough() -> None:
    assert len(FAULTS) >= 80
    assert len(SOUND) >= 15
