"""What is asked about each kind of resource, and what the answers tell of its state."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from doctor.error_atlas import Codes
from doctor.evidence import Reason
from doctor.evidence.calls.control import Refusal, Reply
from doctor.evidence.calls.resource_service import IMPATIENCE, PATIENCE, Service
from doctor.evidence.calls.resource_state import ACTIONS, Owner, Resource, State
from doctor.evidence.settings.named_resources import NamedResource, expected_owner
from doctor.world import World

_MOST_PAGES = 5
_ABSENT = Codes("queue-missing", "table-missing", "secret-missing", "resource-missing")
_NO_KEY = "NotFoundException"  # KMS; too common a name to mean a key wherever it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The caller's own account number, and the one that buckets are expected in; "" where nobody told.

    `words` say whose the latter is, and `declared` that a variable names it.
    """

    number: str = ""
    owner: str = ""
    words: str = ""
    declared: bool = False


def own_account(
    world: World, wanted: tuple[NamedResource, ...], environ: Mapping[str, str], number: str = ""
) -> Account:
    """The caller's own account (asked of STS where nobody has told its `number`), and the one that buckets are expected in."""
    owner, variable = expected_owner(environ)
    if not number and any(each.account or (each.kind == "bucket" and not owner) for each in wanted):
        said = Service(world, "sts", world.region).ask("get_caller_identity", "sts:GetCallerIdentity")
        number = "" if isinstance(said, Refusal) else str(said.get("Account") or "")
    if owner:
        return Account(
            number=number, owner=owner, words=f"account …{owner[-4:]}, which {variable} names", declared=True
        )
    return Account(number=number, owner=number, words=f"the caller's own account …{number[-4:]}" if number else "")


def look(world: World, wanted: Sequence[NamedResource], region: str | None, account: Account) -> Iterator[Resource]:
    """The state of each, in the order of their services, those that were declared first."""
    ordered = sorted(
        wanted, key=lambda each: (not any(w.declared and w.service == each.service for w in wanted), each.service)
    )
    patience = PATIENCE
    for name in dict.fromkeys(each.service for each in ordered):
        service = Service(world, name, region, patience)
        for each in ordered:
            if each.service == name:
                yield _LOOKS[each.kind](service, each, account)
        patience = IMPATIENCE if service.silent else patience  # a dark network is dark for the others as well
        del service
        world.forget()


def _bucket(service: Service, wanted: NamedResource, account: Account) -> Resource:
    owner = {"ExpectedBucketOwner": account.owner} if account.owner else {}
    said = service.ask("head_bucket", Bucket=wanted.id, **owner)
    whose = Owner.UNTOLD
    if not isinstance(said, Refusal) and said["status"] == 200 and owner:
        whose = Owner.EXPECTED
    if not isinstance(said, Refusal) and said["status"] == 403 and owner:  # the owner's, or the permission's 403?
        again = service.ask("head_bucket", Bucket=wanted.id)
        if not isinstance(again, Refusal) and again["status"] == 200:
            said, whose = again, Owner.OTHER
    if isinstance(said, Refusal):
        found = _failed(service, wanted, account, said)
    else:
        found = _headed(service, wanted, account, said, owner)
    target = found.target
    if not wanted.declared:  # S3 is then a target by its own host, without the bucket
        target = target.removeprefix(f"{wanted.id}.")
    return replace(
        found, owner=whose, expected=account.words, declared_owner=account.declared, account="", target=target
    )


def _headed(service: Service, wanted: NamedResource, account: Account, said: Reply, owner: dict[str, str]) -> Resource:
    """What S3's status and its header with the region tell. A denied answer with a region is one about a bucket that exists."""
    status, region = int(said["status"]), str(said["region"])
    if region and service.region and not service.region.endswith("-global") and region != service.region:
        return _of_region(service, wanted, account, region)
    if status == 200:
        if not region:
            told = service.ask("get_bucket_location", Bucket=wanted.id, **owner)
            region = "" if isinstance(told, Refusal) else _location(told.get("LocationConstraint"))
            if region and service.region and region != service.region:
                return _of_region(service, wanted, account, region)
        return _resource(service, wanted, account, state=State.EXISTS, region=region)
    if status == 404:
        return _resource(service, wanted, account, state=State.MISSING, detail="404")
    if status == 403:
        return _resource(
            service, wanted, account, state=State.DENIED, action=ACTIONS["head_bucket"], detail="403", region=region
        )
    return _resource(service, wanted, account, state=State.REFUSED, detail=f"S3 answered {status} without a word")


def _of_region(service: Service, wanted: NamedResource, account: Account, region: str) -> Resource:
    """A bucket of another region, and whether S3 answers there: boto3 would follow it."""
    said = Service(service.world, "s3", region).ask("head_bucket", Bucket=wanted.id)
    answers = not isinstance(said, Refusal)
    return _resource(service, wanted, account, state=State.OTHER_REGION, region=region, answers=answers)


def _location(constraint: object) -> str:
    """The region in a LocationConstraint: none is us-east-1, and EU is old for eu-west-1 (S3 API reference)."""
    return {"": "us-east-1", "EU": "eu-west-1"}.get(str(constraint or ""), str(constraint or ""))


def _queue(service: Service, wanted: NamedResource, account: Account) -> Resource:
    if elsewhere := _elsewhere(service, wanted, account):
        return elsewhere
    if wanted.account:
        suffix = "amazonaws.com.cn" if wanted.partition == "aws-cn" else "amazonaws.com"
        url = f"https://sqs.{wanted.region}.{suffix}/{wanted.account}/{wanted.id}"
    else:
        told = _told(service, wanted, account, "get_queue_url", "QueueUrl", QueueName=wanted.id)
        if isinstance(told, Resource):
            return told
        url = str(told["QueueUrl"])
    asked: Reply = {"QueueUrl": url, "AttributeNames": ["VisibilityTimeout"]}
    said = _told(service, wanted, account, "get_queue_attributes", "Attributes", **asked)
    if isinstance(said, Resource):
        return said
    told_visibility = str(said["Attributes"].get("VisibilityTimeout", ""))
    visibility = int(told_visibility) if told_visibility.isdecimal() else None
    return _resource(service, wanted, account, state=State.EXISTS, visibility=visibility)


