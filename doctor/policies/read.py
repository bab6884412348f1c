"""From JSON to a `Document`. A document is hostile until it is read: what the language does not allow is a clear error.

Source: IAM user guide, "IAM JSON policy elements reference" and "Grammar of the IAM JSON policy language".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from doctor import strict_json
from doctor.network.reply import kind
from doctor.policies.document import EVERYBODY, VARIABLES, Condition, Document, Principals, Selection, Statement
from doctor.verdict import InvalidRequest

_VERSIONS = ("2008-10-17", VARIABLES)
_TOP = frozenset({"Version", "Id", "Statement"})
_ELEMENTS = frozenset(
    {
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"),
    }
)
_MOST_NAME = 100  # characters of a stranger's name in a message


def document(source: object, *, name: str) -> Document:
    """The policy that a text, or the object that was parsed of one, holds; `name` says which policy it is.

    An element of a statement that the language does not know is kept as `strange`, for the evaluator to call unknown.

    Raises:
        InvalidRequest: it is no policy; `field` is the name and the place within.
    """
    if isinstance(source, str):
        source = strict_json.parse(source, name)
    whole = _object(source, name)
    for key in whole:
        if key not in _TOP:
            raise InvalidRequest(f"{name}: {_short(key)}", "is no element of a policy")
    version = whole.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise InvalidRequest(f"{name}: Version", f"is {kind(version)} and none of {', '.join(_VERSIONS)}")
    if whole.get("Statement") is None:
        raise InvalidRequest(f"{name}: Statement", "is missing")
    listed = whole["Statement"]
    statements = listed if isinstance(listed, list | tuple) else [listed]
    return Document(
        name=name,
        statements=tuple(
            _statement(each, f"{name}: Statement[{index}]", index) for index, each in enumerate(statements)
        ),
        variables=version == VARIABLES,
    )


def _statement(source: object, where: str, index: int) -> Statement:
    said = _object(source, where)
    effect = said.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise InvalidRequest(f"{where}.Effect", f"is {kind(effect)} and neither Allow nor Deny")
    actions = _selection(said, "Action", where)
    if actions is None:
        raise InvalidRequest(where, "has neither Action nor NotAction")
    sid = said.get("Sid", "")
    if not isinstance(sid, str):
        raise InvalidRequest(f"{where}.Sid", f"is {kind(sid)}, not text")
    return Statement(
        index=index,
        sid=_short(sid),
        allows=effect == "Allow",
        actions=actions,
        resources=_selection(said, "Resource", where),
        principals=_principals(said, where),
        conditions=tuple(_conditions(said.get("Condition"), f"{where}.Condition")) if "Condition" in said else (),
        strange=tuple(_short(key) for key in said if key not in _ELEMENTS),
    )


def _selection(said: Mapping[str, Any], element: str, where: str) -> Selection | None:
    """Action or NotAction, Resource or NotResource; None where the statement has neither."""
    found = _one_of(said, element, where)
    if found is None:
        return None
    key, value = found
    return Selection(_texts(value, f"{where}.{key}"), inverted=key != element)


def _principals(said: Mapping[str, Any], where: str) -> Principals | None:
    found = _one_of(said, "Principal", where)
    if found is None:
        return None
    key, value = found
    place, inverted = f"{where}.{key}", key != "Principal"
    if isinstance(value, str):
        if value != EVERYBODY:
            raise InvalidRequest(place, "is text other than *")
        return Principals((("AWS", EVERYBODY),), inverted)
    typed = _object(value, place)
    if not typed:
        raise InvalidRequest(place, "names nobody")
    pairs = (
        (_short(type_), each) for type_, listed in typed.items() for each in _texts(listed, f"{place}.{_short(type_)}")
    )
    return Principals(tuple(pairs), inverted)


def _one_of(said: Mapping[str, Any], element: str, where: str) -> tuple[str, Any] | None:
    both = [key for key in (element, f"Not{element}") if key in said]
    if len(both) > 1:
        raise InvalidRequest(where, f"has both {element} and Not{element}")
    return (both[0], said[both[0]]) if both else None


def _conditions(source: object, where: str) -> Iterator[Condition]:
    for operator, tests in _object(source, where).items():
        place = f"{where}.{_short(operator)}"
        keys = _object(tests, place)
        if not keys:
            raise InvalidRequest(place, "tests no key")
        for key, wanted in keys.items():
            yield Condition(operator, key, _texts(wanted, f"{place}.{_short(key)}", scalars=True))


def _texts(value: object, where: str, *, scalars: bool = False) -> tuple[str, ...]:
    """A text or a list of texts; where `scalars` are allowed, numbers and booleans as the texts that JSON spells."""
    listed = value if isinstance(value, list | tuple) else (value,)
    if not listed:
        raise InvalidRequest(where, "is an empty list")
    return tuple(_text(each, where, scalars=scalars) for each in listed)


def _text(value: object, where: str, *, scalars: bool) -> str:
    if isinstance(value, str):
        return value
    if scalars and isinstance(value, bool):
        return "true" if value else "false"
    if scalars and isinstance(value, int | float):
        try:
            return str(value)
        except ValueError:  # an integer of more than 4300 digits
            raise InvalidRequest(where, "is a number that is too long") from None
    raise InvalidRequest(where, f"is {kind(value)}, not text")


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise InvalidRequest(where, f"is {kind(value)}, not an object")
    return value


def _short(text: str) -> str:
    return text[:_MOST_NAME]
