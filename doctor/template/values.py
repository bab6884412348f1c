"""What a template's functions come to, as far as the template alone tells: parameters' defaults, mappings, conditions.

What only a deployment knows (another resource's name, an import, a secret, a macro's work) is `Unresolved`, and says by what.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_VARIABLE = re.compile(r"\$\{(!?)\s*([^{}]*?)\s*\}")
_DYNAMIC = "{{resolve:"  # read when the stack is deployed (CloudFormation user guide, "Dynamic references")
_LONGEST = 65_536  # characters of a text that functions build


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A value that the template does not tell. `by` is the function that would have to be known, such as `!Ref Queue`."""

    by: str


@dataclass(frozen=True, slots=True)
class _Absent:
    """`!Ref AWS::NoValue`: as if the property were not there."""


ABSENT = _Absent()


@dataclass(frozen=True)
class Values:
    """The functions of one template. `pseudo` are the pseudo parameters that are known, without `AWS::`.

    `used` collects the parameters whose defaults were taken: a stack may have been given other values. `known` are the
    conditions that are decided, each once, since one may stand in many others.
    """

    template: Mapping[str, Any]
    pseudo: Mapping[str, str]
    used: set[str] = field(default_factory=set)
    known: dict[str, bool | None] = field(default_factory=dict)

    def of(self, value: Any) -> Any:
        """The value with its functions worked out; what is unresolved stands where it would have stood."""
        if isinstance(value, list):
            return [each for each in map(self.of, value) if each is not ABSENT]
        if isinstance(value, str) and _DYNAMIC in value:
            return Unresolved("a dynamic reference")
        if not isinstance(value, dict):
            return value
        if is_function(value):
            ((name, given),) = value.items()
            worked = _WORK.get(name)
            return worked(self, given) if worked else Unresolved(_spelled(name, given))
        if "Fn::Transform" in value:
            return Unresolved("Fn::Transform")
        worked_out = {name: self.of(each) for name, each in value.items()}
        return {name: each for name, each in worked_out.items() if each is not ABSENT}

    def _ref(self, name: Any) -> Any:
        if name == "AWS::NoValue":
            return ABSENT
        if isinstance(name, str) and name.startswith("AWS::"):
            return self.pseudo.get(name.removeprefix("AWS::"), Unresolved(f"!Ref {name}"))
        parameter = _map(self.template.get("Parameters")).get(name) if isinstance(name, str) else None
        if not isinstance(parameter, dict) or "Default" not in parameter:
            return Unresolved(_spelled("Ref", name))
        kind, default = str(parameter.get("Type")), parameter["Default"]
        if kind.startswith("AWS::SSM::"):  # the default names a parameter of Systems Manager, which holds the value
            return Unresolved(_spelled("Ref", name))
        self.used.add(str(name))
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            return [part.strip() for part in str(default).split(",")]
        return _literal(default, _spelled("Ref", name))

    def _sub(self, given: Any) -> Any:
        text, own = given if isinstance(given, list) and len(given) == 2 else (given, {})
        if not isinstance(text, str) or not isinstance(own, dict):
            return Unresolved(_spelled("Fn::Sub", text))
        if _DYNAMIC in text:
            return Unresolved("a dynamic reference")
        own = {name: self.of(value) for name, value in own.items()}
        parts, last = [], 0
        for found in _VARIABLE.finditer(text):
            parts.append(text[last : found.start()])
            last = found.end()
            if found[1]:  # ${!Literal} stands for ${Literal}
                parts.append(f"${{{found[2]}}}")
                continue
            value = own[found[2]] if found[2] in own else self._named(found[2])
            if not _plain(value):
                return Unresolved(_spelled("Fn::Sub", text))
            parts.append(_text(value))
        said = "".join([*parts, text[last:]])
        return said if len(said) <= _LONGEST else Unresolved(_spelled("Fn::Sub", text))

    def _named(self, name: str) -> Any:
        """`${Queue.Arn}` is an attribute, `${Stage}` what `!Ref Stage` is."""
        return Unresolved(f"!GetAtt {name}") if "." in name else self._ref(name)

    def _join(self, given: Any) -> Any:
        separator, parts = given if isinstance(given, list) and len(given) == 2 else (None, None)
        parts = self.of(parts)
        if not isinstance(separator, str) or not isinstance(parts, list) or not all(map(_plain, parts)):
            return Unresolved(_spelled("Fn::Join", given))
        said = separator.join(map(_text, parts))
        return said if len(said) <= _LONGEST else Unresolved(_spelled("Fn::Join", given))

    def _find_in_map(self, given: Any) -> Any:
        found: Any = _map(self.template.get("Mappings"))
        keys = self.of(given) if isinstance(given, list) else []
        for key in keys:
            found = found.get(_text(key)) if isinstance(found, dict) and _plain(key) else None
        by = _spelled("Fn::FindInMap", given)
        return _literal(found, by) if len(keys) == 3 else Unresolved(by)

    def _select(self, given: Any) -> Any:
        index, parts = self.of(given) if isinstance(given, list) and len(given) == 2 else ("", None)
        if isinstance(parts, list) and re.fullmatch("[0-9]{1,4}", str(index)) and int(str(index)) < len(parts):
            return parts[int(str(index))]
        return Unresolved(_spelled("Fn::Select", given))

    def _split(self, given: Any) -> Any:
        separator, text = self.of(given) if isinstance(given, list) and len(given) == 2 else (None, None)
        if isinstance(separator, str) and separator and isinstance(text, str):
            return text.split(separator)
        return Unresolved(_spelled("Fn::Split", given))

    def _if(self, given: Any) -> Any:
        name, then, other = given if isinstance(given, list) and len(given) == 3 else (None, None, None)
        decided = self.holds({"Condition": name})
        return Unresolved(f"!If {name}") if decided is None else self.of(then if decided else other)

    def holds(self, condition: Any, above: tuple[str, ...] = ()) -> bool | None:
        """Whether a condition holds; None where the template alone does not tell."""
        if not isinstance(condition, dict) or len(condition) != 1:
            return None
        ((name, given),) = condition.items()
        if name == "Condition":
            return self._condition(given, above)
        parts = given if isinstance(given, list) else []
        if name == "Fn::Equals" and len(parts) == 2:
            left, right = self.of(parts[0]), self.of(parts[1])
            return _text(left) == _text(right) if _plain(left) and _plain(right) else None
        each = [self.holds(part, above) for part in parts]
        if name == "Fn::Not" and len(each) == 1:
            return None if each[0] is None else not each[0]
        if name in ("Fn::And", "Fn::Or") and each:
            decides = name == "Fn::Or"  # one that holds decides an Or, one that does not an And
            return decides if decides in each else None if None in each else not decides
        return None

    def _condition(self, name: Any, above: tuple[str, ...]) -> bool | None:
        written = _map(self.template.get("Conditions"))
        if not isinstance(name, str) or name not in written or name in above:
            return None
        if name not in self.known:
            self.known[name] = self.holds(written[name], (*above, name))
        return self.known[name]


