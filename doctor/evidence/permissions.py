"""What the execution role may do: AWS's own simulation of the calls that matter where it may be asked, else its policies.

The documents are kept as they are written, so that a case file can be judged again; they hold names, and no secrets.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from doctor import strict_json
from doctor.evidence import Facts, Missing, Reason, Shared
from doctor.evidence.calls.control import Reading, Refusal, Reply
from doctor.evidence.calls.function_parts import Unread
from doctor.evidence.function import Function
from doctor.evidence.settings.permission_uses import sources, uses
from doctor.policies import simulation
from doctor.policies.usual import Caller, Use, Wanted
from doctor.verdict import InvalidRequest, Source
from doctor.world import World, now

_MOST_BYTES = (
    600_000  # of JSON: a collector may send 1 MB (`doctor.isolation.supervise`); AWS allows a role a tenth of that
)
_MOST_SIMULATED = 100  # actions and resources in one request
_MOST_SOURCES = 50
SOURCES = "event sources"
_SIMULATE = "iam:SimulatePrincipalPolicy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy of the role: `inline`, `managed`, or its `boundary`. `arn` is "" of an inline one, which has none."""

    name: str
    kind: str
    document: dict[str, Any]
    arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """AWS's own answer to one action on one resource: `allowed`, `explicitDeny` or `implicitDeny`.

    `policies` are those whose statements decided. `bounded` and `organized` tell whether the boundary and the organization
    allow it, None where there is none or AWS did not say. `missing` are context keys that it had no value for. `by_lambda` as
    in `Way`: it was asked about a call that the code does not make.
    """

    action: str
    arn: str
    decision: str
    policies: tuple[str, ...] = ()
    bounded: bool | None = None
    organized: bool | None = None
    missing: tuple[str, ...] = ()
    by_lambda: bool = False


