"""One concrete call as policies see it: who, what, on which resource, with what context."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from doctor import arn


class Context(Enum):
    """What is known of a context key that has no known value."""

    ABSENT = "absent"  # the request does not carry the key
    PRESENT = "present"  # it carries the key, with a value that is not known
    UNKNOWN = "unknown"  # whether it carries the key is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who signs the call: a `session` of a `role`, both ARNs.

    `id` is the role's unique one (AROA…), "" where it is not known. `bounded` tells whether the role has a permissions
    boundary, None where nobody knows.
    """

    account: str
    session: str
    role: str
    id: str = ""
    bounded: bool | None = None

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn`, …; "" where the role is not known."""
        return arn.parse(self.role).partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call. `open`: the resource's ARN only begins like this.

    `context` holds the values of keys, in lower case. `absent` and `present` are keys that the request is known to lack,
    or to carry with a value that nobody knows. Of every other key nothing is known. Key names are not case-sensitive
    (IAM user guide, "IAM JSON policy elements: Condition").
    """

    principal: Principal
    action: str
    resource: str
    open: bool = False
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()

    def value(self, key: str) -> tuple[str, ...] | Context:
        """The values of a context key, or what else is known of it; a key without a value is absent."""
        name = key.lower()
        found = self.context.get(name)
        if found is not None:
            return found or Context.ABSENT
        if name in self.absent:
            return Context.ABSENT
        return Context.PRESENT if name in self.present else Context.UNKNOWN
