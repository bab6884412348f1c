"""Policy variables: `${aws:username}`, with a default `${aws:username, 'nobody'}`, and `${*}`, `${?}`, `${$}` for the signs.

Source: IAM user guide, "IAM policy elements: Variables and tags".
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from doctor.policies.call import Call, Context
from doctor.policies.patterns import Pattern, Piece, pattern
from doctor.policies.truth import FALSE, Truth, unknown

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_NAMED = re.compile(r"(?P<key>[A-Za-z0-9-]+:[^\s,'{}]+)(?:\s*,\s*'(?P<default>[^'{}]*)')?")
_SIGNS = ("*", "?", "$")


@dataclass(frozen=True, slots=True)
class Expanded:
    """What a text became. No `pieces`: `reason` says why.

    `void`: the request lacks the key, or may lack it; the guide says that this may make the whole statement invalid. `lacks`
    tells that it does lack it, so that nothing matches the text.
    """

    pieces: Pattern | None
    reason: str = ""
    void: bool = False
    lacks: bool = False

    def matched(self, compared: Callable[[Pattern], Truth]) -> Truth:
        """What a comparison with the text says; with one that a lacking key leaves blank, that it does not match."""
        if self.pieces is not None:
            return compared(self.pieces)
        return FALSE if self.lacks else unknown(self.reason)


def unless_void(applies: Truth, texts: Iterable[Expanded]) -> Truth:
    """Whether a statement applies whose variables may make it invalid: if it does not by its words, it does not at all."""
    void = next((each for each in texts if each.void), None)
    return unknown(void.reason) if void and applies.holds else applies


def expanded(text: str, call: Call, *, variables: bool) -> Expanded:
    """The pattern that a text spells in this call; without `variables` every `${…}` stands for itself.

    What takes a variable's place holds no wildcards, and neither do the signs that are written as variables.
    """
    if not variables or "${" not in text:
        return Expanded(pattern(text))
    pieces: list[Piece] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        pieces += pattern(text[end : found.start()])
        value = _value(found[1], call)
        if isinstance(value, Expanded):
            return value
        pieces += value
        end = found.end()
    if "${" in text[end:]:
        return Expanded(None, reason="a policy variable is not closed", void=True)
    return Expanded((*pieces, *pattern(text[end:])))


def _value(spelled: str, call: Call) -> str | Expanded:
    if spelled in _SIGNS:
        return spelled
    named = _NAMED.fullmatch(spelled)
    if named is None:
        return Expanded(None, reason=f"${{{spelled[:100]}}} is no policy variable that is known", void=True)
    key, value = named["key"], call.value(named["key"])
    if value is Context.ABSENT and named["default"] is not None:
        return str(named["default"])
    return value[0] if isinstance(value, tuple) and len(value) == 1 else _without(key, value)


def _without(key: str, value: tuple[str, ...] | Context) -> Expanded:
    if value is Context.ABSENT:
        return Expanded(None, reason=f"the request has no {key} for a policy variable", void=True, lacks=True)
    if isinstance(value, Context):
        return Expanded(None, reason=f"the value of {key} is not known", void=value is Context.UNKNOWN)
    return Expanded(None, reason=f"{key} has several values, and is no policy variable then", void=True)