@dataclass(frozen=True, kw_only=True)
class Permissions(Facts):
    """The function's role and what is known of its policies. `time` is when, in UTC; `key` the KMS key of its variables.

    `boundary` names the permissions boundary, "" where the role has none. `uses` are the code's own, `polled` the event
    sources that Lambda reads with the role. What `unread` names was not read: `event sources`, `role` (with it its
    boundary), `simulation`, or a policy by its name, `policies` for all of them.
    """

    kind: ClassVar[str] = "permissions"
    source: ClassVar[Source] = Source.CONTROL
    shared: ClassVar[Shared] = Shared.NOTHING
    actions: ClassVar[tuple[str, ...]] = (
        "lambda:GetFunctionConfiguration",
        "lambda:ListEventSourceMappings",
        "iam:GetRole",
        _SIMULATE,
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
    )
    after: ClassVar[tuple[type[Facts], ...]] = (Function,)
    preload: ClassVar[str] = "doctor.isolation.preload"

    function: str
    region: str
    caller: Caller
    time: str = ""
    key: str = ""
    boundary: str = ""
    uses: tuple[Use, ...] = ()
    polled: tuple[Use, ...] = ()
    policies: tuple[Policy, ...] = ()
    simulated: tuple[Simulated, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def bounded(self) -> bool | None:
        """Whether the role has a permissions boundary; None where the role was not read."""
        return None if any(each.part == "role" for each in self.unread) else bool(self.boundary)

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read the role of the function that is examined."""
        function = next(iter(world.seen(Function)), None)
        if function is None or not function.exists:
            yield _without(function, world)
            return
        lambda_ = _Lambda(Reading(world, function.region), function)
        said = lambda_.configuration()
        if isinstance(said, Refusal):
            yield said.missing(cls.kind)
            return
        arn = ":".join(str(said.get("FunctionArn") or "").split(":")[:7])
        caller = Caller(function=function.name, arn=arn, role=str(said.get("Role") or ""))
        environ = (said.get("Environment") or {}).get("Variables") or {}
        polled, unread = lambda_.polled()
        role = _Role(lambda_.reading, caller, tuple(uses(world, function, caller, environ)), polled)
        found = role.read(unread)
        yield cls(
            function=function.name, region=function.region, time=now(), key=str(said.get("KMSKeyArn") or ""), **found
        )


def _without(function: Function | None, world: World) -> Missing:
    """Why nothing is known, where the function is not: what its own reading lacked is lacking here."""
    gone = next((each for each in world.known if isinstance(each, Missing) and each.kind == Function.kind), None)
    if function is None and gone is not None:
        return replace(gone, kind=Permissions.kind)
    detail = "the function was not read" if function is None else f"there is no function {function.name}"
    return Missing(kind=Permissions.kind, source=Permissions.source, reason=Reason.NOT_ASKED, detail=detail)


@dataclass(frozen=True, slots=True)
class _Lambda:
    """The reads of one function."""

    reading: Reading
    function: Function

    def configuration(self) -> Reply | Refusal:
        """With the names of the role and the key, which `Function` does not keep."""
        qualified = {"Qualifier": self.function.qualifier} if self.function.qualifier else {}
        return self._ask("get_function_configuration", "lambda:GetFunctionConfiguration", **qualified)

    def polled(self) -> tuple[tuple[Use, ...], tuple[Unread, ...]]:
        """Its event sources, and why they are not known."""
        said = self._ask("list_event_source_mappings", "lambda:ListEventSourceMappings", MaxItems=_MOST_SOURCES)
        return ((), (_unread(SOURCES, said),)) if isinstance(said, Refusal) else (tuple(sources(said)), ())

    def _ask(self, operation: str, action: str, **arguments: Any) -> Reply | Refusal:
        most = self.reading.world.left(0.25, most=4)
        return self.reading.ask("lambda", operation, action, most=most, FunctionName=self.function.name, **arguments)


@dataclass(frozen=True, slots=True)
class _Role:
    """The reads of one role."""

    reading: Reading
    caller: Caller
    uses: tuple[Use, ...]
    polled: tuple[Use, ...]

    def read(self, lost: tuple[Unread, ...]) -> dict[str, Any]:
        """The fields of the evidence; `lost` is what was not read before."""
        found: dict[str, Any] = {"caller": self.caller, "uses": self.uses, "polled": self.polled}
        role = self._ask("get_role", "iam:GetRole")
        unread = [*lost, *([_unread("role", role)] if isinstance(role, Refusal) else [])]
        bounded: Mapping[str, Any] = {}
        if not isinstance(role, Refusal):
            told = role.get("Role") or {}
            bounded = told.get("PermissionsBoundary") or {}
            id_ = str(told.get("RoleId") or "")
            found["caller"] = replace(self.caller, role_id=id_)
            found["boundary"] = str(bounded.get("PermissionsBoundaryArn") or "")
        simulated, refused = self._simulated()
        unread += [_unread("simulation", refused)] if refused else []
        policies: list[Policy] = []
        if refused or simulation.leaves_open(simulated, self.uses, self.polled):
            policies, unknown = self._policies(str(found.get("boundary", "")))
            unread += unknown
        return {**found, "simulated": tuple(simulated), "policies": tuple(policies), "unread": tuple(unread)}

    def _ask(self, operation: str, action: str, **arguments: Any) -> Reply | Refusal:
        most = self.reading.world.left(0.25, most=4)
        if operation != "simulate_principal_policy" and "PolicyArn" not in arguments:
            arguments["RoleName"] = self.caller.name
        return self.reading.ask("iam", operation, action, most=most, **arguments)

    def _wanted(self) -> Iterator[tuple[Wanted, bool]]:
        """What must be allowed, and whether Lambda calls it."""
        for by_lambda, parties in ((False, self.uses), (True, self.polled)):
            yield from ((wanted, by_lambda) for use in parties for wanted in use.wanted)

    def _simulated(self) -> tuple[list[Simulated], Refusal | None]:
        """One request for each resource that is known whole, and each who calls; the first refusal ends it."""
        asked: dict[tuple[str, bool], list[Wanted]] = {}
        for wanted, by_lambda in self._wanted():
            if wanted.whole:
                asked.setdefault((wanted.arn, by_lambda), []).append(wanted)
        found: list[Simulated] = []
        for (arn, by_lambda), wanted_ in list(asked.items())[:_MOST_SIMULATED]:
            said = self._ask(
                "simulate_principal_policy",
                _SIMULATE,
                PolicySourceArn=self.caller.role,
                ActionNames=[each.action for each in wanted_],
                ResourceArns=[arn],
                ContextEntries=simulation.context(self.caller, by_lambda=by_lambda),
            )
            if isinstance(said, Refusal):
                return [], said
            told = (_simulated(each, arn) for each in said.get("EvaluationResults") or ())
            found += [replace(each, by_lambda=by_lambda) for each in told]
        return found, None

    def _policies(self, boundary: str) -> tuple[list[Policy], list[Unread]]:
        """All documents, as far as they may be read."""
        found: list[Policy] = []
        lost: list[Unread] = []
        for kind, name, document, arn in self._documents(boundary):
            parsed = _parsed(document)
            if isinstance(document, Refusal):
                lost.append(_unread(name, document))
            elif parsed is None or sum(len(json.dumps(each.document)) for each in found) > _MOST_BYTES:
                lost.append(Unread(part=name, reason=Reason.CRASHED, detail=f"{name} is no policy, or too much"))
            else:
                found.append(Policy(name=name, kind=kind, document=parsed, arn=arn))
        return found, lost

    def _documents(self, boundary: str) -> Iterator[tuple[str, str, object, str]]:
        inline = self._ask("list_role_policies", "iam:ListRolePolicies")
        if isinstance(inline, Refusal):
            yield "inline", "policies", inline, ""
        else:
            yield from self._cut_short(inline)
            for name in inline.get("PolicyNames") or ():
                said = self._ask("get_role_policy", "iam:GetRolePolicy", PolicyName=name)
                yield "inline", str(name), said if isinstance(said, Refusal) else said.get("PolicyDocument"), ""
        attached = self._ask("list_attached_role_policies", "iam:ListAttachedRolePolicies")
        if isinstance(attached, Refusal):
            yield "managed", "policies", attached, ""
        else:
            yield from self._cut_short(attached)
            for each in attached.get("AttachedPolicies") or ():
                arn = str(each.get("PolicyArn"))
                yield "managed", str(each.get("PolicyName")), self._managed(arn), arn
        if boundary:
            yield "boundary", boundary.rpartition("/")[2], self._managed(boundary), boundary

    def _cut_short(self, listing: Reply) -> Iterator[tuple[str, str, object, str]]:
        if listing.get("IsTruncated"):
            detail = f"{self.caller.name} has more policies than were read"
            yield "inline", "policies", Refusal(reason=Reason.OUT_OF_TIME, detail=detail), ""

    def _managed(self, arn: str) -> object:
        said = self._ask("get_policy", "iam:GetPolicy", PolicyArn=arn)
        if isinstance(said, Refusal):
            return said
        version = str((said.get("Policy") or {}).get("DefaultVersionId") or "")
        told = self._ask("get_policy_version", "iam:GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return told if isinstance(told, Refusal) else (told.get("PolicyVersion") or {}).get("Document")


def _unread(part: str, refused: Refusal) -> Unread:
    return Unread(part=part, reason=refused.reason, detail=refused.detail, action=refused.action)


def _parsed(document: object) -> dict[str, Any] | None:
    """A document as an object; boto3 gives it so, unless it cannot be decoded."""
    if isinstance(document, str):
        try:
            document = strict_json.parse(document, "policy")
        except InvalidRequest:
            return None
    return document if isinstance(document, dict) else None


def _simulated(result: Mapping[str, Any], arn: str) -> Simulated:
    """One action on one resource: its own part of the result, where AWS gives one (IAM API reference, EvaluationResult)."""
    own: dict[str, Any] = next(
        (each for each in result.get("ResourceSpecificResults") or () if each.get("EvalResourceName") == arn), {}
    )
    statements = own.get("MatchedStatements") or result.get("MatchedStatements") or ()
    bounded = own.get("PermissionsBoundaryDecisionDetail") or result.get("PermissionsBoundaryDecisionDetail") or {}
    return Simulated(
        action=str(result.get("EvalActionName") or ""),
        arn=arn,
        decision=str(own.get("EvalResourceDecision") or result.get("EvalDecision") or ""),
        policies=tuple(dict.fromkeys(str(each.get("SourcePolicyId") or "") for each in statements)),
        bounded=bounded.get("AllowedByPermissionsBoundary"),
        organized=(result.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations"),
        missing=tuple({*(own.get("MissingContextValues") or ()), *(result.get("MissingContextValues") or ())}),
    )
