"""A process of its own that runs the doctor again and again, each time with one call in a child failing.

It has no threads, as the parent of a run promises; the servers that its children meet live in a child of its own. One
injection a line comes in as JSON, and one line goes out: what became of the run.
"""

import dataclasses
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema

import doctor.preload  # the SDK is in memory before the first run, as in a sandbox that is warm
from doctor import registry
from doctor.evidence import Evidence, Facts, names
from doctor.examine import Examination, Run, examine
from doctor.judge import judge
from doctor.render import json as json_form
from doctor.request import Request, parse
from doctor.schedule import Schedule
from doctor.schema import schema
from doctor.verdict import Finding, Outcome, Status
from doctor.world import World
from tests.robust import listeners
from tests.robust.faults import Harness, Injection

BUDGET = 2.5  # seconds
TARGETS = ["sqs", {"host": listeners.PLAIN, "port": 5432, "tls": False}]


class Runs:
    """All runs of one process."""

    def __init__(self, folder: Path) -> None:
        ports = listeners.start(folder)
        self._log = os.open(folder / "calls", os.O_CREAT | os.O_RDWR | os.O_APPEND)
        self._harness = Harness(ports.routes, listeners.NAMES, ports.faulty, self._log)
        self._harness.install()
        names._DNS_PORT = ports.dns
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        self._resolv_conf = folder / "resolv.conf"
        self._request: Request = parse({"targets": TARGETS, "budget_seconds": BUDGET}, where="request")
        self._validator = jsonschema.Draft202012Validator(schema("verdict"))
        self._sound = [self._examined(None) for _ in range(3)]
        self._restless = _restless([_facts(run) for run, _ in self._sound])
        self._read = _read(self._sound[0][0])

    def calls(self) -> dict[str, Any]:
        """What a run without a fault calls, and what it concludes."""
        run, spent = self._examined(None)
        counted = [line.split() for line in self._calls()]
        return {"calls": [[task, door, int(number)] for task, door, number in counted], **self._told(run, spent)}

    def fail(self, injection: Injection) -> dict[str, Any]:
        """A run in which one call fails."""
        run, spent = self._examined(injection)
        fired = any(line.endswith("!") for line in self._calls())
        return {"fired": fired, **asdict(injection), **self._told(run, spent)}

    def _examined(self, injection: Injection | None) -> tuple[Examination, float]:
        os.ftruncate(self._log, 0)
        self._harness.injection = injection
        schedule = Schedule(time.monotonic(), BUDGET)
        world = World(request=self._request, until=schedule.gathered, resolv_conf=self._resolv_conf)
        run = examine(Run(world=world, schedule=schedule, verify=" ".join))
        return run, schedule.spent

    def _calls(self) -> list[str]:
        os.lseek(self._log, 0, os.SEEK_SET)
        return os.fdopen(os.dup(self._log)).read().splitlines()

    def _told(self, run: Examination, spent: float) -> dict[str, Any]:
        plain = json.loads(json.dumps(json_form.plain(run.verdict)))
        flaws = [error.message for error in self._validator.iter_errors(plain)]
        first = [diagnosis.check for diagnosis in run.verdict.diagnoses[:1]]
        return {
            "status": run.verdict.status.value,
            "spent": round(spent, 3),
            "invalid": flaws,
            "first": first,
            "why": self._why_not_healthy(run) if run.verdict.status is Status.HEALTHY else [],
        }

    def _why_not_healthy(self, run: Examination) -> list[str]:
        """Where a healthy verdict is false.

        Healthy may stand only where all that decided was seen as in a run without a fault. So, first, each conclusion
        that decided then stands again. Second, each field of evidence that a deciding check reads (they are watched
        while they judge) says the same, but for figures of the clock and what differs between runs without a fault as
        well. Or else the difference is told: by a finding that was not there and is not ok, of this check, of a check
        that reads this kind of evidence, or of the engine about this kind.
        """
        before = self._sound[0][0]
        decided = {finding.id: finding.check for finding in _deciding(before)}
        lost = sorted(set(decided) - {finding.id for finding in _deciding(run)})
        was = {(finding.id, finding.outcome) for finding in before.verdict.findings}
        told = [f for f in run.verdict.findings if f.outcome in _NOT_FINE and (f.id, f.outcome) not in was]
        spoken = {word for finding in told for word in (finding.check, finding.subject, *_kinds(finding.check))}
        unsaid = [id_ for id_ in lost if not spoken & {decided[id_], *_kinds(decided[id_])}]
        differing = {place for place, _ in set(_facts(before).items()) ^ set(_facts(run).items())} - self._restless
        changed = {(kind, field) for kind, _, field, *_ in differing if (kind, field) in self._read}
        return [
            *(f"{id_} is gone" for id_ in unsaid),
            *(f"{kind}.{field} differs" for kind, field in sorted(changed) if kind not in spoken),
        ]


_GROWING = ("sandbox",)  # its whole numbers are bytes that are used or free
_NOT_FINE = (Outcome.PROBLEM, Outcome.UNKNOWN)


def _deciding(run: Examination) -> list[Finding]:
    verdict = run.verdict
    return [f for f in verdict.findings if f.outcome is Outcome.OK and f.severity.reaches(verdict.fail_on)]


def _kinds(check: str) -> list[str]:
    return [need.facts.kind for need in registry.load(check).needs]


def _read(run: Examination) -> set[tuple[str, str]]:
    """The fields of evidence that deciding checks read; a kind that is missing has the field `missing`."""
    read: set[tuple[str, str]] = set()

    def watched(facts: Facts, name: str) -> Any:
        if name in fields[type(facts).kind]:
            read.add((type(facts).kind, name))
        return object.__getattribute__(facts, name)

    checks = [registry.load(check) for check in {finding.check for finding in _deciding(run)}]
    kinds = {need.facts for check in checks for need in check.needs}
    fields = {kind.kind: {field.name for field in dataclasses.fields(kind)} for kind in kinds}
    Facts.__getattribute__ = watched  # type: ignore[method-assign, assignment]
    try:
        for check in checks:
            judge(check, run.gathered)
    finally:
        del Facts.__getattribute__
    return read | {(kind, "missing") for kind, _ in read}


Leaves = dict[tuple[str, ...], str]


def _facts(run: Examination) -> Leaves:
    """Every leaf of the evidence by its path, without figures of clock and memory."""
    found: Leaves = {}
    for item in run.gathered:
        if isinstance(item, Evidence):
            found |= {
                (item.kind, item.target or "", *path): "a number"
                if item.kind in _GROWING and leaf.isdecimal()
                else leaf
                for path, leaf in _leaves(item.facts)
            }
        else:
            found[item.kind, item.target or "", "missing"] = item.reason
    return found


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, str(number)))
    elif not isinstance(value, float):
        yield path, repr(value)


def _restless(runs: list[Leaves]) -> set[tuple[str, ...]]:
    """The paths that differ between runs without a fault: free space, memory."""
    first, *others = runs
    return {place for other in others for place, _ in set(first.items()) ^ set(other.items())}


def main() -> None:
    """Obey until standard input ends."""
    with tempfile.TemporaryDirectory(prefix="failing-") as folder:
        runs = Runs(Path(folder))
        print(json.dumps(runs.calls()), flush=True)
        for line in sys.stdin:
            print(json.dumps(runs.fail(Injection(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert doctor.preload
    main()
