"""From an error text to the checks that know it: which faults say this, and which this text rules out.

The texts are those of the checks' own docstrings: the indented lines that engineers search for. Words of a text weigh the
more the fewer checks know them.
"""

import builtins
import functools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from doctor import registry
from doctor.declare import Check

_MOST_CANDIDATES = 6
# Names of exceptions and codes, and error numbers. A bare number is no word: any text may hold it.
_WORD = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+|Errno -?\d+|[A-Z]{3,}(?:_[A-Z]+)+")
# What any program or any answer of AWS may say points at no check. Python's names of failed connections do.
_SAYS_NOTHING = {"an error occurred", "could not be found", "oserror"} | {
    name.lower()
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, OSError)
}
_PHRASE = re.compile(r"(?:[^.:;()\"'\[\]<>…=]|(?<=\d)\.(?=\d)){12,}")
# AWS itself wrote these: names, routes, groups and certificates were sound.
_FROM_AWS = re.compile(
    r"UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidToken|ExpiredToken|SignatureDoesNotMatch|"
    r"InvalidSignature|IncompleteSignature|AuthFailure|RequestTimeTooSkewed|AccessDenied|UnauthorizedOperation|"
    r"security token included in the request"
)
# The call never came to AWS, so nobody has judged credentials or permissions.
_BEFORE_AWS = re.compile(
    r"ConnectTimeout|Connect timeout|EndpointConnectionError|Could not connect to the endpoint|NameResolution|"
    r"Errno -[235]\b|SSLError|SSL: [A-Z]|ProxyConnectionError|ConnectionClosedError|ReadTimeout|Read timeout"
)
_NOTHING_SENT = re.compile(
    r"NoCredentialsError|PartialCredentialsError|NoRegionError|ProfileNotFound|ImportModuleError|No module named"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A check that knows the text: why, and the command that tells whether it is the one."""

    check: str
    why: str
    separate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an error text says, likeliest first, and what it rules out."""

    candidates: tuple[Candidate, ...]
    ruled_out: tuple[str, ...]


def read(text: str) -> Reading:
    """Candidates for an error text, and areas that it clears."""
    text = text[:20_000]
    ruled_out = tuple(_ruled_out(text))
    cleared = tuple(entry.partition(".*")[0] for entry in ruled_out)
    known = {check_id: _known(check_id) for check_id in registry.built_in()}
    spread = _spread(known)
    scored = []  # of equal ones the rung that fails comes before its causes, since the text is its own
    for check_id, said in known.items():
        matched = [piece for piece in said if _stands_in(piece, text)]
        if matched and not check_id.startswith(cleared):
            weight = sum(_weight(piece, spread) for piece in matched)
            scored.append((-weight, not check_id.startswith("reach."), check_id, max(matched, key=len)))
    return Reading(
        candidates=tuple(_candidate(check_id, piece) for *_, check_id, piece in sorted(scored)[:_MOST_CANDIDATES]),
        ruled_out=ruled_out,
    )


def _candidate(check_id: str, piece: str) -> Candidate:
    check: Check = registry.load(check_id)
    return Candidate(
        check=check_id,
        why=f"“{piece}” — would mean that this is not so: {check.healthy}",
        separate=f"doctor examine --only {check_id}",
    )


@functools.cache
def _known(check_id: str) -> tuple[str, ...]:
    """The words and phrases of the texts that a check documents."""
    lines = [line.strip() for line in registry.load(check_id).explanation.splitlines() if line.startswith("    ")]
    words = {word for line in lines for word in _WORD.findall(line)}
    phrases = {phrase.strip(" ,") for line in lines for phrase in _PHRASE.findall(line)}
    pieces = words | {phrase for phrase in phrases if len(phrase) >= 12 and " " in phrase}
    return tuple(sorted(piece for piece in pieces if piece.lower() not in _SAYS_NOTHING))


def _stands_in(piece: str, text: str) -> bool:
    """Whether the text says this, as words of their own; AWS writes codes with `Exception` behind them or without."""
    wanted, given = (_numberless(piece), _numberless(text)) if " " in piece else (piece.lower(), text.lower())
    return re.search(rf"(?<!\w){re.escape(wanted)}(?:exception|error)?(?!\w)", given) is not None


def _numberless(phrase: str) -> str:
    """`timed out after 3.00 seconds` and `after N seconds` say the same; an error number or an HTTP status must stay."""
    return re.sub(
        r"(?<!errno )(?<!errno -)\b(?![345]\d\d\b(?!\.\d| ?(?:s|ms|seconds)\b))(?:\d+(?:\.\d+)?|n)\b",
        "#",
        phrase.lower(),
    )


def _spread(known: dict[str, tuple[str, ...]]) -> dict[str, int]:
    spread: dict[str, int] = {}
    for pieces in known.values():
        for piece in pieces:
            spread[piece] = spread.get(piece, 0) + 1
    return spread


def _weight(piece: str, spread: dict[str, int]) -> float:
    """A rare piece tells more than a common one, a phrase more than a word."""
    return (1 + piece.count(" ")) * math.log(1 + 100 / spread[piece])


def _ruled_out(text: str) -> Iterator[str]:
    if _FROM_AWS.search(text):
        for area in ("dns", "network", "reach"):
            yield f"{area}.*: AWS itself answered, so names, routes and security groups are sound"
    elif _NOTHING_SENT.search(text):
        for area in ("dns", "network", "reach", "permission"):
            yield f"{area}.*: nothing was sent, so nothing outside this process can be at fault"
    elif _BEFORE_AWS.search(text):
        for area in ("credentials", "permission", "resource"):
            yield f"{area}.*: the call never came to AWS, so nobody has judged credentials or permissions"
