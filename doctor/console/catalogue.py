"""The checks as documentation: lists and entries made from what each check declares."""

import json
import re
import textwrap
import time
from collections.abc import Iterator, Sequence

from doctor import registry
from doctor.console import errors
from doctor.declare import Check
from doctor.isolation.run_checks import plugin_checks
from doctor.redact import cut
from doctor.render.plain_text import visible
from doctor.schedule import Schedule
from doctor.verdict import InvalidRequest

# What stands in commands in place of a name that the error text does not tell.
_BLANKS = re.compile(
    r"(?<![\w.])(?:FUNCTION|ROLE|ACTION|RESOURCE_ARN|BUCKET|QUEUE|TABLE|SECRET|ACCOUNT|KEY|FILE)(?![\w.])"
)
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
        area = check_id.partition(".")[0]
        strange = area not in {known.partition(".")[0] for known in registry.built_in()} and not theirs
        plugged = "; a third party's is explained with --plugin DISTRIBUTION" if strange else ""
        raise InvalidRequest("ID", f"{check_id!r} is no check{hint}{plugged}") from None
    if form == "json":
        return json.dumps(_plain(check), indent=2, ensure_ascii=False) + "\n"
    return _page(check)


def reading(text: str, form: str) -> tuple[bool, str]:
    """What an error text says, as `terminal` or `json`; the first value tells whether any check knows it."""
    read = errors.read(text)
    if form == "json":
        return bool(read.candidates), json.dumps(errors.plain(read), indent=2, ensure_ascii=False) + "\n"
    lines = [visible(line) for line in _reading(read)]
    return bool(read.candidates), "\n".join(lines) + "\n"


def _reading(read: errors.Reading) -> Iterator[str]:
    """A reading for a person: each meaning of the text once, with what may be broken then; the numbers go by likelihood."""
    untold = list(read.unjudged)
    for reason in dict.fromkeys(found.reason for found in read.candidates):
        yield reason
        for number, found in enumerate(read.candidates, 1):
            if found.reason == reason:
                yield f"{number}. {found.check}: {'certain: ' if found.certain else ''}{found.broken}"
                yield f"   $ {found.separate}"
        for entry in [entry for entry in untold if entry.startswith(f"{reason} — ")]:
            yield f"   {entry.removeprefix(f'{reason} — ')}"
            untold.remove(entry)
    yield from untold
    yield from _notes(" ".join(found.separate for found in read.candidates))
    if not (read.candidates or read.unjudged):
        yield "No check of this version knows this text. What is wrong is looked for without it as well:"
        yield "   $ doctor examine FUNCTION"
        yield "   $ doctor examine FUNCTION --via deployed"
        yield from _notes("FUNCTION --via deployed")
    yield from _ruled_out(read.ruled_out)


def _ruled_out(entries: Sequence[str]) -> Iterator[str]:
    """Theories one by one, and the checks that one reason clears together."""
    cleared: dict[str, list[str]] = {}
    for entry in entries:
        what, _, why = entry.partition(": ")
        cleared.setdefault(why, []).append(what)
    yield from (f"ruled out: {', '.join(what)}: {why}" for why, what in cleared.items())


def _notes(commands: str) -> Iterator[str]:
    """What must be known before the commands are typed."""
    if blanks := list(dict.fromkeys(_BLANKS.findall(commands))):
        yield f"In the commands put your own in place of {', '.join(blanks)}."
    if "--via deployed" in commands:
        yield "`--via deployed` asks the function itself, whose handler is wrapped with doctor.beside."


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
