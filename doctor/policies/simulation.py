"""AWS's own simulation of a role's policies: what it is told of a call, and what its answers say and leave open.

Source: IAM API reference, "SimulatePrincipalPolicy", "EvaluationResult".
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from doctor.policies.kinds import Kind
from doctor.policies.usual import Caller, Use, Wanted

if TYPE_CHECKING:  # evidence is made with what is here
    from doctor.evidence.permissions import Simulated

_MOST = 3  # keys in a message


def context(caller: Caller, *, by_lambda: bool) -> list[dict[str, Any]]:
    """What is known of the call, and carried by it; which way it takes is not known to the collector."""
    values = {"aws:SecureTransport": ("boolean", "true")}
    values |= {} if by_lambda else {"lambda:SourceFunctionArn": ("string", caller.arn)}
    return [
        {"ContextKeyName": key, "ContextKeyType": type_, "ContextKeyValues": [value]}
        for key, (type_, value) in values.items()
    ]


def answer(simulated: Iterable["Simulated"], wanted: Wanted, *, by_lambda: bool) -> "Simulated | None":
    """What was answered about this call, None where it was not asked about."""
    same = (each for each in simulated if each.arn == wanted.arn and each.by_lambda == by_lambda)
    return next((each for each in same if each.action.lower() == wanted.action.lower()), None)


def left_open(found: "Simulated") -> str:
    """Why a simulation that does not allow says nothing of the role's own policies; "" where it does."""
    if found.organized is False or found.bounded is False:
        other = Kind.SERVICE_CONTROL if found.organized is False else Kind.BOUNDARY
        return f"AWS's simulation says that a {other} does not allow it, and leaves the role's own policies open"
    if found.missing:
        return f"AWS's simulation lacked {', '.join(found.missing[:_MOST])}"
    return "" if found.decision in ("explicitDeny", "implicitDeny") else "AWS's simulation did not say"


def leaves_open(simulated: "Sequence[Simulated]", uses: Sequence[Use], polled: Sequence[Use]) -> bool:
    """Whether the documents have to be read as well.

    They have to for what was not asked, for a key that AWS lacked, for the statement that denies, and for what else the role
    may call of a service where it may make none of the usual calls.
    """
    if not uses or any(each.missing or each.decision == "explicitDeny" for each in simulated):
        return True
    for by_lambda, parties in ((False, uses), (True, polled)):
        for use in parties:
            found = [answer(simulated, each, by_lambda=by_lambda) for each in use.wanted]
            if None in found or not (by_lambda or any(each and each.decision == "allowed" for each in found)):
                return True
    return False
