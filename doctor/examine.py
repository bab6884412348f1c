"""A run from request to verdict: gather, judge, diagnose, each within its share of the budget."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace

from doctor import registry, rerun
from doctor.declare import Check
from doctor.diagnosis import diagnose
from doctor.diagnosis.clearance import answers
from doctor.diagnosis.headline import headline, judged_no_path, saw_only_itself
from doctor.diagnosis.sight import sight
from doctor.encode import replaced, texts, words
from doctor.evidence import Evidence, Known, Missing, Reason
from doctor.evidence.run import Run as RunRecord
from doctor.evidence.zone import Zone
from doctor.isolation.gather import Progress, gather
from doctor.isolation.run_checks import Ahead, plugin_checks, run_checks
from doctor.join import join, needs_the_function, stands_elsewhere
from doctor.join import needed as to_join
from doctor.judge import Judged, engine_finding, engine_findings, once
from doctor.redact import Redactor
from doctor.runtime import runtime
from doctor.schedule import Schedule
from doctor.verdict import Runtime, Severity, Source, Status, Timings, Verdict
from doctor.world import World

Verify = Callable[[Sequence[str]], str]
_MOST_TEXT = 2000  # characters of any text in a verdict
_FATES = {
    Reason.OUT_OF_TIME: ("doctor.out-of-time", "was stopped at the end of its time"),
    Reason.CRASHED: ("doctor.check-crashed", "ended before its time, so that something may not have been looked at"),
}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run's setting. `verify` writes the command that looks again with these checks.

    `sides` are those that it asks. `runtime` is where evidence that is judged again was gathered; None means here.
    """

    world: World
    schedule: Schedule
    verify: Verify
    sides: frozenset[Source] = frozenset({Source.INSIDE})
    plugins: tuple[str, ...] = ()
    progress: Progress = lambda _: None
    runtime: Runtime | None = None


@dataclass(frozen=True)
class Examination:
    """A finished run: the redacted verdict, and the evidence that a case file keeps."""

    verdict: Verdict
    gathered: Known
    redactor: Redactor

    @property
    def known(self) -> Known:
        """The evidence, redacted. That takes a while, so only who wants a case file asks for it."""
        return self.redactor.plain(self.gathered)


@dataclass(frozen=True)
class _Panel:
    """The ids of all checks there are, those that this run asks, the engine's own, and plug-ins that failed.

    `sides` are those that they are asked about. `redactor` is made with them, before anything is gathered: meanwhile the
    SDK loads in a process of its own.
    """

    ids: tuple[str, ...]
    asked: tuple[Check, ...]
    own: tuple[Check, ...]
    failed: tuple[Judged, ...]
    sides: frozenset[Source]
    redactor: Redactor


def examine(run: Run) -> Examination:
    """Gather what the selected checks need, judge it together with evidence brought along, and name root causes.

    Raises:
        InvalidRequest: `only` or `skip` matches no check.
    """
    brought = run.world.known
    inside = Source.INSIDE in run.sides
    panel = _panel(run, run.sides | {item.source for item in brought}, () if inside else brought)
    needed = [kind for check in panel.asked for kind in check.takes(panel.sides)]
    kinds = dict.fromkeys(kind for kind in (*needed, *to_join(run.world)) if kind.source in run.sides)
    if run.world.environ.get("AWS_LAMBDA_METADATA_API"):  # no check needs it; the verdict says where it was made
        kinds[Zone] = None
    # With evidence brought along, what counts of it is known only when all is gathered.
    ahead = Ahead(() if brought else panel.asked, run.schedule.gathered)
    gathered = gather(kinds, run.world, run.schedule, run.progress, ahead)
    known = join(run.world, gathered.known)
    heard = ahead.heard + run_checks(panel.asked if brought else ahead.rest, known, run.schedule)
    return _conclude(run, panel, known, gathered.took, heard)


def judge_again(run: Run, known: Known) -> Examination:
    """Judge recorded evidence with today's checks.

    Raises:
        InvalidRequest: `only` or `skip` matches no check.
    """
    panel = _panel(run, {item.source for item in known} or {Source.INSIDE}, known)
    return _conclude(run, panel, known, {}, run_checks(panel.asked, known, run.schedule))


def _panel(run: Run, sides: Set[Source], brought: Known) -> _Panel:
    theirs, failed = plugin_checks(run.plugins, run.schedule)
    plugged = {check.id: check for check in theirs}
    ours = registry.built_in()
    ids = tuple(dict.fromkeys((*ours, *plugged)))
    # A plug-in that failed is told as such, and not as a pattern that matches nothing.
    unusable = {f"{item.finding.subject}.unusable" for item in failed}
    chosen = registry.select((*ids, *unusable), run.world.request.only, run.world.request.skip)
    # A built-in wins over a plug-in of the same name, and only what was selected is imported.
    checks = [registry.load(id_) if id_ in ours else plugged[id_] for id_ in chosen if id_ in ids]
    own = tuple(check for check in checks if _is_own(check))
    elsewhere = stands_elsewhere(brought, run.world.request.function)
    able = [check for check in checks if check.speaks(sides) and not (elsewhere and needs_the_function(check))]
    asked = tuple(check for check in able if not _is_own(check))
    if run.world.request.function is None and not brought and not _asks_outside(asked):
        sides = frozenset({Source.INSIDE})
        asked = tuple(check for check in asked if check.speaks(sides))
    kinds = {kind for check in asked for kind in check.kinds}
    public = words(Verdict, Evidence, Missing, *kinds).union(ids)
    return _Panel(ids, asked, own, tuple(failed), frozenset(sides), Redactor(run.world.environ, public))


