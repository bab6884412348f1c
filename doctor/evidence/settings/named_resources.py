"""Which resources a function means: declared, or named by its variables, event sources and role's policies.

A value is taken for a resource's name only where its form, or its variable's name, says so. Nothing that may be a secret is
ever asked for: whatever is sent to AWS as a name would stand in its logs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from doctor.redact import Redactor, looks_secret
from doctor.request import ServiceTarget

MOST = 24  # resources of one run


class _Pattern:
    """A regular expression, compiled on first use: most functions' variables need few of these, and a parent's start is short."""

    def __init__(self, spelled: str) -> None:
        self._spelled = spelled

    @cached_property
    def of(self) -> re.Pattern[str]:
        return re.compile(self._spelled)


_LONGEST = 4096  # characters of a value; Lambda allows no more in all variables together
_ARN = _Pattern(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>s3|sqs|dynamodb|secretsmanager|ssm|kms):(?P<region>[a-z0-9-]*):"
    r"(?P<account>[0-9]{12})?:(?P<rest>[^\s,;\"']{1,512})"
)
# Today's address and the two that old SDKs call (SQS developer guide, "Queue and message identifiers").
_QUEUE_URL = _Pattern(
    r"https://(?:sqs\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?|(?:(?P<legacy>[a-z0-9-]+)\.)?queue\.amazonaws\.com)/"
    r"(?P<account>[0-9]{12})/(?P<name>[A-Za-z0-9_-]{1,80}(?:\.fifo)?)"
)
_S3_URL = _Pattern(r"s3[an]?://(?P<bucket>[^/\s]{3,63})(?:/\S*)?")
# The spelling of names, by each service's API reference.
_SPELLED = {
    "bucket": _Pattern(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    "queue": _Pattern(r"[A-Za-z0-9_-]{1,80}(?:\.fifo)?"),
    "table": _Pattern(r"[A-Za-z0-9_.-]{3,255}"),
    "secret": _Pattern(r"[A-Za-z0-9/_+=.@-]{1,512}"),
    "parameter": _Pattern(r"/?[A-Za-z0-9_.-]{1,200}(?:/[A-Za-z0-9_.-]{1,200}){0,14}"),
    "key": _Pattern(r"alias/[A-Za-z0-9/_-]{1,250}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}"),
}
_KIND_OF = {"s3": "bucket", "sqs": "queue", "dynamodb": "table", "secretsmanager": "secret", "ssm": "parameter"}
_KIND_OF |= {"kms": "key"}
_SERVICE_OF = {kind: service for service, kind in _KIND_OF.items()}
# What a variable is called that holds a bare name. Other clouds have buckets, and rate limiters as well.
_VARIABLES = {
    "bucket": _Pattern(r"(?:^|_)BUCKET_?(?:NAME)?$"),
    "queue": _Pattern(r"(?:^|_)SQS_QUEUE_?(?:NAME)?$"),
    "table": _Pattern(r"(?:^|_)TABLE_?(?:NAME)?$"),
    "secret": _Pattern(r"(?:^|_)SECRET_?NAME$"),
    "parameter": _Pattern(r"(?:^|_)(?:SSM|PARAMETER|PARAM)_?(?:PARAMETER|PARAM)?_?(?:NAME)?$"),
    "key": _Pattern(r"(?:^|_)KMS_KEY(?:_?(?:ID|ALIAS|NAME))?$"),
}
_TELLING = ("BUCKET", "QUEUE", "TABLE", "SECRET", "SSM", "PARAM", "KMS")  # no pattern fits without one of them
_NOT_OURS = _Pattern(
    r"(?:^|_)(?:GCS|GCP|GOOGLE|AZURE|R2|B2|MINIO|OSS|SPACES|TOKEN|RATE|LEAKY|THROTTLE|METRICS?|ROUTE|SQL|DB|PG|BIGQUERY|GLUE|ATHENA)_"
)
_DYNAMO = _Pattern(r"DYNAMO|DDB")
_OWNER = _Pattern(r"(?:^|_)BUCKET_(?:OWNER|ACCOUNT)(?:_ID)?$")
# Words as people name things. Random characters are no name, and might be the secret itself.
_WORDS = _Pattern(r"/?(?:[A-Za-z]{1,24}[0-9]{0,3}|[0-9]{1,4})(?:[/_.-](?:[A-Za-z]{1,24}[0-9]{0,3}|[0-9]{1,4})){0,15}")
_MAY_HIDE = ("secret", "parameter")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedResource:
    """A resource to look at. `id` is what AWS is asked for, and stays in the collector; `name` is what may be printed."""

    kind: str
    id: str
    name: str
    origin: str
    declared: bool = False
    sure: bool = True
    region: str = ""
    account: str = ""
    partition: str = "aws"
    consumed: bool = False

    @property
    def service(self) -> str:
        """The name of its boto3 client."""
        return _SERVICE_OF[self.kind]


def meant(targets: tuple[ServiceTarget, ...], environ: Mapping[str, str]) -> tuple[NamedResource, ...]:
    """What targets declare, and variables name."""
    told = (declared(target.service, target.resource) for target in targets if target.reachable)
    calls_dynamo = any(target.service == "dynamodb" for target in targets)
    return together(filter(None, told), of_variables(environ, with_dynamo=calls_dynamo))


def declared(service: str, resource: str | None, origin: str = "declared") -> NamedResource | None:
    """What a target declares; None where it names no resource that is looked at."""
    kind = _KIND_OF.get(service)
    if kind is None or not resource or looks_secret(resource):
        return None
    found = _of_arn(resource, origin) or _of_url(resource, origin)
    if found is None and not resource.startswith(("arn:", "https:")):
        found = _bare(kind, resource, origin)
    return replace(found, declared=True) if found and found.kind == kind else None


def of_variables(environ: Mapping[str, str], *, with_dynamo: bool = False) -> Iterator[NamedResource]:
    """What variables name. With `with_dynamo` it is known that the function calls DynamoDB, so that a table is one of its."""
    names = [name for name in sorted(environ) if not name.startswith(("DOCTOR_", "AWS_LAMBDA_", "_"))]
    found = [each for name in names for each in _of_variable(name, environ[name][:_LONGEST].strip())]
    calls_dynamo = with_dynamo or any(each.kind == "table" and each.sure for each in found)
    redactor = Redactor(environ) if found else None
    for printed in (_printable(each, redactor) for each in found if redactor):
        if printed:
            yield replace(printed, sure=True) if printed.kind == "table" and calls_dynamo else printed


def of_arns(arns: Iterable[str], origin: str, *, sure: bool, consumed: bool = False) -> Iterator[NamedResource]:
    """What ARNs name that are whole: an event source's, or those of a policy."""
    for arn in arns:
        if "*" not in arn.partition("/")[0] and "?" not in arn and "${" not in arn and not looks_secret(arn):
            found = _of_arn(arn, origin)
            if found:
                yield replace(found, sure=sure, consumed=consumed)


