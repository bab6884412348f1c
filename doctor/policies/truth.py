"""Three-valued truth: true, false, or unknown with the reasons; unknown never passes for either of the others."""

from collections.abc import Iterable
from typing import NamedTuple

_MOST_REASONS = 5


class Truth(NamedTuple):
    """Whether something holds; None: unknown, and then `reasons` say what would have to be known."""

    holds: bool | None
    reasons: tuple[str, ...] = ()

    def negated(self) -> "Truth":
        """The opposite; unknown stays unknown."""
        return self if self.holds is None else FALSE if self.holds else TRUE

    def told(self, where: str) -> "Truth":
        """The same, with reasons that say where they arose."""
        return self if self.holds is not None else Truth(None, tuple(f"{where}: {why}" for why in self.reasons))


TRUE, FALSE = Truth(True), Truth(False)


def unknown(*reasons: str) -> Truth:
    """What cannot be decided, and why."""
    return Truth(None, reasons)


def known(holds: bool) -> Truth:
    """What is decided."""
    return TRUE if holds else FALSE


def all_of(parts: Iterable[Truth]) -> Truth:
    """False where one is false, whatever the others are; nothing after the first false is looked at."""
    return _first(parts, decisive=False)


def any_of(parts: Iterable[Truth]) -> Truth:
    """True where one is true, whatever the others are; nothing after the first true is looked at."""
    return _first(parts, decisive=True)


def _first(parts: Iterable[Truth], *, decisive: bool) -> Truth:
    reasons: dict[str, None] = {}
    undecided = False
    for part in parts:
        if part.holds is decisive:
            return known(decisive)
        if part.holds is None:
            undecided = True
            if len(reasons) < _MOST_REASONS:
                reasons.update(dict.fromkeys(part.reasons))
    return unknown(*tuple(reasons)[:_MOST_REASONS]) if undecided else known(not decisive)
