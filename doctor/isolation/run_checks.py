"""Checks at work, in children: one hung or crashed check costs its own finding and nobody else's."""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from doctor import registry
from doctor.declare import Check, Nearness, Need, Observation
from doctor.decode import MisfitError, decode
from doctor.evidence import Facts, Known, named
from doctor.isolation.child import Task
from doctor.isolation.supervise import Children, End, How, Item
from doctor.judge import Judged, Judging, engine_finding, lineage
from doctor.schedule import Schedule
from doctor.verdict import Remedy, Severity

_LEAST_TURN = 0.05  # seconds; a shorter turn would blame checks for the time that a fork takes
_OWN_SHARE = 16  # our own checks speak for up to sixty-four targets each
_MOST_PARTS = 8  # a fork takes milliseconds, and each part is one


@dataclass
class _Turn:
    """One group of checks in one child: what it has not finished, and the check that is at work."""

    left: list[Check]
    current: str = ""
    end: End | None = None
    heard: list[Judged] = field(default_factory=list)


class Ahead:
    """Judging while slow targets are still looked at: what has nothing to do with them need not wait for them.

    One child at a time, whose events are handed over by whoever runs it. Checks that it did not finish are among the
    `rest`, which is heard when all is gathered, and where those that hang or kill their child are blamed.
    """

    NAME = "ahead"

    def __init__(self, checks: Sequence[Check], until: float) -> None:
        self._later, self._until = list(checks), until
        self._turn = _Turn(left=[])
        self.heard: list[Judged] = []

    @property
    def rest(self) -> list[Check]:
        """The checks that are still to be heard."""
        return self._turn.left + self._later

    def tasks(self, pending: Collection[type[Facts]], known: Known) -> Iterator[Task]:
        """The next work, where nothing but kinds by target is pending."""
        if self._turn.left or not all(kind.per_target for kind in pending):
            return
        names = {kind.kind for kind in pending}
        ready = [check for check in self._later if not check.plugin and names.isdisjoint(_builds_on(check))]
        if ready:
            self._later = [check for check in self._later if check not in ready]
            self._turn = _Turn(left=ready, heard=self.heard)
            yield _task(self.NAME, self._turn, known, self._until)

    def note(self, event: Item | End) -> None:
        """Something that the child sent, or its end."""
        if isinstance(event, Item):
            _note(self._turn, event.payload)


def run_checks(checks: Sequence[Check], known: Known, schedule: Schedule) -> list[Judged]:
    """Let every check judge the evidence. A child that hangs or dies loses the check at work; the rest go on in another.

    Built-ins share a child; each third party's distribution has one of its own.
    """
    groups: dict[str, list[Check]] = {}
    for check in checks:
        groups.setdefault(check.plugin, []).append(check)
    pending, heard = list(groups.values()), list[Judged]()
    while pending:
        left = schedule.judged - time.monotonic()
        if left < _LEAST_TURN:
            return heard + [_late(check) for group in pending for check in group]
        turns = _take_turns(pending, known, time.monotonic() + max(_LEAST_TURN, left / 2))
        heard += [item for turn in turns for item in turn.heard]
        heard += [_stopped(turn) for turn in turns if turn.left]
        pending = [part for turn in turns if turn.left for part in _apart(turn)]
    return heard


def _builds_on(check: Check) -> set[str]:
    return {name for kind in check.kinds for name in lineage(kind)}


def _apart(turn: _Turn) -> list[list[Check]]:
    """What a stopped child left, dealt out to several: where one hangs others may, and turns are few."""
    rest = [check for check in turn.left if check.id != _culprit(turn)]
    return [part for start in range(_MOST_PARTS) if (part := rest[start::_MOST_PARTS])]


def _take_turns(groups: list[list[Check]], known: Known, until: float) -> list[_Turn]:
    turns = {str(number): _Turn(left=list(group)) for number, group in enumerate(groups)}
    with Children() as children:
        children.start(_task(name, turn, known, until) for name, turn in turns.items())
        while (event := children.next()) is not None:
            turn = turns[event.task]
            if isinstance(event, Item):
                _note(turn, event.payload)
            else:
                turn.end = event
    return list(turns.values())


def _task(name: str, turn: _Turn, known: Known, until: float) -> Task:
    share = 1 if any(check.plugin for check in turn.left) else _OWN_SHARE  # a plug-in may have run away
    return Task(name=name, work=Judging(tuple(turn.left), known), until=until, share=share)


