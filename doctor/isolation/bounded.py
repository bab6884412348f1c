"""Work that nothing else bounds: no timeout of boto3, and none of Python's, ends getaddrinfo.

A thread that hangs dies with its process, so that only child processes may wait like this.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


def within(seconds: float, work: Callable[[], _Result]) -> _Result | None:
    """What the work returns, or None where it is not done in time. It must not raise."""
    return started(work)(time.monotonic() + seconds)


def started(work: Callable[[], _Result]) -> Callable[[float], _Result | None]:
    """Start the work; what is returned waits for its result until a moment of the monotonic clock."""
    result: list[_Result] = []
    thread = threading.Thread(target=lambda: result.append(work()), daemon=True)
    thread.start()

    def wait(until: float) -> _Result | None:
        thread.join(max(0.0, until - time.monotonic()))
        return result[0] if result else None

    return wait
