"""What AWS's own message says of a denial: the kind of policy, whether a statement denies or none allows, and the action.

Source: IAM user guide, "Troubleshoot access denied error messages". Not every service ends its messages so.
"""

import re
from dataclasses import dataclass

from doctor.policies.kinds import Kind

_KIND = r"(?P<kind>[A-Za-z][A-Za-z -]{3,40}?)"
_EXPLICIT = re.compile(
    rf"with an explicit deny in (?:an?|the) {_KIND}(?: policy)?(?=[:.\s]*(?:arn:|$)|[:.])", re.IGNORECASE
)
_IMPLICIT = re.compile(rf"because no {_KIND}(?: policy)? allows? the (?P<action>[A-Za-z0-9:*-]+) action", re.IGNORECASE)
_ACTION = re.compile(r"not authorized to perform:? (?P<action>[a-z0-9-]+:[A-Za-z0-9*]+)")
_KINDS = {kind.value.lower().removesuffix(" policy"): kind for kind in Kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """`kind` None: the message does not tell the kind of policy. `explicit`: a statement denies; else none allows."""

    kind: Kind | None
    explicit: bool = False
    action: str = ""


def read(message: str) -> Denial:
    """What a message says; AWS names one kind of policy even where several deny."""
    message = message[:4000]
    explicit, implicit = _EXPLICIT.search(message), _IMPLICIT.search(message)
    found = explicit or implicit
    action = _ACTION.search(message) or implicit
    name = found["kind"].lower().removesuffix(" policy") if found else ""
    return Denial(kind=_KINDS.get(name), explicit=explicit is not None, action=action["action"] if action else "")
