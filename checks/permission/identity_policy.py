from collections.abc import Iterator, Sequence
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, not_applicable, otherwise, unknown
from doctor.evidence.caller import Caller
from doctor.evidence.paths import Paths
from doctor.evidence.permissions import SOURCES, Permissions
from doctor.evidence.refusals import Refusals
from doctor.evidence.resources import Resources
from doctor.policies import mending
from doctor.policies.grants import Ruling, as_yaml, by_identity, observed, polling, target_of, uses_of, way_to
from doctor.policies.kinds import Kind
from doctor.policies.refused import judge
from doctor.policies.usual import BY_LAMBDA, Use

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
    yield from judge(refusals, resources, Kind.IDENTITY, _look(mending.assumed(caller)))


@otherwise(_denied)
@check("permission.identity-policy", severity=Severity.BREAKS, remedy=_REMEDY)
def identity_policy(permissions: Permissions, paths: Paths | None) -> Iterator[Observation]:
    """The execution role's own policies allow what the function calls, and what Lambda polls for it.

        AccessDeniedException: User: arn:aws:sts::…:assumed-role/ROLE/FUNCTION is not authorized to perform: sqs:SendMessage
        on resource: … because no identity-based policy allows the sqs:SendMessage action

    A policy often names the resource as well, so that a bucket or a queue that gets another name needs another policy. Of
    each service the calls that functions usually make are judged, and the role is at fault where none of them is allowed.
    A queue's or a bucket's own policy may grant to the role what these do not; it is not read here. Where the policies cannot
    be read, what AWS says when it denies one of the doctor's own reads is told: a hint, if no statement allows that read.

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
        role, rulings = permissions.caller.name, by_identity(permissions, use, way_to(paths))
        yield observed(
            rulings,
            use,
            subject=f"{role} {use.label}",
            who=f"the role {role}",
            remedy=_remedy(permissions, use, rulings, all(each.lacking for each in rulings)),
            targets=target_of(use, paths),
        )
    for use in permissions.polled:
        role, rulings = permissions.caller.name, by_identity(permissions, use, BY_LAMBDA)
        remedy = _remedy(permissions, use, rulings, any(each.lacking for each in rulings))
        yield polling(rulings, use, subject=f"{role} polls {use.label}", who=f"the role {role}", remedy=remedy)
    if lost := next((each for each in permissions.unread if each.part == SOURCES), None):
        words = f"what Lambda polls for {permissions.function} was not read ({lost.detail})"
        allow = f"; allow {lost.action}" if lost.action else ""
        yield unknown(SOURCES, words + allow, severity=Severity.HINTS, targets=("*",))


def _look(role: str) -> Remedy:
    commands = tuple(each.replace("ROLE", role) for each in _REMEDY.commands)
    return replace(_REMEDY, text=f"{_REMEDY.text} {mending.WRITTEN}", commands=commands)


def _remedy(permissions: Permissions, use: Use, rulings: Sequence[Ruling], lacking: bool) -> Remedy:
    """What denies is narrowed, and what is `lacking` allowed."""
    role = permissions.caller.name
    template = "\n".join(("Policies:", "  - Statement:", *(f"      {line}" for line in as_yaml(use))))
    allow = replace(_REMEDY, commands=(mending.allowing(role, use),), template=template)
    if not any(each.explicit for each in rulings):
        return allow
    narrowed = mending.of_role(permissions, rulings) or _look(role)
    if not lacking:
        return narrowed
    text = f"{narrowed.text} No statement allows them either: the last command adds one that does."
    return replace(allow, text=text, commands=(*narrowed.commands, *allow.commands))
