"""The verdict as Markdown that pastes into GitHub and Jira as it is.

Text that came from elsewhere is put into code spans, where mentions, links, images and HTML mean nothing. A report that
must fit a field (`--max-bytes`) loses its least important parts first, and says which.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doctor.render.alike import Groups, alike, by_check
from doctor.render.ladder import Row, rows
from doctor.render.plain_text import visible
from doctor.verdict import Diagnosis, Finding, Outcome, Severity, Status, Verdict

_STATUS = {Status.HEALTHY: "✅ healthy", Status.UNHEALTHY: "❌ unhealthy", Status.INCONCLUSIVE: "❔ inconclusive"}
_MARK = {Outcome.OK: "✅", Outcome.PROBLEM: "❌", Outcome.UNKNOWN: "❔", Outcome.NOT_APPLICABLE: "·"}
# Letters, digits and the punctuation that starts nothing in Markdown, nor in GitHub's and Jira's extensions of it.
_HARMLESS = re.compile(r"[^\W_](?:[^\W_]|(?<=[^\W_])_+(?=[^\W_])|[ .,:;()'\"=%?/…-])*")
# Harmless characters that mean something together: links, emoji, issue keys, commits, lists, Jira's headings and quotes.
# Issue keys are written in capitals (Atlassian, "What is an issue key"), so that us-east-1 is none.
_MEANING = re.compile(
    r"\b[A-Z][A-Z0-9]+-\d|(?i://|www\.|mailto:|:[\w+-]+:|\b[0-9a-f]{7,}\b|\?\?|^(?:\d+[.)]|h[1-6]\.|bq\.))"
)
_WEIGHT = {Severity.BREAKS: "❌", Severity.RISKS: "⚠️", Severity.HINTS: "💡"}
_LONGEST = 1000  # characters of one foreign text; commands and templates are never cut, they are there to be pasted
# Readers give up on longer runs of backticks (cmark: 80 in a line, 255 before a block), and then see Markdown inside.
_RUN = re.compile("`{9,}")


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the report. Parts with a name may be dropped, those of the highest rank first."""

    text: str
    name: str = ""
    rank: int = 0


def render(verdict: Verdict, *, most_bytes: int | None = None) -> str:
    """The report, in at most `most_bytes` bytes of UTF-8 (200 at the least) where that is given.

    What goes first are passing checks, then evidence, remedies, and diagnoses after the first; the verdict stays.
    """
    parts = list(_parts(verdict))
    dropped: list[str] = []
    while most_bytes is not None and _size(parts, dropped) > most_bytes:
        rank = max(part.rank for part in parts)
        if not rank:
            room = most_bytes - _size([_Part(_status(verdict))], dropped) - len("\n\n")
            return _joined([_Part(f"{_status(verdict)}\n\n{_within(room, verdict.headline)}")], dropped)
        dropped += dict.fromkeys(part.name for part in parts if part.rank == rank)
        parts = [part for part in parts if part.rank != rank]
    return _joined(parts, dropped)


def _joined(parts: Sequence[_Part], dropped: Sequence[str]) -> str:
    note = [f"_Left out to fit: {', '.join(dropped)}._"] if dropped else []
    return "\n\n".join([*(part.text for part in parts), *note]) + "\n"


def _size(parts: Sequence[_Part], dropped: Sequence[str]) -> int:
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
        yield _Part(f"{inline(verdict.error.type)} in {code(verdict.error.field)}", "the field", 1)
    for number, diagnosis in enumerate(verdict.diagnoses, 1):
        yield from _diagnosis(number, diagnosis)
    ladder = rows(verdict.findings)
    if ladder:
        yield _Part(_ladder(ladder), "ladder", 4)
    told = [finding for finding in verdict.findings if finding.outcome in (Outcome.PROBLEM, Outcome.UNKNOWN)]
    if told:
        yield _Part("### Evidence\n\n" + _findings(alike(told)), "evidence", 5)
    passed = [finding for finding in verdict.findings if finding.outcome not in (Outcome.PROBLEM, Outcome.UNKNOWN)]
    if passed:
        yield _Part("### Passed or not applicable\n\n" + _findings(by_check(passed)), "passing checks", 6)
    if footer := _footer(verdict):
        yield _Part(footer, "versions", 4)


def _status(verdict: Verdict) -> str:
    return f"## {_STATUS[verdict.status]}"


def _diagnosis(number: int, diagnosis: Diagnosis) -> Iterator[_Part]:
    lines = [
        f"### {number}. {code(diagnosis.check)} ({diagnosis.severity.value}, {diagnosis.confidence.value})",
        "",
        inline(diagnosis.headline),
        "",
        f"- where: {', '.join(map(code, diagnosis.subjects))}",
    ]
    if diagnosis.explains:
        lines.append(f"- explains: {', '.join(map(code, diagnosis.explains))}")
    if diagnosis.could_also_be:
        lines.append(f"- could also be: {', '.join(map(code, diagnosis.could_also_be))}")
        lines += [f"- to tell: {code(each.command)} {inline(each.tells)}" for each in diagnosis.separate]
    # Dropped after the remedies, and the first diagnosis last of all.
    yield _Part("\n".join(lines), "the diagnosis" if number == 1 else "other diagnoses", 1 if number == 1 else 2)
    yield _Part(f"**Remedy.** {inline(diagnosis.remedy.text)}", "remedies", 3)
    commands = [*diagnosis.remedy.commands, *(("", "# when mended:", diagnosis.verify) if diagnosis.verify else ())]
    if commands:
        yield _Part(block("\n".join(map(visible, commands)).strip("\n"), "sh"), "remedies", 3)
    if diagnosis.remedy.template:
        # Of the template or of the application's code: no one language.
        yield _Part(block(visible(diagnosis.remedy.template.rstrip(), lines=True), ""), "remedies", 3)


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
