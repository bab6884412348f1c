"""A verdict is back when it was promised, whatever hangs."""

import json

import places
import pytest
from laboratory import Deployed, Invocation, Laboratory
from places import SERVICES, host

pytestmark = pytest.mark.long  # they wait for the end of budgets
LATE = 0.1  # seconds, of the contract
WAY_BACK = 0.1  # seconds from the handler's return to the caller's last byte, on a loaded machine of two cores

HANGS = {
    "every target drops": ({host(service): [places.DROPS, places.DROPS_TOO] for service in SERVICES}, places.RESOLVER),
    "every target stays silent": ({host(service): [places.NEVER_ANSWERS] for service in SERVICES}, places.RESOLVER),
    "no handshake ends": ({host(service): [places.NEVER_SHAKES_HANDS] for service in SERVICES}, places.RESOLVER),
    "the resolver is silent": ({}, places.SILENT_RESOLVER),
}


def in_time(invocation: Invocation, budget: float) -> None:
    timings = invocation.reply["timings"]
    assert timings["budget"] == budget
    assert timings["total"] <= budget + LATE, timings
    assert invocation.took <= budget + LATE + WAY_BACK, timings
    assert invocation.reply["status"] != "healthy"


@pytest.mark.parametrize("budget", [1, 3])
@pytest.mark.parametrize("hang", HANGS)
def test_verdict_within_budget(doctor: Deployed, hang: str, budget: float) -> None:
    names, resolver = HANGS[hang]
    doctor.invoke({"doctor": {"budget_seconds": 1}})  # the sandbox's own start is not the doctor's time
    event = {"doctor": {"targets": SERVICES, "budget_seconds": budget}}
    in_time(doctor.invoke(event, names=names, resolvers=[resolver]), budget)


def test_verdict_within_budget_at_cold_start(lab: Laboratory) -> None:
    """The first invocation pays for the engine's imports, inside the budget."""
    cold = lab.doctor(DOCTOR_TARGETS=json.dumps(["sqs", "dynamodb"]))
    names = {host("sqs"): [places.DROPS], host("dynamodb"): [places.NEVER_ANSWERS]}
    timings = cold.invoke({"doctor": {"budget_seconds": 1}}, names=names).reply["timings"]
    assert timings["total"] <= 1 + LATE, timings


def test_with_three_seconds_the_hanging_are_named(doctor: Deployed) -> None:
    names = {host("sqs"): [places.DROPS], host("sns"): [places.NEVER_ANSWERS], host("kms"): [places.DROPS_TOO]}
    verdict = doctor.examine("sqs", "sns", "kms", names=names, budget_seconds=3)
    assert [diagnosis["check"] for diagnosis in verdict["diagnoses"]] == ["reach.connect-timeout", "reach.no-response"]
