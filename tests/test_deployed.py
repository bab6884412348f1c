"""`doctor examine FUNCTION --via deployed` and `--inside`: moto answers for the account, and for the function as a row says."""

import io
import json
import shlex
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from doctor import casefile, location
from doctor.evidence import Evidence, Facts, Missing, Reason, Vantage
from doctor.evidence.names import Reply
from doctor.examine import Run, judge_again
from doctor.render import json as json_form
from doctor.request import Request
from doctor.schedule import Schedule
from doctor.world import World, now
from tests.answering import Answers, refusal
from tests.evidence import sealed
from tests.evidence.build import (
    CONNECTS,
    HOST,
    PLATFORM,
    SOUND,
    caller,
    credentials,
    endpoint,
    environment,
    identity,
    keys,
    looked,
    probe,
    reach,
    sandbox,
    system,
)
from tests.evidence.build import SILENT as DROPPED
from tests.network.account import REGION, Account
from tests.test_live import AMAZON, KEYS

cli = location.module(location.part("cli.py"), "doctor.cli")
ADDRESS, TARGET = "10.0.3.20", f"{HOST}:443"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> Iterator[Account]:
    """The function `orders` in a sound account, which is deployed by each test when it is broken as it shall be."""
    for name, value in (KEYS | {"AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # the doctor guards it for good
    with mock_aws():
        made = Account(["sqs"], monkeypatch)
        options = made.ec2.create_dhcp_options(DhcpConfigurations=AMAZON)["DhcpOptions"]["DhcpOptionsId"]
        made.ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=made.vpc)
        yield made


Ran = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def ran(*words: str) -> Ran:
        code = cli.run(list(words))
        return (code, *capsys.readouterr())

    return ran


def inside(function: str = "orders", *more: Facts, answers_tcp: bool = True) -> tuple[Evidence, ...]:
    """What a doctor in this function saw: sound credentials, and SQS at its endpoint."""
    way = probe(address=ADDRESS) if answers_tcp else replace(DROPPED, address=ADDRESS)
    facts = (
        *(
            credentials(keys()),
            PLATFORM,
            environment(),
            caller(identity(principal="assumed-role/orders")),
            sandbox(),
            endpoint(),
        ),
        *(looked(HOST, system(Reply.RESOLVED, ADDRESS)), reach(way)),
    )
    return tuple(replace(item, vantage=Vantage(function=function), at=now()) for item in sealed(*facts, *more))


def replied(known: tuple[Evidence | Missing, ...], **changed: Any) -> dict[str, Any]:
    """The verdict of a deployed doctor with its case file, as Lambda's API hands it over."""
    schedule = Schedule(time.monotonic(), 20.0)
    world = World(request=Request(only=("reach.*",)), until=schedule.gathered, environ={})
    examination = judge_again(Run(world=world, schedule=schedule, verify=" ".join), known)
    case = casefile.record(Request(), examination)
    return json.loads(json.dumps(json_form.plain(replace(examination.verdict, casefile=case)))) | changed


def payload(said: Any, error: str = "") -> dict[str, Any]:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return {"StatusCode": 200, "Payload": io.BytesIO(body), **({"FunctionError": error} if error else {})}


def verdict_of(said: Ran) -> tuple[int, dict[str, Any]]:
    return said[0], json.loads(said[1])


def grave(verdict: dict[str, Any]) -> list[str]:
    return [each["check"] for each in verdict["diagnoses"] if each["severity"] == "breaks"]


VIA = ("examine", "orders", "--via", "deployed", "--output", "json")


class TestBothSides:
    def test_a_blocker_is_certain_where_the_sandbox_met_it(
        self, account: Account, answers: Answers, run: Callable[..., Ran], tmp_path: Path
    ) -> None:
        account.shut_out(account.group)
        account.deploy()
        reply = replied(inside(answers_tcp=False))
        answers["Invoke"] = lambda arguments: payload(reply)
        case = tmp_path / "case.json"
        code, verdict = verdict_of(run(*VIA, "--target", "sqs", "--output", f"casefile={case}"))
        first = verdict["diagnoses"][0]
        assert (code, first["check"], first["confidence"]) == (1, "network.egress-blocked", "certain")
        assert f"reach.connect-timeout@{TARGET}" in first["explains"]
        assert shlex.split(first["verify"])[:7] == [
            "doctor",
            "examine",
            "orders",
            "--via",
            "deployed",
            "--target",
            "sqs",
        ]
        kept = json.loads(case.read_text())
        assert {item["source"] for item in kept["evidence"]} == {"inside", "control"}

    def test_the_same_evidence_gives_the_same_verdict_again(
        self, account: Account, answers: Answers, run: Callable[..., Ran], tmp_path: Path
    ) -> None:
        account.shut_in(account.endpoint_group)
        account.deploy()
        reply = replied(inside(answers_tcp=False))
        answers["Invoke"] = lambda arguments: payload(reply)
        case = tmp_path / "case.json"
        code, first = verdict_of(run(*VIA, "--budget", "30", "--output", f"casefile={case}"))
        again, second = verdict_of(run("replay", str(case), "--output", "json"))
        assert first["diagnoses"][0]["check"] == "network.endpoint-ingress-blocked"
        assert code == again == 1
        assert {**first, "timings": None} == {**second, "timings": None}

    def test_a_connection_contradicts_the_model(
        self, account: Account, answers: Answers, run: Callable[..., Ran]
    ) -> None:
        account.shut_out(account.group)
        account.deploy()
        reply = replied(inside())
        answers["Invoke"] = lambda arguments: payload(reply)
        _, verdict = verdict_of(run(*VIA, "--only", "network.*", "--only", "reach.*"))
        assert "network.model-contradicted" in {each["check"] for each in verdict["diagnoses"]}
        assert {each["severity"] for each in verdict["diagnoses"]} == {"hints"}
        assert verdict["status"] == "healthy"

    def test_credentials_of_the_function_are_judged_with_the_network(
        self, account: Account, answers: Answers, run: Callable[..., Ran]
    ) -> None:
        account.shut_out(account.group)
        account.deploy()
        known = tuple(
            replace(item, facts={**item.facts, "keys": {**item.facts["keys"], "token": False}})
            if item.kind == "credentials"
            else item
            for item in inside(answers_tcp=False)
        )
        reply = replied(known)
        answers["Invoke"] = lambda arguments: payload(reply)
        _, verdict = verdict_of(run(*VIA))
        named = [each["check"] for each in verdict["diagnoses"] if each["severity"] == "breaks"]
        assert set(named) == {"credentials.missing-session-token", "network.egress-blocked"}

    def test_what_is_asked_of_the_function(
        self, account: Account, answers: Answers, run: Callable[..., Ran], tmp_path: Path
    ) -> None:
        account.deploy()
        asked = tmp_path / "asked"
        reply = replied(inside())

        def invoke(arguments: dict[str, Any]) -> dict[str, Any]:
            asked.write_text(json.dumps({**arguments, "Payload": json.loads(arguments["Payload"])}))
            return payload(reply)

        answers["Invoke"] = invoke
        run(*VIA, "--target", "sqs", "--only", "reach.*", "--budget", "30")
        said = json.loads(asked.read_text())
        assert said["FunctionName"] == "orders"
        wanted = {"targets": [{"service": "sqs", "reachable": True}], "include_casefile": True}
        assert said["Payload"]["doctor"].pop("budget_seconds") == pytest.approx(13.5)
        assert said["Payload"] == {"doctor": wanted}


class TestADoctorBeside:
    """`--doctor-function`: its names and reach count where it stands in the function's network."""

    def deploy(self, account: Account, *groups: str) -> None:
        account.deploy()
        role = boto3.client("lambda").get_function_configuration(FunctionName="orders")["Role"]
        boto3.client("lambda").create_function(
            FunctionName="doctor",
            Runtime="python3.13",
            Role=role,
            Handler="handler.handler",
            Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
            VpcConfig={"SubnetIds": [account.first], "SecurityGroupIds": list(groups)},
        )

    @pytest.mark.parametrize("same", [True, False], ids=["same groups", "other groups"])
    @pytest.mark.sampled(2)
    def test_it_speaks_for_the_network_it_stands_in(
        self, account: Account, answers: Answers, run: Callable[..., Ran], same: bool
    ) -> None:
        account.shut_out(account.group)
        self.deploy(account, account.group if same else account.endpoint_group)
        reply = replied(inside("doctor", answers_tcp=False))
        answers["Invoke"] = lambda arguments: payload(reply)
        code, verdict = verdict_of(run(*VIA, "--doctor-function", "doctor"))
        first = verdict["diagnoses"][0]
        assert (code, first["check"]) == (1, "network.egress-blocked")
        assert first["confidence"] == ("certain" if same else "likely")
        assert "--via deployed --doctor-function doctor" in first["verify"] or not same
        assert "credentials.*" in verdict["not_asked"]
        found = [each for each in verdict["findings"] if each["check"] == "reach.connect-timeout"]
        assert [each["outcome"] for each in found] == (["problem"] if same else ["unknown"])
        assert same or "of which" in found[0]["message"] or "with sg-" in found[0]["message"]

    def test_where_it_stands_must_be_known(self, account: Account, answers: Answers, run: Callable[..., Ran]) -> None:
        account.deploy()
        reply = replied(inside("elsewhere"))
        answers["Invoke"] = lambda arguments: payload(reply)
        code, verdict = verdict_of(run(*VIA, "--doctor-function", "elsewhere", "--only", "reach.*"))
        assert (code, verdict["status"]) == (3, "inconclusive")
        assert "of which no subnets are known" in verdict["headline"]


REPLY = replied(inside())
REFUSED = {"type": "InvalidRequest", "field": "doctor.targets[0].host", "message": "db.x is not declared"}
DENIED = refusal("AccessDeniedException")
GONE = refusal("ResourceNotFoundException")
THROTTLED = refusal("TooManyRequestsException", "Rate Exceeded.")
RAISED = {"errorType": "KeyError", "errorMessage": "'Records' in password=hunter2hunter2", "stackTrace": []}
TIMED_OUT = {"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: x Error: Task timed out after 3.00 seconds"}
LARGE = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": "Response payload size exceeded"}


class TestNoAnswer:
    """One line and 3, or 2 where the operator's words are at fault; never a finding about the function."""

    @pytest.mark.parametrize(
        ("reply", "code", "words"),
        [
            (DENIED, 3, "allow lambda:InvokeFunction"),
            (GONE, 2, "FUNCTION: orders does not exist in us-east-1, account …9012"),
            (THROTTLED, 3, "TooManyRequestsException: Rate Exceeded."),
            (ReadTimeoutError(endpoint_url="https://lambda.us-east-1.amazonaws.com"), 3, "did not answer in time"),
            (payload(RAISED, "Unhandled"), 3, "orders failed and gave no verdict: KeyError: 'Records'"),
            (payload(RAISED), 3, "orders failed and gave no verdict: KeyError"),
            (payload(TIMED_OUT, "Unhandled"), 3, "Task timed out after 3.00 seconds"),
            (payload(b"2026-01-01 x Task timed out after 5.00 seconds"), 3, "ask with a smaller --budget"),
            (payload(LARGE, "Unhandled"), 3, "too large for Lambda: name fewer targets"),
            (payload(b'"' + b"x" * 7_100_000 + b'"'), 3, "too large: name fewer targets"),
            (payload(b""), 3, "no doctor answers in orders: wrap its handler with doctor.beside"),
            (payload(b"\xff\x00"), 3, "no doctor answers in orders"),
            (payload({"statusCode": 200, "body": "secret"}), 3, "no doctor answers in orders"),
            (payload([1, 2]), 3, "no doctor answers in orders"),
            (payload("done"), 3, "no doctor answers in orders"),
            (payload({"schema_version": "0", "findings": []}), 3, "speaks version '0' and this one '1'"),
            (payload(REPLY | {"error": REFUSED}), 2, "--target number 1, host: the doctor in orders says: db.x is not"),
            (
                payload(REPLY | {"error": {**REFUSED, "field": "doctor.colour"}}),
                3,
                "did not take the request: doctor.colour",
            ),
            (payload(REPLY | {"casefile": None}), 3, "sent no evidence: Nothing is wrong"),
            (payload(REPLY | {"casefile": {"omitted": "too much"}}), 3, "sent no evidence: it was too large"),
            (payload(REPLY | {"casefile": {"schema_version": "0"}}), 3, "cannot be read: casefile.schema_version"),
            (payload(REPLY | {"casefile": {**REPLY["casefile"], "evidence": [{}]}}), 3, "casefile.evidence[0]"),
            (payload(REPLY | {"casefile": {**REPLY["casefile"], "evidence": []}}), 3, "saw nothing from inside"),
        ],
        ids=lambda value: value[:40] if isinstance(value, str) else "",
    )
    @pytest.mark.usefixtures("account")
    @pytest.mark.sampled(6)
    def test_it_ends_with_one_line(
        self, answers: Answers, run: Callable[..., Ran], reply: Any, code: int, words: str
    ) -> None:
        answers["Invoke"] = reply
        ended, out, said = run(*VIA, "--target", "sqs")
        assert (ended, out) == (code, ""), said
        assert said.startswith("doctor: ")
        assert said.count("\n") == 1
        assert words in said
        assert "hunter2" not in said
        assert "Traceback" not in said

    def test_a_function_that_hangs_is_left(self, account: Account, answers: Answers, run: Callable[..., Ran]) -> None:
        here, there = socket.socketpair()
        with here, there:
            answers["Invoke"] = lambda arguments: here.recv(1)
            code, out, said = run(*VIA, "--budget", "1")
        assert (code, out) == (3, "")
        assert "did not answer within 0.7 s; --budget gives it more time" in said

    def test_a_named_doctor_that_is_missing_is_named(
        self, account: Account, answers: Answers, run: Callable[..., Ran]
    ) -> None:
        answers["Invoke"] = GONE
        code, _, said = run(*VIA, "--doctor-function", "doctor")
        assert (code, said.split(" does")[0]) == (2, "doctor: --doctor-function: doctor")

    def test_an_operator_without_credentials_is_told_to_log_in(
        self, account: Account, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in KEYS:
            monkeypatch.delenv(name)
        code, out, said = run(*VIA)
        assert (code, out) == (3, "")
        assert "aws configure" in said


class TestInside:
    """`--inside CASEFILE`: somebody saw it from inside, and the control side is asked here and now."""

    def brought(self, tmp_path: Path, known: tuple[Evidence | Missing, ...]) -> str:
        file = tmp_path / "brought.json"
        file.write_text(json.dumps(replied(known)["casefile"]))
        return str(file)

    def test_both_sides_are_judged_together(self, account: Account, run: Callable[..., Ran], tmp_path: Path) -> None:
        account.shut_out(account.group)
        account.deploy()
        file = self.brought(tmp_path, inside(answers_tcp=False))
        code, verdict = verdict_of(run("examine", "orders", "--inside", file, "--output", "json"))
        first = verdict["diagnoses"][0]
        assert (code, first["check"], first["confidence"]) == (1, "network.egress-blocked", "certain")
        assert "--via deployed" in first["verify"], "the old evidence would not show the mend"

    def test_a_functions_reply_does_as_well(self, account: Account, run: Callable[..., Ran], tmp_path: Path) -> None:
        account.deploy()
        file = tmp_path / "reply.json"
        file.write_text(json.dumps(replied(inside())))
        code, verdict = verdict_of(
            run(
                "examine",
                "orders",
                "--inside",
                str(file),
                "--only",
                "reach.*",
                "--only",
                "network.*",
                "--output",
                "json",
            )
        )
        assert (code, verdict["status"]) == (0, "healthy")
        assert f"network.model-contradicted@{TARGET}" in {each["id"] for each in verdict["findings"]}

    @pytest.mark.parametrize(
        ("known", "words"),
        [
            ((), "holds nothing that was seen from inside a function"),
            ((Missing(kind="reach", reason=Reason.CRASHED),), "holds nothing"),
            (tuple(replace(item, vantage=Vantage()) for item in sealed(CONNECTS, SOUND)), "no function"),
        ],
        ids=["empty", "nothing seen", "a laptop's"],
    )
    @pytest.mark.sampled(3)
    def test_what_says_nothing_of_a_function_is_two(
        self,
        account: Account,
        run: Callable[..., Ran],
        tmp_path: Path,
        known: tuple[Evidence | Missing, ...],
        words: str,
    ) -> None:
        file = self.brought(tmp_path, known)
        code, out, said = run("examine", "orders", "--inside", file)
        assert (code, out) == (2, "")
        assert said.startswith(f"doctor: {file}: ")
        assert words in said

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": "9"}', "\x00", '{"a": NaN}'])
    def test_what_is_no_case_file_is_two_and_named(self, run: Callable[..., Ran], tmp_path: Path, text: str) -> None:
        file = tmp_path / "bad.json"
        file.write_text(text)
        code, out, said = run("examine", "orders", "--inside", str(file))
        assert (code, out) == (2, "")
        assert str(file) in said

    @pytest.mark.parametrize("function", ["orders", f"arn:aws:lambda:{REGION}:123456789012:function:orders"])
    @pytest.mark.sampled(2)
    def test_of_its_namesake_in_another_region_it_says_nothing(
        self, account: Account, run: Callable[..., Ran], tmp_path: Path, function: str
    ) -> None:
        account.deploy()
        case = replied(inside())["casefile"]
        case["runtime"] = case["runtime"] | {"region": "eu-west-1"}
        file = tmp_path / "brought.json"
        file.write_text(json.dumps(case))
        code, verdict = verdict_of(run("examine", function, "--inside", str(file), "--output", "json"))
        assert (code, verdict["status"]) == (3, "inconclusive")
        assert "it was seen from function orders in eu-west-1" in str(verdict["findings"])
        assert grave(verdict) == []

    def test_of_its_namesake_in_another_account_it_says_nothing(
        self, account: Account, run: Callable[..., Ran], tmp_path: Path
    ) -> None:
        account.deploy()
        foreign = caller(replace(identity(principal="assumed-role/orders"), account="…1111", role_id="AROA…ZZZZ"))
        known = tuple(item for item in inside("orders", foreign) if item.facts != inside()[3].facts)
        code, verdict = verdict_of(
            run("examine", "orders", "--inside", self.brought(tmp_path, known), "--output", "json")
        )
        assert (code, verdict["status"]) == (3, "inconclusive")
        assert "it was seen from function orders in the account …1111" in str(verdict["findings"])
        assert grave(verdict) == []

    def test_what_was_seen_long_ago_is_not_so_now(
        self, account: Account, run: Callable[..., Ran], tmp_path: Path
    ) -> None:
        account.deploy()
        known = tuple(replace(item, at="2019-01-01T00:00:00.000+00:00") for item in inside())
        only = ("--only", "reach.*", "--only", "credentials.*", "--output", "json")
        file = self.brought(tmp_path, known)
        code, verdict = verdict_of(run("examine", "orders", "--inside", file, *only))
        assert (code, verdict["status"]) == (3, "inconclusive")
        assert "days ago" in verdict["headline"]
        replayed = verdict_of(run("replay", file, "--only", "reach.*", "--output", "json"))
        assert replayed[1]["status"] == "healthy", "a replay judges what was so when it was recorded"

    def test_a_target_that_nobody_tried_from_inside_is_undecided(
        self, account: Account, run: Callable[..., Ran], tmp_path: Path
    ) -> None:
        account.deploy()
        file = self.brought(tmp_path, inside())
        words = ("examine", "orders", "--inside", file, "--only", "reach.*", "--output", "json", "--target")
        assert verdict_of(run(*words, "sqs"))[0] == 0
        code, verdict = verdict_of(run(*words, "sqs", "--target", "kms"))
        assert (code, verdict["status"]) == (3, "inconclusive")
        assert "kms was not tried from inside" in verdict["headline"]

    def test_of_another_function_it_says_nothing(
        self, account: Account, run: Callable[..., Ran], tmp_path: Path
    ) -> None:
        account.deploy()
        file = self.brought(tmp_path, inside("invoices"))
        code, verdict = verdict_of(run("examine", "orders", "--inside", file, "--only", "reach.*", "--output", "json"))
        assert (code, verdict["status"]) == (3, "inconclusive")
        assert "it was seen from function invoices" in verdict["headline"]
