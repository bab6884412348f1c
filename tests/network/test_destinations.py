"""Which addresses stand for a target, and which endpoints are for its service."""

from dataclasses import replace

import pytest

from doctor.network.beyond import PrefixList
from doctor.network.blocks import block
from doctor.network.destinations import STAND_INS, Destinations, destinations, told_apart
from doctor.network.names import resolve
from doctor.network.resolution import Kind, Problem, Resolution
from doctor.network.serving import service_of, serving
from doctor.network.sources import source
from tests.evidence.build import HOST, S3_HOST, sound_vpc
from tests.network.build import (
    FUNCTION,
    OTHER_ZONE,
    changed,
    entry,
    guarded,
    rule,
)


def answer(kind: Kind, *addresses: str, **more: object) -> Resolution:
    return replace(Resolution("a.example", kind, tuple(map(block, addresses))), **more)  # type: ignore[arg-type]


def texts(found: Destinations) -> list[str]:
    return [str(each.address) for each in found.to]


class TestAddresses:
    def test_an_endpoint_is_all_of_its_interfaces(self) -> None:
        found = destinations(resolve(sound_vpc(), "vpc-1", HOST), 443)
        assert texts(found) == ["10.0.11.10", "10.0.12.10"]
        assert {(each.port, each.protocol) for each in found.to} == {(443, "tcp")}
        assert not found.assumed

    def test_a_gateway_is_an_address_of_its_first_middle_and_last_block(self) -> None:
        blocks = tuple(block(f"52.{number}.0.0/22") for number in (216, 92, 217, 218, 219))
        lists = {"pl-s3": PrefixList(id="pl-s3", name="com.amazonaws.us-east-1.s3", owner="AWS", blocks=blocks)}
        found = destinations(resolve(sound_vpc(prefix_lists=lists), "vpc-1", S3_HOST), 443)
        assert texts(found) == ["52.92.0.1", "52.217.0.1", "52.219.0.1"]
        assert "3 of the 5" in found.notes[0]

    def test_a_public_name_has_the_addresses_that_were_looked_up(self) -> None:
        found = destinations(answer(Kind.PUBLIC, "93.184.216.34", "93.184.216.35"), 8443, "udp")
        assert texts(found) == ["93.184.216.34", "93.184.216.35"]
        assert (found.to[0].port, found.to[0].protocol) == (8443, "udp")

    def test_an_unknown_public_address_is_stood_in_for_and_the_note_says_so(self) -> None:
        unknown = replace(answer(Kind.PUBLIC), host=HOST)
        found = destinations(unknown, 443)
        assert texts(found) == [str(STAND_INS[4]), str(STAND_INS[6])]
        assert found.assumed
        assert "203.0.113.1 and 2001:db8::1 stands for any" in found.notes[0]
        assert texts(destinations(unknown, 443, families=(4,))) == ["203.0.113.1"]

    def test_nothing_stands_in_for_names_that_are_not_of_aws(self) -> None:
        found = destinations(answer(Kind.PUBLIC), 443)
        assert (found.to, found.assumed) == ((), False)
        assert "no resolver told its addresses" in found.reason

    def test_what_rules_tell_apart_stands_in_as_well(self) -> None:
        apart = (block("52.0.0.1"), block("2600::1"))
        assert texts(destinations(replace(answer(Kind.PUBLIC), host=HOST), 443, families=(4,), apart=apart)) == [
            "203.0.113.1",
            "52.0.0.1",
        ]

    def test_of_two_families_the_one_that_the_source_may_use(self) -> None:
        both = answer(Kind.PUBLIC, "93.184.216.34", "2606:2800::1")
        assert texts(destinations(both, 443, families=(4,))) == ["93.184.216.34"]
        assert texts(destinations(both, 443)) == ["93.184.216.34", "2606:2800::1"]
        # one of the other alone must be seen to lead nowhere
        assert texts(destinations(answer(Kind.PUBLIC, "2606:2800::1"), 443, families=(4,))) == ["2606:2800::1"]

    def test_a_long_answer_is_cut_and_the_note_says_so(self) -> None:
        found = destinations(answer(Kind.PRIVATE_ZONE, *(f"10.0.0.{number}" for number in range(40))), 443)
        assert len(found.to) == 16
        assert "16 of the 40" in found.notes[0]

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [
            (Kind.NOWHERE, "a.example has no address there: hidden"),
            (Kind.DIVERTED, "another resolver answers for a.example: hidden"),
            (Kind.UNKNOWN, "the addresses of a.example are not known: hidden"),
            (Kind.ENDPOINT, "the addresses of a.example are not known: hidden"),
        ],
    )
    def test_without_an_address_it_says_why(self, kind: Kind, reason: str) -> None:
        hidden = Problem("dns.private-zone-shadows", "Z1", "hidden")
        found = destinations(answer(kind, problems=(hidden,)), 443)
        assert (found.to, found.reason) == ((), reason)


