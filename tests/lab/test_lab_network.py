"""Each network fault, made for real, is the first and only diagnosis of the deployed doctor."""

from collections.abc import Sequence
from typing import Any

import places
import pytest
from laboratory import Deployed
from places import host, target

Verdict = dict[str, Any]

SQS = host("sqs")


def of_the_inside(verdict: Verdict) -> list[dict[str, Any]]:
    """The laboratory's AWS knows no such function and no VPC, so the control side stays unknown, and decides nothing."""
    return [finding for finding in verdict["findings"] if "control" not in finding["sources"]]


def named(verdict: Verdict) -> list[tuple[str, str]]:
    """The diagnoses in their order, each with its severity."""
    return [(diagnosis["check"], diagnosis["severity"]) for diagnosis in verdict["diagnoses"]]


def undecided(verdict: Verdict) -> list[tuple[str, str]]:
    """What stayed unknown, each with its severity."""
    return [(f["check"], f["severity"]) for f in of_the_inside(verdict) if f["outcome"] == "unknown"]


def test_healthy(doctor: Deployed) -> None:
    verdict = doctor.examine("sqs", "dynamodb", "sts")
    assert verdict["status"] == "healthy", verdict["headline"]
    assert verdict["diagnoses"] == []
    assert [f for f in of_the_inside(verdict) if f["outcome"] not in ("ok", "not-applicable")] == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (None, "dns.name-not-found"),
        ((), "dns.no-address"),
        ((places.SERVER_FAILURE,), "dns.server-failure"),
        ((places.REFUSED,), "dns.server-failure"),
        ((places.REFUSES,), "reach.connection-refused"),
        ((places.DROPS,), "reach.connect-timeout"),
        ((places.NO_ROUTE,), "reach.unreachable"),
        ((places.NO_ROUTE_IPV6,), "reach.unreachable"),
        ((places.NEVER_SHAKES_HANDS,), "reach.handshake-timeout"),
        ((places.RESETS,), "reach.connection-reset"),
        ((places.PLAIN,), "reach.not-tls"),
        ((places.UNTRUSTED,), "reach.certificate-untrusted"),
        ((places.EXPIRED,), "reach.certificate-untrusted"),
        ((places.WRONG_NAME,), "reach.certificate-wrong-name"),
        ((places.NEVER_ANSWERS,), "reach.no-response"),
        ((places.CLOSES,), "reach.connection-reset"),
        ((places.BLOCKS,), "reach.not-aws"),
    ],
)
def test_fault_of_an_endpoint(doctor: Deployed, answer: Sequence[str] | None, check: str) -> None:
    verdict = doctor.examine("sqs", "dynamodb", names={SQS: answer})
    assert verdict["status"] == "unhealthy"
    assert named(verdict) == [(check, "breaks")]
    assert verdict["diagnoses"][0]["targets"] == [target("sqs")]
    assert target("dynamodb") not in str(verdict["diagnoses"]), "the healthy neighbour is not drawn in"


def test_silent_resolver(doctor: Deployed) -> None:
    """boto3's own calls hang in getaddrinfo as well, and add nothing but that nobody judged the credentials."""
    verdict = doctor.examine("sqs", resolvers=[places.SILENT_RESOLVER])
    assert verdict["status"] == "unhealthy"
    assert named(verdict) == [("dns.resolver-silent", "breaks")]
    assert verdict["diagnoses"][0]["subjects"] == [places.SILENT_RESOLVER]
    assert ("credentials.rejected", "breaks") in undecided(verdict)


def test_resolver_whose_port_is_closed(doctor: Deployed) -> None:
    verdict = doctor.examine("sqs", resolvers=[places.CLOSED_RESOLVER])
    assert named(verdict) == [("dns.resolver-silent", "breaks")]


@pytest.mark.long
@pytest.mark.parametrize(("budget", "status"), [(2, "inconclusive"), (20, "healthy")])
def test_first_resolver_silent_and_second_answers(doctor: Deployed, budget: float, status: str) -> None:
    """The diagnosis is one. With two seconds getaddrinfo still waits for the first, and nobody judges the keys."""
    resolvers = [places.SILENT_RESOLVER, places.RESOLVER]
    verdict = doctor.examine("sqs", resolvers=resolvers, budget_seconds=budget)
    assert verdict["status"] == status
    assert (("credentials.rejected", "breaks") in undecided(verdict)) == (status == "inconclusive")
    assert named(verdict) == [("dns.resolver-silent", "risks")]


