"""When evidence was seen: what speaks of another time than now tells nothing of now."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from doctor.evidence import Evidence, Known, Missing, Reason
from doctor.verdict import Source

# Long enough to hand a file over and to ask with it; a rule, a route or a role is changed in a minute, credentials live for
# hours and sandboxes do not outlive them: what was seen before says what was so then.
MOST_AGE = timedelta(hours=1)
_UNITS = (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0))


def moment(at: str) -> datetime | None:
    """When that was; None for what is no moment in ISO 8601. Without an offset it is UTC, as everywhere in evidence."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def current(known: Known, now: str) -> Known:
    """The same evidence; what speaks of another time than `now` is missing, since nobody knows whether it is still so.

    Only a run that looks itself asks for it: a replay judges what was so when it was recorded. What an artifact holds does
    not age.
    """
    return tuple(_still_so(item, now) if isinstance(item, Evidence) else item for item in known)


def _still_so(item: Evidence, now: str) -> Evidence | Missing:
    seen, asked = moment(item.at), moment(now)
    if item.source is Source.ARTIFACT or (seen and asked and abs(asked - seen) <= MOST_AGE):
        return item
    when = apart(asked - seen) if seen and asked else f"at {item.at!r}"
    return Missing(
        kind=item.kind,
        reason=Reason.NOT_ASKED,
        detail=f"it was seen {when}, and does not tell what is so now; doctor replay judges what was so then",
        source=item.source,
        vantage=item.vantage,
        target=item.target,
        volunteered=item.volunteered,
    )


def apart(age: timedelta) -> str:
    """An age in words: `5 minutes ago`, `in 2 days` by a clock that is ahead."""
    seconds = abs(age.total_seconds())
    unit, length = next((each for each in _UNITS if seconds >= each[1]), ("second", 1.0))
    count = int(seconds // length)
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{words} ago" if age >= timedelta() else f"in {words}"


def seen(known: Iterable[Evidence | Missing]) -> str:
    """When the inside was seen, by the clock of the rest: `at this moment`, or `12 minutes ago` where it was brought along.

    The last that anybody saw is the run's own moment, so that a replay says the same.
    """
    times = [(moment(item.at), item.source) for item in known if isinstance(item, Evidence)]
    told = [(time, source) for time, source in times if time]
    inside = [time for time, source in told if source is Source.INSIDE]
    age = max(time for time, _ in told) - max(inside) if inside else timedelta()
    return apart(age) if age >= timedelta(minutes=1) else "at this moment"
