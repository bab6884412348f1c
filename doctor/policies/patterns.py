"""Text with wildcards: `*` stands for any number of characters, `?` for one.

All alternatives are followed at once, one bit of a number each, so that the time grows with the length of the text alone
and no pattern of a stranger's can make it explode.
"""

import functools
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple


class Wild(Enum):
    """A wildcard."""

    ONE = "?"
    MANY = "*"


Piece = str | Wild  # one literal character, or a wildcard
Pattern = tuple[Piece, ...]
_NOBODY_S = "\0"  # a character that no pattern and no ARN holds
_WILD = {wild.value: wild for wild in Wild}


@functools.lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """The pattern that a text spells."""
    return tuple(_WILD.get(character, character) for character in text)


def spelled(pieces: Pattern) -> str:
    """The text in which each wildcard is its own character."""
    return "".join(piece.value if isinstance(piece, Wild) else piece for piece in pieces)


def like(pieces: Pattern, text: str, *, bound: str = "") -> bool:
    """Whether the pattern matches the whole text. A wildcard crosses `bound` only as a `*` at the end of its section."""
    program = _program(pieces, bound)
    if program.literal is not None:
        return program.literal == text
    return bool(_run(program, text, bound) >> program.length & 1)


def like_start(pieces: Pattern, start: str, *, bound: str = "") -> bool | None:
    """The same for every text that starts so; None where it matches some of them and not others, as far as can be told."""
    program = _program(pieces, bound)
    at = _run(program, start, bound)
    if not at:
        return False
    absorbing = bool(pieces) and pieces[-1] is Wild.MANY
    return True if absorbing and at >> program.length & 1 else None


def like_masked(pieces: Pattern, text: str, unknown: str, *, bound: str) -> bool | None:
    """The same for every text in which each `unknown` is some character; None where it matches some of them and not others."""
    masked = text.replace(unknown, _NOBODY_S)
    if like(pieces, masked, bound=bound):
        return True
    program = _program(pieces, bound)
    any_ = 0
    for bits in program.literals.values():
        any_ |= bits
    at = _run(program._replace(literals={**program.literals, _NOBODY_S: any_}), masked, bound)
    return None if at >> program.length & 1 else False


def sections(pieces: Pattern, separator: str, most: int) -> list[Pattern]:
    """The pattern cut at its literal separators, into `most` sections at most."""
    found: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece == separator and len(found) < most:
            found.append([])
        else:
            found[-1].append(piece)
    return [tuple(section) for section in found]


def _run(program: "_Program", text: str, bound: str) -> int:
    """Where in the pattern one may stand after the text, as bits; the last bit is its end."""
    many = program.staying | program.free
    at = 1 | ((1 & many) << 1)
    for character in text:
        ahead = program.literals.get(character, 0)
        stays = program.free
        if character != bound:
            ahead |= program.ones
            stays = many
        at = ((at & ahead) << 1) | (at & stays)
        at |= (at & many) << 1
        if not at:
            break
    return at


class _Program(NamedTuple):
    """Where a `?`, a `*` that stays in its section, one that does not, and each literal stands, as bits.

    `literal` is the text that the pattern stands for, where it has no wildcard.
    """

    length: int
    literal: str | None
    ones: int
    staying: int
    free: int
    literals: dict[str, int]


@functools.lru_cache(maxsize=1024)
def _program(pieces: Pattern, bound: str) -> _Program:
    ones = staying = free = 0
    literals: dict[str, int] = {}
    tokens = list(_collapsed(pieces, bound))
    for number, (piece, crosses) in enumerate(tokens):
        bit = 1 << number
        if piece is Wild.ONE:
            ones |= bit
        elif piece is Wild.MANY:
            staying, free = (staying, free | bit) if crosses else (staying | bit, free)
        elif isinstance(piece, str):
            literals[piece] = literals.get(piece, 0) | bit
    literal = None if ones | staying | free else spelled(pieces)
    return _Program(len(tokens), literal, ones, staying, free, literals)


_Token = tuple[Piece, bool]  # a piece, and for a `*` whether it may cross the bound


def _collapsed(pieces: Pattern, bound: str) -> Iterator[_Token]:
    """The pieces, a run of `*` as one, which crosses what any of them crosses."""
    ends = len(pieces) - 1
    many: bool | None = None
    for number, piece in enumerate(pieces):
        if piece is Wild.MANY:
            many = bool(many) or not bound or number == ends or pieces[number + 1] == bound
            continue
        if many is not None:
            yield Wild.MANY, many
            many = None
        yield piece, False
    if many is not None:
        yield Wild.MANY, many
