"""Foreign text made harmless for terminals and logs.

Names, certificates and error texts come from strangers. A control character could clear the screen, a bidirectional
mark could show a different command than the one that is pasted: such characters are written out instead.
"""

import re

# Unicode's Default_Ignorable_Code_Point beyond category Cf: letters and marks that show nothing.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every invisible or directing character spelled out; `lines` keeps line feeds.

    Python's "printable" leaves out controls, format characters, surrogates, private use, what Unicode does not assign,
    and all white space but the space.
    """
    if text.isprintable() and (text.isascii() or not _IGNORABLE.search(text)):
        return text
    return "".join(
        character if (lines and character == "\n") or _shows(character) else _spelled(character) for character in text
    )


def _shows(character: str) -> bool:
    return character.isprintable() and not _IGNORABLE.match(character)


def _spelled(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:04x}}}"
