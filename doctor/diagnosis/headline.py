"""A verdict's one sentence: what is wrong, or what was looked at and found well, and from where."""

from collections.abc import Sequence

from doctor.diagnosis.diagnose import Reasoning
from doctor.evidence import Evidence, Known, Missing, Reason, Vantage
from doctor.evidence.provenance.age import seen
from doctor.join import stands_elsewhere
from doctor.verdict import FailOn, Finding, Outcome, Source, Status
from doctor.world import World

_LAPTOP = Vantage().place
_DECIDED = (Outcome.OK, Outcome.PROBLEM)


def headline(status: Status, reasoning: Reasoning, world: World, known: Known) -> str:
    """The first diagnosis, else what the run is worth."""
    diagnosed = reasoning.diagnoses[0].headline if reasoning.diagnoses else ""
    if status is Status.INCONCLUSIVE:
        worth = _inconclusive(reasoning, world, known)
        return f"{worth.rstrip('.')}. What is known: {diagnosed}" if diagnosed else worth
    if status is Status.UNHEALTHY:
        return diagnosed
    return f"{_below(world.request.fail_on)}: {diagnosed}" if diagnosed else _all_well(reasoning, world, known)


def _below(fail_on: FailOn) -> str:
    if fail_on is FailOn.NEVER:
        return "This run was told to fail for nothing, but"
    return f"No problem of severity {fail_on.value} or more stands, but"


def _inconclusive(reasoning: Reasoning, world: World, known: Known) -> str:
    undecided = [
        finding
        for finding in reasoning.findings
        if finding.outcome is Outcome.UNKNOWN and finding.severity.reaches(world.request.fail_on)
    ]
    if undecided:
        return _undecided(undecided, reasoning, world, known)
    if not _judged_something(reasoning):
        return f"Nothing was examined from {_place(world, known)}: no selected check had anything to look at."
    well = "" if reasoning.diagnoses else "Nothing is wrong in what was read, but "
    if not _from_inside(known):
        name = world.request.function
        named = bool(_looked(known, "paths"))
        lacking = "all that it names is declared unreachable" if named else "its variables name no target"
        return f"{well}no network path of function {name} was judged: {lacking}. Name one with --target."
    return (
        f"{well}nothing outside {_place(world, known)} was seen: {_silence(known)}, and no target was named. "
        "Name one with --target, in the event or in DOCTOR_TARGETS."
    )


def _undecided(undecided: list[Finding], reasoning: Reasoning, world: World, known: Known) -> str:
    """The one cause of all that is unknown, where there is one, else the first of what is."""
    verb, first = ("is", "") if len(undecided) == 1 else ("are", "; first")
    some = (
        f"{len(undecided)} of {len(reasoning.findings)} findings" if len(reasoning.findings) > 1 else "the only finding"
    )
    if unread := _unread(world, known):
        return f"{unread}; {some} {verb} undecided."
    return f"{some[0].upper()}{some[1:]} {verb} undecided{first}: {undecided[0].message.removeprefix('not decided: ')}"


def _silence(known: Known) -> str:
    """Why STS did not say who calls, in the transport's own words."""
    identities = [
        item.facts.get("identity", {}) for item in known if isinstance(item, Evidence) and item.kind == "caller"
    ]
    said = next((str(identity.get("message") or "") for identity in identities), "")
    return f"STS did not answer ({said})" if said else "STS did not answer"


def saw_only_itself(known: Known) -> bool:
    """Whether a run that asked AWS who is calling got no answer, and had no target either: that is no health."""
    callers = [item for item in known if isinstance(item, Evidence) and item.kind == "caller"]
    silent = [item for item in callers if item.facts.get("identity", {}).get("answer") == "unreachable"]
    return bool(silent) and not any(isinstance(item, Evidence) and item.kind == "reach" for item in known)


def judged_no_path(known: Known, findings: Sequence[Finding]) -> bool:
    """Whether a function in a VPC was looked at from outside, and its network was not judged.

    No target was named, or none but those that must not be reached, of which no selected check told anything.
    """
    functions = [item for item in known if isinstance(item, Evidence) and item.kind == "function"]
    in_vpc = any(item.facts.get("vpc") for item in functions)
    decided = {target for finding in findings if finding.outcome in _DECIDED for target in finding.targets}
    ways = [item for item in known if item.kind == "paths"]
    judged = any(isinstance(item, Missing) or _is_expected(item) or item.target in decided for item in ways)
    return in_vpc and not _from_inside(known) and not judged


