from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.function import Function
from doctor.evidence.permissions import Permissions
from doctor.policies.grants import Ruling, by_identity
from doctor.policies.kinds import Decision
from doctor.policies.usual import Use, Wanted, Way

# StateReasonCode and LastUpdateStatusReasonCode (Lambda API reference): the role may not use the key.
_REFUSED = "KMSKeyAccessDenied"
_REMEDY = Remedy(
    "Allow the role kms:Decrypt on the key, in its own policies or in the key's. A role that was deleted and made again has "
    "lost its grant: choose another role for the function and then this one again, so that Lambda makes a new one.",
    commands=(
        "aws lambda get-function-configuration --function-name FUNCTION --query '[KMSKeyArn,StateReason,LastUpdateStatusReason]'",
        "aws kms list-grants --key-id KEY",
    ),
)


@check("permission.key-access", severity=Severity.BREAKS, remedy=_REMEDY)
def key_access(function: Function, permissions: Permissions | None) -> Iterator[Observation]:
    """The role may use the KMS key with which the function's variables are encrypted.

        KMSAccessDeniedException: Lambda was unable to decrypt the environment variables because KMS access was denied.
        Please check the function's KMS key settings.

    Invocations fail before any code runs. A key of one's own lets the role in by its policy, by the role's policies where
    the key's policy hands that over to the account, or by a grant; a grant is bound to the very role that it was made for.

    Source: Lambda developer guide, "Securing Lambda environment variables"; KMS developer guide, "Key policies".
    """
    if not function.exists:
        yield unknown(function.name, f"there is no function {function.name}")
    elif _REFUSED in (function.state_code, function.update_code):
        yield problem(function.name, f"Lambda says {_REFUSED} of {function.name}", remedy=_remedy(function.name, "KEY"))
    elif permissions is None:
        yield unknown(
            function.name, "which key encrypts the function's variables, and what its role may do, was not read"
        )
    elif not permissions.key:
        yield ok(function.name, f"the variables of {function.name} are encrypted with Lambda's own key")
    else:
        yield _judged(function.name, permissions)


def _judged(function: str, permissions: Permissions) -> Observation:
    key = permissions.key
    wanted = Wanted(action="kms:Decrypt", arn=key, owner=(key.split(":") + [""] * 5)[4])
    use = Use(service="kms", resource=key, region=permissions.region, wanted=(wanted,))
    ruling: Ruling = by_identity(permissions, use, Way())[0]
    if ruling.decision is Decision.DENIED and ruling.explicit:
        words = f"the role {permissions.caller.name} is denied kms:Decrypt on the key of {function}: {ruling.why}"
        return problem(function, words, remedy=_remedy(function, key))
    if ruling.decision is Decision.ALLOWED:
        return ok(function, f"the role {permissions.caller.name} may decrypt with the key of {function}: {ruling.why}")
    other = "the key's policy or a grant may allow it, which are not read"
    words = (
        f"not decided: {ruling.why}; {other}" if ruling.decision is Decision.DENIED else f"not decided: {ruling.why}"
    )
    return unknown(function, words, severity=Severity.RISKS)


def _remedy(function: str, key: str) -> Remedy:
    return replace(
        _REMEDY, commands=tuple(each.replace("FUNCTION", function).replace("KEY", key) for each in _REMEDY.commands)
    )
