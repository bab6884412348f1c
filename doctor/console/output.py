"""Where reports go: `FORMAT` to standard output, `FORMAT=FILE` to a file that is whole or not there."""

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doctor.verdict import InvalidRequest

FORMATS = ("terminal", "json", "markdown", "junit", "health", "emf", "casefile")


class UndeliveredError(Exception):
    """Standard output takes nothing: it is closed, full, or its reader left."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(f"standard output cannot be written: {cause.strerror}")
        self.reader_left = isinstance(cause, BrokenPipeError)


@dataclass(frozen=True, slots=True)
class Output:
    """One report that was asked for; no file means standard output."""

    format: str
    file: Path | None


def parse(spelled: Sequence[str], formats: Sequence[str] = FORMATS) -> tuple[Output, ...]:
    """The reports that `--output` asks for, of these formats; none given means the terminal.

    Raises:
        InvalidRequest: an unknown format, a folder that is not there, or two reports for one place.
    """
    outputs = tuple(_one(each, formats) for each in spelled) or (Output("terminal", None),)
    if sum(output.file is None for output in outputs) > 1:
        raise InvalidRequest("--output", "only one report can go to standard output; write the others as FORMAT=FILE")
    files = [os.path.realpath(output.file) for output in outputs if output.file]
    if twice := next((file for number, file in enumerate(files) if file in files[:number]), None):
        raise InvalidRequest("--output", f"{twice} cannot hold two reports; give each a file of its own")
    return outputs


def _one(spelled: str, formats: Sequence[str]) -> Output:
    name, equals, file = spelled.partition("=")
    if name not in formats:
        raise InvalidRequest("--output", f"{name!r} is no format here; there are {', '.join(formats)}")
    if equals and (fault := _no_file(file)):
        raise InvalidRequest("--output", fault)
    return Output(name, Path(file) if equals else None)


def _no_file(file: str) -> str:
    """Why nothing can be written there; "" where it can, as far as that is seen before."""
    if not file:
        return "after = there is no file: write FORMAT=FILE, or FORMAT alone for standard output"
    path = Path(file)
    try:
        if path.is_dir():
            return f"{file!r} is a folder: name a file in it"
        return "" if path.parent.is_dir() else f"the folder of {file!r} is not there: make it, or name another"
    except OSError as error:  # a folder that may not be searched, a name that is too long
        return f"{file!r} cannot be written: {error.strerror}"


def write(file: Path, text: str) -> None:
    """Put text into a file at once: a reader finds the old content or the new, never a part.

    A link is followed. What exists and is no regular file (a pipe, a device) is written to, not replaced.

    Raises:
        InvalidRequest: the file cannot be written.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if file.exists() and not file.is_file():
            with file.open("wb", buffering=0) as stream:
                stream.write(data)
        else:
            _replace(Path(os.path.realpath(file)), data)
    except OSError as error:
        raise InvalidRequest("--output", f"{file} cannot be written: {error.strerror}") from None


def _replace(file: Path, data: bytes) -> None:
    if file.is_symlink():  # even when followed to its end: a circle of links
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o666 & ~_umask()
    with tempfile.NamedTemporaryFile("wb", dir=file.parent, delete=False) as stream:
        temporary = Path(stream.name)
        try:
            stream.write(data)
            stream.flush()
            temporary.chmod(mode)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)


def say(text: str) -> None:
    """Data for standard output, delivered when this returns.

    Raises:
        UndeliveredError: nobody takes it.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise UndeliveredError(error) from None


def _umask() -> int:
    """Python can only read the mask by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
