"""Whatever call of whatever child fails, in whatever way: a verdict that fits the schema, in time, and never a false healthy.

What "false" means is written at `driver.Runs._why_not_healthy`: everything that decided must have been seen as without a
fault, or the difference must be told.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from doctor.child import FORKS
from tests.robust.faults import FAULTS

ROOT = Path(__file__).parents[2]
BUDGET, LATE = 2.5, 0.1  # seconds; the driver's, and DESIGN's promise
AT_ONCE = 2  # drivers; most of their time is spent waiting for what never comes
_ENVIRON = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "ASIA3Q7JWF5KX2MB6TZD",
    "AWS_SECRET_ACCESS_KEY": "q0Vb7Tn4XcRz1LmKp9Yw2HsJd5Gf8AeUo3IiBv6N",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2lu" + "d1" * 40,
    "AWS_LAMBDA_FUNCTION_NAME": "jobs",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3538",
}

pytestmark = pytest.mark.skipif(
    not FORKS, reason="the harness reaches children that are forked; elsewhere they are spawned"
)

Told = dict[str, Any]


class Drivers:
    """A few processes that run the doctor; `sound` is what the first of them saw without a fault."""

    def __init__(self, folder: Path) -> None:
        self._processes = [self._start(folder / str(number)) for number in range(AT_ONCE)]
        self.sound, *_ = [self._hear(process) for process in self._processes]

    def _start(self, folder: Path) -> "subprocess.Popen[str]":
        folder.mkdir()
        environ = _ENVIRON | {
            "PATH": os.defpath,
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "AWS_CA_BUNDLE": str(folder / "root.pem"),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tests.robust.driver"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _hear(self, process: "subprocess.Popen[str]") -> Told:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "the driver ended: its error is above"
        told: Told = json.loads(line)
        return told

    def run(self, injections: Sequence[Told]) -> Iterator[Told]:
        """What became of each, some at once."""
        for start in range(0, len(injections), AT_ONCE):
            busy = list(zip(self._processes, injections[start : start + AT_ONCE], strict=False))
            for process, injection in busy:
                print(json.dumps(injection), file=process.stdin, flush=True)
            for process, _ in busy:
                yield self._hear(process)

    def close(self) -> None:
        """End them."""
        for process in self._processes:
            process.communicate(timeout=10)


@pytest.fixture(scope="module")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drivers]:
    running = Drivers(tmp_path_factory.mktemp("drivers"))
    yield running
    running.close()


def injections(drivers: Drivers) -> list[Told]:
    """Every call in every way."""
    return [
        {"task": task, "door": door, "number": number, "fault": fault}
        for task, door, number in sorted(map(tuple, drivers.sound["calls"]))
        for fault in FAULTS
    ]


def must_hold(told: Told) -> list[str]:
    """What is wrong with a run."""
    wrong = [f"{flaw} (schema)" for flaw in told["invalid"]]
    if told["spent"] > BUDGET + LATE:
        wrong.append(f"{told['spent']} s")
    if told["status"] == "healthy":
        wrong += told["why"]
    return wrong


def test_without_a_fault_it_is_healthy(drivers: Drivers) -> None:
    sound = drivers.sound
    assert (sound["status"], sound["why"], sound["invalid"]) == ("healthy", [], [])
    assert {door for _, door, _ in sound["calls"]} == {
        *("socket", "connect", "send", "recv", "handshake", "resolve", "open", "aws")
    }
    assert len(sound["calls"]) >= 60


def judged(drivers: Drivers, chosen: Sequence[Told]) -> list[Told]:
    """All must hold, and nearly every call must really have failed: threads may change the order of some."""
    told = list(drivers.run(chosen))
    wrong = {" ".join(map(str, list(one.values())[1:5])): flaws for one in told if (flaws := must_hold(one))}
    assert not wrong
    assert sum(one["fired"] for one in told) >= 0.95 * len(told)
    return told


def test_a_sample_of_calls_that_fail(drivers: Drivers) -> None:
    """The first call through every third door of every child, the five ways by turns."""
    firsts = [one for one in injections(drivers) if one["number"] == 0]
    judged(drivers, [firsts[place + place // 15 % len(FAULTS)] for place in range(0, len(firsts) - len(FAULTS), 15)])


@pytest.mark.long
def test_every_call_fails_in_every_way(drivers: Drivers) -> None:
    told = judged(drivers, injections(drivers))
    assert {one["status"] for one in told} == {"healthy", "unhealthy", "inconclusive"}, "some faults do not decide"
