"""bench/: each benchmark runs in its smallest form. What it measures decides nothing here."""

import os
from collections.abc import Callable

import pytest

from bench import __main__, compare, credentials, healthy, memory, modules, paths, phases, probes
from bench.compare import Row

pytestmark = pytest.mark.alone

ROW = Row(what="speed", ours="doctor 2 ms", theirs="other 1 ms", figure="2.00 x", goal="≤ 1.10 x", met=False)


@pytest.mark.parametrize(
    ("measure", "rows"),
    [
        pytest.param(lambda: healthy.measure(1, slowest=0.3), 2, id="healthy", marks=pytest.mark.long),
        pytest.param(lambda: credentials.measure(1), 2 if credentials.AWS_CLI.is_file() else 1, id="credentials"),
        pytest.param(lambda: phases.measure(1), 3, id="phases"),
        pytest.param(lambda: memory.measure(1), 1, id="memory", marks=pytest.mark.long),
        pytest.param(lambda: modules.measure(1), 2, id="modules"),
        pytest.param(lambda: paths.measure(1, many=2_000), 4, id="paths", marks=pytest.mark.long),
    ],
)
def test_each_measures_both_sides(measure: Callable[[], list[Row]], rows: int) -> None:
    before = dict(os.environ)
    measured = measure()
    assert len(measured) == rows
    assert all(row.ours and row.theirs and row.figure and row.goal for row in measured)
    assert dict(os.environ) == before


def test_probes_are_counted_beside_the_exporter() -> None:
    if probes.exporter() is None:
        pytest.skip("prometheus-blackbox-exporter is not installed (`make lab-deps`)")
    assert [row.what for row in probes.measure(1, share=0.02)] == ["HTTPS probes a second", "TCP probes a second"]


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    missed = [
        str(row) for row in modules.measure(1) if not row.met
    ]  # counts of modules: no machine is too busy for them
    assert not missed


def test_both_sides_take_turns() -> None:
    turns = []

    def side(name: str, *took: float) -> Callable[[], float]:
        left = iter(took)
        return lambda: turns.append(name) or next(left)

    assert compare.medians(3, side("a", 1, 9, 2), side("b", 5, 5, 6)) == [2, 5]
    assert turns == ["a", "b"] * 3


def test_a_missed_goal_is_told_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--rounds", "1"])
    compare.main(lambda rounds: [ROW], rounds=5)
    assert "goal ≤ 1.10 x: MISSED" in capsys.readouterr().out
    assert "| **missed** |" in __main__.table([ROW])


def test_a_side_that_fails_measures_nothing() -> None:
    with pytest.raises(compare.subprocess.CalledProcessError):
        compare.whole_process(["false"], {"PATH": os.defpath})()


def test_the_readme_has_a_place_for_the_table() -> None:
    assert len(__main__._PLACE.findall((compare.ROOT / "README.md").read_text(encoding="utf-8"))) == 1
