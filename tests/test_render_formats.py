"""The formats that machines read: JSON, JUnit, health+json, embedded metrics. Each is read back by another's parser."""

import dataclasses
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doctor import registry
from doctor.console.schema import schema
from doctor.render import emf, health, junit
from doctor.render import json as json_form
from doctor.verdict import FailOn, Finding, Outcome, Severity, Status, Timings, Verdict
from tests import hostile

EMPTY = Verdict(status=Status.INCONCLUSIVE, headline="Nothing was examined")
CASES = [
    *((verdict, "") for verdict, _ in hostile.square()),
    *((hostile.aimed(text), text) for text in hostile.STRINGS),
]


def said(text: str) -> str:
    """A text as UTF-8 can say it."""
    return text.encode(errors="replace").decode()


def findings() -> st.SearchStrategy[tuple[Finding, ...]]:
    one = st.builds(
        lambda number, outcome, severity: hostile.finding(
            outcome, f"area.check-{number}", id=f"area.check-{number}@s", severity=severity
        ),
        st.integers(0, 99),
        st.sampled_from(Outcome),
        st.sampled_from(Severity),
    )
    return st.lists(one, max_size=12).map(tuple)


VERDICTS = st.builds(
    lambda status, fail_on, found: hostile.verdict(status=status, fail_on=fail_on, findings=found),
    st.sampled_from(Status),
    st.sampled_from(FailOn),
    findings(),
)


class TestJson:
    def test_it_is_ascii_and_reads_back_as_the_verdict(self) -> None:
        for verdict, _ in CASES:
            text = json_form.render(verdict)
            assert text.isascii()
            assert text.replace("\n", "").isprintable()
            assert json.loads(text) == json_form.plain(verdict)
            assert json.loads(text)["headline"] == said(verdict.headline)

    def test_a_reply_can_be_sent(self) -> None:
        """Lambda's runtime encodes the reply as UTF-8, which cannot say a lone surrogate."""
        for verdict, _ in CASES:
            json.dumps(json_form.plain(verdict), ensure_ascii=False).encode()

    def test_it_fits_its_schema(self) -> None:
        import jsonschema

        validator = jsonschema.Draft202012Validator(schema("verdict"))
        for verdict in (EMPTY, hostile.verdict(), *(verdict for verdict, _ in CASES[::20])):
            validator.validate(json_form.plain(verdict))

    @pytest.mark.parametrize("most", [1_500, 4_000, 20_000, 10**6])
    def test_a_reply_that_would_be_too_large_keeps_its_diagnoses(self, most: int) -> None:
        several = tuple(
            hostile.finding(outcome, f"area.check-{number}", message="m" * 80)
            for number in range(60)
            for outcome in Outcome
        )
        verdict = hostile.verdict(findings=several, casefile={"evidence": "e" * 10**5}, diagnoses=())
        kept = json_form.fit(verdict, most)
        assert len(json.dumps(json_form.plain(kept))) <= max(most, 2000)
        left = {finding.outcome for finding in kept.findings}
        order = [Outcome.NOT_APPLICABLE, Outcome.OK, Outcome.UNKNOWN, Outcome.PROBLEM]
        assert left == set(order[len(order) - len(left) :])
        assert ("left out for size" in kept.headline) == (len(left) < 4)
        if most < 10**5:
            assert kept.casefile == {"omitted": f"the reply would exceed {most} bytes"}


