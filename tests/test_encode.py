"""The plain form of a value, and the texts in it."""

import json
from dataclasses import asdict, dataclass, fields
from enum import Enum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor import encode
from doctor.verdict import Finding, Outcome, Severity, Source, Status, Timings, Verdict


class Colour(StrEnum):
    RED = "red"


class Number(Enum):
    ONE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    name: str
    inside: Any = None


LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(Colour)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text(), inner)
        | st.builds(Box, name=st.text(), inside=inner)
    ),
    max_leaves=20,
)

FOUND = Finding(
    id="dns.no-address@db",
    check="dns.no-address",
    outcome=Outcome.OK,
    severity=Severity.BREAKS,
    subject="db",
    targets=("db:1",),
    message="well",
    sources=(Source.INSIDE,),
)
VERDICT = Verdict(
    status=Status.HEALTHY,
    headline="all is well",
    findings=(FOUND,),
    timings=Timings(budget=1.0, reserve=0.1, total=0.5, evidence={"names": 0.2}),
)


@given(VALUES)
def test_the_plain_form_is_that_which_json_shows(value: Any) -> None:
    whole = Box(name="whole", inside=value)
    assert encode.plain(whole) == json.loads(json.dumps(asdict(whole)))


def test_members_of_enumerations_become_their_values_and_no_dataclass_stays() -> None:
    plain = encode.plain((Colour.RED, Number.ONE, {"box": Box(name="n")}))
    assert plain == ["red", 1, {"box": {"name": "n", "inside": None}}]
    assert type(plain[0]) is str


def test_the_plain_form_shares_no_container_with_what_it_was_made_of() -> None:
    evidence = {"names": [0.2]}
    plain = encode.plain(Box(name="n", inside=evidence))
    plain["inside"]["names"].append(1)
    assert evidence == {"names": [0.2]}


def test_texts_are_found_in_keys_and_values_and_enumerations_are_none() -> None:
    value = {"key": [("a", Colour.RED), Box(name="b", inside={"c": {"d": None}})], "n": 1}
    assert sorted(encode.texts(value)) == ["a", "b", "c", "d", "key", "n"]


@given(VALUES)
def test_every_text_that_json_would_show_is_found_but_names_of_fields_and_enumerations(value: Any) -> None:
    marked = encode.replaced(value, {text: f"<{text}>" for text in set(encode.texts(value))})
    shown = set(encode.texts(encode.plain(marked)))
    ours = {field.name for field in fields(Box)} | set(Colour)
    assert all(text in ours or (text.startswith("<") and text.endswith(">")) for text in shown)


def test_what_is_replaced_keeps_its_types() -> None:
    other = encode.replaced(VERDICT, {"db": "***", "names": "NAMES", "well": "ill"})
    assert type(other) is Verdict
    assert other.findings[0].subject == "***"
    assert other.findings[0].message == "ill"
    assert other.findings[0].outcome is Outcome.OK
    assert other.findings[0].targets == ("db:1",)
    assert other.timings is not None
    assert other.timings.evidence == {"NAMES": 0.2}
    assert VERDICT.findings[0].subject == "db", "the verdict that was given has changed"


@pytest.mark.parametrize("value", [VERDICT, ["a", {"b": "c"}]])
def test_where_nothing_is_to_be_replaced_the_value_is_given_back(value: Any) -> None:
    assert encode.replaced(value, {}) is value
