"""How one kind of policy is judged for the calls that a function usually makes: the same for the checks of `permission`.

A function is stopped for certain only where none of the usual calls is let through, since nobody has told which of them it
makes. What a statement denies, and what no statement allows, is told by document and statement.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from doctor import strict_json
from doctor.declare import Observation, not_applicable, ok, problem, unknown
from doctor.evidence.paths import Paths
from doctor.evidence.permissions import Permissions, Policy
from doctor.network import service_names
from doctor.network.resolution import Kind as Answered
from doctor.policies import simulation
from doctor.policies.kinds import Decision, Kind
from doctor.policies.usual import Use, Wanted, Way
from doctor.verdict import InvalidRequest, Remedy, Severity

if TYPE_CHECKING:  # what evaluates is imported where there is something to evaluate
    from doctor.policies.layers import Layer, LayerVerdict

_MOST = 3  # reasons and statements in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What one kind of policy says of one call. `why` names the statement, or the lack of one, or what is not known.

    `explicit`: a statement denies; `denying` are (document, statement) that do, as far as documents were read. `lacking`: no
    statement allows it either.
    """

    wanted: Wanted
    decision: Decision
    why: str
    explicit: bool = False
    denying: tuple[tuple[str, str], ...] = ()
    lacking: bool = False


def uses_of(permissions: Permissions, paths: Paths | None) -> tuple[Use, ...]:
    """What the function does with the target's service; with everything, where no target was walked to."""
    return tuple(each for each in permissions.uses if paths is None or each.service == paths.service)


def target_of(use: Use, paths: Paths | None) -> tuple[str, ...]:
    """The target of a finding, where the way to it was not told: the service's usual host."""
    host = "states" if use.service == "stepfunctions" else use.service
    names = service_names.private(f"com.amazonaws.{use.region}.{host}")
    return () if paths else tuple(f"{name}:443" for name in names[:1])


def way_to(paths: Paths | None) -> Way:
    """How calls get to the service: by which endpoint, or by none."""
    if paths is None or paths.proxied:
        return Way()
    answer = paths.answer
    if not paths.vpc or answer is None:
        return Way(known=not paths.vpc)
    by_endpoint = answer.kind is Answered.ENDPOINT
    known = not answer.unknowns and answer.kind in (Answered.ENDPOINT, Answered.GATEWAY, Answered.PUBLIC)
    if answer.kind is Answered.GATEWAY:
        carried = {_carried(each.table, answer.component, paths) for each in paths.ways}
        by_endpoint, known = True in carried, known and len(carried) == 1
    if not known and (seen := paths.observed_endpoint) is not None:
        return Way(known=True, endpoint=seen, vpc=paths.vpc if seen else "")
    gateway = answer.kind is Answered.GATEWAY
    by = Way(known=known, endpoint=answer.component, vpc=paths.vpc, gateway=gateway)
    return by if by_endpoint else Way(known=known)


def _carried(table: str, endpoint: str, paths: Paths) -> bool:
    return any(each.id == endpoint and table in each.tables for each in paths.endpoints or ())


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


def _layer(permissions: Permissions, kind: Kind, kinds: Sequence[str], parts: Sequence[str]) -> "Layer":
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
    for lost in permissions.unread:
        if lost.part in parts or (whole and lost.part not in {"role", "simulation", "event sources", *other}):
            allow = f"; allow {lost.action}" if lost.action else ""
            unread.append(f"{lost.part} of the role was not read ({lost.detail}){allow}")
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
    from doctor.policies import own
    from doctor.policies.layers import judged

    if not (layer.documents or layer.unread or wanted.open) and permissions.simulated and not permissions.policies:
        why = "AWS's simulation was not asked about it, and the policies were not read"
        return Ruling(wanted=wanted, decision=Decision.UNKNOWN, why=why)
    region, bounded = wanted.region(permissions.region), permissions.bounded
    call = own.call(permissions.caller, wanted, region=region, way=way, time=permissions.time, bounded=bounded)
    return _told(wanted, layer, judged(layer, call))


def _told(wanted: Wanted, layer: "Layer", said: "LayerVerdict") -> Ruling:
    if said.denies.holds:
        named = ", ".join(f"{document_}, {place}" for document_, place in said.denying[:_MOST])
        return Ruling(
            wanted=wanted,
            decision=Decision.DENIED,
            why=f"{named} denies it",
            explicit=True,
            denying=said.denying,
            lacking=said.allows.holds is False,
        )
    if said.allows.holds is False:
        among = ", ".join(each.name for each in layer.documents[:_MOST]) or f"any {layer.kind}"
        why = f"no statement of {among} allows it"
        return Ruling(wanted=wanted, decision=Decision.DENIED, why=why, lacking=True)
    if said.allows.holds and said.denies.holds is False:
        document_, place = said.allowing[0] if said.allowing else (str(layer.kind), "")
        return Ruling(wanted=wanted, decision=Decision.ALLOWED, why=f"{document_}, {place} allows it")
    reasons = "; ".join(dict.fromkeys((*said.denies.reasons, *said.allows.reasons)[:_MOST]))
    return Ruling(wanted=wanted, decision=Decision.UNKNOWN, why=reasons)