def _note(turn: _Turn, said: dict[str, object]) -> None:
    if "begin" in said:
        turn.current = str(said["begin"])
        return
    check = next((check for check in turn.left if check.id == said.get("done")), None)
    if check is None:
        return
    turn.left.remove(check)
    if "crashed" in said:
        turn.heard.append(_crashed(check, str(said["crashed"])))
        return
    try:
        turn.heard += decode(list[Judged], said.get("judged"))
    except MisfitError as error:
        turn.heard.append(_crashed(check, f"its findings are malformed: {error}"))


def _culprit(turn: _Turn) -> str:
    """The check that was at work when the child ended; where none had begun, the first."""
    ids = [check.id for check in turn.left]
    return turn.current if turn.current in ids else ids[0]


def _stopped(turn: _Turn) -> Judged:
    check = next(check for check in turn.left if check.id == _culprit(turn))
    if turn.end and turn.end.how in (How.CRASHED, How.RAN_AWAY):
        return _crashed(check, turn.end.detail)
    return _late(check)


def _crashed(check: Check, detail: str) -> Judged:
    return engine_finding("doctor.check-crashed", check.id, f"{check.id} crashed: {detail}", Severity.BREAKS)


def _late(check: Check) -> Judged:
    return engine_finding("doctor.out-of-time", check.id, f"{check.id} did not finish in time", Severity.BREAKS)


def plugin_checks(distributions: Sequence[str], schedule: Schedule) -> tuple[list[Check], list[Judged]]:
    """What third parties' distributions declare. Their code is imported in children only."""
    share = schedule.started + 0.25 * schedule.budget
    found: list[Check] = []
    failed: list[Judged] = []
    with Children() as children:
        children.start(Task(name=name, work=_Describing(name), until=share) for name in dict.fromkeys(distributions))
        while (event := children.next()) is not None:
            try:
                if isinstance(event, Item):
                    found.append(_described(event.task, event.payload))
                elif event.how is not How.FINISHED:
                    failed.append(_failed(event.task, event.detail or event.how.value))
            except (LookupError, TypeError, ValueError) as error:
                failed.append(_failed(event.task, str(error)))
    return found, failed


def _failed(distribution: str, detail: str) -> Judged:
    message = f"the plug-in {distribution} is not usable: {detail}"
    return engine_finding("doctor.plugin-failed", distribution, message, Severity.BREAKS)


@dataclass(frozen=True)
class _Describing:
    distribution: str

    def __call__(self) -> Iterator[dict[str, object]]:
        for check in registry.plugin(self.distribution):
            yield {
                "id": check.id,
                "severity": check.severity,
                "remedy": {
                    "text": check.remedy.text,
                    "commands": check.remedy.commands,
                    "template": check.remedy.template,
                },
                "follows": check.follows,
                "nearness": check.nearness,
                "needs": _spelled(check.needs),
                "makes_do": _spelled(check.otherwise.needs) if check.otherwise else [],
                "healthy": check.healthy,
                "explanation": check.explanation,
            }


def _described(distribution: str, said: dict[str, object]) -> Check:
    """A check as the parent knows it: all that it declares, without its code."""
    described = Check(
        id=str(said["id"]),
        severity=Severity(str(said["severity"])),
        remedy=decode(Remedy, said["remedy"]),
        follows=tuple(map(str, said["follows"])),  # type: ignore[call-overload]
        nearness=Nearness(said["nearness"]),  # type: ignore[arg-type]
        needs=_needs(said["needs"]),
        healthy=str(said["healthy"]),
        explanation=str(said["explanation"]),
        judge=_elsewhere,
        plugin=distribution,
    )
    makes_do = _needs(said["makes_do"])
    return replace(described, otherwise=replace(described, needs=makes_do)) if makes_do else described


def _spelled(needs: Iterable[Need]) -> list[tuple[str, str, bool]]:
    return [(need.parameter, need.facts.kind, need.required) for need in needs]


def _needs(spelled: Any) -> tuple[Need, ...]:
    return tuple(Need(str(parameter), named(str(kind)), bool(required)) for parameter, kind, required in spelled)


def _elsewhere(**_: object) -> Iterator[Observation]:
    raise RuntimeError("a third party's check runs in a child only")
