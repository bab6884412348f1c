"""The policies of one kind that apply to a call, and what they say of it together.

An explicit denial is final; without one, a statement must allow (IAM user guide, "Policy evaluation logic"; PrivateLink guide,
"Control access to VPC endpoints using endpoint policies"). Nothing here weighs one kind against another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from doctor.policies import conditions, principals, resources
from doctor.policies.call import Call
from doctor.policies.document import Document, Statement
from doctor.policies.kinds import Decision, Kind
from doctor.policies.truth import TRUE, Truth, all_of, any_of, unknown

# The kinds whose documents are read. Of the others AWS's own words tell (`doctor.areas.permission.refusals`).
KindRead: TypeAlias = Literal[Kind.IDENTITY, Kind.BOUNDARY, Kind.ENDPOINT, Kind.RESOURCE]
Place: TypeAlias = tuple[str, str]  # a document's name, and where in it a statement stands

_MOST_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Policies of one kind: one that allows is enough. `unread` says why there may be more than the documents.

    `gateway`: the endpoint whose policy it is takes no principals but everybody. What a resource's policy allows is what it
    allows within its own account, whatever the role's policies say.
    """

    kind: KindRead
    documents: tuple[Document, ...] = ()
    unread: tuple[str, ...] = ()
    gateway: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerVerdict:
    """Whether a statement `denies`, and whether one `allows`; `denying` and `allowing` are those that do so for certain."""

    denies: Truth
    allows: Truth
    denying: tuple[Place, ...] = ()
    allowing: tuple[Place, ...] = ()

    @property
    def decision(self) -> Decision:
        """What comes of the call, as far as these policies decide."""
        if self.denies.holds or self.allows.holds is False:
            return Decision.DENIED
        return Decision.ALLOWED if self.allows.holds and self.denies.holds is False else Decision.UNKNOWN

    @property
    def reasons(self) -> tuple[str, ...]:
        """What would have to be known."""
        return tuple(dict.fromkeys((*self.denies.reasons, *self.allows.reasons)))


def judged(layer: Layer, call: Call) -> LayerVerdict:
    """What the policies of a layer say of a call."""
    missing = [unknown(*layer.unread)] if layer.unread else []
    found = list(_matched(layer, call))
    denials = [(where, match) for where, allows, match in found if not allows]
    grants = [(where, match) for where, allows, match in found if allows]
    return LayerVerdict(
        denies=any_of([*(match for _, match in denials), *missing]),
        allows=any_of([*(match for _, match in grants), *missing]),
        denying=tuple(where for where, match in denials if match.holds)[:_MOST_TOLD],
        allowing=tuple(where for where, match in grants if match.holds)[:_MOST_TOLD],
    )


def _matched(layer: Layer, call: Call) -> Iterator[tuple[Place, bool, Truth]]:
    """Each statement that may apply: where it stands, whether it allows, and whether it does apply."""
    for document in layer.documents:
        for statement in document.statements:
            match = _applies(statement, layer, call, variables=document.variables)
            if match.holds is not False:
                place = document.name, statement.place
                yield place, statement.allows, match.told(", ".join(place))


def _applies(statement: Statement, layer: Layer, call: Call, *, variables: bool) -> Truth:
    """Whether all of its elements are those of the call; what comes after a false one is not looked at."""
    parts: tuple[Callable[[], Truth], ...] = (
        lambda: resources.concerns_action(statement.actions, call.action),
        lambda: resources.concerns_resource(statement.resources, call, variables=variables),
        lambda: conditions.hold(statement.conditions, call, variables=variables),
        lambda: unknown(f"the element {statement.strange[0]} is not known") if statement.strange else TRUE,
        lambda: _concerns_caller(statement, layer, call),
    )
    return all_of(part() for part in parts)


def _concerns_caller(statement: Statement, layer: Layer, call: Call) -> Truth:
    """Whether it is about who calls; what the role's own policies and its boundary say always is, and names nobody."""
    if layer.kind in (Kind.IDENTITY, Kind.BOUNDARY):
        named = "it names a principal, which a policy of this kind does not"
        return unknown(named) if statement.principals else TRUE
    if layer.kind is Kind.RESOURCE and statement.allows:
        return principals.admits(statement, call.principal)
    concerns = principals.at_gateway if layer.gateway else principals.concerns
    return concerns(statement, call.principal)
