"""The verdict as JUnit XML, which CI servers turn into a test report: one test case a finding.

A problem is a failure; unknown is an error, since it is no pass; what does not apply is skipped.
"""

import re
from xml.etree import ElementTree

from doctor.verdict import Finding, Outcome, Verdict

# XML 1.0, production 2: characters that no document may hold, however they are written.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(verdict: Verdict) -> str:
    """The report as XML text."""
    counts = {outcome: sum(finding.outcome is outcome for finding in verdict.findings) for outcome in Outcome}
    cases = len(verdict.findings) + (not verdict.findings)
    suite = ElementTree.Element(
        "testsuite",
        name="lambda-network-doctor",
        tests=str(cases),
        failures=str(counts[Outcome.PROBLEM]),
        errors=str(counts[Outcome.UNKNOWN] + (not verdict.findings)),
        skipped=str(counts[Outcome.NOT_APPLICABLE]),
        time=f"{verdict.timings.total if verdict.timings else 0:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("status", verdict.status.value),
        ("headline", verdict.headline),
        ("fail_on", verdict.fail_on.value),
    ):
        ElementTree.SubElement(properties, "property", name=name, value=_clean(value))
    for finding in verdict.findings:
        _case(suite, finding)
    if not verdict.findings:
        nothing = ElementTree.SubElement(suite, "testcase", classname="doctor", name="examination")
        ElementTree.SubElement(nothing, "error", message=_clean(verdict.headline), type=verdict.status.value)
    ElementTree.indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suite, encoding="unicode")}\n'


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=finding.check, name=_clean(finding.id))
    kind = {Outcome.PROBLEM: "failure", Outcome.UNKNOWN: "error", Outcome.NOT_APPLICABLE: "skipped"}.get(
        finding.outcome
    )
    if kind == "skipped":
        ElementTree.SubElement(case, kind, message=_clean(finding.message))
    elif kind:
        ElementTree.SubElement(case, kind, message=_clean(finding.message), type=finding.severity.value)
    else:
        ElementTree.SubElement(case, "system-out").text = _clean(finding.message)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub(lambda match: f"\\u{{{ord(match[0]):04x}}}", text)