def _unread(world: World, known: Known) -> str:
    """Of a run that could read nothing at all of its function: why."""
    function = next((item for item in known if isinstance(item, Missing) and item.kind == "function"), None)
    if _from_inside(known) or function is None or function.reason not in (Reason.UNREACHABLE, Reason.OUT_OF_TIME):
        return ""
    look = "`doctor examine --target lambda` looks at the way from here"
    return f"Lambda told nothing of function {world.request.function} ({function.detail}); {look}"


def _from_inside(known: Known) -> bool:
    return any(item.source is Source.INSIDE for item in known if isinstance(item, Evidence))


def _judged_something(reasoning: Reasoning) -> bool:
    return any(
        finding.outcome in _DECIDED and not finding.check.startswith("doctor.") for finding in reasoning.findings
    )


def _place(world: World, known: Known) -> str:
    """From where it was looked: the sandbox that told, where one was asked from elsewhere."""
    vantages = [item.vantage for item in known if isinstance(item, Evidence) and item.source is Source.INSIDE]
    return next((vantage.place for vantage in vantages if vantage.function), world.vantage.place)


def _all_well(reasoning: Reasoning, world: World, known: Known) -> str:
    """What was sampled is said: one sandbox in one subnet, at one moment, is not the whole function."""
    if not _from_inside(known):
        return _configured_well(world, known)
    place, targets = _place(world, known), _targets(known, "reach")
    in_function = world.in_function or place != _LAPTOP
    sample = " A sandbox in another of its subnets may differ." if in_function and targets else ""
    name = world.request.function
    own = f" Of {name} itself nothing was seen from inside." if stands_elsewhere(known, name) else ""
    opening = f"{_looked_at(reasoning, world)} as seen from {place} {seen(known)}"
    return f"{opening}: {_reached(targets, world, known)}.{own}{sample}"


def _looked_at(reasoning: Reasoning, world: World) -> str:
    """A run of a few checks says no more than they do."""
    if not world.request.only:
        return "Nothing is wrong"
    looked = sorted({finding.check for finding in reasoning.findings if finding.outcome is Outcome.OK})
    return f"Nothing is wrong in what {looked[0] if len(looked) == 1 else f'{len(looked)} selected checks'} looked at,"


def _reached(targets: tuple[str, ...], world: World, known: Known) -> str:
    said = [f"it reaches {', '.join(targets)}"] if targets else []
    if said := said + _kept_out(known, "reach", "not reached"):
        return ", and ".join(said)
    if world.services or world.hosts_named:
        return "no target was probed, since no selected check needs it"
    return "no target was named, so no network path was tried"


def _kept_out(known: Known, kind: str, how: str) -> list[str]:
    """The words for targets that must not be reached."""
    shut = tuple(dict.fromkeys(str(item.target) for item in _looked(known, kind) if not _is_expected(item)))
    return [f"{', '.join(shut)} {'is' if len(shut) == 1 else 'are'} {how}, as declared"] if shut else []


def _configured_well(world: World, known: Known) -> str:
    """Of a run that sent nothing: the configuration was judged, and no packet."""
    targets, name = _targets(known, "paths"), world.request.function
    functions = [item for item in known if isinstance(item, Evidence) and item.kind == "function"]
    if not any(item.facts.get("vpc") for item in functions):
        judged = "it is in no VPC, and Lambda's own network carries its calls"
    else:
        said = [f"from each of its subnets the way to {', '.join(targets)} is open"] if targets else []
        said += _kept_out(known, "paths", "closed off")
        judged = ", and ".join(said) or "no network path was asked for"
    return f"Nothing is wrong in the configuration of function {name} at this moment: {judged}."


def _targets(known: Known, kind: str) -> tuple[str, ...]:
    """The targets that were to be reached, and not those that were not to be."""
    return tuple(dict.fromkeys(str(item.target) for item in _looked(known, kind) if _is_expected(item)))


def _is_expected(item: Evidence) -> bool:
    return bool(item.facts.get("expected", True))


def _looked(known: Known, kind: str) -> list[Evidence]:
    return [item for item in known if isinstance(item, Evidence) and item.kind == kind and item.target]
