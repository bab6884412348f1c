"""The deployed entry: any event in, a verdict out; one metric line; a reply that Lambda can carry."""

import gc
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import handler
from doctor import answer
from doctor.render import json as json_form
from doctor.verdict import FailOn, Finding, Outcome, Severity, Source, Status, Verdict
from tests.evidence import CASES, sealed
from tests.evidence.build import caller
from tests.invented import fine, seen

ROOT = Path(__file__).parent.parent
PLAIN = {"doctor": {"only": ["credentials.profile-selected"], "budget_seconds": 5}}
KEYS = {
    *("schema_version", "status", "headline", "fail_on", "diagnoses", "findings", "not_asked", "timings", "runtime"),
    *("plugins", "casefile", "error"),
}


def context(seconds: float) -> SimpleNamespace:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: int(seconds * 1000))


def invoke(event: object, capsys: pytest.CaptureFixture[str], seconds: float = 30) -> tuple[dict[str, Any], list[str]]:
    reply = handler.handler(event, context(seconds))
    assert json.loads(json.dumps(reply, allow_nan=False)) == reply
    return reply, capsys.readouterr().out.splitlines()


def test_the_reply_is_the_verdict_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    reply, _ = invoke(PLAIN, capsys)
    assert set(reply) >= KEYS
    assert (reply["schema_version"], reply["status"], reply["error"]) == ("1", "healthy", None)
    assert reply["timings"]["budget"] == 5


class TestTheMetric:
    """One line of embedded metric format a run, alone on standard output."""

    @pytest.mark.parametrize(
        "event",
        [PLAIN, {"doctor": {"colour": "red"}}, [], {"doctor": {"evidence": []} | PLAIN["doctor"]}],
        ids=["sound", "refused", "malformed", "no-foreign-evidence"],
    )
    def test_one_line_and_its_shape(self, event: object, capsys: pytest.CaptureFixture[str]) -> None:
        reply, lines = invoke(event, capsys)
        (line,) = map(json.loads, lines)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert isinstance(line["_aws"]["Timestamp"], int)
        assert abs(line["_aws"]["Timestamp"] / 1000 - time.time()) < 60
        assert directive["Namespace"]
        assert directive["Dimensions"] == [["function"]]
        for metric in directive["Metrics"]:
            assert metric["Unit"] in ("Count", "Milliseconds")
            assert isinstance(line[metric["Name"]], int | float)
            assert math.isfinite(line[metric["Name"]])
        assert all(isinstance(line[name], str) for (name,) in directive["Dimensions"])
        assert line["status"] == reply["status"]
        assert line[reply["status"].capitalize()] == 1
        assert line["Healthy"] + line["Unhealthy"] + line["Inconclusive"] == 1

    def test_none_with_foreign_evidence(self, capsys: pytest.CaptureFixture[str]) -> None:
        foreign = [json.loads(json.dumps(asdict(item))) for item in sealed(*CASES["credentials.rejected"].failing[0])]
        _, lines = invoke({"doctor": PLAIN["doctor"] | {"evidence": foreign}}, capsys)
        assert lines == []


@pytest.mark.parametrize(
    "event",
    [
        [],
        [{}],
        "text",
        7,
        1.5,
        True,
        {"doctor": 7},
        {"doctor": {"targets": 7}},
        {"targets": ["sqs"]},
        {"doctor": {"a": {}}},
    ],
    ids=repr,
)
def test_bad_input_is_a_refusal_and_never_a_traceback(event: object, capsys: pytest.CaptureFixture[str]) -> None:
    reply, _ = invoke(event, capsys)
    assert reply["status"] == "inconclusive"
    assert reply["error"]["type"] == "InvalidRequest"
    assert reply["error"]["field"]
    assert reply["error"]["message"]
    assert "Traceback" not in json.dumps(reply)
    assert (reply["findings"], reply["diagnoses"]) == ([], [])


def test_a_failure_of_the_doctor_itself_is_a_verdict_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "canary-canary")

    def fails(*_: object, **__: object) -> Verdict:
        raise RuntimeError("something with canary-canary in it")

    monkeypatch.setattr(answer, "answer", fails)
    reply, lines = invoke(PLAIN, capsys)
    assert reply["status"] == "inconclusive"
    assert "RuntimeError" in reply["headline"]
    assert "canary" not in json.dumps([reply, lines])


