"""The checks as documentation: lists and entries made from what each check declares."""

import json
import textwrap
import time
from collections.abc import Sequence
from dataclasses import asdict

from doctor import errors, registry
from doctor.declare import Check
from doctor.hear import plugin_checks
from doctor.redact import cut
from doctor.render.plain_text import visible
from doctor.schedule import Schedule
from doctor.verdict import InvalidRequest

_PATIENCE = 80.0  # seconds; describing takes a quarter of a schedule


def third_parties(distributions: Sequence[str]) -> tuple[list[Check], list[str]]:
    """What third parties declare, asked in children, and a line for each distribution that is not usable."""
    if not distributions:
        return [], []
    found, failed = plugin_checks(distributions, Schedule(time.monotonic(), _PATIENCE))
    own = registry.built_in()
    return [check for check in found if check.id not in own], [visible(cut(item.finding.message)) for item in failed]


def listing(form: str, theirs: Sequence[Check] = ()) -> str:
    """All built-in checks, and those of third parties, as `terminal`, `json` or `markdown`."""
    checks = [*(registry.load(check_id) for check_id in registry.built_in()), *theirs]
    if form == "json":
        return json.dumps([_plain(check) for check in checks], indent=2, ensure_ascii=False) + "\n"
    if form == "markdown":
        rows = [f"| `{visible(check.id)}` | {check.severity.value} | {visible(check.healthy)} |" for check in checks]
        return "\n".join(["| check | severity | what is true when all is well |", "| --- | --- | --- |", *rows, ""])
    return _columns(checks)


def _columns(checks: Sequence[Check]) -> str:
    width = max(len(check.id) for check in checks)
    return "".join(
        f"{visible(check.id):<{width}}  {check.severity.value:<6}  {visible(check.healthy)}\n" for check in checks
    )


def entry(check_id: str, form: str, theirs: Sequence[Check] = ()) -> str:
    """One check, a built-in or a third party's, as `terminal` or `json`.

    Raises:
        InvalidRequest: there is no such check.
    """
    try:
        check = next((check for check in theirs if check.id == check_id), None) or registry.load(check_id)
    except LookupError:
        near = _near(check_id, [*registry.built_in(), *(check.id for check in theirs)])
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
    lines += [visible(entry) for entry in read.unjudged]
    lines += [f"ruled out: {entry}" for entry in read.ruled_out]
    if not (read.candidates or read.unjudged):
        lines.append("No check knows this text. `doctor examine` looks for itself.")
    return bool(read.candidates), "\n".join(lines) + "\n"


def _near(check_id: str, known: Sequence[str]) -> list[str]:
    import difflib

    return difflib.get_close_matches(check_id, known, n=2)


def _page(check: Check) -> str:
    lines = [f"{check.id}  ({check.severity.value})", "", f"{check.healthy}.", "", check.explanation, "", "Remedy", ""]
    lines += textwrap.wrap(check.remedy.text, 100, initial_indent="    ", subsequent_indent="    ")
    lines += [f"    $ {command}" for command in check.remedy.commands]
    lines += [f"    {line}" for line in check.remedy.template.splitlines()] + [""]
    if check.follows:
        lines.append(f"Follows from: {', '.join(check.follows)}")
    lines.append(f"Evidence: {_evidence(check)}")
    if check.otherwise:
        lines.append(f"Makes do with: {_evidence(check.otherwise)}")
    if check.actions:
        lines.append(f"IAM actions: {', '.join(sorted(check.actions))}")
    return visible("\n".join(lines), lines=True) + "\n"


def _evidence(check: Check) -> str:
    return ", ".join(need.facts.kind + ("" if need.required else " (optional)") for need in check.needs)


def _plain(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "severity": check.severity,
        "healthy": check.healthy,
        "explanation": check.explanation,
        "follows": list(check.follows),
        "evidence": [{"kind": need.facts.kind, "required": need.required} for need in check.needs],
        "makes_do_with": [need.facts.kind for need in check.otherwise.needs] if check.otherwise else [],
        "actions": sorted(check.actions),
        "remedy": {
            "text": check.remedy.text,
            "commands": list(check.remedy.commands),
            "template": check.remedy.template,
        },
    }
