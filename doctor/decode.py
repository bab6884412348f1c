"""Values of dataclasses, made of plain data by their type hints: the reverse of `doctor.encode.plain`, and strict.

Standard library only: the validators of pydantic take longer to import and to build than a whole run takes to judge, and
stage 0 has none. What is no field is refused, and so is a value of another type; nothing is coerced, but that a whole
number stands for a number, the value of an enumeration for its member, and a list for a tuple.
"""

import functools
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import EnumMeta, StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
_Reader = Callable[[Any], Any]
_MOST_OF_KEY = 100  # characters of a stranger's key in a path
_WORDS = {
    NoneType: "null",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    tuple: "a list",
    dict: "an object",
}


class MisfitError(ValueError):
    """Data that is not what a hint asks for. `path` leads from the whole to the part to blame: `.targets[0].port`."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message, self.path = message, path

    def __str__(self) -> str:
        return f"{self.path.removeprefix('.')} {self.message}".strip()


@dataclass(frozen=True, eq=False)
class Limit:
    """What a value must be besides its type, as a field's `Annotated` says it.

    It concerns values of the types `of`; others pass, as in JSON Schema, for the field's own type to refuse. `schema` says
    the same in JSON Schema's keywords, `words` to who wrote something else.
    """

    of: tuple[type, ...]
    holds: Callable[[Any], object]  # true or false, or a match
    words: str
    schema: Mapping[str, object]

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Pydantic's own protocol, by which `doctor.console.schema` publishes it."""
        return {**handler(core), **self.schema}


def decode(kind: type[Value], plain: Any) -> Value:
    """The value of a dataclass, or of a list or tuple of them, that this plain data is.

    Raises:
        MisfitError: it is none; a ValueError, which names the first part to blame.
        TypeError: the kind has a hint that is not read here, or refuses its values itself.
    """
    value: Value = _reader(kind)(plain)
    return value


def _reader(hint: Any) -> _Reader:
    return _readers(hint)


@functools.cache
def _readers(hint: Hashable) -> _Reader:
    reader = _SCALARS.get(hint) or _of_kind(hint) or _of_parts(hint, get_origin(hint), get_args(hint))
    if reader is None:
        raise TypeError(f"no plain form is read as {hint}")
    return reader


def _of_kind(hint: Any) -> _Reader | None:
    if is_dataclass(hint):
        return functools.partial(_fields, hint)
    return functools.partial(_member, hint) if isinstance(hint, EnumMeta) and issubclass(hint, StrEnum) else None


def _of_parts(hint: Any, origin: Any, parts: tuple[Any, ...]) -> _Reader | None:
    if origin is Annotated:
        limits = tuple(each for each in hint.__metadata__ if isinstance(each, Limit))
        return functools.partial(_limited, _reader(parts[0]), limits)
    if origin in (Union, UnionType):
        return functools.partial(_one_of, NoneType in parts, _alternatives(parts))
    if origin is list or (origin is tuple and parts[1:] == (...,)):
        return functools.partial(_items, origin, _reader(parts[0]))
    return functools.partial(_entries, _reader(parts[1])) if origin is dict and parts[0] is str else None


def _as_it_is(value: Any) -> Any:
    return value


def _limited(reader: _Reader, limits: tuple[Limit, ...], value: Any) -> Any:
    """Limits come first: a list that is too long is not read to its end."""
    for limit in limits:
        if isinstance(value, limit.of) and not limit.holds(value):
            raise MisfitError(limit.words)
    return reader(value)


def _alternatives(parts: tuple[Any, ...]) -> tuple[tuple[frozenset[str], _Reader], ...]:
    """The members of a union beside null, each with the fields by which data is known as its own."""
    members = [part for part in parts if part is not NoneType]
    if len(members) > 1 and not all(map(is_dataclass, members)):
        raise TypeError(f"no plain form tells {members} apart")
    return tuple((_required(member), _reader(member)) for member in members)


def _required(kind: Any) -> frozenset[str]:
    members = fields(kind) if hasattr(kind, "__dataclass_fields__") else ()
    return frozenset(member.name for member in members if _has_no_default(member))


def _has_no_default(member: "Field[Any]") -> bool:
    return member.default is MISSING and member.default_factory is MISSING


def _one_of(null: bool, alternatives: tuple[tuple[frozenset[str], _Reader], ...], value: Any) -> Any:
    """What has all that an alternative requires is read as that; what has nothing of any, as the first."""
    if value is None and null:
        return None
    keys = value.keys() if isinstance(value, Mapping) else frozenset()
    return next((reader for required, reader in alternatives if required <= keys), alternatives[0][1])(value)


def _items(kind: type, reader: _Reader, value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise _another_type(list, value)
    made_so_far: list[Any] = []
    try:
        for item in value:
            made_so_far.append(reader(item))  # noqa: PERF401 - a refusal needs to know how far it went
    except MisfitError as error:
        error.path = f"[{len(made_so_far)}]{error.path}"
        raise
    return kind(made_so_far)


def _entries(reader: _Reader, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _another_type(dict, value)
    return {_text(key): _below(key, reader, item) for key, item in value.items()}


def _fields(kind: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise _another_type(dict, value)
    plan = _plan(kind)
    given: dict[str, Any] = {}
    for name, (reader, required) in plan.items():
        if name in value:
            given[name] = _below(name, reader, value[name])
        elif required:
            raise MisfitError("is missing", f".{name}")
    for key in value:
        if key not in plan:
            raise MisfitError(f"is no field here; the fields are {', '.join(plan)}", f".{_shown(key)}")
    return kind(**given)


@functools.cache
def _plan(kind: Any) -> dict[str, tuple[_Reader, bool]]:
    """How each field is read, and whether it is required; made with the first reading, so that kinds may hold themselves."""
    hints = get_type_hints(kind, include_extras=True)
    return {member.name: (_reader(hints[member.name]), _has_no_default(member)) for member in fields(kind)}


def _below(key: str, reader: _Reader, value: Any) -> Any:
    try:
        return reader(value)
    except MisfitError as error:
        error.path = f".{_shown(key)}{error.path}"
        raise


def _shown(key: Any) -> str:
    """A key as a path shows it: of any length, and perhaps of characters that cannot be written."""
    return str(key)[:_MOST_OF_KEY].encode(errors="replace").decode()


def _member(kind: type[StrEnum], value: Any) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise MisfitError(f"must be one of {', '.join(kind)}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _another_type(str, value)
    try:
        value.isascii() or value.encode()
    except UnicodeEncodeError:
        raise MisfitError("holds half a character (a lone surrogate)") from None
    return value


def _number(value: Any) -> float:
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise MisfitError("is too large a number") from None
    return _exactly(float, value)


def _exactly(kind: type[Value], value: Any) -> Value:
    if type(value) is not kind:
        raise _another_type(kind, value)
    return value


def _another_type(kind: type, value: object) -> MisfitError:
    word = _WORDS.get(type(value), type(value).__name__)
    return MisfitError(f"must be {_WORDS[kind]}, not {word}")


_SCALARS: dict[Any, _Reader] = {
    str: _text,
    float: _number,
    bool: functools.partial(_exactly, bool),
    int: functools.partial(_exactly, int),
    Any: _as_it_is,
}
