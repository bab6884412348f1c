"""Evidence meets checks: which facts each check is called with, and what becomes of its observations.

A check is called once for each vantage and, where its evidence is gathered by target, once for each target.
Whatever goes wrong is a finding: missing evidence, silence, a crash, a hang. None of them is ever ok.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from doctor import encode, registry
from doctor.declare import Check, Need, Observation, not_applicable, unknown
from doctor.evidence import Evidence, Facts, Known, Missing, Reason, Vantage, revive
from doctor.evidence.run import Mishap, Run
from doctor.redact import brief
from doctor.verdict import EVERY_TARGET, Finding, Outcome, Remedy, Separation, Severity, Source, finding_id

_MOST_OBSERVATIONS = 500  # of one call of a check

_WORDS = {
    Reason.DENIED: "access was denied",
    Reason.OUT_OF_TIME: "it was not gathered in time",
    Reason.UNREACHABLE: "its source could not be reached",
    Reason.CRASHED: "gathering it failed",
    Reason.NOT_ASKED: "it was not asked for",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding with what only the diagnosis needs of it; `subnets`, `share`, `nearness` are as in `Observation`."""

    finding: Finding
    subnets: tuple[str, ...] = ()
    share: float = 0.0
    nearness: int | None = None
    candidates: tuple[str, ...] = ()
    separate: tuple[Separation, ...] = ()
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class _Binding:
    """The evidence for one call of a check; `missing` is why a required kind is not among it."""

    vantage: Vantage
    target: str | None
    given: dict[str, Evidence | None]
    missing: Missing | None


@dataclass(frozen=True)
class Judging:
    """The work of a child: judge evidence with some checks, telling which one is at work."""

    checks: tuple[Check, ...]
    known: Known

    def __call__(self) -> Iterator[dict[str, object]]:
        shelf = _Shelf(self.known)
        for check in self.checks:
            yield {"begin": check.id}
            try:
                judged = _judge(registry.load(check.id, check.plugin) if check.plugin else check, shelf)
                yield {"done": check.id, "judged": encode.plain(judged)}
            except BaseException as error:  # noqa: BLE001 - SystemExit in a check is a crash of that check alone
                yield {"done": check.id, "crashed": brief(error)}


def judge(check: Check, known: Known) -> list[Judged]:
    """Call a check on all evidence that fits it.

    Raises:
        Exception: whatever the check raises, and TypeError where it yields something else than observations.
    """
    return _judge(check, _Shelf(known))


def _judge(check: Check, shelf: "_Shelf") -> list[Judged]:
    bindings = list(_bindings(check, shelf))
    lacking = [(binding, binding.missing) for binding in bindings if binding.missing]
    if check.otherwise and not _is_by_target(check.otherwise) and len(lacking) == len(bindings):
        return _made_do(check, check.otherwise, lacking, shelf)
    judged = [item for binding in bindings for item in _call(check, binding, shelf)]
    if check.otherwise and _is_by_target(check.otherwise):
        judged += _in_its_place(check.otherwise, bindings, shelf)
        if not judged and not any(item.source in check.sources for item in shelf.known):
            return []
    return judged or [_stamped(check, _NOWHERE, not_applicable("targets", "there is no target to examine"))]


def _is_by_target(otherwise: Check) -> bool:
    return any(need.facts.per_target for need in otherwise.needs)


def _in_its_place(otherwise: Check, bindings: Sequence[_Binding], shelf: "_Shelf") -> list[Judged]:
    """What other evidence tells of targets of which the check's own tells nothing: there it decides by itself."""
    looked_at = {binding.target for binding in bindings if not binding.missing}
    others = [
        binding
        for binding in _bindings(otherwise, shelf)
        if (binding.target not in looked_at if binding.target else not bindings)
    ]
    told = (item for binding in others for item in _call(otherwise, binding, shelf))
    return [item for item in told if item.finding.outcome is not Outcome.NOT_APPLICABLE]


def _made_do(
    check: Check, otherwise: Check, lacking: Sequence[tuple[_Binding, Missing]], shelf: "_Shelf"
) -> list[Judged]:
    """What other evidence tells is wrong, and what is lacking, unless nobody asked for it and the other was there."""
    given = any(not binding.missing for binding in _bindings(otherwise, shelf))
    told = [item for item in _judge(otherwise, shelf) if item.finding.outcome is Outcome.PROBLEM]
    tried = [binding for binding, why in lacking if not given or why.reason is not Reason.NOT_ASKED]
    return told + [item for binding in tried for item in _call(check, binding, shelf)]


