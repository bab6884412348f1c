"""`doctor demo` as a person sees it: what the broken application says, then what the doctor says."""

import json
import textwrap
from collections.abc import Callable

from pydantic import TypeAdapter

from doctor import demo
from doctor.render.plain_text import visible
from doctor.render.terminal import render
from doctor.verdict import InvalidRequest, Verdict


def listing() -> str:
    """The demonstrations, a line each."""
    return "".join(f"{name:<14}  {about}\n" for name, about in demo.NAMES.items())


def run(name: str, progress: Callable[[str], None]) -> demo.Demonstration:
    """Show one demonstration.

    Raises:
        InvalidRequest: there is none of that name, or it cannot be shown on this machine.
    """
    if name not in demo.NAMES:
        raise InvalidRequest("NAME", f"{name!r} is no demonstration; there are {', '.join(demo.NAMES)}")
    try:
        return demo.run(name, progress)
    except demo.DemoError as error:
        raise InvalidRequest("demo", str(error)) from None


def report(shown: demo.Demonstration, form: str, *, colour: bool) -> str:
    """The demonstration as `terminal` or `json` text."""
    if form == "json":
        return json.dumps(shown.verdict, indent=2, ensure_ascii=False) + "\n"
    verdict = TypeAdapter(Verdict).validate_python(shown.verdict)
    failure = visible(shown.failure) if shown.failure else "nothing: it works"
    kept = "as promised" if shown.kept else f"NOT as promised ({shown.promised or 'healthy'})"
    page = render(verdict, colour=colour, width=100)
    story = f"{textwrap.fill(shown.subject, 100)}\n\nWhat it says, in {shown.place}:\n  {failure}"
    return f"{story}\n\nWhat the doctor says beside it ({kept}):\n\n{page}"
