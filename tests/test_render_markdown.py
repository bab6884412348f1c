"""Markdown says the same to every reader, whatever strangers wrote into it, and fits where it is pasted."""

import dataclasses
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from doctor import registry
from doctor.render import markdown
from doctor.verdict import Diagnosis, Finding, Outcome, Remedy, Status, Verdict
from tests import hostile

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What GitHub, GitLab and Jira read beyond CommonMark: mentions, references, links, keys, commits, emoji, math, notes, HTML.
MEANT = re.compile(
    r"[@#<>&$\[\]{}\\|`~*]|://|www\.|mailto:|\b[A-Za-z][A-Za-z0-9]+-\d|\b[0-9a-f]{7,}\b|:[a-z+]+:|^\s*(h\d\.|bq\.|\d+[.)])"
    r"|(^|[ (])-[^ -]([^-]*[^ -])?-($|[ .,:;)])|[:;]\)|:[(PD]\b|\((y|n|i|x|/|\?|on|off|flag)\)"
)


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield from token.children or () if token.type == "inline" else (token,)


def structure(text: str) -> list[str]:
    """The types of all tokens; text and code in a line are the same, for both are only shown."""
    kinds: list[str] = []
    for token in tokens(text):
        kind = "shown" if token.type in ("text", "code_inline") else f"{token.type} {token.tag} {token.info}"
        if (kind, kinds[-1:]) != ("shown", ["shown"]):
            kinds.append(kind)
    return kinds


def shown(text: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type in ("text", "code_inline", "fence")]


def plainly(text: str) -> list[str]:
    """What is shown as running text, where extensions of Markdown look for more."""
    return [token.content for token in tokens(text) if token.type == "text"]


BENIGN = markdown.render(hostile.verdict())


def test_the_proof_can_tell() -> None:
    """Every kind of attack is one to this parser, or to this pattern, where nothing neutralises it."""
    harmless = [
        text
        for text in (*hostile.HTML, *hostile.MARKDOWN, *hostile.PLACES)
        if structure(f"a {text} b\n\n{text}") == structure("a x b\n\nx") and not MEANT.search(text)
    ]
    assert len(harmless) < 20, harmless
    assert len(set(hostile.STRINGS)) > 200


def test_every_string_in_every_field_leaves_the_structure_as_it_is() -> None:
    for verdict, chosen in hostile.square():
        text = markdown.render(verdict)
        assert structure(text) == structure(BENIGN), chosen
        assert not [words for words in set(plainly(text)) - set(plainly(BENIGN)) if MEANT.search(words)]
        assert text.isprintable() or set(filter(lambda character: not character.isprintable(), text)) == {"\n"}


@pytest.mark.parametrize("text", hostile.STRINGS, ids=range(len(hostile.STRINGS)))
def test_a_targets_name_cannot_leave_its_cell(text: str) -> None:
    rendered = markdown.render(hostile.aimed(text))
    assert structure(rendered) == structure(BENIGN)


@pytest.mark.parametrize(
    "text", [text for text in hostile.SHORT if text.isprintable() and text.isascii() and "`" * 9 not in text]
)
def test_what_was_written_is_what_is_read(text: str) -> None:
    """Neutral is not gone: a reader sees the name that is at fault, backslashes, bars and all."""
    found = markdown.render(dataclasses.replace(hostile.verdict(), headline=text))
    assert text.strip() in [words.strip() for words in shown(found)]


JIRA = [
    "a -gone- b",
    "a -gone away-.",
    "(-gone-)",
    "(y) :)",
    "so :( and :D",
    "well ;)",
    "it is (x)",
    "a (/) b",
    "(on)",
    "x (i)",
]


@pytest.mark.parametrize("text", JIRA)
def test_what_jira_strikes_through_or_draws_is_shown_as_it_was_written(text: str) -> None:
    found = markdown.render(dataclasses.replace(hostile.verdict(), headline=text))
    assert text in shown(found)
    assert text not in plainly(found)


@pytest.mark.parametrize(
    "text", ["us-east-1 and eu-west-2", "from 1 - 2 s", "a well-known, long-lived key", "Errno -3: no"]
)
def test_a_dash_that_strikes_nothing_stays_plain(text: str) -> None:
    assert markdown.inline(text) == text


def test_code_in_a_remedy_is_code_as_it_was_written() -> None:
    for check_id in registry.built_in():
        written = registry.load(check_id).remedy.text
        assert len(written) >= 1000 or markdown.spans(written) == written, check_id
    assert markdown.spans("Pass `config=` to boto3, and no key.") == "Pass `config=` to boto3, and no key."
    assert shown(markdown.spans("`a` and `b c`")) == ["a", " and ", "b c"]