def test_two_resolvers_that_answer(doctor: Deployed) -> None:
    verdict = doctor.examine("sqs", resolvers=[places.RESOLVER, places.SECOND_RESOLVER])
    assert (verdict["status"], named(verdict)) == ("healthy", [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("address", "check"),
    [
        (places.REFUSES, "reach.some-addresses-dead"),
        (places.DROPS, "reach.some-addresses-dead"),
        (places.NO_ROUTE, "reach.some-addresses-dead"),
        (places.UNTRUSTED, "reach.certificate-untrusted"),
        (places.NEVER_ANSWERS, "reach.no-response"),
        (places.RESETS, "reach.connection-reset"),
        (places.BLOCKS, "reach.not-aws"),
    ],
)
def test_one_address_of_two_is_a_risk(doctor: Deployed, address: str, check: str) -> None:
    """An endpoint in two zones, one of them at fault: calls succeed after a wait, or by chance."""
    verdict = doctor.examine("sqs", names={SQS: [address, places.AWS]})
    assert verdict["status"] == "healthy"
    assert named(verdict) == [(check, "risks")]
    problem = next(finding for finding in verdict["findings"] if finding["check"] == check)
    assert problem["addresses"] == [address], "an answer from one address does not clear the other"


def test_one_address_of_three_is_dead(doctor: Deployed) -> None:
    verdict = doctor.examine("sqs", names={SQS: [places.AWS, places.AWS_TOO, places.DROPS]})
    assert (verdict["status"], named(verdict)) == ("healthy", [("reach.some-addresses-dead", "risks")])
    assert "1 of 3" in verdict["headline"]


@pytest.mark.long
def test_an_ipv6_address_without_a_route_costs_nothing(doctor: Deployed) -> None:
    """This machine says no at once, and botocore goes on to IPv4."""
    verdict = doctor.examine("sqs", names={SQS: [places.NO_ROUTE_IPV6, places.AWS]})
    assert (verdict["status"], named(verdict)) == ("healthy", [])


@pytest.mark.long
def test_both_addresses_drop(doctor: Deployed) -> None:
    verdict = doctor.examine("sqs", names={SQS: [places.DROPS, places.DROPS_TOO]})
    assert named(verdict) == [("reach.connect-timeout", "breaks")]


@pytest.mark.long
def test_two_zones_that_answer(doctor: Deployed) -> None:
    verdict = doctor.examine("sqs", names={SQS: [places.AWS, places.AWS_TOO]})
    assert (verdict["status"], named(verdict)) == ("healthy", [])


@pytest.mark.long
@pytest.mark.parametrize(
    ("sqs", "sns", "checks"),
    [
        ([places.DROPS], None, ["dns.name-not-found", "reach.connect-timeout"]),
        ([places.NEVER_ANSWERS], [places.REFUSES], ["reach.connection-refused", "reach.no-response"]),
        ([places.REFUSES], [places.UNTRUSTED], ["reach.certificate-untrusted", "reach.connection-refused"]),
        (None, [places.UNTRUSTED], ["dns.name-not-found", "reach.certificate-untrusted"]),
        ([places.WRONG_NAME], [places.SERVER_FAILURE], ["dns.server-failure", "reach.certificate-wrong-name"]),
        ([places.BLOCKS], [places.RESETS], ["reach.connection-reset", "reach.not-aws"]),
        ([places.NO_ROUTE], [places.NEVER_SHAKES_HANDS], ["reach.handshake-timeout", "reach.unreachable"]),
        ([places.DROPS, places.REFUSES], [places.AWS], ["reach.connect-timeout", "reach.connection-refused"]),
    ],
)
def test_two_faults_are_two_diagnoses(
    doctor: Deployed, sqs: list[str] | None, sns: list[str] | None, checks: list[str]
) -> None:
    """On two targets or on one. Names are nearer than the ladder; of equal faults the ids decide."""
    verdict = doctor.examine("sqs", "sns", names={SQS: sqs, host("sns"): sns})
    assert [diagnosis["check"] for diagnosis in verdict["diagnoses"]] == checks


def test_the_fault_that_stops_more_comes_first(doctor: Deployed) -> None:
    names = {SQS: [places.NEVER_ANSWERS], host("sns"): [places.NEVER_ANSWERS], host("kms"): None}
    verdict = doctor.examine("sqs", "sns", "kms", names=names)
    assert named(verdict) == [("reach.no-response", "breaks"), ("dns.name-not-found", "breaks")]


def test_what_breaks_comes_before_what_is_a_risk(doctor: Deployed) -> None:
    names = {SQS: [places.AWS, places.DROPS], host("sns"): [places.AWS, places.DROPS], host("kms"): [places.REFUSES]}
    verdict = doctor.examine("sqs", "sns", "kms", names=names)
    assert named(verdict) == [("reach.connection-refused", "breaks"), ("reach.some-addresses-dead", "risks")]


@pytest.mark.long
@pytest.mark.parametrize(
    "answer", [None, places.DROPS, places.REFUSES, places.UNTRUSTED, places.NEVER_ANSWERS, places.NEVER_SHAKES_HANDS]
)
def test_vpc_without_sts_endpoint(doctor: Deployed, answer: str | None) -> None:
    """STS is an instrument: undeclared and out of reach it is no fault, and SQS judges the credentials as well."""
    verdict = doctor.examine("sqs", names={host("sts"): [answer] if answer else None})
    assert (verdict["status"], verdict["diagnoses"], undecided(verdict)) == ("healthy", [], [])


def test_sts_as_the_only_instrument(doctor: Deployed) -> None:
    """Where nothing else can judge the credentials they stay unjudged, which is a hint."""
    verdict = doctor.examine(names={host("sts"): [places.DROPS]})
    assert verdict["diagnoses"] == []
    assert ("credentials.rejected", "hints") in undecided(verdict)
    assert {severity for _, severity in undecided(verdict)} == {"hints"}


def test_declared_sts_is_a_target(doctor: Deployed) -> None:
    verdict = doctor.examine("sts", "sqs", names={host("sts"): [places.DROPS]})
    assert named(verdict) == [("reach.connect-timeout", "breaks")]


@pytest.mark.long
@pytest.mark.long
def test_fault_comes_and_goes(doctor: Deployed) -> None:
    """A warm function keeps nothing of the run before: neither names nor sockets nor verdicts."""
    assert doctor.examine("sqs", names={SQS: None})["status"] == "unhealthy"
    assert doctor.examine("sqs")["status"] == "healthy"
    assert doctor.examine("sqs", resolvers=[places.CLOSED_RESOLVER])["status"] == "unhealthy"
    assert doctor.examine("sqs")["status"] == "healthy"
