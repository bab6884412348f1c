"""Two runs beside each other: what may be called worse or better, and what cannot be compared."""

from dataclasses import replace

import pytest

from doctor.console.compare import Change, compare, render
from doctor.verdict import Finding, Outcome, Refusal, Runtime, Severity, Source, Status, Verdict, finding_id

OK, PROBLEM, UNKNOWN, NOT_APPLICABLE = Outcome.OK, Outcome.PROBLEM, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE


def found(
    check: str, outcome: Outcome, subject: str = "sqs", *, severity: Severity = Severity.BREAKS, symptom_of: str = ""
) -> Finding:
    targets = ("*",) if check.startswith("c") else ("sqs",)
    return Finding(
        id=finding_id(check, subject, targets),
        check=check,
        outcome=outcome,
        severity=severity,
        subject=subject,
        targets=targets,
        message=f"{subject} {outcome.value}",
        sources=(Source.INSIDE,),
        explained_by=symptom_of or None,
    )


def verdict(*findings: Finding, function: str | None = "jobs", region: str | None = "eu-west-1") -> Verdict:
    runtime = Runtime(doctor="1", python="3.13", architecture="arm64", region=region, function=function)
    return Verdict(status=Status.INCONCLUSIVE, headline="", findings=findings, runtime=runtime)


REACHED = found("reach.connect-timeout", OK)
TIMEOUT = found("reach.connect-timeout", PROBLEM)
UNREACHED = found("reach.connect-timeout", UNKNOWN)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (REACHED, REACHED, Change.SAME),
        (TIMEOUT, TIMEOUT, Change.SAME),
        (REACHED, TIMEOUT, Change.WORSE),
        (found("reach.connect-timeout", NOT_APPLICABLE), TIMEOUT, Change.WORSE),
        (TIMEOUT, REACHED, Change.BETTER),
        (TIMEOUT, found("reach.connect-timeout", NOT_APPLICABLE), Change.BETTER),
        (UNREACHED, TIMEOUT, Change.INCOMPARABLE),
        (REACHED, UNREACHED, Change.INCOMPARABLE),
        (UNREACHED, REACHED, Change.SAME),
        (UNREACHED, UNREACHED, Change.SAME),
    ],
)
def test_one_check_about_one_subject(before: Finding, after: Finding, change: Change) -> None:
    assert compare(verdict(before), verdict(after)).change is change


@pytest.mark.parametrize(
    "other",
    [
        verdict(TIMEOUT, function="mails"),
        verdict(TIMEOUT, function=None),
        verdict(TIMEOUT, region="us-east-1"),
        verdict(TIMEOUT, replace(TIMEOUT, id="x", targets=("sns",))),
        verdict(found("credentials.rejected", PROBLEM)),
        replace(verdict(TIMEOUT), error=Refusal(type="InvalidRequest", field="x", message="y")),
    ],
)
def test_runs_of_different_things_are_incomparable_even_if_something_broke(other: Verdict) -> None:
    for pair in ((verdict(REACHED), other), (other, verdict(REACHED))):
        compared = compare(*pair)
        assert compared.change is Change.INCOMPARABLE
        assert compared.reason
        assert not compared.broken


def caller(outcome: Outcome, *targets: str) -> Finding:
    """As the check of the caller finds: where it fails it names the host that it called, else the whole process."""
    check, subject = "identity.caller-unknown", "the default credential chain"
    told = replace(found(check, outcome, subject), targets=targets)
    return replace(told, id=finding_id(check, subject, targets))


def test_a_place_that_a_check_names_only_where_it_fails_is_no_other_target() -> None:
    broken = verdict(REACHED, caller(PROBLEM, "sts.eu-west-1.amazonaws.com:443"))
    mended = verdict(REACHED, caller(OK, "*"))
    better = compare(broken, mended)
    assert (better.change, [each.check for each in better.mended]) == (Change.BETTER, ["identity.caller-unknown"])
    assert compare(mended, broken).change is Change.WORSE
    assert compare(broken, broken).change is Change.SAME
    # Where the other run came to no conclusion about the whole, nobody knows whether it was asked the same.
    for outcome in (UNKNOWN, NOT_APPLICABLE):
        assert compare(broken, verdict(REACHED, caller(outcome, "*"))).change is Change.INCOMPARABLE
    # A run with other targets besides is another run all the same.
    sns = replace(REACHED, id="x", targets=("sns",))
    assert compare(broken, verdict(REACHED, sns, caller(OK, "*"))).change is Change.INCOMPARABLE


def test_a_region_that_nobody_knew_is_no_other_region() -> None:
    missing = verdict(found("client.region-missing", PROBLEM), REACHED, region=None)
    assert compare(missing, verdict(found("client.region-missing", OK), REACHED)).change is Change.BETTER


def test_a_check_that_was_not_asked_before_tells_nothing_about_the_change() -> None:
    compared = compare(verdict(REACHED), verdict(REACHED, found("reach.not-tls", PROBLEM)))
    assert compared.change is Change.INCOMPARABLE
    assert "1 problem of the second run could not be told in the first" in render(compared)


def test_subjects_may_change_their_names() -> None:
    old, new = found("reach.connect-timeout", PROBLEM, "10.0.0.1"), found("reach.connect-timeout", PROBLEM, "10.0.0.2")
    well = found("reach.connect-timeout", OK, "10.0.0.2")
    assert compare(verdict(old), verdict(new)).standing == (new,)
    assert compare(verdict(old), verdict(well)).mended == (well,)
    # Beside an old problem that stands, a new subject's is new.
    assert compare(verdict(old), verdict(old, new)).broken == (new,)


def test_what_another_fault_hides_is_not_lost() -> None:
    silent = found("network.no-route", PROBLEM)
    compared = compare(verdict(REACHED, replace(silent, outcome=OK)), verdict(UNREACHED, silent))
    assert (compared.change, compared.broken, compared.lost) == (Change.WORSE, (silent,), ())
    standing = compare(verdict(REACHED, silent), verdict(UNREACHED, silent))
    assert (standing.change, standing.lost) == (Change.SAME, ())


def test_a_symptom_whose_fault_was_mended_is_not_lost() -> None:
    cause = found("credentials.none-found", PROBLEM)
    symptom = found("credentials.rejected", PROBLEM, symptom_of=cause.id)
    compared = compare(verdict(cause, symptom), verdict(replace(cause, outcome=OK), replace(symptom, outcome=UNKNOWN)))
    assert (compared.change, compared.lost) == (Change.BETTER, ())


def test_what_does_not_break_calls_is_not_lost() -> None:
    slow = found("client.slow-dns", OK, severity=Severity.RISKS)
    assert compare(verdict(slow), verdict(replace(slow, outcome=UNKNOWN))).change is Change.SAME


def test_what_is_lost_is_told_in_the_new_words() -> None:
    page = render(compare(verdict(REACHED), verdict(UNREACHED)))
    assert page.startswith("incomparable: 1 finding of the first run could not be told in the second\n")
    assert "no longer decided  reach.connect-timeout@sqs  sqs unknown" in page
    gone = render(compare(verdict(REACHED, found("reach.not-tls", OK)), verdict(REACHED)))
    assert "reach.not-tls@sqs  the second run did not look at it" in gone
