"""A task's own process: how it starts, what it may touch, what it sends. The other side is `doctor.supervise`."""

import contextlib
import ctypes
import importlib
import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

FORKS = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
HEADER = 4  # bytes in front of each frame: its length, big-endian


@dataclass(frozen=True, kw_only=True)
class Task:
    """Work for one child. `work` yields JSON-able items; `until` is a `time.monotonic()` moment.

    Where children are spawned, `work` must be picklable.
    """

    name: str
    work: Callable[[], Iterable[object]]
    until: float
    preload: str = ""


def _die_with_parent() -> None:
    """Where our parent is killed, nobody is left to kill us (prctl(2), PR_SET_PDEATHSIG)."""
    if FORKS:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def fork(group: list[Task], pipes: list[tuple[int, int]]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        for read, _ in pipes:
            os.close(read)
        if len(group) == 1:
            _serve(group[0], pipes[0][1])
        _share(group, [write for _, write in pipes])
    finally:
        os._exit(70)


def _share(group: list[Task], writes: list[int]) -> None:
    """Import once what the whole group needs, fork a child for each task, and wait until all are gone."""
    os.setsid()
    _die_with_parent()
    _be_quiet()
    gc.disable()  # nothing of an import is garbage, and looking for some takes a tenth of its time
    # Where the import fails, each task meets the same failure itself and reports it.
    with contextlib.suppress(Exception):
        importlib.import_module(group[0].preload)
    gc.enable()
    children = []
    for task, write in zip(group, writes, strict=True):
        pid = os.fork()
        if not pid:
            for other in writes:
                if other != write:
                    os.close(other)
            _serve(task, write)
        children.append(pid)
    for write in writes:
        os.close(write)
    for pid in children:
        os.waitpid(pid, 0)
    os._exit(0)


def _serve(task: Task, pipe: int) -> None:
    """Do the work of one task in its own process, and end that process."""
    try:
        gc.freeze()  # a collection that visits what was there before the fork would copy it page by page
        _send(pipe, "pid", os.getpid())  # before setsid: until then the parent's own group covers us
        os.setsid()
        _die_with_parent()
        _be_quiet()
        for item in task.work():
            _send(pipe, "item", item)
        _send(pipe, "finished", "")
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are crashes of a task too
        with contextlib.suppress(BaseException):
            _send(pipe, "crashed", _describe(error))
    finally:
        os._exit(0)


def _send(pipe: int, word: str, value: object) -> None:
    frame = json.dumps({word: value}).encode()
    left = memoryview(len(frame).to_bytes(HEADER, "big") + frame)
    while left:
        left = left[os.write(pipe, left) :]


def _be_quiet() -> None:
    """Keep a child's prints out of the parent's data, its core dumps off the disk, and signals at their defaults."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when an interrupted run ends
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _describe(error: BaseException) -> str:
    """One line: what was raised, and the last place that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {str(error)[:400]}{place}"


def spawn(task: Task, pipe: int) -> int:
    """Start a new interpreter for the task. Its module path and its work travel through standard input."""
    message = pickle.dumps(sys.path) + pickle.dumps(task)  # what cannot be pickled must start nothing
    command = [
        sys.executable,
        "-c",
        f"import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
        f"from doctor.child import spawned; spawned({pipe})",
    ]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[pipe])  # noqa: S603
    with contextlib.suppress(BrokenPipeError), child.stdin or contextlib.nullcontext() as stdin:
        if stdin:
            stdin.write(message)
    child.returncode = 0  # the caller reaps by pid; Popen must not
    return child.pid


def spawned(pipe: int) -> None:
    _serve(pickle.load(sys.stdin.buffer), pipe)  # noqa: S301 - written by our own parent
