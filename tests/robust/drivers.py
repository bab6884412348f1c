"""A few processes that run the doctor with failing calls (`tests.robust.driver`), and what must hold of each run."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from doctor.verdict import Source
from tests.robust.faults import FAULTS
from tests.robust.settings import PLATFORMS, Setting

ROOT = Path(__file__).parents[2]
LATE = 0.1  # seconds; DESIGN's promise
AT_ONCE = 3  # drivers; most of their time is spent waiting for what never comes
_FEW = 60  # runs, which take one driver less time than the others to start

Told = dict[str, Any]


class Drivers:
    """Processes that look from one side, started as they are needed. Leaving the context ends them."""

    def __init__(self, folder: Path, side: Source) -> None:
        self._folder, self._side = folder, side
        self._processes: list[subprocess.Popen[str]] = []
        self._sound: dict[str, Told] = {}

    def __enter__(self) -> "Drivers":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.communicate(timeout=10)

    def sound(self, setting: Setting) -> Told:
        """What the first of them saw without a fault; the others compare with their own."""
        if setting.name not in self._sound:
            self._sound[setting.name] = _answer(self._some(1)[0], {"setting": setting.name})
        return self._sound[setting.name]

    def run(self, setting: Setting, injections: Sequence[Told]) -> list[Told]:
        """What became of each, where there are many of them some at once."""
        free: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()
        for process in self._some(AT_ONCE if len(injections) > _FEW else 1):
            free.put(process)

        def one(injection: Told) -> Told:
            process = free.get()
            try:
                return _answer(process, {"setting": setting.name, **injection})
            finally:
                free.put(process)

        with ThreadPoolExecutor(free.qsize()) as pool:
            return list(pool.map(one, injections))

    def _some(self, count: int) -> "list[subprocess.Popen[str]]":
        while len(self._processes) < count:
            self._processes.append(_start(self._folder / str(len(self._processes)), self._side))
        return self._processes[:count]


def _start(folder: Path, side: Source) -> "subprocess.Popen[str]":
    folder.mkdir()
    environ = PLATFORMS | {"PATH": os.defpath, "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.robust.driver", side.value]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _answer(process: "subprocess.Popen[str]", asked: Told) -> Told:
    print(json.dumps(asked), file=process.stdin, flush=True)
    assert process.stdout
    line = process.stdout.readline()
    assert line, "the driver ended: its error is above"
    told: Told = json.loads(line)
    return told


def every(setting: Setting, sound: Told) -> list[Told]:
    """Every call of the setting's tasks in every way."""
    return [
        {"task": task, "door": door, "number": number, "fault": fault}
        for task, door, number in sorted(map(tuple, sound["calls"]))
        if task in setting.tasks or not setting.tasks
        for fault in FAULTS
    ]


def some(setting: Setting, sound: Told) -> list[Told]:
    """Of each task and door the first call, the one in the middle and the last, in every way."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for task, door, number in sorted(map(tuple, sound["calls"])):
        numbers.setdefault((task, door), []).append(number)
    chosen = {place: {of[0], of[len(of) // 2], of[-1]} for place, of in numbers.items()}
    return [one for one in every(setting, sound) if one["number"] in chosen[one["task"], one["door"]]]


def must_hold(setting: Setting, told: Told) -> list[str]:
    """What is wrong with a run."""
    return [*(f"{flaw} (schema)" for flaw in told["invalid"]), *_late(setting, told), *told["why"]]


def _late(setting: Setting, told: Told) -> list[str]:
    return [f"{told['spent']} s"] if told["spent"] > setting.budget + LATE else []


def judged(drivers: Drivers, setting: Setting, chosen: Sequence[Told]) -> list[Told]:
    """All must hold, and nearly every call must really have failed: threads may change the order of some.

    One in a hundred may be late, and nothing but late, and is run again: a machine stands still now and then.
    """
    told = drivers.run(setting, chosen)
    late = [place for place, one in enumerate(told) if must_hold(setting, one) == _late(setting, one) != []]
    late = late[: len(told) // 100 + 1]
    for place, one in zip(late, drivers.run(setting, [chosen[place] for place in late]), strict=True):
        told[place] = one
    wrong = {
        " ".join(str(one[part]) for part in ("task", "door", "number", "fault")): flaws
        for one in told
        if (flaws := must_hold(setting, one))
    }
    assert not wrong, wrong
    assert sum(one["fired"] for one in told) >= 0.95 * len(told)
    return told
