"""The same resources as the control side sees them: those of the function's variables, event sources and role's policies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from doctor import arn
from doctor.evidence import Facts, Missing, Reason, Shared
from doctor.evidence.calls.control import Refusal
from doctor.evidence.calls.function_parts import Unread
from doctor.evidence.calls.resource_state import ACTIONS, Resource
from doctor.evidence.permissions import SOURCES, Permissions
from doctor.evidence.settings.named_resources import NamedResource, meant, of_arns, together
from doctor.request import ServiceTarget, declared_targets
from doctor.verdict import InvalidRequest, Source
from doctor.world import World

_CONFIGURATION, _POLICIES = "configuration", "policies"


@dataclass(frozen=True, kw_only=True)
class ResourcesOutside(Facts):
    """What whoever reads the function's configuration sees of each, which need not be what the function may see.

    Of a sandbox's own function only what its event sources and policies name: for the rest it has asked itself. What
    `unread` names (`configuration`, `event sources`, `policies`) may have named more.
    """

    kind: ClassVar[str] = "resource_outside"
    source: ClassVar[Source] = Source.CONTROL
    shared: ClassVar[Shared] = Shared.NOTHING
    actions: ClassVar[tuple[str, ...]] = (*ACTIONS.values(), *Permissions.actions, "sts:GetCallerIdentity")
    after: ClassVar[tuple[type[Facts], ...]] = (Permissions,)
    preload: ClassVar[str] = "doctor.isolation.preload"

    resources: tuple[Resource, ...] = ()
    region: str = ""
    unread: tuple[Unread, ...] = ()

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read what the function is configured with, then look at what that names."""
        from doctor.evidence.calls.resource_calls import look, own_account  # children only

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
        return f"reading the function's {part} failed ({lost.detail}){lost.allow}"


@dataclass
class _Reading:
    """What is read of a function to learn which resources it means."""

    world: World
    region: str = ""
    unread: list[Unread] = field(default_factory=list)

    def wanted(self) -> tuple[tuple[NamedResource, ...], str, Mapping[str, str]]:
        """The resources, the account's number, and the variables."""
        world = self.world
        function = world.request.function or world.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.region = arn.parse(function).region or world.region or ""
        environ = self._variables(function) if world.request.function else {}
        if environ is None or not function:
            return (), "", {}
        named = meant(_targets(world, environ), environ) if world.request.function else ()
        told = self._permissions()
        if told is None:
            return named, "", environ
        return together(named, _sources(told), _allowed(told)), told.caller.account, environ

    def _variables(self, function: str) -> Mapping[str, str] | None:
        """Those of another function than this sandbox's; None where they could not be read."""
        from doctor.evidence.calls.resource_service import Service  # children only

        action = "lambda:GetFunctionConfiguration"
        said = Service(self.world, "lambda", self.region).ask(
            "get_function_configuration", action, FunctionName=function
        )
        self.world.forget()
        if not isinstance(said, Refusal) and not said.get("FunctionArn"):
            said = Refusal(reason=Reason.UNREACHABLE, detail="the reply names no function")
        if isinstance(said, Refusal):
            detail = said.code or said.detail
            self.unread.append(Unread(part=_CONFIGURATION, reason=said.reason, detail=detail, action=said.action))
            return None
        variables = (said.get("Environment") or {}).get("Variables") or {}
        return {str(name): str(value) for name, value in variables.items()}

    def _permissions(self) -> Permissions | None:
        """What was read of the role and of event sources, and what was not."""
        told = next(iter(self.world.seen(Permissions)), None)
        if told is None:
            gone = (each for each in self.world.known if isinstance(each, Missing) and each.kind == Permissions.kind)
            why = next(gone, Missing(kind=Permissions.kind, reason=Reason.NOT_ASKED, detail="the role was not read"))
            self.unread += [
                Unread(part=part, reason=why.reason, detail=why.detail, action=why.action)
                for part in (SOURCES, _POLICIES)
            ]
            return None
        lost = [each for each in told.unread if each.part not in ("simulation", "role", SOURCES)]
        self.unread += [each for each in told.unread if each.part == SOURCES]
        self.unread += [replace(each, part=_POLICIES) for each in lost[:1]]
        return told


def _sources(told: Permissions) -> tuple[NamedResource, ...]:
    return tuple(of_arns((use.resource for use in told.polled), "an event source", sure=True, consumed=True))


def _allowed(told: Permissions) -> tuple[NamedResource, ...]:
    """What the statements that allow something name whole."""
    own = (policy.document for policy in told.policies if policy.kind != "boundary")
    named = [arn for document in own for arn in allowed_resources(document)]
    return tuple(of_arns(named, f"a policy of the role {told.caller.name}", sure=False))


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
