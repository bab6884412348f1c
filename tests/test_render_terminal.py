"""A terminal shows what was found, and does nothing that a stranger's text tells it to."""

import dataclasses
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from doctor import casefile
from doctor.console import present
from doctor.render import terminal
from doctor.verdict import Finding, Outcome, Severity, Status
from tests import hostile

SGR = re.compile(r"\x1b\[[0-9;]*m")
INCIDENT = Path(__file__).parent / "cases" / "incident-004-ideal-response" / "verdict.json"
WIDE = 60_000  # nothing wraps
BENIGN = terminal.render(hostile.verdict(), colour=False, width=WIDE)
OURS = set(SGR.findall(terminal.render(hostile.verdict(), colour=True, width=100)))


def harmless(text: str) -> bool:
    """Nothing but printable characters, line feeds and our own colours."""
    rest = SGR.sub("", text)
    return all(character == "\n" or character.isprintable() for character in rest) and set(SGR.findall(text)) <= OURS


def test_the_proof_can_tell() -> None:
    assert not harmless("\x1b[2J")
    assert not harmless("\x1b[5m")
    assert not harmless("\u202e")
    assert not harmless("\u200b")
    assert harmless(f"{min(OURS)}words\n")


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [60, 100, 200])
@pytest.mark.sampled(3)
def test_every_string_in_every_field_only_prints(colour: bool, width: int) -> None:
    for number, (verdict, _) in enumerate(hostile.square()):
        if number % 3 == [60, 100, 200].index(width):  # each width has its third of them
            assert harmless(terminal.render(verdict, colour=colour, width=width))


@pytest.mark.parametrize("text", hostile.STRINGS, ids=range(len(hostile.STRINGS)))
def test_each_string_only_prints_and_adds_no_line(text: str) -> None:
    for verdict in (hostile.aimed(text), dataclasses.replace(hostile.verdict(), headline=text)):
        shown = terminal.render(verdict, colour=True, width=1000 + 10 * len(text))
        assert harmless(shown)
        assert shown.count("\n") == BENIGN.count("\n")


def test_no_field_adds_a_line() -> None:
    for filled, chosen in hostile.square():
        longest = max(map(len, chosen.values()))
        verdict, width = filled, 10 * longest if longest > 1000 else 3000  # nothing wraps, and most is quick
        for path in chosen:
            if path[-1] == "template":  # which has lines of its own
                verdict = hostile.planted(verdict, path, "Resources:\n  Group: open\n")
        assert terminal.render(verdict, colour=False, width=width).count("\n") == BENIGN.count("\n"), chosen


@pytest.mark.parametrize("name", ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"])
def test_the_caller_decides_about_colour_and_the_environment_does_not(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [terminal.render(hostile.verdict(), colour=colour, width=100) for colour in (False, True)]
    monkeypatch.setenv(name, "1")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "dumb")
    assert [terminal.render(hostile.verdict(), colour=colour, width=100) for colour in (False, True)] == expected
    assert "\x1b" not in expected[0]
    assert "\x1b" in expected[1]


def test_a_command_is_never_wrapped() -> None:
    diagnosis = hostile.verdict().diagnoses[0]
    command = "aws ec2 authorize-security-group-egress " + "--cidr 10.0.0.0/8 " * 20 + "--end"
    remedy = dataclasses.replace(diagnosis.remedy, commands=(command,))
    verdict = dataclasses.replace(hostile.verdict(), diagnoses=(dataclasses.replace(diagnosis, remedy=remedy),))
    assert f"$ {command}\n" in terminal.render(verdict, colour=False, width=60)


@pytest.mark.parametrize("status", Status)
def test_the_answer_comes_first_and_alone_where_that_is_asked(status: Status) -> None:
    verdict = hostile.verdict(status=status, error=None)
    brief = terminal.render(verdict, colour=False, width=200, brief=True)
    assert brief.count("\n") == 1
    assert f"{status.value}  {verdict.headline}" in brief
    assert terminal.render(verdict, colour=False, width=200).startswith(brief)


def test_unknowns_that_say_the_same_stand_in_one_line() -> None:
    findings = [
        hostile.finding(Outcome.UNKNOWN, f"dns.check-{number}", message="DNS was not seen") for number in range(20)
    ]
    text = terminal.render(hostile.verdict(findings=tuple(findings)), colour=False, width=WIDE)
    assert text.count("DNS was not seen") == 1
    assert "20 unknown" in text


def counted(*findings: Finding) -> str:
    return (
        terminal.render(hostile.verdict(findings=findings), colour=False, width=WIDE).split("\n\n")[-1].splitlines()[0]
    )


def test_findings_are_counted_in_words_that_fit() -> None:
    ok = hostile.finding(Outcome.OK, "dns.a")
    problem = hostile.finding(Outcome.PROBLEM, "dns.b")
    assert counted(ok, problem) == "1 ok, 1 problem"
    assert counted(ok, ok, problem, problem) == "2 ok, 2 problems"


def test_unknowns_that_decide_nothing_are_told_from_those_that_the_headline_counts() -> None:
    deciding = hostile.finding(Outcome.UNKNOWN, "dns.a", severity=Severity.BREAKS)
    hint = hostile.finding(Outcome.UNKNOWN, "dns.b", severity=Severity.HINTS)
    assert counted(deciding, deciding) == "2 unknown"
    assert counted(deciding, hint, hint) == "3 unknown (1 of severity breaks or more, which alone decide)"


@pytest.mark.parametrize(("term", "wanted"), [("xterm-256color", True), ("dumb", False)])
def test_progress_is_for_terminals_that_can_take_a_line_back(
    term: str, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setenv("TERM", term)
    assert present.wants_progress() is wanted
    monkeypatch.setattr("sys.stderr", SimpleNamespace(isatty=lambda: False))
    assert not present.wants_progress()


@pytest.mark.parametrize("columns", [40, 52, 80])
def test_on_a_telephone_no_sentence_is_wider_than_the_screen(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """Commands alone are: they are copied whole."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    told = casefile.verdict_in(INCIDENT.read_text(encoding="utf-8"), INCIDENT.name)
    shown = present.for_terminal(told, colour=False)
    assert not [line for line in shown.splitlines() if len(line) > columns and "$ " not in line]
    assert max(map(len, shown.splitlines())) > 30
