from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, arn, check, not_applicable, ok, problem, unknown
from doctor.areas.permission import remedies
from doctor.areas.permission.rulings import Ruling, by_identity
from doctor.areas.resource import ceiling, quoted, undecided_of
from doctor.evidence.calls.resource_state import Resource, State, seen
from doctor.evidence.function import Function
from doctor.evidence.permissions import Permissions
from doctor.evidence.resource_outside import ResourcesOutside
from doctor.evidence.resources import Resources
from doctor.evidence.sandbox import Sandbox
from doctor.policies.kinds import Decision
from doctor.policies.usual import Use, Wanted, Way

# StateReasonCode and LastUpdateStatusReasonCode (Lambda API reference): the role may not use the key.
_REFUSED = "KMSKeyAccessDenied"
_COMMANDS = (
    "aws lambda get-function-configuration --function-name FUNCTION --query '[KMSKeyArn,StateReason,LastUpdateStatusReason]'",
    "aws kms list-grants --key-id KEY",
)
_REMEDY = Remedy(
    "Allow the role kms:Decrypt on the key, in its own policies or in the key's. A role that was deleted and made again has "
    "lost its grant: choose another role for the function and then this one again, so that Lambda makes a new one. A key that is "
    "disabled or waits for its deletion must be brought back first.",
    commands=_COMMANDS,
)


# KMS developer guide, "Key states of AWS KMS keys": in any other state all that encrypts or decrypts fails.
_USABLE = ("Enabled", "Updating", "")
_CANCELLED = "aws kms cancel-key-deletion --key-id {key}"
_BACK = {
    "Disabled": ("Enable the key again.", ("aws kms enable-key --key-id {key}",)),
    "PendingDeletion": (
        "Cancel the deletion, and enable the key again; what it has encrypted is lost with it.",
        (_CANCELLED, "aws kms enable-key --key-id {key}"),
    ),
    "PendingReplicaDeletion": ("Cancel the deletion of the primary key.", (_CANCELLED,)),
    "PendingImport": (
        "Import the key's material again.",
        (
            "aws kms get-parameters-for-import --key-id {key} --wrapping-algorithm RSAES_OAEP_SHA_256 "
            "--wrapping-key-spec RSA_4096",
        ),
    ),
    "Unavailable": ("Connect the custom key store again.", ("aws kms describe-custom-key-stores",)),
}


@check("permission.key-access", severity=Severity.BREAKS, remedy=_REMEDY)
def key_access(
    function: Function | None,
    permissions: Permissions | None,
    resources: Resources | None,
    outside: ResourcesOutside | None,
    sandbox: Sandbox | None,
) -> Iterator[Observation]:
    """The KMS keys of the function can be used, and the role may use the one that encrypts its variables.

        KMSAccessDeniedException: Lambda was unable to decrypt the environment variables because KMS access was denied.
        Please check the function's KMS key settings.

        KMSDisabledException; KMSInvalidStateException: … is pending deletion.
        DisabledException: … is disabled.

    Invocations fail before any code runs. A key of one's own lets the role in by its policy, by the role's policies where
    the key's policy hands that over to the account, or by a grant; a grant is bound to the very role that it was made for.

    Of the keys that targets declare, or variables name, the state is judged: one that is disabled, or scheduled for deletion,
    fails every call that encrypts or decrypts with it, whoever makes the call.

    Source: Lambda developer guide, "Securing Lambda environment variables"; KMS developer guide, "Key policies", "Key states
    of AWS KMS keys".
    """
    keys = seen(("key",), resources.resources if resources else (), outside.resources if outside else ())
    # Whoever looks from inside has been started, so that Lambda has decrypted the variables.
    least = Severity.HINTS if resources else None
    if function:
        yield _of_variables(function, permissions, least)
    elif sandbox and not sandbox.in_function:
        yield not_applicable("the function's key", "there is no function here whose variables a key encrypts")
    else:
        yield unknown("the function's key", "which key encrypts the function's variables was not read", severity=least)
    for each in keys:
        yield _of_key(each) if each.decided else undecided_of(each)


