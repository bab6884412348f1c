"""A doctor for the network and the credentials of AWS Lambda functions.

What a check's author needs is here, and `beside` for applications. Names are resolved on first use, so that
`import doctor` costs next to nothing and works where the doctor's own libraries do not import.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doctor.declare import Check, Observation, check, not_applicable, ok, otherwise, problem, unknown
    from doctor.verdict import Remedy, Separation, Severity
    from doctor.wrap import beside

_HOME = {
    "beside": "doctor.wrap",
    "Check": "doctor.declare",
    "Observation": "doctor.declare",
    "check": "doctor.declare",
    "not_applicable": "doctor.declare",
    "ok": "doctor.declare",
    "otherwise": "doctor.declare",
    "problem": "doctor.declare",
    "unknown": "doctor.declare",
    "Remedy": "doctor.verdict",
    "Separation": "doctor.verdict",
    "Severity": "doctor.verdict",
}

__all__ = [
    "Check",
    "Observation",
    "Remedy",
    "Separation",
    "Severity",
    "beside",
    "check",
    "not_applicable",
    "ok",
    "otherwise",
    "problem",
    "unknown",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'doctor' has no attribute {name!r}")
    globals()[name] = found = getattr(importlib.import_module(_HOME[name]), name)
    return found
