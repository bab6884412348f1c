"""A process of its own that runs the doctor again and again, each time with one call in a child failing.

It has no threads, as the parent of a run promises; the servers that its children meet live in a child of its own. Its
argument is the side that is asked: `inside` or `control`. One injection a line comes in as JSON, with the name of its setting,
and one line goes out: what became of the run. A line that names a setting alone asks what a run without a fault calls.
"""

import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema

import doctor.isolation.preload  # the SDK is in memory before the first run, as in a sandbox that is warm
from doctor.console.schema import schema
from doctor.evidence import names
from doctor.examine import Examination, Run, examine
from doctor.render import json as json_form
from doctor.request import parse
from doctor.schedule import Schedule
from doctor.verdict import Source
from doctor.world import World
from tests.robust import listeners, outside
from tests.robust.beside import Sound
from tests.robust.faults import Harness, Injection
from tests.robust.settings import SETTINGS

_AMAZON = {Source.INSIDE: listeners.sound, Source.CONTROL: outside.serve}
_SOUND_RUNS = 3  # what differs between them is told by no fault


class Runs:
    """All runs of one process."""

    def __init__(self, folder: Path, side: Source) -> None:
        self._folder, self._ports = folder, listeners.start(folder, _AMAZON[side])
        self._log = os.open(folder / "calls", os.O_CREAT | os.O_RDWR | os.O_APPEND)
        self._harness = Harness(self._ports.leading, listeners.NAMES, self._ports.failing, self._log)
        self._harness.install()
        names._DNS_PORT = self._ports.dns
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        self._settings = {setting.name: setting for setting in SETTINGS if setting.side is side}
        self._sound: dict[str, Sound] = {}
        self._validator = jsonschema.Draft202012Validator(schema("verdict"))

    def calls(self, name: str) -> dict[str, Any]:
        """What a run without a fault calls, and what it concludes."""
        self._compare(name)
        run, spent = self._examined(name, None)
        counted = [line.split() for line in self._calls()]
        return {"calls": [[task, door, int(number)] for task, door, number in counted], **self._told(name, run, spent)}

    def fail(self, name: str, injection: Injection) -> dict[str, Any]:
        """A run in which one call fails."""
        self._compare(name)
        run, spent = self._examined(name, injection)
        fired = any(line.endswith("!") for line in self._calls())
        return {"fired": fired, **asdict(injection), **self._told(name, run, spent)}

    def _compare(self, name: str) -> None:
        """Without a fault first, so that caches are warm and there is something to compare with."""
        if name not in self._sound:
            self._sound[name] = Sound([self._examined(name, None)[0] for _ in range(_SOUND_RUNS)])

    def _examined(self, name: str, injection: Injection | None) -> tuple[Examination, float]:
        setting = self._settings[name]
        os.ftruncate(self._log, 0)
        self._harness.injection = injection
        schedule = Schedule(time.monotonic(), setting.budget)
        world = World(
            request=parse({**setting.asked, "budget_seconds": setting.budget}, where="request"),
            until=schedule.gathered,
            resolv_conf=self._folder / "resolv.conf",
            environ=setting.variables(self._folder, self._ports.lambdas),
        )
        run = examine(Run(world=world, schedule=schedule, verify=" ".join, sides=frozenset({setting.side})))
        return run, schedule.spent

    def _calls(self) -> list[str]:
        os.lseek(self._log, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._log)) as log:
            return log.read().splitlines()

    def _told(self, name: str, run: Examination, spent: float) -> dict[str, Any]:
        plain = json.loads(json.dumps(json_form.plain(run.verdict)))
        return {
            "status": run.verdict.status.value,
            "headline": run.verdict.headline,
            "spent": round(spent, 3),
            "invalid": [error.message for error in self._validator.iter_errors(plain)],
            "first": [diagnosis.check for diagnosis in run.verdict.diagnoses[:1]],
            "why": self._sound[name].why_false(run),
        }


def main() -> None:
    """Obey until standard input ends."""
    with tempfile.TemporaryDirectory(prefix="failing-") as folder:
        runs = Runs(Path(folder), Source(sys.argv[1]))
        for line in sys.stdin:
            asked = json.loads(line)
            name = asked.pop("setting")
            print(json.dumps(runs.fail(name, Injection(**asked)) if asked else runs.calls(name)), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert doctor.isolation.preload
    main()
