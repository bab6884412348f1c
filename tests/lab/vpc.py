"""Laboratories of whole VPCs: rows are played in several at once, and what the doctor said is held against what is so."""

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from laboratory import Laboratory, LaboratoryError
from scene import Row

LABORATORIES = 2  # at once, on two cores: while one waits for a silence, the other works
SIDES = ("inside", "outside", "both")
LATE = 0.1  # seconds, of the contract
# What is not the doctor's time and yet passes on the clock of who asks, in seconds on a loaded machine of two cores: a reply's
# way through the emulator; a new sandbox's init phase, which Lambda does not count either; an interpreter's start and end.
WAY_BACK, INIT, INTERPRETER = 0.1, 1.5, 0.5
_NOTHING = {"status": "inconclusive", "diagnoses": [], "findings": [], "timings": {"total": 0.0, "budget": 0.0}}
_FEW = 3  # candidates among which the true one should be


class Vpc(Laboratory):
    """A VPC in which the function, the router, endpoints, NAT gateway and the internet each have a network of their own."""

    program = "vpc_inside.py"

    def play(self, row: Row) -> "Played":
        """Set one row up, and have it judged from inside, from outside, and by both together."""
        told = self.do("row", name=row.name)
        verdicts = {side: told[side]["verdict"] for side in SIDES}
        beside = {
            "inside": WAY_BACK + (INIT if told["inside"]["cold"] else 0),
            "outside": INTERPRETER,
            "both": INTERPRETER,
        }
        took = {side: told[side]["took"] - beside[side] for side in SIDES}
        return Played(row, verdicts, told["set_up"], took=took)


@dataclass(frozen=True)
class Played:
    """A row, its three verdicts, and the seconds that it took to set it up; or why it could not be played.

    `again` tells that it was not as it should be at first, beside others.
    `took` is the seconds that each side's doctor had it in hand at least, by the clock of who asked.
    """

    row: Row
    verdicts: dict[str, dict[str, Any]]
    set_up: float = 0.0
    failure: str = ""
    took: Mapping[str, float] = field(default_factory=dict)
    again: bool = False

    def expected(self, side: str) -> tuple[str, ...]:
        """What this side should name."""
        own = {"inside": self.row.inside, "outside": self.row.outside}.get(side)
        return self.row.expect if own is None else own

    def named(self, side: str) -> list[str]:
        """The checks of its diagnoses in their order. A hint is no answer, unless it is the one that is asked for."""
        return [
            diagnosis["check"]
            for diagnosis in self.verdicts[side]["diagnoses"]
            if diagnosis["severity"] != "hints" or diagnosis["check"] in self.expected(side)
        ]

    def first(self, side: str) -> str:
        """The first diagnosis, a dash for none."""
        return next(iter(self.named(side)), "-")

    def rank(self) -> int | None:
        """From inside, where the true cause stands: 0 named, 1 the likeliest candidate …; None where it is not there."""
        expected = self.row.cause or next(iter(self.expected("inside")), "-")
        if self.first("inside") == expected:
            return 0
        if self.row.inside is not None or not self.verdicts["inside"]["diagnoses"]:
            return None
        diagnosis = self.verdicts["inside"]["diagnoses"][0]
        told_apart = any(separation["command"] for separation in diagnosis["separate"])
        listed = diagnosis["could_also_be"]
        return listed.index(expected) + 1 if told_apart and expected in listed else None

    def few(self) -> bool:
        """Whether the true cause is among the first that the inside names."""
        rank = self.rank()
        return rank is not None and rank <= _FEW

    def right(self, side: str) -> bool:
        """Whether this side told the truth, as far as it can be seen from there."""
        if self.failure:
            return False
        verdict, expected, named = self.verdicts[side], self.expected(side), self.named(side)
        if not expected:
            return not named and (bool(self.row.expect) or verdict["status"] == "healthy")
        all_named = named[:1] == [expected[0]] and set(expected) <= set(named)
        told = self.rank() is not None if side == "inside" else all_named
        broken = bool(verdict["diagnoses"]) and verdict["diagnoses"][0]["severity"] == "breaks"
        return told and (verdict["status"] == "unhealthy" or not broken)

    def well(self) -> bool:
        """Whether all sides told the truth in time."""
        return all(map(self.right, SIDES)) and not self.late()

    def late(self) -> dict[str, tuple[float, dict[str, Any]]]:
        """The sides that did not keep to their budget: by the clock of who asked, or by the doctor's own, which it tells."""
        found = {}
        for side, took in self.took.items():
            timings = self.verdicts[side]["timings"]
            if max(took, timings["total"]) > timings["budget"] + LATE:
                found[side] = took, timings
        return found

    def silent(self, side: str) -> bool:
        """Where nothing may be named: it is well from there, or something that decides could not be seen, and is named."""
        verdict = self.verdicts[side]
        unseen = [f for f in verdict["findings"] if f["outcome"] == "unknown" and f["severity"] == "breaks"]
        return verdict["status"] == ("inconclusive" if unseen else "healthy") and not self.problems(side)

    def problems(self, side: str) -> list[str]:
        """The findings that are problems, hints left aside."""
        found = self.verdicts[side]["findings"]
        return [each["id"] for each in found if each["outcome"] == "problem" and each["severity"] != "hints"]


def play(rows: Iterable[Row], laboratories: int) -> Iterator[Played]:
    """Play all rows, in any order. What was not as it should be is played again by itself: so much a busy machine may upset."""
    upset = []
    for played in _at_once(rows, laboratories):
        if played.well():
            yield played
        else:
            upset.append(played.row)
    for played in _at_once(upset, min(len(upset), 1)):
        yield replace(played, again=True)


def _at_once(rows: Iterable[Row], laboratories: int) -> Iterator[Played]:
    """Play the rows in several laboratories at once, so that silences wait beside each other."""
    waiting: queue.SimpleQueue[Row | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Played | BaseException] = queue.SimpleQueue()
    rows = list(rows)
    for row in (*rows, *[None] * laboratories):
        waiting.put(row)

    def work() -> None:
        try:
            with Vpc() as vpc:
                while (row := waiting.get()) is not None:
                    try:
                        done.put(vpc.play(row))
                    except LaboratoryError as error:
                        done.put(Played(row, dict.fromkeys(SIDES, _NOTHING), failure=str(error)))
        except BaseException as error:
            done.put(error)

    for _ in range(laboratories):
        threading.Thread(target=work, daemon=True).start()
    for _ in rows:
        played = done.get()
        if isinstance(played, BaseException):
            raise played
        yield played
