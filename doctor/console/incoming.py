"""Files that a command was given: case files, verdicts, and a function's reply that carries its case file along."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from doctor import casefile, strict_json
from doctor.evidence import Evidence, Known
from doctor.evidence.provenance.age import current
from doctor.evidence.provenance.place import at_home, placed
from doctor.verdict import InvalidRequest, Source, Verdict
from doctor.world import now


def case(file: IO[str]) -> casefile.CaseFile:
    """The case file in a file, or in the verdict that stands there.

    Raises:
        InvalidRequest: there is none.
    """
    text = _text(file)
    with _apart(file.name):
        return _case(text, file.name)


def _case(text: str, name: str) -> casefile.CaseFile:
    data = strict_json.parse(text, name)
    if not (isinstance(data, dict) and "findings" in data and "evidence" not in data):
        return casefile.load(text, name)
    if not isinstance(data.get("casefile"), dict):
        raise InvalidRequest(
            name,
            "is a verdict, which holds no evidence to judge: `--output casefile` writes a case file, and a function's "
            'reply carries one where the event says {"doctor": {"include_casefile": true}}',
        )
    return casefile.load(json.dumps(data["casefile"]), f"{name}.casefile")


def inside(file: IO[str]) -> Known:
    """What a case file that somebody brings along tells from inside a function; the control side is asked afresh.

    What was seen too long ago is missing, and says so.

    Raises:
        InvalidRequest: there is none.
    """
    found = case(file)
    known = placed(found.known)
    seen = [item for item in known if isinstance(item, Evidence) and item.source is Source.INSIDE]
    if not seen:
        raise InvalidRequest(file.name, "holds nothing that was seen from inside a function")
    if not any(item.vantage.function for item in seen):
        raise InvalidRequest(file.name, "was made on a machine that is no function, and says nothing of one")
    region = (found.runtime.region if found.runtime else None) or ""
    return current(at_home(tuple(item for item in known if item.source is Source.INSIDE), region), now())


def verdict(file: IO[str]) -> Verdict:
    """The verdict in a file: a case file's, or one that stands by itself.

    Raises:
        InvalidRequest: there is none.
    """
    with _apart(file.name):
        return casefile.verdict_in(_text(file), file.name)


@contextlib.contextmanager
def _apart(name: str) -> Iterator[None]:
    """Blame a field of a file as `file: field`: both have dots in them."""
    try:
        yield
    except InvalidRequest as error:
        if not error.field.startswith(f"{name}."):
            raise
        raise InvalidRequest(f"{name}: {error.field.removeprefix(f'{name}.')}", str(error)) from None


@contextlib.contextmanager
def asked_by(name: str, common: Mapping[str, Any]) -> Iterator[None]:
    """Blame a case file for the fields of its request that no option of the command line replaces."""
    try:
        yield
    except InvalidRequest as error:
        where, _, field = error.field.partition(".")
        option = field.partition("[")[0]
        if common.get(option) or where not in ("request", "doctor"):
            raise
        words = f"{error}; --{option} chooses others" if option in ("only", "skip") else str(error)
        raise InvalidRequest(f"{name}: request.{field}", words) from None


def _text(file: IO[str]) -> str:
    try:
        return file.read(strict_json.MOST_BYTES + 1)
    except UnicodeDecodeError:
        raise InvalidRequest(file.name, "is not UTF-8 text") from None
    except OSError as error:
        raise InvalidRequest(file.name, f"cannot be read: {error.strerror}") from None