def expected_owner(environ: Mapping[str, str]) -> tuple[str, str]:
    """The account that a variable names as the owner of buckets, and that variable; "" and "" where none does."""
    told = [
        (environ[name].strip(), name)
        for name in sorted(environ)
        if "BUCKET" in name.upper() and _OWNER.of.search(name.upper())
    ]
    return next((pair for pair in told if re.fullmatch("[0-9]{12}", pair[0])), ("", ""))


def together(*parties: Iterable[NamedResource]) -> tuple[NamedResource, ...]:
    """Each resource once, as the first who names it; what is declared of a kind stands instead of guesses."""
    every = [each for party in parties for each in party]
    told = {each.kind for each in every if each.declared}
    found: dict[tuple[str, str], NamedResource] = {}
    for each in every:
        place = (each.kind, each.name or each.id)
        if each.declared or each.consumed or each.kind not in told:
            known = found.setdefault(place, each)
            if each.consumed and not known.consumed:
                found[place] = replace(known, consumed=True, sure=True)
    return tuple(found.values())[:MOST]


def _of_variable(name: str, value: str) -> Iterator[NamedResource]:
    origin, upper = f"the variable {name}", name.upper()
    named = _ARN.of.finditer(value) if "arn:" in value else ()
    arns = [found for match in named if (found := _of_arn(match[0], origin))]
    words = re.split(r"[\s,;]+", value) if "://" in value else []
    urls = [found for word in words if (found := _of_url(word, origin))]
    yield from (*arns, *urls)
    if arns or urls or not value or not any(word in upper for word in _TELLING):
        return
    for kind, called in _VARIABLES.items():
        if called.of.search(upper) and (found := _bare(kind, value, origin)) and _fits(kind, upper, value):
            yield replace(found, sure=kind != "table" or bool(_DYNAMO.of.search(upper)))
            return


