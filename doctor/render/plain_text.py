"""Foreign text made harmless for terminals and logs.

Names, certificates and error texts come from strangers. A control character could clear the screen, a bidirectional
mark could show a different command than the one that is pasted: such characters are written out instead.
"""

import unicodedata

# Other (control, format, surrogate, private use, unassigned) and line or paragraph separators.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every invisible or directing character spelled out; `lines` keeps line feeds."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if (lines and character == "\n") or unicodedata.category(character) not in _HIDDEN
        else _spelled(character)
        for character in text
    )


def _spelled(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:04x}}}"
