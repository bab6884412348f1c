"""What the instrument's own call tells about a phase that a target was slow in: whether the slowness is here or there."""

from dataclasses import replace

from doctor.declare import Observation
from doctor.evidence.clients import Clients, Phase
from doctor.verdict import Outcome


def compared(seen: Observation, clients: Clients | None, phase: Phase) -> Observation:
    """The observation, where it is a problem with the seconds that a bare boto3 client's first call needed for `phase`.

    STS is no target, so its figures judge nobody; beside a target's they tell a slow sandbox from a slow host.
    """
    spent = clients.first.spent(phase) if clients and clients.first else None
    if clients is None or spent is None or seen.outcome is not Outcome.PROBLEM:
        return seen
    return replace(
        seen, message=f"{seen.message}; for the same, boto3's call to {clients.host} took {spent * 1000:.0f} ms"
    )
