"""The checks as documentation: lists and entries made from what each check declares."""

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from doctor import errors, registry
from doctor.declare import Check
from doctor.render.plain_text import visible
from doctor.verdict import InvalidRequest


def listing(form: str) -> str:
    """All built-in checks as `terminal`, `json` or `markdown`."""
    checks = [registry.load(check_id) for check_id in registry.built_in()]
    if form == "json":
        return json.dumps([_plain(check) for check in checks], indent=2, ensure_ascii=False) + "\n"
    if form == "markdown":
        rows = [f"| `{check.id}` | {check.severity.value} | {check.healthy} |" for check in checks]
        return "\n".join(["| check | severity | what is true when all is well |", "| --- | --- | --- |", *rows, ""])
    return _columns(checks)


def _columns(checks: Sequence[Check]) -> str:
    width = max(len(check.id) for check in checks)
    return "".join(f"{check.id:<{width}}  {check.severity.value:<6}  {check.healthy}\n" for check in checks)


def entry(check_id: str, form: str) -> str:
    """One check as `terminal` or `json`.

    Raises:
        InvalidRequest: there is no such check.
    """
    try:
        check = registry.load(check_id)
    except LookupError:
        near = _near(check_id)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; `doctor checks` lists them"
        raise InvalidRequest("ID", f"{check_id!r} is no check{hint}") from None
    if form == "json":
        return json.dumps(_plain(check), indent=2, ensure_ascii=False) + "\n"
    return _page(check)


def reading(text: str, form: str) -> tuple[bool, str]:
    """What an error text says, as `terminal` or `json`; the first value tells whether any check knows it."""
    read = errors.read(text)
    if form == "json":
        return bool(read.candidates), json.dumps(asdict(read), indent=2, ensure_ascii=False) + "\n"
    lines = [
        f"{number}. {found.check}: {visible(found.why)}\n   $ {found.separate}"
        for number, found in enumerate(read.candidates, 1)
    ]
    lines += [f"ruled out: {entry}" for entry in read.ruled_out]
    if not read.candidates:
        lines.append("No check knows this text. `doctor examine` looks for itself.")
    return bool(read.candidates), "\n".join(lines) + "\n"


def _near(check_id: str) -> list[str]:
    import difflib

    return difflib.get_close_matches(check_id, registry.built_in(), n=2)


def _page(check: Check) -> str:
    lines = [f"{check.id}  ({check.severity.value})", "", f"{check.healthy}.", "", check.explanation, "", "Remedy", ""]
    lines += textwrap.wrap(check.remedy.text, 100, initial_indent="    ", subsequent_indent="    ")
    lines += [f"    $ {command}" for command in check.remedy.commands]
    lines += [f"    {line}" for line in check.remedy.template.splitlines()] + [""]
    if check.follows:
        lines.append(f"Follows from: {', '.join(check.follows)}")
    needs = [need.facts.kind + ("" if need.required else " (optional)") for need in check.needs]
    lines.append(f"Evidence: {', '.join(needs)}")
    if check.actions:
        lines.append(f"IAM actions: {', '.join(sorted(check.actions))}")
    return "\n".join(lines) + "\n"


def _plain(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "severity": check.severity,
        "healthy": check.healthy,
        "explanation": check.explanation,
        "follows": list(check.follows),
        "evidence": [{"kind": need.facts.kind, "required": need.required} for need in check.needs],
        "actions": sorted(check.actions),
        "remedy": {
            "text": check.remedy.text,
            "commands": list(check.remedy.commands),
            "template": check.remedy.template,
        },
    }
