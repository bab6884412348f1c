"""Several sides in one verdict: which evidence brought along counts for the function that is examined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from doctor.declare import Check
from doctor.evidence import Evidence, Facts, Known, Missing, Reason, Shared, Vantage, named, revive
from doctor.request import ServiceTarget
from doctor.verdict import Source
from doctor.world import World

if TYPE_CHECKING:  # an ordinary run brings nothing along, and shall not wait for what reads AWS
    from doctor.evidence.function import Function


def join(world: World, gathered: Known) -> Known:
    """What was gathered, with what a request brought as far as it speaks of the examined function; the rest is missing.

    What an artifact says is said to everybody, what the control plane says is about one function. What was seen from inside
    counts where it was seen from inside that very function or, for names and reach, from a place that is the function's as
    well; and of the sandbox that examines itself, its own fresh look decides, not somebody's word.
    """
    if not world.known:
        return gathered
    examined = world.request.function or world.vantage.function or ""
    ours = _configuration((*world.known, *gathered), examined)
    brought = [item for item in world.known if item.source is not Source.CONTROL or _is_about(item, examined)]
    joined = (item if _counts(item, examined, ours, world) else _set_aside(item, examined, ours) for item in brought)
    return _each_from_one((*joined, *_untried(world, gathered)), gathered)


def _untried(world: World, gathered: Known) -> tuple[Missing, ...]:
    """Of a run that does not look from inside itself: the targets it was asked for that nobody tried from there."""
    inside = [item for item in world.known if item.source is Source.INSIDE]
    if not inside or any(item.source is Source.INSIDE for item in gathered):
        return ()
    told = [item for item in inside if item.kind in ("endpoint", "reach")]
    if any(isinstance(item, Missing) and item.target is None for item in told):
        return ()  # which says that more may be missing
    facts = [item.facts for item in told if isinstance(item, Evidence)]
    tried = {item.target for item in told} | {each.get("service") for each in facts}
    named = (
        each.service if isinstance(each, ServiceTarget) else f"{each.host}:{each.port}"
        for each in world.request.targets
    )
    if not (left := [name for name in named if name not in tried]):
        return ()
    detail = f"{', '.join(left)} {'was' if len(left) == 1 else 'were'} not tried from inside"
    return (Missing(kind="reach", reason=Reason.NOT_ASKED, detail=detail, vantage=inside[0].vantage),)


def stands_elsewhere(known: Iterable[Evidence | Missing], examined: str | None) -> bool:
    """Whether all that was seen from inside was seen by another function than the one that is examined."""
    seen_by = {item.vantage.function for item in known if item.source is Source.INSIDE}
    return bool(examined and seen_by) and not any(name is None or _same(name, examined or "") for name in seen_by)


def needed(world: World) -> tuple[type[Facts], ...]:
    """What has to be gathered to tell whether evidence brought along counts: where the examined function stands."""
    by_file = any(item.vantage.region or item.vantage.account for item in world.known)
    if not world.request.function or not (by_file or stands_elsewhere(world.known, world.request.function)):
        return ()
    from doctor.evidence.function import Function

    return (Function,)


def needs_the_function(check: Check) -> bool:
    """Whether a check judges what only the function itself can show: its credentials, variables, clients."""
    kinds = (need.facts for need in check.needs if need.required)
    return any(kind.source is Source.INSIDE and kind.shared is Shared.FUNCTION for kind in kinds)


def _same(one: str, other: str) -> bool:
    from doctor.evidence.provenance.place import shared_with

    return one == other or shared_with(Vantage(function=one), other, None) is Shared.FUNCTION


def _configuration(known: Known, examined: str) -> Function | None:
    """The configuration of the examined function, the freshest word of it."""
    from doctor.evidence.function import Function

    told = [item for item in known if isinstance(item, Evidence) and item.kind == Function.kind]
    found = (revive(Function, item) for item in reversed(told) if _is_about(item, examined))
    return next((function for function in found if function.exists), None)


def _is_about(item: Evidence | Missing, examined: str) -> bool:
    return item.vantage.function is None or _same(item.vantage.function, examined)


def _counts(item: Evidence | Missing, examined: str, ours: Function | None, world: World) -> bool:
    from doctor.evidence.provenance.place import shared_with

    if item.source is not Source.INSIDE:
        return True
    if not examined or _same(examined, world.vantage.function or ""):
        return False
    shared = shared_with(item.vantage, examined, ours)
    return shared is Shared.FUNCTION or (shared is Shared.NETWORK and _shared_by(item.kind) is Shared.NETWORK)


def _shared_by(kind: str) -> Shared:
    try:
        return named(kind).shared
    except LookupError:
        return Shared.FUNCTION


def _set_aside(item: Evidence | Missing, examined: str, ours: Function | None) -> Missing:
    from doctor.evidence.provenance.place import shared_with

    elsewhere = shared_with(item.vantage, examined, ours) is Shared.NOTHING
    detail = f"it was seen from {item.vantage.place}{_apart(item.vantage, examined, ours) if elsewhere else ''}"
    return Missing(
        kind=item.kind,
        reason=Reason.NOT_ASKED,
        detail=f"{detail}, and says nothing of {examined or 'this machine'} as it is now",
        source=item.source,
        vantage=item.vantage,
        target=item.target,
    )


def _apart(vantage: Vantage, examined: str, ours: Function | None) -> str:
    """Where it stands, as far as that tells why it does not count."""
    from doctor.evidence.provenance.place import abroad, is_called

    if not vantage.function:
        return ""
    if is_called(vantage, examined):
        return f" {abroad(vantage, examined, ours)}"
    if not vantage.subnets:
        return ", of which no subnets are known"
    if ours is None:
        return ", while the configuration of the examined one was not read"
    strange = sorted(set(vantage.subnets) - set(ours.subnets))
    return f" in {', '.join(strange)}" if strange else f" with {', '.join(vantage.groups)}"


def _each_from_one(brought: Known, gathered: Known) -> Known:
    """Of the control side one party tells each kind: who was asked for it before who volunteered, and here before elsewhere."""
    parties: tuple[Known, ...] = (gathered, brought)
    told: dict[str, Known] = {}
    for item in (*gathered, *brought):
        if item.source is Source.CONTROL and item.kind not in told:
            told[item.kind] = min(parties, key=lambda party: _worth(party, item.kind))
    return tuple(
        item
        for party in (brought, gathered)
        for item in party
        if item.source is not Source.CONTROL or told[item.kind] is party
    )


def _worth(party: Sequence[Evidence | Missing], kind: str) -> int:
    """The less, the better."""
    told = [item for item in party if item.kind == kind]
    if any(isinstance(item, Evidence) and not item.volunteered for item in told):
        return 0
    if any(isinstance(item, Evidence) for item in told):
        return 1
    return 2 if told else 3
