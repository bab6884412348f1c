"""The ways from a function's subnets to one target, as evidence keeps them."""

from dataclasses import dataclass

from doctor.network.resolution import Kind, Problem, Turns
from doctor.network.result import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the target's name becomes in the VPC (`doctor.network.resolution`). `reason` tells why it has no address."""

    kind: Kind
    component: str = ""
    reason: str = ""
    problems: tuple[Problem, ...] = ()
    unknowns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    turns: Turns = Turns.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From any interface of the function in one subnet to one address. `table` is the subnet's route table, where known.

    `seen` tells that the sandbox itself got the address, `assumed` that it stands in for one that nobody knows. The path
    keeps its hops where they alone tell what passed: where it is undecided.
    """

    subnet: str
    zone: str
    address: str
    path: Path
    table: str = ""
    seen: bool = False
    assumed: bool = False
