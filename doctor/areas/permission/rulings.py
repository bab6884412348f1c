"""What one kind of a function's policies says of the calls that it usually makes, by AWS's simulation or by the documents.

What a statement denies, and what no statement allows, is told by document and statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from doctor.evidence.permissions import Permissions, Policy
from doctor.policies import simulation
from doctor.policies.kinds import Decision, Kind
from doctor.policies.usual import Use, Wanted, Way
from doctor.verdict import InvalidRequest

if TYPE_CHECKING:  # what evaluates is imported where there is something to evaluate
    from doctor.policies.layers import KindRead, Layer, LayerVerdict

_MOST = 3  # reasons and statements in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What one kind of policy says of one call. `why` names the statement, or the lack of one, or what is not known.

    `explicit`: a statement denies; `denying` are (document, statement) that do, as far as documents were read. `lacking`: no
    statement allows it either. `partly`: it is unknown only since nobody knows what is called, and something is allowed.
    """

    wanted: Wanted
    decision: Decision
    why: str
    explicit: bool = False
    denying: tuple[tuple[str, str], ...] = ()
    lacking: bool = False
    partly: bool = False


def titled(policy: Policy) -> str:
    """A policy of the role in the reader's words."""
    return f"{policy.kind} policy {policy.name}"


def by_identity(permissions: Permissions, use: Use, way: Way) -> tuple[Ruling, ...]:
    """What the role's own policies say: AWS's simulation where there is one, else the documents."""
    layer = _layer(permissions, Kind.IDENTITY, ("inline", "managed"), ("policies",))
    way = way.elsewhere(use.region, permissions.region)
    return tuple(_by_identity(permissions, each, layer, way) for each in use.wanted)


def by_boundary(permissions: Permissions, use: Use, way: Way) -> tuple[Ruling, ...]:
    """What the role's permissions boundary says."""
    layer = _layer(permissions, Kind.BOUNDARY, ("boundary",), (permissions.boundary.rpartition("/")[2],))
    way = way.elsewhere(use.region, permissions.region)
    return tuple(_by_boundary(permissions, each, layer, way) for each in use.wanted)


def by_endpoint(permissions: Permissions, use: Use, way: Way, policy: object) -> tuple[Ruling, ...]:
    """What the policy of the VPC endpoint that carries the calls says; nothing of calls to another region, which it does not."""
    from doctor.policies.layers import Layer
    from doctor.policies.read import document

    if use.region != permissions.region:
        return ()
    name, way = f"the policy of {way.endpoint}", replace(way, known=True)
    try:
        layer = Layer(kind=Kind.ENDPOINT, documents=(document(policy, name=name),), gateway=way.gateway)
    except InvalidRequest as error:
        layer = Layer(kind=Kind.ENDPOINT, unread=(f"{error.field} {error}",))
    return tuple(_ruled(permissions, each, layer, way) for each in use.wanted)


def _layer(permissions: Permissions, kind: "KindRead", kinds: Sequence[str], parts: Sequence[str]) -> "Layer":
    """The documents of these kinds, and why there may be more."""
    from doctor.policies.layers import Layer
    from doctor.policies.read import document

    found, unread = [], []
    for policy in permissions.policies:
        if policy.kind in kinds:
            try:
                found.append(document(policy.document, name=titled(policy)))
            except InvalidRequest as error:
                unread.append(f"{error.field} {error}")
    other = {permissions.boundary.rpartition("/")[2]} if kind is Kind.IDENTITY else set()
    whole = kind is Kind.IDENTITY  # whatever is not the boundary's is the role's own
    unread += [
        f"{lost.part} of the role was not read ({lost.detail}){lost.allow}"
        for lost in permissions.unread
        if lost.part in parts or (whole and lost.part not in {"role", "simulation", "event sources", *other})
    ]
    return Layer(kind=kind, documents=tuple(found), unread=tuple(unread))


def _by_identity(permissions: Permissions, wanted: Wanted, layer: "Layer", way: Way) -> Ruling:
    found = simulation.answer(permissions.simulated, wanted, by_lambda=way.by_lambda)
    if found is None or (found.missing and (layer.documents or layer.unread)):
        return _ruled(permissions, wanted, layer, way)
    if found.decision == "allowed":
        return Ruling(wanted=wanted, decision=Decision.ALLOWED, why="AWS's simulation allows it")
    if why := simulation.left_open(found):
        return Ruling(wanted=wanted, decision=Decision.UNKNOWN, why=why)
    if found.decision == "implicitDeny":
        why = "no policy of the role allows it (AWS's simulation)"
        return Ruling(wanted=wanted, decision=Decision.DENIED, why=why, lacking=True)
    why = f"{', '.join(found.policies) or 'a policy'} denies it (AWS's simulation)"
    read = _ruled(permissions, wanted, layer, way)  # which statement of which document, AWS does not say
    return read if read.explicit else Ruling(wanted=wanted, decision=Decision.DENIED, why=why, explicit=True)


def _by_boundary(permissions: Permissions, wanted: Wanted, layer: "Layer", way: Way) -> Ruling:
    found = simulation.answer(permissions.simulated, wanted, by_lambda=way.by_lambda)
    if layer.documents or layer.unread or found is None:
        return _ruled(permissions, wanted, layer, way)
    if found.bounded is None and found.decision != "allowed":
        return Ruling(wanted=wanted, decision=Decision.UNKNOWN, why="AWS's simulation says nothing of the boundary")
    if found.bounded is False:
        why = "the boundary does not allow it (AWS's simulation)"
        return Ruling(wanted=wanted, decision=Decision.DENIED, why=why, lacking=True)
    return Ruling(wanted=wanted, decision=Decision.ALLOWED, why="AWS's simulation allows it")


def _ruled(permissions: Permissions, wanted: Wanted, layer: "Layer", way: Way) -> Ruling:
    from doctor.policies import function_call
    from doctor.policies.layers import judged

    if not (layer.documents or layer.unread) and wanted.whole and permissions.simulated and not permissions.policies:
        why = "AWS's simulation was not asked about it, and the policies were not read"
        return Ruling(wanted=wanted, decision=Decision.UNKNOWN, why=why)
    region, bounded = wanted.region(permissions.region), permissions.bounded
    call = function_call.call(
        permissions.caller, wanted, region=region, way=way, time=permissions.time, bounded=bounded
    )
    return _told(wanted, layer, judged(layer, call))


def _told(wanted: Wanted, layer: "Layer", said: "LayerVerdict") -> Ruling:
    if said.denies.holds:
        named = ", ".join(f"{document_}, {place}" for document_, place in said.denying[:_MOST])
        why, lacking = f"{named} denies it", said.allows.holds is False
        return Ruling(
            wanted=wanted, decision=said.decision, why=why, explicit=True, denying=said.denying, lacking=lacking
        )
    if said.decision is Decision.DENIED:
        among = ", ".join(each.name for each in layer.documents[:_MOST]) or f"any {layer.kind}"
        why = f"no statement of {among} allows it"
        return Ruling(wanted=wanted, decision=said.decision, why=why, lacking=True)
    if said.decision is Decision.ALLOWED:
        document_, place = said.allowing[0]
        return Ruling(wanted=wanted, decision=said.decision, why=f"{document_}, {place} allows it")
    return Ruling(wanted=wanted, decision=said.decision, why="; ".join(said.reasons[:_MOST]))
