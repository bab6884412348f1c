from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, unknown
from doctor.evidence.paths import Paths
from doctor.evidence.permissions import Permissions
from doctor.policies.grants import by_boundary, observed, statement, target_of, uses_of, way_to
from doctor.policies.usual import Use

_REMEDY = Remedy(
    "Have whoever owns the boundary add a statement that allows these calls, or give the role another boundary. The role's own "
    "policies cannot: a boundary is the most that they may grant.",
    commands=("aws iam get-role --role-name ROLE --query Role.PermissionsBoundary",),
)


@check("permission.boundary", severity=Severity.BREAKS, remedy=_REMEDY)
def boundary(permissions: Permissions, paths: Paths | None) -> Iterator[Observation]:
    """The role's permissions boundary allows what the function calls.

        AccessDenied: … is not authorized to perform: dynamodb:GetItem on resource: … because no permissions boundary allows
        the dynamodb:GetItem action

    A boundary grants nothing; it takes away what it does not name. Pipelines that create roles are often made to attach one.

    Source: IAM user guide, "Permissions boundaries for IAM entities", "Policy evaluation logic".
    """
    uses = uses_of(permissions, paths)
    lost = next((each for each in permissions.unread if each.part == "role"), None)
    if not uses:
        yield not_applicable("the boundary", "no service whose usual calls are known is used")
    elif lost:
        allow = f"; allow {lost.action}" if lost.action else ""
        words = f"whether {permissions.caller.name} has a permissions boundary was not read ({lost.detail}){allow}"
        yield unknown(permissions.caller.name, words)
    elif not permissions.boundary:
        yield ok(permissions.caller.name, f"the role {permissions.caller.name} has no permissions boundary")
    else:
        for use in uses:
            yield observed(
                by_boundary(permissions, use, way_to(paths)),
                use,
                subject=f"{permissions.boundary} {use.label}",
                who=f"the permissions boundary of {permissions.caller.name}",
                remedy=_remedy(permissions, use),
                targets=target_of(use, paths),
            )


def _remedy(permissions: Permissions, use: Use) -> Remedy:
    arn = permissions.boundary
    version = f"$(aws iam get-policy --policy-arn {arn} --query Policy.DefaultVersionId --output text)"
    commands = (f"aws iam get-policy-version --policy-arn {arn} --version-id {version}",)
    return replace(_REMEDY, commands=commands, template=f"{statement(use)}".replace("'", '"'))
