"""Values out of a describe-* reply, which may be anything: the expected kind, nothing, or a ValueError that says what.

A key that is missing or null gives the "unread" value of its kind. Words of enumerations are made lower case, not checked;
of these a null is `null`, which is a word that nobody knows: older replies lack a key, and none has it as null.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from doctor.network.blocks import Block, block
from doctor.verdict import InvalidRequest

NULL = "null"
Replies = Mapping[str, Sequence[Any]]  # what the replies list, by their own top-level key or by `<name>/<parent>`


def objects(replies: Replies, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The items of a reply, each with its place, and each an object.

    Raises:
        InvalidRequest: they are no list, or one is no object.
    """
    listed: object = replies.get(key, ())
    if not isinstance(listed, list | tuple):
        raise InvalidRequest(key, f"is {kind(listed)}, not a list")
    for place, item in enumerate(listed):
        if not isinstance(item, dict):
            raise InvalidRequest(f"{key}[{place}]", f"is {kind(item)}, not an object")
        yield f"{key}[{place}]", item


def kind(value: object) -> str:
    """What JSON calls a value."""
    words = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return "null" if value is None else words.get(type(value), type(value).__name__)


def text(item: dict[str, Any], key: str) -> str:
    """A text, "" where there is none."""
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} is {kind(value)}, not text")  # noqa: TRY004 - one class for all that is wrong with a reply
    return value


def word(item: dict[str, Any], *path: str) -> str:
    """A word of an enumeration, in lower case, at the end of a path of keys; "" where a key of it is not there."""
    for key in path[:-1]:
        if key not in item:
            return ""
        if item[key] is None:
            return NULL
        item = inner(item, key)
    return NULL if path[-1] in item and item[path[-1]] is None else text(item, path[-1]).lower()


def name(item: dict[str, Any], key: str) -> str:
    """An id that must be there."""
    value = text(item, key)
    if not value:
        raise ValueError(f"{key} is missing")
    return value


def flag(item: dict[str, Any], key: str) -> bool | None:
    """A boolean."""
    value = item.get(key)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{key} is {kind(value)}, not true or false")
    return value


def number(item: dict[str, Any], key: str) -> int | None:
    """A whole number."""
    value = item.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise ValueError(f"{key} is {kind(value)}, not a whole number")
    return value


def inner(item: dict[str, Any], key: str) -> dict[str, Any]:
    """An object within, empty where there is none."""
    value = item.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{key} is {kind(value)}, not an object")  # noqa: TRY004 - as above
    return value


def items(item: dict[str, Any], key: str) -> Sequence[dict[str, Any]]:
    """A list of objects, empty where there is none."""
    value = item.get(key)
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError(f"{key} is {kind(value)}, not a list")  # noqa: TRY004 - as above
    if set(map(type, value)) - {dict}:
        for number_, part in enumerate(value):
            if not isinstance(part, dict):
                raise ValueError(f"{key}[{number_}] is {kind(part)}, not an object")  # noqa: TRY004 - as above
    return value


def names(item: dict[str, Any], key: str, of: str = "") -> tuple[str, ...]:
    """A list of texts, of which empty ones are left out, or of one key of a list of objects, each of which has it."""
    if of:
        return tuple(name(part, of) for part in items(item, key))
    value = item.get(key)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise ValueError(f"{key} is no list of texts")
    return tuple(part for part in value if part)


def blocks(item: dict[str, Any], key: str, of: str) -> tuple[Block, ...]:
    """CIDR blocks or addresses, in one key of a list of objects."""
    return tuple(map(block, names(item, key, of)))


def absent(item: dict[str, Any], **parts: str) -> tuple[str, ...]:
    """The names of those parts whose key the reply does not hold."""
    return tuple(part for part, key in parts.items() if item.get(key) is None)
