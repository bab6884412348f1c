"""A case file may come from a stranger: every refusal names the field, and nothing else ever comes out."""

import json
import time
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doctor import casefile, strict_json
from doctor.evidence import Evidence, Missing, Reason
from doctor.examine import Examination, Run, judge_again
from doctor.request import Request
from doctor.schedule import Schedule
from doctor.verdict import InvalidRequest, Status
from doctor.world import World
from tests.evidence import CASES, sealed

FAILING = CASES["credentials.missing-session-token"].failing[0]


def examined(known: tuple[Evidence | Missing, ...], only: str = "credentials.missing-session-token") -> Examination:
    schedule = Schedule(time.monotonic(), 5.0)
    world = World(request=Request(only=(only,)), until=schedule.gathered, environ={})
    return judge_again(Run(world=world, schedule=schedule, verify=" ".join), known)


def recorded() -> dict[str, Any]:
    lost = Missing(kind="reach", reason=Reason.OUT_OF_TIME, detail="killed")
    plain: dict[str, Any] = json.loads(
        json.dumps(casefile.record(Request(budget_seconds=5), examined((*sealed(*FAILING), lost))))
    )
    return plain


RECORDED = recorded()


def changed(*path: str | int, to: object) -> dict[str, Any]:
    """The recorded case with one value replaced."""
    copy: Any = json.loads(json.dumps(RECORDED))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return copy  # type: ignore[no-any-return]


def test_a_verdict_has_a_version_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casefile, "CASEFILE_VERSION", "2")
    assert casefile.verdict_in(json.dumps(RECORDED["verdict"]), "verdict.json").status is Status.UNHEALTHY


