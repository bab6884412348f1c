"""A task's own process: how it starts, what it may touch, what it sends. The other side is `doctor.isolation.supervise`."""

import contextlib
import ctypes
import gc
import json
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

_HERE = os.path.dirname(__file__)
FORKS = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
HEADER = 4  # bytes in front of each frame: its length, big-endian


@dataclass(frozen=True, kw_only=True)
class Task:
    """Work for one child. `work` yields JSON-able items; `until` is a `time.monotonic()` moment.

    `preload` names a module that the task's zygote has imported (`doctor.isolation.zygote`). Of those that wait for their turn in
    the same `lane` (`doctor.isolation.supervise`), the lowest `rank` goes first. `share` is how many times the usual
    amount it may send before it counts as run away. Where children are spawned, `work` must be picklable.
    """

    name: str
    work: Callable[[], Iterable[object]]
    until: float
    preload: str = ""
    lane: str = ""
    rank: int = 0
    share: int = 1


def fork(task: Task, read: int, write: int) -> int:
    """Start a child that does the task and writes to its pipe; its pid."""
    pid = os.fork()
    if not pid:
        os.close(read)
        serve(task, write)
    return pid


def lead_a_group() -> None:
    """Lead a process group, so that whatever this process starts can be killed with it; and die with the parent."""
    os.setsid()
    if FORKS:  # where our parent is killed, nobody is left to kill us
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def give_back() -> None:
    """Hand to the kernel what was freed: glibc keeps it for what comes next, and other allocators have no such call."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def serve(task: Task, pipe: int) -> NoReturn:
    """Do the work of one task in its own process, and end that process."""
    try:
        gc.freeze()  # a collection that visits what was there before the fork would copy it page by page
        _send(pipe, "pid", os.getpid())  # before setsid: until then the parent's own group covers us
        lead_a_group()
        be_quiet()
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


def be_quiet() -> None:
    """Keep a child's prints out of the parent's data, its core dumps off the disk, and signals at their defaults."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when an interrupted run ends
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _describe(error: BaseException) -> str:
    """One line: what was raised, and the last place that it passed, unless the doctor raised it in words for users."""
    import traceback  # a crash is rare

    from doctor.redact import brief

    last = next(iter(reversed(traceback.extract_tb(error.__traceback__))), None)
    own = (
        last
        and os.path.dirname(last.filename) in (_HERE, os.path.dirname(_HERE))
        and (last.line or "").startswith("raise ")
    )
    place = f" at {os.path.basename(last.filename)}:{last.lineno}" if last and not own else ""
    return f"{brief(error, 400)}{place}"


def spawn(task: Task, pipe: int) -> int:
    """Start a new interpreter for the task. Its module path and its work travel through standard input."""
    import subprocess  # never where children are forked

    message = pickle.dumps(sys.path) + pickle.dumps(task)  # what cannot be pickled must start nothing
    command = [
        sys.executable,
        "-c",
        f"import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
        f"from doctor.isolation.child import spawned; spawned({pipe})",
    ]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[pipe])  # noqa: S603
    with contextlib.suppress(BrokenPipeError), child.stdin or contextlib.nullcontext() as stdin:
        if stdin:
            stdin.write(message)
    child.returncode = 0  # the caller reaps by pid; Popen must not
    return child.pid


def spawned(pipe: int) -> None:
    serve(pickle.load(sys.stdin.buffer), pipe)  # noqa: S301 - written by our own parent
