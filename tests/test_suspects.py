"""What a silence leaves possible, once the rest of the same run is held against it; each deduction by itself."""

import shlex
from dataclasses import replace
from ipaddress import ip_address
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.reach import connect_timeout, some_addresses_dead
from doctor import registry
from doctor.diagnosis import sight, suspects
from doctor.diagnosis.telling import foreign, left, telling
from doctor.evidence import Facts
from doctor.evidence.caller import Answer
from doctor.evidence.clients import Call, Clients, Phase
from doctor.evidence.names import Names, Reply
from doctor.evidence.reach import Reach, Tcp
from doctor.evidence.resolver import Resolver
from doctor.verdict import Diagnosis, Finding, Outcome, Separation, Severity, Source
from tests.evidence import sealed
from tests.evidence.build import SILENT, clients, configured, looked, probe, proxy, system
from tests.test_two_sides import judged

SQS, SNS, KMS, S3 = (f"{name}.us-east-1.amazonaws.com" for name in ("sqs", "sns", "kms", "s3"))
PARTNER, DATABASE = "api.partner.example", "db.internal"
PRIVATE, OTHER_PRIVATE = "10.0.3.20", "10.0.3.21"
PUBLIC, OTHER_PUBLIC, OF_S3 = "54.239.26.12", "54.239.26.13", "52.216.10.10"
WAYS_OUT = {
    f"network.{name}" for name in ("public-subnet", "nat-unavailable", "nat-without-internet", "blackhole-route")
}
WAYS_OUT |= {"network.internet-gateway-missing", "network.public-access-blocked"}
STS_ANSWERS = clients()
STS_SILENT = clients(first=Call(answer=Answer.UNREACHABLE, took=0.5, dns=0.002, stopped_in=Phase.CONNECT), second=None)


def met(host: str, address: str, tcp: Tcp | None = None, port: int = 443) -> tuple[Names, Reach]:
    """One target with one address: it answers, or ends like this."""
    seen = replace(SILENT, address=address, tcp=tcp) if tcp else probe(address=address)
    service = host.partition(".")[0] if host.endswith(".amazonaws.com") else None
    answer = replace(looked(host, system(Reply.RESOLVED, address)), port=port)
    return answer, Reach(host=host, port=port, service=service, probes=(seen,))


def silent(host: str, address: str, port: int = 443) -> tuple[Names, Reach]:
    return met(host, address, Tcp.TIMEOUT, port)


def diagnosed(*facts: Facts | tuple[Facts, ...]) -> Diagnosis:
    """What the inside says of a run, of which the first diagnosis is a silence."""
    flat = [each for item in facts for each in (item if isinstance(item, tuple) else (item,))]
    first = judged(*flat).diagnoses[0]
    assert first.check in suspects.SILENCES
    return first


def suspected(*facts: Facts | tuple[Facts, ...]) -> tuple[str, ...]:
    return diagnosed(*facts).could_also_be


def possible(*facts: Facts | tuple[Facts, ...]) -> set[str]:
    """All that is consistent, also what does not fit among the six: the command about both sides asks for it."""
    words = shlex.split(diagnosed(*facts).separate[0].command)
    return {after for word, after in pairwise(words) if word == "--only"}


