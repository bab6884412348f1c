"""A template's file as plain data: YAML or JSON from strangers, bounded before anything is built of it.

CloudFormation's short tags become their long forms: `!Ref Queue` is `{"Ref": "Queue"}`, `!Sub …` is `{"Fn::Sub": …}`.
"""

from pathlib import Path
from typing import Any

import yaml

from doctor import strict_json
from doctor.verdict import InvalidRequest

MOST_BYTES = 1024 * 1024  # of a template in S3, the largest that CloudFormation takes (its user guide, "Quotas")
_DEEPEST = 100
_MOST_VALUES = 100_000  # once aliases are written out
_BARE = ("Ref", "Condition")  # all other functions are called Fn::NAME
_Bases: Any = (getattr(yaml, "CSafeLoader", yaml.SafeLoader),)
_Events: Any = getattr(yaml, "CLoader", yaml.Loader)


def read(file: Path) -> dict[str, Any]:
    """The template as CloudFormation sees it, with the long forms of its functions.

    Raises:
        InvalidRequest: the file cannot be read, is neither YAML nor JSON, or breaks a bound; it says which.
    """
    try:
        if not file.is_file():
            raise InvalidRequest(str(file), "is no file" if file.exists() else "does not exist")
        if file.stat().st_size > MOST_BYTES:
            raise InvalidRequest(
                str(file), "is larger than 1 MB, which is the largest template that CloudFormation takes"
            )
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidRequest(str(file), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidRequest(str(file), "is not UTF-8 text") from None
    said = _json(text, str(file)) if text.lstrip().startswith("{") else _yaml(text, str(file))
    if not isinstance(said, dict) or not isinstance(said.get("Resources"), dict):
        raise InvalidRequest(str(file), "is no template: it has no map Resources")
    return said


class _RefusedError(Exception):
    """What YAML allows, and a template does not."""


class _Template(*_Bases):  # type: ignore[misc]
    """The safe loader: no object but text, numbers, truth values, lists and maps, with CloudFormation's tags."""


def _map(loader: Any, node: Any) -> dict[str, Any]:
    """A map whose keys are texts and stand there once; `<<` merges what it names, which what is written here overrides."""
    merged: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for key_node, value_node in node.value:
        value = loader.construct_object(value_node, deep=True)
        if key_node.tag == "tag:yaml.org,2002:merge":
            parts = value if isinstance(value, list) else [value]
            if not all(isinstance(part, dict) for part in parts):
                raise _RefusedError(f"<< merges something else than a map{_line(key_node)}")
            for part in reversed(parts):
                merged |= part
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            raise _RefusedError(f"a key is no text{_line(key_node)}")
        if key_node.value in own:
            raise _RefusedError(f"{key_node.value[:100]!r} stands there twice{_line(key_node)}")
        own[str(key_node.value)] = value
    return merged | own


def _function(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
    """A short tag. `!GetAtt Queue.Arn` is the list of both its parts, as the long form has it."""
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = _map(loader, node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in _BARE else f"Fn::{suffix}": value}


def _refuse(_: Any, node: Any) -> Any:
    raise _RefusedError(f"{node.tag[:60]} is no tag of a template{_line(node)}")


_Template.add_constructor("tag:yaml.org,2002:map", _map)
_Template.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))
_Template.add_multi_constructor("!", _function)
for _kind in ("binary", "omap", "pairs", "set"):  # CloudFormation user guide, "Template format": not supported
    _Template.add_constructor(f"tag:yaml.org,2002:{_kind}", _refuse)


def _line(node: Any) -> str:
    return f" (line {node.start_mark.line + 1})"


def _json(text: str, where: str) -> Any:
    said = strict_json.parse(text, where)
    level = [said]
    for _ in range(_DEEPEST):
        inner = [list(each.values()) if isinstance(each, dict) else each for each in level]
        level = [each for held in inner for each in held if isinstance(each, dict | list)]
    if level:
        raise InvalidRequest(where, f"is nested more than {_DEEPEST} deep")
    return said


def _yaml(text: str, where: str) -> Any:
    try:
        _bounded(text)
        return yaml.load(text, _Template)  # noqa: S506 - it is derived from the safe loader
    except _RefusedError as error:
        raise InvalidRequest(where, str(error)) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InvalidRequest(where, f"is not YAML: {error.problem or error.context}{place}") from None
    except yaml.YAMLError as error:  # a character that YAML does not have
        raise InvalidRequest(where, f"is not YAML: {' '.join(str(error).split())}") from None
    except (ValueError, OverflowError, RecursionError) as error:  # `0x_`, an integer of more than 4300 digits
        raise InvalidRequest(where, f"holds a value that is none: {' '.join(str(error).split())[:100]}") from None


def _bounded(text: str) -> None:
    """Refuse what would grow or nest without end, and anchors that name a place inside themselves, before building it.

    `sizes` is how many values each open collection holds, aliases written out, the document's at the bottom.
    """
    sizes, names, anchors = [0], list[str | None](), dict[str, int]()
    for event in yaml.parse(text, _Events):
        if isinstance(event, yaml.CollectionStartEvent):
            sizes.append(1)
            names.append(event.anchor)
            if len(sizes) > _DEEPEST:
                raise _RefusedError(f"is nested more than {_DEEPEST} deep{_line(event)}")
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            size, name = sizes.pop(), names.pop()
        elif isinstance(event, yaml.NodeEvent):  # a scalar or an alias
            if event.anchor in names and event.anchor:
                raise _RefusedError(f"the anchor {event.anchor[:60]!r} holds itself{_line(event)}")
            size, name = anchors.get(event.anchor, 1) if isinstance(event, yaml.AliasEvent) else 1, event.anchor
        else:
            continue
        anchors |= {name: size} if name else {}
        sizes[-1] += size
        if sum(sizes) > _MOST_VALUES:
            raise _RefusedError(f"holds more than {_MOST_VALUES} values once its aliases are written out")
