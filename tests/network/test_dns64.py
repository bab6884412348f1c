"""Addresses that the resolver makes up where DNS64 is on, and where they lead."""

from dataclasses import replace
from typing import Any

import pytest

from doctor.evidence.paths import Paths
from doctor.network import dns64
from doctor.network.blocks import block
from doctor.network.destinations import Destinations
from doctor.network.ends import Destination
from doctor.network.model import Network
from doctor.network.names import resolve
from doctor.network.read import network as read
from doctor.network.sources import source
from doctor.network.trace import Asked, trace
from doctor.verdict import InvalidRequest
from tests.evidence.build import PARTNER_HOST, in_vpc, paths, sound_vpc
from tests.network.build import FUNCTION, INTERNET, INTERNET_6, INTERNET_64, changed, lacking, route, routed
from tests.network.mends import run

BOTH = in_vpc(ipv6=True)


def translating(network: Network, *, on: bool | None = True) -> Network:
    """With DNS64 in both subnets of the function."""
    for subnet in ("subnet-fa", "subnet-fb"):
        network = changed(network, "subnets", subnet, dns64=on)
    return network


def with_nat64(network: Network) -> Network:
    """With the route that DNS64 needs beside the others."""
    known = (network.tables or {})["rtb-f"].routes
    return routed(network, "rtb-f", *known, route("64:ff9b::/96", "nat", "nat-1"))


def walked(network: Network, *public: str, **more: Any) -> Paths:
    return paths(network, PARTNER_HOST, public=public or (INTERNET,), function=BOTH, **more)


def reached(found: Paths) -> dict[str, set[bool | None]]:
    """What is reachable, by address."""
    told: dict[str, set[bool | None]] = {}
    for way in found.ways:
        told.setdefault(way.address, set()).add(way.path.reachable)
    return told


class TestAnswers:
    def test_a_name_without_ipv6_has_a_made_address_beside_its_own(self) -> None:
        found = walked(with_nat64(translating(sound_vpc())))
        assert reached(found) == {INTERNET: {True}, INTERNET_64: {True}}
        assert found.answer
        assert "makes IPv6 addresses of those of IPv4 in subnet-fa (DNS64)" in " ".join(found.answer.notes)

    def test_only_subnets_with_dns64_have_it(self) -> None:
        found = walked(with_nat64(changed(sound_vpc(), "subnets", "subnet-fb", dns64=True)))
        assert {way.subnet for way in found.ways if way.address == INTERNET_64} == {"subnet-fb"}

    @pytest.mark.parametrize("on", [True, None])
    def test_a_name_with_ipv6_keeps_what_it_has(self, *, on: bool | None) -> None:
        found = walked(translating(sound_vpc(), on=on), INTERNET, INTERNET_6)
        assert set(reached(found)) == {INTERNET, INTERNET_6}
        assert found.answer
        assert found.answer.unknowns == ()

    def test_a_function_of_ipv4_alone_uses_no_made_address(self) -> None:
        found = paths(translating(sound_vpc()), PARTNER_HOST)
        assert set(reached(found)) == {INTERNET}

    def test_what_the_sandbox_was_told_stands(self) -> None:
        assert set(reached(walked(translating(sound_vpc()), seen=(INTERNET,)))) == {INTERNET}

    def test_a_source_of_ipv6_alone_has_the_made_addresses_alone(self) -> None:
        start = source(translating(sound_vpc()), FUNCTION)
        alone = replace(start, blocks=tuple(each for each in start.blocks if each.family == 6))
        told = dns64.told(alone, (block(INTERNET),), Destinations(to=(Destination(address=block(INTERNET), port=443),)))
        assert [str(each.address) for each in told.to] == [INTERNET_64]

    def test_whether_it_is_on_was_not_told(self) -> None:
        found = walked(translating(sound_vpc(), on=None))
        assert found.answer
        assert found.answer.unknowns == tuple(
            f"whether the resolver makes IPv6 addresses in {subnet} (EnableDns64) was not told"
            for subnet in ("subnet-fa", "subnet-fb")
        )


class TestWays:
    def test_without_a_nat_gateway_s_route_calls_try_a_dead_way_first(self) -> None:
        """`::/0` to the egress-only gateway takes the packets, and nobody there knows the prefix."""
        broken = translating(sound_vpc())
        found = walked(broken)
        assert reached(found) == {INTERNET: {True}, INTERNET_64: {False}}
        (blocker,) = {each for way in found.ways for each in way.path.blockers}
        assert (blocker.check, blocker.component) == ("network.ipv6-dead-end", "eigw-1")
        (command,) = blocker.commands
        assert reached(walked(run(broken, command))) == {INTERNET: {True}, INTERNET_64: {True}}

    def test_where_there_is_no_nat_gateway_dns64_is_turned_off(self) -> None:
        broken = translating(lacking(sound_vpc(), "nats", "nat-1"))
        commands = {each for way in walked(broken).ways for found in way.path.blockers for each in found.commands}
        for command in [each for each in commands if "dns64" in each]:
            broken = run(broken, command)
        assert INTERNET_64 not in reached(walked(broken))

    def test_a_path_by_name_leads_to_it_too(self) -> None:
        network = translating(sound_vpc())
        asked = Asked(start=FUNCTION, host="sqs.us-east-1.amazonaws.com", port=443)
        known = [str(each) for each in resolve(network, "vpc-1", asked.host).addresses]
        told = [way.address for way in trace(network, source(network, FUNCTION), asked).ways]
        assert told == [*known, "64:ff9b::a00:b0a", "64:ff9b::a00:c0a"]


@pytest.mark.parametrize(
    ("told", "means"),
    [({"EnableDns64": True}, True), ({"EnableDns64": False}, False), ({"EnableDns64": None}, None), ({}, False)],
)
def test_what_a_reply_says(told: dict[str, Any], means: bool | None) -> None:
    subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"}
    found = read({"Subnets": [{**subnet, **told}]})
    assert (found.subnets or {})["subnet-1"].dns64 is means


def test_what_is_no_boolean_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="EnableDns64"):
        read({"Subnets": [{"SubnetId": "subnet-1", "EnableDns64": "yes"}]})
