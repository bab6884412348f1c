"""The JSON Schemas that the doctor publishes, made from the very types that it uses."""

from typing import Any

from pydantic import TypeAdapter

from doctor.casefile import CaseFile
from doctor.render.path import PathForm
from doctor.request import Request
from doctor.verdict import Verdict

TYPES: dict[str, Any] = {"verdict": Verdict, "request": Request, "casefile": CaseFile, "path": PathForm}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """The schema of a verdict, of an event (`{"doctor": {…}}`), of a case file, or of a path."""
    made = TypeAdapter(TYPES[name]).json_schema(mode="validation" if name == "request" else "serialization")
    if name == "request":
        definitions = made.pop("$defs", {})
        made = {
            "type": "object",
            "title": "An event that asks for an examination",
            "properties": {"doctor": made},
            "required": ["doctor"],
            "$defs": definitions,
        }
    return {"$schema": _DIALECT, **made}
