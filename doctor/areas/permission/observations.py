"""How the rulings of one kind of policy are told: the same for the checks of the area `permission`.

A function is stopped for certain only where none of the usual calls is let through, since nobody has told which of them it
makes.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

from doctor.areas.permission.rulings import Ruling
from doctor.declare import Observation, not_applicable, ok, problem, unknown
from doctor.evidence.paths import Paths
from doctor.evidence.permissions import Permissions
from doctor.network import service_names
from doctor.network.resolution import Kind as Answered
from doctor.policies.kinds import Decision
from doctor.policies.usual import Use, Way
from doctor.verdict import Remedy, Severity


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
    shut = _shut(all_)
    if not all_:
        return not_applicable(subject, f"{who} is not asked: calls to {use.label} go to {use.region}", **where)
    if let:
        but = f"; but not {_actions(shut)} ({shut[0].why})" if shut else ""
        maybe = f"; whether {_actions(open_)} was not decided ({open_[0].why})" if open_ else ""
        return ok(subject, f"{who} allows {_actions(let)} on {use.label}{but}{maybe}", **where)
    if open_:
        vague = not use.resource and not all(each.lacking for each in open_)  # something is allowed, of some resource
        least = Severity.HINTS if vague or any(each.partly for each in open_) else severity
        return unknown(subject, f"not decided for {use.label}: {open_[0].why}", severity=least, **where)
    words = f"{who} {_allows_not(shut)} on {use.label}: {shut[0].why}"
    return problem(subject, words, remedy=remedy, severity=severity, **where)


def withheld(
    rulings: Iterable[Ruling], use: Use, *, subject: str, who: str, targets: tuple[str, ...] = ()
) -> Iterator[Observation]:
    """What is not allowed beside usual calls that are: a hint, since nobody has told whether the code makes those calls."""
    all_ = tuple(rulings)
    shut, let = _shut(all_), _with(all_, Decision.ALLOWED)
    if use.resource and shut and let:
        where = _Where(targets=targets) if targets else _Where()
        told = f"where the code calls {_actions(shut)} on {use.label}, AWS answers AccessDenied (not authorized to perform)"
        words = f"{told}: {who} {_allows_not(shut)}; {shut[0].why}. Whether it makes such a call is not known"
        yield unknown(f"{subject}, other calls", words, severity=Severity.HINTS, **where)


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


def _shut(rulings: Sequence[Ruling]) -> tuple[Ruling, ...]:
    """What is denied, but for calls that are allowed on another part of the resource: on an index of a table."""
    let = {each.wanted.action for each in _with(rulings, Decision.ALLOWED)}
    return tuple(each for each in _with(rulings, Decision.DENIED) if each.wanted.action not in let)


def _actions(rulings: Iterable[Ruling]) -> str:
    return ", ".join(each.wanted.action for each in rulings)


def _allows_not(shut: Sequence[Ruling]) -> str:
    """`does not allow A`, `allows neither A nor B`, `allows none of A, B and C`."""
    *first, last = (each.wanted.action for each in shut)
    if len(first) > 1:
        return f"allows none of {', '.join(first)} and {last}"
    return f"allows neither {first[0]} nor {last}" if first else f"does not allow {last}"
