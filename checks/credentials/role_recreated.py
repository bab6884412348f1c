from collections.abc import Iterator
from datetime import datetime

from doctor import Observation, Remedy, Severity, check, error_atlas, not_applicable, ok, problem, unknown
from doctor.evidence.caller import Answer, Caller, Identity
from doctor.evidence.calls.function_parts import Role
from doctor.evidence.function import Function


def _remedy(function: str, role: str) -> Remedy:
    changed = (
        f"aws lambda wait function-updated-v2 --function-name {function}"  # until then Lambda takes no other change
    )
    arn = f'"$(aws iam get-role --role-name {role} --query Role.Arn --output text)"'
    return Remedy(
        "Give the function its role anew: another one first, and then this one. Lambda then makes new sandboxes with credentials "
        "of the role that exists, and a new grant on the key of the function's variables. Whatever policy names the old role "
        "(an id that begins with AROA stands there now) must name the new one.",
        commands=(
            f"aws iam get-role --role-name {role} --query 'Role.[RoleId,CreateDate]'",
            f"aws lambda update-function-configuration --function-name {function} --role OTHER_ROLE_ARN",
            changed,
            f"aws lambda update-function-configuration --function-name {function} --role {arn}",
            changed,
        ),
    )


@check(
    "credentials.role-recreated",
    severity=Severity.BREAKS,
    remedy=_remedy("FUNCTION", "ROLE"),
)
def role_recreated(caller: Caller, function: Function) -> Iterator[Observation]:
    """The execution role is the very one that the function was given, and no later one of the same name.

        UnrecognizedClientException; InvalidClientTokenId: The security token included in the request is invalid
        Lambda was unable to decrypt the environment variables because KMS access was denied.

    A role that is deleted and made again has its old name and ARN, and another unique id (AROA…). Credentials, grants of KMS
    and the principals of policies are bound to the id: sandboxes that still run sign as a role that is gone, and the key of
    the variables lets the new role in no more, although everything looks as it did.

    Either side sees a half. Inside, STS tells the id of the role that signs, but only while AWS still takes its credentials;
    once they are refused, no answer names a role. From outside, IAM tells the id and the birth of the role that has the name
    now. A role that is younger than the last change of its function is another one than the function was given, since Lambda
    refuses a role that does not exist. Whether what the old one was granted is missed, neither side tells.

    Source: IAM user guide, "IAM identifiers" (unique identifiers); Lambda API reference, CreateFunction; AWS's grant for the
    variables: hashicorp/terraform-provider-aws#9703.
    """
    role = function.role
    if not function.exists or role is None:
        words = f"Lambda did not tell the role of {function.name}" if function.exists else "there is no such function"
        yield unknown(function.name, words, severity=Severity.HINTS)
    elif role.exists is False:
        yield not_applicable(role.name, f"the role {role.name} does not exist: see identity.role-missing")
    elif not role.id and not role.created:
        lost = function.why_unread("role")
        why = f" ({lost.detail}){lost.allow}" if lost else ""
        least = None if caller.identity.answer is Answer.REJECTED else Severity.HINTS
        yield unknown(role.name, f"the role {role.name} was not read{why}", severity=least)
    else:
        yield _judged(caller.identity, role, function)


def _judged(identity: Identity, role: Role, function: Function) -> Observation:
    later = f"{role.name} was made {role.created}, after {function.name} was last changed ({function.modified})"
    if identity.role_id and role.id and identity.principal.lower() == f"assumed-role/{role.name}".lower():
        return _by_id(identity, role, function, later)
    if (younger := _is_younger(role, function)) is None:
        words = (
            f"whether {role.name} is the role that {function.name} was given, nobody tells: no id, and no time of both"
        )
        return unknown(role.name, words, severity=Severity.HINTS)
    if not younger:
        return ok(role.name, f"{role.name} is older than the last change of {function.name}, which Lambda took it with")
    words, remedy = f"{later}: it is another role than the function was given", _remedy(function.name, role.name)
    if error_atlas.means(identity.code, identity.message, "key-refused"):
        also = f", and AWS refuses the credentials of the sandbox ({identity.code})"
        return problem(role.name, words + also, remedy=remedy)
    severity = Severity.HINTS if identity.answer is Answer.ACCEPTED else Severity.RISKS
    return problem(role.name, words, severity=severity, remedy=remedy)


def _by_id(identity: Identity, role: Role, function: Function, later: str) -> Observation:
    """The session's own role, and the one that has the name now."""
    remedy = _remedy(function.name, role.name)
    if identity.role_id != role.id:
        words = f"the sandbox signs as {identity.role_id}, and the role that is called {role.name} now is {role.id}"
        return problem(role.name, words, remedy=remedy)
    if _is_younger(role, function):
        words = f"{later}: it is another role than the function was given, though the sandbox has its credentials"
        return problem(role.name, words, severity=Severity.HINTS, remedy=remedy)
    return ok(role.name, f"the sandbox signs as the role that is called {role.name} now ({role.id})")


def _is_younger(role: Role, function: Function) -> bool | None:
    """Whether the role was made after the function's last change; None where one of the times was not told."""
    try:
        return datetime.fromisoformat(role.created) > datetime.fromisoformat(function.modified)
    except (ValueError, TypeError):
        return None
