from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.calls.function_parts import RoleTrust
from doctor.evidence.function import Function

_POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)


def _remedy(role: str) -> Remedy:
    return Remedy(
        "Give the function a role that exists and that Lambda may assume. A role that was deleted and made again under its "
        "old name is another one: update the function, so that Lambda takes the new one.",
        commands=(
            f"aws iam get-role --role-name {role}",
            f"aws iam update-assume-role-policy --role-name {role} --policy-document '{_POLICY}'",
        ),
    )


def _again(role: str, function: str) -> Remedy:
    return Remedy(
        "Make the role again, with the --path that the function's Role has before the name, and attach the policies that it had: "
        "it comes without any. Then give the function another role and this one again, for Lambda keeps to the id of the one "
        "that is gone. Or give the function a role that exists.",
        commands=(
            f"aws lambda get-function-configuration --function-name {function} --query Role",
            f"aws iam create-role --role-name {role} --assume-role-policy-document '{_POLICY}'",
            f"aws iam list-attached-role-policies --role-name {role}",
        ),
    )


@check(
    "identity.role-missing",
    severity=Severity.BREAKS,
    remedy=_remedy("ROLE"),
)
def role_missing(function: Function) -> Iterator[Observation]:
    """The execution role exists, and trusts Lambda.

        AccessDeniedException: The role defined for the function cannot be assumed by Lambda.
        UnrecognizedClientException: The security token included in the request is invalid

    Without it Lambda can give a new sandbox no credentials; sandboxes that still live keep theirs until they expire.
    """
    role = function.role
    if not function.exists:
        yield not_applicable(function.name, f"there is no function {function.name}")
    elif role is None:
        yield unknown(function.name, f"Lambda did not tell the role of {function.name}")
    elif lost := function.why_unread("role"):
        yield unknown(role.name, f"the role {role.name} was not read ({lost.detail}){lost.allow}")
    elif not role.exists:
        again = _again(role.name, function.name)
        yield problem(role.name, f"the execution role {role.name} does not exist", remedy=again)
    elif role.trust is RoleTrust.REFUSES:
        yield problem(
            role.name, f"the execution role {role.name} does not trust lambda.amazonaws.com", remedy=_remedy(role.name)
        )
    elif role.trust is RoleTrust.TRUSTS:
        yield ok(role.name, f"the execution role {role.name} exists and trusts lambda.amazonaws.com")
    elif role.trust is RoleTrust.CONDITIONAL:
        words = f"the execution role {role.name} trusts lambda.amazonaws.com on a condition, which is not judged here"
        yield unknown(role.name, words, severity=Severity.RISKS)
    else:
        yield unknown(role.name, f"whom the execution role {role.name} trusts was not read")
