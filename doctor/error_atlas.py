"""What error codes and messages mean: the atlas, read from `error_atlas.json` beside this module.

A row says: who speaks a protocol of these families and answers with one of these codes, or in these words, means this
cause. `source` tells where that is known from; what is only believed says so, and never decides anything by itself.
Rows stand in order: the first that explains a place of a text takes it, and a code alone, or a row that is `general`,
means something only where no row before it has explained the same code. Phrases are in lower case; `…` stands for up
to 120 characters, `#` for a number. Families and statuses are there for readers, and for the tests that hold rows to
botocore's models: no answer is held to them, since a service may change its protocol, and a proxy the status.
"""

import functools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from doctor.decode import decode
from doctor.strict_json import parse

_FILE = Path(__file__).with_suffix(".json")
_BELIEVED = "believed"
_CODE, _END_OF_CODE = "<code>", "</code>"
_TOKEN = re.compile(r"[a-z_]\w*(?:\.[a-z_]\w*){0,6}")
_ESCAPED = (('\\"', '"'), ("\\n", " "), ("\\t", " "), ("\\u003c", "<"), ("&quot;", '"'), ("&#39;", "'"), ("&lt;", "<"))
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d\0", "''\"\" ")  # as chats and documents print them
_WILD = {"…": ".{0,120}?", "#": r"(\d{1,9}(?:\.\d{1,9})?)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A class of causes. `checks` are ids, likeliest first; `symptom` tells that another error of the text says more.

    `speaker` is who wrote the error, which rules out what lies before it; `denies` are theories that it refutes.
    `here` tells that mostly a person's own machine says it, and no function.
    """

    speaker: str
    means: str
    checks: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    symptom: bool = False
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Codes, and phrases of which any one is enough, that mean a cause. `checks` are given where they differ from it."""

    cause: str
    families: tuple[str, ...]
    example: str
    source: str
    statuses: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    general: bool = False

    @property
    def coded(self) -> tuple[str, ...]:
        """Codes that are everyday words, such as Throttling: they are known by the element that they stand in."""
        return tuple(phrase for phrase in self.says if phrase.startswith(_CODE) and phrase.endswith(_END_OF_CODE))

    @property
    def verified(self) -> bool:
        """Whether somebody has seen it: a model, a page, a thread, a measurement."""
        return self.source != _BELIEVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """All of it: `services` are protocol families by service, `speakers` what each rules out and why.

    `commands` are by check, and so are `faults`: what is broken where the check's sentence is not true.
    """

    services: dict[str, str]
    speakers: dict[str, dict[str, str]]
    commands: dict[str, str]
    faults: dict[str, str]
    causes: dict[str, Cause]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A row that explains a part of a text: the code or phrase that stands there, and where it stands first.

    `said` is the piece for a reader, with the numbers of the text in place of `#`.
    """

    row: Row
    piece: str
    at: int
    said: str

    @property
    def in_words(self) -> bool:
        """Whether a phrase matched, which says more than a code."""
        return self.piece in self.row.says


class Codes(Collection[str]):
    """The verified codes that mean some causes, whatever the message says. Read when first asked: most runs never do."""

    def __init__(self, *causes: str, speaker: str = "") -> None:
        self._causes, self._speaker = causes, speaker

    def __contains__(self, code: object) -> bool:
        return bool(code) and code in _codes(self._causes, self._speaker)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(_codes(self._causes, self._speaker)))

    def __len__(self) -> int:
        return len(_codes(self._causes, self._speaker))


@functools.cache
def _codes(causes: tuple[str, ...], speaker: str) -> frozenset[str]:
    meant = {name for name, cause in atlas().causes.items() if name in causes or cause.speaker == speaker}
    owners = _owners().values()
    return frozenset(code for code, row in owners if row.verified and row.cause in meant)


@functools.cache
def _owners() -> dict[str, tuple[str, Row]]:
    """By a code in small letters: the code, and the row that it means by itself, if its rows agree on one."""
    owners: dict[str, tuple[str, Row]] = {}
    rows: dict[str, list[tuple[str, Row]]] = {}
    for row in atlas().rows:
        for code in row.codes:
            rows.setdefault(code.lower(), []).append((code, row))
    for lowered, known in rows.items():
        plain = [(code, row) for code, row in known if not row.says or row.general]
        if plain or len({row.cause for _, row in known}) == 1:
            owners[lowered] = (plain or known)[0]
    return owners


@functools.cache
def atlas() -> Atlas:
    """The atlas, read once.

    Raises:
        InvalidRequest: the file is no JSON, or holds a key twice.
        MisfitError: it has not the shape of the classes above, or a row names a cause that is not there.
    """
    return read(_FILE.read_text(encoding="utf-8"))


def read(text: str) -> Atlas:
    """An atlas in JSON, strictly; raises as `atlas` does, and ValueError for a name that leads nowhere."""
    known = decode(Atlas, parse(text, _FILE.name))
    for cause in known.causes.values():
        if cause.speaker not in known.speakers:
            raise ValueError(f"{_FILE.name}: no speaker {cause.speaker!r}")
    for row in known.rows:
        if row.cause not in known.causes or not (row.codes or row.says):
            raise ValueError(f"{_FILE.name}: the row of {row.example!r} has no cause of the atlas, or nothing to match")
    return known


def answered(code: str, message: str) -> Cause | None:
    """What an answer with this code and message means, as far as verified rows tell."""
    text = normal(f"<Code>{code}</Code><Message>{message}")
    named = (row for row in atlas().rows if code in row.codes or any(phrase in text for phrase in row.coded))
    said = (row for row in named if row.verified and not row.general)
    worded = next((row for row in said if any(_search(phrase, text) for phrase in row.says)), None)
    _, alone = _owners().get(code.lower(), (code, None))
    row = worded or (alone if alone and alone.verified else None)
    return atlas().causes[row.cause] if row else None


def means(code: str, message: str, *causes: str) -> bool:
    """Whether an answer with this code and message means one of these causes, as far as verified rows tell."""
    cause = answered(code, message) if code else None
    return cause is not None and any(cause is atlas().causes[name] for name in causes)


def worded(message: str, causes: Collection[str]) -> Match | None:
    """The first verified row of these causes that knows the words of a message, whatever its code."""
    text = normal(message)
    rows = (row for row in atlas().rows if row.cause in causes and row.verified)
    return next((hit for row in rows for phrase in row.says if (hit := _hit(row, phrase, text))), None)


def matches(text: str) -> tuple[list[Match], str]:
    """The rows that explain something in a `normal` text, and the text without what they explain. Linear in its length."""
    found, explained, left = [], set[str](), text
    for row in atlas().rows:
        if hit := next((hit for phrase in row.says if (hit := _hit(row, phrase, left))), None):
            left = _pattern(hit.piece).sub(lambda found: " " * len(found[0]), left)
            if not row.general or explained.isdisjoint(map(str.lower, row.codes)):
                found.append(hit)
                explained.update(map(str.lower, row.codes))
    for word in sorted(_names(left) - explained):
        code, row = _owners()[word]
        found.append(Match(row=row, piece=code, at=left.find(word), said=code))
    return found, left


def _hit(row: Row, phrase: str, text: str) -> Match | None:
    stands = _search(phrase, text)
    return Match(row=row, piece=phrase, at=stands.start(), said=_said(phrase, stands)) if stands else None


def _said(phrase: str, stands: re.Match[str]) -> str:
    numbers = iter(stands.groups())
    return re.sub("#", lambda _: next(numbers), phrase)


def normal(text: str) -> str:
    """A text as phrases are compared with it: small letters, single spaces, no escapes of JSON, XML or terminals."""
    for escaped, plain in _ESCAPED:
        text = text.replace(escaped, plain)
    text = re.sub(r"\x1b\[[0-9;]{0,20}m", "", text.translate(_QUOTES))
    return " ".join(text.lower().split())


def _names(text: str) -> set[str]:
    """The codes in a text: whole names, or else the ends of dotted ones, as in `botocore.exceptions.noregionerror`."""
    known, named = _owners(), set[str]()
    for token in set(_TOKEN.findall(text)):
        parts = token.split(".")
        ends = (".".join(parts[start:]) for start in range(len(parts)))
        named.update(next(([end] for end in ends if end in known), ()))
    return named


def _search(phrase: str, text: str) -> re.Match[str] | None:
    """Where a phrase stands. Its longest plain part is looked for first: that is a hundred times as fast."""
    return _pattern(phrase).search(text) if _plainest(phrase) in text else None


@functools.cache
def _plainest(phrase: str) -> str:
    return max(re.split("[…#]", phrase), key=len)


@functools.cache
def _pattern(phrase: str) -> re.Pattern[str]:
    spelled = "".join(_WILD.get(part) or re.escape(part) for part in re.split("([…#])", phrase))
    before, after = (r"(?<!\w)" if phrase[0].isalnum() else "", r"(?!\w)" if phrase[-1].isalnum() else "")
    return re.compile(f"{before}{spelled}{after}")
