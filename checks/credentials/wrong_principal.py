from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.caller import Answer, Caller
from doctor.evidence.calls.function_parts import Role
from doctor.evidence.environment import Environment
from doctor.evidence.function import Function

_REMEDY = Remedy(
    "Let the default chain find the credentials that Lambda hands over: take out whatever stands before them, a profile, a "
    "shared file, a variable that the code sets. Where another role is meant, assume it in code, by name, and keep the default "
    "chain the function's own.",
    commands=(
        "aws sts get-caller-identity",
        "aws lambda get-function-configuration --function-name FUNCTION --query Role",
    ),
)


@check(
    "credentials.wrong-principal",
    severity=Severity.BREAKS,
    follows=(
        "credentials.missing-session-token",
        "credentials.blank-explicit-keys",
        "credentials.keys-copied-into-settings",
        "credentials.profile-selected",
        "credentials.long-lived-key",
        "credentials.environment-overridden",
    ),
    remedy=_REMEDY,
)
def wrong_principal(environment: Environment, caller: Caller, function: Function) -> Iterator[Observation]:
    """The default credential chain is the execution role of the function.

        AccessDenied: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: …
        ResourceNotFoundException; NoSuchBucket, though the resource is there: it is another account's that is asked

    The credentials are sound, and somebody else's: of a developer's profile that travels with the package, of a role of the same
    name in another account, of a user whose key stands in a variable. Whatever is then granted to the role helps nobody.

    The sandbox tells whom AWS takes it for, the function's configuration who it should be.

    Source: STS API reference, GetCallerIdentity (needs no permission).
    """
    identity, role = caller.identity, function.role
    subject = "the default credential chain"
    if not environment.in_function:
        yield not_applicable(subject, "outside a function nobody expects the function's role")
    elif not function.exists or role is None:
        words = f"Lambda did not tell the role of {function.name}" if function.exists else "there is no such function"
        yield unknown(subject, words, severity=Severity.HINTS)
    elif identity.answer is not Answer.ACCEPTED or not identity.principal:
        words = "AWS did not say who the caller is, so that it cannot be compared with the role"
        yield unknown(subject, words, severity=Severity.HINTS)
    elif _is_role(identity.principal, identity.account, role):
        yield ok(subject, f"{subject} is the function's role {role.name}")
    else:
        who = f"{identity.principal} of account {identity.account}"
        words = (
            f"{subject} is {who}, and the role of {function.name} is {role.name} of account {role.account or 'unknown'}"
        )
        yield problem(subject, words, remedy=_remedy(function.name))


def _is_role(principal: str, account: str, role: Role) -> bool:
    """A session names its role without the path; IAM tells names of one account apart by more than their case."""
    same_account = not (account and role.account) or account == role.account
    return same_account and principal.lower() == f"assumed-role/{role.name}".lower()


def _remedy(function: str) -> Remedy:
    commands = tuple(each.replace("FUNCTION", function) for each in _REMEDY.commands)
    return Remedy(_REMEDY.text, commands=commands)