class TestJunit:
    @staticmethod
    def read(verdict: Verdict) -> ElementTree.Element:
        return ElementTree.fromstring(junit.render(verdict).encode())

    @settings(max_examples=150)
    @given(VERDICTS)
    def test_the_counts_are_those_of_the_cases_and_green_means_healthy(self, verdict: Verdict) -> None:
        suite = self.read(verdict)
        cases = suite.findall("testcase")
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[attribute]) == sum(case.find(tag) is not None for case in cases)
        assert int(suite.attrib["tests"]) == len(cases) >= len(verdict.findings)
        decisive = {finding.outcome for finding in verdict.findings if finding.severity.reaches(verdict.fail_on)}
        assert (suite.attrib["failures"] != "0") == (Outcome.PROBLEM in decisive)
        if verdict.status is not Status.HEALTHY or Outcome.UNKNOWN in decisive:
            assert suite.attrib["failures"] != "0" or suite.attrib["errors"] != "0"

    def test_each_outcome_is_what_a_ci_server_calls_it(self) -> None:
        suite = self.read(hostile.verdict())
        assert [case[0].tag for case in suite.findall("testcase")] == ["failure", "error", "system-out", "skipped"]
        assert [suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
        assert suite.attrib["time"] == "1.250"

    def test_a_problem_below_the_threshold_fails_no_build_and_is_told(self) -> None:
        hint = hostile.finding(Outcome.PROBLEM, "client.slow", severity=Severity.HINTS)
        suite = self.read(hostile.verdict(status=Status.HEALTHY, findings=(hint,)))
        assert (suite.attrib["failures"], suite.attrib["errors"], suite.attrib["skipped"]) == ("0", "0", "1")
        assert "problem of severity hints" in suite.findall("testcase/skipped")[0].attrib["message"]

    @pytest.mark.parametrize("outcomes", [(), (Outcome.NOT_APPLICABLE,)])
    def test_nothing_examined_is_an_error_and_no_pass(self, outcomes: tuple[Outcome, ...]) -> None:
        found = tuple(hostile.finding(outcome, "reach.not-tls") for outcome in outcomes)
        suite = self.read(dataclasses.replace(EMPTY, findings=found))
        assert suite.attrib["errors"] == "1"
        assert suite.findall("testcase/error")[0].attrib["message"] == "Nothing was examined"

    def test_its_shape_is_the_one_that_ci_servers_read(self) -> None:
        """Element for element as in Jenkins' junit-10.xsd; strangers' text adds none and XML can say all of it."""
        for verdict, _ in CASES:
            suite = self.read(verdict)
            assert suite.tag == "testsuite"
            assert set(suite.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}
            assert [element.tag for element in suite] == ["properties"] + ["testcase"] * len(verdict.findings)
            for case in suite.findall("testcase"):
                assert set(case.attrib) == {"classname", "name", "time"}
                assert len(case) == 1
                assert case[0].tag in {"failure", "error", "skipped", "system-out"}
                assert set(case[0].attrib) <= {"message", "type"}
                assert len(case[0]) == 0


class TestHealth:
    """draft-inadarei-api-health-check-05, section 3 and 4."""

    @settings(max_examples=100)
    @given(VERDICTS)
    def test_it_passes_exactly_where_all_is_well(self, verdict: Verdict) -> None:
        document = json.loads(health.render(verdict))
        problems = [finding for finding in verdict.findings if finding.outcome is Outcome.PROBLEM]
        expected = {True: "warn" if problems else "pass", False: "fail"}[verdict.status is Status.HEALTHY]
        assert document["status"] == expected
        for entries in document["checks"].values():
            for entry in entries:
                assert entry["status"] in {"pass", "fail", "warn"}
                assert entry["status"] == "pass" or entry["output"]
                assert entry["status"] != "pass" or not set(entry) & {"output", "affectedEndpoints"}

    def test_its_members_are_the_drafts(self) -> None:
        for verdict, _ in CASES:
            text = health.render(verdict)
            assert text.isascii()
            document: dict[str, Any] = json.loads(text)
            assert set(document) <= {
                *("status", "version", "releaseId", "notes", "output", "checks", "links", "serviceId", "description")
            }
            assert isinstance(document["notes"], list)
            for entries in document["checks"].values():
                assert isinstance(entries, list)
                assert all(set(entry) <= {"componentId", "status", "output", "affectedEndpoints"} for entry in entries)

    def test_what_is_unknown_is_no_pass(self) -> None:
        assert json.loads(health.render(EMPTY))["status"] == "fail"
        checks = json.loads(health.render(hostile.verdict()))["checks"]
        assert checks["reach.no-response"][0]["status"] == "fail"
        assert checks["dns.name-not-found"][0] == {"componentId": "the subject", "status": "pass"}
        assert "client.endpoint-override" not in checks


class TestEmf:
    """CloudWatch's embedded metric format: one JSON object in one line, what it names are members beside `_aws`."""

    def test_every_line_is_one_that_cloudwatch_reads(self) -> None:
        for verdict, _ in [*CASES, (EMPTY, ""), (hostile.verdict(), "")]:
            line = emf.render(verdict, at=1_700_000_000.5)
            assert line.isascii()
            assert line.isprintable()
            document = json.loads(line)
            assert document["_aws"]["Timestamp"] == 1_700_000_000_500
            (directive,) = document["_aws"]["CloudWatchMetrics"]
            assert 0 < len(directive["Namespace"]) <= 256
            assert 0 < len(directive["Metrics"]) <= 100
            for metric in directive["Metrics"]:
                assert type(document[metric["Name"]]) in (int, float)
                assert metric["Unit"] in {"Count", "Milliseconds"}
            for dimensions in directive["Dimensions"]:
                assert len(dimensions) <= 30
                assert all(0 < len(document[name]) <= 1024 for name in dimensions)

    @settings(max_examples=100)
    @given(VERDICTS)
    def test_exactly_one_status_counts(self, verdict: Verdict) -> None:
        document = json.loads(emf.render(verdict, at=0))
        assert [document[name] for name in ("Healthy", "Unhealthy", "Inconclusive")] == [
            int(verdict.status is status) for status in Status
        ]
        assert document["Problems"] == sum(finding.outcome is Outcome.PROBLEM for finding in verdict.findings)
        assert document["BreakingProblems"] <= document["Problems"]
        assert document["Unknowns"] == sum(finding.outcome is Outcome.UNKNOWN for finding in verdict.findings)

    def test_the_only_dimension_is_the_function(self) -> None:
        """Each combination of dimensions is billed as a metric of its own."""
        document = json.loads(emf.render(hostile.verdict(timings=Timings(budget=20, reserve=1, total=0.1234)), at=0))
        assert document["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["function"]]
        assert (document["function"], document["status"], document["diagnosis"]) == (
            "jobs",
            "unhealthy",
            "reach.connect-timeout",
        )
        assert document["Duration"] == 123.4
        assert json.loads(emf.render(EMPTY, at=0))["function"] == "none"


def test_the_verdict_names_only_checks_that_exist() -> None:
    """The sample that all these tests render is no fantasy."""
    named = {finding.check for finding in hostile.verdict().findings}
    assert named <= set(registry.built_in())
