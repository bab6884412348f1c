"""From a modelled VPC to the verdict: which fault is the answer, and what it explains."""

import time
from dataclasses import replace

import pytest

from doctor.evidence import Facts
from doctor.examine import Run, judge_again
from doctor.request import Request
from doctor.schedule import Schedule
from doctor.verdict import Severity, Status, Verdict
from doctor.world import World
from tests.evidence import sealed
from tests.evidence.build import HOST, in_vpc, paths, replies
from tests.evidence.network import (
    ISOLATED,
    ONE_ISOLATED,
    PENDING,
    S3_UNROUTED,
    SECRETS,
    SOUND,
    TO_NAT,
    outside,
    s3,
)
from tests.network.build import INTERNET_6, changed, lacking, routed

NAT_GONE = lacking(routed(SOUND, "rtb-f", replace(TO_NAT, state="blackhole")), "nats", "nat-1")
WITHOUT_NAMES = changed(ISOLATED, "endpoints", "vpce-sqs", private_names=False)
EGRESS = changed(SOUND, "groups", "sg-f", egress=())
INGRESS = changed(SOUND, "groups", "sg-e", ingress=())


def verdict(*facts: Facts) -> Verdict:
    schedule = Schedule(time.monotonic(), 20.0)
    request = Request(only=("network.*", "dns.*"), function="jobs")
    world = World(request=request, until=schedule.gathered, environ={})
    known = sealed(in_vpc(), replies(), *facts)
    return judge_again(Run(world=world, schedule=schedule, verify=" ".join), known).verdict


@pytest.mark.parametrize(
    ("facts", "answer", "explains"),
    [
        ((paths(ISOLATED, SECRETS), paths(ISOLATED)), "network.endpoint-missing", {"network.no-route"}),
        ((outside(ONE_ISOLATED),), "network.no-route", {"network.subnets-disagree"}),
        ((s3(routed(S3_UNROUTED, "rtb-f")),), "network.gateway-endpoint-unrouted", {"network.no-route"}),
        ((outside(NAT_GONE),), "network.nat-unavailable", {"network.blackhole-route"}),
        ((paths(EGRESS), outside(EGRESS)), "network.egress-blocked", set[str]()),
        ((paths(INGRESS),), "network.endpoint-ingress-blocked", set[str]()),
        ((paths(WITHOUT_NAMES),), "dns.private-names-off", set[str]()),
        ((paths(routed(PENDING, "rtb-f")),), "network.endpoint-unavailable", set[str]()),
        ((outside(public=(INTERNET_6,)),), "network.no-route", set[str]()),
    ],
)
def test_one_fault_is_the_answer(facts: tuple[Facts, ...], answer: str, explains: set[str]) -> None:
    said = verdict(*facts)
    assert said.status is Status.UNHEALTHY
    assert said.diagnoses[0].check == answer
    assert {id_.partition("@")[0] for id_ in said.diagnoses[0].explains} == explains
    grave = [each for each in said.diagnoses if each.severity is Severity.BREAKS]
    assert len(grave) == 1, "one fault, and no symptom beside it"
    assert grave[0].remedy.commands


def test_a_sound_vpc_is_healthy() -> None:
    said = verdict(paths(), s3(), outside())
    assert said.status is Status.HEALTHY
    assert not said.diagnoses


def test_what_was_not_read_is_inconclusive_and_never_healthy() -> None:
    blind = replace(SOUND, nats=None, unread={"NatGateways": "denied: ec2:DescribeNatGateways"})
    said = verdict(paths(blind, HOST), outside(blind))
    assert said.status is Status.INCONCLUSIVE
    assert any("denied: ec2:DescribeNatGateways" in finding.message for finding in said.findings)