@pytest.mark.sampled(7)  # of 8 places, so that each has its turn
@pytest.mark.parametrize("text", [*hostile.HTML, *hostile.MARKDOWN, *hostile.PLACES, *JIRA])
@pytest.mark.parametrize(
    "around", ["{}", "Set `{}` anew", "Name {} in `x`", "`x`{}`y`", "{}`", "a`{}", "`x` {}", "b {}`x`"]
)
def test_a_strangers_name_in_a_remedy_means_nothing(text: str, around: str) -> None:
    """Whatever backticks it brings along: what is not in a code span is harmless as it stands, and between spans as well."""
    found = markdown.spans(around.format(text))
    assert set(structure(f"a {found}")) <= {"paragraph_open p ", "shown", "paragraph_close p "}
    first, *others = [*plainly(found), ""] if not found.startswith("`") else ["", *plainly(found)]
    assert not [words for words in (first, *(f"x{other}" for other in others)) if MEANT.search(words)]


def test_no_line_is_endless_and_what_is_cut_is_told() -> None:
    text = markdown.render(dataclasses.replace(hostile.verdict(), headline="x" * 5000))
    assert "x… (4000 more characters)" in text
    assert "x" * 1001 not in text


def test_commands_are_never_cut_or_changed() -> None:
    diagnosis = hostile.verdict().diagnoses[0]
    command = "aws iam put-role-policy --policy-document '" + '{"a": "b|*_<c>"}' * 200 + "'"
    remedy = dataclasses.replace(diagnosis.remedy, commands=(command,))
    verdict = dataclasses.replace(hostile.verdict(), diagnoses=(dataclasses.replace(diagnosis, remedy=remedy),))
    assert command in [line for block in shown(markdown.render(verdict)) for line in block.splitlines()]


def test_what_a_person_needs_is_there_in_this_order() -> None:
    words = (
        "unhealthy",
        "`reach.connect-timeout`",
        "Remedy",
        "aws ec2 authorize",
        "doctor examine",
        "| target |",
        "Evidence",
        "Passed",
    )
    places = [BENIGN.index(word) for word in words]
    assert places == sorted(places)


# What is told once


def told(*findings: Finding) -> list[str]:
    """The lines of a report's lists of findings."""
    page = markdown.render(dataclasses.replace(hostile.verdict(), findings=findings))
    return [line for line in page.splitlines() if line.startswith(("- ❌", "- ❔", "- ✅", "- ·"))]


def of_targets(outcome: Outcome, check: str, message: str, *targets: str) -> list[Finding]:
    return [
        hostile.finding(outcome, check, id=f"{check}@{each}", message=message.format(each), targets=(each,))
        for each in targets
    ]


def test_what_passes_is_one_line_for_each_check_however_many_targets() -> None:
    lines = told(
        *of_targets(Outcome.OK, "network.no-route", "no way to {} is closed", "one", "two", "three"),
        *of_targets(Outcome.NOT_APPLICABLE, "network.no-route", "{} is declared unreachable", "four"),
        *of_targets(Outcome.NOT_APPLICABLE, "client.proxy-unreachable", "no proxy is configured", "one", "two"),
    )
    assert lines == [
        "- ✅ `network.no-route` no way to one is closed (and 2 more of this kind)",
        "- · `network.no-route` four is declared unreachable",
        "- · `client.proxy-unreachable` no proxy is configured",
    ]


def test_what_one_missing_piece_leaves_undecided_is_told_once_and_every_problem_is() -> None:
    words = "not reached: {} fails at another rung"
    lines = told(
        *of_targets(Outcome.UNKNOWN, "reach.not-tls", words, "one", "two"),
        *of_targets(Outcome.UNKNOWN, "reach.no-response", words, "one", "two"),
        *of_targets(Outcome.PROBLEM, "reach.connect-timeout", "silence", "one", "two"),
    )
    assert lines == [
        "- ❌ `reach.connect-timeout` silence",
        "- ❌ `reach.connect-timeout` silence",
        "- ❔ `reach.not-tls`, `reach.no-response` not reached: one fails at another rung",
        "- ❔ `reach.not-tls`, `reach.no-response` not reached: two fails at another rung",
    ]


# --max-bytes

