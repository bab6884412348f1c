from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, not_applicable
from doctor.evidence.paths import Paths
from doctor.evidence.permissions import Permissions
from doctor.policies.grants import as_yaml, by_identity, observed, policy_with, target_of, uses_of, way_to
from doctor.policies.usual import Use

_REMEDY = Remedy(
    "Add a statement to the role's policies that allows what the code calls, on the resource that it calls; take out of the "
    "command's what it does not call. Where a statement denies, it must be narrowed instead: no permission outweighs it.",
    commands=("aws iam list-attached-role-policies --role-name ROLE", "aws iam list-role-policies --role-name ROLE"),
)


@check("permission.identity-policy", severity=Severity.BREAKS, remedy=_REMEDY)
def identity_policy(permissions: Permissions, paths: Paths | None) -> Iterator[Observation]:
    """The execution role's own policies allow what the function calls.

        AccessDeniedException: User: arn:aws:sts::…:assumed-role/ROLE/FUNCTION is not authorized to perform: sqs:SendMessage
        on resource: … because no identity-based policy allows the sqs:SendMessage action

    A policy often names the resource as well, so that a bucket or a queue that gets another name needs another policy. Of
    each service the calls that functions usually make are judged, and the role is at fault where none of them is allowed.
    A queue's or a bucket's own policy may grant to the role what these do not; it is not read here.

    Source: IAM user guide, "Policy evaluation logic", "Troubleshoot access denied error messages"; AWS's simulation
    (iam:SimulatePrincipalPolicy) where it may be asked.
    """
    uses = uses_of(permissions, paths)
    if not uses:
        yield not_applicable("the role's policies", "no service whose usual calls are known is used")
    for use in uses:
        role, rulings = permissions.caller.name, by_identity(permissions, use, way_to(paths))
        yield observed(
            rulings,
            use,
            subject=f"{role} {use.label}",
            who=f"the role {role}",
            remedy=_look(role) if any(each.explicit for each in rulings) else _remedy(role, use),
            targets=target_of(use, paths),
        )


def _look(role: str) -> Remedy:
    return replace(_REMEDY, commands=tuple(each.replace("ROLE", role) for each in _REMEDY.commands))


def _remedy(role: str, use: Use) -> Remedy:
    allowing = f"--policy-name allow-{use.service} --policy-document '{policy_with(use)}'"
    command = f"aws iam put-role-policy --role-name {role} {allowing}"
    template = "\n".join(("Policies:", "  - Statement:", *(f"      {line}" for line in as_yaml(use))))
    return replace(_REMEDY, commands=(command,), template=template)
