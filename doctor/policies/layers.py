"""The policies of one kind that apply to a call, and what they say of it together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from doctor.policies import conditions, principals, resources
from doctor.policies.call import Call
from doctor.policies.document import Document, Statement
from doctor.policies.kinds import Kind
from doctor.policies.principals import Named
from doctor.policies.truth import FALSE, Truth, all_of, any_of, unknown

_MOST_DENYING = 20


_NAME_PRINCIPALS = (Kind.RESOURCE, Kind.RESOURCE_CONTROL, Kind.ENDPOINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Policies of one kind: one that allows is enough. `unread` says why there may be more than the documents.

    `gateway`: the endpoint whose policy it is takes no principals but everybody.
    """

    kind: Kind
    documents: tuple[Document, ...] = ()
    unread: tuple[str, ...] = ()
    gateway: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerVerdict:
    """`denies` and `allows` are about explicit statements. `denying` and `allowing` are (document, statement) that do so
    for certain. `grants` are those of a resource's policy: to the caller itself, to its role, to its account.
    """

    kind: Kind
    denies: Truth
    allows: Truth
    denying: tuple[tuple[str, str], ...] = ()
    allowing: tuple[tuple[str, str], ...] = ()
    grants: tuple[Truth, Truth, Truth] = (FALSE, FALSE, FALSE)


def judged(layer: Layer, call: Call) -> LayerVerdict:
    """What the policies of a layer say of a call."""
    missing = [unknown(*layer.unread)] if layer.unread else []
    found = list(_matched(layer, call))
    denials = [(where, each.anyhow) for where, allows, each in found if not allows]
    grants = [(where, each) for where, allows, each in found if allows]
    allowed = [(where, each.anyhow) for where, each in grants]
    ways = [any_of([*(each.ways[number] for _, each in grants), *missing]) for number in range(3)]
    return LayerVerdict(
        kind=layer.kind,
        denies=any_of([*(each for _, each in denials), *missing]),
        allows=any_of([*(each for _, each in allowed), *missing]),
        denying=tuple(where for where, each in denials if each.holds)[:_MOST_DENYING],
        allowing=tuple(where for where, each in allowed if each.holds)[:_MOST_DENYING],
        grants=(ways[0], ways[1], ways[2]),
    )


@dataclass(frozen=True, slots=True)
class _Match:
    """Whether a statement applies at all, and whether it does by each way of naming the caller."""

    anyhow: Truth
    ways: tuple[Truth, ...]


def _matched(layer: Layer, call: Call) -> Iterator[tuple[tuple[str, str], bool, _Match]]:
    """Each statement that may apply: where it stands, whether it allows, and how it applies."""
    for document in layer.documents:
        for statement in document.statements:
            match = _match(statement, document, layer, call)
            if match.anyhow.holds is not False:
                yield (document.name, statement.place), statement.allows, match


def _match(statement: Statement, document: Document, layer: Layer, call: Call) -> _Match:
    applies = _applies(statement, call, variables=document.variables)
    if applies.holds is not False and statement.strange:
        applies = all_of([applies, unknown(f"the element {statement.strange[0]} is not known")])
    where = f"{document.name}, {statement.place}"
    if layer.kind not in _NAME_PRINCIPALS:
        # An identity's policy names no principal; one that does all the same is none that AWS would have taken.
        stranger = (
            unknown("it names a principal, which a policy of this kind does not") if statement.principals else None
        )
        found = (all_of([applies, stranger]) if stranger else applies).told(where)
        return _Match(found, (FALSE, FALSE, FALSE))
    if layer.gateway:
        found = all_of([applies, principals.at_gateway(statement, call.principal)]).told(where)
        return _Match(found, (found, FALSE, FALSE))
    ways = [_named(how, statement, applies, call).told(where) for how in Named]
    return _Match(any_of(ways), tuple(ways))


def _named(how: Named, statement: Statement, applies: Truth, call: Call) -> Truth:
    return all_of([applies, principals.concerns(statement, call.principal, how)])


def _applies(statement: Statement, call: Call, *, variables: bool) -> Truth:
    """Whether action, resource and condition are those of the call; what comes after a false one is not looked at."""
    parts: tuple[Callable[[], Truth], ...] = (
        lambda: resources.concerns_action(statement.actions, call.action),
        lambda: resources.concerns_resource(statement.resources, call, variables=variables),
        lambda: conditions.hold(statement.conditions, call, variables=variables),
    )
    return all_of(part() for part in parts)
