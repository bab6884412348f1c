"""Collectors at work: each kind of evidence in its own child, started when what it builds on is there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from doctor.decode import decode
from doctor.evidence import Evidence, Facts, Known, Missing, Reason, Shared, Vantage, closure
from doctor.isolation.child import Task
from doctor.isolation.collect import Collecting
from doctor.isolation.run_checks import Ahead
from doctor.isolation.supervise import Children, End, How, Item
from doctor.schedule import Schedule
from doctor.verdict import Source
from doctor.world import World, now

Progress = Callable[[str], None]
# A hung collector holds up the others of its lane for so long: seconds, and a share of small budgets.
_TURN, _SHARE_OF_BUDGET = 1.0, 0.04
_REASONS = {How.CRASHED: Reason.CRASHED, How.RAN_AWAY: Reason.CRASHED, How.OUT_OF_TIME: Reason.OUT_OF_TIME}


@dataclass(frozen=True)
class Gathered:
    """What was seen and what could not be; `took` is seconds by kind."""

    known: Known
    took: dict[str, float]


def gather(
    kinds: Iterable[type[Facts]], world: World, schedule: Schedule, progress: Progress, ahead: Ahead
) -> Gathered:
    """Run the collectors until all have ended or the time for gathering is over; meanwhile judge what can be judged."""
    wanted = closure(kinds)
    brought = tuple(item for item in world.known if item.kind not in {kind.kind for kind in wanted})
    known: list[Evidence | Missing] = [lost for kind in wanted if (lost := _of_another_function(kind, world))]
    waiting = [kind for kind in wanted if not any(lost.kind == kind.kind for lost in known)]
    by_name = {kind.kind: kind for kind in waiting}
    took: dict[str, float] = {}
    turn = min(_TURN, _SHARE_OF_BUDGET * schedule.budget)
    with Children(turn, width=max(1, int(world.cores))) as children:
        while by_name:
            ready = [kind for kind in waiting if not any(earlier.kind in by_name for earlier in kind.after)]
            waiting = [kind for kind in waiting if kind not in ready]
            told = [found for kind in ready if (found := _foretold(kind, world, (*brought, *known), schedule))]
            for found in told:
                del by_name[found.kind]
            children.start(_task(kind, world, (*brought, *known), schedule) for kind in ready if kind.kind in by_name)
            if told:  # what builds on it need not wait any more
                known.extend(told)
                continue
            children.start(ahead.tasks(by_name.values(), tuple(known)))
            event = children.next()
            if event is None:
                break
            if event.task == ahead.NAME:
                ahead.note(event)
                continue
            kind = by_name[event.task]
            if isinstance(event, Item):
                known.append(_signed(_read(event, kind), kind, world))
                continue
            if event.how is How.RAN_AWAY:  # judging and redacting its flood would cost everybody's time
                known = [item for item in known if item.kind != event.task]
            del by_name[event.task]
            known.extend(_signed(lost, kind, world) for lost in _lost(kind, event, known))
            took[event.task] = round(schedule.spent, 3)
            progress(f"{event.task}: {event.how.value}")
    return Gathered(tuple(known), took)


def _of_another_function(kind: type[Facts], world: World) -> Missing | None:
    """Another function's credentials are its own, and whether its network is ours, nobody has said."""
    function, own = world.request.function, world.vantage.function
    if function in (None, own) or kind.shared is Shared.NOTHING:
        return None
    detail = f"this is {world.vantage.place}; only {function} itself can show its own"
    return Missing(kind=kind.kind, reason=Reason.NOT_ASKED, detail=detail)


def _foretold(kind: type[Facts], world: World, known: Known, schedule: Schedule) -> Evidence | Missing | None:
    """What a collector can only say, by what it builds on. Where that is mangled, its own child shall meet it."""
    try:
        found = kind.foretold(_before(kind, world, known, schedule))
    except Exception:  # noqa: BLE001 - it runs in the process that must not fail
        return None
    if isinstance(found, Facts):
        return _signed(Evidence.of(found, vantage=world.vantage, at=now(), took=0.0), kind, world)
    return _signed(found, kind, world) if found else None


def _before(kind: type[Facts], world: World, known: Known, schedule: Schedule) -> World:
    """The world as a collector meets it: with what it builds on."""
    needed = {earlier.kind for earlier in kind.after}
    return world.knowing(tuple(item for item in known if item.kind in needed), schedule.gathered)


def _task(kind: type[Facts], world: World, known: Known, schedule: Schedule) -> Task:
    work = Collecting(kind, _before(kind, world, known, schedule))
    preload = kind.shares(world)
    lane = preload if world.cores > 1 else ""  # with two cores, the SDK's children need not wait for the others
    # Targets are looked at in steps that wait for each other and for the network: all else can be done meanwhile.
    rank = 0 if kind.per_target else 1
    return Task(name=kind.kind, work=work, until=schedule.gathered, preload=preload, lane=lane, rank=rank)


def _read(item: Item, kind: type[Facts]) -> Evidence | Missing:
    """What a collector sent: of its own kind, whatever it says; its child may have run anybody's code."""
    try:
        sent = item.payload
        found = decode(Missing, sent["missing"]) if "missing" in sent else decode(Evidence, sent["evidence"])
    except (KeyError, TypeError, ValueError):
        return _mangled(kind)
    return found if found.kind == kind.kind else _mangled(kind)


def _signed(found: Evidence | Missing, kind: type[Facts], world: World) -> Evidence | Missing:
    """Where it comes from. What the control plane says of a sandbox's own function was not asked for by name."""
    if kind.source is Source.INSIDE:
        return replace(found, source=kind.source, vantage=world.vantage)
    function = world.request.function
    vantage = Vantage(function=function or world.vantage.function)
    return replace(found, source=kind.source, vantage=vantage, volunteered=function is None)


def _mangled(kind: type[Facts]) -> Missing:
    return Missing(kind=kind.kind, reason=Reason.CRASHED, detail="it sent what is no evidence")


def _lost(kind: type[Facts], end: End, known: list[Evidence | Missing]) -> Iterator[Missing]:
    """What a collector's end leaves open."""
    if end.how in _REASONS:
        yield Missing(kind=kind.kind, reason=_REASONS[end.how], detail=end.detail)
    elif not kind.per_target and not any(item.kind == kind.kind for item in known):
        yield Missing(kind=kind.kind, reason=Reason.CRASHED, detail="its collector said nothing")
