"""The deployed doctor on a schedule, in the real runtime: one metric a run, and a verdict that turns with the fault."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doctor.demo.embedded import EmbeddedAWS
from doctor.demo.emulator import Function
from tests.emulated import need_emulator

ROOT = Path(__file__).parent.parent
SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/doctor"],
    "detail": {},
}


@pytest.fixture
def aws() -> Iterator[EmbeddedAWS]:
    need_emulator()
    with EmbeddedAWS() as embedded:
        yield embedded


def run(environ: dict[str, str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The reply to a scheduled event, and the metrics that its log holds."""
    with Function(ROOT, "handler.handler", environ) as function:
        reply = function.invoke(SCHEDULED)
        lines = [line for line in function.log().splitlines() if line.startswith('{"_aws"')]
    return reply, [json.loads(line) for line in lines]


def test_a_scheduled_run_of_a_sound_function_is_healthy_and_counted(aws: EmbeddedAWS) -> None:
    environ = {**aws.environ, "DOCTOR_ALLOW_LOCAL": "1", "DOCTOR_TARGETS": '["dynamodb"]'}
    verdict, metrics = run(environ)
    assert verdict["status"] == "healthy", verdict["headline"]
    assert verdict["runtime"]["zone"] == "use1-az1"
    assert [(metric["Healthy"], metric["Unhealthy"], metric["Problems"]) for metric in metrics] == [(1, 0, 0)]
    directive = metrics[0]["_aws"]["CloudWatchMetrics"][0]
    named = {metric["Name"] for metric in directive["Metrics"]} | set(directive["Dimensions"][0])
    assert named <= set(metrics[0])


def test_the_same_function_broken_is_unhealthy_and_counted(aws: EmbeddedAWS) -> None:
    environ = {**aws.environ, "DOCTOR_ALLOW_LOCAL": "1", "DOCTOR_TARGETS": '["dynamodb"]', "AWS_SESSION_TOKEN": ""}
    verdict, metrics = run(environ)
    assert verdict["status"] == "unhealthy"
    assert verdict["diagnoses"][0]["check"] == "credentials.missing-session-token"
    assert [(metric["Healthy"], metric["Unhealthy"], metric["diagnosis"]) for metric in metrics] == [
        (0, 1, "credentials.missing-session-token")
    ]
