"""The world as a collector meets it: the only impure object.

Collectors get a `World` and nothing else. It carries the environment, the clock, the files, the request, the
evidence gathered before, and the moment when the collector's process will be killed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from doctor.evidence import Evidence, Kind, Known, Vantage, revive
from doctor.request import HostTarget, Request, ServiceTarget

MB_OF_ONE_CPU = 1769  # MB of a function's memory (Lambda developer guide, "Configure Lambda function memory")

if TYPE_CHECKING:
    import boto3

    from doctor.evidence.template import Declared


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything outside the process.

    `until` is a `time.monotonic()` moment. `known` is evidence of kinds that were gathered before.
    `platform_environ` is the file in which the kernel keeps the environment that the platform set. `remaining` is
    the seconds that the invocation had left when the run began; None where nobody counts. `event` is the event that
    asked for the run, as it came. `template` is what a template's file says of the function that is examined.
    """

    request: Request
    until: float
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    known: Known = ()
    resolv_conf: Path = Path("/etc/resolv.conf")
    hosts: Path = Path("/etc/hosts")
    platform_environ: Path = Path("/proc/self/environ")
    remaining: float | None = None
    event: object = None
    template: Declared | None = None

    @property
    def services(self) -> tuple[ServiceTarget, ...]:
        """The targets that are AWS services."""
        return tuple(target for target in self.request.targets if isinstance(target, ServiceTarget))

    @property
    def hosts_named(self) -> tuple[HostTarget, ...]:
        """The targets that are declared by host and port."""
        return tuple(target for target in self.request.targets if isinstance(target, HostTarget))

    @property
    def in_function(self) -> bool:
        """Whether this process runs in a Lambda sandbox."""
        return bool(self.environ.get("AWS_LAMBDA_FUNCTION_NAME") or self.environ.get("AWS_LAMBDA_RUNTIME_API"))

    @property
    def cores(self) -> float:
        """Processor time that this sandbox gets, in cores: Lambda gives one at 1,769 MB and shares in proportion."""
        memory = self.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
        return int(memory) / MB_OF_ONE_CPU if memory.isdecimal() else float(os.cpu_count() or 1)

    @property
    def region(self) -> str | None:
        """The region of this process; Lambda sets both variables, laptops one of them."""
        return self.environ.get("AWS_REGION") or self.environ.get("AWS_DEFAULT_REGION") or None

    @property
    def allow_local(self) -> bool:
        """Whether the deployer lifted the ban on loopback targets."""
        return self.environ.get("DOCTOR_ALLOW_LOCAL") == "1"

    @property
    def vantage(self) -> Vantage:
        """Who is looking."""
        return Vantage(function=self.environ.get("AWS_LAMBDA_FUNCTION_NAME") or None)

    def left(self, share: float = 1.0, *, most: float = float("inf")) -> float:
        """Seconds until the end, times `share`, at most `most` and at least a tenth of a second."""
        return max(0.1, min(most, (self.until - time.monotonic()) * share))

    def seen(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """The facts of a kind gathered before this collector started."""
        return tuple(revive(kind, item) for item in self.known if isinstance(item, Evidence) and item.kind == kind.kind)

    def knowing(self, known: Known, until: float) -> World:
        """The same world, for a collector that starts later."""
        return replace(self, known=known, until=until)

    def session(self) -> boto3.Session:
        """A boto3 session exactly as an application gets it. Only child processes may ask for one.

        No region is passed: whether boto3 finds one by itself (it reads AWS_DEFAULT_REGION, not AWS_REGION) is evidence.
        """
        from doctor.isolation import preload  # imports boto3

        return preload.session()

    def forget(self) -> None:
        """Free what the SDK has read for services that are done with."""
        from doctor.isolation import preload

        preload.forget()


def now() -> str:
    """UTC in ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
