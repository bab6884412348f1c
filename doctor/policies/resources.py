"""Whether a statement is about the action and the resource of a call.

Source: IAM user guide, "IAM JSON policy elements: Action", "NotAction", "Resource", "NotResource". Of wildcards in ARNs the
guide says that they stand within a section, and that a `*` at a section's end may reach beyond it; what AWS does with
others across a colon it does not say, and neither whether an ARN of fewer than six sections is filled up in every policy.
Where it would matter, the answer is unknown.
"""

from collections.abc import Iterator

from doctor.policies.call import Call
from doctor.policies.document import Selection
from doctor.policies.patterns import Pattern, Wild, like, like_masked, like_start, pattern, sections, spelled
from doctor.policies.truth import Truth, any_of, known, unknown
from doctor.policies.usual import UNKNOWN
from doctor.policies.variables import expanded, unless_void

_SECTIONS = 6  # arn:partition:service:region:account:resource
_NOT_KNOWN = "which resource {} is called on is not known, and {} stands for some of them"


def concerns_action(selection: Selection, action: str) -> Truth:
    """Whether the statement is about the action; case does not matter."""
    found = any_of(_action(each, action.lower()) for each in selection.patterns)
    return found.negated() if selection.inverted else found


def _action(spelled_: str, action: str) -> Truth:
    if spelled_ != "*" and ":" not in spelled_:
        return unknown(f"{spelled_[:100]!r} names no action")
    return known(like(pattern(spelled_.lower()), action))


def concerns_resource(selection: Selection | None, call: Call, *, variables: bool) -> Truth:
    """Whether the statement is about the call's resource."""
    if selection is None:
        return unknown("it names no resource")
    texts = [expanded(each, call, variables=variables) for each in selection.patterns]
    found = any_of(each.matched(lambda pieces: _resource(pieces, call)) for each in texts)
    return unless_void(found.negated() if selection.inverted else found, texts)


def _resource(pieces: Pattern, call: Call) -> Truth:
    readings = set(_readings(pieces, call))
    parts = sections(pieces, ":", _SECTIONS)
    whole = len(parts) == 1 and all(piece is Wild.MANY for piece in pieces)
    if len(readings) == 1 and (whole or spelled(parts[0]) == "arn" or readings == {False}):
        found = readings.pop()
        return unknown(_NOT_KNOWN.format(call.action, spelled(pieces)[:200])) if found is None else known(found)
    return unknown(f"whether {spelled(pieces)[:200]} stands for {call.resource} is not documented")


def _readings(pieces: Pattern, call: Call) -> Iterator[bool | None]:
    """What each way to read the pattern says."""
    yield _matches(pieces, call)
    yield _matches(pieces, call, bound=":")
    parts = sections(pieces, ":", _SECTIONS)
    if len(parts) < _SECTIONS:
        yield _filled_up(parts, call)


def _matches(pieces: Pattern, call: Call, bound: str = "") -> bool | None:
    if call.open:
        return like_start(pieces, call.resource, bound=bound)
    if UNKNOWN in call.resource:
        return like_masked(pieces, call.resource, UNKNOWN, bound=bound)
    return like(pieces, call.resource, bound=bound)


def _filled_up(parts: list[Pattern], call: Call) -> bool | None:
    """Whether the ARN matches where every section that is missing stands for anything."""
    has = call.resource.split(":", _SECTIONS - 1)
    closed = has[:-1] if call.open else has
    if not all(like(part, text) for part, text in zip(parts, closed, strict=False)):
        return False
    rest = parts[len(closed) :]
    return True if not rest else like_start(rest[0], has[-1]) if len(rest) == 1 else None
