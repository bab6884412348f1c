"""What is read of a function beside its configuration, each part by a call of its own that may be denied."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from doctor import arn
from doctor.evidence import Reason, lacking
from doctor.evidence.caller import cut_id
from doctor.evidence.calls.control import Reading, Refusal, Reply

_MOST_ALIASES = 50
_INVOKERS = {"apigateway.amazonaws.com": "API Gateway", "elasticloadbalancing.amazonaws.com": "a load balancer"}
_ROLE_TAKER = "lambda.amazonaws.com"


class RoleTrust(StrEnum):
    """What a role's trust policy says of Lambda."""

    TRUSTS = "trusts"
    REFUSES = "refuses"
    CONDITIONAL = "conditional"  # a condition decides, which is not judged here
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """The execution role. `exists` None: not read.

    `account` is told by its last four digits, and the unique `id` that IAM gave it as `doctor.evidence.caller.cut_id` tells it;
    `created` is when, in UTC and ISO 8601.
    """

    name: str
    exists: bool | None = None
    trust: RoleTrust = RoleTrust.UNREAD
    account: str = ""
    id: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """An alias with the version that it points to, and those that get a share of its calls beside it.

    `current` tells whether the code of one of them is what was deployed last; None: not read.
    """

    name: str
    version: str
    also: tuple[str, ...] = ()
    current: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A part that could not be read."""

    part: str
    reason: Reason
    detail: str
    action: str = ""

    @property
    def allow(self) -> str:
        """How a sentence about it ends."""
        return lacking(self.action)


@dataclass(frozen=True, slots=True)
class More:
    """The parts beside the configuration, each of which may be denied."""

    reading: Reading
    named: dict[str, str]
    qualifier: dict[str, str]
    configuration: Reply

    def parts(self) -> dict[str, Any]:
        """What could be read, and why the rest could not."""
        parts = {
            "reserved": ("concurrency", self._reserved()),
            "aliases": ("aliases", self._aliases()),
            "invokers": ("invokers", self._invokers()),
            "role": ("role", self._role()),
        }
        read = {field: said for field, (_, said) in parts.items() if not isinstance(said, Refusal)}
        if "role" not in read and (named := _role_of(self.configuration)):
            read["role"] = named
        lost = [(part, said) for part, said in parts.values() if isinstance(said, Refusal)]
        unread = (Unread(part=part, reason=said.reason, detail=said.detail, action=said.action) for part, said in lost)
        return {**read, "unread": tuple(unread)}

    def _ask(self, service: str, operation: str, action: str, **arguments: Any) -> Reply | Refusal:
        most = self.reading.world.left(0.25, most=4)
        return self.reading.ask(service, operation, action, most=most, **arguments)

    def _reserved(self) -> int | Refusal | None:
        said = self._ask("lambda", "get_function_concurrency", "lambda:GetFunctionConcurrency", **self.named)
        return said if isinstance(said, Refusal) else said.get("ReservedConcurrentExecutions")

    def _aliases(self) -> tuple[Alias, ...] | Refusal:
        arguments = {**self.named, "MaxItems": _MOST_ALIASES}
        said = self._ask("lambda", "list_aliases", "lambda:ListAliases", **arguments)
        if isinstance(said, Refusal):
            return said
        newest = self.configuration
        if said.get("Aliases") and newest.get("Version") != "$LATEST":
            latest = self._version("$LATEST")
            newest = {} if isinstance(latest, Refusal) else latest
        codes: dict[str, str] = {}
        return tuple(
            self._alias(item, str(newest.get("CodeSha256") or ""), codes) for item in said.get("Aliases") or ()
        )

    def _alias(self, item: Mapping[str, Any], newest: str, codes: dict[str, str]) -> Alias:
        version = str(item.get("FunctionVersion") or "")
        also = tuple(sorted((item.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}))
        for each in (version, *also):
            if each not in codes:
                said = self._version(each)
                codes[each] = "" if isinstance(said, Refusal) else str(said.get("CodeSha256") or "")
        seen = [codes[each] for each in (version, *also)]
        known = bool(newest) and (newest in seen or all(seen))
        return Alias(name=str(item.get("Name")), version=version, also=also, current=newest in seen if known else None)

    def _version(self, version: str) -> Reply | Refusal:
        arguments = {**self.named, "Qualifier": version}
        return self._ask("lambda", "get_function_configuration", "lambda:GetFunctionConfiguration", **arguments)

    def _invokers(self) -> tuple[str, ...] | Refusal:
        """The fronts that the policy of the function (or of the alias that was named) lets in; without one there is none."""
        said = self._ask("lambda", "get_policy", "lambda:GetPolicy", **self.named, **self.qualifier)
        if isinstance(said, Refusal):
            return () if said.code == "ResourceNotFoundException" else said
        services = {service for each in _statements(said.get("Policy")) for service in _services(each)}
        return tuple(name for service, name in _INVOKERS.items() if service in services)

    def _role(self) -> Role | Refusal | None:
        named = _role_of(self.configuration)
        if not named:
            return None
        said = self._ask("iam", "get_role", "iam:GetRole", RoleName=named.name)
        if isinstance(said, Refusal):
            return replace(named, exists=False) if said.code == "NoSuchEntity" else said
        role = said.get("Role") or {}
        if role.get("Arn") != self.configuration.get("Role"):
            return Refusal(reason=Reason.UNREACHABLE, detail=f"{named.name} is a role of another account or path")
        return replace(
            named,
            exists=True,
            trust=trust_of(role.get("AssumeRolePolicyDocument")),
            id=cut_id(str(role.get("RoleId") or "")),
            created=_time(role.get("CreateDate")),
        )


def _role_of(said: Mapping[str, Any]) -> Role | None:
    """The role as the configuration names it."""
    role = arn.parse(str(said.get("Role") or ""))
    name = role.resource.rpartition("/")[2]  # role/path/name
    return Role(name=name, account=f"…{role.account[-4:]}" if role.account else "") if name else None


def _time(told: object) -> str:
    return told.isoformat(timespec="seconds") if isinstance(told, datetime) else ""


def trust_of(policy: object) -> RoleTrust:
    """What a trust policy says of Lambda: a denial wins; conditions, and whether `*` means services, are left open."""
    statements = [each for each in _statements(policy) if _assumes(each)]
    if not _statements(policy):
        return RoleTrust.UNREAD
    denials = [each for each in statements if each.get("Effect") == "Deny" and _concerns(each)]
    allowed = [each for each in statements if each.get("Effect") == "Allow" and _concerns(each)]
    if not allowed or any(not each.get("Condition") for each in denials):
        return RoleTrust.REFUSES
    plain = any(not each.get("Condition") and _ROLE_TAKER in _services(each) for each in allowed)
    return RoleTrust.TRUSTS if plain and not denials else RoleTrust.CONDITIONAL


def _concerns(statement: Mapping[str, Any]) -> bool:
    return bool({_ROLE_TAKER, "*"} & set(_services(statement)))


def _statements(policy: object) -> list[dict[str, Any]]:
    """The statements of a policy, which comes as text or as an object; one alone may stand without a list."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
            return []
    found = policy.get("Statement") if isinstance(policy, dict) else None
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]


def _services(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    services = principal.get("Service") if isinstance(principal, dict) else principal
    return _texts(services)


def _assumes(statement: Mapping[str, Any]) -> bool:
    return any(action.lower() in ("sts:assumerole", "sts:*", "*") for action in _texts(statement.get("Action")))


def _texts(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
