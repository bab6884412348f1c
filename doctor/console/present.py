"""A finished examination on its way out: rendered, and written where it was asked for."""

import importlib
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from doctor.console.output import Output, say, write
from doctor.examine import Examination
from doctor.request import Request
from doctor.verdict import Verdict

CLEAR_LINE = "\r\033[2K"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How reports are wanted: `quiet` keeps the terminal to the headline, `most_bytes` bounds Markdown."""

    outputs: Sequence[Output]
    quiet: bool = False
    most_bytes: int | None = None


def present(examination: Examination, request: Request, wanted: Presentation) -> None:
    """Write every report.

    Raises:
        InvalidRequest: a file cannot be written.
        UndeliveredError: standard output takes nothing.
    """
    for output in wanted.outputs:
        text = _render(output, examination, request, wanted)
        if output.file:
            write(output.file, text)
        else:
            say(text)


def _render(output: Output, examination: Examination, request: Request, wanted: Presentation) -> str:
    verdict = examination.verdict
    if output.format == "terminal":
        return for_terminal(verdict, colour=output.file is None and wants_colour(), brief=wanted.quiet)
    if output.format == "casefile":
        from doctor.casefile import record
        from doctor.render import json

        return json.text(record(request, examination))
    if output.format == "markdown":
        from doctor.render import markdown

        return markdown.render(verdict, most_bytes=wanted.most_bytes)
    text: str = importlib.import_module(f"doctor.render.{output.format}").render(verdict)
    return text if text.endswith("\n") else f"{text}\n"


def for_terminal(verdict: Verdict, *, colour: bool, brief: bool = False) -> str:
    """The verdict as wide as the terminal is."""
    from doctor.render.terminal import render

    return render(verdict, colour=colour, width=terminal_width(least=40), brief=brief)


def terminal_width(least: int = 60) -> int:
    """Columns of the terminal, at least these many; a hundred where there is none."""
    return max(least, shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100)


def wants_colour() -> bool:
    """Colour is for terminals, and only where nobody objects (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def wants_progress() -> bool:
    """Progress is for people who watch a terminal that can take a line back; the log of a CI job is none."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def show_progress(done: str) -> None:
    """One line on standard error that each step overwrites; no thread draws it, since children are forked meanwhile."""
    sys.stderr.write(f"{CLEAR_LINE}  {done}")
    sys.stderr.flush()


def end_progress() -> None:
    """Take the progress line away."""
    sys.stderr.write(CLEAR_LINE)
    sys.stderr.flush()