def _fits(kind: str, variable: str, value: str) -> bool:
    """Whether a bare value may be a name of its kind; a secret's and a parameter's must be words."""
    if kind == "secret":
        return "CLIENT" not in variable and bool(_WORDS.of.fullmatch(value))
    if kind == "parameter":
        return (value.startswith("/") or "SSM" in variable) and bool(_WORDS.of.fullmatch(value))
    return kind == "key" or bool(_DYNAMO.of.search(variable)) or not _NOT_OURS.of.search(variable)


def _bare(kind: str, value: str, origin: str) -> NamedResource | None:
    return NamedResource(kind=kind, id=value, name=value, origin=origin) if _SPELLED[kind].of.fullmatch(value) else None


def _of_url(word: str, origin: str) -> NamedResource | None:
    if found := _QUEUE_URL.of.fullmatch(word):
        name, region = found["name"], found["region"] or found["legacy"] or "us-east-1"
        partition = "aws-cn" if ".com.cn/" in word else "aws"
        return NamedResource(
            kind="queue",
            id=name,
            name=name,
            origin=origin,
            region=region,
            account=found["account"],
            partition=partition,
        )
    found = _S3_URL.of.fullmatch(word)
    return _bare("bucket", found["bucket"], origin) if found else None


def _of_arn(arn: str, origin: str) -> NamedResource | None:
    found = _ARN.of.fullmatch(arn)
    if not found:
        return None
    kind, rest = _KIND_OF[found["service"]], found["rest"]
    name = _name_in(kind, rest)
    if not name or not _SPELLED[kind].of.fullmatch(name) or (kind == "bucket") == bool(found["region"]):
        return None  # a bucket's ARN holds no region, which its access points' do
    # ECS's form of a secret's ARN goes on with a JSON key after the name.
    whole = {"secret": f"{arn.removesuffix(rest)}secret:{name}", "key": arn}
    return NamedResource(
        kind=kind,
        id=whole.get(kind, name),
        name=re.sub(r"-[A-Za-z0-9]{6}$", "", name) if kind == "secret" else name,
        origin=origin,
        region=found["region"],
        account=found["account"] or "",
        partition=found["partition"],
    )


def _name_in(kind: str, rest: str) -> str:
    """The name in an ARN's last part; "" where that is another thing of the service, such as an access point or an index."""
    first, _, after = rest.partition("/")
    if kind == "bucket":
        return "" if ":" in first else first
    if kind == "queue":
        return rest
    if kind == "table":
        return after.partition("/")[0] if first == "table" else ""
    if kind == "parameter":
        return after if first == "parameter" else ""
    if kind == "secret":
        return rest.split(":")[1] if rest.startswith("secret:") else ""
    return after if first == "key" else rest if first == "alias" else ""


def _printable(found: NamedResource, redactor: Redactor) -> NamedResource | None:
    """The same, without its name where that may be a secret; None where it must not even be asked for."""
    if redactor.text(found.name) == found.name and not looks_secret(found.name):
        return found
    return replace(found, name="") if found.kind in _MAY_HIDE and _WORDS.of.fullmatch(found.name) else None
