"""The verdict as Markdown that pastes into GitHub and Jira as it is.

Text that came from elsewhere is put into code spans, where mentions, links, images and HTML mean nothing. A report that
must fit a field (`--max-bytes`) loses its least important parts first, and says which.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from doctor.render.alike import Groups, alike, by_check
from doctor.render.ladder import Row, rows
from doctor.render.plain_text import visible
from doctor.verdict import Diagnosis, Finding, Outcome, Severity, Status, Verdict

_STATUS = {Status.HEALTHY: "✅ healthy", Status.UNHEALTHY: "❌ unhealthy", Status.INCONCLUSIVE: "❔ inconclusive"}
_MARK = {Outcome.OK: "✅", Outcome.PROBLEM: "❌", Outcome.UNKNOWN: "❔", Outcome.NOT_APPLICABLE: "·"}
# Letters, digits and the punctuation that starts nothing in Markdown, nor in GitHub's and Jira's extensions of it.
# An underscore behind a word and a tilde before a slash begin nothing, and nothing that they could end is harmless.
_HARMLESS = re.compile(r"[^\W_](?:[^\W_]|(?<=[^\W_])_+(?=[^\W_]| |$)|[ .,:;()'\"=%?/…-]|(?<= )(?:\+(?= )|~(?=/)))*")
# Harmless characters that mean something together: links, emoji, issue keys, commits, lists, Jira's headings and quotes,
# what it strikes through, and its emoticons (Atlassian, "Text formatting notation help").
# Issue keys are written in capitals (Atlassian, "What is an issue key"), so that us-east-1 is none.
_MEANING = re.compile(
    r"\b[A-Z][A-Z0-9]+-\d|(?i://|www\.|mailto:|:[\w+-]+:|\b[0-9a-f]{7,}\b|\?\?|^(?:\d+[.)]|h[1-6]\.|bq\.))"
    r"|(?<![\w-])-(?![\s-])[^-]*(?<![\s-])-(?![\w-])|:[()PD](?!\w)|;\)|\((?i:y|n|i|x|/|\?|-|on|off|flag|flagoff)\)"
)
_WEIGHT = {Severity.BREAKS: "❌", Severity.RISKS: "⚠️", Severity.HINTS: "💡"}
_LONGEST = 1000  # characters of one foreign text; commands and templates are never cut, they are there to be pasted
# Readers give up on longer runs of backticks (cmark: 80 in a line, 255 before a block), and then see Markdown inside.
_RUN = re.compile("`{9,}")
_REMEDIES = ("remedies", "commands", "templates")  # kinds of parts


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the report. What has a rank may be dropped, the highest first, and leaves what is `shorter` behind.

    The note tells of each `kind` of what is left out the last `name`.
    """

    text: str
    rank: tuple[int, ...] = ()
    kind: str = ""
    name: str = ""
    shorter: "_Part | None" = None


def render(verdict: Verdict, *, most_bytes: int | None = None) -> str:
    """The report, in at most `most_bytes` bytes of UTF-8 (200 at the least) where that is given.

    What goes first are passing checks, then evidence; then from the last diagnosis to the first what its remedy says,
    its commands, and itself. The first diagnosis' first command goes last, and the verdict stays.
    """
    parts = list(_parts(verdict))
    dropped: dict[str, str] = {}
    while most_bytes is not None and _size(parts, dropped) > most_bytes:
        rank = max(part.rank for part in parts)
        if not rank:
            room = most_bytes - _size([_Part(_status(verdict))], dropped) - len("\n\n")
            return _joined([_Part(f"{_status(verdict)}\n\n{_within(room, verdict.headline)}")], dropped)
        gone = next(part for part in parts if part.rank == rank)
        if gone.kind == "diagnoses":  # which take the words of their remedies along
            dropped = {kind: name for kind, name in dropped.items() if kind not in _REMEDIES}
        dropped[gone.kind] = gone.name
        kept = (part.shorter if part.rank == rank else part for part in parts)
        parts = [part for part in kept if part]
    return _joined(parts, dropped)


