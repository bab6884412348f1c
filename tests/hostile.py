"""Text as strangers write it: what names, tags, certificates and error messages could hold to attack those who read them.

`verdict` is a verdict in which every field is filled, `fields` finds each of its strings, `planted` puts another there.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

from doctor.verdict import (
    Confidence,
    Diagnosis,
    FailOn,
    Finding,
    Outcome,
    Refusal,
    Remedy,
    Runtime,
    Separation,
    Severity,
    Source,
    Status,
    Timings,
    Verdict,
)

TERMINAL = [
    *("\x1b[2J\x1b[H", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\"),
    *(
        "\x1b]52;c;Y3VybA==\x07",
        "\x1b[6n",
        "\x1bc",
        "\x1b[?1049h",
        "\x1b[1A\x1b[2K",
        "\x1bP$q\x1b\\",
        "\x9b31m",
        "\x9d0;t\x9c",
    ),
    *("\x07", "\x08\x08\x08", "\x0b\x0c", "\x00", "a\x00b", "\x7f", "\x85", "\r overwritten", "\x0e\x0f", "\x1b"),
]
UNICODE = [
    *(
        "\u202eexe.txt",
        "\u2066x\u2069",
        "\u202a\u202b\u202c\u202d",
        "\u200e\u200f\u061c",
        "\u200b",
        "zero\u200dwidth",
        "\ufeff",
    ),
    *(
        "\u00ad",
        "\u2060",
        "\u180e",
        "\u3164",
        "\u115f",
        "\u2800",
        "\ufe0f",
        "\U000e0041\U000e0042",
        "\U000e0100",
        "\u034f",
    ),
    *(
        "\u2028",
        "\u2029",
        "\ud800",
        "\udcff",
        "\ud83d alone",
        "\ue000",
        "\uffff",
        "\U0010ffff",
        "\u00a0",
        "\u3000",
        "\u2003",
    ),
    *("e" + "\u0301" * 50, "\uff1cscript\uff1e", "\uff20team", "\u0430mazonaws.com", "\U0001f468\u200d\U0001f469"),
]
HTML = [
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</details>",
        "<details open>",
        "<!-- ",
        "-->",
        "<br>",
    ),
    *("<a href='javascript:alert(1)'>x</a>", "<svg/onload=alert(1)>", "<?php", "<![CDATA[x]]>", "]]>", "<!DOCTYPE x>"),
    *(
        "&lt;b&gt;",
        "&#x3c;b&#62;",
        "&amp;copy;",
        "&nbsp;",
        "<b",
        "</p></li></ul>",
        "<style>*{display:none}</style>",
        "<kbd>",
    ),
    *("<https://x.example>", "<a@b.example>", '"><img src=x>', "' onmouseover='x", "<input type=checkbox>"),
]
MARKDOWN = [
    *("[x](https://x.example)", "![x](https://x.example/p.png)", "[x]: https://x.example", "[x][y]", "![x][y]", "[^1]"),
    *(
        "[^1]: note",
        "# heading",
        "### 9. heading",
        "===",
        "---",
        "***",
        "___",
        "> quote",
        "> [!WARNING]",
        "- item",
        "* item",
    ),
    *(
        "+ item",
        "1. item",
        "7) item",
        "- [x] task",
        "    code",
        "\tcode",
        "**bold**",
        "__bold__",
        "_it_",
        "*it*",
        "~~gone~~",
    ),
    *(
        "`",
        "``",
        "```",
        "`x`",
        "`` ` ``",
        "```sh\nrm\n```",
        "~~~",
        "~~~\nx",
        "`" * 100,
        "`" * 300,
        "a`b",
        " `",
        "` ",
        "\\`",
    ),
    *(
        "|",
        "a | b",
        "| a |\n| - |\n| b |",
        "| --- | --- |",
        "\\|",
        "`|`",
        "||x||",
        "\\",
        "\\\\",
        "\\*x\\*",
        "x\\",
        "x  ",
    ),
    *(
        "$x$",
        "$$x$$",
        "$`x`$",
        "```math\nx\n```",
        "```mermaid\ngraph\n```",
        "{: .x}",
        "{{x}}",
        "{% raw %}",
        ":smile:",
        "a :+1: b",
    ),
    *(
        "\n\n# heading\n",
        "\n---\n",
        "x\n===",
        "\n\n\n",
        "\r\n\r\n# x",
        "\r# x",
        "x\n\n```\n</code>",
        "\n| a |\n|---|\n| b |\n",
    ),
]
PLACES = [
    *("@team", "@org/team", "a @here b", "#1", "org/repo#1", "GH-1", "JIRA-123", "ABC-1 and DEF-22", "user@a1b2c3d"),
    *(
        "https://x.example/?q=1",
        "http://x.example",
        "www.x.example",
        "ftp://x.example",
        "mailto:a@b.example",
        "a@b.example",
    ),
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "xmpp:a@b.example",
        "//x.example",
        "3f786850e387550fdab836ed7e6dc881de23001b",
    ),
    *(
        "h1. heading",
        "bq. quote",
        "{code}",
        "{color:red}x{color}",
        "!image.png!",
        "[x|https://x.example]",
        "[~user]",
        "??cite??",
    ),
    *(
        "{panel}x{panel}",
        "%0a%0d",
        "=cmd|' /C calc'!A0",
        "::warning::x",
        "##[error]x",
        "::set-output name=x::y",
        "${jndi:ldap://x}",
    ),
    *(
        '"; rm -rf /; "',
        "$(id)",
        "%s%n",
        "{0}",
        "[bold red]x[/]",
        "[link=https://x.example]x[/link]",
        "[/]",
        "'",
        '"',
        "",
    ),
]
LONG = [
    "x" * 5000,
    "word " * 1500,
    "`" * 5000,
    "<" * 3000,
    "\u202e" * 2000,
    "[" * 3000,
    "|" * 2000,
    "_a" * 2000,
    "> " * 1500,
]

SHORT = [*TERMINAL, *UNICODE, *HTML, *MARKDOWN, *PLACES]
STRINGS = [*SHORT, *LONG]


def finding(outcome: Outcome, check: str, **details: Any) -> Finding:
    usual: dict[str, Any] = {
        "id": f"{check}@the subject@a.example:443",
        "check": check,
        "outcome": outcome,
        "severity": Severity.BREAKS,
        "subject": "the subject",
        "targets": ("a.example:443",),
        "message": f"the message of {check}",
        "sources": (Source.INSIDE,),
        "addresses": ("10.0.0.1",),
        "subnet": "a subnet",
        "explained_by": "another",
    }
    return Finding(**(usual | details))


def verdict(**details: Any) -> Verdict:
    """Every field filled; the ladder has one row."""
    diagnosis = Diagnosis(
        check="reach.connect-timeout",
        subjects=("a.example:443", "another"),
        targets=("a.example:443",),
        severity=Severity.BREAKS,
        confidence=Confidence.LIKELY,
        headline="a.example does not answer",
        explains=("an explained finding",),
        could_also_be=("network.egress-blocked",),
        separate=(Separation("aws ec2 describe-security-groups", "whether the group lets it out"),),
        remedy=Remedy("Open the group", ("aws ec2 authorize-security-group-egress",), "Resources:\n  Group: open\n"),
        verify="doctor examine",
    )
    usual: dict[str, Any] = {
        "status": Status.UNHEALTHY,
        "headline": "a.example does not answer",
        "fail_on": FailOn.BREAKS,
        "diagnoses": (diagnosis, dataclasses.replace(diagnosis, check="dns.resolver-silent", headline="the second")),
        "findings": (
            finding(Outcome.PROBLEM, "reach.connect-timeout"),
            finding(Outcome.UNKNOWN, "reach.no-response"),
            finding(Outcome.OK, "dns.name-not-found"),
            finding(Outcome.NOT_APPLICABLE, "client.endpoint-override"),
        ),
        "not_asked": ("network",),
        "timings": Timings(budget=20.0, reserve=0.5, total=1.25, evidence={"names": 0.5}),
        "runtime": Runtime(
            doctor="0.1.0", python="3.13.0", architecture="arm64", boto3="1.40", region="r", zone="z", function="jobs"
        ),
        "plugins": ("acme-checks 1.2",),
        "error": Refusal(type="InvalidRequest", field="doctor.targets", message="is wrong"),
    }
    return Verdict(**(usual | details))


Path = tuple[str | int, ...]


def fields(value: Any, path: Path = ()) -> Iterator[Path]:
    """The place of every free string; members of enumerations are not free."""
    if type(value) is str:
        yield path
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from fields(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from fields(item, (*path, index))


def planted(value: Any, path: Path, text: str) -> Any:
    """The value with another string in one place."""
    if not path:
        return text
    first, *rest = path
    if isinstance(value, tuple):
        assert isinstance(first, int)
        return (*value[:first], planted(value[first], tuple(rest), text), *value[first + 1 :])
    return dataclasses.replace(value, **{str(first): planted(getattr(value, str(first)), tuple(rest), text)})


# What a report orders and groups by: there another text rightly gives another report. `aimed` plants targets.
_DECIDING = ("targets", "check")
FIELDS = [
    path for path in fields(verdict()) if not set(_DECIDING) & set(path[2:]) or path[0] == "diagnoses" or path[1] == 3
]


# Nothing in these fields means that there is no such thing, and the report has no line for it.
_OPTIONAL = ("template", "verify", "boto3", "function", "explained_by")


def square() -> Iterator[tuple[Verdict, dict[Path, str]]]:
    """As many verdicts as there are strings; over all of them each string stands in each field once."""
    for shift in range(len(STRINGS)):
        chosen = {path: STRINGS[(shift + place) % len(STRINGS)] for place, path in enumerate(FIELDS)}
        filled = verdict()
        for path, text in chosen.items():
            filled = planted(filled, path, text) if text or path[-1] not in _OPTIONAL else filled
        yield filled, chosen


def aimed(text: str) -> Verdict:
    """A verdict about one target of this name."""
    filled = verdict()
    for path in fields(filled):
        filled = planted(filled, path, text) if "targets" in path else filled
    return filled
