"""How one kind of policy is judged by what AWS told the sandbox itself: the same for the checks that nothing else can decide.

A harmless read is not what the application calls. A statement that denies it is as a rule one that denies far more; that
none allows it may concern the doctor's read alone, and is no more than a risk.
"""

from collections.abc import Iterator

from doctor.declare import Observation, not_applicable, ok, problem, unknown
from doctor.evidence.refusals import Read, Refusals
from doctor.policies.kinds import Kind
from doctor.verdict import Remedy, Severity

_NOTHING = "no service with a harmless read is declared"


def judge(refusals: Refusals, kind: Kind, remedy: Remedy) -> Iterator[Observation]:
    """One observation for each service that was asked."""
    if not refusals.reads:
        yield not_applicable("calls", _NOTHING)
    for each in refusals.reads:
        yield _judged(each, kind, remedy)


def _judged(each: Read, kind: Kind, remedy: Remedy) -> Observation:
    targets = (each.target,) if each.host else ()
    if not each.answered:
        return unknown(
            each.service,
            f"AWS did not answer for {each.service}, or not to the caller",
            severity=Severity.HINTS,
            targets=targets,
        )
    if each.policy is not kind:
        said = f"denied by {each.policy}" if each.policy else "denied without a word why" if each.code else "granted"
        if each.code and not each.policy:
            return unknown(
                each.service,
                f"a read of {each.service} is {said} ({each.code})",
                severity=Severity.HINTS,
                targets=targets,
            )
        return ok(each.service, f"no {kind} stops a read of {each.service}: it is {said}", targets=targets)
    how = f"with an explicit deny in a {kind}" if each.explicit else f"because no {kind} allows it"
    severity = None if each.explicit else Severity.RISKS
    words = f"{each.service} refuses {each.action or 'a read'} {how}"
    return problem(each.service, words, severity=severity, targets=targets, remedy=remedy)
