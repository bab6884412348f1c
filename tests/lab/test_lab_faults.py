"""Every fault is named from where it can be seen, and nobody finds one where there is none.

The tables are data: `faults_*` and `sound`. `make lab` prints the same as a confusion matrix.
"""

import time
from collections.abc import Mapping

import pytest
from matrix import of_outside
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
    assert some[name].late() == {}


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


@pytest.mark.long
@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_every_side_is_in_time(all_: tuple[Mapping[str, Played], float], row: Row) -> None:
    """By the clock of who asked, and not only by the doctor's own."""
    assert all_[0][row.name].late() == {}


@pytest.mark.long
def test_the_configuration_alone_names_nearly_all(all_: tuple[Mapping[str, Played], float]) -> None:
    """Of the faults that stand in it: where it has nothing to name, naming nothing is no success (`matrix.of_outside`)."""
    visible = [all_[0][row.name] for row in FAULTS if row.outside != ()]
    missed = {played.row.name: wrong(played, "outside") for played in visible if not played.right("outside")}
    assert len(visible) >= 100
    assert len(missed) <= 0.05 * len(visible), missed


@pytest.mark.long
@pytest.mark.parametrize("row", [row for row in FAULTS if row.outside == ()], ids=lambda row: row.name)
def test_what_the_configuration_cannot_show_is_not_named(all_: tuple[Mapping[str, Played], float], row: Row) -> None:
    played = all_[0][row.name]
    assert wrong(played, "outside") == {}
    assert played.silent("outside"), _said(played, "outside")


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


def test_silence_is_no_find_in_the_matrix() -> None:
    """Two faults that the configuration shows, one of them named, and one that it cannot show, on which it is silent."""
    shown, hidden = BY_NAME["no egress at all"], next(row for row in FAULTS if row.outside == ())
    found = {"check": "network.egress-blocked", "severity": "breaks", "could_also_be": [], "separate": []}
    named = {"outside": {"status": "unhealthy", "diagnoses": [found]}}
    silent = {"outside": {"status": "healthy", "diagnoses": []}}
    rows = [Played(row=shown, verdicts=named), Played(row=shown, verdicts=silent), Played(row=hidden, verdicts=silent)]
    assert [each.right("outside") for each in rows] == [True, False, True]
    by_configuration, of_all = of_outside(rows)
    assert by_configuration.endswith("1 of 2 (50.0 %)")
    assert "named: 1 of 3 (33.3 %); of 1 no configuration tells: right there is silence" in of_all


def test_the_tables_are_large_enough() -> None:
    assert len(FAULTS) >= 80
    assert len(SOUND) >= 15
