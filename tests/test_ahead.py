"""What can be judged while a slow target is still looked at is judged then, and nothing is lost by it."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from doctor import registry
from doctor.declare import Check, Need, Observation, ok
from doctor.evidence import Evidence, Facts, Missing, Vantage
from doctor.evidence.reach import Reach
from doctor.evidence.sandbox import Sandbox
from doctor.examine import Run, examine
from doctor.isolation.run_checks import Ahead
from doctor.isolation.supervise import End, How, Item
from doctor.request import Request
from doctor.schedule import Schedule
from doctor.verdict import Outcome, Verdict
from doctor.world import World
from tests.invented import rule

pytestmark = pytest.mark.alone

BUDGET = 4.0
SLOW = 0.6  # seconds, at the one target


@dataclass(frozen=True, kw_only=True)
class Quick(Facts):
    """Evidence of no target, there at once."""

    kind: ClassVar[str] = "quick"

    @classmethod
    def collect(cls, world: World) -> Iterator["Quick | Missing"]:
        yield cls()


@dataclass(frozen=True, kw_only=True)
class Slow(Facts):
    """Evidence of a target that takes its time."""

    kind: ClassVar[str] = "slow"
    per_target: ClassVar[bool] = True

    target: str

    @property
    def concerns(self) -> str:
        return self.target

    @classmethod
    def collect(cls, world: World) -> Iterator["Slow | Missing"]:
        time.sleep(SLOW)  # what is slow is the point
        yield cls(target="far.example:443")


@dataclass(frozen=True, kw_only=True)
class Foretold(Facts):
    """Evidence that `Quick` settles: nobody has to look."""

    kind: ClassVar[str] = "foretold"
    after: ClassVar[tuple[type[Facts], ...]] = (Quick,)

    process: int

    @classmethod
    def foretold(cls, world: World) -> "Foretold | Missing | None":
        return cls(process=os.getpid()) if world.seen(Quick) else None

    @classmethod
    def collect(cls, world: World) -> Iterator["Foretold | Missing"]:
        yield cls(process=os.getpid())


@dataclass(frozen=True, kw_only=True)
class Stumbling(Foretold):
    """What cannot tell it by itself after all."""

    kind: ClassVar[str] = "stumbling"

    @classmethod
    def foretold(cls, world: World) -> "Stumbling | Missing | None":
        raise RecursionError("too deep")


def tells_when() -> Iterator[Observation]:
    yield ok("when", str(time.monotonic()))


def hangs() -> Iterator[Observation]:
    time.sleep(60)
    yield ok("when", "never")


def dies() -> Iterator[Observation]:
    os._exit(7)
    yield ok("when", "never")


def check(id: str, kind: type[Facts], work: Callable[[], Iterator[Observation]] = tells_when) -> Check:
    return replace(rule(id), needs=(Need("facts", kind, True),), judge=lambda facts: work())


def examined(monkeypatch: pytest.MonkeyPatch, *checks: Check, known: tuple[Evidence, ...] = ()) -> Verdict:
    by_id = {each.id: each for each in checks}
    load = registry.load
    monkeypatch.setattr(registry, "built_in", lambda: tuple(sorted(by_id)))
    monkeypatch.setattr(registry, "load", lambda id, plugin="": by_id[id] if id in by_id else load(id, plugin))
    schedule = Schedule(time.monotonic(), BUDGET)
    world = World(request=Request(budget_seconds=BUDGET), until=schedule.gathered, environ={}, known=known)
    verdict = examine(Run(world=world, schedule=schedule, verify=" ".join)).verdict
    assert schedule.spent <= BUDGET + 0.1
    return verdict


def moments(verdict: Verdict) -> dict[str, float]:
    return {found.check: float(found.message) for found in verdict.findings if found.outcome is Outcome.OK}


def test_what_has_nothing_to_do_with_a_slow_target_does_not_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = moments(examined(monkeypatch, check("aaa.quick", Quick), check("zzz.slow", Slow)))
    assert told["aaa.quick"] + SLOW / 2 < told["zzz.slow"]


def test_a_check_that_needs_both_waits_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    both = replace(
        check("aaa.both", Quick),
        needs=(Need("quick", Quick, True), Need("slow", Slow, False)),
        judge=lambda quick, slow: iter([ok("both", f"{slow is not None}")]),
    )
    (found,) = examined(monkeypatch, both, check("zzz.slow", Slow)).findings[:1]
    assert (found.check, found.message, found.targets) == ("aaa.both", "True", ("far.example:443",))


@pytest.mark.parametrize(("work", "fate"), [(hangs, "doctor.out-of-time"), (dies, "doctor.check-crashed")])
def test_a_check_that_fails_ahead_is_blamed_once_and_costs_no_other(
    work: Callable[[], Iterator[Observation]], fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = [
        check("aaa.first", Quick),
        check("bad.one", Quick, work),
        check("ccc.last", Quick),
        check("zzz.slow", Slow),
    ]
    verdict = examined(monkeypatch, *checks)
    assert [found.id for found in verdict.findings if found.outcome is Outcome.UNKNOWN] == [f"{fate}@bad.one"]
    assert moments(verdict).keys() == {"aaa.first", "ccc.last", "zzz.slow"}


def test_with_evidence_brought_along_nothing_is_judged_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    brought = Evidence.of(Quick(), vantage=Vantage(function="other"), at="2026-01-01T00:00:00Z", took=0.0)
    told = moments(examined(monkeypatch, check("aaa.quick", Quick), check("zzz.slow", Slow), known=(brought,)))
    assert abs(told["aaa.quick"] - told["zzz.slow"]) < SLOW / 2


def built_in() -> list[Check]:
    return [registry.load(id) for id in registry.built_in()]


def test_nothing_is_judged_while_what_it_builds_on_is_gathered() -> None:
    ahead = Ahead(built_in(), time.monotonic() + BUDGET)
    assert not list(ahead.tasks([Reach, Sandbox], ()))
    (task,) = ahead.tasks([Reach], ())
    assert not list(ahead.tasks([Reach], ())), "one child at a time"
    judged = {each.id for each in task.work.checks}  # type: ignore[attr-defined]
    assert "reach.connect-timeout" not in judged
    assert "credentials.missing-session-token" in judged
    assert {each.id for each in ahead.rest} == {each.id for each in built_in()}


def test_what_it_did_not_finish_is_left_for_later() -> None:
    checks = [check("aaa.first", Quick), check("bbb.second", Quick)]
    ahead = Ahead(checks, time.monotonic() + BUDGET)
    list(ahead.tasks([Slow], ()))
    ahead.note(Item(Ahead.NAME, {"begin": "aaa.first"}))
    ahead.note(Item(Ahead.NAME, {"done": "aaa.first", "judged": []}))
    ahead.note(Item(Ahead.NAME, {"begin": "bbb.second"}))
    ahead.note(End(Ahead.NAME, How.CRASHED))
    assert [each.id for each in ahead.rest] == ["bbb.second"]


def test_a_third_partys_check_never_shares_its_child() -> None:
    ahead = Ahead([replace(check("aaa.first", Quick), plugin="theirs")], time.monotonic() + BUDGET)
    assert not list(ahead.tasks([Slow], ()))


@pytest.mark.parametrize(("kind", "here"), [(Foretold, True), (Stumbling, False)])
def test_what_is_known_already_costs_no_process(
    monkeypatch: pytest.MonkeyPatch, kind: type[Foretold], here: bool
) -> None:
    told = replace(check("app.told", kind), judge=lambda facts: iter([ok("process", str(facts.process))]))
    (found,) = [each for each in examined(monkeypatch, told).findings if each.check == "app.told"]
    assert (found.message == str(os.getpid())) == here, "and one that fails at it is left to a child of its own"
