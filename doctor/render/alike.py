"""Findings that a reader is told once: one missing piece leaves many checks undecided, and a check passes target by target."""

from collections.abc import Callable, Hashable, Iterable, Sequence

from doctor.verdict import Finding, Outcome

Groups = list[list[Finding]]


def alike(findings: Sequence[Finding]) -> Groups:
    """Problems one by one and first; behind them what is undecided, in groups of what says the same."""
    groups = _grouped(findings, lambda each: each.id if each.outcome is Outcome.PROBLEM else each.message)
    return sorted(groups, key=lambda group: group[0].outcome is not Outcome.PROBLEM)


def by_check(findings: Sequence[Finding]) -> Groups:
    """What one check says with one outcome, of whatever targets, together."""
    return _grouped(findings, lambda each: (each.check, each.outcome))


def _grouped(findings: Iterable[Finding], key: Callable[[Finding], Hashable]) -> Groups:
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return list(groups.values())
