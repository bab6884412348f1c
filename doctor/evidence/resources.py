"""The buckets, queues, tables, secrets, parameters and keys that the function means, as its own credentials see them.

States only: no value, no body, no message and no item is ever read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.evidence.calls.control import Refusal
from doctor.evidence.resource_named import Wanted, declared, expected_owner, of_variables, together
from doctor.evidence.resource_state import ACTIONS, Resource
from doctor.request import ServiceTarget
from doctor.world import World

if TYPE_CHECKING:
    from doctor.evidence.calls.resource_calls import Account


@dataclass(frozen=True, kw_only=True)
class Resources(Facts):
    """What the sandbox sees of each. `region` is the one that its clients call. None where nothing is declared or named."""

    kind: ClassVar[str] = "resources"
    actions: ClassVar[tuple[str, ...]] = (*ACTIONS.values(), "sts:GetCallerIdentity")
    preload: ClassVar[str] = "doctor.preload"

    resources: tuple[Resource, ...] = ()
    region: str = ""

    @classmethod
    def shares(cls, world: World) -> str:
        """Where no resource is named nobody is asked, and the SDK is not needed."""
        return cls.preload if meant(world.services, world.environ) else ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Ask for each as the function would; where STS does not answer, nobody tells whose a bucket should be."""
        from doctor.evidence.calls.resource_calls import look  # children only

        wanted = meant(world.services, world.environ)
        account = own_account(world, wanted, world.environ)
        found = tuple(look(world, wanted, world.region, account))
        yield cls(resources=found, region=world.region or "")


def meant(targets: tuple[ServiceTarget, ...], environ: Mapping[str, str]) -> tuple[Wanted, ...]:
    """What targets declare, and variables name."""
    told = (declared(target.service, target.resource) for target in targets if target.reachable)
    calls_dynamo = any(target.service == "dynamodb" for target in targets)
    return together(filter(None, told), of_variables(environ, with_dynamo=calls_dynamo))


def own_account(world: World, wanted: tuple[Wanted, ...], environ: Mapping[str, str], number: str = "") -> "Account":
    """The caller's own account (asked of STS where nobody has told its `number`), and the one that buckets are expected in."""
    from doctor.evidence.calls.resource_calls import Account  # children only
    from doctor.evidence.calls.resource_service import Service

    owner, variable = expected_owner(environ)
    if not number and any(each.account or (each.kind == "bucket" and not owner) for each in wanted):
        said = Service(world, "sts", world.region).ask("get_caller_identity", "sts:GetCallerIdentity")
        number = "" if isinstance(said, Refusal) else str(said.get("Account") or "")
    if owner:
        return Account(
            number=number, owner=owner, words=f"account …{owner[-4:]}, which {variable} names", declared=True
        )
    return Account(number=number, owner=number, words=f"the caller's own account …{number[-4:]}" if number else "")
