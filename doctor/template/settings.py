"""A function's properties in a template, worked out and reduced: settings, names of variables, and what stays open."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doctor.evidence.template import Declared, Layer, Open, Several, Template
from doctor.template.values import ABSENT, Unresolved, Values, is_function, unresolved

# What Lambda has where nothing is said (CloudFormation template reference, AWS::Lambda::Function; Lambda API, CreateFunction).
_MEMORY, _TIMEOUT, _STORAGE, _ARCHITECTURE = 128, 3, 512, "x86_64"
_OWN_MACROS = "AWS::"  # AWS's own transforms are known to leave a function's settings as they are written
_SETTINGS = (
    *("runtime", "handler", "memory", "timeout", "architecture", "temporary storage"),
    *("role", "variables", "layers", "subnets", "security groups"),
)


@dataclass
class _Notes:
    """What is learnt on the way: settings that stay open, and those that rest on defaults of parameters."""

    open: list[Open] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)


def declared(file: str, logical_id: str, properties: Any, values: Values) -> Declared:
    """The facts about one function, its Globals merged in, and the literal values of its variables."""
    by = _hidden_by(properties, values)
    if by:
        hidden = tuple(Open(setting=setting, by=by) for setting in _SETTINGS)
        return Declared(facts=Template(file=file, logical_id=logical_id, open=hidden), values={})
    found = _Settings(properties, values, _Notes())
    names, optional, literal = found.variables()
    facts = Template(
        file=file,
        logical_id=logical_id,
        **found.scalars(),
        **found.lists(),
        variables=names,
        optional=optional,
        literal=tuple(sorted(literal)),
        open=tuple(found.notes.open),
        assumed=tuple(found.notes.assumed),
    )
    return Declared(facts=facts, values=literal)


def _hidden_by(properties: Any, values: Values) -> str:
    """What may have changed all properties on the way to CloudFormation: a macro, or a transform inside them."""
    named = values.template.get("Transform")
    for each in named if isinstance(named, list) else [named] if named else []:
        name = each.get("Name") if isinstance(each, dict) else each
        if not str(name).startswith(_OWN_MACROS):
            return f"the macro {str(name)[:80]}"
    worked_out = values.of(properties)
    return worked_out.by if isinstance(worked_out, Unresolved) else "" if isinstance(worked_out, dict) else "no map"


@dataclass(frozen=True)
class _Settings:
    properties: Mapping[str, Any]
    values: Values
    notes: _Notes

    def scalars(self) -> dict[str, Any]:
        """The settings that have one value."""
        code = self._get("Code", "the package")
        image = self._get("PackageType", "the package") == "Image" or "ImageUri" in self.properties
        image = image or (isinstance(code, dict) and "ImageUri" in code)
        architectures = self._get("Architectures", "architecture")
        architecture = architectures[-1] if isinstance(architectures, list) and architectures else architectures
        return {
            "runtime": "" if image else self._text("Runtime", "runtime"),
            "handler": "" if image else self._text("Handler", "handler"),
            "memory": self._number("MemorySize", "memory", _MEMORY),
            "timeout": self._number("Timeout", "timeout", _TIMEOUT),
            "storage": self._number("EphemeralStorage", "temporary storage", _STORAGE, inside="Size"),
            "architecture": self._known(architecture or _ARCHITECTURE, "architecture"),
            "role": self._text("Role", "role", blank=True).rpartition("/")[2],
        }

    def lists(self) -> dict[str, Any]:
        """Layers, subnets and security groups."""
        vpc = self._get("VpcConfig", "subnets")
        inside = vpc if isinstance(vpc, dict) else {}
        layers = self._several(self._get("Layers", "layers", blank=True), "layers")
        found = [Layer.of(arn) for arn in layers.known] if layers else []
        return {
            "layers": None if layers is None else tuple(each for each in found if each),
            "hidden_layers": found.count(None) + (layers.more if layers else 0),
            "subnets": self._several(vpc if isinstance(vpc, Unresolved) else inside.get("SubnetIds"), "subnets"),
            "groups": self._several(
                vpc if isinstance(vpc, Unresolved) else inside.get("SecurityGroupIds"), "security groups"
            ),
        }

    def variables(self) -> tuple[tuple[str, ...] | None, tuple[str, ...], dict[str, str]]:
        """The names, those that a condition decides about, and the values that stand in the template itself."""
        given = self.properties.get("Environment") or {}
        given = given.get("Variables", {}) if isinstance(given, dict) and not is_function(given) else given
        if not isinstance(given, dict) or is_function(given):
            self._note("variables", [self.values.of(given)])
            return None, (), {}
        certain, optional, literal = [], [], {}
        for name, written in given.items():
            own = Values(self.values.template, self.values.pseudo)
            value = own.of(written)
            decided = value is not ABSENT and not (isinstance(value, Unresolved) and value.by.startswith("!If"))
            by_default = bool(own.used)  # what a stack was given is not in the template
            if not decided or (by_default and is_function(written) and "Fn::If" in written):
                optional.append(name)
            else:
                certain.append(name)
            if isinstance(value, str | int) and not by_default:
                literal[name] = str(value).lower() if isinstance(value, bool) else str(value)
        return tuple(sorted(certain)), tuple(sorted(optional)), literal

    def _get(self, name: str, setting: str, *, blank: bool = False) -> Any:
        """A property worked out; with `blank`, what is not known of the account and the region is left out of ARNs."""
        pseudo = {"Region": "", "AccountId": "", "Partition": "aws"} if blank else {}
        own = Values(self.values.template, {**pseudo, **self.values.pseudo})
        worked_out = own.of({name: self.properties[name]} if name in self.properties else {})
        found = worked_out.get(name) if isinstance(worked_out, dict) else worked_out
        if own.used and setting in _SETTINGS and setting not in self.notes.assumed:
            self.notes.assumed.append(setting)
        return found

    def _text(self, name: str, setting: str, *, blank: bool = False) -> str:
        return self._known(self._get(name, setting, blank=blank), setting)

    def _known(self, found: Any, setting: str) -> str:
        self._note(setting, [found])
        return found if isinstance(found, str) else ""

    def _number(self, name: str, setting: str, usual: int, *, inside: str = "") -> int | None:
        found = self._get(name, setting)
        if inside and isinstance(found, dict):
            found = found.get(inside)
        self._note(setting, [found])
        if found is None:
            return usual
        if re.fullmatch("[0-9]{1,8}", str(found)):
            return int(str(found))
        if not isinstance(found, Unresolved):
            self.notes.open.append(Open(setting=setting, by=f"{name}, which is no number"))
        return None

    def _several(self, listed: Any, setting: str) -> Several | None:
        if listed is None:
            return Several()
        self._note(setting, listed if isinstance(listed, list) else [listed])
        if not isinstance(listed, list):
            return None
        known = [each for each in listed if isinstance(each, str)]
        return Several(known=tuple(sorted(known)), more=len(listed) - len(known))

    def _note(self, setting: str, found: list[Any]) -> None:
        hidden = sorted({each.by for value in found for each in unresolved(value)})
        if hidden:
            self.notes.open.append(Open(setting=setting, by=", ".join(hidden)[:200]))
