"""What went wrong with the run itself: plug-ins that failed, checks that crashed, work that was cut off.

The engine writes this evidence last, about its own work; there is nothing to collect.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.verdict import Severity

if TYPE_CHECKING:
    from doctor.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """Something that was not examined. `severity` is that of the gravest check that went without."""

    check: str
    subject: str
    detail: str
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class Run(Facts):
    """The mishaps of one run, under the ids of the engine's own checks (`doctor.*`)."""

    kind: ClassVar[str] = "run"

    mishaps: tuple[Mishap, ...] = ()

    @classmethod
    def collect(cls, world: "World") -> Iterator[Self | Missing]:
        """Nothing: a run cannot look at its own end."""
        del world
        yield from ()

    def of(self, check: str) -> tuple[Mishap, ...]:
        """The mishaps that this check tells."""
        return tuple(mishap for mishap in self.mishaps if mishap.check == check)
