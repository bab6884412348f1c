"""Work in killable children, so that a verdict is back in time whatever hangs.

A thread that sits in getaddrinfo, in a regular expression or in a C library cannot be stopped; a process can.
Each task runs in a child that streams what it finds through a pipe, one length-prefixed JSON frame an item, and
is killed with everything it started when its time is over. What it had sent by then counts.

On Linux children are forked from a parent that imports neither boto3, dns nor ssl and starts no thread; those that
name a `preload`, from a zygote that has imported it. Elsewhere children are new interpreters. Lambda has no /dev/shm, so
nothing here uses multiprocessing's queues or locks.

Where turns are taken, a lane of tasks starts its next when one before has ended, or has had its turn: twelve children
at once would fight for two cores and hold twelve times the memory of one.
"""

import contextlib
import json
import os
import selectors
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TypeGuard

from doctor.isolation import zygote
from doctor.isolation.child import FORKS, HEADER, Task, fork, spawn
from doctor.isolation.zygote import Zygote

# A task that sends more than this has run away; a healthy run of twenty targets sends about 100 kB in 100 items.
MOST_BYTES = 1024 * 1024
MOST_ITEMS = 1000
_CHUNK = 65536
_TO_REAP = 0.02  # seconds that the end of a run has for the dead

# Killed, but not dead yet when their context was left: the next one waits for them.
_undead: set[int] = set()


class How(StrEnum):
    """How a task ended."""

    FINISHED = "finished"
    CRASHED = "crashed"
    RAN_AWAY = "sent too much"
    OUT_OF_TIME = "out of time"


@dataclass(frozen=True)
class Item:
    """Something that a task sent."""

    task: str
    payload: Any


@dataclass(frozen=True)
class End:
    """The last word about a task; `detail` says what happened where it did not finish."""

    task: str
    how: How
    detail: str = ""


@dataclass
class _Child:
    task: Task
    pipe: int
    turn: float  # the moment when it is over
    pids: set[int] = field(default_factory=set)
    buffer: bytearray = field(default_factory=bytearray)
    received: int = 0
    items: int = 0


