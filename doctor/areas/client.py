"""How the time of one phase of a call is judged: against the time that the invocation had, not against taste."""

from dataclasses import replace

from doctor.declare import Observation, not_applicable, ok, problem, unknown
from doctor.evidence.clients import Clients, Phase
from doctor.evidence.sandbox import Sandbox
from doctor.verdict import Outcome, Severity

# A phase that takes more than a tenth of the function's time leaves less than nine tenths for the work.
SHARE = 0.1


def judge_phase(what: str, target: str, took: float | None, sandbox: Sandbox, *, carried: bool) -> Observation:
    """Whether a phase (`what`, such as "the TLS handshake with") took a small part of the invocation's time.

    `took` is seconds, None where the phase did not happen; `carried` tells whether the target owes none.
    """
    if took is None and carried:
        return not_applicable(target, f"{target} was asked for less than that")
    if took is None:
        return unknown(target, f"not reached: {what} {target} did not come to its end", severity=Severity.HINTS)
    words = f"{what} {target} took {took * 1000:.0f} ms"
    if sandbox.remaining is None:
        return not_applicable(target, f"{words}; outside a function no timeout says whether that is slow")
    had = f"the {sandbox.remaining:.1f} s that this invocation had"
    if took > SHARE * sandbox.remaining:
        return problem(target, f"{words}, more than a tenth of {had}")
    return ok(target, f"{words} of {had}")


def compared(seen: Observation, clients: Clients | None, phase: Phase) -> Observation:
    """What the instrument's own call tells about a phase that a target was slow in: whether the slowness is here or there.

    It is the observation, and where that is a problem the seconds as well that a bare boto3 client's first call needed for
    `phase`. STS is no target, so its figures judge nobody; beside a target's they tell a slow sandbox from a slow host.
    """
    spent = clients.first.spent(phase) if clients and clients.first else None
    if clients is None or spent is None or seen.outcome is not Outcome.PROBLEM:
        return seen
    return replace(
        seen, message=f"{seen.message}; for the same, boto3's call to {clients.host} took {spent * 1000:.0f} ms"
    )
