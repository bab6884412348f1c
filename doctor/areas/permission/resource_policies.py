"""What a resource's own policy makes of a lack of permission: in one account it is enough that either allows.

The root of the account that a policy names stands for the account, which then has to allow its role by itself; a role or its
session that is named, or everybody, is let in (IAM user guide, "Policy evaluation logic", "How a resource-based policy
works within one account").
"""

from collections.abc import Iterable
from dataclasses import replace

from doctor.areas.permission.rulings import Ruling
from doctor.evidence.permissions import Permissions
from doctor.evidence.resource_grants import Held, ResourceGrants
from doctor.policies.kinds import Decision, Kind
from doctor.policies.usual import Use, Way

# What has policies of its own, and what shows the policy where it is not read here.
_KINDS = {
    "s3": ("bucket", ""),
    "sqs": ("queue", ""),
    "sns": ("topic", ""),
    "dynamodb": ("table", ""),
    "secretsmanager": ("secret", ""),
    "lambda": ("function", ""),
    "kms": ("key", "aws kms get-key-policy --key-id KEY_ID --policy-name default, and grants: aws kms list-grants"),
    "kinesis": ("stream", "aws kinesis get-resource-policy --resource-arn STREAM_ARN"),
    "events": ("event bus", "aws events describe-event-bus --name EVENT_BUS"),
}


def outweighed(
    rulings: tuple[Ruling, ...], use: Use, permissions: Permissions, way: Way, grants: ResourceGrants | None
) -> tuple[Ruling, ...]:
    """What the role's own policies say, where they allow nothing, together with what the resource's may say."""
    if use.service not in _KINDS or any(each.decision is Decision.ALLOWED for each in rulings):
        return rulings
    asked = way.elsewhere(use.region, permissions.region)
    return tuple(_weighed(each, use, permissions, asked, grants) for each in rulings)


def granting(before: Iterable[Ruling], after: Iterable[Ruling], use: Use, who: str) -> str:
    """Whose policy lets the calls through."""
    changed = any(each.decision is Decision.ALLOWED for each in after) and not any(
        each.decision is Decision.ALLOWED for each in before
    )
    return f"the {_KINDS[use.service][0]}'s own policy" if changed else who


def _weighed(ruling: Ruling, use: Use, permissions: Permissions, way: Way, grants: ResourceGrants | None) -> Ruling:
    wanted, account = ruling.wanted, permissions.caller.account
    if ruling.decision is not Decision.DENIED or ruling.explicit or wanted.owner not in ("", account):
        return ruling
    kind, shows = _KINDS[use.service]
    found = next((each for each in grants.held if _same(each, use)), None) if grants else None
    if found is None or found.lost:
        lost = found.lost if found else shows or "it was not asked for"
        which = "its" if use.resource else f"which {kind} is called is not known, and its"
        why = f"{ruling.why}; {which} own policy may allow it, which was not read ({lost})"
        return replace(ruling, decision=Decision.UNKNOWN, why=why)
    if not found.document:
        return replace(ruling, why=f"{ruling.why}, and the {kind} has no policy of its own")
    return _by_its_policy(ruling, found, f"the policy of the {kind}", permissions, way)


def _same(held: Held, use: Use) -> bool:
    return (held.service, held.resource) == (use.service, use.resource)


def _by_its_policy(ruling: Ruling, held: Held, name: str, permissions: Permissions, way: Way) -> Ruling:
    from doctor.policies import function_call  # only where there is something to evaluate
    from doctor.policies.layers import Layer, judged
    from doctor.policies.read import document
    from doctor.verdict import InvalidRequest

    try:
        policy = document(held.document, name=name)
    except InvalidRequest as error:
        return replace(ruling, decision=Decision.UNKNOWN, why=f"{ruling.why}; {error.field} {error}")
    region, bounded = ruling.wanted.region(permissions.region), permissions.bounded
    call = function_call.call(
        permissions.caller, ruling.wanted, region=region, way=way, time=permissions.time, bounded=bounded
    )
    said = judged(Layer(kind=Kind.RESOURCE, documents=(policy,)), call)
    if said.decision is Decision.ALLOWED:
        return replace(ruling, decision=Decision.ALLOWED, why=f"{name} allows it", lacking=False)
    if said.decision is Decision.DENIED:
        return replace(ruling, why=f"{ruling.why}, and neither does {name}")
    return replace(ruling, decision=Decision.UNKNOWN, why=f"{ruling.why}; {'; '.join(said.reasons[:3])}")
