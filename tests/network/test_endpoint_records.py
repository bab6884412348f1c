"""Which of an endpoint's addresses its names are answered with: its DNS record IP type, which may be less than its own type.

Source: PrivateLink guide, "Access an AWS service using an interface VPC endpoint" (DNS record IP type: `ipv6` creates AAAA
records alone, `service-defined` no AAAA records for private names); EC2 API reference, `DnsOptions`.
"""

from dataclasses import replace

import pytest

from doctor import registry
from doctor.evidence.paths import Paths
from doctor.network import read_places
from doctor.network.blocks import block
from doctor.verdict import Outcome
from tests.evidence.build import paths, sound_vpc
from tests.network.build import changed
from tests.network.test_names import endpoint, network, resolved, shown

IPV4, IPV6 = ["10.0.1.9", "10.0.2.9"], ["2600::a"]
OWN = "vpce-1-x.sqs.us-east-1.vpce.amazonaws.com"


@pytest.mark.parametrize(
    ("records", "private", "own"),
    [
        ("", IPV4 + IPV6, IPV4 + IPV6),
        ("ipv4", IPV4, IPV4),
        ("ipv6", IPV6, IPV6),
        ("dualstack", IPV4 + IPV6, IPV4 + IPV6),
        ("service-defined", IPV4, IPV4 + IPV6),
    ],
)
def test_names_have_the_records_that_were_asked_for(records: str, private: list[str], own: list[str]) -> None:
    known = network(endpoint(families="dualstack", records=records))
    assert shown(resolved(known)) == private
    assert shown(resolved(known, OWN)) == own


def test_a_type_that_nobody_knows_leaves_an_endpoint_of_both_families_open() -> None:
    assert resolved(network(endpoint(families="dualstack", records="later"))).unknowns
    assert resolved(network(endpoint(families="ipv4", records="later"))).unknowns == ()


def test_the_type_of_records_is_read() -> None:
    told = {"VpcEndpointId": "vpce-1", "DnsOptions": {"DnsRecordIpType": "service-defined"}}
    assert read_places.endpoint(told).records == "service-defined"
    assert read_places.endpoint({"VpcEndpointId": "vpce-1"}).records == ""


@pytest.mark.parametrize(("records", "outcome"), [("ipv4", Outcome.OK), ("ipv6", Outcome.PROBLEM)])
def test_an_ipv4_function_does_not_reach_an_endpoint_that_is_told_by_ipv6_alone(records: str, outcome: Outcome) -> None:
    dual = changed(sound_vpc(), "endpoints", "vpce-sqs", families="dualstack", records=records)
    interfaces = dict(dual.interfaces or {})
    for id in (dual.endpoints or {})["vpce-sqs"].interfaces:
        both = (*interfaces[id].addresses, block(f"2600::{len(interfaces)}"))
        interfaces[id] = replace(interfaces[id], addresses=both)
    ways = paths(replace(dual, interfaces=interfaces))
    check = registry.load("network.no-route")
    (seen,) = check(**{need.parameter: ways if need.facts is Paths else None for need in check.needs})
    assert (seen.outcome, seen.severity) == (outcome, None), seen.message
