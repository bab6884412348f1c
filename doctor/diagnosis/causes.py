"""Rule 4: a problem is explained by a problem of a check that it follows, on the same target, as severe at least. Pure."""

import fnmatch
from collections.abc import Mapping, Sequence

from doctor import hosts
from doctor.declare import Check
from doctor.diagnosis.clearance import meet
from doctor.judge import Judged
from doctor.verdict import EVERY_TARGET, Finding, Severity

_EXPLAINS_NOTHING = ("network.model-contradicted",)


def causes_of(problems: Sequence[Judged], checks: Mapping[str, Check]) -> dict[str, list[str]]:
    """For each problem the ids of those that explain it, best first; a circle is cut before its first."""
    causes: dict[str, list[str]] = {}
    place = {id(item): number for number, item in enumerate(problems)}
    at: dict[str, list[Judged]] = {}
    for item in problems:
        for target in item.finding.targets:
            at.setdefault(target, []).append(item)
    for item in problems:
        near = problems if EVERY_TARGET in item.finding.targets else _near(item.finding, at)
        explaining = [other for other in near if explains(other.finding, item.finding, checks)]
        explaining.sort(key=lambda other: place[id(other)])
        causes[item.finding.id] = list(dict.fromkeys(other.finding.id for other in explaining))
    for item in problems:
        id_ = item.finding.id
        causes[id_] = [cause for cause in causes[id_] if id_ not in lineage_of(cause, causes)]
    return causes


def _near(finding: Finding, at: Mapping[str, list[Judged]]) -> list[Judged]:
    """The problems that share a target with this one: of thousands, a few."""
    return [other for target in (EVERY_TARGET, *finding.targets) for other in at.get(target, ())]


def explains(cause: Finding, effect: Finding, checks: Mapping[str, Check]) -> bool:
    """Whether the one problem explains the other."""
    return (
        cause.check != effect.check
        and cause.check not in _EXPLAINS_NOTHING
        and any(_follows(pattern, cause) for pattern in checks[effect.check].follows)
        and cause.severity.weight >= effect.severity.weight
        and meet(cause.targets, effect.targets)
        and (None in (cause.subnet, effect.subnet) or cause.subnet == effect.subnet)
        and _share_family(cause.addresses, effect.addresses)
    )


def _follows(pattern: str, cause: Finding) -> bool:
    if "*" in pattern:
        return cause.severity is not Severity.HINTS and fnmatch.fnmatchcase(cause.check, pattern)
    return cause.check == pattern


def _share_family(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether both concern IPv4, or both IPv6; what names no address concerns either."""
    families = [{parsed.version for parsed in map(hosts.as_address, group) if parsed} for group in (some, others)]
    return not all(families) or not families[0].isdisjoint(families[1])


def lineage_of(id_: str, causes: Mapping[str, Sequence[str]]) -> set[str]:
    """All that explains a problem, directly or by way of others."""
    found: set[str] = set()
    waiting = list(causes.get(id_, ()))
    while waiting:
        cause = waiting.pop()
        if cause not in found:
            found.add(cause)
            waiting.extend(causes.get(cause, ()))
    return found
