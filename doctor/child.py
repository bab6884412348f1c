"""A task's own process: how it starts, what it may touch, what it sends. The other side is `doctor.supervise`."""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

FORKS = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
MOST_HANDED_OVER = 200  # tasks; the kernel passes 253 descriptors at once (SCM_MAX_FD)
HEADER = 4  # bytes in front of each frame: its length, big-endian


@dataclass(frozen=True, kw_only=True)
class Task:
    """Work for one child. `work` yields JSON-able items; `until` is a `time.monotonic()` moment.

    `share` is how many times the usual amount it may send before it counts as run away. Where children are spawned,
    `work` must be picklable.
    """

    name: str
    work: Callable[[], Iterable[object]]
    until: float
    preload: str = ""
    share: int = 1


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


def _share(group: list[Task], writes: list[int]) -> NoReturn:
    """Import once what the whole group needs, fork a child for each task, and wait until all are gone."""
    _settle()
    _load(group[0].preload)
    _foster(group, writes)


def _settle() -> None:
    os.setsid()
    _die_with_parent()
    _be_quiet()


def _load(preload: str) -> None:
    gc.disable()  # nothing of an import is garbage, and looking for some takes a tenth of its time
    # Where the import fails, each task meets the same failure itself and reports it.
    with contextlib.suppress(Exception):
        importlib.import_module(preload)
    gc.enable()


def _foster(group: list[Task], writes: list[int]) -> NoReturn:
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


# Shared parents that get ready before their tasks are known, by preload: process and line.
_early: dict[str, tuple[int, socket.socket]] = {}


@contextlib.contextmanager
def early(preload: str) -> Iterator[None]:
    """Let a shared parent load while ours is still importing the engine: they need a core each, and the same time."""
    if FORKS:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if not pid:
            ours.close()
            _wait_for_tasks(preload, theirs)
        theirs.close()
        _early[preload] = (pid, ours)
    try:
        yield
    finally:
        if unused := _early.pop(preload, None):
            unused[1].close()
            os.kill(unused[0], signal.SIGKILL)
            os.waitpid(unused[0], 0)


def _wait_for_tasks(preload: str, line: socket.socket) -> NoReturn:
    try:
        _settle()
        _load(preload)
        _, (tasks, *writes), _, _ = socket.recv_fds(line, 1, MOST_HANDED_OVER + 1)
        line.close()
        with os.fdopen(tasks, "rb") as file:
            file.seek(0)
            group = pickle.load(file)  # noqa: S301 - written by our own parent
        _foster(group, writes)
    finally:
        os._exit(70)


def hand_over(group: list[Task], writes: list[int]) -> int | None:
    """Give tasks to the shared parent that waits for them; None where there is none, or it is gone."""
    if len(group) > MOST_HANDED_OVER or not (waiting := _early.pop(group[0].preload, None)):
        return None
    pid, line = waiting
    with line, os.fdopen(os.memfd_create("tasks"), "wb") as file:  # a file, since a busy reader must not block us
        try:
            pickle.dump(group, file)
            file.flush()
            socket.send_fds(line, [b"!"], [file.fileno(), *writes])
        except (OSError, pickle.PicklingError, TypeError, AttributeError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return None
    return pid


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
    from doctor.redact import brief  # a crash is rare

    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"{brief(error, 400)}{place}"


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