WORDS = {
    "passing checks": "Passed or not applicable",
    "evidence": "### Evidence",
    "versions": "lambda-network-doctor",
    "ladder": "| target |",
    "diagnoses from 3 on": "### 3.",
    "remedies from 2 on": "Remedy.** The second",
    "commands from 2 on": "aws second",
    "diagnoses from 2 on": "### 2.",
    "the remedy": "Remedy.** The first",
    "the template": "Resources:",
    "further commands": "aws further",
    "the diagnosis": "### 1.",
    "the command": "aws first",
    "the field": "InvalidRequest in",
}
GONE_WITH = {"diagnoses from 2 on": ("remedies from 2 on", "commands from 2 on", "diagnoses from 3 on")}


def left_out(text: str) -> list[str]:
    note = re.search(r"^_Left out to fit: (.*)\._$", text, re.MULTILINE)
    return note[1].split(", ") if note else []


@settings(max_examples=300)
@given(
    most=st.integers(200, 6000),
    status=st.sampled_from(Status),
    headline=st.text(max_size=1500) | st.sampled_from(hostile.STRINGS),
    findings=st.integers(0, 30),
    text=st.sampled_from(hostile.STRINGS),
)
def test_a_report_fits_says_its_status_and_what_it_left_out(
    most: int, status: Status, headline: str, findings: int, text: str
) -> None:
    verdict = cramped(status, headline, findings, text)
    found = markdown.render(verdict, most_bytes=most)
    assert len(found.encode()) <= most
    assert status.value in found.splitlines()[0]
    whole = markdown.render(verdict)
    assert found == whole or left_out(found)
    told = {*left_out(found), *(each for name in left_out(found) for each in GONE_WITH.get(name, ()))}
    for name, words in WORDS.items():
        assert (words in found) == (words in whole and name not in told), name
    assert structure(found)[:5] == structure(BENIGN)[:5]


def cramped(status: Status, headline: str, findings: int, text: str) -> Verdict:
    several = tuple(
        hostile.finding(outcome, f"area.check-{number}", message=text, targets=(f"host-{number}:443",))
        for number in range(findings)
        for outcome in Outcome
    )
    whole = hostile.verdict(status=status, headline=headline)
    diagnoses = (
        diagnosed("first", Remedy(text="The first", commands=("aws first", "aws further"), template="Resources:")),
        diagnosed("second", Remedy(text="The second", commands=("aws second",))),
        diagnosed("third", Remedy(text="The third", commands=("aws third",))),
    )
    return dataclasses.replace(whole, findings=whole.findings + several, diagnoses=diagnoses)


def diagnosed(headline: str, remedy: Remedy) -> Diagnosis:
    return dataclasses.replace(hostile.verdict().diagnoses[0], headline=headline, remedy=remedy)


def shrinking(verdict: Verdict) -> Iterator[tuple[str, list[str]]]:
    for most in range(len(markdown.render(verdict).encode()), 199, -1):
        found = markdown.render(verdict, most_bytes=most)
        yield found, left_out(found)


def test_what_matters_least_goes_first() -> None:
    """Passing checks, then evidence; then from the last diagnosis up, words before commands; never the verdict."""
    seen: list[str] = []
    for _, gone in shrinking(cramped(Status.UNHEALTHY, "it is broken", 5, "a message")):
        seen += [name for name in gone if name not in seen]
    assert [name for name in seen if name in WORDS] == list(WORDS)


def test_the_first_command_outlives_all_but_the_verdict_and_the_first_remedy_every_other_diagnosis() -> None:
    verdict = cramped(Status.UNHEALTHY, "it is broken", 5, "a message")
    for found, _ in shrinking(verdict):
        if "### 1." in found or "Remedy.** The first" in found:
            assert "aws first" in found
        if "### 2." in found:
            assert "Remedy.** The first" in found


def test_a_headline_that_the_first_diagnosis_repeats_is_said_once_before_any_remedy_goes() -> None:
    verdict = cramped(Status.UNHEALTHY, "first", 0, "a message")
    assert markdown.render(verdict).splitlines().count("first") == 2
    for found, gone in shrinking(verdict):
        times = found.splitlines().count("first")
        assert times == 1 + ("the headline's repetition" not in gone) or "the field" in gone
        if {"remedies from 3 on", "the remedy", "the diagnosis"} & set(gone):
            assert "the headline's repetition" in gone


def test_without_need_nothing_is_left_out() -> None:
    assert markdown.render(hostile.verdict(), most_bytes=len(BENIGN.encode())) == BENIGN
    assert left_out(BENIGN) == []
