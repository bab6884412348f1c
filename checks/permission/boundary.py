import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, otherwise, unknown
from doctor.areas.permission import remedies
from doctor.areas.permission.observations import observed, polling, target_of, uses_of, way_to, withheld
from doctor.areas.permission.refusals import judge
from doctor.areas.permission.rulings import Ruling, by_boundary
from doctor.evidence.caller import Caller
from doctor.evidence.paths import Paths
from doctor.evidence.permissions import Permissions, Policy
from doctor.evidence.refusals import Refusals
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind
from doctor.policies.usual import BY_LAMBDA, Use
from doctor.policies.written import statement, with_statement

_REMEDY = Remedy(
    "Have whoever owns the boundary add a statement that allows these calls, as the command does, or give the role another "
    "boundary. The role's own policies cannot: a boundary is the most that they may grant. Where a statement denies, it must be "
    "narrowed instead. IAM keeps five versions of a policy: an old one may have to go first.",
    commands=(
        "aws iam get-role --role-name ROLE --query Role.PermissionsBoundary",
        "aws iam create-policy-version --policy-arn BOUNDARY_ARN --set-as-default --policy-document file://NARROWED",
    ),
)
_CHANGED = f"{_REMEDY.text} {remedies.WRITTEN}"


def _denied(refusals: Refusals, resources: Resources | None, caller: Caller | None) -> Iterator[Observation]:
    commands = tuple(each.replace("ROLE", remedies.assumed(caller)) for each in _REMEDY.commands)
    yield from judge(refusals, resources, Kind.BOUNDARY, replace(_REMEDY, text=_CHANGED, commands=commands))


@otherwise(_denied)
@check("permission.boundary", severity=Severity.BREAKS, remedy=_REMEDY)
def boundary(permissions: Permissions, paths: Paths | None) -> Iterator[Observation]:
    """The role's permissions boundary allows what the function calls.

        AccessDenied: … is not authorized to perform: dynamodb:GetItem on resource: … because no permissions boundary allows
        the dynamodb:GetItem action

    A boundary grants nothing; it takes away what it does not name. Pipelines that create roles are often made to attach one.
    Where it cannot be read, what AWS says when it denies one of the doctor's own reads is told.

    Source: IAM user guide, "Permissions boundaries for IAM entities", "Policy evaluation logic".
    """
    uses = uses_of(permissions, paths)
    lost = next((each for each in permissions.unread if each.part == "role"), None)
    if not uses and not permissions.polled:
        yield not_applicable("the boundary", "no service whose usual calls are known is used")
    elif lost:
        words = f"whether {permissions.caller.name} has a permissions boundary was not read ({lost.detail}){lost.allow}"
        yield unknown(permissions.caller.name, words)
    elif not permissions.boundary:
        yield ok(permissions.caller.name, f"the role {permissions.caller.name} has no permissions boundary")
    else:
        arn, who = permissions.boundary, f"the permissions boundary of {permissions.caller.name}"
        from doctor.areas.permission.other_actions import (
            by_boundary as with_others,  # what evaluates is imported where there is something to evaluate
        )

        for use in uses:
            rulings = with_others(permissions, use, way_to(paths))
            remedy, targets, subject = _remedy(permissions, use, rulings), target_of(use, paths), f"{arn} {use.label}"
            yield observed(rulings, use, subject=subject, who=who, remedy=remedy, targets=targets)
            yield from withheld(rulings, use, subject=subject, who=who, targets=targets)
        for use in permissions.polled:
            rulings = by_boundary(permissions, use, BY_LAMBDA)
            remedy = _remedy(permissions, use, rulings)
            yield polling(rulings, use, subject=f"{arn} polls {use.label}", who=who, remedy=remedy)


def _remedy(permissions: Permissions, use: Use, rulings: Sequence[Ruling]) -> Remedy:
    """A statement that denies is narrowed; else the boundary gets one more, by the command itself where it was read."""
    if narrowed := remedies.of_role(permissions, rulings):
        return narrowed
    arn, role = permissions.boundary, permissions.caller.name
    read = next((each.document for each in permissions.policies if each.kind == "boundary"), {})
    bounding = Policy(name=arn.rpartition("/")[2], kind="boundary", document=read, arn=arn)
    written = shlex.quote(with_statement(read, statement(use))) if read else "file://NARROWED"
    text, commands = (_REMEDY.text if read else _CHANGED), remedies.of_policy(bounding, role, written)
    return Remedy(text, commands=commands, template=json.dumps(statement(use)))
