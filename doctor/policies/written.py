"""A statement that allows what a use takes, as commands and templates write it."""

import json
from collections.abc import Iterator, Mapping

from doctor import strict_json
from doctor.policies.usual import Use
from doctor.verdict import InvalidRequest


def statement(use: Use, **more: object) -> dict[str, object]:
    """The statement that allows what is usual; the reader keeps of it what the code calls."""
    resources = tuple(dict.fromkeys(each.arn + ("*" if each.open else "") for each in use.wanted))
    actions = [each.action for each in use.wanted]
    return {
        "Effect": "Allow",
        **more,
        "Action": actions,
        "Resource": resources[0] if len(resources) == 1 else list(resources),
    }


def policy_with(use: Use, **more: object) -> str:
    """A policy document of that statement alone, as a command takes it."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement(use, **more)]}, separators=(",", ":"))


def with_statement(policy: object, added: Mapping[str, object]) -> str:
    """The policy with one more statement, as a command takes it; the statement alone where it is no policy."""
    try:
        whole = strict_json.parse(policy, "policy") if isinstance(policy, str) else policy
    except InvalidRequest:
        whole = None
    known = whole if isinstance(whole, dict) else {"Version": "2012-10-17"}
    there = known.get("Statement", [])
    listed = there if isinstance(there, list) else [there]
    return json.dumps({**known, "Statement": [*listed, added]}, separators=(",", ":"))


def as_yaml(use: Use) -> Iterator[str]:
    """The statement as a template's lines."""
    said = statement(use)
    yield "- Effect: Allow"
    yield f"  Action: {json.dumps(said['Action'])}"
    yield f"  Resource: {json.dumps(said['Resource'])}"