def _joined(parts: Sequence[_Part], dropped: Mapping[str, str]) -> str:
    note = [f"_Left out to fit: {', '.join(dropped.values())}._"] if dropped else []
    return "\n\n".join([*(part.text for part in parts), *note]) + "\n"


def _size(parts: Sequence[_Part], dropped: Mapping[str, str]) -> int:
    return len(_joined(parts, dropped).encode())


def _within(room: int, text: str) -> str:
    """As much of the text as fits into so many bytes."""
    shown = inline(text)
    while text and len(shown.encode()) > room:
        text = text[: len(text) * 7 // 8]
        shown = inline(f"{text}…")
    return shown


def _parts(verdict: Verdict) -> Iterator[_Part]:
    yield _Part(f"{_status(verdict)}\n\n{inline(verdict.headline)}")
    if verdict.error:
        yield _Part(f"{inline(verdict.error.type)} in {code(verdict.error.field)}", (1,), "field", "the field")
    for number, diagnosis in enumerate(verdict.diagnoses, 1):
        yield from _diagnosis(number, diagnosis, repeated=diagnosis.headline in verdict.headline)
        yield from _remedy(number, diagnosis)
    ladder = rows(verdict.findings)
    if ladder:
        yield _Part(_ladder(ladder), (4,), "ladder", "ladder")
    told = [finding for finding in verdict.findings if finding.outcome in (Outcome.PROBLEM, Outcome.UNKNOWN)]
    if told:
        yield _Part("### Evidence\n\n" + _findings(alike(told)), (6,), "evidence", "evidence")
    passed = [finding for finding in verdict.findings if finding.outcome not in (Outcome.PROBLEM, Outcome.UNKNOWN)]
    if passed:
        said = "### Passed or not applicable\n\n" + _findings(by_check(passed))
        yield _Part(said, (7,), "passing checks", "passing checks")
    if footer := _footer(verdict):
        yield _Part(footer, (4, 1), "versions", "versions")


def _status(verdict: Verdict) -> str:
    return f"## {_STATUS[verdict.status]}"


def _diagnosis(number: int, diagnosis: Diagnosis, *, repeated: bool) -> Iterator[_Part]:
    """What is wrong. Where the verdict's headline has said it already, that line goes before any remedy does."""
    kind = "diagnosis" if number == 1 else "diagnoses"
    own = ((3, number, 1), kind, _from(number, "diagnoses", "the diagnosis"))
    title = f"### {number}. {code(diagnosis.check)} ({diagnosis.severity.value}, {diagnosis.confidence.value})"
    yield _Part(title, *own)
    yield _Part(inline(diagnosis.headline), *(((5,), "headline", "the headline's repetition") if repeated else own))
    lines = [f"- where: {', '.join(map(code, diagnosis.subjects))}"]
    if diagnosis.explains:
        lines.append(f"- explains: {', '.join(map(code, diagnosis.explains))}")
    if diagnosis.could_also_be:
        lines.append(f"- could also be: {', '.join(map(code, diagnosis.could_also_be))}")
        lines += [f"- to tell: {code(each.command)} {inline(each.tells)}" for each in diagnosis.separate]
    yield _Part("\n".join(lines), *own)


def _remedy(number: int, diagnosis: Diagnosis) -> Iterator[_Part]:
    remedy = diagnosis.remedy
    name = _from(number, "remedies", "the remedy")
    yield _Part(f"**Remedy.** {spans(remedy.text)}", (3, number, 4), "remedies", name)
    verify = ("", "# when mended:", diagnosis.verify) if diagnosis.verify else ()
    if remedy.commands or verify:
        first = _Part(_commands(remedy.commands[:1]), (2,), "first", "the command") if remedy.commands else None
        name = _from(number, "commands", "further commands")
        whole = _commands((*remedy.commands, *verify))
        few = first if number == 1 else None
        yield few if few and few.text == whole else _Part(whole, (3, number, 2), "commands", name, few)
    if remedy.template:
        # Of the template or of the application's code: no one language.
        snippet = block(visible(remedy.template.rstrip(), lines=True), "")
        yield _Part(snippet, (3, number, 3), "templates", _from(number, "templates", "the template"))


def _from(number: int, several: str, first: str) -> str:
    """The name of what is left out from this diagnosis on; of the first, what is left out of it alone."""
    return first if number == 1 else f"{several} from {number} on"


def _commands(commands: Sequence[str]) -> str:
    return block("\n".join(map(visible, commands)).strip("\n"), "sh")


def _ladder(ladder: Sequence[Row]) -> str:
    head = ["| target | name | connect | TLS | answer |", "| --- | --- | --- | --- | --- |"]
    body = [f"| {cell(row.target)} | {' | '.join(_MARK[outcome] for outcome in row.rungs)} |" for row in ladder]
    return "\n".join([*head, *body])


def _findings(groups: Groups) -> str:
    """A line for each group: the checks, and what the first of them says."""
    return "\n".join(
        f"- {_mark(group[0])} {_checks(group)} {inline(group[0].message)}{_more(group)}" for group in groups
    )


def _checks(group: Sequence[Finding]) -> str:
    return ", ".join(map(code, dict.fromkeys(each.check for each in group)))


def _more(group: Sequence[Finding]) -> str:
    """How many others are told by this line, which say something else."""
    others = len({each.message for each in group}) - 1
    return f" (and {others} more of this kind)" if others else ""


def _mark(finding: Finding) -> str:
    return _WEIGHT[finding.severity] if finding.outcome is Outcome.PROBLEM else _MARK[finding.outcome]


def _footer(verdict: Verdict) -> str:
    words = [f"not asked: {', '.join(map(code, verdict.not_asked))}"] if verdict.not_asked else []
    if runtime := verdict.runtime:
        place = f" in {code(runtime.function)}" if runtime.function else ""
        words.append(f"lambda-network-doctor {inline(runtime.doctor)}{place}, Python {inline(runtime.python)}")
        words += [f"boto3 {inline(runtime.boto3)}"] if runtime.boto3 else []
    if verdict.timings:
        words.append(f"{verdict.timings.total:.2f} s of {verdict.timings.budget:g} s")
    return "; ".join(words)


def inline(text: str) -> str:
    """Text for a line: as it is where nothing in it can mean anything, else as a code span."""
    shown = _short(visible(text))
    return shown if _HARMLESS.fullmatch(shown) and not _MEANING.search(shown) else code(text)


def spans(text: str) -> str:
    """Text of the doctor's own, which writes code between backticks: as it was written, where that is safe.

    Names that strangers chose may stand in it. So each piece is made a code span anew, and what is between them must
    mean nothing; else, or where backticks do not pair, all of it is one code span.
    """
    shown = _short(visible(text))
    pieces = shown.split("`")
    between = ("" if pieces[0] else "x") + ".".join(pieces[::2])  # a dot makes no word, key or link of what it joins
    paired = len(pieces) % 2 and "``" not in shown
    if not paired or inline(between) != between:
        return inline(text)
    return "".join(code(piece) if number % 2 else piece for number, piece in enumerate(pieces))


def code(text: str) -> str:
    """A code span, fenced by one backtick more than any run inside (CommonMark 6.1)."""
    shown = _calm(_short(visible(text))) or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    padding = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def cell(text: str) -> str:
    """A code span for a table, in which a bar would end the cell even inside code."""
    return code(text.replace("|", "¦"))


def block(text: str, language: str) -> str:
    """A fenced block, fenced by more backticks than any run inside."""
    text = _calm(text)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST} more characters)"


def _calm(text: str) -> str:
    return _RUN.sub(lambda run: f"````````…({len(run[0])} backticks)", text)
