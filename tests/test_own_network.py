"""The deployed doctor and its own function's configuration, in the real runtime, with moto as its AWS."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from doctor.demo.embedded import EmbeddedAWS
from doctor.emulator import Function
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


def test_a_doctor_names_what_blocks_its_own_function_and_another_that_was_declared() -> None:
    with environment("closed") as environ:
        own, _ = run(environ | {"AWS_LAMBDA_FUNCTION_NAME": "orders"})
        declared = environ | {"AWS_LAMBDA_FUNCTION_NAME": "doctor", "DOCTOR_FUNCTIONS": '["orders"]'}
        with Function(ROOT, "handler.handler", declared) as function:
            other = function.invoke({"doctor": {"function": "orders"}})
    for verdict in (own, other):
        assert verdict["diagnoses"][0]["check"] == "network.egress-blocked", verdict["headline"]
        assert verdict["status"] == "unhealthy"


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
