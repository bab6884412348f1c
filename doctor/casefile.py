"""The case file: a recorded run. It is the incident's attachment, the replay's input and the tests' fixture.

Loading trusts nothing: a case file may come from a stranger. Size, depth, duplicate keys and NaN are refused before any
model sees the data, and every refusal names the field.

No run shall wait for pydantic: it is imported where a file is to be read.
"""

import json
import math
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from doctor import encode
from doctor.decode import MisfitError, decode
from doctor.evidence import Evidence, Known, Missing, Reason, named, revive
from doctor.examine import Examination
from doctor.request import Request, read
from doctor.strict_json import parse
from doctor.verdict import SCHEMA_VERSION, InvalidRequest, Runtime, Source, Verdict
from doctor.world import now

if TYPE_CHECKING:
    from pydantic import ValidationError

CASEFILE_VERSION = "1"
MOST_BROUGHT = 512 * 1024  # bytes of JSON; judging and masking it has to fit into the shortest budgets
_WORDS = {  # for readers, by pydantic's types of errors
    "missing": "is missing",
    "unexpected_keyword_argument": "is no field here: replay it with the doctor that wrote it",
    "extra_forbidden": "is no field here: replay it with the doctor that wrote it",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "dataclass_type": "must be an object",
    "string_type": "must be a text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What was asked, what was seen, what was concluded. `recorded` is UTC in ISO 8601."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own protocol

    schema_version: str = CASEFILE_VERSION
    recorded: str
    request: Request
    runtime: Runtime | None
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    verdict: Verdict | None = None

    @property
    def known(self) -> Known:
        """What was seen, and what could not be."""
        return self.evidence + self.missing


def record(request: Request, examination: Examination) -> dict[str, object]:
    """The plain form of a finished run."""
    known = examination.known
    # Evidence that was handed in with the request is kept once, among the evidence.
    return {
        "schema_version": CASEFILE_VERSION,
        "recorded": now(),
        "request": examination.redactor.plain(encode.plain(replace(request, evidence=()))),
        "runtime": asdict(examination.verdict.runtime) if examination.verdict.runtime else None,
        "evidence": [asdict(item) for item in known if isinstance(item, Evidence)],
        "missing": [asdict(item) for item in known if isinstance(item, Missing)],
        "verdict": asdict(examination.verdict),
    }


def load(text: str, where: str) -> CaseFile:
    """A case file from its text; `where` names it in messages.

    Raises:
        InvalidRequest: it is no case file of this version; the field is named.
    """
    data = parse(text, where)
    if not isinstance(data, dict):
        raise InvalidRequest(where, f"a case file is a JSON object, not {type(data).__name__}")
    if "schema_version" not in data:
        raise InvalidRequest(
            f"{where}.schema_version", "is missing: this is no case file (`--output casefile` writes one)"
        )
    if (version := data["schema_version"]) != CASEFILE_VERSION:
        raise InvalidRequest(
            f"{where}.schema_version",
            f"is {version!r}; this doctor reads {CASEFILE_VERSION!r}: replay it with the doctor that wrote it",
        )
    if "request" in data:
        data["request"] = read(data["request"], where=f"{where}.request")
    from pydantic import TypeAdapter, ValidationError

    try:
        case = TypeAdapter(CaseFile).validate_python(data)
    except ValidationError as error:
        raise _refused(error, where) from None
    known = tuple(_checked(item, f"{where}.evidence[{index}]") for index, item in enumerate(case.evidence))
    return CaseFile(
        recorded=case.recorded,
        request=case.request,
        runtime=case.runtime,
        evidence=tuple(item for item in known if isinstance(item, Evidence)),
        missing=(*case.missing, *(item for item in known if isinstance(item, Missing))),
        verdict=case.verdict,
    )


def verdict_in(text: str, where: str) -> Verdict:
    """The verdict in a text: a case file's, or one that stands by itself.

    Raises:
        InvalidRequest: there is none, or it is of another version.
    """
    data = parse(text, where)
    if isinstance(data, dict) and "evidence" in data:
        found = load(text, where).verdict
        if found is None:
            raise InvalidRequest(f"{where}.verdict", "this case file holds no verdict: replay it first")
        return found
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        raise InvalidRequest(f"{where}.schema_version", "this is neither a case file nor a verdict of this version")
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Verdict).validate_python(data)
    except ValidationError as error:
        raise _refused(error, where) from None


def brought_along(items: tuple[dict[str, Any], ...], where: str, until: float = math.inf) -> Known:
    """Evidence of other sides, as a request carries it; read before `until`, a moment of `time.monotonic()`.

    Pydantic would have to be imported for it, and is several times as slow.

    Raises:
        InvalidRequest: naming the item and field.
    """
    if items and len(json.dumps(items)) > MOST_BROUGHT:
        raise InvalidRequest(where, f"is larger than {MOST_BROUGHT // 1024} kB: bring the evidence of fewer targets")
    known: list[Evidence | Missing] = []
    for index, item in enumerate(items):
        if time.monotonic() > until:
            raise InvalidRequest(
                where, "takes longer to read than the budget allows: bring the evidence of fewer targets"
            )
        path = f"{where}[{index}]"
        try:
            read_item = decode(Missing, item) if "reason" in item else _checked(decode(Evidence, item), path)
        except MisfitError as error:
            raise InvalidRequest(path + error.path, error.message) from None
        known.append(read_item)
    return tuple(known)


def _checked(item: Evidence, path: str) -> Evidence | Missing:
    """Evidence whose facts are those of its kind, re-sealed: target and answers follow from the facts, not from the file."""
    from doctor.evidence.provenance.age import moment  # only who brings evidence along waits for it

    try:
        facts = revive(named(item.kind), item)
    except LookupError:
        detail = f"this doctor does not know the kind {item.kind!r}"
        return Missing(kind=item.kind, reason=Reason.NOT_ASKED, detail=detail, source=item.source, vantage=item.vantage)
    except MisfitError as error:
        raise InvalidRequest(f"{path}.facts{error.path}", error.message) from None
    if moment(item.at) is None:
        raise InvalidRequest(f"{path}.at", f"is no moment: write UTC in ISO 8601, such as {now()}")
    sealed = Evidence.of(facts, vantage=item.vantage, at=item.at, took=item.took)
    return replace(sealed, volunteered=item.volunteered and facts.source is Source.CONTROL)


def _refused(error: "ValidationError", where: str) -> InvalidRequest:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = where + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    return InvalidRequest(path, _WORDS.get(first["type"], first["msg"]))
