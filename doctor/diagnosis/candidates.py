"""Rule 8: what else a diagnosis could be, likeliest first, and the commands that tell it apart. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from doctor import registry
from doctor.declare import Check
from doctor.diagnosis.causes import explains
from doctor.diagnosis.clearance import meet
from doctor.diagnosis.sight import Sight
from doctor.diagnosis.suspects import SILENCES, ranked
from doctor.diagnosis.telling import foreign, left
from doctor.judge import Judged
from doctor.verdict import EVERY_TARGET, Finding, Outcome, Separation, Severity, Source

MOST = 6  # candidates that a diagnosis names
Look = Callable[[Sequence[str]], str]


def possible(
    group: list[Judged],
    targets: tuple[str, ...],
    findings: tuple[Finding, ...],
    checks: Mapping[str, Check],
    sight: Sight,
) -> tuple[str, ...]:
    """Rules 2 and 8: what a finding has ruled out or already named is no candidate, nor what the run met refutes.

    A problem that would explain this one, were its ceiling not lower (rule 4), is the likeliest.
    """
    named = _named(group)
    if group[0].finding.check in SILENCES:
        named = ranked([item.finding for item in group], [item.candidates for item in group], sight)
    open_ = (candidate for candidate in named if not _decided(candidate, targets, findings))
    return tuple(dict.fromkeys((*_too_low(group[0].finding, findings, checks), *open_)))


def _too_low(effect: Finding, findings: tuple[Finding, ...], checks: Mapping[str, Check]) -> Iterator[str]:
    """The checks that have seen what explains this, and may not call it as severe: it names them instead."""
    for cause in findings:
        lower = cause.severity is Severity.RISKS and effect.severity is Severity.BREAKS
        seen = lower and cause.outcome is Outcome.PROBLEM and cause.check in checks[effect.check].follows
        if seen and explains(replace(cause, severity=effect.severity), effect, checks):
            yield cause.check


def _named(group: list[Judged]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(candidate for item in group for candidate in item.candidates))


def _decided(candidate: str, targets: tuple[str, ...], findings: tuple[Finding, ...]) -> bool:
    """Whether it was found sound for all of these targets, or is a problem of its own for one of them."""
    said = [finding for finding in findings if finding.check == candidate and meet(finding.targets, targets)]
    if any(finding.outcome is Outcome.PROBLEM for finding in said):
        return True
    sound = {target for finding in said if finding.outcome is Outcome.OK for target in finding.targets}
    return bool(sound) and (EVERY_TARGET in {*sound, *targets} or sound >= set(targets))


def separations(group: list[Judged], possible: tuple[str, ...], both: Look | None) -> tuple[Separation, ...]:
    """What tells apart what is still possible: the other side's word on all of it, and what an engineer can ask himself.

    A check's own commands are meant for all of its candidates: where some are decided, nobody knows what is left of them,
    but of commands that are known.
    """
    if not possible:
        return ()
    candidates = possible[:MOST]
    whole = candidates == _named(group)[:MOST]
    written = [separation for item in group for separation in item.separate]
    own = [*(foreign(written) if whole else ()), *left(written, candidates)]
    elsewhere = [candidate for candidate in possible if both and _is_configured(candidate)]
    if both and elsewhere:
        own.insert(
            0, Separation(both(elsewhere), "what the configuration says: ok rules it out, a problem is the cause")
        )
    return tuple(dict.fromkeys(own))


def _is_configured(candidate: str) -> bool:
    """Whether a check needs the control side to decide."""
    return candidate in registry.built_in() and Source.CONTROL in registry.load(candidate).sources
