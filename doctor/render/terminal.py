"""The verdict for a person at a terminal: the answer first, then why, then what to type."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from doctor.render.alike import alike
from doctor.render.page import blank
from doctor.render.plain_text import visible
from doctor.verdict import Diagnosis, FailOn, Finding, Outcome, Status, Verdict

_STATUS = {
    Status.HEALTHY: ("✓", "bold green"),
    Status.UNHEALTHY: ("✗", "bold red"),
    Status.INCONCLUSIVE: ("?", "bold yellow"),
}
_OUTCOME = {
    Outcome.OK: ("✓", "green"),
    Outcome.PROBLEM: ("✗", "red"),
    Outcome.UNKNOWN: ("?", "yellow"),
    Outcome.NOT_APPLICABLE: ("-", "dim"),
}


def render(verdict: Verdict, *, colour: bool, width: int, brief: bool = False) -> str:
    """The report as text; `brief` keeps status and headline only."""
    console, page = blank(colour=colour, width=width)
    mark, style = _STATUS[verdict.status]
    console.print(Text(f"{mark} {verdict.status.value}", style).append(f"  {visible(verdict.headline)}", "default"))
    if verdict.error:
        console.print(Text(f"  {visible(verdict.error.type)} in {visible(verdict.error.field)}", "yellow"))
    if not brief:
        for number, diagnosis in enumerate(verdict.diagnoses, 1):
            _diagnosis(console, number, diagnosis)
        _findings(console, verdict)
        _footer(console, verdict)
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().removesuffix("\n").split("\n"))


def _diagnosis(console: Console, number: int, diagnosis: Diagnosis) -> None:
    title = Text(f"\n{number}. {visible(diagnosis.check)}", "bold")
    console.print(title.append(f"  {diagnosis.severity.value}, {diagnosis.confidence.value}", "not bold dim"))
    _line(console, "what", diagnosis.headline)
    _line(console, "where", ", ".join(diagnosis.subjects))
    if diagnosis.explains:
        _line(console, "explains", ", ".join(diagnosis.explains))
    if diagnosis.could_also_be:
        _line(console, "or", ", ".join(diagnosis.could_also_be))
    for separation in diagnosis.separate if diagnosis.could_also_be else ():
        _line(console, "to tell", separation.tells)
        _command(console, separation.command)
    _line(console, "remedy", diagnosis.remedy.text)
    for command in diagnosis.remedy.commands:
        _command(console, command)
    if diagnosis.remedy.template:
        console.print(Padding(Text(visible(diagnosis.remedy.template.rstrip(), lines=True)), (0, 0, 0, 12)))
    if diagnosis.verify:
        _line(console, "verify", "when mended:")
        _command(console, diagnosis.verify)


def _line(console: Console, label: str, text: str) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=9, style="dim", justify="right", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(Text(label), Text(visible(text)))
    console.print(grid)


def _command(console: Console, command: str) -> None:
    """Never wrapped: it is there to be copied."""
    console.print(Text(f"           $ {visible(command)}", "cyan"), soft_wrap=True)


def _findings(console: Console, verdict: Verdict) -> None:
    told = [finding for finding in verdict.findings if finding.outcome in (Outcome.PROBLEM, Outcome.UNKNOWN)]
    if told:
        console.print(Text("\nFindings", "bold"))
    for group in alike(told):
        console.print(_finding(group))
    if verdict.findings:
        console.print(Text(f"\n{', '.join(_counts(verdict))}", "dim"))


def _counts(verdict: Verdict) -> Iterator[str]:
    """How many findings of each outcome; the headline counts of what is unknown only what decides."""
    for outcome in Outcome:
        alike = [finding for finding in verdict.findings if finding.outcome is outcome]
        word = outcome.value.replace("-", " ")
        if outcome is Outcome.PROBLEM and len(alike) > 1:
            word += "s"
        deciding = sum(finding.severity.reaches(verdict.fail_on) for finding in alike)
        if outcome is Outcome.UNKNOWN and deciding < len(alike) and verdict.fail_on is not FailOn.NEVER:
            word += f" ({deciding} of severity {verdict.fail_on.value} or more, which alone decide)"
        if alike:
            yield f"{len(alike)} {word}"


def _finding(group: Sequence[Finding]) -> Table:
    first = group[0]
    mark, style = _OUTCOME[first.outcome]
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=3, justify="right", style=style)
    grid.add_column(ratio=1, overflow="fold")
    text = Text(visible(", ".join(dict.fromkeys(finding.check for finding in group))), style)
    text.append(f"  {visible(first.message)}", "default")
    if first.explained_by:
        text.append(f"  ← {visible(first.explained_by)}", "dim")
    grid.add_row(mark, text)
    return grid


def _footer(console: Console, verdict: Verdict) -> None:
    words = []
    if verdict.not_asked:
        words.append(f"not asked: {', '.join(verdict.not_asked)}")
    if verdict.timings:
        words.append(f"{verdict.timings.total:.2f} s of {verdict.timings.budget:g} s")
    if verdict.runtime:
        runtime = verdict.runtime
        words.append(
            f"doctor {runtime.doctor}, Python {runtime.python} on {runtime.architecture}, boto3 {runtime.boto3}"
        )
    words.extend(f"plug-in {plugin}" for plugin in verdict.plugins)
    console.print(Text(visible("; ".join(words)), "dim"))
