"""The buckets, queues, tables, secrets, parameters and keys that the function means, as its own credentials see them.

States only: no value, no body, no message and no item is ever read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.evidence.calls.resource_state import ACTIONS, Resource
from doctor.evidence.settings.named_resources import meant
from doctor.world import World


@dataclass(frozen=True, kw_only=True)
class Resources(Facts):
    """What the sandbox sees of each. `region` is the one that its clients call. None where nothing is declared or named."""

    kind: ClassVar[str] = "resources"
    actions: ClassVar[tuple[str, ...]] = (*ACTIONS.values(), "sts:GetCallerIdentity")
    preload: ClassVar[str] = "doctor.isolation.preload"

    resources: tuple[Resource, ...] = ()
    region: str = ""

    @classmethod
    def shares(cls, world: World) -> str:
        """Where no resource is named nobody is asked, and the SDK is not needed."""
        return cls.preload if meant(world.services, world.environ) else ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Ask for each as the function would; where STS does not answer, nobody tells whose a bucket should be."""
        from doctor.evidence.calls.resource_calls import look, own_account  # children only

        wanted = meant(world.services, world.environ)
        account = own_account(world, wanted, world.environ)
        found = tuple(look(world, wanted, world.region, account))
        yield cls(resources=found, region=world.region or "")
