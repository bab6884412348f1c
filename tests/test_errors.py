"""From an error text to the checks that know it, and what texts say nothing."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from doctor import errors, location, registry

cli = location.module(location.part("cli.py"), "doctor.cli")


def explain(text: str, given: str = "") -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(
        cli.doctor, ["explain", "--error", text, "--output", "json"], input=given, standalone_mode=False
    )
    said: dict[str, Any] = json.loads(done.output)
    return int(done.return_value), said


TEXTS: list[tuple[str, str, str]] = [
    ("NoRegionError: You must specify a region.", "client.region-missing", "dns"),
    ("PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY", "credentials.partial", "dns"),
    ("ProfileNotFound: The config profile (dev) could not be found", "credentials.profile-selected", "dns"),
    ("ExpiredTokenException: The security token included in the request is expired", "credentials.expired", "network"),
    ("SignatureDoesNotMatch: Signature not yet current", "credentials.clock-skew", "network"),
    ("No module named 'pydantic_core._pydantic_core'", "package.wrong-abi", "network"),
    ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "reach.not-tls", "credentials"),
    ("[Errno 28] No space left on device", "function.temporary-space-full", ""),
    ('504 {"message": "Endpoint request timed out"}', "front.gateway-answered", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "first", "ruled_out"), TEXTS)
def test_an_error_text_leads_to_its_check(text: str, first: str, ruled_out: str) -> None:
    code, said = explain(text)
    assert code == 0
    assert first in [candidate["check"] for candidate in said["candidates"]][:2]
    assert len(said["candidates"]) <= 6
    assert not ruled_out or any(entry.startswith(f"{ruled_out}.*") for entry in said["ruled_out"])


def test_an_answer_of_awss_own_clears_the_network() -> None:
    """The lesson of the first incident: this error was taken for a VPC fault for days."""
    text = "An error occurred (UnrecognizedClientException): The security token included in the request is invalid."
    read = errors.read(text)
    assert "credentials.missing-session-token" in [candidate.check for candidate in read.candidates]
    assert not any(candidate.check.startswith(("dns.", "network.", "reach.")) for candidate in read.candidates)


def test_an_unknown_text_is_three() -> None:
    assert explain("-", given="the cat sat on the mat") == (3, {"candidates": [], "ruled_out": []})


@pytest.mark.parametrize(
    "text",
    [
        "number 5",
        "eu-west-1",
        "KeyError: 'id' line 12",
        "404",
        "it took 502 tries",
        "An error occurred",
        "MyValueErrors",
        "[Errno 1] x",
        "inconclusive",
    ],
)
def test_a_number_or_a_common_word_points_at_nothing(text: str) -> None:
    assert errors.read(text).candidates == ()


def test_a_status_is_no_other_status() -> None:
    assert [found.check for found in errors.read("502 Bad Gateway").candidates] == ["front.gateway-answered"]
    assert errors.read("404 Bad Gateway").candidates == ()


@pytest.mark.parametrize("after", ["3.00", "30", "300", "300.00", "N"])
def test_a_duration_may_be_any(after: str) -> None:
    assert "client.unbounded-timeouts" in [
        found.check for found in errors.read(f"Task timed out after {after} seconds").candidates
    ]


@pytest.mark.parametrize("after", ["30.00", "6", "900.00", "N"])
def test_a_function_that_was_ended_while_it_waited_leads_to_what_drops_packets(after: str) -> None:
    code, said = explain(f"2026-01-01T00:00:00Z 1-2-3 Task timed out after {after} seconds")
    assert code == 0
    named = [candidate["check"] for candidate in said["candidates"]]
    assert named[:2] == ["network.no-route", "client.unbounded-timeouts"]
    assert {"network.egress-blocked", "network.endpoint-ingress-blocked"} <= set(named)
    assert len(named) == 6
    assert said["candidates"][0]["separate"] == "doctor examine FUNCTION --only network.no-route"
    assert said["candidates"][1]["separate"] == "doctor examine --only client.unbounded-timeouts"


def test_three_seconds_are_lambdas_default_and_may_be_too_few() -> None:
    named = [found.check for found in errors.read("Task timed out after 3.00 seconds").candidates]
    assert named[:2] == ["function.timeout-below-dependencies", "client.unbounded-timeouts"]
    assert {"network.no-route", "network.egress-blocked"} <= set(named)


def test_what_a_log_says_beside_the_end_tells_more() -> None:
    text = "ConnectTimeoutError: Connect timeout on endpoint URL\nTask timed out after 30.00 seconds"
    assert errors.read(text).candidates[0].check == "reach.connect-timeout"
    slow = "[SSL: WRONG_VERSION_NUMBER] wrong version number\nTask timed out after 30.00 seconds"
    assert errors.read(slow).candidates[0].check == "reach.not-tls"


def test_the_checks_that_silence_leads_to_exist() -> None:
    assert set(errors._SILENCES) | set(errors._HASTES) <= set(registry.built_in())


def test_a_database_that_does_not_answer_leads_to_the_network() -> None:
    text = 'connection to server at "db.internal" (10.0.0.5), port 5432 failed: Connection timed out'
    assert errors.read(text).candidates[0].check == "reach.connect-timeout"


def test_a_candidate_says_what_it_would_mean() -> None:
    why = errors.read("[Errno 111] Connection refused").candidates[0].why
    assert why == "“Errno 111” — would mean that this is not so: Something listens on the host's port"
