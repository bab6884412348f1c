"""What is known of one bucket, queue, table, secret, parameter or key: its state, never what is in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from doctor.evidence import lacking
from doctor.policies.kinds import Kind

# What is asked about resources, by boto3's methods, and the permission that each takes.
ACTIONS = {
    "head_bucket": "s3:ListBucket",
    "get_bucket_location": "s3:GetBucketLocation",
    "get_queue_url": "sqs:GetQueueUrl",
    "get_queue_attributes": "sqs:GetQueueAttributes",
    "describe_table": "dynamodb:DescribeTable",
    "describe_secret": "secretsmanager:DescribeSecret",
    "describe_parameters": "ssm:DescribeParameters",
    "describe_key": "kms:DescribeKey",
}
UNDECIDED = "no answer tells whether it exists"


class State(StrEnum):
    """What came of looking at a resource."""

    EXISTS = "exists"
    MISSING = "missing"
    DENIED = "denied"  # AWS answered, and may not tell this principal; `action` is the permission that is lacking
    OTHER_REGION = "other-region"  # `region` is where it is, and clients here call another
    UNREACHABLE = "unreachable"  # no answer
    REFUSED = "refused"  # an answer that tells nothing of the resource: throttled, credentials rejected, an error
    NOT_ASKED = "not-asked"  # no time was left, or somebody else stands in AWS's place


class Owner(StrEnum):
    """Whose a bucket is, by S3's own comparison with the account that was expected."""

    EXPECTED = "expected"
    OTHER = "other"
    UNTOLD = "untold"


_TELLING = (State.EXISTS, State.MISSING, State.OTHER_REGION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource. `name` is "" where a secret may be in it, and `origin` says in words what names it.

    `declared` by the deployer, or else inferred; not `sure` where it was by no more than a variable's name or a policy.
    `target` is the host and port that was called for it. `region` is where it is, as far as its name or AWS tells, and
    `account` the last four digits of another account's number that its name holds. `status` is AWS's own word, `detail`
    AWS's code or why there is none. Of a denial `policy` and `explicit` are as in `doctor.policies.denial`.
    Of buckets: `owner`, and `expected` says in words who that should be, `declared_owner` that a variable says so; `answers`
    tells whether a bucket of another region was reached there (None: not tried). Of queues: `visibility` in seconds, and
    `consumed` tells that it is an event source of the function.
    """

    service: str
    kind: str
    name: str
    origin: str
    state: State
    declared: bool = False
    sure: bool = True
    target: str = ""
    region: str = ""
    account: str = ""
    status: str = ""
    action: str = ""
    detail: str = ""
    policy: Kind | None = None
    explicit: bool = False
    owner: Owner = Owner.UNTOLD
    expected: str = ""
    declared_owner: bool = False
    answers: bool | None = None
    visibility: int | None = None
    consumed: bool = False

    @property
    def subject(self) -> str:
        """What findings are about."""
        return self.name or f"the {self.kind} of {self.origin}"

    @property
    def words(self) -> str:
        """The resource, and what names it."""
        if not self.name:
            return f"the {self.kind} that {self.origin} names"
        return f"the {self.kind} {self.name} ({self.origin})"

    @property
    def at(self) -> tuple[str, ...]:
        """The targets of a finding about it."""
        return (self.target,) if self.target else ()

    @property
    def decided(self) -> bool:
        """Whether it is known to exist, or not to: S3 names a bucket's region also where it denies all else."""
        return self.state in _TELLING or (self.kind == "bucket" and self.state is State.DENIED and bool(self.region))

    @property
    def why_undecided(self) -> str:
        """Why nobody knows whether it exists."""
        if self.state is State.DENIED:
            also = ", which S3 may say of a bucket that does not exist as well" if self.kind == "bucket" else ""
            named = f"; AWS names the {self.policy}" if self.policy else ""
            return f"access was denied ({self.detail}{also}{named}){lacking(self.action)}"
        if self.state is State.UNREACHABLE:
            return f"not reached: {self.detail}"
        return self.detail or UNDECIDED


def seen(kinds: Iterable[str], inside: Sequence[Resource], outside: Sequence[Resource]) -> tuple[Resource, ...]:
    """Each resource of these kinds once. What the sandbox saw goes first, unless only the other side came to know."""
    wanted = frozenset(kinds)
    found: dict[tuple[str, str], Resource] = {}
    for each in (*inside, *outside):
        place = (each.kind, each.subject)
        known = found.get(place)
        if each.kind in wanted and (known is None or (each.decided and not known.decided)):
            found[place] = each
    return tuple(found.values())
