"""The policies of resources that the role's own policies do not let the function use: they may grant it all the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from doctor import strict_json
from doctor.error_atlas import Codes
from doctor.evidence import Facts, Missing, Reason, Shared, lacking
from doctor.evidence.calls.control import Reading, Refusal, Reply
from doctor.evidence.permissions import Permissions
from doctor.policies.usual import Use, Way, placed
from doctor.verdict import InvalidRequest, Source
from doctor.world import World

# Of each service (boto3's name) the method that tells the policy, the permission that it takes, and where the reply holds it.
_READS = {
    "s3": ("get_bucket_policy", "s3:GetBucketPolicy", ("Policy",)),
    "sqs": ("get_queue_attributes", "sqs:GetQueueAttributes", ("Attributes", "Policy")),
    "sns": ("get_topic_attributes", "sns:GetTopicAttributes", ("Attributes", "Policy")),
    "dynamodb": ("get_resource_policy", "dynamodb:GetResourcePolicy", ("Policy",)),
    "secretsmanager": ("get_resource_policy", "secretsmanager:GetResourcePolicy", ("ResourcePolicy",)),
    "lambda": ("get_policy", "lambda:GetPolicy", ("Policy",)),
}
_URL = ("get_queue_url", "sqs:GetQueueUrl")
# There is no policy, or nothing that could have one.
_NONE = Codes("queue-missing", "table-missing", "secret-missing", "resource-missing")
_ABSENT = ("NoSuchBucketPolicy", "NoSuchBucket", "PolicyNotFoundException", "NotFound", "NotFoundException")
_MOST_READ = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A resource's own policy; `document` is empty where it has none. Of one that was not read `lost` says why."""

    service: str
    resource: str
    document: dict[str, Any] = field(default_factory=dict)
    lost: str = ""


@dataclass(frozen=True, kw_only=True)
class ResourceGrants(Facts):
    """The own policies of the resources, as far as the answer depends on them.

    They are not read where a policy of the role allows one of the usual calls, or denies them all, and of another account's
    resource, to which the role's own policies must let it in any case.
    """

    kind: ClassVar[str] = "resource_grants"
    source: ClassVar[Source] = Source.CONTROL
    shared: ClassVar[Shared] = Shared.NOTHING
    actions: ClassVar[tuple[str, ...]] = (*(action for _, action, _ in _READS.values()), _URL[1])
    after: ClassVar[tuple[type[Facts], ...]] = (Permissions,)
    preload: ClassVar[str] = "doctor.isolation.preload"

    held: tuple[Held, ...] = ()

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read them, one service after the other."""
        permissions = next(iter(world.seen(Permissions)), None)
        if permissions is None:
            gone = (each for each in world.known if isinstance(each, Missing) and each.kind == Permissions.kind)
            usual = Missing(kind=cls.kind, source=cls.source, reason=Reason.NOT_ASKED, detail="the role was not read")
            yield replace(next(gone, usual), kind=cls.kind)
            return
        wanted = sorted(_deciding(permissions), key=lambda use: use.service)[:_MOST_READ]
        readings = {use.region: Reading(world, use.region) for use in wanted}
        yield cls(held=tuple(_held(readings[use.region], use, permissions.caller.account) for use in wanted))


def _deciding(permissions: Permissions) -> Iterator[Use]:
    """What the role's own policies do not allow, of resources that are named."""
    from doctor.areas.permission.other_actions import by_identity
    from doctor.policies.kinds import Decision  # only who collects pays for what evaluates

    for use in permissions.uses:
        if use.resource and use.service in _READS and placed(use).account in ("", permissions.caller.account):
            found = by_identity(permissions, use, Way())
            settled = any(each.decision is Decision.ALLOWED or each.partly for each in found)
            if not settled and not all(each.explicit for each in found):
                yield use


def _held(reading: Reading, use: Use, account: str) -> Held:
    said = _asked(reading, use, account)
    known = Held(service=use.service, resource=use.resource)
    if isinstance(said, Refusal):
        return known if said.code in _NONE or said.code in _ABSENT else replace(known, lost=_why(said))
    found: object = said
    for key in _READS[use.service][2]:
        found = found.get(key) if isinstance(found, Mapping) else None
    if not found:
        return known
    try:
        document = strict_json.parse(str(found), "policy")
    except InvalidRequest as error:
        return replace(known, lost=f"it is no policy: {error}")
    return replace(known, document=document) if isinstance(document, dict) else replace(known, lost="it is no policy")


def _why(said: Refusal) -> str:
    return f"{said.detail}{lacking(said.action)}"


def _asked(reading: Reading, use: Use, account: str) -> Reply | Refusal:
    operation, action, _ = _READS[use.service]
    named: Reply = _named(use, account)
    if use.service == "sqs":
        url = _ask(reading, use, *_URL, QueueName=placed(use).name, QueueOwnerAWSAccountId=account)
        if isinstance(url, Refusal):
            return url
        named = {"QueueUrl": url["QueueUrl"], "AttributeNames": ["Policy"]}
    return _ask(reading, use, operation, action, **named)


def _named(use: Use, account: str) -> Reply:
    """The resource, as its service's call names it; a bucket of another account's has no say here."""
    name, arn = placed(use).name, use.wanted[0].arn
    return {
        "s3": {"Bucket": name, "ExpectedBucketOwner": account},
        "sns": {"TopicArn": arn},
        "dynamodb": {"ResourceArn": arn},
        "secretsmanager": {"SecretId": use.resource},
        "lambda": {"FunctionName": name.removeprefix("function:")},
    }.get(use.service, {})


def _ask(reading: Reading, use: Use, operation: str, action: str, **named: Any) -> Reply | Refusal:
    return reading.ask(use.service, operation, action, most=reading.world.left(0.25, most=4), **named)
