"""The sandbox's own limits: memory, time, temporary space, runtime."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.world import World, now


@dataclass(frozen=True, kw_only=True)
class Sandbox(Facts):
    """Sizes are bytes, `memory` and `peak` are MB as Lambda counts them, `remaining` is seconds at the start of the run.

    `today` is the date in UTC. `peak` is the largest resident size so far of the process that holds the application,
    where the kernel tells it. `cpu_share` is the CPU time that a busy process gets in a second of wall time.
    """

    kind: ClassVar[str] = "sandbox"

    in_function: bool
    today: str = ""
    runtime: str = ""
    initialization: str = ""
    memory: int | None = None
    peak: int | None = None
    remaining: float | None = None
    cpu_share: float = 1.0
    temporary_path: str = "/tmp"  # noqa: S108 - Lambda's only writable folder
    temporary_total: int = 0
    temporary_free: int = 0
    temporary_files_free: int = 0
    temporary_error: str = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read variables and the file system's counters."""
        environ = world.environ
        memory = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        space = _space(cls.temporary_path)
        yield cls(
            in_function=world.in_function,
            today=now()[:10],
            runtime=environ.get("AWS_EXECUTION_ENV", "").removeprefix("AWS_Lambda_"),
            initialization=environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", ""),
            memory=int(memory) if memory.isdecimal() else None,
            peak=_peak(world.platform_environ.with_name("status")),
            remaining=world.remaining,
            cpu_share=_cpu_share(),
            temporary_total=space[0],
            temporary_free=space[1],
            temporary_files_free=space[2],
            temporary_error=_unwritable(cls.temporary_path),
        )


def _cpu_share() -> float:
    """The best of three spins of ten milliseconds of CPU: our own children want the CPU at the same time."""
    shares = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        while time.process_time() - cpu < 0.01:
            pass
        shares.append((time.process_time() - cpu) / (time.perf_counter() - wall))
    return round(min(1.0, max(shares)), 3)


def _space(folder: str) -> tuple[int, int, int]:
    try:
        stat = os.statvfs(folder)
    except OSError:
        return (0, 0, 0)
    return (stat.f_blocks * stat.f_frsize, stat.f_bavail * stat.f_frsize, stat.f_favail)


def _unwritable(folder: str) -> str:
    """What the kernel answers to a file of one block; empty where it can be written."""
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
            file.flush()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _peak(status: Path) -> int | None:
    """VmHWM of proc(5), in MB."""
    try:
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:")), None)
