"""Faults that the function's own variables make: proxies, trust, regions, endpoints, expectations."""

import json
from typing import Any

import places
import pytest
from laboratory import Deployed, Laboratory
from places import host
from test_lab_network import Verdict, named, of_the_inside

pytestmark = pytest.mark.long  # a smoke part of the laboratory is in `make test`: its network

SQS = host("sqs")
GLOBAL = "sts.amazonaws.com"


def problems(verdict: Verdict, check: str) -> list[dict[str, Any]]:
    """The problems of one check."""
    return [found for found in verdict["findings"] if (found["check"], found["outcome"]) == (check, "problem")]


def explained(verdict: Verdict, effect: str, cause: str) -> bool:
    """Whether there are problems of the one check, and each is explained by one of the other."""
    causes = [str(finding["explained_by"]).partition("@")[0] for finding in problems(verdict, effect)]
    return bool(causes) and set(causes) == {cause}


FAULTS = {
    "closed proxy": (
        {"HTTPS_PROXY": places.proxy(places.CLOSED_PROXY)},
        ("client.proxy-unreachable", "reach.connection-refused"),
    ),
    "proxy of an unknown name": (
        {"https_proxy": "proxy.internal:3128"},
        ("client.proxy-unreachable", "reach.unreachable"),
    ),
    "bundle that is not there": (
        {"AWS_CA_BUNDLE": "/var/task/nothing.pem"},
        ("client.ca-bundle-unusable", "reach.certificate-untrusted"),
    ),
    "blank bundle": ({"AWS_CA_BUNDLE": ""}, ("client.ca-bundle-unusable", "identity.caller-unknown")),
    "misspelt region": ({"AWS_DEFAULT_REGION": "us-est-1"}, ("client.region-unknown", "dns.name-not-found")),
    "region with a space": (
        {"AWS_DEFAULT_REGION": "us-east-1 "},
        ("client.region-unknown", "identity.caller-unknown"),
    ),
    "endpoint of one service": (
        {"AWS_ENDPOINT_URL_SQS": f"http://{places.REFUSES}:4566"},
        ("client.endpoint-override", "reach.connection-refused"),
    ),
    "endpoint of all": (
        {"AWS_ENDPOINT_URL": f"http://{places.REFUSES}:4566"},
        ("client.endpoint-override", "reach.connection-refused"),
    ),
    "endpoint of no name": (
        {"AWS_ENDPOINT_URL": "https://emulator.internal"},
        ("client.endpoint-override", "dns.name-not-found"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_variable_is_the_cause_and_explains_the_rest(lab: Laboratory, fault: str) -> None:
    variables, (cause, effect) = FAULTS[fault]
    verdict = lab.doctor(**variables).examine("sqs", "dynamodb")
    assert verdict["status"] == "unhealthy"
    assert named(verdict) == [(cause, "breaks")]
    assert explained(verdict, effect, cause)


@pytest.mark.parametrize("target", ["alone", "beside another"])
def test_legacy_sts_host(lab: Laboratory, target: str) -> None:
    """Where another service judges the credentials, the fault of the declared STS is told all the same."""
    legacy = lab.doctor(AWS_STS_REGIONAL_ENDPOINTS="legacy")
    targets = ["sts"] if target == "alone" else ["sts", "sqs"]
    verdict = legacy.examine(*targets, names={GLOBAL: [places.DROPS]})
    assert named(verdict) == [("client.global-sts-host", "breaks")]
    assert explained(verdict, "reach.connect-timeout", "client.global-sts-host")


def test_legacy_sts_host_is_a_hint_where_sts_is_no_target(lab: Laboratory) -> None:
    legacy = lab.doctor(AWS_STS_REGIONAL_ENDPOINTS="legacy")
    verdict = legacy.examine("sqs", names={GLOBAL: [places.DROPS]})
    assert (verdict["status"], named(verdict)) == ("healthy", [("client.global-sts-host", "hints")])


def test_fips_host_that_no_endpoint_covers(lab: Laboratory) -> None:
    fips = lab.doctor(AWS_USE_FIPS_ENDPOINT="true")
    names = {"sqs-fips.us-east-1.amazonaws.com": [places.DROPS], "sts-fips.us-east-1.amazonaws.com": None}
    verdict = fips.examine("sqs", names=names)
    assert named(verdict) == [("client.legacy-host", "breaks")]
    assert explained(verdict, "reach.connect-timeout", "client.legacy-host")


@pytest.mark.parametrize("proxy", [places.proxy(places.PROXY), f"{places.PROXY}:3128"])
def test_behind_a_proxy_that_works_nothing_is_at_fault(lab: Laboratory, proxy: str) -> None:
    """Neither are names that only the proxy resolves."""
    nowhere = {host(service): None for service in places.SERVICES}
    verdict = lab.doctor(HTTPS_PROXY=proxy).examine("sqs", "sts", names=nowhere)
    assert (verdict["status"], named(verdict)) == ("healthy", []), verdict["headline"]
    assert [f for f in of_the_inside(verdict) if f["outcome"] not in ("ok", "not-applicable")] == []


def test_a_proxy_gets_the_password_of_its_url_and_nobody_else_does(lab: Laboratory) -> None:
    asking = lab.doctor(HTTPS_PROXY=places.proxy(places.ASKING_PROXY, "user:word-of-passage@"))
    verdict = asking.examine("sqs", "sts", include_casefile=True)
    assert (verdict["status"], named(verdict)) == ("healthy", [("credentials.secret-in-environment", "risks")])
    assert "word-of-passage" not in json.dumps(verdict)


@pytest.mark.parametrize(
    ("proxy", "says"),
    [(places.proxy(places.REFUSING_PROXY), "403"), (places.proxy(places.ASKING_PROXY), "407")],
)
def test_proxy_that_opens_no_tunnel(lab: Laboratory, proxy: str, says: str) -> None:
    verdict = lab.doctor(HTTPS_PROXY=proxy).examine("sqs", "dynamodb")
    assert named(verdict) == [("reach.unreachable", "breaks")]
    assert f"the proxy answered: HTTP/1.1 {says}" in verdict["headline"]


def test_dead_proxy_that_no_proxy_exempts_is_a_hint(lab: Laboratory) -> None:
    exempt = lab.doctor(HTTPS_PROXY=places.proxy(places.CLOSED_PROXY), NO_PROXY=".amazonaws.com")
    verdict = exempt.examine("sqs")
    assert (verdict["status"], named(verdict)) == ("healthy", [("client.proxy-unreachable", "hints")])


def test_dead_proxy_for_plain_http_stops_no_call_to_aws(lab: Laboratory) -> None:
    verdict = lab.doctor(HTTP_PROXY=places.proxy(places.CLOSED_PROXY)).examine("sqs")
    assert (verdict["status"], named(verdict)) == ("healthy", [("client.proxy-unreachable", "hints")])


def declared(lab: Laboratory, *targets: object) -> Deployed:
    return lab.doctor(DOCTOR_TARGETS=json.dumps(targets))


@pytest.mark.parametrize("target", [{"host": places.AWS_TOO}, {"service": "sns"}, {"host": places.UNTRUSTED}])
def test_what_must_not_be_reached_and_is(lab: Laboratory, target: dict[str, object]) -> None:
    """Not even AWS's own answer excuses it."""
    verdict = declared(lab, "sqs", target | {"reachable": False}).examine()
    assert verdict["status"] == "unhealthy"
    assert named(verdict) == [("reach.expectation-failed", "breaks")]


def test_what_must_not_be_reached_and_is_not(lab: Laboratory) -> None:
    hosts = [places.DROPS, places.REFUSES, places.RESETS, places.NO_ROUTE, "production.internal"]
    verdict = declared(lab, "sqs", *({"host": host, "reachable": False} for host in hosts)).examine()
    assert (verdict["status"], named(verdict)) == ("healthy", []), verdict["headline"]


def test_an_isolation_that_nobody_could_test_is_not_proved(lab: Laboratory) -> None:
    isolated = declared(lab, {"host": "production.internal", "reachable": False})
    verdict = isolated.examine(names={"production.internal": [places.SERVER_FAILURE]})
    assert verdict["status"] == "inconclusive"


def test_redirect_to_a_portal_is_not_health(doctor: Deployed) -> None:
    """Under AWS's name, with a certificate that the bundle vouches for, and yet by nobody that AWS knows."""
    verdict = doctor.examine("sqs", names={SQS: [places.REDIRECTS]})
    assert (verdict["status"], named(verdict)) == ("inconclusive", [])


def test_connections_that_come_and_go(doctor: Deployed) -> None:
    verdict = doctor.examine("sqs", names={SQS: [places.UNSTEADY]})
    assert (verdict["status"], named(verdict)) == ("healthy", [("reach.flaky", "risks")])
