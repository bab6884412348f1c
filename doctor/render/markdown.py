"""The verdict as Markdown that pastes into GitHub and Jira as it is.

Text that came from elsewhere is put into code spans, where mentions, links, images and HTML mean nothing. A report that
must fit a field (`--max-bytes`) loses its least important parts first, and says which.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doctor.render.ladder import Row, rows
from doctor.render.plain_text import visible
from doctor.verdict import Diagnosis, Finding, Outcome, Status, Verdict

_STATUS = {Status.HEALTHY: "✅ healthy", Status.UNHEALTHY: "❌ unhealthy", Status.INCONCLUSIVE: "❔ inconclusive"}
_MARK = {Outcome.OK: "✅", Outcome.PROBLEM: "❌", Outcome.UNKNOWN: "❔", Outcome.NOT_APPLICABLE: "·"}
# Letters, digits and the punctuation that starts nothing in Markdown, nor in GitHub's and Jira's extensions of it.
_HARMLESS = re.compile(r"[^\W_](?:[^\W_]|(?<=[^\W_])_+(?=[^\W_])|[ .,:;()'\"=%?/…-])*")
_AUTOLINK = re.compile(r"//|www\.|mailto:|\b[A-Z][A-Z0-9]+-\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the report. Parts with a name may be dropped, those of the highest rank first."""

    text: str
    name: str = ""
    rank: int = 0


def render(verdict: Verdict, *, most_bytes: int | None = None) -> str:
    """The report, in at most `most_bytes` bytes of UTF-8 where that is given. Verdict and headlines are never dropped."""
    parts = list(_parts(verdict))
    dropped: list[str] = []
    while most_bytes is not None and len(_joined(parts, dropped).encode()) > most_bytes:
        rank = max((part.rank for part in parts if part.name), default=0)
        if not rank:
            return _cut(_joined(parts, dropped), most_bytes)
        dropped += dict.fromkeys(part.name for part in parts if part.rank == rank)
        parts = [part for part in parts if part.rank != rank]
    return _joined(parts, dropped)


def _joined(parts: Sequence[_Part], dropped: Sequence[str]) -> str:
    note = [f"_Left out to fit: {', '.join(dropped)}._"] if dropped else []
    return "\n\n".join([*(part.text for part in parts), *note]) + "\n"


def _cut(text: str, most_bytes: int) -> str:
    """The start of a report whose verdict alone is too long; a code span that was cut open is closed."""
    kept = text.encode()[: max(0, most_bytes - 8)].decode(errors="ignore").rstrip("`")
    return f"{kept}…{'`' * (kept.count('`') % 2)}\n"


def _parts(verdict: Verdict) -> Iterator[_Part]:
    yield _Part(f"## {_STATUS[verdict.status]}\n\n{inline(verdict.headline)}")
    if verdict.error:
        yield _Part(f"{inline(verdict.error.type)} in {code(verdict.error.field)}")
    for number, diagnosis in enumerate(verdict.diagnoses, 1):
        yield from _diagnosis(number, diagnosis)
    ladder = rows(verdict.findings)
    if ladder:
        yield _Part(_ladder(ladder), "the ladder", 3)
    told = [finding for finding in verdict.findings if finding.outcome in (Outcome.PROBLEM, Outcome.UNKNOWN)]
    if told:
        yield _Part("### Evidence\n\n" + _findings(told), "evidence", 3)
    passed = [finding for finding in verdict.findings if finding.outcome not in (Outcome.PROBLEM, Outcome.UNKNOWN)]
    if passed:
        yield _Part("### Passed or not applicable\n\n" + _findings(passed), "passing checks", 4)
    yield _Part(_footer(verdict), "the footer", 2)


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
    yield _Part("\n".join(lines))
    yield _Part(f"**Remedy.** {inline(diagnosis.remedy.text)}", "remedy text", 1)
    commands = [*diagnosis.remedy.commands, *(("", "# when mended:", diagnosis.verify) if diagnosis.verify else ())]
    if commands:
        yield _Part(block("\n".join(map(visible, commands)).strip("\n"), "sh"), "remedy commands", 1)
    if diagnosis.remedy.template:
        yield _Part(block(visible(diagnosis.remedy.template, lines=True), "yaml"), "template snippets", 2)


def _ladder(ladder: Sequence[Row]) -> str:
    head = ["| target | name | connect | TLS | answer |", "| --- | --- | --- | --- | --- |"]
    body = [f"| {cell(row.target)} | {' | '.join(_MARK[outcome] for outcome in row.rungs)} |" for row in ladder]
    return "\n".join([*head, *body])


def _findings(findings: Sequence[Finding]) -> str:
    return "\n".join(f"- {_MARK[each.outcome]} {code(each.check)} {inline(each.message)}" for each in findings)


def _footer(verdict: Verdict) -> str:
    words = [f"not asked: {', '.join(map(code, verdict.not_asked))}"] if verdict.not_asked else []
    if verdict.runtime:
        runtime = verdict.runtime
        place = f" in {code(runtime.function)}" if runtime.function else ""
        words.append(f"lambda-network-doctor {runtime.doctor}{place}, Python {runtime.python}, boto3 {runtime.boto3}")
    if verdict.timings:
        words.append(f"{verdict.timings.total:.2f} s of {verdict.timings.budget:g} s")
    return "; ".join(words)


def inline(text: str) -> str:
    """Text for a line: as it is where nothing in it can mean anything, else as a code span."""
    shown = visible(text)
    return shown if _HARMLESS.fullmatch(shown) and not _AUTOLINK.search(shown) else code(text)


def code(text: str) -> str:
    """A code span, fenced by one backtick more than any run inside (CommonMark 6.1)."""
    shown = visible(text) or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    padding = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def cell(text: str) -> str:
    """A code span for a table, in which a bar would end the cell even inside code."""
    return code(text.replace("|", "¦"))


def block(text: str, language: str) -> str:
    """A fenced block, fenced by more backticks than any run inside."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"
