"""Recorded runs in which a believer of some myth would complain: whole, or with one fact changed."""

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from doctor import casefile
from doctor.evidence import Evidence, Known, named, revive
from doctor.examine import Run, judge_again
from doctor.schedule import Schedule
from doctor.verdict import Outcome, Severity, Verdict
from doctor.world import World
from tests.cases.judge import CASES


@dataclass(frozen=True)
class Moment:
    """A recorded run's evidence, and what every check says of it."""

    case: casefile.CaseFile

    def facts(self, kind: str) -> dict[str, Any]:
        """What was seen, of the first evidence of this kind."""
        return next(item.facts for item in self.case.evidence if item.kind == kind)

    def replies(self, key: str) -> list[dict[str, Any]]:
        """What the configured network's replies hold under this key."""
        found: list[dict[str, Any]] = self.facts("network")["replies"][key]
        return found

    def having(self, kind: str, **changed: Any) -> "Moment":
        """The same moment with other facts of one kind."""
        known = tuple(_with(item, changed) if item.kind == kind else item for item in self.case.evidence)
        return Moment(replace(self.case, evidence=known))

    def saying(self, key: str, number: int, **changed: Any) -> "Moment":
        """The same moment with another reply about one thing of the configured network."""
        listed = [each | (changed if place == number else {}) for place, each in enumerate(self.replies(key))]
        return self.having("network", replies=self.facts("network")["replies"] | {key: listed})

    def without(self, *kinds: str) -> "Moment":
        """The same moment, in which nobody looked at these."""
        return Moment(replace(self.case, evidence=tuple(item for item in self.case.evidence if item.kind not in kinds)))

    def verdict(self) -> Verdict:
        """What the doctor says of it."""
        schedule = Schedule(time.monotonic(), 60.0)
        request = replace(self.case.request, budget_seconds=60.0)
        world = World(request=request, until=schedule.gathered, environ={})
        known: Known = self.case.known
        return judge_again(
            Run(world=world, schedule=schedule, verify=" ".join, runtime=self.case.runtime), known
        ).verdict


@functools.cache
def recorded(name: str) -> Moment:
    """The moment that a case file of this folder holds."""
    file = CASES / f"{name}.json"
    return Moment(casefile.load(file.read_text(encoding="utf-8"), file.name))


def complaints(verdict: Verdict) -> list[str]:
    """What is called worse than a hint."""
    problems = [each for each in verdict.findings if each.outcome is Outcome.PROBLEM]
    return [each.id for each in problems if each.severity is not Severity.HINTS]


def _with(item: Evidence, changed: Mapping[str, Any]) -> Evidence:
    """Sealed anew, so that it is evidence as a run would hold it."""
    facts = revive(named(item.kind), replace(item, facts={**item.facts, **changed}))
    return replace(Evidence.of(facts, vantage=item.vantage, at=item.at, took=item.took), volunteered=item.volunteered)