class TestSight:
    """What the evidence tells, and what it does not."""

    @staticmethod
    def of(*facts: Facts) -> sight.Sight:
        return sight.sight(sealed(*facts))

    @pytest.mark.parametrize(
        ("tcp", "passed"),
        [(Tcp.CONNECTED, True), (Tcp.REFUSED, True), (Tcp.TIMEOUT, False)],
        ids=str,
    )
    def test_an_answer_of_any_kind_has_passed(self, tcp: Tcp, passed: bool) -> None:
        (tried,) = self.of(*met(SNS, PUBLIC, tcp)).tried
        assert tried == sight.Tried(ip_address(PUBLIC), 443, "sns", passed)

    @pytest.mark.parametrize("tcp", [Tcp.UNREACHABLE, Tcp.FORBIDDEN, Tcp.FAILED])
    def test_what_sent_no_packet_tells_nothing(self, tcp: Tcp) -> None:
        assert self.of(*met(SNS, PUBLIC, tcp)).tried == ()

    def test_one_try_of_three_that_passed_has_passed(self) -> None:
        names, reach = silent(SNS, PUBLIC)
        flaky = replace(reach.probes[0], tries=(Tcp.TIMEOUT, Tcp.CONNECTED, Tcp.TIMEOUT))
        assert self.of(names, replace(reach, probes=(flaky,))).tried[0].passed

    @pytest.mark.parametrize(
        ("told", "answered"),
        [
            (STS_ANSWERS, True),
            (STS_SILENT, False),
            (clients(first=None, failure="no region"), None),
            (clients(first=Call(answer=Answer.UNREACHABLE, took=0.5, stopped_in=Phase.DNS)), None),
        ],
    )
    def test_the_instrument(self, told: Clients, answered: bool | None) -> None:
        assert self.of(told).instrument is answered

    def test_a_target_is_no_instrument(self) -> None:
        assert self.of(*silent("sts.us-east-1.amazonaws.com", PUBLIC), STS_SILENT).instrument is None

    def test_behind_a_proxy_nothing_is_known_of_the_ways(self) -> None:
        names, reach = met(SNS, PUBLIC)
        seen = self.of(names, replace(reach, proxied=True), STS_ANSWERS, proxy(configured()))
        assert (seen.tried, seen.instrument) == ((), None)

    def test_of_two_subnets_neither_speaks_for_the_other(self) -> None:
        one, other = sealed(*met(SNS, PUBLIC)), sealed(*silent(PARTNER, OTHER_PUBLIC))
        apart = [replace(each, vantage=replace(each.vantage, subnet="subnet-b")) for each in other]
        assert sight.sight((*one, *other)).tried
        assert sight.sight((*one, *apart)) == sight.Sight()

    def test_private_names(self) -> None:
        assert self.of(*met(SQS, PRIVATE)).private_names
        assert not self.of(*met(SQS, PUBLIC)).private_names
        assert not self.of(*met(DATABASE, PRIVATE)).private_names, "no name of AWS"
        assert not self.of(*met(SQS, PRIVATE), Resolver(pinned=(SQS,))).private_names, "no resolver was asked"


class TestAWayOutStands:
    def test_the_ways_out_are_out_and_rules_that_tell_addresses_apart_remain(self) -> None:
        facts = (silent(SNS, PUBLIC), met(PARTNER, OTHER_PUBLIC))
        assert not WAYS_OUT & possible(*facts)
        assert suspected(*facts)[:3] == (
            "network.egress-blocked",
            "network.acl-egress-blocked",
            "network.acl-return-blocked",
        )
        assert {"network.nat-acl-blocked", "network.endpoint-missing"} <= possible(*facts)

    def test_so_does_the_same_host_at_another_port(self) -> None:
        assert not WAYS_OUT & possible(silent(PARTNER, PUBLIC, 8443), met(PARTNER, PUBLIC))

    def test_a_gateway_endpoint_is_no_way_out(self) -> None:
        assert possible(silent(SNS, PUBLIC), met(S3, OF_S3)) >= WAYS_OUT

    def test_nor_is_a_way_for_the_other_family(self) -> None:
        assert possible(silent(SNS, PUBLIC), met(PARTNER, "2600:1f18::9")) >= WAYS_OUT

    def test_an_instrument_that_answered_from_nobody_knows_where_strikes_nobody_out(self) -> None:
        facts = (silent(SNS, PUBLIC), STS_ANSWERS)
        assert possible(*facts) >= WAYS_OUT
        assert suspected(*facts)[:3] == ("network.endpoint-missing", "dns.private-names-off", "network.egress-blocked")
        assert not WAYS_OUT & set(suspected(*facts))

    def test_what_is_private_does_not_take_that_way(self) -> None:
        assert "network.no-route" in possible(silent(DATABASE, PRIVATE, 5432), met(PARTNER, PUBLIC))


class TestNames:
    def test_an_endpoint_whose_private_name_works_clears_the_vpcs_resolver(self) -> None:
        alone = possible(silent(SNS, PUBLIC), STS_SILENT)
        beside = possible(silent(SNS, PUBLIC), met(SQS, PRIVATE), STS_SILENT)
        assert alone - beside == {"dns.vpc-hostnames-off"}
        assert {"dns.private-names-off", "network.endpoint-missing"} <= beside
        assert "dns.custom-resolver" not in suspected(silent(SNS, PUBLIC), met(SQS, PRIVATE), STS_SILENT)

    @pytest.mark.parametrize(
        ("nameserver", "strange"),
        [
            ("169.254.78.1", False),
            ("169.254.169.253", False),
            ("fd00:ec2::253", False),
            ("127.0.0.1", False),
            ("10.0.0.2", False),
            ("10.0.3.53", True),
            ("fd12::53", True),
        ],
    )
    def test_a_nameserver_of_ones_own_comes_first(self, nameserver: str, strange: bool) -> None:
        found = suspected(silent(SNS, PUBLIC), STS_SILENT, Resolver(nameservers=(nameserver,)))
        assert (found[0] == "dns.custom-resolver") is strange

    def test_but_not_where_it_forwards(self) -> None:
        own = Resolver(nameservers=("10.0.3.53",))
        assert suspected(silent(SNS, PUBLIC), met(SQS, PRIVATE), own)[0] != "dns.custom-resolver"

    def test_a_link_local_one_clears_nobody(self) -> None:
        """It asks whom the DHCP options name."""
        assert "dns.custom-resolver" in possible(silent(SNS, PUBLIC), Resolver(nameservers=("169.254.78.1",)))