def _asks_outside(asked: Sequence[Check]) -> bool:
    """Whether AWS is asked about a sandbox's own function: where something is decided there alone, or nothing without it.

    A check that compares both sides goes along, and is not worth the SDK's models and a call by itself.
    """
    needed = [check.sources for check in asked]
    return {Source.CONTROL} in needed or all(Source.CONTROL in sources for sources in needed)


def _is_own(check: Check) -> bool:
    """Whether a check judges the run itself; that is done last, and without a child."""
    return not check.plugin and any(need.facts is RunRecord for need in check.needs)


def _conclude(run: Run, panel: _Panel, known: Known, took: dict[str, float], heard: Sequence[Judged]) -> Examination:
    world, schedule = run.world, run.schedule
    judged = once([*panel.failed, *_cut_short(panel, known), *heard])
    judged += _without_mishap(panel, judged)
    targets = tuple(dict.fromkeys(item.target for item in known if isinstance(item, Evidence) and item.target))
    checks = {check.id: check for check in panel.asked}
    reasoning = diagnose.reason(judged, checks, answers(known), targets, _commands(run), sight=sight(known))
    status = diagnose.status(reasoning.findings, world.request.fail_on)
    paths_asked = any(need.facts.kind == "paths" for check in panel.asked for need in check.needs)
    no_path = paths_asked and judged_no_path(known, reasoning.findings)
    if status is Status.HEALTHY and (saw_only_itself(known) or no_path):
        status = Status.INCONCLUSIVE
    verdict = Verdict(
        status=status,
        headline=headline(status, reasoning, world, known),
        fail_on=world.request.fail_on,
        diagnoses=reasoning.diagnoses,
        findings=tuple(sorted(reasoning.findings, key=lambda finding: finding.id)),
        not_asked=_not_asked(panel, judged),
        timings=Timings(
            budget=schedule.budget,
            reserve=round(schedule.reserve, 3),
            total=round(schedule.spent, 3),
            evidence=took,
        ),
        runtime=run.runtime or replace(runtime(world.environ), zone=_zone(known)),
        plugins=tuple(map(registry.version, run.plugins)),
    )
    redactor = panel.redactor.sparing(_public(known, world))
    return Examination(_bounded(redactor.plain(verdict)), known, redactor)


def _commands(run: Run) -> diagnose.Commands:
    function = run.world.request.function or run.world.vantage.function
    both = rerun.both_sides(function, run.world.request.targets) if function else None
    return diagnose.Commands(run.verify, both, function)


def _bounded(verdict: Verdict) -> Verdict:
    """With long texts cut. Checks quote strangers at any length; cut after masking, no half of a secret stays."""
    long = {text for text in texts(verdict) if len(text) > _MOST_TEXT}
    return replaced(verdict, {text: f"{text[:_MOST_TEXT]}…" for text in long})


def _public(known: Known, world: World) -> frozenset[str]:
    """What a report of this evidence cannot do without, though a weak password be among it."""
    targets = {item.target for item in known if item.target}
    hosts = {target.rpartition(":")[0] for target in targets}
    return frozenset({*targets, *hosts, *(item.kind for item in known), world.vantage.function or ""} - {""})


def _cut_short(panel: _Panel, known: Known) -> list[Judged]:
    """One finding for each collector that was killed or crashed, as severe as the gravest check that needed it."""
    ended = dict.fromkeys(
        (item.kind, item.reason, item.volunteered)
        for item in known
        if isinstance(item, Missing) and item.target is None
    )
    return [
        engine_finding(
            _FATES[why][0],
            kind,
            f"gathering {kind!r} {_FATES[why][1]}",
            Severity.HINTS
            if volunteered
            else _gravest(check for check in panel.asked if kind in {each.kind for each in check.kinds}),
        )
        for kind, why, volunteered in ended
        if why in _FATES
    ]


def _without_mishap(panel: _Panel, judged: Sequence[Judged]) -> list[Judged]:
    told = {item.finding.check for item in judged}
    return [item for check in panel.own if check.id not in told for item in engine_findings(check, RunRecord())]


def _gravest(checks: Iterable[Check]) -> Severity:
    return max((check.severity for check in checks), key=lambda severity: severity.weight, default=Severity.HINTS)


def _not_asked(panel: _Panel, judged: Sequence[Judged]) -> tuple[str, ...]:
    """The checks that this run did not ask, whole areas as `area.*`; one that only made do and had nothing to tell is one."""
    told = {item.finding.check for item in judged}
    asked = {check.id for check in (*panel.asked, *panel.own) if not check.otherwise or check.id in told}
    areas: dict[str, list[str]] = {}
    for check_id in panel.ids:
        areas.setdefault(check_id.partition(".")[0], []).append(check_id)
    left = {area: [check_id for check_id in ids if check_id not in asked] for area, ids in areas.items()}
    listed = [[f"{area}.*"] if ids == areas[area] else ids for area, ids in left.items()]
    return tuple(sorted(check_id for ids in listed for check_id in ids))


def _zone(known: Known) -> str | None:
    return next((item.facts.get("zone") for item in known if isinstance(item, Evidence) and item.kind == "zone"), None)
