"""Tests of the real runtime: where the emulator is missing they fail in CI, and are skipped with the reason elsewhere."""

import os
import select
from pathlib import Path

import pytest

from doctor.demo import emulator

ROOT = Path(__file__).parent.parent
NO_EMULATOR = "/nonexistent/emulator"  # a DOCTOR_EMULATOR that forces the other way


def need_emulator() -> None:
    """Go no further without the emulator."""
    if emulator.find() is None:
        reason = "no Lambda Runtime Interface Emulator here (Linux only; `make setup` fetches it)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def gone(pid: int, within: float = 5.0) -> bool:
    """Whether the process has ended, or ends in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)


def children() -> set[int]:
    """The processes that this one has started and not yet buried."""
    me = os.getpid()
    return {int(pid) for task in Path(f"/proc/{me}/task").iterdir() for pid in (task / "children").read_text().split()}