class TestBothFamilies:
    """IPv4 and IPv6 share the function's own rules, and nothing of their ways out."""

    V6 = "2600:1f18::9"

    def test_an_answer_by_ipv6_leaves_what_ipv4_alone_needs(self) -> None:
        found = suspected(silent(SNS, PUBLIC), met(PARTNER, self.V6), STS_SILENT)
        assert set(found) == {"network.endpoint-missing", *WAYS_OUT} - {"network.public-access-blocked"}
        beyond = suspected(silent(PARTNER, PUBLIC), met("other.example", self.V6), STS_SILENT)
        assert set(beyond) == {"network.no-route", *WAYS_OUT} - {"network.public-access-blocked"}

    def test_it_strikes_nobody_out(self) -> None:
        facts = silent(SNS, PUBLIC), met(PARTNER, self.V6), STS_SILENT
        assert {"network.egress-blocked", "network.nat-acl-blocked"} <= possible(*facts)

    def test_the_dead_addresses_of_the_same_host_say_so_too(self) -> None:
        names, reach = met(PARTNER, self.V6)
        dead = replace(SILENT, address=PUBLIC, tcp=Tcp.TIMEOUT)
        found = suspected(names, replace(reach, probes=(*reach.probes, dead)))
        assert set(found) >= WAYS_OUT - {"network.public-access-blocked"}

    def test_one_cause_for_both_comes_before_two(self) -> None:
        names, reach = silent(PARTNER, PUBLIC)
        both = replace(reach, probes=(*reach.probes, replace(SILENT, address=self.V6, tcp=Tcp.TIMEOUT)))
        found = suspected(names, both, met(SQS, PRIVATE))
        assert {"network.no-route", "network.public-access-blocked", "network.egress-blocked"} <= set(found[:4])
        assert not {"network.nat-unavailable", "network.internet-gateway-missing"} & set(found)


class TestSeveralServices:
    def test_that_lead_past_their_endpoints_beside_a_gateway_endpoint_share_the_vpcs_names(self) -> None:
        found = suspected(silent(SNS, PUBLIC), silent(KMS, OTHER_PUBLIC), met(S3, OF_S3), STS_SILENT)
        assert found[:3] == ("network.endpoint-missing", "dns.vpc-hostnames-off", "dns.custom-resolver")

    def test_one_service_shares_nothing(self) -> None:
        assert "dns.vpc-hostnames-off" not in suspected(silent(SNS, PUBLIC), met(S3, OF_S3), STS_SILENT)

    def test_one_that_leads_to_its_endpoint_lets_the_other_have_none_or_no_names(self) -> None:
        found = suspected(silent(SNS, PUBLIC), met(SQS, PRIVATE), STS_SILENT)
        assert found[:3] == ("network.endpoint-missing", "dns.private-names-off", "dns.public-answer")


class TestNothingPasses:
    def test_to_a_private_service_the_functions_own_rules_first(self) -> None:
        found = suspected(silent(SQS, PRIVATE), STS_SILENT)
        assert found[:3] == ("network.egress-blocked", "network.endpoint-ingress-blocked", "network.acl-egress-blocked")
        assert "network.endpoint-unavailable" in found

    def test_of_private_and_public_what_stops_both(self) -> None:
        found = suspected(silent(SQS, PRIVATE), silent("dynamodb.us-east-1.amazonaws.com", OF_S3), STS_SILENT)
        assert found[:4] == (
            "network.egress-blocked",
            "network.acl-egress-blocked",
            "network.acl-return-blocked",
            "network.encryption-control-blocks",
        )

    def test_to_a_public_service_no_way_then_rules_that_people_write(self) -> None:
        assert suspected(silent(SNS, PUBLIC), STS_SILENT) == (
            "network.endpoint-missing",
            "network.egress-blocked",
            "network.nat-acl-blocked",
            "network.nat-unavailable",
            "network.public-subnet",
            "dns.private-names-off",
        )

    def test_to_a_service_that_gateway_endpoints_carry(self) -> None:
        found = suspected(silent(S3, OF_S3), STS_SILENT)
        assert found[:3] == (
            "network.gateway-endpoint-unrouted",
            "network.endpoint-missing",
            "network.egress-blocked",
        )

    def test_to_somebody_else_the_ways_out(self) -> None:
        found = suspected(silent(PARTNER, PUBLIC), STS_SILENT)
        assert found[:3] == ("network.no-route", "network.public-subnet", "network.nat-unavailable")
        assert not any(id_.startswith("dns.") or "endpoint" in id_ for id_ in found)


