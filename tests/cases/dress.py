"""What a recording of the laboratory shows of the laboratory itself, replaced by what a function in AWS shows there.

Evidence is put in an order, and ids are made of it: two recordings of one scene then name the same things alike.
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

_PACKAGES = re.compile(r'/[^"\s]*/site-packages')
_ID = re.compile(r"\b(?P<kind>[a-z]+(?:-[a-z]+)?)-[0-9a-f]{17}\b")
_RUNTIME = "/var/runtime"
_OWN_VARIABLES = ("AWS_CA_BUNDLE", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PATH")
_SPACE = {"temporary_total": 550_195_200, "temporary_free": 550_170_624, "temporary_files_free": 34_000}
_SERVERS = {"dynamodb": "Server", "s3": "AmazonS3"}
_AUTHORITY = "Amazon, Amazon RSA 2048 M04"
_EXPIRES = "Aug 14 23:59:59 2027 GMT"
Facts = dict[str, Any]


def dressed(case: dict[str, Any]) -> dict[str, Any]:
    """The same case file, as the function would have had it in AWS; its verdict stands beside it."""
    case = _packages(case | {"verdict": None})
    case["evidence"].sort(key=_place)
    for item in case["evidence"]:
        dress = _BY_KIND.get(item["kind"])
        if dress:
            dress(item["facts"])
    renamed: dict[str, Any] = json.loads(_with_own_ids(json.dumps(case)))
    return renamed


def _place(item: dict[str, Any]) -> tuple[bool, str, str]:
    """The function before all else: its subnets and groups are the first of their kinds."""
    return item["kind"] != "function", item["kind"], item["target"] or ""


def _with_own_ids(text: str) -> str:
    """Ids of the form that EC2 gives, which follow from their kind and the place where they first stand."""
    given: dict[str, str] = {}

    def own(found: re.Match[str]) -> str:
        kind = found["kind"]
        number = sum(each.startswith(f"{kind}-") for each in given)
        digits = hashlib.sha256(f"{kind} {number}".encode()).hexdigest()[:16]
        return given.setdefault(found[0], f"{kind}-0{digits}")

    return _ID.sub(own, text)


def _packages(value: Any) -> Any:
    """No folder of the machine that played it."""
    if isinstance(value, dict):
        return {name: _packages(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_packages(inner) for inner in value]
    return _PACKAGES.sub(_RUNTIME, value) if isinstance(value, str) else value


def _trust(facts: Facts) -> None:
    facts["bundles"] = []


def _environment(facts: Facts) -> None:
    facts["variables"] = [each for each in facts["variables"] if each["name"] not in _OWN_VARIABLES]


def _sandbox(facts: Facts) -> None:
    facts |= _SPACE | {"cpu_share": 0.29}  # 512 MB of the 1769 that one CPU goes with


def _reach(facts: Facts) -> None:
    for probe in facts["probes"]:
        certificate = probe["certificate"]
        if certificate and probe["tls"] == "verified":
            names = [certificate["names"][0]]
            certificate |= {"subject": names[0], "issuer": _AUTHORITY, "names": names, "expires": _EXPIRES}
        if probe["server"]:
            probe["server"] = _SERVERS.get(facts["service"], "")


def _function(facts: Facts) -> None:
    facts |= {"runtime": "python3.11", "handler": "application.handler"}


_BY_KIND: dict[str, Callable[[Facts], None]] = {
    "trust": _trust,
    "environment": _environment,
    "sandbox": _sandbox,
    "reach": _reach,
    "function": _function,
}