class TestTheTimeLeft:
    """`min(budget, remaining time, 25 s behind HTTP)`."""

    @staticmethod
    def budget(event: object, remaining: float | None) -> float:
        asked = answer.request.from_event(event, {})
        return answer._budget(asked, event, remaining)

    def test_is_the_least_of_all(self) -> None:
        assert self.budget({"doctor": {}}, None) == 20
        assert self.budget({"doctor": {"budget_seconds": 600}}, None) == 600
        assert self.budget({"doctor": {"budget_seconds": 600}}, 30) < 30
        assert self.budget({"doctor": {"budget_seconds": 600}, "requestContext": {}}, 300) == 25
        assert self.budget({"doctor": {"budget_seconds": 5}, "requestContext": {}}, 300) == 5

    @pytest.mark.parametrize("left", [1.0, 2.0])
    def test_a_verdict_comes_before_lambda_kills_us(self, left: float, capsys: pytest.CaptureFixture[str]) -> None:
        started = time.monotonic()
        reply, _ = invoke({"doctor": {"budget_seconds": 20}}, capsys, seconds=left)
        assert time.monotonic() - started < left
        assert reply["timings"]["budget"] < left

    def test_a_context_without_a_clock_is_no_error(self) -> None:
        assert handler.handler(PLAIN, None)["status"] == "healthy"


def verdict_of(findings: Sequence[Finding], **details: Any) -> Verdict:
    return Verdict(
        status=Status.UNHEALTHY, headline="words", fail_on=FailOn.BREAKS, findings=tuple(findings), **details
    )


