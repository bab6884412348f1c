"""The page on which reports for a terminal are drawn: text of a given width, coloured or not as the caller decided."""

import io

from rich.console import Console


def blank(*, colour: bool, width: int) -> tuple[Console, io.StringIO]:
    """A console, and what will have been drawn on it."""
    page = io.StringIO()
    console = Console(
        file=page,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        width=width,
        highlight=False,
        _environ={},  # else rich would read NO_COLOR, FORCE_COLOR, COLUMNS and TERM again
    )
    return console, page
