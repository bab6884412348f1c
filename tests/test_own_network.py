"""The deployed doctor and its own function's configuration, in the real runtime, with moto as its AWS."""

from typing import Any

from doctor.demo.embedded import EmbeddedAWS
from tests.emulated import need_emulator
from tests.test_scheduled import run


def scheduled(*wrong: str) -> dict[str, Any]:
    """The reply to a scheduled event of a function that is configured as `orders` in that account."""
    need_emulator()
    with EmbeddedAWS("tests.network.served", *wrong) as aws:
        environ = {**aws.environ, "DOCTOR_ALLOW_LOCAL": "1", "DOCTOR_TARGETS": '["sqs"]'}
        reply, _ = run(environ | {"AWS_LAMBDA_FUNCTION_NAME": "orders"})
        return reply


def test_a_scheduled_run_names_what_blocks_its_own_function() -> None:
    verdict = scheduled("closed")
    assert verdict["diagnoses"][0]["check"] == "network.egress-blocked", verdict["headline"]
    assert verdict["status"] == "unhealthy"


def test_a_sound_account_gives_no_problem() -> None:
    verdict = scheduled()
    problems = [finding["id"] for finding in verdict["findings"] if finding["outcome"] == "problem"]
    assert (verdict["status"], problems) == ("healthy", []), verdict["headline"]


def test_without_any_permission_the_actions_that_are_lacking_are_named() -> None:
    verdict = scheduled("denied")
    told = [finding for finding in verdict["findings"] if finding["outcome"] == "unknown"]
    assert any("lambda:GetFunctionConfiguration" in finding["message"] for finding in told), verdict["headline"]
    assert all(finding["outcome"] != "ok" for finding in verdict["findings"] if finding["check"].startswith("network."))
