"""What a SAM or CloudFormation template says of a function, as far as the template alone tells.

It is read on the machine where its file is (`doctor examine FUNCTION --template FILE`, `doctor.template`); no function
reads one. Values of variables are compared where both are known, in the collector of `function`, and leave neither.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from doctor import arn
from doctor.evidence import Facts, Missing, Reason, Shared
from doctor.verdict import Source
from doctor.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A version of a layer. `owner` is the last four digits of its account's number, "" where that is not known."""

    name: str
    version: int
    owner: str = ""

    @classmethod
    def of(cls, spelled: str) -> Self | None:
        """From `arn:PARTITION:lambda:REGION:ACCOUNT:layer:NAME:VERSION`; None where it is something else."""
        named = arn.parse(spelled)
        kind, _, rest = named.resource.partition(":")
        name, _, version = rest.partition(":")
        if kind != "layer" or not name or not version.isdecimal():
            return None
        return cls(name=name, version=int(version), owner=f"…{named.account[-4:]}" if named.account else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A setting that the template does not tell by itself; `by` is the function that hides it, such as `!Ref Subnets`."""

    setting: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Ids of which a template lists some as they are; `more` others are hidden by functions."""

    known: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, kw_only=True)
class Template(Facts):
    """One function of a template, its Globals merged in. Sizes are MB, times are seconds; `file` is the file's name.

    What the template leaves out has CloudFormation's default. What it hides behind functions, or what does not go with the
    package (an image has no handler), is None or "" here; `open` tells the former. `variables` are the names that it sets,
    None where they are hidden, `optional` those that a condition decides about, and `literal` those whose values stand in it.
    `assumed` are the settings that follow from defaults of parameters, for which a stack may have other values.
    """

    kind: ClassVar[str] = "template"
    source: ClassVar[Source] = Source.ARTIFACT
    shared: ClassVar[Shared] = Shared.NOTHING

    file: str
    logical_id: str
    runtime: str = ""
    handler: str = ""
    memory: int | None = None
    timeout: int | None = None
    architecture: str = ""
    storage: int | None = None
    role: str = ""
    variables: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()
    layers: tuple[Layer, ...] | None = None
    hidden_layers: int = 0
    subnets: Several | None = None
    groups: Several | None = None
    open: tuple[Open, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether any setting stands in the template by itself; behind a macro none does."""
        listed = (self.memory, self.timeout, self.variables, self.layers, self.subnets, self.groups)
        return any((self.runtime, self.handler, self.architecture, *(each is not None for each in listed)))

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Yield what was read when the run was set up: a file that cannot be read ends a run before it begins."""
        if world.template is None:
            yield Missing(kind=cls.kind, source=cls.source, reason=Reason.NOT_ASKED, detail="no template was named")
        else:
            yield cls(**vars(world.template.facts))


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A template's function as a run carries it about: its facts, and the literal values of its variables."""

    facts: Template
    values: Mapping[str, str] = field(repr=False)

    def differing(self, deployed: Mapping[str, str]) -> tuple[str, ...]:
        """The variables that are deployed with another value than the literal one of the template."""
        return tuple(
            sorted(name for name in self.values.keys() & deployed.keys() if self.values[name] != deployed[name])
        )
