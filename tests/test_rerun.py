"""How a run is asked for once more: what is spelled is read as the same."""

import shlex

import pytest

from doctor import rerun
from doctor.evidence import Vantage
from doctor.request import AnyTarget, HostTarget, ServiceTarget, parse
from tests.evidence.build import CONNECTS, in_vpc
from tests.test_join import sealed

TARGETS: list[AnyTarget] = [
    ServiceTarget(service="sqs"),
    ServiceTarget(service="dynamodb", resource="orders"),
    ServiceTarget(service="s3", reachable=False),
    HostTarget(host="db.internal", port=5432, tls=False),
    HostTarget(host="api.partner.example"),
    HostTarget(host="api.partner.example", port=8443),
    HostTarget(host="2600::1", port=443),
    HostTarget(host="10.0.0.9", port=22, tls=False, reachable=False),
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_read_as_it_was(target: AnyTarget) -> None:
    option, spelled = rerun.targets([target])
    assert option == "--target"
    assert parse({"targets": [spelled]}, where="request").targets == (target,)


def test_it_is_looked_at_from_where_it_was_seen() -> None:
    own, beside = sealed(CONNECTS), sealed(CONNECTS, Vantage(function="doctor"))
    assert rerun.via((sealed(in_vpc()),), "jobs") == ["--via", "outside"]
    assert rerun.via((own,), "arn:aws:lambda:us-east-1:123456789012:function:jobs") == ["--via", "deployed"]
    assert rerun.via((beside,), "jobs") == ["--via", "deployed", "--doctor-function", "doctor"]


def test_both_sides_are_asked_in_one_command() -> None:
    told = rerun.both_sides("jobs", [ServiceTarget(service="sqs")])(["network.no-route", "dns.public-answer"])
    assert shlex.split(told) == [
        *("doctor", "examine", "jobs", "--via", "deployed", "--target", "sqs"),
        *("--only", "network.no-route", "--only", "dns.public-answer"),
    ]
