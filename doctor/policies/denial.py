"""What AWS's own message says of a denial: the kind of policy, whether a statement denies or none allows, and the action.

The words are the atlas's. Not every service ends its messages so, and what is only believed of them tells no kind.
"""

import re
from dataclasses import dataclass

from doctor import error_atlas
from doctor.policies.kinds import Kind

CAUSES = {
    "denied-by-identity": Kind.IDENTITY,
    "denied-by-resource": Kind.RESOURCE,
    "denied-by-boundary": Kind.BOUNDARY,
    "denied-by-session": Kind.SESSION,
    "denied-by-organization": Kind.SERVICE_CONTROL,
    "denied-by-resource-control": Kind.RESOURCE_CONTROL,
    "denied-by-endpoint": Kind.ENDPOINT,
}
_EXPLICIT = "explicit deny"
_ACTION = re.compile(
    r"(?:not authorized to perform:? |allows? the )(?P<action>[a-z][a-z0-9-]{1,30}:[A-Za-z0-9]{2,60})", re.IGNORECASE
)
_MOST = 4000  # characters of a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """`kind` None: the message does not tell the kind of policy. `explicit`: a statement denies; else none allows."""

    kind: Kind | None
    explicit: bool = False
    action: str = ""


def read(message: str) -> Denial:
    """What a message says; AWS names one kind of policy even where several deny."""
    message = message[:_MOST]
    found = error_atlas.worded(message, CAUSES)
    kind = CAUSES[found.row.cause] if found else None
    return Denial(kind=kind, explicit=found is not None and _EXPLICIT in found.piece, action=action(message))


def action(text: str) -> str:
    """The action that a denial names, as it spells it; "" where none does."""
    found = _ACTION.search(text)
    return found["action"] if found else ""
