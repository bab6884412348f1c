"""The deployed doctor and its own function's configuration, in the real runtime, with moto as its AWS."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cli
from doctor import examine, registry
from doctor.demo.embedded import EmbeddedAWS
from doctor.demo.emulator import Function
from tests.emulated import need_emulator
from tests.test_scheduled import ROOT, run


@contextlib.contextmanager
def environment(*wrong: str) -> Iterator[dict[str, str]]:
    """That of a deployed doctor in an account with the function `orders`."""
    need_emulator()
    with EmbeddedAWS("tests.network.served", *wrong) as aws:
        yield {**aws.environ, "DOCTOR_ALLOW_LOCAL": "1", "DOCTOR_TARGETS": '["sqs"]'}


def scheduled(*wrong: str) -> dict[str, Any]:
    """The reply to a scheduled event of a function that is configured as `orders` is."""
    with environment(*wrong) as environ:
        return run(environ | {"AWS_LAMBDA_FUNCTION_NAME": "orders"})[0]


APPLICATION = """
import doctor

handler = doctor.beside(lambda event, context: {"echo": event})
"""


def test_both_sides_of_an_application_are_one_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the command line through Lambda's API into the sandbox, and back: the network from here, credentials from there."""
    (tmp_path / "app.py").write_text(APPLICATION)
    address, case = tmp_path / "address", tmp_path / "case.json"
    with environment("closed", f"invoke={address}") as environ:
        for name, value in {**environ, "AWS_DEFAULT_REGION": "us-east-1"}.items():
            monkeypatch.setenv(name, value)
        broken = {**environ, "AWS_LAMBDA_FUNCTION_NAME": "orders", "AWS_SESSION_TOKEN": ""}
        words = ["examine", "orders", "--via", "deployed", "--target", "sqs", "--budget", "10"]
        with Function(tmp_path, "app.handler", broken) as function:
            function.invoke({})  # it listens
            address.write_text(function._address)
            code = cli.run([*words, "--output", "json", "--output", f"casefile={case}"])
    verdict = json.loads(capsys.readouterr().out)
    named = {each["check"]: each["confidence"] for each in verdict["diagnoses"] if each["severity"] == "breaks"}
    assert code == 1
    assert {"credentials.missing-session-token", "network.egress-blocked"} <= set(named), verdict["headline"]
    vantages = {item["source"]: item["vantage"]["function"] for item in json.loads(case.read_text())["evidence"]}
    assert vantages == {"inside": "orders", "control": "orders"}


@pytest.mark.long
def test_a_doctor_names_what_blocks_a_function_that_was_declared() -> None:
    with environment("closed") as environ:
        declared = environ | {"AWS_LAMBDA_FUNCTION_NAME": "doctor", "DOCTOR_FUNCTIONS": '["orders"]'}
        with Function(ROOT, "handler.handler", declared) as function:
            verdict = function.invoke({"doctor": {"function": "orders"}})
    assert verdict["diagnoses"][0]["check"] == "network.egress-blocked", verdict["headline"]
    assert verdict["status"] == "unhealthy"


@pytest.mark.long
def test_what_its_own_connection_disproves_is_no_fault() -> None:
    """The emulator stands outside the account's network, so that its way to the target is open whatever the groups say.

    With packets that are dropped as the account says, `tests/lab` shows the blocker named by a scheduled run.
    """
    verdict = scheduled("closed")
    assert [each["check"] for each in verdict["diagnoses"]] == ["network.model-contradicted"]
    assert verdict["status"] == "healthy", verdict["headline"]


@pytest.mark.long
def test_a_sound_account_gives_no_problem() -> None:
    verdict = scheduled()
    problems = [finding["id"] for finding in verdict["findings"] if finding["outcome"] == "problem"]
    assert (verdict["status"], problems) == ("healthy", []), verdict["headline"]


@pytest.mark.long
def test_without_any_permission_the_actions_that_are_lacking_are_named() -> None:
    verdict = scheduled("denied")
    told = [finding for finding in verdict["findings"] if finding["outcome"] == "unknown"]
    assert any("lambda:GetFunctionConfiguration" in finding["message"] for finding in told), verdict["headline"]
    assert all(finding["outcome"] != "ok" for finding in verdict["findings"] if finding["check"].startswith("network."))


@pytest.mark.parametrize(
    ("selected", "asks"),
    [
        (("credentials.rejected", "credentials.wrong-principal"), False),
        (("credentials.wrong-principal",), True),
        (("reach.flaky", "network.no-route"), True),
    ],
)
def test_a_check_that_compares_both_sides_is_no_reason_to_ask_aws_by_itself(
    selected: tuple[str, ...], asks: bool
) -> None:
    assert examine._asks_outside([registry.load(each) for each in selected]) is asks