def _of_key(each: Resource) -> Observation:
    """A key that AWS was asked about."""
    key = quoted(each, "KEY")
    if each.state is State.OTHER_REGION:
        words = f"{each.words} is in {each.region}, which nobody was asked about: see client.region-differs"
        return not_applicable(each.subject, words, targets=each.at)
    if each.state is State.MISSING:
        words, back = f"{each.words} does not exist ({each.detail})", _REMEDY
    elif each.status in _USABLE:
        return ok(each.subject, f"{each.words} is {each.status or 'there'}", targets=each.at)
    else:
        text, commands = _BACK.get(each.status, (f"Wait until the key is no longer {each.status}.", ()))
        words = f"{each.words} is {each.status}: KMS neither encrypts nor decrypts with it"
        back = Remedy(text, commands=tuple(command.format(key=key) for command in commands))
    return problem(each.subject, words, targets=each.at, severity=ceiling(each), remedy=back)


def _of_variables(function: Function, permissions: Permissions | None, least: Severity | None) -> Observation:
    """The key that encrypts the variables of the function; what is not known of it is as severe as `least`."""
    if not function.exists:
        return unknown(function.name, f"there is no function {function.name}")
    if _REFUSED in (function.state_code, function.update_code):
        return problem(
            function.name, f"Lambda says {_REFUSED} of {function.name}", remedy=_let_in(function.name, permissions)
        )
    if permissions is None:
        words = "which key encrypts the function's variables, and what its role may do, was not read"
        return unknown(function.name, words, severity=least)
    if not permissions.key:
        return ok(function.name, f"the variables of {function.name} are encrypted with Lambda's own key")
    return _judged(function.name, permissions)


def _decrypting(permissions: Permissions) -> tuple[Use, Ruling]:
    """What Lambda does with the key of the variables, and what the role's own policies say of it."""
    key = permissions.key
    wanted = Wanted(action="kms:Decrypt", arn=key, owner=arn.parse(key).account)
    use = Use(service="kms", resource=key, region=permissions.region, wanted=(wanted,))
    return use, by_identity(permissions, use, Way())[0]


def _judged(function: str, permissions: Permissions) -> Observation:
    _, ruling = _decrypting(permissions)
    if ruling.decision is Decision.DENIED and ruling.explicit:
        words = f"the role {permissions.caller.name} is denied kms:Decrypt on the key of {function}: {ruling.why}"
        return problem(function, words, remedy=_let_in(function, permissions))
    if ruling.decision is Decision.ALLOWED:
        return ok(function, f"the role {permissions.caller.name} may decrypt with the key of {function}: {ruling.why}")
    other = "the key's policy or a grant may allow it, which are not read"
    words = (
        f"not decided: {ruling.why}; {other}" if ruling.decision is Decision.DENIED else f"not decided: {ruling.why}"
    )
    return unknown(function, words, severity=Severity.RISKS)


def _let_in(function: str, permissions: Permissions | None) -> Remedy:
    """The role's own policy is narrowed where it denies, and allows where it does not; else the key's policy must let it in."""
    key = permissions.key if permissions else ""
    shown = tuple(each.replace("FUNCTION", function).replace("KEY", key or "KEY") for each in _COMMANDS)
    if permissions is None or not key:
        return replace(_REMEDY, commands=shown)
    use, ruling = _decrypting(permissions)
    if ruling.explicit:
        return remedies.of_role(permissions, (ruling,)) or replace(_REMEDY, commands=shown)
    if ruling.decision is Decision.DENIED:
        return replace(_REMEDY, commands=(*shown, remedies.allowing(permissions.caller.name, use)))
    return replace(_REMEDY, commands=(*shown, *remedies.of_resource("key", key)))
