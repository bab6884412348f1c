"""Which evidence brought along counts for the function that is examined."""

from doctor.evidence import Evidence, Missing, Reason
from doctor.judge import Known
from doctor.verdict import Source
from doctor.world import World


def join(world: World) -> Known:
    """What a request brought, as far as it speaks of the examined function; the rest is told as missing.

    What control plane and artifact say is said to everybody. What was seen from inside counts only where it was seen from
    inside that very function; and of the sandbox that examines itself, its own fresh look decides, not somebody's word.
    """
    examined = world.request.function or world.vantage.function
    return tuple(item if _counts(item, examined, world) else _set_aside(item, examined) for item in world.known)


def _counts(item: Evidence | Missing, examined: str | None, world: World) -> bool:
    if item.source is not Source.INSIDE:
        return True
    return examined is not None and item.vantage.function == examined and examined != world.vantage.function


def _set_aside(item: Evidence | Missing, examined: str | None) -> Missing:
    detail = f"it was seen from {item.vantage.place}, and says nothing of {examined or 'this machine'} as it is now"
    return Missing(kind=item.kind, reason=Reason.NOT_ASKED, detail=detail, source=item.source, target=item.target)