class Children:
    """A set of running tasks. Leaving the context kills what still runs.

    Of each lane, no more than `width` children have their turn at once, which lasts until they end or for `turn`
    seconds; at 0, all start at once.
    """

    def __init__(self, turn: float = 0.0, width: int = 1) -> None:
        self._turn = turn if FORKS else 0.0  # a new interpreter takes longer than any turn
        self._width = width
        self._selector = selectors.DefaultSelector()
        self._waiting: list[Task] = []
        self._running: dict[int, _Child] = {}
        self._ready: list[Item | End] = []
        self._zygotes: dict[str, Zygote] = {}
        self._zombies: set[int] = set(_undead)
        _undead.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in list(self._running.values()):
            self._stop(child)
        for shared in self._zygotes.values():
            shared.close()
        self._reap()
        _undead.update(self._zombies)
        self._selector.close()

    def start(self, tasks: Iterable[Task]) -> None:
        """Let tasks begin, each when its turn comes."""
        self._waiting = sorted([*self._waiting, *tasks], key=lambda task: task.rank)
        self._begin()

    def next(self) -> Item | End | None:
        """The next thing that happens; None when nothing runs or waits any more."""
        while not self._ready:
            if not self._running and not self._waiting:
                return None
            for key, _ in self._selector.select(max(0.0, self._next_moment() - time.monotonic())):
                self._read(self._running[key.fd])
            self._expire()  # after reading: what was sent in time counts
            self._begin()
        return self._ready.pop(0)

    def _begin(self) -> None:
        """Launch what waits for no one."""
        moment = time.monotonic()
        taken = Counter(child.task.lane for child in self._running.values() if child.turn > moment)
        for task in list(self._waiting):
            if taken[task.lane] < self._width:
                self._waiting.remove(task)
                self._launch(task, moment + self._turn)
                taken[task.lane] += self._turn > 0

    def _launch(self, task: Task, turn: float) -> None:
        read, write = os.pipe()
        pids: set[int] = set()
        try:
            if not (task.preload and FORKS and self._zygote(task.preload).bear(task, write)):
                pids = {fork(task, read, write) if FORKS else spawn(task, write)}
        finally:
            os.close(write)
        self._zombies |= pids
        os.set_blocking(read, False)
        self._running[read] = _Child(task, read, turn, pids)
        self._selector.register(read, selectors.EVENT_READ)

    def _zygote(self, preload: str) -> Zygote:
        if preload not in self._zygotes:
            self._zygotes[preload] = zygote.take(preload)
            self._zombies.add(self._zygotes[preload].pid)
        return self._zygotes[preload]

    def _next_moment(self) -> float:
        """When something has to be done though nobody speaks."""
        moments = [task.until for task in self._waiting] + [child.task.until for child in self._running.values()]
        turns = [child.turn for child in self._running.values() if child.turn > time.monotonic()]
        return min(moments + (turns if self._waiting else []))

    def _expire(self) -> None:
        moment = time.monotonic()
        for child in [child for child in self._running.values() if child.task.until <= moment]:
            self._end(child, How.OUT_OF_TIME, "killed at the end of its time")
        for task in [task for task in self._waiting if task.until <= moment]:
            self._waiting.remove(task)
            self._ready.append(End(task.name, How.OUT_OF_TIME, "its turn did not come in time"))

    def _read(self, child: _Child) -> None:
        try:
            chunk = os.read(child.pipe, _CHUNK)
        except BlockingIOError:
            return
        child.received += len(chunk)
        child.buffer += chunk
        if child.received > MOST_BYTES * child.task.share:
            self._end(child, How.RAN_AWAY, f"sent more than {MOST_BYTES * child.task.share // 1024 // 1024} MB")
            return
        for frame in _frames(child.buffer):
            if self._take(child, frame):
                return
        if not chunk:
            self._end(child, How.CRASHED, f"its process ended without a word{self._exit_status(child)}")

    def _take(self, child: _Child, frame: bytes) -> bool:
        """Act on one frame; True when it was the task's last."""
        try:
            message = json.loads(frame)
            word, value = next(iter(message.items()))
        except (ValueError, AttributeError, StopIteration, RecursionError):
            self._end(child, How.CRASHED, "sent what is no frame of this protocol")
            return True
        if word == "pid" and _is_pid(value):
            child.pids.add(value)
        elif word == "item":
            child.items += 1
            if child.items > MOST_ITEMS:
                self._end(child, How.RAN_AWAY, f"sent more than {MOST_ITEMS} items")
                return True
            self._ready.append(Item(child.task.name, value))
        else:
            self._end(child, How.FINISHED if word == "finished" else How.CRASHED, str(value))
            return True
        return False

    def _end(self, child: _Child, how: How, detail: str) -> None:
        self._stop(child)
        self._ready.append(End(child.task.name, how, detail))

    def _stop(self, child: _Child) -> None:
        self._selector.unregister(child.pipe)
        with contextlib.suppress(BlockingIOError):  # a pid that was sent but not read yet
            child.buffer += os.read(child.pipe, _CHUNK)
        for frame in _frames(child.buffer):
            with contextlib.suppress(ValueError, AttributeError, RecursionError):
                if _is_pid(pid := json.loads(frame).get("pid")):
                    child.pids.add(pid)
        os.close(child.pipe)
        del self._running[child.pipe]
        for pid in child.pids:
            _kill(pid)

    def _exit_status(self, child: _Child) -> str:
        for pid in child.pids & self._zombies:
            for _ in range(10):  # the pipe closes a moment before the process can be waited for
                done, status = os.waitpid(pid, os.WNOHANG)
                if done:
                    self._zombies.discard(pid)
                    code = os.waitstatus_to_exitcode(status)
                    return f" (exit status {code})" if code >= 0 else f" (signal {-code})"
                time.sleep(0.001)
        return ""

    def _reap(self) -> None:
        """Collect the dead, zygotes among them."""
        for pid in self._zombies:
            _kill(pid)
        until = time.monotonic() + _TO_REAP
        while self._zombies and time.monotonic() < until:
            for pid in list(self._zombies):
                with contextlib.suppress(ChildProcessError):
                    if os.waitpid(pid, os.WNOHANG)[0] == 0:
                        continue
                self._zombies.discard(pid)
            time.sleep(0.001)


def _frames(buffer: bytearray) -> Iterator[bytes]:
    while len(buffer) >= HEADER:
        size = int.from_bytes(buffer[:HEADER], "big")
        if len(buffer) < HEADER + size:
            return
        yield bytes(buffer[HEADER : HEADER + size])
        del buffer[: HEADER + size]


def _is_pid(value: object) -> TypeGuard[int]:
    # To `kill`, numbers below 2 mean ourselves, init or everybody; a child that says so is not to be believed.
    return type(value) is int and 1 < value < 1 << 31


def _kill(pid: int) -> None:
    """Kill a process and, once it leads one, its group: whatever it started dies with it."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