class TestSomethingPasses:
    def test_a_port_that_is_let_out_elsewhere_makes_the_own_group_unlikely(self) -> None:
        found = suspected(silent(SQS, PRIVATE), STS_ANSWERS)
        assert found[0] == "network.endpoint-ingress-blocked"
        assert not {"network.egress-blocked", "network.acl-egress-blocked"} & set(found)
        assert "network.egress-blocked" in possible(silent(SQS, PRIVATE), STS_ANSWERS), "rules may name addresses"

    def test_another_port_tells_nothing(self) -> None:
        assert "network.egress-blocked" in suspected(silent(DATABASE, PRIVATE, 5432), STS_ANSWERS)[:3]

    def test_an_endpoint_that_answers_clears_the_function_before_the_ways_out(self) -> None:
        found = suspected(silent(SNS, PUBLIC), silent(KMS, OTHER_PUBLIC), met(SQS, PRIVATE), STS_SILENT)
        assert found[0] == "network.endpoint-missing"
        assert "network.egress-blocked" not in found

    def test_hosts_beyond_the_vpc_may_have_lost_their_way(self) -> None:
        found = suspected(silent(DATABASE, "10.1.0.9", 5432), STS_ANSWERS)
        assert {"network.peering-broken", "network.no-route"} <= set(found)
        assert "network.transit-gateway-broken" in possible(silent(DATABASE, "10.1.0.9", 5432), STS_ANSWERS)


class TestSomeAddresses:
    def dead(self, *addresses: str, host: str = PARTNER) -> Diagnosis:
        names, reach = met(host, PUBLIC)
        probes = (*reach.probes, *(replace(SILENT, address=each, tcp=Tcp.TIMEOUT) for each in addresses))
        return diagnosed(names, replace(reach, probes=probes))

    def test_those_of_ipv6(self) -> None:
        found = self.dead("2600:1f18::9")
        assert (found.check, found.could_also_be[0]) == ("reach.some-addresses-dead", "network.ipv6-dead-end")
        assert any("describe-route-tables" in each.command for each in found.separate)

    def test_private_ones(self) -> None:
        assert "network.acl-ingress-blocked" in self.dead(PRIVATE, host=SQS).could_also_be

    def test_public_ones(self) -> None:
        assert "network.prefix-list-mismatch" in self.dead(OTHER_PUBLIC).could_also_be

    def test_connections_that_come_and_go(self) -> None:
        names, reach = met(SNS, PUBLIC)
        mixed = replace(reach.probes[0], tries=(Tcp.CONNECTED, Tcp.TIMEOUT, Tcp.CONNECTED))
        first = judged(names, replace(reach, probes=(mixed,))).diagnoses[0]
        assert first.check == "reach.flaky"
        assert first.could_also_be[:2] == ("network.acl-return-blocked", "network.nat-acl-blocked")
        assert any("describe-network-acls" in each.command for each in first.separate)

    def test_a_refusal_by_turns_is_somebodys_answer(self) -> None:
        names, reach = met(SNS, PUBLIC)
        mixed = replace(reach.probes[0], tries=(Tcp.CONNECTED, Tcp.REFUSED, Tcp.CONNECTED))
        assert judged(names, replace(reach, probes=(mixed,))).diagnoses[0].could_also_be == ()


RUNS = {
    "private service": (silent(SQS, PRIVATE),),
    "public service": (silent(SNS, PUBLIC), STS_SILENT),
    "gateway service": (silent(S3, OF_S3), STS_SILENT),
    "private host": (silent(DATABASE, PRIVATE, 5432), STS_ANSWERS),
    "public host": (silent(PARTNER, PUBLIC), STS_SILENT),
    "IPv6": (silent(PARTNER, "2600:1f18::9"),),
    "several": (silent(SQS, PRIVATE), silent(SNS, PUBLIC), silent(KMS, OTHER_PUBLIC), STS_SILENT),
}