_NOWHERE = _Binding(Vantage(), None, {}, None)


def _call(check: Check, binding: _Binding, shelf: "_Shelf") -> Iterator[Judged]:
    if binding.missing:
        yield _stamped(check, binding, _without(binding.missing, check))
        return
    facts = {need.parameter: shelf.revived(need, binding.given[need.parameter]) for need in check.needs}
    observed = list(islice(check(**facts), _MOST_OBSERVATIONS + 1))
    if len(observed) > _MOST_OBSERVATIONS:
        raise ValueError(f"yielded more than {_MOST_OBSERVATIONS} observations")
    if not observed:
        observed = [unknown("nothing", "the check looked at the evidence and said nothing about it")]
    for observation in observed:
        if not isinstance(observation, Observation):
            raise TypeError(f"yielded {type(observation).__name__}, not an observation")
        yield _stamped(check, binding, observation)


def _without(missing: Missing, check: Check) -> Observation:
    """Unknown; where a check compares sides, and one of them was not asked about this, the other's own checks decide."""
    cause = f"{_WORDS[missing.reason]} ({missing.detail})" if missing.detail else _WORDS[missing.reason]
    spared = len(check.sources) > 1 or (check.otherwise and not _is_by_target(check.otherwise))
    elsewhere = missing.reason is Reason.NOT_ASKED and spared
    severity = Severity.HINTS if missing.volunteered or elsewhere else None
    return unknown(missing.kind, f"the evidence {missing.kind!r} is missing: {cause}{missing.allow}", severity=severity)


def _stamped(check: Check, binding: _Binding, seen: Observation) -> Judged:
    sources = {evidence.source for evidence in binding.given.values() if evidence}
    if binding.missing:
        sources.add(binding.missing.source)
    given = [evidence for evidence in binding.given.values() if evidence]
    if seen.outcome is Outcome.UNKNOWN and given and all(evidence.volunteered for evidence in given):
        seen = replace(seen, severity=Severity.HINTS)
    return stamp(check, seen, sources=tuple(sorted(sources)), target=binding.target, subnet=binding.vantage.subnet)


def stamp(
    check: Check,
    seen: Observation,
    *,
    sources: tuple[Source, ...],
    target: str | None = None,
    subnet: str | None = None,
) -> Judged:
    """An observation as a finding of its check."""
    targets = seen.targets or ((target,) if target else (EVERY_TARGET,))
    finding = Finding(
        id=finding_id(check.id, seen.subject, targets),
        check=check.id,
        outcome=seen.outcome,
        severity=lower(check.severity, seen.severity),
        subject=seen.subject,
        targets=targets,
        message=seen.message,
        sources=sources or tuple(sorted(check.sources)),
        addresses=seen.addresses,
        subnet=seen.subnet or subnet,
    )
    return Judged(
        finding=finding,
        subnets=seen.subnets,
        share=seen.share,
        nearness=None if seen.nearness is None else int(seen.nearness),
        candidates=seen.candidates,
        separate=seen.separate,
        remedy=seen.remedy,
    )


def lower(ceiling: Severity, wished: Severity | None) -> Severity:
    """A check's severity is a ceiling: an observation may only go below it."""
    return ceiling if wished is None or wished.weight > ceiling.weight else wished


