"""The verdict as JUnit XML, which CI servers turn into a test report: one test case a finding.

The report is green exactly where the verdict is healthy. A problem that reaches the run's threshold is a failure;
unknown at that severity is an error, since it is no pass; what does not apply, or lies below the threshold, is skipped.
"""

import re
from collections import Counter
from xml.etree import ElementTree

from doctor.verdict import FailOn, Finding, Outcome, Status, Verdict

# XML 1.0, production 2: characters that no document may hold, however they are written.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdict: Verdict) -> str:
    """The report as XML text."""
    cases = [_case(finding, verdict.fail_on) for finding in verdict.findings]
    # Nothing was examined, or what decided was left out for size: no finding says it, and no pass may be read from that.
    if verdict.status is not Status.HEALTHY and not {"failure", "error"} & set(map(_result, cases)):
        cases.append(_undecided(verdict))
    counts = Counter(map(_result, cases))
    suite = ElementTree.Element(
        "testsuite",
        name="lambda-network-doctor",
        tests=str(len(cases)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped=str(counts["skipped"]),
        time=f"{verdict.timings.total if verdict.timings else 0:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("status", verdict.status.value),
        ("headline", verdict.headline),
        ("fail_on", verdict.fail_on.value),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=_clean(value))
    suite.extend(cases)
    ElementTree.indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suite, encoding="unicode")}\n'


def _case(finding: Finding, fail_on: FailOn) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=_clean(finding.check), name=_clean(finding.id), time="0")
    message = _clean(finding.message)
    if finding.outcome is Outcome.OK:
        ElementTree.SubElement(case, "system-out").text = message
    elif finding.outcome is Outcome.NOT_APPLICABLE:
        ElementTree.SubElement(case, "skipped", message=message)
    elif not finding.severity.reaches(fail_on):
        below = f"{finding.outcome.value} of severity {finding.severity.value}, below the run's {fail_on.value}"
        ElementTree.SubElement(case, "skipped", message=f"{below}: {message}")
    else:
        kind = "failure" if finding.outcome is Outcome.PROBLEM else "error"
        ElementTree.SubElement(case, kind, message=message, type=finding.severity.value)
    return case


def _undecided(verdict: Verdict) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname="doctor", name="verdict", time="0")
    ElementTree.SubElement(case, "error", message=_clean(verdict.headline), type=verdict.status.value)
    return case


def _result(case: ElementTree.Element) -> str:
    return case[0].tag


def _clean(text: str) -> str:
    return _FORBIDDEN.sub(lambda match: f"\\u{{{ord(match[0]):04x}}}", text)
