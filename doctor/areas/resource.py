"""Whether resources exist, in observations: what all checks of the area `resource` say alike."""

import shlex
from collections.abc import Callable, Iterable, Iterator

from doctor.declare import Observation, not_applicable, unknown
from doctor.evidence.calls.resource_state import Resource, seen
from doctor.evidence.resource_outside import ResourcesOutside
from doctor.evidence.resources import Resources
from doctor.verdict import Severity


def existing(
    kinds: Iterable[str],
    plural: str,
    inside: Resources | None,
    outside: ResourcesOutside | None,
    judge: Callable[[Resource], Observation],
) -> Iterator[Observation]:
    """One observation for each resource of these kinds that somebody looked at; `judge` gets those whose state is known.

    What the deployer declared decides where it stays unknown; what was only inferred is then a hint.
    """
    if inside is None and outside is None:
        words = f"neither the sandbox nor the control side has looked at {plural}"
        yield unknown(plural, words, severity=Severity.HINTS)
        return
    found = seen(kinds, inside.resources if inside else (), outside.resources if outside else ())
    lost = [
        why for part in ("configuration", "event sources", "policies") if outside and (why := outside.why_unread(part))
    ]
    if lost:
        words = f"there may be more {plural} than were looked at: {'; '.join(lost)}"
        yield unknown("what names them", words, severity=Severity.HINTS)
    elif not found:
        yield not_applicable(plural, f"none of the {plural} of this function is declared, or named by its variables")
    for each in found:
        yield judge(each) if each.decided else undecided_of(each)


def undecided_of(each: Resource) -> Observation:
    """A resource of which nobody knows whether it is as it should be."""
    severity = None if each.declared else Severity.HINTS
    return unknown(each.subject, f"{each.words}: {each.why_undecided}", targets=each.at, severity=severity)


def ceiling(each: Resource) -> Severity | None:
    """How severe a fault of it is at most: what a name was only guessed from may mean something else."""
    return None if each.sure else Severity.RISKS


def elsewhere(each: Resource, region: str) -> str:
    """Words for a resource whose name tells another region than the one that clients call here."""
    return f"{each.words} is in {each.region}, as its name tells, and clients here call {region or 'another region'}"


def quoted(each: Resource, usual: str) -> str:
    """Its name for a command; where that may be a secret, a word in capitals stands for it."""
    return shlex.quote(each.name) if each.name else usual


def called_region(inside: Resources | None, outside: ResourcesOutside | None) -> str:
    """The region that clients call: the sandbox's own where it told."""
    return (inside.region if inside else "") or (outside.region if outside else "")