class _Shelf:
    """Evidence put where it is looked for: thousands of targets times dozens of checks must not be thousands squared."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._facts: dict[tuple[type[Facts], int], Facts] = {}
        self.evidence: dict[tuple[str, str | None], list[Evidence]] = {}
        self.missing: dict[str, list[Missing]] = {}
        self.targets: dict[str, dict[str, None]] = {}
        for item in known:
            if isinstance(item, Evidence):
                self.evidence.setdefault((item.kind, item.target), []).append(item)
            else:
                self.missing.setdefault(item.kind, []).append(item)
            if item.target:
                self.targets.setdefault(item.kind, {})[item.target] = None

    def find(self, kind: type[Facts], vantage: Vantage, target: str | None) -> Evidence | None:
        """The latest evidence of this kind that a vantage has of a target; what is not from inside is everybody's."""
        shelf = self.evidence.get((kind.kind, target if kind.per_target else None), [])
        fitting = [item for item in shelf if item.source is not Source.INSIDE or item.vantage == vantage]
        return fitting[-1] if fitting else None

    def revived(self, need: Need, evidence: Evidence | None) -> Facts | None:
        """The facts of this evidence; checks that need the same share them, since nobody can change them."""
        if evidence is None:
            return None
        place = (need.facts, id(evidence))
        if place not in self._facts:
            self._facts[place] = revive(need.facts, evidence)
        return self._facts[place]

    def why_missing(self, kinds: Sequence[type[Facts]], target: str | None) -> Missing:
        """Why the first of these kinds is lacking of which that was told: of itself, or of what it is gathered from."""
        for kind in kinds:
            for name in lineage(kind):
                for item in self.missing.get(name, []):
                    if item.target in (None, target) and item.source is kind.source:
                        return replace(item, kind=kind.kind)
        return Missing(kind=kinds[0].kind, reason=Reason.NOT_ASKED, source=kinds[0].source, target=target)


def _bindings(check: Check, shelf: _Shelf) -> Iterator[_Binding]:
    targets = _targets(check, shelf)
    for vantage in _vantages(check, shelf.known):
        for target in targets:
            given = {need.parameter: shelf.find(need.facts, vantage, target) for need in check.needs}
            lacking = [need.facts for need in check.needs if need.required and given[need.parameter] is None]
            yield _Binding(vantage, target, given, shelf.why_missing(lacking, target) if lacking else None)


def _vantages(check: Check, known: Known) -> list[Vantage]:
    kinds = {need.facts.kind for need in check.needs if need.facts.source is Source.INSIDE}
    seen = [item.vantage for item in known if isinstance(item, Evidence) and item.kind in kinds]
    return list(dict.fromkeys(seen)) or [Vantage()]


def _targets(check: Check, shelf: _Shelf) -> list[str | None]:
    kinds = [need.facts for need in check.needs if need.facts.per_target]
    if not kinds:
        return [None]
    related = dict.fromkeys(name for kind in kinds for name in lineage(kind))
    targets: list[str | None] = list(
        dict.fromkeys(target for name in related for target in shelf.targets.get(name, ()))
    )
    # A collector that ended early may have known of more targets than it told: that must stand beside those it told.
    sides = {kind.source for kind in kinds}
    missing = [item for name in related for item in shelf.missing.get(name, ()) if item.source in sides]
    cut_short = any(item.target is None for item in missing)
    optional = not any(need.required for need in check.needs if need.facts.per_target)
    return [*targets, None] if cut_short or (optional and not targets) else targets


def lineage(kind: type[Facts]) -> list[str]:
    """The kind and those of its side that it is gathered from: what more they tell changes what checks on it say."""
    ours = [earlier for earlier in kind.after if earlier.source is kind.source]
    return [kind.kind, *(name for earlier in ours for name in lineage(earlier))]


def once(judged: Iterable[Judged]) -> list[Judged]:
    """One entry an id, the worst, so that two vantages that saw the same do not count twice."""
    rank = {Outcome.PROBLEM: 0, Outcome.UNKNOWN: 1, Outcome.OK: 2, Outcome.NOT_APPLICABLE: 3}
    kept: dict[str, Judged] = {}
    for item in judged:
        known = kept.get(item.finding.id)
        if known is None or rank[item.finding.outcome] < rank[known.finding.outcome]:
            kept[item.finding.id] = item
    return list(kept.values())


def engine_finding(check_id: str, subject: str, message: str, severity: Severity) -> Judged:
    """What the engine itself has to say, by its own check (`doctor.*`): unknown, since something was not examined."""
    mishap = Mishap(check=check_id, subject=subject, detail=message, severity=severity)
    return engine_findings(registry.load(check_id), Run(mishaps=(mishap,)))[0]


def engine_findings(check: Check, run: Run) -> list[Judged]:
    """What one of the engine's own checks says of a run."""
    return [stamp(check, observation, sources=(Source.INSIDE,)) for observation in check(run=run)]
