"""What a policy document says, once it was read: statements of patterns, without a judgement of their own."""

from dataclasses import dataclass

VARIABLES = "2012-10-17"  # the version of the policy language from which on `${…}` is a variable
EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a statement: an operator as it is spelled, a context key, and the values that are wanted."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Principals:
    """Who a statement is about, or with `inverted` (NotPrincipal) who it is not about. `named` are (type, value)."""

    named: tuple[tuple[str, str], ...]
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Patterns of actions or resources; with `inverted` (NotAction, NotResource) all but those."""

    patterns: tuple[str, ...]
    inverted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement. `index` counts from 0. `strange` are elements that the policy language does not know."""

    index: int
    sid: str
    allows: bool
    actions: Selection
    resources: Selection | None
    principals: Principals | None
    conditions: tuple[Condition, ...] = ()
    strange: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """How a reader finds it: `Statement[2] (Sid DenyOutside)`."""
        return f"Statement[{self.index}]" + (f" (Sid {self.sid})" if self.sid else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A policy. `name` says which one it is, in the reader's words; `variables` whether `${…}` is replaced in it."""

    name: str
    statements: tuple[Statement, ...]
    variables: bool = False
