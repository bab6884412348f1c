"""Ways to a false "healthy" that were tried, each closed: what was not looked at is unknown, whoever vouches for it."""

import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from doctor import answer, registry
from doctor.diagnosis import diagnose
from doctor.diagnosis.clearance import Answer
from doctor.evidence import Evidence, Facts, Missing, Reason, Vantage
from doctor.evidence import caller as caller_kind
from doctor.evidence.caller import Answer as Said
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.reach import Probe, Reach, Tcp, Tls
from doctor.examine import Run, examine
from doctor.join import join
from doctor.judge import judge
from doctor.probe import forbidden
from doctor.request import InvalidRequest, Request, ServiceTarget, from_event
from doctor.schedule import Schedule
from doctor.verdict import FailOn, Outcome, Severity, Status
from doctor.world import World
from tests.evidence.build import caller, identity, probe, reach

QUIET = {"AWS_EC2_METADATA_DISABLED": "true", "PATH": os.defpath, "HOME": "/nonexistent"}
SIGNING = {
    "AWS_ACCESS_KEY_ID": "AKIA3Q7JWF5KX2MB6TZD",
    "AWS_SECRET_ACCESS_KEY": "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",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
CLOSED = {"host": "127.0.0.1", "port": 9, "tls": False}


def world(request: Request | None = None, **changed: Any) -> World:
    return World(request=request or Request(), until=time.monotonic() + 5, environ=QUIET, **changed)


def seal(facts: Facts, function: str | None) -> Evidence:
    return Evidence.of(facts, vantage=Vantage(function=function), at="2026-01-01T00:00:00.000+00:00", took=0.1)


class TestEvidenceBroughtAlong:
    """A sandbox's own fresh look decides, not somebody's word."""

    def test_of_this_very_function_is_set_aside(self) -> None:
        at = replace(
            world(), environ=QUIET | {"AWS_LAMBDA_FUNCTION_NAME": "jobs"}, known=(seal(reach(probe()), "jobs"),)
        )
        (item,) = join(at, ())
        assert isinstance(item, Missing)
        assert item.reason is Reason.NOT_ASKED

    def test_of_a_laptop_says_nothing_of_a_function(self) -> None:
        known = (seal(caller(), None), seal(reach(probe()), None))
        assert all(isinstance(item, Missing) for item in join(world(Request(function="jobs"), known=known), ()))

    def test_of_the_function_that_is_examined_counts(self) -> None:
        known = (seal(caller(), "jobs"),)
        assert join(world(Request(function="jobs"), known=known), ()) == known

    def test_forged_reach_does_not_make_a_closed_port_healthy(self) -> None:
        forged = asdict(seal(Reach(host="127.0.0.1", port=9, probes=(probe(address="127.0.0.1"),)), None))
        environ = QUIET | {"DOCTOR_TARGETS": json.dumps([CLOSED]), "DOCTOR_ALLOW_LOCAL": "1"}
        event = {"doctor": {"evidence": [forged], "only": ["reach.*"], "budget_seconds": 5}}
        verdict = answer.answer(event, None, time.monotonic(), environ)
        assert verdict.status is Status.UNHEALTHY
        assert verdict.diagnoses[0].check == "reach.connection-refused"


def test_a_collector_that_dies_half_way_leaves_no_target_unmentioned(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(cls: type[Endpoint], world: World) -> Iterator[Endpoint]:
        yield cls(host="127.0.0.1", port=9, tls=False, expected=False)
        os._exit(3)

    monkeypatch.setattr(Endpoint, "collect", classmethod(half))
    request = Request(targets=(), only=("reach.*", "dns.*"))
    schedule = Schedule(time.monotonic(), 5.0)
    run = Run(world=replace(world(request), environ=QUIET | {"DOCTOR_ALLOW_LOCAL": "1"}), schedule=schedule, verify=str)
    verdict = examine(run).verdict
    assert verdict.status is Status.INCONCLUSIVE
    assert "doctor.check-crashed@endpoint" in {finding.id for finding in verdict.findings}


def test_a_collector_cannot_speak_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def forge(cls: type[Endpoint], world: World) -> Iterator[Facts]:
        yield caller(identity(Said.ACCEPTED))

    monkeypatch.setattr(Endpoint, "collect", classmethod(forge))
    schedule = Schedule(time.monotonic(), 5.0)
    run = Run(world=world(Request(only=("dns.*",))), schedule=schedule, verify=str)
    assert examine(run).verdict.status is Status.INCONCLUSIVE


def test_a_run_that_saw_nothing_outside_is_not_healthy() -> None:
    """No target, and STS out of reach: all that is known is that nothing is wrong inside."""
    environ = QUIET | {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIA" + "0" * 15 + "1",
        "AWS_SECRET_ACCESS_KEY": "x1Y2" * 10,
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    event = {"doctor": {"only": ["identity.*", "credentials.*"], "budget_seconds": 5}}
    verdict = answer.answer(event, None, time.monotonic(), environ)
    assert verdict.status is Status.INCONCLUSIVE, verdict.headline
    assert "ProxyError" in verdict.headline


@pytest.mark.parametrize(
    ("only", "targets", "words"),
    [
        ("credentials.profile-selected", [], "no target was named, so no network path was tried"),
        ("credentials.profile-selected", [CLOSED], "no target was probed, since no selected check needs it"),
        ("reach.*", [CLOSED | {"reachable": False}], "127.0.0.1:9 is not reached, as declared"),
    ],
)
def test_health_claims_no_more_than_was_looked_at(only: str, targets: list[Any], words: str) -> None:
    environ = QUIET | {"DOCTOR_TARGETS": json.dumps(targets), "DOCTOR_ALLOW_LOCAL": "1"}
    verdict = answer.answer({"doctor": {"only": [only], "budget_seconds": 5}}, None, time.monotonic(), environ)
    assert verdict.status is Status.HEALTHY, verdict.headline
    assert verdict.headline.startswith("Nothing is wrong in what ")
    assert words in verdict.headline


def test_an_answer_does_not_excuse_a_broken_isolation() -> None:
    from doctor import registry
    from doctor.judge import judge

    facts = Reach(host="sqs.us-east-1.amazonaws.com", port=443, service="sqs", expected=False, probes=(probe(),))
    check = registry.load("reach.expectation-failed")
    judged = judge(check, (seal(facts, "jobs"),))
    target = facts.concerns
    commands = diagnose.Commands(lambda _: "")
    reasoning = diagnose.reason(judged, {check.id: check}, [Answer(target, "10.0.0.1")], [target], commands)
    assert diagnose.status(reasoning.findings, FailOn.BREAKS) is Status.UNHEALTHY


def test_addresses_that_fail_at_different_rungs_stop_the_target() -> None:
    from doctor import registry
    from doctor.judge import judge

    probes = (probe(tcp=Tcp.REFUSED, tls=None, http=None), probe(address="10.0.0.2", tls=Tls.UNTRUSTED, http=None))
    known = (seal(reach(*probes), "jobs"),)
    checks = {id_: registry.load(id_) for id_ in ("reach.connection-refused", "reach.certificate-untrusted")}
    judged = [item for check in checks.values() for item in judge(check, known)]
    assert {item.finding.outcome for item in judged} == {Outcome.PROBLEM}
    assert diagnose.status([item.finding for item in judged], FailOn.BREAKS) is Status.UNHEALTHY


@pytest.mark.parametrize(
    "targets",
    [
        [{**CLOSED, "reachable": False}, CLOSED],
        [{"host": "a.b"}, {"host": "a.b", "tls": False}],
        ["sqs", {"service": "sqs", "reachable": False}],
    ],
)
def test_contradictory_targets_are_refused(targets: list[Any]) -> None:
    with pytest.raises(InvalidRequest, match="something else") as refused:
        from_event({}, {"DOCTOR_TARGETS": json.dumps(targets)})
    assert refused.value.field == "DOCTOR_TARGETS[1]"


def test_little_time_is_told_at_once() -> None:
    started = time.monotonic()
    verdict = answer.answer({}, 0.3, started, QUIET)
    assert verdict.status is Status.INCONCLUSIVE
    assert time.monotonic() - started < 0.25


def test_nobody_spells_out_a_variable_by_guessing_resources() -> None:
    environ = {
        "DB_PASSWORD": "correct horse",
        "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/jobs",
        "NAME": "orders",
    }
    for guess in ("correct", "c", "ord", "https://sqs"):
        with pytest.raises(InvalidRequest):
            from_event({"doctor": {"targets": [{"service": "sqs", "resource": guess}]}}, environ)
    for named in ("jobs", "orders", environ["QUEUE_URL"]):
        assert from_event({"doctor": {"targets": [{"service": "sqs", "resource": named}]}}, environ).targets


@pytest.mark.parametrize("address", ["64:ff9b:1::a9fe:a9fe", "::ffff:0:7f00:1", "2001:db8::5efe:7f00:1", "fec0::1"])
def test_addresses_that_hide_others_are_refused(address: str) -> None:
    assert forbidden.refusal(address, allow_loopback=False)


def test_the_runtimes_own_services_are_nobodys_target() -> None:
    environ = QUIET | {"DOCTOR_ALLOW_LOCAL": "1", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9"}
    environ["DOCTOR_TARGETS"] = json.dumps([CLOSED])
    verdict = answer.answer({"doctor": {"only": ["reach.*"], "budget_seconds": 5}}, None, time.monotonic(), environ)
    assert verdict.status is Status.INCONCLUSIVE
    assert "never probed" in " ".join(finding.message for finding in verdict.findings)


def test_thousands_of_targets_are_judged_in_time() -> None:
    from doctor.examine import judge_again

    answered = Probe(address="198.51.100.1", tcp=Tcp.TIMEOUT, tcp_took=1.0)
    known = tuple(
        seal(Reach(host=f"h{number}.internal", port=443, probes=(answered,)), "jobs") for number in range(2000)
    )
    schedule = Schedule(time.monotonic(), 20.0)
    run = Run(world=world(Request(only=("reach.connect-timeout",))), schedule=schedule, verify=str)
    verdict = judge_again(run, known).verdict
    assert verdict.status is Status.UNHEALTHY
    assert len(verdict.diagnoses) == 1


class TestNobodyJudgedTheCredentials:
    """STS may be out of reach without any fault; a declared service that was asked in its place may not just be slow."""

    @pytest.mark.parametrize(
        ("error", "mute", "severity"),
        [
            ("", ("sqs",), Severity.BREAKS),
            ("ReadTimeoutError", ("sqs",), Severity.BREAKS),
            ("ConnectTimeoutError", (), Severity.HINTS),
        ],
        ids=["our time was over", "it was connected to and is mute", "it cannot be reached, which other checks tell"],
    )
    def test_in_time(
        self, monkeypatch: pytest.MonkeyPatch, error: str, mute: tuple[str, ...], severity: Severity
    ) -> None:
        def ask(_: World, service: str = "sts", **given: Any) -> caller_kind.Identity:
            why = "ConnectTimeoutError" if service == "sts" else error
            return caller_kind.Identity(instrument=service, answer=Said.UNREACHABLE, error=why)

        monkeypatch.setattr(caller_kind, "ask", ask)
        asked = world(Request(targets=(ServiceTarget(service="sqs"),)))
        (found,) = caller_kind.Caller.collect(asked)
        assert isinstance(found, caller_kind.Caller)
        assert found.identity.mute == mute
        (judged,) = judge(registry.load("credentials.rejected"), (seal(found, None),))
        assert (judged.finding.outcome, judged.finding.severity) == (Outcome.UNKNOWN, severity)


class TestWhatBotocoreReadsItself:
    """Settings outside of the environment's variables decide about every client of the application."""

    @pytest.fixture
    def home(self, clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # what collectors guard in their own child
        for name, value in SIGNING.items():
            monkeypatch.setenv(name, value)
        folder = clean_environment / ".aws"
        folder.mkdir()
        return folder

    def judged(self) -> list[tuple[Outcome, Severity, str]]:
        environ = dict(os.environ)
        asked = World(request=Request(), until=time.monotonic() + 5, environ=environ)
        (found,) = caller_kind.Caller.collect(asked)
        assert isinstance(found, caller_kind.Caller)
        told = judge(registry.load("credentials.rejected"), (seal(found, None),))
        return [(item.finding.outcome, item.finding.severity, item.finding.message) for item in told]

    @pytest.mark.parametrize(
        "config",
        [
            "[default]\nendpoint_url = {url}\n",
            "[default]\nservices = local\n[services local]\nsts =\n  endpoint_url = {url}\n",
        ],
        ids=["of the profile", "of its services"],
    )
    def test_no_signed_call_goes_where_a_configuration_file_says(self, home: Path, config: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            (home / "config").write_text(config.format(url=f"http://127.0.0.1:{server.getsockname()[1]}"))
            ((outcome, severity, message),) = self.judged()
            server.setblocking(False)
            with pytest.raises(BlockingIOError):
                server.accept()
        assert (outcome, severity) == (Outcome.UNKNOWN, Severity.BREAKS)
        assert "shared configuration" in message

    @pytest.mark.parametrize("attempts", ["0", "abc"])
    def test_a_setting_with_which_no_client_can_be_made(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, attempts: str
    ) -> None:
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", attempts)
        ((outcome, severity, message),) = self.judged()
        assert (outcome, severity) == (Outcome.UNKNOWN, Severity.BREAKS)
        assert "no signed call could be sent" in message
