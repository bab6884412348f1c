"""What a route leads to."""

from dataclasses import dataclass

from doctor.network.acls import Leg
from doctor.network.model import Interface
from doctor.network.result import Judgement

EDGE = (Leg.REQUEST_OUT, Leg.ANSWER_IN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """All that lies behind a route.

    `far` is the interface that carries the destination, where one is known: rules of the source may name its groups.
    `way` is the kind of the route's target, "" where that cannot be told: over most kinds no outbound rule may.
    `listed` is the prefix list that the route of a gateway endpoint is to, which rules name in the place of addresses.
    `legs` are what of the traffic the network ACL of the source's subnet sees.
    """

    judged: Judgement
    far: Interface | None = None
    way: str = ""
    listed: str = ""
    legs: tuple[Leg, ...] = EDGE
