"""How a run divides its time, so that whatever hangs, the verdict is back when it was promised."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """A run's moments on the `time.monotonic()` clock. `budget` is seconds; gathering gets most of them.

    `report` is seconds that reporting will take besides, where there is much to report.
    """

    started: float
    budget: float
    report: float = 0.0

    @property
    def reserve(self) -> float:
        """Seconds kept back to diagnose and report; with less than half of the budget nothing would be looked at."""
        return min(0.5, 0.02 + 0.08 * self.budget) + min(self.report, 0.4 * self.budget)

    @property
    def judged(self) -> float:
        """The moment when checks are killed."""
        return self.started + self.budget - self.reserve

    @property
    def gathered(self) -> float:
        """The moment when collectors are killed."""
        return self.judged - min(1.5, 0.22 * self.budget)

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started
