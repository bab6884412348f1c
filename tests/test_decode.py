"""Values made of plain data: the reverse of their plain form, as strict as pydantic, which is asked beside it."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter, ValidationError

from doctor.decode import Limit, MisfitError, decode
from doctor.encode import plain
from doctor.evidence import Evidence, Facts, Missing, revive
from doctor.judge import Judged, judge
from doctor.registry import built_in, load
from doctor.verdict import FailOn
from tests.evidence import CASES, sealed

ROOT = Path(__file__).parent.parent
SAMPLES = {type(facts): facts for case in CASES.values() for given in (*case.failing, *case.passing) for facts in given}


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Leaf:
    number: float
    count: int = 0
    colour: Colour = Colour.RED


@dataclass(frozen=True, kw_only=True)
class Stone:
    weight: int


@dataclass(frozen=True, kw_only=True)
class Tree:
    """One of each hint that facts and requests are written with."""

    __pydantic_config__ = {"extra": "forbid", "strict": True}  # noqa: RUF012 - pydantic's own protocol

    name: str
    tall: bool
    leaves: tuple[Leaf, ...] = ()
    lists: list[tuple[int, ...]] = field(default_factory=list)
    named: dict[str, float] = field(default_factory=dict)
    anything: dict[str, Any] = field(default_factory=dict)
    root: "Tree | None" = None
    nickname: str | None = None
    under: Leaf | Stone | None = None


ORACLE = TypeAdapter(Tree)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5) | st.sampled_from(["red", "1", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
LEAVES = st.builds(
    Leaf, number=st.floats(allow_nan=False), count=st.integers(-(2**63), 2**63), colour=st.sampled_from(Colour)
)
TREES = st.recursive(
    st.builds(
        Tree,
        name=st.text(),
        tall=st.booleans(),
        leaves=st.lists(LEAVES, max_size=3).map(tuple),
        lists=st.lists(st.lists(st.integers(), max_size=2).map(tuple), max_size=2),
        named=st.dictionaries(st.text(), st.floats(allow_nan=False), max_size=2),
        anything=st.dictionaries(st.text(), JSON, max_size=2),
        nickname=st.none() | st.text(),
        under=st.none() | LEAVES | st.builds(Stone, weight=st.integers()),
    ),
    lambda inner: st.builds(Tree, name=st.text(), tall=st.booleans(), root=inner),
    max_leaves=4,
)


def places(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in plain data, the whole first."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def changed(data: Any, place: tuple[str | int, ...], to: Any) -> Any:
    if not place:
        return to
    copy = data.copy()
    copy[place[0]] = changed(data[place[0]], place[1:], to)
    return copy


def taken(read: Any, *given: Any) -> Any:
    """What is read, or None where it is refused."""
    try:
        return read(*given)
    except (MisfitError, ValidationError):
        return None


@given(TREES)
def test_it_is_the_reverse_of_the_plain_form(tree: Tree) -> None:
    assert decode(Tree, plain(tree)) == tree
    assert decode(Tree, json.loads(json.dumps(plain(tree)))) == tree


@given(TREES, JSON, st.data())
def test_one_change_is_refused_where_pydantic_refuses_it(tree: Tree, other: Any, data: st.DataObject) -> None:
    form = plain(tree)
    mutant = changed(form, data.draw(st.sampled_from(places(form))), other)
    assert taken(decode, Tree, mutant) == taken(ORACLE.validate_json, json.dumps(mutant))


@given(TREES, st.data())
def test_a_key_more_or_less_is_refused_where_pydantic_refuses_it(tree: Tree, data: st.DataObject) -> None:
    form = plain(tree)
    place = data.draw(st.sampled_from([place for place in places(form) if isinstance(_at(form, place), dict)]))
    inner = _at(form, place)
    less = {key: item for key, item in inner.items() if key != data.draw(st.sampled_from(sorted(inner) or [""]))}
    for other in (less, {**inner, "stranger": 1}):
        mutant = changed(form, place, other)
        assert taken(decode, Tree, mutant) == taken(ORACLE.validate_json, json.dumps(mutant))


def _at(data: Any, place: tuple[str | int, ...]) -> Any:
    for part in place:
        data = data[part]
    return data


def test_there_is_a_sample_of_every_kind_that_a_check_needs() -> None:
    needed = {need.facts for id_ in built_in() for need in load(id_).needs}
    assert len(SAMPLES) > 10
    assert needed <= set(SAMPLES), needed - set(SAMPLES)


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.kind)
def test_every_kind_of_evidence_comes_back_as_it_was(kind: type[Facts]) -> None:
    (evidence,) = sealed(SAMPLES[kind])
    travelled = decode(Evidence, json.loads(json.dumps(plain(evidence))))
    assert revive(kind, travelled) == revive(kind, evidence) == SAMPLES[kind]


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.kind)
def test_every_kind_of_evidence_is_read_as_pydantic_reads_it(kind: type[Facts]) -> None:
    """With each field in turn left out, and with each of another type."""
    oracle = TypeAdapter(kind)
    form = plain(SAMPLES[kind])
    others: list[Any] = [None, True, 1, 1.5, "text", [], {}, [{}]]
    mutants = [{key: item for key, item in form.items() if key != name} for name in form]
    mutants += [{**form, name: other} for name in [*form, "stranger"] for other in others]
    for mutant in mutants:
        assert taken(decode, kind, mutant) == taken(
            lambda text: oracle.validate_json(text, strict=True), json.dumps(mutant)
        )


@pytest.mark.parametrize("kind", [Evidence, Missing, Judged])
def test_envelopes_and_findings_are_read_as_pydantic_reads_them(kind: Any) -> None:
    samples: dict[Any, Any] = {
        Evidence: sealed(next(iter(SAMPLES.values())))[0],
        Missing: Missing(kind="names", reason="denied", action="sts:GetCallerIdentity"),  # type: ignore[arg-type]
        Judged: judge(load("credentials.rejected"), sealed(*CASES["credentials.rejected"].failing[0]))[0],
    }
    oracle = TypeAdapter(list[kind], config=ConfigDict(extra="forbid", strict=True))
    form = plain(samples[kind])
    assert plain(decode(kind, form)) == form
    for name in [*form, "stranger"]:
        for other in (None, True, 1, 1.5, "text", [], {}, [{}]):
            mutant = [{**form, name: other}]
            assert taken(decode, list[kind], mutant) == taken(oracle.validate_json, json.dumps(mutant))


SMALL = Limit((int, float), lambda number: number < 10, "must be below 10", {"exclusiveMaximum": 10})
FEW = Limit((list, tuple), lambda items: len(items) < 3, "must be few", {"maxItems": 2})


@dataclass(frozen=True, kw_only=True)
class Limited:
    sizes: Annotated[tuple[Annotated[int, SMALL], ...], FEW] = ()
    size: Annotated[float, SMALL] | None = None
    fail_on: FailOn = FailOn.NEVER


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (7, "must be an object, not a whole number"),
        ({"sizes": [1, 10]}, "sizes[1] must be below 10"),
        ({"sizes": [1, "1"]}, "sizes[1] must be a whole number, not a text"),
        ({"sizes": [True]}, "sizes[0] must be a whole number, not true or false"),
        ({"sizes": [None, None, None]}, "sizes must be few"),
        ({"sizes": "12"}, "sizes must be a list, not a text"),
        ({"size": 10.5}, "size must be below 10"),
        ({"size": float("inf")}, "size must be below 10"),
        ({"size": -(10**400)}, "size is too large a number"),
        ({"fail_on": "often"}, "fail_on must be one of breaks, risks, hints, never"),
        ({"fail_on": []}, "fail_on must be one of breaks, risks, hints, never"),
        ({"fail_on": None}, "fail_on must be one of breaks, risks, hints, never"),
        ({"colour": 1}, "colour is no field here; the fields are sizes, size, fail_on"),
        ({1: 1}, "1 is no field here; the fields are sizes, size, fail_on"),
        ({"\ud800": 1}, "? is no field here; the fields are sizes, size, fail_on"),
    ],
)
def test_a_refusal_names_the_part_and_says_what_to_write(data: Any, says: str) -> None:
    with pytest.raises(MisfitError) as refused:
        decode(Limited, data)
    assert str(refused.value) == says


def test_what_is_within_its_limits_is_taken() -> None:
    assert decode(Limited, {"sizes": [9, -(10**400)], "size": 9}) == Limited(sizes=(9, -(10**400)), size=9.0)
    assert decode(Limited, {"size": None}) == Limited()


def test_limits_are_published() -> None:
    published = TypeAdapter(Limited).json_schema()["properties"]
    assert published["sizes"]["maxItems"] == 2
    assert published["sizes"]["items"] == {"type": "integer", "exclusiveMaximum": 10}
    assert published["size"]["anyOf"][0] == {"type": "number", "exclusiveMaximum": 10}


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_half_a_character_is_no_text(text: str) -> None:
    for data in ({"name": text, "tall": True}, {"name": "", "tall": True, "named": {text: 1.0}}):
        with pytest.raises(MisfitError, match="half a character"):
            decode(Tree, data)


@pytest.mark.parametrize("hint", [set[int], int | str, tuple[int, str], dict[int, str], bytes, frozenset])
def test_a_hint_that_is_not_read_is_said_so(hint: Any) -> None:
    with pytest.raises(TypeError):
        decode(hint, [])


def test_every_hint_of_every_kind_of_evidence_is_read() -> None:
    """In a fresh interpreter: tests declare kinds of their own."""
    program = (
        "import importlib, pkgutil, sys\n"
        "from doctor import decode, evidence\n"
        "def kinds(kind):\n"
        "    return [kind, *(each for derived in kind.__subclasses__() for each in kinds(derived))]\n"
        "for found in pkgutil.iter_modules(evidence.__path__):\n"
        "    importlib.import_module(f'doctor.evidence.{found.name}')\n"
        "for kind in kinds(evidence.Facts):\n"
        "    decode._plan(kind)\n"
        "print(len(kinds(evidence.Facts)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) > 10
