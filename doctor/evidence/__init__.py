"""Evidence: what was seen, from which side, by whom, when; and what could not be seen, and why.

Every kind is one module of this package: a frozen dataclass derived from `Facts`, its `collect`, and the IAM
actions that collecting needs. What several kinds build on lies in `calls`, `settings` and `provenance`.

Facts hold states and classes, never secret values. They are standard-library dataclasses, read by `doctor.decode`, so that
stage 0 can judge them with the ordinary checks when pydantic itself cannot be imported, and no process of a run has to wait
for pydantic.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from doctor.decode import decode
from doctor.verdict import Source

if TYPE_CHECKING:
    from doctor.world import World

Kind = TypeVar("Kind", bound="Facts")


class Shared(StrEnum):
    """What a doctor must have in common with a function for its evidence to count for that function."""

    FUNCTION = "function"  # credentials, environment, clients: only the function itself or its twin
    NETWORK = "network"  # names and reach: the same subnet and security groups
    NOTHING = "nothing"  # what the control plane or an artifact says is said to everybody


@dataclass(frozen=True)
class Facts:
    """One kind of evidence. Subclasses are frozen, keyword-only dataclasses.

    `kind` names it in case files. `per_target` kinds yield one object for each target, whose `target`
    property tells which (`host:port`). `after` lists kinds whose evidence `collect` reads from the world.
    `preload` names a module that collectors share, already imported, in a zygote.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    kind: ClassVar[str]
    source: ClassVar[Source] = Source.INSIDE
    shared: ClassVar[Shared] = Shared.FUNCTION
    actions: ClassVar[tuple[str, ...]] = ()
    per_target: ClassVar[bool] = False
    after: ClassVar[tuple[type[Facts], ...]] = ()
    preload: ClassVar[str] = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Look, and yield what was seen; runs in a child that may be killed at any moment."""
        raise NotImplementedError(f"evidence kind {cls.__name__} has no collect()")

    @classmethod
    def foretold(cls, world: World) -> Self | Missing | None:
        """What `collect` would say without looking at anything, by what is known: no process is started then."""
        del world
        return None

    @classmethod
    def shares(cls, world: World) -> str:
        """What `collect` needs imported in this world: `preload`, where it has a choice."""
        del world
        return cls.preload

    @property
    def concerns(self) -> str | None:
        """The target (`host:port`) that these facts are about; None for facts of the whole process."""
        return None

    @property
    def answered(self) -> tuple[str, ...]:
        """Addresses from which AWS itself answered: request id, certificate valid under the SDK's trust."""
        return ()


def closure(kinds: Iterable[type[Facts]]) -> tuple[type[Facts], ...]:
    """The kinds and all that they build on, what comes first first; of sides that are not asked they do without."""
    wanted = tuple(kinds)
    sides = {kind.source for kind in wanted}
    ordered: dict[type[Facts], None] = {}

    def add(kind: type[Facts]) -> None:
        for earlier in kind.after:
            if earlier.source in sides:
                add(earlier)
        ordered.setdefault(kind)

    for kind in wanted:
        add(kind)
    return tuple(ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vantage:
    """Where the evidence was gathered: in a function's sandbox, or on some other machine.

    `subnets` and `groups` are those that the function is configured with; no subnets where nobody told, or there are none.
    A sandbox stands in one of the subnets, which is `subnet` where it is known. `region`, and the last four digits of its
    `account`, are told of who looked in a case file that is brought along: names of functions are no more than that.
    """

    function: str | None = None
    role: str | None = None
    subnet: str | None = None
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    region: str = ""
    account: str = ""

    @property
    def place(self) -> str:
        """Words for messages."""
        return f"function {self.function}" if self.function else "this machine"


class Reason(StrEnum):
    """Why evidence is missing."""

    DENIED = "denied"
    OUT_OF_TIME = "out-of-time"
    UNREACHABLE = "unreachable"
    CRASHED = "crashed"
    NOT_ASKED = "not-asked"


def lacking(action: str) -> str:
    """The end of a sentence about what was not read: the IAM action that would read it, "" where none would."""
    return f"; allow {action}" if action else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Evidence that could not be gathered. `action` names the IAM action where the reason is `denied`.

    `volunteered` tells that nobody asked for it: a sandbox looks at its own function's configuration where it may, and
    where it may not, that decides nothing.
    """

    kind: str
    reason: Reason
    detail: str = ""
    action: str = ""
    source: Source = Source.INSIDE
    vantage: Vantage = Vantage()
    target: str | None = None
    volunteered: bool = False

    @property
    def allow(self) -> str:
        """How a sentence about it ends."""
        return lacking(self.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Facts in their plain form, with their provenance. `at` is UTC in ISO 8601; `took` is seconds.

    `volunteered` is as in `Missing`: what such evidence leaves open decides nothing either.

    The parent process only carries facts about; children that need them make objects of them with `revive`.
    """

    kind: str
    source: Source
    facts: dict[str, Any]
    at: str
    took: float
    vantage: Vantage = Vantage()
    target: str | None = None
    answered: tuple[str, ...] = ()
    volunteered: bool = False

    @classmethod
    def of(cls, facts: Facts, *, vantage: Vantage, at: str, took: float) -> Self:
        """Put facts in their envelope."""
        return cls(
            kind=facts.kind,
            source=facts.source,
            facts=asdict(facts),
            at=at,
            took=round(took, 4),
            vantage=vantage,
            target=facts.concerns,
            answered=facts.answered,
        )


Known = tuple[Evidence | Missing, ...]


def revive(kind: type[Kind], evidence: Evidence) -> Kind:
    """Make facts of their plain form.

    Raises:
        MisfitError: the plain form is not that of the kind.
    """
    return decode(kind, evidence.facts)


def named(kind: str) -> type[Facts]:
    """The kind of evidence with this name, which is also its module's.

    Raises:
        LookupError: there is no such kind.
    """
    if not kind.isidentifier() or importlib.util.find_spec(f"{__name__}.{kind}") is None:
        raise LookupError(f"there is no evidence kind {kind!r}")
    module = importlib.import_module(f"{__name__}.{kind}")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Facts) and vars(value).get("kind") == kind:
            return value
    raise LookupError(f"the module {kind!r} holds no evidence kind of that name")
