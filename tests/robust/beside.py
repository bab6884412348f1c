"""A run in which a call failed beside runs without a fault: what of a healthy verdict is passed over without a word."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from doctor import registry
from doctor.evidence import Evidence, Missing, revive
from doctor.examine import Examination
from doctor.judge import judge
from doctor.verdict import Finding, Outcome, Status


class Sound:
    """Runs of one setting without a fault."""

    def __init__(self, runs: list[Examination]) -> None:
        self._first = runs[0]
        self._restless = _restless([_facts(run) for run in runs])
        self._watch = _Watch(self._first)

    def why_false(self, run: Examination) -> list[str]:
        """Where a healthy verdict is false; nothing where it stands, or the verdict is another.

        Healthy may stand only where all that decided was seen as in a run without a fault. So, first, that run was healthy
        itself. Second, each conclusion that decided then stands again. Third, each field of evidence that a deciding check
        reads (they are watched while they judge) says the same, but for figures of the clock and what differs between runs
        without a fault as well. Or else the difference is told: by a finding that was not there and is not ok, of this
        check, of a check that reads this kind of evidence, or of the engine about this kind. A network's reply that the
        evidence itself names as unread is told as well: `tests/network/test_blind.py` holds what is judged without it.
        """
        if run.verdict.status is not Status.HEALTHY:
            return []
        before = self._first
        if before.verdict.status is not Status.HEALTHY:
            return [f"without a fault it is {before.verdict.status}"]
        decided = {finding.id: finding.check for finding in _deciding(before)}
        lost = sorted(set(decided) - {finding.id for finding in _deciding(run)})
        was = {(finding.id, finding.outcome) for finding in before.verdict.findings}
        told = [f for f in run.verdict.findings if f.outcome in _NOT_FINE and (f.id, f.outcome) not in was]
        spoken = {word for finding in told for word in (finding.check, finding.subject, *_kinds(finding.check))}
        unread = {("replies", key) for item in run.gathered if item.kind == "network" for key in _unread(item)}
        unsaid = [id_ for id_ in lost if not spoken & {decided[id_], *_kinds(decided[id_])}]
        differing = {place for place, _ in set(_facts(before).items()) ^ set(_facts(run).items())} - self._restless
        differing = {path for path in differing if path[0] not in spoken and path[-1] not in _OF_STS.get(path[0], ())}
        differing = {path for path in differing if path[2:4] not in unread}
        changed = sorted(filter(self._watch.concerns, differing))
        return [*(f"{id_} is gone" for id_ in unsaid), *(f"{'.'.join(path)} differs" for path in changed)]


# STS is an instrument: another service may accept the signature in its place, and does not say whose it is.
_OF_STS = {"caller": ("instrument", "host", "account", "principal")}
_GROWING = ("sandbox",)  # its whole numbers are bytes that are used or free
_NOT_FINE = (Outcome.PROBLEM, Outcome.UNKNOWN)


def _deciding(run: Examination) -> list[Finding]:
    verdict = run.verdict
    return [f for f in verdict.findings if f.outcome is Outcome.OK and f.severity.reaches(verdict.fail_on)]


def _unread(network: Evidence | Missing) -> Iterator[str]:
    """The replies that a network's evidence says were not read."""
    if isinstance(network, Evidence):
        yield from network.facts["unread"]


def _kinds(check: str) -> list[str]:
    return [need.facts.kind for need in registry.load(check).needs]


class _Watch:
    """What deciding checks read while they judge: fields of evidence, and of the records within it.

    A kind that is missing has the field `missing`, which counts as read.
    """

    def __init__(self, run: Examination) -> None:
        self._checks = [registry.load(check) for check in {finding.check for finding in _deciding(run)}]
        kinds = {need.facts for check in self._checks for need in check.needs}
        known = [item for item in run.gathered if isinstance(item, Evidence)]
        self._records = {
            kind.kind: {type(each) for item in known if item.kind == kind.kind for each in _records(revive(kind, item))}
            for kind in kinds
        }
        self._read: set[tuple[type, str]] = set()
        self._own = {kind.kind: kind for kind in kinds}
        self._look(run)

    def concerns(self, path: tuple[str, ...]) -> bool:
        """Whether a leaf of the evidence was read, and all records on the way to it."""
        kind, _, field, *inner = path
        own = self._own.get(kind)
        if own is None or (field != "missing" and (own, field) not in self._read):
            return False
        records = self._records[kind] - {own}
        known = {name for record in records for name in _fields(record)}
        return all((part not in known) or any((record, part) in self._read for record in records) for part in inner)

    def _look(self, run: Examination) -> None:
        def watched(record: Any, name: str) -> Any:
            self._read.add((type(record), name))
            return object.__getattribute__(record, name)

        every = {record for records in self._records.values() for record in records}
        for record in every:
            record.__getattribute__ = watched
        try:
            for check in self._checks:
                judge(check, run.gathered)
        finally:
            for record in every:
                del record.__getattribute__


def _fields(record: Any) -> Iterator[str]:
    yield from (field.name for field in dataclasses.fields(record))


def _records(value: Any) -> Iterator[Any]:
    """The facts, and all records in them."""
    if dataclasses.is_dataclass(value):
        yield value
        for name in _fields(value):
            yield from _records(getattr(value, name))
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _records(inner)


Leaves = dict[tuple[str, ...], str]


def _facts(run: Examination) -> Leaves:
    """Every leaf of the evidence by its path, without figures of clock and memory."""
    found: Leaves = {}
    for item in run.gathered:
        if isinstance(item, Evidence):
            found |= {
                (item.kind, item.target or "", *path): "a number"
                if item.kind in _GROWING and leaf.isdecimal()
                else leaf
                for path, leaf in _leaves(item.facts)
            }
        else:
            found[item.kind, item.target or "", "missing"] = item.reason
    return found


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, str(number)))
    elif not isinstance(value, float):
        yield path, repr(value)


def _restless(runs: list[Leaves]) -> set[tuple[str, ...]]:
    """The paths that differ between runs without a fault: free space, memory."""
    first, *others = runs
    return {place for other in others for place, _ in set(first.items()) ^ set(other.items())}
