"""The same resources as the control side sees them: those of the function's variables, event sources and role's policies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from doctor.evidence import Facts, Missing, Reason, Shared
from doctor.evidence.control import Refusal, Reply
from doctor.evidence.function_parts import Unread
from doctor.evidence.permissions import Permissions
from doctor.evidence.resource_named import Wanted, of_arns, together
from doctor.evidence.resource_state import ACTIONS, Resource
from doctor.evidence.resources import meant, own_account
from doctor.request import ServiceTarget, declared_targets
from doctor.verdict import InvalidRequest, Source
from doctor.world import World

if TYPE_CHECKING:
    from doctor.evidence.resource_service import Service

_MOST_SOURCES = 50
_CONFIGURATION, _SOURCES, _POLICIES = "configuration", "event sources", "policies"


@dataclass(frozen=True, kw_only=True)
class ResourcesOutside(Facts):
    """What whoever reads the function's configuration sees of each, which need not be what the function may see.

    Of a sandbox's own function only what its event sources and policies name: for the rest it has asked itself. What
    `unread` names (`configuration`, `event sources`, `policies`) may have named more.
    """

    kind: ClassVar[str] = "resource_outside"
    source: ClassVar[Source] = Source.CONTROL
    shared: ClassVar[Shared] = Shared.NOTHING
    actions: ClassVar[tuple[str, ...]] = (
        *ACTIONS.values(),
        "lambda:ListEventSourceMappings",
        *Permissions.actions,
        "sts:GetCallerIdentity",
    )
    after: ClassVar[tuple[type[Facts], ...]] = (Permissions,)
    preload: ClassVar[str] = "doctor.preload"

    resources: tuple[Resource, ...] = ()
    region: str = ""
    unread: tuple[Unread, ...] = ()

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read what the function is configured with, then look at what that names."""
        from doctor.evidence.resource_calls import look  # children only

        reading = _Reading(world)
        wanted, number, environ = reading.wanted()
        found: tuple[Resource, ...] = ()
        if wanted:
            account = own_account(world, wanted, environ, number)
            found = tuple(look(world, wanted, reading.region, account))
        yield cls(resources=found, region=reading.region, unread=tuple(reading.unread))

    def why_unread(self, part: str) -> str:
        """Why a part is not known, with the permission that is lacking; "" where it is."""
        lost = next((unread for unread in self.unread if unread.part == part), None)
        if lost is None:
            return ""
        return f"the function's {part} were not read ({lost.detail}){f'; allow {lost.action}' if lost.action else ''}"


@dataclass
class _Reading:
    """What is read of a function to learn which resources it means."""

    world: World
    region: str = ""
    unread: list[Unread] = field(default_factory=list)

    def wanted(self) -> tuple[tuple[Wanted, ...], str, Mapping[str, str]]:
        """The resources, the account's number, and the variables."""
        from doctor.evidence.resource_service import Service  # children only

        world = self.world
        function = world.request.function or world.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        of_arn = function.split(":") if function.startswith("arn:") else []
        self.region = (of_arn[3] if len(of_arn) > 3 else "") or world.region or ""
        service = Service(world, "lambda", self.region)
        said = (
            self._ask(_CONFIGURATION, service, "get_function_configuration", FunctionName=function)
            if function
            else None
        )
        if said is None:
            return (), "", {}
        arn = str(said.get("FunctionArn") or "").split(":")
        number = arn[4] if len(arn) > 4 else ""
        variables = (said.get("Environment") or {}).get("Variables") or {}
        environ = {str(name): str(value) for name, value in variables.items()} if world.request.function else {}
        sources = self._sources(service, str(said.get("FunctionName") or function))
        del service
        world.forget()
        policies = self._policies()
        named = meant(_targets(world, environ), environ) if world.request.function else ()
        return together(named, sources, policies), number, environ

    def _ask(self, part: str, service: "Service", operation: str, **arguments: Any) -> Reply | None:
        """The reply; where there is none, the part is marked as unread."""
        words = "".join(word.title() for word in operation.split("_"))
        action = f"{service.service}:{words}"
        said = service.ask(operation, action, **arguments)
        if not isinstance(said, Refusal):
            return said
        if not any(unread.part == part for unread in self.unread):
            detail = said.code or said.detail
            self.unread.append(Unread(part=part, reason=said.reason, detail=detail, action=said.action))
        return None

    def _sources(self, service: "Service", name: str) -> tuple[Wanted, ...]:
        asked = {"FunctionName": name, "MaxItems": _MOST_SOURCES}
        said = self._ask(_SOURCES, service, "list_event_source_mappings", **asked) or {}
        told = said.get("EventSourceMappings") or ()
        live = [each for each in told if str(each.get("State")) not in ("Disabled", "Disabling", "Deleting")]
        arns = [str(each.get("EventSourceArn") or "") for each in live]
        return tuple(of_arns(arns, "an event source", sure=True, consumed=True))

    def _policies(self) -> tuple[Wanted, ...]:
        """What the statements that allow something name whole."""
        told = next(iter(self.world.seen(Permissions)), None)
        if told is None:
            self.unread.append(Unread(part=_POLICIES, reason=Reason.NOT_ASKED, detail="the role was not read"))
            return ()
        lost = [unread for unread in told.unread if unread.part not in ("simulation", "role")]
        self.unread += [replace(unread, part=_POLICIES) for unread in lost[:1]]
        role = told.caller.role.rpartition("/")[2]
        named = [
            arn for policy in told.policies if policy.kind != "boundary" for arn in allowed_resources(policy.document)
        ]
        return tuple(of_arns(named, f"a policy of the role {role}", sure=False))


def allowed_resources(policy: object) -> list[str]:
    """The resources of a policy's statements that allow something."""
    told = policy.get("Statement") if isinstance(policy, dict) else None
    statements = [each for each in (told if isinstance(told, list) else [told]) if isinstance(each, dict)]
    found = [each.get("Resource") for each in statements if each.get("Effect") == "Allow"]
    return [text for each in found for text in (each if isinstance(each, list) else [each]) if isinstance(text, str)]


def _targets(world: World, environ: Mapping[str, str]) -> tuple[ServiceTarget, ...]:
    """What was asked for, else what the function's own variable declares, as far as that can be read."""
    if world.request.targets:
        return world.services
    try:
        return tuple(each for each in declared_targets(environ) if isinstance(each, ServiceTarget))
    except InvalidRequest:
        return ()
