"""Words in a remedy's commands that stand for what only a run knows: FUNCTION, HOST, and HOST:443 with the real port. Pure."""

import re
import shlex
from dataclasses import replace

from doctor.verdict import EVERY_TARGET, Remedy

_WORDS = re.compile(r"\bHOST:443\b|\bHOST\b|\bFUNCTION\b")


def filled(remedy: Remedy, function: str | None, targets: tuple[str, ...]) -> Remedy:
    """The remedy with commands that can be typed as they stand; what is not known stays a word in capitals.

    Of several targets the first is named.
    """
    target = next((each for each in targets if each != EVERY_TARGET), "")
    known = {"HOST:443": target, "HOST": target.rpartition(":")[0], "FUNCTION": function or ""}

    def known_or_word(found: re.Match[str]) -> str:
        return shlex.quote(known[found[0]]) if known[found[0]] else found[0]

    return replace(remedy, commands=tuple(_WORDS.sub(known_or_word, command) for command in remedy.commands))