def _table(service: Service, wanted: NamedResource, account: Account) -> Resource:
    if elsewhere := _elsewhere(service, wanted, account):
        return elsewhere
    foreign = wanted.account and account.number and wanted.account != account.number
    name = (
        f"arn:{wanted.partition}:dynamodb:{wanted.region}:{wanted.account}:table/{wanted.id}" if foreign else wanted.id
    )
    said = _told(service, wanted, account, "describe_table", "Table", TableName=name)
    if isinstance(said, Resource):
        return said
    status = str(said["Table"].get("TableStatus") or "")
    return _resource(service, wanted, account, state=State.EXISTS, status=status)


def _secret(service: Service, wanted: NamedResource, account: Account) -> Resource:
    if elsewhere := _elsewhere(service, wanted, account):
        return elsewhere
    said = _told(service, wanted, account, "describe_secret", "ARN", SecretId=wanted.id)
    if isinstance(said, Resource):
        return said
    status = "scheduled for deletion" if said.get("DeletedDate") else ""
    return _resource(service, wanted, account, state=State.EXISTS, status=status)


def _parameter(service: Service, wanted: NamedResource, account: Account) -> Resource:
    """Its metadata. An ARN does not tell whether the name begins with a slash."""
    if elsewhere := _elsewhere(service, wanted, account):
        return elsewhere
    names = [wanted.id, f"/{wanted.id}"] if wanted.account and not wanted.id.startswith("/") else [wanted.id]
    asked: Reply = {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": names}]}
    for _ in range(_MOST_PAGES):  # a page may be empty and not the last
        said = _told(service, wanted, account, "describe_parameters", "Parameters", **asked)
        if isinstance(said, Resource):
            return said
        if said["Parameters"]:
            return _resource(service, wanted, account, state=State.EXISTS)
        if not said.get("NextToken"):
            return _absent(service, wanted, account, "")
        asked["NextToken"] = said["NextToken"]
    return _resource(service, wanted, account, state=State.REFUSED, detail=f"not among the first {_MOST_PAGES} pages")


def _key(service: Service, wanted: NamedResource, account: Account) -> Resource:
    if elsewhere := _elsewhere(service, wanted, account):
        return elsewhere
    said = _told(service, wanted, account, "describe_key", "KeyMetadata", KeyId=wanted.id)
    if isinstance(said, Resource):
        return said
    status = str(said["KeyMetadata"].get("KeyState") or "")
    return _resource(service, wanted, account, state=State.EXISTS, status=status)


_LOOKS = {"bucket": _bucket, "queue": _queue, "table": _table, "secret": _secret, "parameter": _parameter, "key": _key}


def _told(
    service: Service, wanted: NamedResource, account: Account, operation: str, member: str, **named: Any
) -> Reply | Resource:
    """The reply; where there is none, what that tells.

    A success without the member that AWS always sends is anybody's: botocore makes an empty reply of an empty body.
    """
    said = service.ask(operation, **named)
    if isinstance(said, Refusal):
        return _failed(service, wanted, account, said)
    if said.get(member) is None:
        return _resource(service, wanted, account, state=State.REFUSED, detail=f"a success without {member}")
    return said


def _elsewhere(service: Service, wanted: NamedResource, account: Account) -> Resource | None:
    """A name that tells another region than clients call here; nothing is asked there."""
    if not wanted.region:
        return None
    service.open()
    if not service.region or wanted.region == service.region:
        return None
    return _resource(service, wanted, account, state=State.OTHER_REGION)


def _failed(service: Service, wanted: NamedResource, account: Account, why: Refusal) -> Resource:
    """What a refusal tells. AWS's messages may quote a name, so that only the code is kept."""
    if why.code in _ABSENT or why.code == _NO_KEY:
        return _absent(service, wanted, account, why.code)
    if why.reason is Reason.DENIED:
        state = State.DENIED if why.action else State.REFUSED  # else the credentials themselves were refused
    elif why.reason is Reason.NOT_ASKED:
        state = State.NOT_ASKED
    else:
        state = State.REFUSED if why.code else State.UNREACHABLE
    told = {"policy": why.denial.kind, "explicit": why.denial.explicit} if why.denial else {}
    return _resource(service, wanted, account, state=state, action=why.action, detail=why.code or why.detail, **told)


def _absent(service: Service, wanted: NamedResource, account: Account, code: str) -> Resource:
    """Another account's resource may be there, and only not be shown."""
    foreign = wanted.account and wanted.account != account.number
    if foreign and wanted.kind == "parameter":
        return _resource(service, wanted, account, state=State.REFUSED, detail="another account's are not listed")
    return _resource(service, wanted, account, state=State.MISSING, detail=code)


def _resource(service: Service, wanted: NamedResource, account: Account, *, state: State, **told: Any) -> Resource:
    foreign = wanted.account and wanted.account != account.number
    usual: dict[str, Any] = {"region": wanted.region, "account": wanted.account[-4:] if foreign else ""}
    return Resource(
        kind=wanted.kind,
        service=wanted.service,
        name=wanted.name,
        origin=wanted.origin,
        declared=wanted.declared,
        sure=wanted.sure,
        consumed=wanted.consumed,
        target=service.target,
        state=state,
        **(usual | told),
    )
