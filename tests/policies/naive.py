"""A second opinion on policies: one request of which everything is known, judged as AWS's pages describe it.

It shares nothing with `doctor.policies`: it takes the documents as parsed JSON, the request as a plain dictionary, and says
true or false. Where the pages can be read in two ways it follows a `Reading`, and notes that it was asked; where they say
that a statement becomes invalid, the reading says whether it does.

Pages (IAM user guide): reference_policies_evaluation-logic, …_evaluation-logic-cross-account, reference_policies_elements_*,
reference_policies_elements_condition_operators, reference_policies_condition-single-vs-multi-valued-context-keys,
reference_policies_variables, access_policies_boundaries; PrivateLink guide: vpc-endpoints-access.
"""

import functools
import ipaddress
import re
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import translate
from typing import Any


@dataclass
class Reading:
    """One way to read what the pages leave open, and which of it mattered."""

    across_colons: bool = True  # a wildcard in the middle of an ARN's section reaches beyond its colon
    filled_up: bool = False  # an ARN of fewer sections is filled up with `*`
    by_pair: bool = False  # ForAnyValue and ForAllValues of a negated operator ask each pair of values
    void: bool = True  # a variable without a value makes the whole statement invalid
    any_absent: bool = False  # ForAnyValue of a negated or lenient operator holds for a key that is not there
    in_part: bool = False  # NotPrincipal that names the caller in part denies all the same
    at_gateway: bool = (
        False  # a statement of a gateway endpoint's policy that names the caller, and not `*`, is about it
    )
    whole_account: bool = False  # a resource's policy that names its own account grants to all of it
    asked: set[str] = field(default_factory=set)

    def of(self, what: str) -> bool:
        self.asked.add(what)
        found: bool = getattr(self, what)
        return found


class InvalidStatementError(Exception):
    """A variable of the statement has no value."""


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))  # brackets mean nothing in a policy


def glob(pattern: str, text: str) -> bool:
    return compiled(pattern).fullmatch(text) is not None


def replaced(text: str, request: dict[str, Any], version: str, escape: bool = True) -> str:
    """The text with its variables replaced; signs that stand for themselves become characters of a private area."""
    if version != "2012-10-17" or "${" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        inner = match[1]
        if inner in "*?$":
            return {"*": "\ue000", "?": "\ue001", "$": "$"}[inner] if escape else inner
        key, _, default = inner.partition(",")
        found = request["context"].get(key.strip().lower())
        if found:
            return str(found[0])
        if default:
            return default.strip()[1:-1]
        raise InvalidStatementError

    return re.sub(r"\$\{([^}]*)\}", value, text)


def private(text: str) -> str:
    return text.replace("*", "\ue000").replace("?", "\ue001")


@functools.cache
def narrow(pattern: str) -> re.Pattern[str]:
    """A `*` at a section's end reaches beyond it, and no other wildcard."""
    text = re.escape(pattern).replace(r"\?", "[^:]")
    text = re.sub(r"(?:\\\*)+(?=:|$)", ".*", text)
    return re.compile(re.sub(r"(?:\\\*)+", "[^:]*", text))


def resource_matches(pattern: str, resource: str, reading: Reading) -> bool:
    if set(pattern) == {"*"}:
        return True
    whole = glob(pattern, resource)
    inner = narrow(pattern).fullmatch(resource) is not None
    found = whole
    if whole != inner:
        found = whole if reading.of("across_colons") else inner
    parts = pattern.split(":")
    if len(parts) < 6:
        full = all(glob(part, text) for part, text in zip(parts, resource.split(":", 5), strict=False))
        if full != found and reading.of("filled_up"):
            found = full
    return found


def arn_like(pattern: str, value: str) -> bool:
    return all(glob(part, text) for part, text in zip(pattern.split(":", 5), value.split(":", 5), strict=True))


def instant(text: str) -> float:
    return float(text) if text.isdigit() else datetime.fromisoformat(text).timestamp()


ORDER = {
    "Equals": lambda a, b: a == b,
    "NotEquals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEquals": lambda a, b: a >= b,
}


def text_matches(operator: str, value: str, wanted: str) -> bool:
    if "IgnoreCase" in operator:
        return value.casefold() == wanted.casefold()
    return glob(wanted, value) if "Like" in operator else value == wanted


def compares(operator: str, value: str, wanted: str) -> bool:
    """What the operator compares, before a `Not` turns it round."""
    families = {
        "String": lambda: text_matches(operator, value, wanted),
        "Arn": lambda: arn_like(wanted, value),
        "Bool": lambda: value.lower() == wanted.lower(),
        "IpAddress": lambda: ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False),
        "NotIpAddress": lambda: compares("IpAddress", value, wanted),
        "Numeric": lambda: ORDER[operator.removeprefix("Numeric")](float(value), float(wanted)),
        "Date": lambda: ORDER[operator.removeprefix("Date")](instant(value), instant(wanted)),
    }
    return next(bool(found()) for family, found in families.items() if operator.startswith(family))


@dataclass
class Test:
    """One operator with one key."""

    operator: str
    key: str
    wanted: list[str]
    version: str

    __test__ = False

    def holds(self, request: dict[str, Any], reading: Reading) -> bool:
        values = request["context"].get(self.key.lower())
        if self.operator == "Null":
            return any((not values) == (text == "true") for text in self.wanted)
        many, _, name = self.operator.rpartition(":")
        lenient, name = name.endswith("IfExists"), name.removesuffix("IfExists")
        if not values and lenient and many != "ForAnyValue":
            return True
        wanted = self.wanted
        if name.startswith(("String", "Arn")):
            literal = name in ("StringEquals", "StringNotEquals") or "IgnoreCase" in name
            wanted = [expand(text, request, self.version, escape=not literal) for text in wanted]
            values = values if literal or not values else [private(value) for value in values]
        if not values:
            doubtful = "Not" in name or lenient
            absent = {"": "Not" in name, "ForAllValues": True}
            return absent[many] if many in absent else bool(doubtful and reading.of("any_absent"))
        if not many:
            return any(compares(name, values[0], text) for text in wanted) != ("Not" in name)
        return of_many(many, name, values, wanted, reading)


