"""Which resource of a template is the function that is examined, and what the template says of it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from doctor import arn
from doctor.evidence.function import name_of
from doctor.evidence.template import Declared
from doctor.template import document, settings
from doctor.template.values import Values, is_function
from doctor.verdict import InvalidRequest

_SAM = "AWS::Serverless::Function"
_TYPES = ("AWS::Lambda::Function", _SAM)
_GENERATED = re.compile(r"[A-Za-z0-9]{6,}")  # what CloudFormation puts behind STACK-LOGICALID-
_SHORTEST = 8  # characters to which CloudFormation may have cut a logical id, at least
_MOST_LISTED = 20
# The regions of the three large partitions (botocore's partitions.json); of others nothing is said.
_PARTITIONS = {
    "aws": re.compile(r"(?:us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+"),
    "aws-cn": re.compile(r"cn-\w+-\d+"),
    "aws-us-gov": re.compile(r"us-gov-\w+-\d+"),
}


def declared(file: Path, function: str, region: str | None) -> Declared:
    """What the template says of the function with this name or ARN.

    Raises:
        InvalidRequest: the file is no template, or does not tell which of its functions this is.
    """
    template = document.read(file)
    pseudo = _pseudo(function, region)
    written = {
        logical_id: _with_globals(template, resource)
        for logical_id, resource in template["Resources"].items()
        if isinstance(resource, dict) and resource.get("Type") in _TYPES
    }
    chosen = _chosen(name_of(function), written, Values(template, pseudo), str(file))
    return settings.declared(file.name, chosen, written[chosen], Values(template, pseudo))


def _pseudo(function: str, region: str | None) -> dict[str, str]:
    """The pseudo parameters that a function's ARN and the region tell."""
    named = arn.parse(function)
    known = {"Region": named.region or region, "AccountId": named.account}
    known["Partition"] = named.partition or _partition(region)
    return {name: value for name, value in known.items() if value}


def _partition(region: str | None) -> str | None:
    return next((name for name, spelled in _PARTITIONS.items() if spelled.fullmatch(region or "")), None)


def _with_globals(template: Mapping[str, Any], resource: Mapping[str, Any]) -> Any:
    """The resource's properties; a SAM function's on top of those that the template has for all."""
    own, shared = resource.get("Properties") or {}, template.get("Globals")
    common = shared.get("Function") if isinstance(shared, dict) and resource["Type"] == _SAM else None
    return _merged(common, own) if common else own


def _merged(common: Any, own: Any) -> Any:
    """SAM developer guide, "Globals": maps are merged, lists are joined, all else is replaced; a function is all else."""
    if isinstance(common, dict) and isinstance(own, dict) and not is_function(common) and not is_function(own):
        return {
            **common,
            **{name: _merged(common[name], each) if name in common else each for name, each in own.items()},
        }
    return [*common, *own] if isinstance(common, list) and isinstance(own, list) else own


def _chosen(name: str, written: Mapping[str, Any], values: Values, where: str) -> str:
    """By its name, else by a name that is the template's pattern, else by CloudFormation's names, else the only one."""
    names = {logical_id: given.get("FunctionName") for logical_id, given in written.items() if isinstance(given, dict)}
    exact = [logical_id for logical_id, given in names.items() if given is not None and values.of(given) == name]
    alike = [logical_id for logical_id, given in names.items() if (known := _pattern(given)) and known.fullmatch(name)]
    unnamed = [logical_id for logical_id in written if names.get(logical_id) is None]
    generated = list(_generated(name, unnamed))
    only = [logical_id for logical_id in written if len(written) == 1 and not isinstance(names.get(logical_id), str)]
    for found in (exact, alike, generated, only):
        if len(found) == 1:
            return found[0]
    if not written:
        raise InvalidRequest(where, f"declares no function: no resource is of the type {' or '.join(_TYPES)}")
    listed = ", ".join(sorted(written)[:_MOST_LISTED]) + (", …" if len(written) > _MOST_LISTED else "")
    raise InvalidRequest(where, f"does not tell which of its functions {name} is; it declares {listed}")


def _pattern(given: Any) -> re.Pattern[str] | None:
    """The names that a `!Sub` or `!Join` may come to, where it holds enough text of its own to tell."""
    if not isinstance(given, dict) or len(given) != 1:
        return None
    ((function, parts),) = given.items()
    if function == "Fn::Sub":
        text = parts[0] if isinstance(parts, list) and parts else parts
        pieces = re.split(r"\$\{[^{}!][^{}]*\}", text) if isinstance(text, str) else []
    elif function == "Fn::Join" and isinstance(parts, list) and len(parts) == 2 and isinstance(parts[1], list):
        joined = str(parts[0]).join(each if isinstance(each, str) else "\0" for each in parts[1])
        pieces = joined.split("\0")
    else:
        return None
    fixed = sum(character.isalnum() for piece in pieces for character in piece)
    bounded = len(pieces) <= 10 and 3 <= fixed <= 64  # a function's name has 64 characters at most
    return re.compile("[A-Za-z0-9_-]+".join(map(re.escape, pieces))) if bounded else None


def _generated(name: str, logical_ids: list[str]) -> Iterator[str]:
    """CloudFormation calls what has no name STACK-LOGICALID-RANDOM, and cuts a long logical id."""
    parts = name.split("-")
    if len(parts) < 3 or not _GENERATED.fullmatch(parts[-1]):
        return
    seen = parts[-2]
    if seen in logical_ids:
        yield seen
    elif len(seen) >= _SHORTEST:
        yield from (logical_id for logical_id in logical_ids if logical_id.startswith(seen))