def test_what_was_recorded_is_read_and_judged_alike() -> None:
    case = casefile.load(json.dumps(RECORDED), "case.json")
    assert case.request == Request(budget_seconds=5)
    assert [item.kind for item in case.evidence] == ["credentials", "application"]
    assert [(item.kind, item.reason) for item in case.missing] == [("reach", Reason.OUT_OF_TIME)]
    assert case.verdict
    assert case.verdict.status is Status.UNHEALTHY
    again = examined((*case.evidence, *case.missing)).verdict
    assert [diagnosis.check for diagnosis in again.diagnoses] == ["credentials.missing-session-token"]
    assert again.diagnoses == case.verdict.diagnoses
    assert {finding.id for finding in again.findings} == {finding.id for finding in case.verdict.findings}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON: it is empty"),
        ("{", "at line 1, column 2; it ends too soon: was it cut?"),
        (json.dumps(RECORDED)[:-20], "it ends too soon: was it cut?"),
        ('{"schema_version": "1', "is not JSON: Unterminated string starting at line 1, column 20; it ends too soon"),
        (json.dumps(RECORDED) + "}", f"is not JSON: Extra data at line 1, column {len(json.dumps(RECORDED)) + 1}"),
        ("\x00", "is not JSON"),
        ("{'a': 1}", "is not JSON"),
        ("[1, 2]", "is a JSON object, not list"),
        ("null", "is a JSON object, not NoneType"),
        ('"text"', "is a JSON object, not str"),
        ('{"schema_version": NaN}', "NaN"),
        ('{"schema_version": Infinity}', "Infinity"),
        ('{"schema_version": -Infinity}', "-Infinity"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "stands there twice"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        ("9" * 5000, "not usable JSON"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_is_not_strict_json_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        casefile.load(text, "case.json")
    assert words in str(refused.value)
    assert refused.value.field.startswith("case.json")


def test_a_key_that_stands_twice_is_named() -> None:
    text = json.dumps(RECORDED).replace('"recorded":', '"recorded": "", "recorded":', 1)
    with pytest.raises(InvalidRequest) as refused:
        casefile.load(text, "case.json")
    assert refused.value.field == "case.json.recorded"


def test_a_file_beyond_the_limit_is_refused_before_it_is_parsed() -> None:
    started = time.monotonic()
    with pytest.raises(InvalidRequest, match="larger than 20 MB"):
        casefile.load(" " * (strict_json.MOST_BYTES + 1), "case.json")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("version", ["0", "2", 1, None, [], {}, "1.0"])
def test_another_version_is_named_with_the_way_out(version: object) -> None:
    with pytest.raises(InvalidRequest, match="replay it with the doctor that wrote it") as refused:
        casefile.load(json.dumps(changed("schema_version", to=version)), "case.json")
    assert refused.value.field == "case.json.schema_version"


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (["recorded"], 7, "case.json.recorded"),
        (["request"], [], "case.json.request"),
        (["request", "budget_seconds"], "5", "case.json.request.budget_seconds"),
        (["request", "colour"], "red", "case.json.request.colour"),
        (["runtime", "python"], None, "case.json.runtime.python"),
        (["evidence"], {}, "case.json.evidence"),
        (["evidence", 0], 7, "case.json.evidence[0]"),
        (["evidence", 0, "kind"], 7, "case.json.evidence[0].kind"),
        (["evidence", 0, "source"], "outside", "case.json.evidence[0].source"),
        (["evidence", 0, "took"], "long", "case.json.evidence[0].took"),
        (["evidence", 0, "at"], "x", "case.json.evidence[0].at"),
        (["evidence", 0, "at"], "", "case.json.evidence[0].at"),
        (["evidence", 0, "facts"], [], "case.json.evidence[0].facts"),
        (["evidence", 0, "facts"], {}, "case.json.evidence[0].facts.keys"),
        (["evidence", 0, "facts", "keys"], "none", "case.json.evidence[0].facts.keys"),
        (["evidence", 0, "facts", "keys", "key"], "golden", "case.json.evidence[0].facts.keys.key"),
        (["evidence", 0, "facts", "colour"], "red", "case.json.evidence[0].facts.colour"),
        (["missing"], "reach", "case.json.missing"),
        (["missing", 0, "reason"], "tired", "case.json.missing[0].reason"),
        (["verdict", "status"], "fine", "case.json.verdict.status"),
        (["verdict", "findings", 0, "severity"], "grave", "case.json.verdict.findings[0].severity"),
        (["colour"], "red", "case.json.colour"),
    ],
)
def test_a_wrong_type_names_its_field(path: list[str | int], value: object, field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        casefile.load(json.dumps(changed(*path, to=value)), "case.json")
    assert refused.value.field == field


@pytest.mark.parametrize("field", ["schema_version", "recorded", "request", "runtime", "evidence", "missing"])
def test_a_field_that_is_missing_is_named(field: str) -> None:
    case = {name: value for name, value in RECORDED.items() if name != field}
    with pytest.raises(InvalidRequest) as refused:
        casefile.load(json.dumps(case), "case.json")
    assert refused.value.field == f"case.json.{field}"


@pytest.mark.parametrize(
    "kind", ["telepathy", "", "os", "..", "a b", "__init__", "json", "caller.Caller", "x" * 300, "k\u00e9"]
)
def test_evidence_of_an_unknown_kind_is_missing_and_never_ok(kind: str) -> None:
    case = casefile.load(json.dumps(changed("evidence", 0, "kind", to=kind)), "case.json")
    assert (kind, Reason.NOT_ASKED) in [(item.kind, item.reason) for item in case.missing]
    verdict = examined((*case.evidence, *case.missing)).verdict
    assert verdict.status is Status.INCONCLUSIVE


def test_target_and_answers_follow_from_the_facts_and_not_from_the_file() -> None:
    """Else a forged `answered` would clear a dead network."""
    (evidence,) = sealed(*CASES["reach.connect-timeout"].failing[0])
    forged = json.loads(json.dumps(asdict(evidence))) | {"answered": ["10.0.0.1"], "target": "x:1", "source": "control"}
    (known,) = casefile.brought_along((forged,), "evidence")
    assert known == evidence


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({}, "evidence[1].kind"),
        ({"kind": "reach", "reason": "bored"}, "evidence[1].reason"),
        ({"reason": "denied"}, "evidence[1].kind"),
        ({"kind": "reach", "source": "inside", "facts": {}, "at": "", "took": 0}, "evidence[1].facts.host"),
        ({"kind": "zone", "source": "inside", "facts": {"zone": "a"}, "at": "x", "took": 0}, "evidence[1].at"),
    ],
)
def test_evidence_brought_along_names_item_and_field(item: dict[str, Any], field: str) -> None:
    lost = {"kind": "caller", "reason": "denied"}
    with pytest.raises(InvalidRequest) as refused:
        casefile.brought_along((lost, item), "evidence")
    assert refused.value.field == field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, inner in steps for place in places(inner, (*path, step)))]


@given(st.sampled_from(places(RECORDED)[1:]), JSON)
@example(("evidence", 0, "facts"), {"keys": None, "error": "\ud800"})
@example(("evidence", 0, "took"), 10**400)
def test_whatever_stands_wherever_it_is_a_case_or_a_refusal(path: tuple[str | int, ...], value: object) -> None:
    refusal = None
    try:
        case = casefile.load(json.dumps(changed(*path, to=value)), "case.json")
        assert case.schema_version == casefile.CASEFILE_VERSION
    except InvalidRequest as refused:
        refusal = refused
    assert refusal is None or (refusal.field.startswith("case.json") and str(refusal))


@given(st.text(max_size=200) | st.text('{}[]",:0123456789.eE+-\\ truefalsn', max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    refusal = None
    try:
        strict_json.parse(text, "case.json")
    except InvalidRequest as refused:
        refusal = refused
    assert refusal is None or refusal.field.startswith("case.json")