class TestToldApart:
    def test_public_blocks_of_rules_and_acl_entries_are(self) -> None:
        narrow = changed(sound_vpc(), "groups", "sg-f", egress=(rule("tcp 443", "52.0.0.0/8", "10.0.0.0/8"),))
        closed = guarded(narrow, "subnet-fa", entry(90, egress=True, allow=False, to="93.184.0.0/16"))
        assert [str(each) for each in told_apart(closed, source(closed, FUNCTION))] == ["52.0.0.1", "93.184.0.1"]
        assert [str(each) for each in told_apart(closed, source(closed, OTHER_ZONE))] == ["52.0.0.1"]

    def test_rules_for_everything_or_for_private_ranges_are_not(self) -> None:
        assert told_apart(sound_vpc(), source(sound_vpc(), FUNCTION)) == ()

    def test_what_was_not_read_tells_nothing(self) -> None:
        blind = replace(sound_vpc(), groups=None, acls=None)
        assert told_apart(blind, source(blind, FUNCTION)) == ()


class TestServing:
    def test_the_endpoints_of_the_service_are_found_in_any_state(self) -> None:
        pending = changed(sound_vpc(), "endpoints", "vpce-sqs", state="pending", private_names=False)
        (found,) = serving(pending, "vpc-1", HOST) or ()
        assert (found.id, found.state, found.zones) == ("vpce-sqs", "pending", ("us-east-1a", "us-east-1b"))
        (gateway,) = serving(pending, "vpc-1", f"bucket.{S3_HOST}") or ()
        assert (gateway.id, gateway.kind, gateway.tables) == ("vpce-s3", "gateway", ("rtb-f",))

    def test_others_are_not(self) -> None:
        assert serving(sound_vpc(), "vpc-1", "kms.us-east-1.amazonaws.com") == ()
        assert serving(sound_vpc(), "vpc-1", "db.internal") == ()
        assert serving(sound_vpc(), "vpc-2", HOST) == ()
        assert serving(sound_vpc(endpoints=None), "vpc-1", HOST) is None

    @pytest.mark.parametrize(
        ("host", "service"),
        [
            ("sqs.us-east-1.amazonaws.com", "com.amazonaws.us-east-1.sqs"),
            ("api.ecr.eu-west-1.amazonaws.com", "com.amazonaws.eu-west-1.ecr.api"),
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "com.amazonaws.eu-west-1.ecr.dkr"),
            ("bucket.s3.us-east-1.amazonaws.com", "com.amazonaws.us-east-1.s3"),
            ("123456789012.ddb.us-east-1.amazonaws.com", "com.amazonaws.us-east-1.dynamodb"),
            ("kinesis.us-gov-west-1.amazonaws.com", "com.amazonaws.us-gov-west-1.kinesis-streams"),
            ("sqs.cn-north-1.amazonaws.com.cn", "cn.com.amazonaws.cn-north-1.sqs"),
            ("sqs.cn-north-1.api.amazonwebservices.com.cn", "cn.com.amazonaws.cn-north-1.sqs"),
            ("sts.amazonaws.com", ""),
            ("db.us-east-1.corp.example", ""),
        ],
    )
    def test_the_service_of_a_host(self, host: str, service: str) -> None:
        assert service_of(host) == service