class TestTheSizeOfTheReply:
    MOST = 100_000

    @staticmethod
    def many(outcome: Outcome, count: int) -> list[Finding]:
        found = seen("a.b", outcome=outcome).finding
        return [replace(found, id=f"{outcome}-{number}", message="ü" * 100) for number in range(count)]

    def test_what_fits_is_left_alone(self) -> None:
        verdict = verdict_of(self.many(Outcome.OK, 3), casefile={"a": 1})
        assert json_form.fit(verdict, self.MOST) is verdict

    def test_the_case_file_goes_first_and_says_so(self) -> None:
        verdict = verdict_of(self.many(Outcome.OK, 3), casefile={"a": "x" * self.MOST})
        fitted = json_form.fit(verdict, self.MOST)
        assert fitted.casefile
        assert "omitted" in fitted.casefile
        assert fitted.findings == verdict.findings

    @pytest.mark.parametrize("outcome", Outcome)
    def test_then_findings_the_least_decisive_first(self, outcome: Outcome) -> None:
        order = [Outcome.NOT_APPLICABLE, Outcome.OK, Outcome.UNKNOWN, Outcome.PROBLEM]
        few = [finding for other in Outcome if other is not outcome for finding in self.many(other, 3)]
        fitted = json_form.fit(verdict_of([*few, *self.many(outcome, 500)]), self.MOST)
        assert len(json.dumps(json_form.plain(fitted))) <= self.MOST
        left = {finding.outcome for finding in fitted.findings}
        assert left == set(order[order.index(outcome) + 1 :])
        assert f"500 {outcome.value}" in fitted.headline

    def test_lambdas_limit_is_kept(self) -> None:
        fitted = json_form.fit(verdict_of(self.many(Outcome.OK, 20_000)), answer.MOST_BYTES)
        assert len(json.dumps(json_form.plain(fitted))) <= 5_000_000 < 6 * 1024 * 1024

    def test_megabytes_brought_along_are_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Judging and masking them would outlast the budget."""
        plain = json.loads(json.dumps(asdict(sealed(*CASES["credentials.rejected"].failing[0])[0])))
        plain["facts"]["identity"]["message"] = "x" * 1000
        event = {"doctor": PLAIN["doctor"] | {"evidence": [plain] * 4500, "include_casefile": True}}
        assert len(json.dumps(event)) > 5_000_000
        reply, _ = invoke(event, capsys, seconds=60)
        assert reply["error"]["field"] == "doctor.evidence"
        assert reply["status"] == "inconclusive"


def test_the_case_file_is_included_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(PLAIN, capsys)[0]["casefile"] is None
    case = invoke({"doctor": PLAIN["doctor"] | {"include_casefile": True}}, capsys)[0]["casefile"]
    assert (case["schema_version"], case["request"]["only"]) == ("1", ["credentials.profile-selected"])


@pytest.fixture
def foreign_pydantic(tmp_path: Path) -> Path:
    """A folder with a pydantic-core that was built for another Python."""
    package = tmp_path / "pydantic"
    package.mkdir()
    (package / "__init__.py").write_text("from pydantic_core import _pydantic_core\n")
    core = tmp_path / "pydantic_core"
    core.mkdir()
    (core / "__init__.py").write_text("from pydantic_core._pydantic_core import x\n")
    (core / "_pydantic_core.cpython-39-x86_64-linux-gnu.so").write_bytes(
        b"\x7fELF\x02\x01\x01" + b"\0" * 11 + b"\x3e\0"
    )
    return tmp_path


def replied(event: object, before: Path) -> list[dict[str, Any]]:
    """The lines that a fresh interpreter prints, the reply last; `before` is where it looks for libraries first."""
    program = "import handler, json, sys; print(json.dumps(handler.handler(json.load(sys.stdin), None)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONPATH": str(before)},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("event", [{}, {"doctor": {"only": ["package.*"]}}], ids=["everything", "packages"])
def test_the_doctors_own_libraries_may_be_the_very_fault(event: object, foreign_pydantic: Path) -> None:
    metric, reply = replied(event, foreign_pydantic)
    assert set(reply) >= KEYS
    assert (reply["status"], reply["diagnoses"][0]["check"]) == ("unhealthy", "package.wrong-abi")
    assert "cpython-39" in reply["diagnoses"][0]["headline"]
    assert metric["Unhealthy"] == 1


def test_stage_0_names_what_does_not_import(foreign_pydantic: Path) -> None:
    """A package that lacks a part of the engine as well: the standard library alone still finds the foreign wheel."""
    (foreign_pydantic / "sitecustomize.py").write_text("import sys\nsys.modules['doctor.examine'] = None\n")
    metric, reply = replied({}, foreign_pydantic)
    assert set(reply) >= KEYS
    assert (reply["status"], reply["diagnoses"][0]["check"]) == ("unhealthy", "package.wrong-abi")
    assert "cpython-39" in reply["diagnoses"][0]["headline"]
    assert "reach.*" in reply["not_asked"]
    assert metric["Unhealthy"] == 1


def test_evidence_brought_along_needs_no_library(foreign_pydantic: Path) -> None:
    """It is read by the doctor itself, so that a broken pydantic does not hide what is asked for."""
    evidence = asdict(sealed(caller())[0])
    (reply,) = replied({"doctor": {"only": ["credentials.*"], "evidence": [evidence]}}, foreign_pydantic)
    assert set(reply) >= KEYS
    assert reply["error"] is None
    assert {finding["check"].partition(".")[0] for finding in reply["findings"]} >= {"credentials"}
    assert reply["diagnoses"][0]["check"] == "credentials.none-found"


def test_a_run_that_asks_for_no_libraries_needs_no_pydantic(foreign_pydantic: Path) -> None:
    _, reply = replied({"doctor": {"only": ["credentials.profile-selected"]}}, foreign_pydantic)
    assert (reply["status"], reply["error"]) == ("healthy", None)


def test_invented_findings_have_the_shape_of_real_ones() -> None:
    finding = fine("a.b").finding
    assert (finding.outcome, finding.severity, finding.sources) == (Outcome.OK, Severity.BREAKS, (Source.INSIDE,))


def test_a_warm_sandbox_keeps_no_garbage() -> None:
    """What is frozen is never collected again: a sandbox that lives for days would fill up."""
    frozen, collecting = gc.get_freeze_count(), gc.isenabled()
    handler.handler({"doctor": {"only": ["package.*"], "budget_seconds": 2}}, None)
    assert gc.get_freeze_count() <= frozen  # what is frozen already may still end
    assert gc.isenabled() is collecting
