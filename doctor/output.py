"""Where reports go: `FORMAT` to standard output, `FORMAT=FILE` to a file that is whole or not there."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doctor.verdict import InvalidRequest

FORMATS = ("terminal", "json", "markdown", "junit", "health", "emf", "casefile")


@dataclass(frozen=True, slots=True)
class Output:
    """One report that was asked for; no file means standard output."""

    format: str
    file: Path | None


def parse(spelled: Sequence[str]) -> tuple[Output, ...]:
    """The reports that `--output` asks for; none given means the terminal.

    Raises:
        InvalidRequest: an unknown format, a folder that is not there, or two reports for standard output.
    """
    outputs = tuple(map(_one, spelled)) or (Output("terminal", None),)
    if sum(output.file is None for output in outputs) > 1:
        raise InvalidRequest("--output", "only one report can go to standard output; write the others as FORMAT=FILE")
    return outputs


def _one(spelled: str) -> Output:
    name, equals, file = spelled.partition("=")
    if name not in FORMATS:
        raise InvalidRequest("--output", f"{name!r} is no format; there are {', '.join(FORMATS)}")
    if equals and (not file or not Path(file).parent.is_dir() or Path(file).is_dir()):
        raise InvalidRequest("--output", f"{file!r} is no file in an existing folder")
    return Output(name, Path(file) if equals else None)


def write(file: Path, text: str) -> None:
    """Put text into a file at once: a reader finds the old content or the new, never a part.

    Raises:
        InvalidRequest: the file cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(text)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(file)
    except OSError as error:
        raise InvalidRequest("--output", f"{file} cannot be written: {error.strerror}") from None


def _umask() -> int:
    """Python can only read the mask by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
