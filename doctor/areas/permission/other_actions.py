"""What a kind of policy lets a function call beside the usual calls of a service, where it lets through none of those.

A role that allows exactly what its code calls need not allow anything usual. So nobody is stopped for certain by a policy of
which a statement allows something else there; only names and properties, which are read to look around, count for nothing.

Source: service authorization reference, of each service "Actions, resources, and condition keys".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from doctor.areas.permission import rulings
from doctor.areas.permission.rulings import Ruling
from doctor.evidence.permissions import Permissions
from doctor.policies import conditions, function_call, principals, resources
from doctor.policies.call import Call
from doctor.policies.document import Document, Selection, Statement
from doctor.policies.kinds import Decision
from doctor.policies.patterns import like_start, pattern
from doctor.policies.read import document
from doctor.policies.truth import FALSE, TRUE, Truth, all_of, unknown
from doctor.policies.usual import Use, Wanted, Way, rarer
from doctor.verdict import InvalidRequest

# What a name begins with that only tells names and properties of a resource, and nothing that is in it.
_LOOKS = re.compile(r"describe|list|head|getqueue|getbucket|gettopicattributes|getkey|getfunction|getresourcepolicy")
_NOT_THE_ROLES = ("role", "simulation", "event sources")
Judge = Callable[[Use], tuple[Ruling, ...]]


def by_identity(permissions: Permissions, use: Use, way: Way) -> tuple[Ruling, ...]:
    """What the role's own policies say of the usual calls; of others too, where they allow none of those."""
    asked = way.elsewhere(use.region, permissions.region)
    which = _Policies(permissions, _documents(permissions, ("inline", "managed")), asked)
    return _widened(use, which, lambda each: rulings.by_identity(permissions, each, way))


def by_boundary(permissions: Permissions, use: Use, way: Way) -> tuple[Ruling, ...]:
    """The same of the role's permissions boundary."""
    asked = way.elsewhere(use.region, permissions.region)
    which = _Policies(permissions, _documents(permissions, ("boundary",)), asked)
    return _widened(use, which, lambda each: rulings.by_boundary(permissions, each, way))


def by_endpoint(permissions: Permissions, use: Use, way: Way, policy: object) -> tuple[Ruling, ...]:
    """The same of the policy of the VPC endpoint that carries the calls."""
    which = _Policies(
        permissions, tuple(_parsed(policy, f"the policy of {way.endpoint}")), replace(way, known=True), True
    )
    return _widened(use, which, lambda each: rulings.by_endpoint(permissions, each, way, policy))


@dataclass(frozen=True, slots=True)
class _Policies:
    """Policies of one kind, and how the calls that they judge are made; those of endpoints are `of_callers`, by name."""

    permissions: Permissions
    documents: tuple[Document, ...]
    way: Way
    of_callers: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is none, as far as the role was read."""
        return not self.documents and all(each.part in _NOT_THE_ROLES for each in self.permissions.unread)

    def statements(self) -> Iterator[tuple[str, Statement, bool]]:
        """Each, with where it stands, and whether its variables are replaced."""
        for each in self.documents:
            yield from ((f"{each.name}, {said.place}", said, each.variables) for said in each.statements)

    def call(self, wanted: Wanted) -> Call:
        """The call as these policies see it."""
        told = self.permissions
        region = wanted.region(told.region)
        return function_call.call(
            told.caller, wanted, region=region, way=self.way, time=told.time, bounded=told.bounded
        )

    def holds(self, statement: Statement, call: Call, *, variables: bool) -> Truth:
        """Whether a statement is about who calls, and its condition holds."""
        names = principals.at_gateway if self.way.gateway else principals.concerns
        return all_of(
            (
                conditions.hold(statement.conditions, call, variables=variables),
                unknown(f"the element {statement.strange[0]} is not known") if statement.strange else TRUE,
                names(statement, call.principal) if self.of_callers else TRUE,
            )
        )


def _documents(permissions: Permissions, kinds: tuple[str, ...]) -> tuple[Document, ...]:
    own_ = (each for each in permissions.policies if each.kind in kinds)
    return tuple(found for each in own_ for found in _parsed(each.document, rulings.titled(each)))


def _parsed(policy: object, name: str) -> Iterator[Document]:
    try:
        yield document(policy, name=name)
    except InvalidRequest:
        return  # which leaves the usual calls open already


def _widened(use: Use, policies: _Policies, judge: Judge) -> tuple[Ruling, ...]:
    found = tuple(_in_part(each, policies) for each in judge(use))
    if (
        policies.empty
        or any(each.decision is Decision.ALLOWED for each in found)
        or all(each.explicit for each in found)
    ):
        return found
    more = (_in_part(each, policies) for each in judge(replace(use, wanted=rarer(use))))
    beside = tuple(each for each in more if each.decision is not Decision.DENIED)
    return (*found, *beside) if beside else (*found, *_other(use, policies))


def _in_part(ruling: Ruling, policies: _Policies) -> Ruling:
    """An action that is allowed on some of what the ARN may stand for: nobody knows which is called, and that is all."""
    wanted = ruling.wanted
    if ruling.decision is not Decision.UNKNOWN or wanted.whole:
        return ruling
    call, allowed = policies.call(wanted), False
    for _, statement, variables in policies.statements():
        about = resources.concerns_action(statement.actions, call.action)
        at = resources.concerns_resource(statement.resources, call, variables=variables)
        if about.holds is False or at.holds is False:
            continue
        held = all_of((about, policies.holds(statement, call, variables=variables)))
        if held.holds is None and not statement.allows:
            return ruling
        allowed = allowed or bool(held.holds and statement.allows)
    return replace(ruling, partly=allowed)


def _other(use: Use, policies: _Policies) -> Iterator[Ruling]:
    """Where a statement allows something else: unknown, and a hint unless its condition is open as well."""
    usual = (*use.wanted, *rarer(use))
    names = frozenset(each.action.lower() for each in usual)
    places = {(each.arn, each.open): each for each in usual}.values()
    for where, statement, variables in policies.statements():
        if not statement.allows or not _of_others(statement.actions, names):
            continue
        for each in places:
            call = policies.call(each)
            at = resources.concerns_resource(statement.resources, call, variables=variables)
            held = FALSE if at.holds is False else policies.holds(statement, call, variables=variables)
            if held.holds is not False:
                why = f"{where} allows other calls than the usual ones, and whether the code makes more is not known"
                some = replace(each, action=f"{names and min(names).partition(':')[0]}:*")
                yield Ruling(wanted=some, decision=Decision.UNKNOWN, why=why, partly=bool(held.holds))
                return


def _of_others(selection: Selection, names: frozenset[str]) -> bool:
    """Whether an action of the service may be meant that is none of these, and does more than look around."""
    service = min(names).partition(":")[0] + ":"
    reach = {text.lower(): like_start(pattern(text.lower()), service) for text in selection.patterns}
    if selection.inverted:
        return True not in reach.values()
    return any(
        found or (found is None and text not in names and not _LOOKS.match(text.removeprefix(service)))
        for text, found in reach.items()
    )