class _Where(TypedDict, total=False):
    targets: tuple[str, ...]


def observed(  # noqa: PLR0913 - what one observation is made of
    rulings: Iterable[Ruling],
    use: Use,
    *,
    subject: str,
    who: str,
    remedy: Remedy,
    targets: tuple[str, ...] = (),
    severity: Severity | None = None,
) -> Observation:
    """One observation about the calls to one resource. `who` is whose policy it is; `severity` that of a problem."""
    all_ = tuple(rulings)
    where = _Where(targets=targets) if targets else _Where()
    let, open_ = _with(all_, Decision.ALLOWED), _with(all_, Decision.UNKNOWN)
    shut = _with(all_, Decision.DENIED)
    if not all_:
        return not_applicable(subject, f"{who} is not asked: calls to {use.label} go to {use.region}", **where)
    if let:
        but = f"; but not {_actions(shut)} ({shut[0].why})" if shut else ""
        maybe = f"; whether {_actions(open_)} was not decided ({open_[0].why})" if open_ else ""
        return ok(subject, f"{who} allows {_actions(let)} on {use.label}{but}{maybe}", **where)
    if open_:
        least = severity if use.resource else Severity.HINTS
        return unknown(subject, f"not decided for {use.label}: {open_[0].why}", severity=least, **where)
    words = f"{who} {_allows_not(shut)} on {use.label}: {shut[0].why}"
    return problem(subject, words, remedy=remedy, severity=severity, **where)


def polling(rulings: Iterable[Ruling], use: Use, *, subject: str, who: str, remedy: Remedy) -> Observation:
    """One observation about the calls by which Lambda reads an event source: it needs them all."""
    all_ = tuple(rulings)
    shut, open_ = _with(all_, Decision.DENIED), _with(all_, Decision.UNKNOWN)
    words, where = f"Lambda's polling of {use.label}", target_of(use, None)
    if shut:
        said = f"{who} {_allows_not(shut)}, which {words} needs: {shut[0].why}"
        return problem(subject, said, remedy=remedy, targets=where)
    if open_:
        return unknown(subject, f"not decided for {words}: {open_[0].why}", targets=where)
    return ok(subject, f"{who} allows all that {words} needs", targets=where)


def _with(rulings: Iterable[Ruling], decision: Decision) -> tuple[Ruling, ...]:
    return tuple(each for each in rulings if each.decision is decision)


def _actions(rulings: Iterable[Ruling]) -> str:
    return ", ".join(each.wanted.action for each in rulings)


def _allows_not(shut: Sequence[Ruling]) -> str:
    """`does not allow A`, `allows neither A nor B`, `allows none of A, B and C`."""
    *first, last = (each.wanted.action for each in shut)
    if len(first) > 1:
        return f"allows none of {', '.join(first)} and {last}"
    return f"allows neither {first[0]} nor {last}" if first else f"does not allow {last}"


def statement(use: Use, **more: object) -> dict[str, object]:
    """The statement that allows what is usual; the reader keeps of it what the code calls."""
    resources = tuple(dict.fromkeys(each.arn + ("*" if each.open else "") for each in use.wanted))
    actions = [each.action for each in use.wanted]
    return {
        "Effect": "Allow",
        **more,
        "Action": actions,
        "Resource": resources[0] if len(resources) == 1 else list(resources),
    }


def policy_with(use: Use, **more: object) -> str:
    """A policy document of that statement alone, as a command takes it."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement(use, **more)]}, separators=(",", ":"))


def with_statement(policy: object, added: Mapping[str, object]) -> str:
    """The policy with one more statement, as a command takes it; the statement alone where it is no policy."""
    try:
        whole = strict_json.parse(policy, "policy") if isinstance(policy, str) else policy
    except InvalidRequest:
        whole = None
    known = whole if isinstance(whole, dict) else {"Version": "2012-10-17"}
    there = known.get("Statement", [])
    listed = there if isinstance(there, list) else [there]
    return json.dumps({**known, "Statement": [*listed, added]}, separators=(",", ":"))


def as_yaml(use: Use) -> Iterator[str]:
    """The statement as a template's lines."""
    said = statement(use)
    yield "- Effect: Allow"
    yield f"  Action: {json.dumps(said['Action'])}"
    yield f"  Resource: {json.dumps(said['Resource'])}"
