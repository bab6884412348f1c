"""A value's plain form, every text in it, and the words of its schema: what each report goes through on its way out.

`dataclasses.asdict` copies deeply what nobody can change, and takes longer than all that judges and masks.
"""

import functools
import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

Value = TypeVar("Value")


@functools.cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def plain(value: Any) -> Any:
    """Dataclasses as dicts, tuples as lists, members of enumerations as their values; all else as it is."""
    kind: Any = type(value)
    if kind is str or value is None:
        return value
    if kind is tuple or kind is list:
        return [plain(item) for item in value]
    if names := _names(kind):
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Enum):
        return value.value
    return {key: plain(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def texts(value: Any) -> Iterator[str]:
    """Every text in plain data and dataclasses, keys too. A member of an enumeration is our own word, and no text."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        kind: Any = type(item)
        if kind is str:
            yield item
        elif kind is tuple or kind is list:
            waiting.extend(item)
        elif names := _names(kind):
            waiting.extend([getattr(item, name) for name in names])
        elif item is not None and not isinstance(item, Enum) and isinstance(item, Mapping):
            waiting.extend(map(str, item))
            waiting.extend(item.values())


def replaced(value: Value, by: Mapping[str, str]) -> Value:
    """The same value with texts replaced, keys too."""
    changed: Any = _replaced(value, by) if by else value
    return changed  # type: ignore[no-any-return]


def _replaced(value: Any, by: Mapping[str, str]) -> Any:
    kind: Any = type(value)
    if kind is str:
        return by.get(value, value)
    if kind is tuple or kind is list:
        return kind(_replaced(item, by) for item in value)
    if names := _names(kind):
        return kind(**{name: _replaced(getattr(value, name), by) for name in names})
    if isinstance(value, Mapping):
        return {by.get(str(key), str(key)): _replaced(item, by) for key, item in value.items()}
    return value


def words(*types: Any) -> frozenset[str]:
    """The words of dataclasses' schemas: names of fields, values of enumerations, those of the types within too."""
    found: set[str] = set()
    seen: set[Any] = set()
    waiting = list(types)
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        waiting.extend(part for part in typing.get_args(kind) if isinstance(part, type) or typing.get_args(part))
        if isinstance(kind, type) and issubclass(kind, Enum):
            found.update(str(member.value) for member in kind)
        elif is_dataclass(kind):
            named = fields(kind)
            found.update(field.name for field in named)
            spelled = any(isinstance(field.type, str) for field in named)  # and evaluating that takes a while
            waiting.extend(typing.get_type_hints(kind).values() if spelled else (field.type for field in named))
    return frozenset(found)
