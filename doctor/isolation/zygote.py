"""A process that imports once what several tasks need, and forks a child for each of them when it is told to.

Browsers and Android call it a zygote: its children share one botocore in memory, and none of them waits for the import.
It may start before its tasks are known, while the parent still imports the engine; each has a core to itself.
"""

import contextlib
import gc
import importlib
import os
import pickle
import signal
import socket
from collections.abc import Iterator
from typing import NoReturn

from doctor.garbage import uncollected
from doctor.isolation.child import FORKS, Task, be_quiet, give_back, lead_a_group, serve

# Started before anybody asked for them, by preload.
_early: dict[str, "Zygote"] = {}


class Zygote:
    """The parent's end: a line on which tasks go over, each with the pipe that its child shall write to."""

    def __init__(self, preload: str) -> None:
        self.preload = preload
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if not self.pid:
            self._line.close()
            _live(preload, theirs)
        theirs.close()

    def bear(self, task: Task, pipe: int) -> bool:
        """Have a child do the task; False where the task cannot travel, or the zygote is dead.

        A file carries the task, since a zygote that is still importing must not block us.
        """
        with os.fdopen(os.memfd_create("task"), "wb") as file:
            try:
                pickle.dump(task, file)
                file.flush()
                socket.send_fds(self._line, [b"!"], [file.fileno(), pipe])
            except (OSError, pickle.PicklingError, TypeError, AttributeError):
                return False
        return True

    def close(self) -> None:
        """End it. Its pid is still to be waited for."""
        self._line.close()
        os.kill(self.pid, signal.SIGKILL)


@contextlib.contextmanager
def early(preload: str) -> Iterator[None]:
    """Start a zygote now, for whoever asks for one with this preload inside the context."""
    if FORKS:
        with contextlib.suppress(OSError):  # whoever asks for one meets the same refusal
            _early[preload] = Zygote(preload)
    try:
        yield
    finally:
        if unused := _early.pop(preload, None):
            unused.close()
            os.waitpid(unused.pid, 0)


def take(preload: str) -> Zygote:
    """The zygote that waits with this preload, else a new one. The caller closes it."""
    return _early.pop(preload, None) or Zygote(preload)


def _live(preload: str, line: socket.socket) -> NoReturn:
    try:
        lead_a_group()
        be_quiet()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries its children
        _load(preload)
        while True:
            _, received, _, _ = socket.recv_fds(line, 1, 2)
            if not received:
                break
            task, pipe = received
            if not os.fork():
                line.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                with os.fdopen(task, "rb") as file:
                    file.seek(0)
                    serve(pickle.load(file), pipe)  # noqa: S301 - written by our own parent
            os.close(task)
            os.close(pipe)
    finally:
        os._exit(70)


def _load(preload: str) -> None:
    # Where the import fails, each task meets the same failure itself and reports it.
    with uncollected(), contextlib.suppress(Exception):
        importlib.import_module(preload)
    give_back()
    gc.freeze()  # what was loaded stays for good; a collection that visited it would copy it page by page