@pytest.mark.parametrize("facts", RUNS.values(), ids=RUNS)
def test_every_suspect_is_told_apart_by_a_command_of_the_aws_cli(facts: tuple[Any, ...]) -> None:
    first = diagnosed(*facts)
    assert 0 < len(first.could_also_be) <= 6
    for suspect in first.could_also_be:
        own = telling([suspect], PUBLIC, 443)
        assert own, suspect
        assert {each.command.split(" --")[0] for each in own} <= {
            each.command.split(" --")[0] for each in first.separate
        }
    assert all(each.command.startswith("aws ") for each in first.separate[1:])
    assert first.separate[0].command.startswith("doctor examine jobs --via deployed")


def test_whatever_the_checks_name_has_a_command() -> None:
    lists = [value for name, value in vars(connect_timeout).items() if name.isupper() and isinstance(value, tuple)]
    dead = [[replace(SILENT, address=each)] for each in (PUBLIC, PRIVATE, "2600:1f18::9")]
    named = {id_ for ids in (*lists, *map(some_addresses_dead._candidates, dead)) for id_ in ids if "." in id_}
    assert named <= set(registry.built_in())
    assert [id_ for id_ in sorted(named) if not telling([id_], PUBLIC, 443)] == []


def test_of_several_silences_each_command_asks_once_and_about_the_address_that_it_is_for() -> None:
    found = diagnosed(*RUNS["several"]).separate
    asked = [each.command for each in found if "private-ip-address" in each.command]
    assert asked == [each for each in asked if PRIVATE in each]
    assert len({each.command for each in found}) == len(found)


def test_commands_that_are_not_known_are_the_checks_own() -> None:
    known, strange = telling(["network.egress-blocked"], PRIVATE, 443), Separation("cat /etc/hosts", "who is named")
    assert foreign([*known, strange]) == [strange]
    assert left([*known, strange], ["network.egress-blocked"]) == list(known)
    assert left([*known, strange], ["network.no-route"]) == []


IDS = sorted({id_ for each in suspects._DEDUCTIONS for id_ in (*each.out, *each.first, *each.last)})
PLACES = st.sampled_from([PRIVATE, OTHER_PRIVATE, PUBLIC, OTHER_PUBLIC, "2600:1f18::9"])
TRIED = st.builds(
    sight.Tried,
    PLACES.map(ip_address),
    st.sampled_from([443, 5432]),
    st.sampled_from([None, "sns", "s3"]),
    st.booleans(),
)
SIGHTS = st.builds(
    sight.Sight,
    tried=st.lists(TRIED, max_size=4).map(tuple),
    instrument=st.sampled_from([None, True, False]),
    private_names=st.booleans(),
    nameservers=st.lists(st.sampled_from(["169.254.78.1", "10.0.3.53"]), max_size=2).map(tuple),
)


def _finding(addresses: list[str]) -> Finding:
    return Finding(
        id="reach.connect-timeout@a:443",
        check="reach.connect-timeout",
        outcome=Outcome.PROBLEM,
        severity=Severity.BREAKS,
        subject="a:443",
        targets=("a:443",),
        message="",
        sources=(Source.INSIDE,),
        addresses=tuple(addresses),
    )


@given(st.lists(PLACES, max_size=3), st.lists(st.sampled_from(IDS), unique=True), SIGHTS)
def test_suspects_are_those_that_were_named_each_once(
    addresses: list[str], named: list[str], sight: sight.Sight
) -> None:
    found = suspects.ranked([_finding(addresses)], [named], sight)
    assert len(set(found)) == len(found)
    assert set(found) <= set(named)


@given(st.lists(PLACES, min_size=1, max_size=3), SIGHTS)
def test_the_functions_own_rules_are_never_struck_out(addresses: list[str], sight: sight.Sight) -> None:
    """They may tell any address and port from any other, so that no answer elsewhere clears them."""
    ours = ["network.egress-blocked", "network.acl-egress-blocked", "network.acl-return-blocked"]
    assert set(suspects.ranked([_finding(addresses)], [ours], sight)) == set(ours)


OF_ONE_FAMILY = st.lists(PLACES.filter(lambda text: ":" not in text), min_size=1, max_size=3)


@given(OF_ONE_FAMILY, st.lists(st.sampled_from(IDS), unique=True))
def test_where_nothing_else_was_met_the_checks_order_stands(addresses: list[str], named: list[str]) -> None:
    assert suspects.ranked([_finding(addresses)], [named], sight.Sight()) == tuple(named)