def of_many(many: str, name: str, values: list[str], wanted: list[str], reading: Reading) -> bool:
    join = any if many == "ForAnyValue" else all
    if "Not" not in name:
        return join(any(compares(name, value, text) for text in wanted) for value in values)
    of_all = join(not any(compares(name, value, text) for text in wanted) for value in values)
    of_pairs = join(any(not compares(name, value, text) for text in wanted) for value in values)
    return of_pairs if of_all != of_pairs and reading.of("by_pair") else of_all


def expand(text: str, request: dict[str, Any], version: str, escape: bool) -> str:
    try:
        found = replaced(text, request, version, escape)
    except InvalidStatementError:
        request["void"] = True
        return "\ue002"  # nothing equals it
    return found


def names(principal: Any, request: dict[str, Any]) -> set[str]:
    """By what the element names the caller: itself (or everybody), its role, its account."""
    found = set()
    for value in listed(principal if isinstance(principal, str) else principal.get("AWS", [])):
        if value in ("*", request["session"]):
            found.add("itself")
        elif value == request["role"]:
            found.add("role")
        elif value in (request["account"], f"arn:aws:iam::{request['account']}:root"):
            found.add("account")
    return found


def statement_names(statement: dict[str, Any], request: dict[str, Any], reading: Reading) -> set[str]:
    if "Principal" in statement:
        return names(statement["Principal"], request)
    found = names(statement["NotPrincipal"], request)
    if request["bounded"] and statement["Effect"] == "Deny":
        return {"itself"}
    if found == {"itself", "role", "account"}:
        return set()
    if found:
        return {"itself"} if reading.of("in_part") else set()
    return {"itself"}


def gateway_names(statement: dict[str, Any], request: dict[str, Any], reading: Reading) -> set[str]:
    """A gateway endpoint takes `*` alone, and an account that is allowed is its root user there."""
    if "Principal" in statement:
        principal = statement["Principal"]
        if "*" in listed(principal if isinstance(principal, str) else principal.get("AWS", [])):
            return {"itself"}
        found = names(principal, request)
        if not found or (statement["Effect"] == "Allow" and found == {"account"}):
            return set()
    return {"itself"} if reading.of("at_gateway") else set()


def applies(statement: dict[str, Any], version: str, request: dict[str, Any], reading: Reading) -> bool:
    action = request["action"].lower()
    for key in ("Action", "NotAction"):
        if key in statement and any(glob(text.lower(), action) for text in listed(statement[key])) == (
            key == "NotAction"
        ):
            return False
    request["void"] = False
    for key in ("Resource", "NotResource"):
        if key in statement:
            texts = [expand(text, request, version, escape=True) for text in listed(statement[key])]
            found = any(resource_matches(text, private(request["resource"]), reading) for text in texts)
            if found == (key == "NotResource"):
                return False
    for operator, tests in statement.get("Condition", {}).items():
        for key, wanted in tests.items():
            if not Test(operator, key, [str(each) for each in listed(wanted)], version).holds(request, reading):
                return False
    return not (request["void"] and reading.of("void"))


def said(policies: list[dict[str, Any]], kind: str, request: dict[str, Any], reading: Reading) -> dict[str, set[str]]:
    """What the policies of a kind deny and allow: for each effect the ways in which the caller is named."""
    effects: dict[str, set[str]] = {"Deny": set(), "Allow": set()}
    for policy in policies:
        for statement in listed(policy["Statement"]):
            if applies(statement, policy.get("Version", "2008-10-17"), request, reading):
                effects[statement["Effect"]] |= named(kind, statement, request, reading)
    return effects


def named(kind: str, statement: dict[str, Any], request: dict[str, Any], reading: Reading) -> set[str]:
    """By what a statement of such a policy names the caller; where it names nobody it is about whoever has the policy."""
    if kind == "gateway":
        return gateway_names(statement, request, reading)
    principal = kind in ("resource", "endpoint", "rcp")
    return statement_names(statement, request, reading) if principal else {"itself"}


def lets(policies: list[dict[str, Any]], kind: str, request: dict[str, Any], reading: Reading) -> bool:
    """Whether the policies of one kind let the request through: none denies, and one allows.

    A resource's own policy does so within its account where it names the caller, and not only the account.
    """
    effects = said(policies, kind, request, reading)
    handed_over = {"account"} if kind == "resource" else set()
    return bool(effects["Allow"] - handed_over) and not effects["Deny"]


def granted(found: dict[str, list[dict[str, set[str]]]], request: dict[str, Any], reading: Reading) -> bool:
    """Whether policies of all kinds together grant what none of them denies; the laboratory's AWS decides so."""
    identity = any(effects["Allow"] for effects in found.get("identity", []))
    limits = all(effects["Allow"] for kind in ("boundary", "session") for effects in found.get(kind, []))
    resource = set[str]().union(*(effects["Allow"] for effects in found.get("resource", [])))
    if request["owner"] != request["account"]:
        return identity and limits and bool(resource)
    if "itself" in resource:
        return True
    if request["action"].startswith(("kms:", "sts:AssumeRole")):
        return limits and ("role" in resource or ("account" in resource and identity))
    return (limits and (identity or "role" in resource)) or ("account" in resource and reading.of("whole_account"))
