"""From an error text to the checks that know it: which faults say this, what tells them apart, and what it rules out.

The atlas is asked first. What it does not know may still stand in the checks' own docstrings, in the indented lines that
engineers search for; words of a text weigh the more the fewer checks know them.
"""

import builtins
import functools
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import zip_longest

from doctor import error_atlas, registry
from doctor.declare import Check
from doctor.policies import denial
from doctor.redact import Redactor
from doctor.verdict import InvalidRequest, Source

_MOST_CANDIDATES = 6
MOST_BYTES = 16 * 1024 * 1024  # of a log that is piped in
_HALF = 512 * 1024  # characters: a longer one is read from both ends, where it begins and where it failed
# Names of exceptions and codes, and error numbers. A bare number is no word: any text may hold it.
_WORD = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+|Errno -?\d+|[A-Z]{3,}(?:_[A-Z]+)+")
# What any program or any answer of AWS may say points at no check. Python's names of failed connections do.
_SAYS_NOTHING = {
    *(
        "an error occurred",
        "could not be found",
        "oserror",
        "no such file or directory",
        "invalidparametervalueexception",
    )
} | {
    name.lower()
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, OSError)
}
_PHRASE = re.compile(r"(?:[^.:;()\"'\[\]<>…=]|(?<=\d)\.(?=\d)){12,}")
_RESOURCE = re.compile(r"on resource: (arn:[a-z-]{3,20}:[A-Za-z0-9_./:+=@-]{1,600}+)(?![*?])", re.ASCII)
_ROLE = re.compile(r":(?:assumed-)?role/([\w+=,.@][\w+=,.@-]{0,63})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A check that knows the text: what the text says, what is broken then, and the command that tells whether it is."""

    check: str
    reason: str
    broken: str
    separate: str
    certain: bool = False

    @property
    def why(self) -> str:
        """In one sentence."""
        return f"{self.reason} — {'certain' if self.certain else 'possibly'}: {self.broken}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an error text says, likeliest first, and what it rules out.

    `unjudged` are meanings of the text that no check, or not every check they lead to, is there for in this version.
    """

    candidates: tuple[Candidate, ...]
    ruled_out: tuple[str, ...]
    unjudged: tuple[str, ...] = ()


def plain(reading: Reading) -> dict[str, object]:
    """The contract's object as plain data."""
    candidates = [{"check": each.check, "why": each.why, "separate": each.separate} for each in reading.candidates]
    return {"candidates": candidates, "ruled_out": list(reading.ruled_out), "unjudged": list(reading.unjudged)}


def decoded(data: bytes) -> str:
    """A text from a file or a pipe, whoever wrote it; PowerShell writes UTF-16 with a byte order mark."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8-sig", "replace")


def read(text: str) -> Reading:
    """Candidates for an error text, and what it clears. A text of many lines may hold several errors: each is named.

    Raises:
        InvalidRequest: there is no text.
    """
    if not text.strip():
        raise InvalidRequest("--error", "holds no text: write the error's behind --error, or '-' and pipe it in")
    if len(text) > 2 * _HALF:
        text = f"{text[:_HALF]}\n{text[-_HALF:]}"
    found, left = error_atlas.matches(error_atlas.normal(text))
    matches = _in_order(found)
    ruled_out = tuple(_ruled_out(matches))
    cleared = tuple(entry.partition(":")[0].removesuffix("*") for entry in ruled_out)
    named = [list(_of_match(match, text)) for match in matches]
    known = {candidate.check for each in named for candidate in each}
    documented = (each for each in _documented(left, matches) if each.check not in known)
    candidates = [*_alternating(named), *(each for each in documented if not each.check.startswith(cleared))]
    unjudged = tuple(told for match in matches if (told := _unjudged(match)))
    return Reading(candidates=tuple(candidates[:_MOST_CANDIDATES]), ruled_out=ruled_out, unjudged=unjudged)


def _in_order(matches: Iterable[error_atlas.Match]) -> list[error_atlas.Match]:
    """One match a cause: what is no mere symptom first, then what words say, then what stands first."""
    causes = error_atlas.atlas().causes
    ranked = sorted(matches, key=lambda match: (causes[match.row.cause].symptom, not match.in_words, match.at))
    return list({match.row.cause: match for match in reversed(ranked)}.values())[::-1]


def _alternating(named: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """The first of each error, then the second of each: no error hides another."""
    turns = (candidate for turn in zip_longest(*named) for candidate in turn if candidate)
    return list({candidate.check: candidate for candidate in reversed(list(turns))}.values())[::-1]


def _ruled_out(matches: Sequence[error_atlas.Match]) -> Iterator[str]:
    """What all errors of the text agree to, since an answer to one call clears no other's way; then what is refuted."""
    causes, speakers = error_atlas.atlas().causes, error_atlas.atlas().speakers
    told = [speakers[causes[match.row.cause].speaker] if match.row.verified else {} for match in matches]
    blamed = {check_id for match in matches for check_id in _checks(match)}
    for pattern, why in {pattern: why for rules in told for pattern, why in rules.items()}.items():
        agreed = all(any(fnmatchcase(pattern, rule) for rule in rules) for rules in told)
        if agreed and not any(fnmatchcase(check_id, pattern) for check_id in blamed):
            yield f"{pattern}: {why}"
    yield from dict.fromkeys(theory for match in matches for theory in causes[match.row.cause].denies)


def _checks(match: error_atlas.Match) -> tuple[str, ...]:
    return match.row.checks or error_atlas.atlas().causes[match.row.cause].checks


def _means(match: error_atlas.Match) -> str:
    cause = error_atlas.atlas().causes[match.row.cause]
    return f"“{match.said}”{'' if match.row.verified else ' (believed)'}: {cause.means}"


def _of_match(match: error_atlas.Match, text: str) -> Iterator[Candidate]:
    """What the row's checks would mean, as far as they are there.

    Words that leave one cause are certain, unless they are only believed, or a mere symptom, which has causes of its own.
    """
    checks, cause = _checks(match), error_atlas.atlas().causes[match.row.cause]
    certain = match.row.verified and match.in_words and len(checks) == 1 and not cause.symptom
    for check_id in (each for each in checks if each in registry.built_in()):
        separate = _separate(check_id, text, here=cause.here)
        yield Candidate(
            check=check_id, reason=_means(match), broken=_broken(check_id), separate=separate, certain=certain
        )


def _broken(check_id: str) -> str:
    """What is broken where this check finds a problem."""
    return error_atlas.atlas().faults.get(check_id) or f"this does not hold: {registry.load(check_id).healthy}"


def _unjudged(match: error_atlas.Match) -> str:
    """What the row means, where a check that it leads to is not there yet; "" where all are."""
    checks, built_in = _checks(match), registry.built_in()
    there = [check_id for check_id in checks if check_id in built_in]
    if checks and len(there) == len(checks):
        return ""
    judged = "all that this can mean" if there else "it"
    return f"{_means(match)} — no check of this version judges {judged}"


def _separate(check_id: str, text: str, *, here: bool = False) -> str:
    """The command that tells: the atlas's own, with what the text names in it, else the check itself.

    What can be seen only from inside is asked of the function, since this machine has other credentials and another way.
    """
    if command := error_atlas.atlas().commands.get(check_id):
        role, resource = _ROLE.search(text), _RESOURCE.search(text)
        command = command.replace("{action}", denial.action(text) or "ACTION")
        command = command.replace("{resource}", resource[1].rstrip(".") if resource else "RESOURCE_ARN")
        return Redactor(os.environ).text(command.replace("{role}", role[1] if role else "ROLE"))
    check: Check = registry.load(check_id)
    if here or check.area == "doctor":
        return f"doctor examine --only {check_id}"
    outside = check.speaks({Source.CONTROL}) or check.sources == {Source.CONTROL}
    return f"doctor examine FUNCTION {'' if outside else '--via deployed '}--only {check_id}"


def _documented(left: str, matches: Sequence[error_atlas.Match]) -> Iterator[Candidate]:
    """The checks whose documentation holds words or phrases of what the atlas has left of the text."""
    explained = {code.lower() for match in matches for code in match.row.codes}
    kinds = _kinds() if any(match.row.cause.startswith("denied-by-") for match in matches) else frozenset()
    settled = any(not error_atlas.atlas().causes[match.row.cause].symptom for match in matches)
    known = {check_id: _known(check_id) for check_id in registry.built_in() if check_id not in kinds}
    spread, numberless = _spread(known), _numberless(left)
    scored = []  # of equal ones the rung that fails comes before its causes, since the text is its own
    for check_id, said in known.items():
        untold = (piece for piece in said if " " in piece or (not settled and piece.lower() not in explained))
        matched = [piece for piece in untold if _stands_in(piece, numberless if " " in piece else left)]
        if matched:
            weight = sum(_weight(piece, spread) for piece in matched)
            scored.append((-weight, not check_id.startswith("reach."), check_id, max(matched, key=len)))
    for *_, check_id, piece in sorted(scored)[:_MOST_CANDIDATES]:
        reason = f"“{piece}”: a text that the page of the check quotes"
        yield Candidate(check=check_id, reason=reason, broken=_broken(check_id), separate=_separate(check_id, left))


@functools.cache
def _kinds() -> frozenset[str]:
    """The checks of one kind of policy each: where AWS names a kind, words that every denial has speak for no other."""
    causes = error_atlas.atlas().causes
    return frozenset(check_id for cause in denial.CAUSES for check_id in causes[cause].checks[:1])


@functools.cache
def _known(check_id: str) -> tuple[str, ...]:
    """The words and phrases of the texts that a check documents."""
    lines = [line.strip() for line in registry.load(check_id).explanation.splitlines() if line.startswith("    ")]
    words = {word for line in lines for word in _WORD.findall(line)}
    phrases = {phrase.strip(" ,") for line in lines for phrase in _PHRASE.findall(line)}
    pieces = words | {phrase for phrase in phrases if len(phrase) >= 12 and " " in phrase}
    return tuple(sorted(piece for piece in pieces if piece.lower() not in _SAYS_NOTHING))


def _stands_in(piece: str, given: str) -> bool:
    """Whether the text says this, as words of their own; AWS writes codes with `Exception` behind them or without."""
    wanted = _numberless(piece) if " " in piece else piece.lower()
    return wanted in given and re.search(rf"(?<!\w){re.escape(wanted)}(?:exception|error)?(?!\w)", given) is not None


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
