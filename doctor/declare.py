"""What a check is: a pure function from evidence to observations, and what is declared beside it."""

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from enum import IntEnum

from doctor.evidence import Facts, closure
from doctor.verdict import Outcome, Remedy, Separation, Severity, Source


class Nearness(IntEnum):
    """How far from the function's own code a fault lies; the nearer of two equal faults comes first."""

    ARTIFACT = 0
    ENVIRONMENT = 1
    CREDENTIALS = 2
    NAMES = 3
    FUNCTION_GROUPS = 4
    SUBNET_ACL = 5
    ROUTE = 6
    GATEWAY = 7
    ENDPOINT = 8
    TARGET = 9
    FAR_RETURN = 10


_AREA_NEARNESS = {
    "package": Nearness.ARTIFACT,
    "template": Nearness.ARTIFACT,
    "client": Nearness.ENVIRONMENT,
    "function": Nearness.ENVIRONMENT,
    "credentials": Nearness.CREDENTIALS,
    "identity": Nearness.CREDENTIALS,
    "dns": Nearness.NAMES,
    "network": Nearness.ROUTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a check concluded about one subject, before the engine stamps it into a Finding.

    `targets` empty means: the target that the evidence was about, or every target for process-wide evidence.
    `severity` can only lower the check's own. `candidates` are ids of checks whose fault would look the same
    from where we stand, likeliest first; `separate` says how to tell them apart. `subnets` are those that the subject
    stops, where it is told by subnet, and `share` is the part of the connections that it lets pass all the same.
    `nearness` is where this fault lies, if not where those of its check do.
    """

    outcome: Outcome
    subject: str
    message: str
    targets: tuple[str, ...] = ()
    severity: Severity | None = None
    addresses: tuple[str, ...] = ()
    subnet: str | None = None
    subnets: tuple[str, ...] = ()
    share: float = 0.0
    nearness: Nearness | None = None
    candidates: tuple[str, ...] = ()
    separate: tuple[Separation, ...] = ()
    remedy: Remedy | None = None


class _Details(typing.TypedDict, total=False):
    targets: tuple[str, ...]
    severity: Severity | None
    addresses: tuple[str, ...]
    subnet: str | None
    subnets: tuple[str, ...]
    share: float
    nearness: Nearness | None
    candidates: tuple[str, ...]
    separate: tuple[Separation, ...]
    remedy: Remedy | None


def ok(subject: str, message: str, **details: typing.Unpack[_Details]) -> Observation:
    """The subject was looked at and is as it should be."""
    return Observation(outcome=Outcome.OK, subject=subject, message=message, **details)


def problem(subject: str, message: str, **details: typing.Unpack[_Details]) -> Observation:
    """The subject is at fault."""
    return Observation(outcome=Outcome.PROBLEM, subject=subject, message=message, **details)


def unknown(subject: str, message: str, **details: typing.Unpack[_Details]) -> Observation:
    """The evidence does not decide."""
    return Observation(outcome=Outcome.UNKNOWN, subject=subject, message=message, **details)


def not_applicable(subject: str, message: str, **details: typing.Unpack[_Details]) -> Observation:
    """The question does not arise here."""
    return Observation(outcome=Outcome.NOT_APPLICABLE, subject=subject, message=message, **details)


Judge = Callable[..., Iterator[Observation]]


@dataclass(frozen=True, slots=True)
class Need:
    """One parameter of a check: which evidence it takes, and whether it can do without."""

    parameter: str
    facts: type[Facts]
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check with what it declares. Calling it judges evidence. `plugin` is the distribution of a third party's."""

    id: str
    severity: Severity
    remedy: Remedy
    follows: tuple[str, ...]
    nearness: Nearness
    needs: tuple[Need, ...]
    healthy: str
    explanation: str
    judge: Judge
    plugin: str = ""
    otherwise: "Check | None" = None

    def __call__(self, **evidence: Facts | None) -> Iterator[Observation]:
        return self.judge(**evidence)

    def __reduce__(self) -> tuple[Callable[..., "Check"], tuple[str, str]]:
        """Cross to a spawned child by name: a decorated function cannot be pickled."""
        from doctor import registry  # the registry builds on this module

        return registry.load, (self.id, self.plugin)

    @property
    def area(self) -> str:
        """The first part of the id."""
        return self.id.partition(".")[0]

    @property
    def sources(self) -> frozenset[Source]:
        """The sides whose evidence this check cannot do without."""
        return frozenset(need.facts.source for need in self.needs if need.required)

    @property
    def actions(self) -> frozenset[str]:
        """The IAM actions that gathering its evidence needs, and what that builds on."""
        return frozenset(action for kind in closure(self.kinds) for action in kind.actions)

    @property
    def kinds(self) -> tuple[type[Facts], ...]:
        """The evidence that it takes, also what it makes do with."""
        return tuple(dict.fromkeys((*self._own, *(self.otherwise._own if self.otherwise else ()))))

    @property
    def _own(self) -> tuple[type[Facts], ...]:
        return tuple(dict.fromkeys(need.facts for need in self.needs))

    def takes(self, sides: Set[Source]) -> tuple[type[Facts], ...]:
        """The evidence that it takes in a run that asks these sides: it makes do with nothing for which others are asked."""
        return self.kinds if self.otherwise and self.otherwise.sources <= sides else self._own

    def speaks(self, sides: Set[Source]) -> bool:
        """Whether it has anything to say of evidence from these sides."""
        return self.sources <= sides or bool(self.otherwise and self.otherwise.sources <= sides)


def check(
    id: str,
    *,
    severity: Severity,
    remedy: Remedy,
    follows: tuple[str, ...] = (),
    nearness: Nearness | None = None,
) -> Callable[[Judge], Check]:
    """Declare a check. The function's annotations say which evidence it needs; `A | None` makes it optional.

    Raises:
        TypeError: a parameter is not annotated with a kind of evidence, or the docstring is missing.
    """

    def declare(judge: Judge) -> Check:
        healthy, _, explanation = (inspect.getdoc(judge) or "").strip().partition("\n")
        if not healthy:
            raise TypeError(f"check {id}: its first docstring line must state what is true when all is well")
        area = id.partition(".")[0]
        return Check(
            id=id,
            severity=severity,
            remedy=remedy,
            follows=follows,
            nearness=_AREA_NEARNESS.get(area, Nearness.TARGET) if nearness is None else nearness,
            needs=_needs(id, judge),
            healthy=healthy.rstrip("."),
            explanation=explanation.strip("\n").rstrip(),
            judge=judge,
        )

    return declare


def otherwise(judge: Judge) -> Callable[[Check], Check]:
    """Have a check make do with other evidence where none of its own is there: of what this says only problems are told.

    Evidence by target takes the place of what is not there about its target: all that it decides is told.

    Raises:
        TypeError: a parameter is not annotated with a kind of evidence.
    """

    def declare(declared: Check) -> Check:
        return replace(declared, otherwise=replace(declared, needs=_needs(declared.id, judge), judge=judge))

    return declare


def _needs(check_id: str, judge: Judge) -> tuple[Need, ...]:
    hints = judge.__annotations__
    if any(isinstance(hint, str) for hint in hints.values()):  # evaluating them takes longer than all else here
        hints = typing.get_type_hints(judge)
    needs = []
    for parameter in inspect.signature(judge).parameters:
        hint = hints.get(parameter)
        options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        kinds = [option for option in options if isinstance(option, type) and issubclass(option, Facts)]
        if len(kinds) != 1 or len(options) - len(kinds) != (types.NoneType in options):
            raise TypeError(f"check {check_id}: annotate parameter {parameter!r} with one kind of evidence")
        needs.append(Need(parameter, kinds[0], types.NoneType not in options))
    if not needs:
        raise TypeError(f"check {check_id}: it takes no evidence")
    return tuple(needs)
