from collections.abc import Iterator, Sequence
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, not_applicable, otherwise, unknown
from doctor.areas.permission import remedies
from doctor.areas.permission.observations import observed, polling, target_of, uses_of, way_to, withheld
from doctor.areas.permission.refusals import judge
from doctor.areas.permission.resource_policies import granting, outweighed
from doctor.areas.permission.rulings import Ruling, by_identity
from doctor.evidence.caller import Caller
from doctor.evidence.paths import Paths
from doctor.evidence.permissions import SOURCES, Permissions
from doctor.evidence.refusals import Refusals
from doctor.evidence.resource_grants import ResourceGrants
from doctor.evidence.resources import Resources
from doctor.policies.kinds import Kind
from doctor.policies.usual import BY_LAMBDA, Use
from doctor.policies.written import as_yaml

_REMEDY = Remedy(
    "Add a statement to the role's policies that allows what the code calls, on the resource that it calls; take out of the "
    "command's what it does not call. Where a statement denies, it must be narrowed instead: no permission outweighs it.",
    commands=(
        "aws iam list-role-policies --role-name ROLE",
        "aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://NARROWED",
        "aws iam list-attached-role-policies --role-name ROLE",
        "aws iam create-policy-version --policy-arn POLICY_ARN --set-as-default --policy-document file://NARROWED",
    ),
)


def _denied(refusals: Refusals, resources: Resources | None, caller: Caller | None) -> Iterator[Observation]:
    yield from judge(refusals, resources, Kind.IDENTITY, _look(remedies.assumed(caller)))


@otherwise(_denied)
@check("permission.identity-policy", severity=Severity.BREAKS, remedy=_REMEDY)
def identity_policy(
    permissions: Permissions, paths: Paths | None, grants: ResourceGrants | None
) -> Iterator[Observation]:
    """The execution role's own policies allow what the function calls, and what Lambda polls for it.

        AccessDeniedException: User: arn:aws:sts::…:assumed-role/ROLE/FUNCTION is not authorized to perform: sqs:SendMessage
        on resource: … because no identity-based policy allows the sqs:SendMessage action

    A policy often names the resource as well, so that a bucket or a queue that gets another name needs another policy. Of
    each service the calls that functions usually make are judged, and rarer ones; the role is at fault where it may do
    nothing with the resource but look at its properties. What it may not do beside what it may is a hint: whether the code
    sends to a queue that it may receive from, nobody has told. A queue's or a bucket's own policy may grant to the role what
    these do not, and is read then; a key's, a stream's and an event bus's are not, and leave the answer open. Where the
    role's policies cannot be read, what AWS says when it denies one of the doctor's own reads is told: a hint, if no
    statement allows that read.

        InvalidParameterValueException: The provided execution role does not have permissions to call ReceiveMessage on SQS

    That is what Lambda says when an event source is made. Where the permission goes later, the function is just not invoked
    any more, and no log tells why. Lambda polls outside of the function's VPC, and needs each of the calls.

    Source: IAM user guide, "Policy evaluation logic", "Troubleshoot access denied error messages"; AWS's simulation
    (iam:SimulatePrincipalPolicy) where it may be asked; Lambda developer guide, "Using source function ARN to control function
    access behavior".
    """
    uses = uses_of(permissions, paths)
    if not uses and not permissions.polled:
        yield not_applicable("the role's policies", "no service whose usual calls are known is used")
    for use in uses:
        yield from _of_use(permissions, use, paths, grants)
    for use in permissions.polled:
        role, rulings = permissions.caller.name, by_identity(permissions, use, BY_LAMBDA)
        remedy = _remedy(permissions, use, rulings, any(each.lacking for each in rulings))
        yield polling(rulings, use, subject=f"{role} polls {use.label}", who=f"the role {role}", remedy=remedy)
    if lost := next((each for each in permissions.unread if each.part == SOURCES), None):
        words = f"what Lambda polls for {permissions.function} was not read ({lost.detail}){lost.allow}"
        yield unknown(SOURCES, words, severity=Severity.HINTS, targets=("*",))


def _of_use(
    permissions: Permissions, use: Use, paths: Paths | None, grants: ResourceGrants | None
) -> Iterator[Observation]:
    """What the code may do with one resource, and a hint about what it may not."""
    from doctor.areas.permission.other_actions import (
        by_identity as with_others,  # what evaluates is imported where there is something to evaluate
    )

    role, way, targets = permissions.caller.name, way_to(paths), target_of(use, paths)
    own = with_others(permissions, use, way)
    rulings = outweighed(own, use, permissions, way, grants)
    subject, who = f"{role} {use.label}", granting(own, rulings, use, f"the role {role}")
    remedy = _remedy(permissions, use, rulings, all(each.lacking for each in rulings))
    yield observed(rulings, use, subject=subject, who=who, remedy=remedy, targets=targets)
    yield from withheld(rulings, use, subject=subject, who=who, targets=targets)


def _look(role: str) -> Remedy:
    commands = tuple(each.replace("ROLE", role) for each in _REMEDY.commands)
    return replace(_REMEDY, text=f"{_REMEDY.text} {remedies.WRITTEN}", commands=commands)


def _remedy(permissions: Permissions, use: Use, rulings: Sequence[Ruling], lacking: bool) -> Remedy:
    """What denies is narrowed, and what is `lacking` allowed."""
    role = permissions.caller.name
    template = "\n".join(("Policies:", "  - Statement:", *(f"      {line}" for line in as_yaml(use))))
    allow = replace(_REMEDY, commands=(remedies.allowing(role, use),), template=template)
    if not any(each.explicit for each in rulings):
        return allow
    narrowed = remedies.of_role(permissions, rulings) or _look(role)
    if not lacking:
        return narrowed
    text = f"{narrowed.text} No statement allows them either: the last command adds one that does."
    return replace(allow, text=text, commands=(*narrowed.commands, *allow.commands))
