"""A verdict's one sentence: what is wrong, or what was looked at and found well, and from where."""

from doctor.diagnose import Reasoning
from doctor.evidence import Evidence, Vantage
from doctor.join import stands_elsewhere
from doctor.judge import Known
from doctor.verdict import Outcome, Source, Status
from doctor.world import World

_LAPTOP = Vantage().place


def headline(status: Status, reasoning: Reasoning, world: World, known: Known) -> str:
    """The first diagnosis, else what the run is worth."""
    if reasoning.diagnoses and status is not Status.INCONCLUSIVE:
        below = f"No problem of severity {world.request.fail_on.value} or more stands, but: "
        return ("" if status is Status.UNHEALTHY else below) + reasoning.diagnoses[0].headline
    if status is Status.HEALTHY:
        return _all_well(world, known)
    undecided = [
        finding
        for finding in reasoning.findings
        if finding.outcome is Outcome.UNKNOWN and finding.severity.reaches(world.request.fail_on)
    ]
    if undecided:
        verb = "is" if len(undecided) == 1 else "are"
        first = undecided[0].message.removeprefix("not decided: ")
        return f"{len(undecided)} of {len(reasoning.findings)} findings {verb} undecided; first: {first}"
    if _judged_something(reasoning) and not _from_inside(known):
        return (
            f"Nothing is wrong in what was read of function {world.request.function}, and no network path was judged: "
            "its variables name no target. Name one with --target."
        )
    if _judged_something(reasoning):
        return (
            f"Nothing is wrong inside {_place(world, known)}, and nothing outside was seen: "
            "STS did not answer and no target was named. Name one with --target or DOCTOR_TARGETS."
        )
    return f"Nothing was examined from {_place(world, known)}: no selected check had anything to look at."


def saw_only_itself(known: Known) -> bool:
    """Whether a run that asked AWS who is calling got no answer, and had no target either: that is no health."""
    callers = [item for item in known if isinstance(item, Evidence) and item.kind == "caller"]
    silent = [item for item in callers if item.facts.get("identity", {}).get("answer") == "unreachable"]
    return bool(silent) and not any(isinstance(item, Evidence) and item.kind == "reach" for item in known)


def judged_no_path(known: Known) -> bool:
    """Whether a function in a VPC was looked at from outside, and no target was named: its network was not judged."""
    functions = [item for item in known if isinstance(item, Evidence) and item.kind == "function"]
    in_vpc = any(item.facts.get("vpc") for item in functions)
    return in_vpc and not _from_inside(known) and not any(item.kind == "paths" for item in known)


def _from_inside(known: Known) -> bool:
    return any(item.source is Source.INSIDE for item in known if isinstance(item, Evidence))


def _judged_something(reasoning: Reasoning) -> bool:
    decided = (Outcome.OK, Outcome.PROBLEM)
    return any(finding.outcome in decided and not finding.check.startswith("doctor.") for finding in reasoning.findings)


def _place(world: World, known: Known) -> str:
    """From where it was looked: the sandbox that told, where one was asked from elsewhere."""
    vantages = [item.vantage for item in known if isinstance(item, Evidence) and item.source is Source.INSIDE]
    return next((vantage.place for vantage in vantages if vantage.function), world.vantage.place)


def _all_well(world: World, known: Known) -> str:
    """What was sampled is said: one sandbox in one subnet, at one moment, is not the whole function."""
    if not _from_inside(known):
        return _configured_well(world, known)
    place, targets = _place(world, known), _targets(known, "reach")
    reached = f"it reaches {', '.join(targets)}" if targets else "no target was named, so no network path was tried"
    in_function = world.in_function or place != _LAPTOP
    sample = " A sandbox in another of its subnets may differ." if in_function and targets else ""
    name = world.request.function
    own = f" Of {name} itself nothing was seen from inside." if stands_elsewhere(known, name) else ""
    return f"Nothing is wrong as seen from {place} at this moment: {reached}.{own}{sample}"


def _configured_well(world: World, known: Known) -> str:
    """Of a run that sent nothing: the configuration was judged, and no packet."""
    targets, name = _targets(known, "paths"), world.request.function
    functions = [item for item in known if isinstance(item, Evidence) and item.kind == "function"]
    if not any(item.facts.get("vpc") for item in functions):
        judged = "it is in no VPC, and Lambda's own network carries its calls"
    elif targets:
        judged = f"from each of its subnets the way to {', '.join(targets)} is open"
    else:
        judged = "no network path was asked for"
    return f"Nothing is wrong in the configuration of function {name} at this moment: {judged}."


def _targets(known: Known, kind: str) -> tuple[str, ...]:
    """The targets that were to be reached, and not those that were not to be."""
    looked_at = [item for item in known if isinstance(item, Evidence) and item.kind == kind and item.target]
    return tuple(dict.fromkeys(str(item.target) for item in looked_at if item.facts.get("expected", True)))
