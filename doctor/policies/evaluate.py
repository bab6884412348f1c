"""What all policies together say of one call: allowed, denied and by which statement of which document, or unknown and why.

The logic is that of the IAM user guide's "Policy evaluation logic", "Determining whether a request is allowed or denied
within an account" and "Cross-account policy evaluation logic", and for endpoints of the PrivateLink guide's "Control access
to VPC endpoints using endpoint policies":

- An explicit denial in any policy is final.
- A service control policy, a resource control policy, a permissions boundary, a session policy and an endpoint policy grant
  nothing, and each must allow; each level of an organization is a layer of its own.
- In one account the role's policies or the resource's must allow. What the resource's policy grants to a session, a user or
  everybody is not limited by what boundary and session policy do not name; what it grants to a role is.
- Across accounts both must allow. A KMS key's policy and a role's trust policy must always allow.
"""

from dataclasses import dataclass

from doctor.policies.call import Call
from doctor.policies.kinds import Decision, Kind
from doctor.policies.layers import Layer, LayerVerdict, judged
from doctor.policies.truth import Truth, all_of, any_of, unknown

_CEILINGS = (Kind.SERVICE_CONTROL, Kind.RESOURCE_CONTROL, Kind.ENDPOINT)
_WHOLE_ACCOUNT = "the resource's policy names the whole account, and what that grants within it differs by service"


@dataclass(frozen=True, slots=True)
class Blame:
    """What denies: a statement of a document, or a layer in which no statement allows (then both are "")."""

    kind: Kind
    document: str = ""
    statement: str = ""

    @property
    def explicit(self) -> bool:
        """Whether a statement denies, and not the lack of one that allows."""
        return bool(self.statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The decision; `blames` are all that deny for certain, explicit ones first, `reasons` what would have to be known."""

    decision: Decision
    blames: tuple[Blame, ...] = ()
    reasons: tuple[str, ...] = ()
    layers: tuple[LayerVerdict, ...] = ()


def evaluate(call: Call, layers: tuple[Layer, ...]) -> Result:
    """Judge a call by the layers that there are. A layer that is not given does not exist, as a boundary may not.

    A layer that exists and could not be read is given with the reason, and then decides as little as that allows.
    """
    judgements = tuple(judged(layer, call) for layer in layers)
    denied = any_of(each.denies for each in judgements)
    ceilings = [each.allows for each in judgements if each.kind in _CEILINGS]
    verdict = all_of([denied.negated(), _granted(call, judgements), *ceilings])
    if verdict.holds is None:
        return Result(decision=Decision.UNKNOWN, reasons=verdict.reasons, layers=judgements)
    if verdict.holds:
        return Result(decision=Decision.ALLOWED, layers=judgements)
    return Result(decision=Decision.DENIED, blames=_blames(call, judgements), layers=judgements)


def _granted(call: Call, judgements: tuple[LayerVerdict, ...]) -> Truth:
    """Whether what can grant does, within what boundary and session policy leave of it."""
    if not call.owner:
        one, two = _within(call, judgements), _across(judgements)
        agree = one.holds == two.holds and one.holds is not None
        return one if agree else unknown("whose account the resource is in is not known", *one.reasons, *two.reasons)
    return _within(call, judgements) if call.owner == call.principal.account else _across(judgements)


def _within(call: Call, judgements: tuple[LayerVerdict, ...]) -> Truth:
    by_identity, limits = _by_identity(judgements), _limits(judgements)
    directly, by_role, by_account = _by_resource(judgements)
    if call.service == "kms":
        directly = any_of([directly, unknown("grants on the key are not read")])
    if _needs_resource_policy(call):
        return any_of([directly, all_of([by_role, limits]), all_of([by_account, by_identity, limits])])
    delegated = all_of([by_account, unknown(_WHOLE_ACCOUNT)])
    return any_of([directly, all_of([by_role, limits]), all_of([by_identity, limits]), delegated])


def _needs_resource_policy(call: Call) -> bool:
    return call.service == "kms" or call.action.lower().startswith("sts:assumerole")


def _across(judgements: tuple[LayerVerdict, ...]) -> Truth:
    return all_of([_by_identity(judgements), _limits(judgements), any_of(_by_resource(judgements))])


def _by_identity(judgements: tuple[LayerVerdict, ...]) -> Truth:
    return any_of(each.allows for each in judgements if each.kind is Kind.IDENTITY)


def _limits(judgements: tuple[LayerVerdict, ...]) -> Truth:
    """Boundary and session policy; true where there is neither."""
    return all_of(each.allows for each in judgements if each.kind in (Kind.BOUNDARY, Kind.SESSION))


def _by_resource(judgements: tuple[LayerVerdict, ...]) -> tuple[Truth, Truth, Truth]:
    """What the resource's policy grants to the caller itself, to its role, to its account."""
    ways = [each.grants for each in judgements if each.kind is Kind.RESOURCE]
    directly, by_role, by_account = (any_of(way[number] for way in ways) for number in range(3))
    return directly, by_role, by_account


def _blames(call: Call, judgements: tuple[LayerVerdict, ...]) -> tuple[Blame, ...]:
    explicit = [Blame(each.kind, document, place) for each in judgements for document, place in each.denying]
    silent = [each.kind for each in judgements if each.kind in _CEILINGS and each.allows.holds is False]
    if _granted(call, judgements).holds is False:
        limiting = [each for each in judgements if each.kind in (Kind.BOUNDARY, Kind.SESSION)]
        silent += [each.kind for each in limiting if each.allows.holds is False]
        silent += [Kind.IDENTITY] if _by_identity(judgements).holds is False else []
        needed = _needs_resource_policy(call) or call.owner != call.principal.account
        silent += [Kind.RESOURCE] if needed and any_of(_by_resource(judgements)).holds is False else []
    return (*explicit, *(Blame(kind) for kind in dict.fromkeys(silent)))
