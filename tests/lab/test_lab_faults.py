"""Every fault is named from where it can be seen, and nobody finds one where there is none.

The tables are data: `faults_*` and `sound`. `make lab` prints the same as a confusion matrix.
"""

import contextlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import vpc
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
def all_(means: None) -> Mapping[str, Played]:
    """All rows, played."""
    return {played.row.name: played for played in play(ALL, LABORATORIES)}


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
def test_both_sides_name_it(all_: Mapping[str, Played], row: Row) -> None:
    assert wrong(all_[row.name], "both") == {}


@pytest.mark.long
@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_the_inside_names_it_or_tells_what_would(all_: Mapping[str, Played], row: Row) -> None:
    """Silences look alike from there: the true cause is among those that remain, with a command that tells them apart."""
    played = all_[row.name]
    assert wrong(played, "inside") == {}


@pytest.mark.long
@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_every_side_is_in_time(all_: Mapping[str, Played], row: Row) -> None:
    """By the clock of who asked, and not only by the doctor's own."""
    assert all_[row.name].late() == {}


@pytest.mark.long
def test_the_configuration_alone_names_nearly_all(all_: Mapping[str, Played]) -> None:
    """Of the faults that stand in it: where it has nothing to name, naming nothing is no success (`matrix.of_outside`)."""
    visible = [all_[row.name] for row in FAULTS if row.outside != ()]
    missed = {played.row.name: wrong(played, "outside") for played in visible if not played.right("outside")}
    assert len(visible) >= 100
    assert len(missed) <= 0.05 * len(visible), missed


@pytest.mark.long
@pytest.mark.parametrize("row", [row for row in FAULTS if row.outside == ()], ids=lambda row: row.name)
def test_what_the_configuration_cannot_show_is_not_named(all_: Mapping[str, Played], row: Row) -> None:
    played = all_[row.name]
    assert wrong(played, "outside") == {}
    assert played.silent("outside"), _said(played, "outside")


@pytest.mark.long
@pytest.mark.parametrize("row", SOUND, ids=lambda row: row.name)
def test_nobody_finds_a_problem_in_a_sound_one(all_: Mapping[str, Played], row: Row) -> None:
    played = all_[row.name]
    assert wrong(played, *SIDES) == {}
    assert {side: found for side in SIDES if not played.expected(side) and (found := played.problems(side))} == {}


@pytest.mark.long
def test_the_true_cause_is_among_the_first_three(all_: Mapping[str, Played]) -> None:
    """From inside alone, in four of five rows."""
    hidden = [played for played in all_.values() if played.row.expect and played.row.inside is None]
    assert sum(played.few() for played in hidden) >= 0.8 * len(hidden)


@pytest.mark.long
def test_hardly_a_row_is_played_twice(all_: Mapping[str, Played]) -> None:
    """What is right only by itself is a fault of the doctor's, unless it is as rare as a machine's hiccup."""
    again = [name for name, played in all_.items() if played.again]
    assert len(again) <= 0.02 * len(all_), again


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


def test_what_went_wrong_beside_others_is_played_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and told; what is wrong by itself too stays wrong."""
    right = {"status": "healthy", "diagnoses": [], "findings": [], "timings": {"total": 1.0, "budget": 4.0}}
    hurried, wrong_, well = (replace(SOUND[0], name=name) for name in ("hurried", "wrong", "well"))
    turns = Counter[str]()

    class Pretended(contextlib.nullcontext[None]):
        def play(self, row: Row) -> Played:
            turns[row.name] += 1
            healthy = row is well or (row is hurried and turns[row.name] > 1)
            return Played(row, dict.fromkeys(SIDES, right if healthy else {**right, "status": "inconclusive"}))

        def __enter__(self) -> Any:
            return self

    monkeypatch.setattr(vpc, "Vpc", Pretended)
    told = {each.row.name: (each.well(), each.again) for each in play([hurried, wrong_, well], LABORATORIES)}
    assert told == {"hurried": (True, True), "wrong": (False, True), "well": (True, False)}
    assert turns == {"hurried": 2, "wrong": 2, "well": 1}