_WORK: dict[str, Callable[[Values, Any], Any]] = {
    "Ref": Values._ref,
    "Fn::Sub": Values._sub,
    "Fn::Join": Values._join,
    "Fn::FindInMap": Values._find_in_map,
    "Fn::Select": Values._select,
    "Fn::Split": Values._split,
    "Fn::If": Values._if,
}


def is_function(value: Any) -> bool:
    """Whether a map of a template is one of CloudFormation's functions."""
    return isinstance(value, dict) and len(value) == 1 and re.match(r"Ref$|Fn::", next(iter(value))) is not None


def unresolved(value: Any) -> Iterator[Unresolved]:
    """All that is unresolved inside a value."""
    if isinstance(value, Unresolved):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from unresolved(each)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _literal(value: Any, by: str) -> Any:
    """What parameters and mappings may hold: plain values and lists of them, no functions."""
    plain = _plain(value) or (isinstance(value, list) and all(map(_plain, value)))
    return value if plain and _DYNAMIC not in str(value) else Unresolved(by)


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _text(value: Any) -> str:
    """As CloudFormation writes it into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spelled(name: str, given: Any) -> str:
    """A function as a template spells it, without what may be long or secret."""
    if name == "Ref" and isinstance(given, str):
        return f"!Ref {given[:80]}"
    if name == "Fn::GetAtt" and isinstance(given, list) and all(isinstance(each, str) for each in given):
        return f"!GetAtt {'.'.join(given)[:80]}"
    return f"!{name.removeprefix('Fn::')[:40]}"
