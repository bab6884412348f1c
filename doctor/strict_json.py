"""JSON from strangers: no duplicate keys, no NaN, bounded size and depth; every refusal says which rule was broken."""

import json
from typing import Any, NoReturn

from doctor.verdict import InvalidRequest

MOST_BYTES = 20 * 1024 * 1024


def parse(text: str, where: str) -> Any:
    """JSON, strictly: no duplicate keys, no NaN or Infinity, bounded size and depth.

    Raises:
        InvalidRequest: saying which rule was broken, and where.
    """
    if len(text) > MOST_BYTES:
        raise InvalidRequest(where, f"is larger than {MOST_BYTES // 1024 // 1024} MB")
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except RecursionError:
        raise InvalidRequest(where, "is nested too deeply") from None
    except _StrictnessError as error:
        raise InvalidRequest(f"{where}.{error.key}" if error.key else where, str(error)) from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(where, _broken(error)) from None
    except ValueError as error:  # an integer of more than 4300 digits
        raise InvalidRequest(where, f"is not usable JSON: {error}") from None


def _broken(error: json.JSONDecodeError) -> str:
    """What is wrong, and where. What ends too soon was mostly cut on its way, by a chat or by a disk that was full."""
    text = error.doc.rstrip()
    if not text:
        return "is not JSON: it is empty"
    rest = text[error.pos :]
    early = error.msg.startswith("Unterminated string") or any(w.startswith(rest) for w in ("true", "false", "null"))
    place = f"{error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}"
    return f"is not JSON: {place}{'; it ends too soon: was it cut?' if early else ''}"


class _StrictnessError(ValueError):
    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _StrictnessError(twice[:100], "stands there twice")
    return result


def _no_constant(name: str) -> NoReturn:
    raise _StrictnessError("", f"holds {name}, which is not JSON")
