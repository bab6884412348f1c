"""Network ACLs: order, both directions, no memory of a connection, and the share of a range that passes."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.network.acls import MOST_ENTRIES, Leg, acl_of, judge
from doctor.network.area import Area, Rectangle
from doctor.network.blocks import block
from doctor.network.ends import Destination, Flow, Source
from doctor.network.model import Acl, AclEntry, Network
from doctor.network.result import Judgement
from tests.network.build import by_id, entry, subnet, vpc

LEGS = tuple(Leg)
EPHEMERAL = 64_512  # ports 1024-65535


def flow(to: str = "10.0.2.9", near: tuple[str, ...] = ("10.0.1.5",), port: int = 443, protocol: str = "tcp") -> Flow:
    """From one address unless told otherwise, so that the area's size is a number of ports."""
    start = Source(subnet="subnet-a", vpc="vpc-1", zone="a", groups=(), blocks=tuple(map(block, near)))
    return Flow(source=start, destination=Destination(address=block(to), port=port, protocol=protocol))


def judged(*entries: AclEntry, leg: Leg, flow: Flow = flow()) -> Judgement:  # noqa: B008 - frozen
    """What an ACL of these entries says; the same whatever their order."""
    answers = []
    for turn in range(4):
        shuffled = list(entries)
        Random(turn).shuffle(shuffled)
        acl = Acl(id="acl-1", vpc="vpc-1", subnets=("subnet-a",), entries=tuple(shuffled))
        answers.append(judge(Network(acls=by_id(acl)), "subnet-a", flow, leg))
    assert all(answer == answers[0] for answer in answers), "the order of the reply decides"
    assert not answers[0].open & answers[0].shut
    return answers[0]


def share(judgement: Judgement, flow: Flow = flow()) -> float:  # noqa: B008 - frozen
    assert judgement.open.size + judgement.shut.size == flow.whole.size, "undecided"
    return judgement.open.size / flow.whole.size


def both(number: int, text: str = "", **more: str | bool) -> tuple[AclEntry, AclEntry]:
    """One rule for each direction."""
    return tuple(replace(entry(number, text, **more), egress=egress) for egress in (False, True))  # type: ignore[arg-type,return-value]


DENY_ALL = (*both(32767, allow=False), *both(32768, allow=False, to="::/0"))

# The guide's custom ACL: HTTPS out, and answers in to the ports that Linux picks.
EXAMPLE_11 = (
    *(entry(110, "tcp 443", egress=True), entry(140, "tcp 32768-65535")),
    *DENY_ALL,
)
EXAMPLE_12 = (
    *(entry(115, "tcp 443", egress=True, to="::/0"), entry(145, "tcp 32768-65535", to="::/0")),
    *EXAMPLE_11,
)


@pytest.mark.parametrize("leg", LEGS)
def test_example_10_the_default_acl_lets_everything_by(leg):
    assert share(judged(*both(100), *DENY_ALL, leg=leg)) == 1


@pytest.mark.parametrize("leg", LEGS)
def test_example_10_the_default_acl_of_ipv4_denies_ipv6(leg):
    six = flow("2600:1f18:1:2::9", ("2600:1f18:1:1::5",))
    assert share(judged(*both(100), *DENY_ALL, leg=leg, flow=six), six) == 0
    assert share(judged(*both(100), *both(101, to="::/0"), *DENY_ALL, leg=leg, flow=six), six) == 1


def test_example_11_lets_https_out_and_nothing_else():
    assert share(judged(*EXAMPLE_11, leg=Leg.REQUEST_OUT, flow=flow("52.94.0.1"))) == 1
    assert share(judged(*EXAMPLE_11, leg=Leg.REQUEST_OUT, flow=flow("52.94.0.1", port=80))) == 0
    assert share(judged(*EXAMPLE_11, leg=Leg.REQUEST_OUT, flow=flow("52.94.0.1", protocol="udp"))) == 0


def test_example_12_ipv6_needs_the_ipv6_twins():
    six = flow("2606:2800::1", ("2600:1f18:1:1::5",))
    for leg, passes in ((Leg.REQUEST_OUT, 1), (Leg.ANSWER_IN, 32_768 / EPHEMERAL)):
        assert share(judged(*EXAMPLE_11, leg=leg, flow=six), six) == 0
        assert share(judged(*EXAMPLE_12, leg=leg, flow=six), six) == passes


def test_example_13_half_of_all_connections_hang():
    judgement = judged(*EXAMPLE_11, leg=Leg.ANSWER_IN, flow=flow("52.94.0.1"))
    assert judgement.open.size == 32_768
    assert judgement.shut.size == 31_744
    assert f"{judgement.shut.size / EPHEMERAL:.1%}" == "49.2%"
    (blocker,) = judgement.blockers
    assert (blocker.check, blocker.direction, blocker.component) == ("network.acl-return-blocked", "return", "acl-1")
    assert blocker.share == round(32_768 / EPHEMERAL, 6) == 0.507937
    assert "tcp 1024-65535 from 52.94.0.1" in blocker.detail
    assert "50.8% pass" in blocker.detail
    (hop,) = judgement.returning
    assert (hop.verdict, judgement.hops) == ("partly", ())
    assert hop.rule == "rule 140 allow tcp 32768-65535 from 0.0.0.0/0; rule * deny all from 0.0.0.0/0"


def test_example_14_a_rule_for_return_ports_opens_no_service_port():
    rules = (entry(120, "tcp 1024-65535", egress=True, to="192.0.2.0/24"), *DENY_ALL)
    assert share(judged(*rules, leg=Leg.REQUEST_OUT, flow=flow("192.0.2.7"))) == 0
    assert share(judged(*rules, leg=Leg.REQUEST_OUT, flow=flow("192.0.2.7", port=8443))) == 1
    assert share(judged(*rules, leg=Leg.ANSWER_OUT, flow=flow(near=("192.0.2.7",)))) == 1


# Section 3.3, line by line.


def test_the_lowest_number_decides_whatever_the_order_of_the_reply():
    deny, allow = entry(90, "tcp 443", egress=True, allow=False), entry(100, egress=True)
    assert share(judged(allow, deny, leg=Leg.REQUEST_OUT)) == 0
    assert share(judged(replace(deny, number=110), allow, leg=Leg.REQUEST_OUT)) == 1


def test_what_no_rule_names_is_denied_even_where_the_reply_lacks_the_last_rule():
    judgement = judged(entry(100, "tcp 80", egress=True), leg=Leg.REQUEST_OUT)
    assert share(judgement) == 0
    assert judgement.hops[0].rule == "rule * deny all, for no other matches"


@pytest.mark.parametrize("leg", LEGS)
def test_nothing_is_remembered_of_a_connection(leg):
    """Each of the four crossings needs its own rule; three of four are not enough."""
    four = {
        Leg.REQUEST_OUT: entry(100, "tcp 443", egress=True, to="10.0.2.0/24"),
        Leg.REQUEST_IN: entry(100, "tcp 443", to="10.0.1.0/24"),
        Leg.ANSWER_OUT: entry(200, "tcp 1024-65535", egress=True, to="10.0.1.0/24"),
        Leg.ANSWER_IN: entry(200, "tcp 1024-65535", to="10.0.2.0/24"),
    }
    assert share(judged(*four.values(), leg=leg)) == 1
    assert share(judged(*(rule for of, rule in four.items() if of is not leg), leg=leg)) == 0


@pytest.mark.parametrize("leg", LEGS)
def test_rules_of_the_other_direction_are_not_asked(leg):
    assert share(judged(replace(entry(100), egress=not leg.egress), leg=leg)) == 0


@pytest.mark.parametrize(
    ("leg", "check", "direction"),
    [
        (Leg.REQUEST_OUT, "network.acl-egress-blocked", "forward"),
        (Leg.REQUEST_IN, "network.acl-ingress-blocked", "forward"),
        (Leg.ANSWER_OUT, "network.acl-return-blocked", "return"),
        (Leg.ANSWER_IN, "network.acl-return-blocked", "return"),
    ],
)
def test_each_leg_names_its_fault_and_its_direction(leg, check, direction):
    (blocker,) = judged(leg=leg).blockers
    assert (blocker.check, blocker.direction, blocker.share) == (check, direction, 0)


def test_a_caller_may_name_the_fault():
    known = Network(acls=by_id(Acl(id="acl-1", vpc="vpc-1", subnets=("subnet-a",))))
    (blocker,) = judge(known, "subnet-a", flow(), Leg.REQUEST_IN, "network.nat-acl-blocked").blockers
    assert blocker.check == "network.nat-acl-blocked"


def test_answers_go_to_every_port_from_1024():
    """Lambda and NAT gateways connect from 1024-65535 (VPC user guide, ephemeral ports)."""
    assert share(judged(entry(100, "tcp 1024-65535"), leg=Leg.ANSWER_IN)) == 1
    assert share(judged(entry(100, "tcp 1025-65535"), leg=Leg.ANSWER_IN)) == (EPHEMERAL - 1) / EPHEMERAL
    assert share(judged(entry(100, "tcp 1024-65534"), leg=Leg.ANSWER_IN)) == (EPHEMERAL - 1) / EPHEMERAL
    assert share(judged(entry(100, "tcp 32768-61000"), leg=Leg.ANSWER_IN)) == 28_233 / EPHEMERAL
    assert share(judged(entry(100, "tcp 49152-65535"), leg=Leg.ANSWER_IN)) == 16_384 / EPHEMERAL


def test_a_rule_for_a_part_of_the_source_s_addresses_opens_that_part():
    wide = flow(near=("10.0.1.0/24",))
    for leg in (Leg.REQUEST_IN, Leg.ANSWER_OUT):
        assert share(judged(*both(100, to="10.0.1.0/26"), leg=leg, flow=wide), wide) == 0.25
    for leg in (Leg.REQUEST_OUT, Leg.ANSWER_IN):
        assert share(judged(*both(100, to="10.0.2.0/24"), leg=leg, flow=wide), wide) == 1


def test_addresses_and_ports_of_an_answer_are_cut_together():
    wide = flow(near=("10.0.1.0/24",))
    rules = (
        entry(100, "tcp 1024-2047", egress=True, to="10.0.1.0/25", allow=False),
        entry(110, egress=True),
    )
    judgement = judged(*rules, leg=Leg.ANSWER_OUT, flow=wide)
    assert judgement.shut == Area((Rectangle(block("10.0.1.0").first, block("10.0.1.127").first, 1024, 2047),))


@pytest.mark.parametrize(
    ("to", "port", "service"),
    [
        ("10.0.0.2", 53, "the Route 53 Resolver"),
        ("169.254.169.253", 53, "the Route 53 Resolver"),
        ("fd00:ec2::253", 53, "the Route 53 Resolver"),
        ("169.254.169.254", 80, "the instance metadata service"),
        ("169.254.169.123", 123, "the Amazon Time Sync Service"),
    ],
)
@pytest.mark.parametrize("leg", LEGS)
def test_the_resolver_and_metadata_are_not_filtered(to, port, service, leg):
    asked = flow(to, ("10.0.1.5", "2600:1f18:1:1::5"), port, "udp")
    known = Network(vpcs=by_id(vpc()), acls=by_id(Acl(id="acl-1", vpc="vpc-1", subnets=("subnet-a",))))
    judgement = judge(known, "subnet-a", asked, leg)
    assert share(judgement, asked) == 1
    assert (judgement.hops + judgement.returning)[0].rule == f"network ACLs do not filter {service}"


@pytest.mark.parametrize(("to", "port"), [("10.0.0.2", 443), ("10.0.0.3", 53), ("10.0.1.2", 53)])
def test_other_ports_and_addresses_are_filtered(to, port):
    known = Network(vpcs=by_id(vpc()), acls=by_id(Acl(id="acl-1", vpc="vpc-1", subnets=("subnet-a",))))
    assert share(judge(known, "subnet-a", flow(to, port=port), Leg.REQUEST_OUT)) == 0


def test_path_mtu_messages_are_no_condition():
    """ICMP type 3 code 4 dropped makes large packets hang where MTUs differ; it stops no connection."""
    assert share(judged(entry(90, "icmp", allow=False), entry(100), leg=Leg.ANSWER_IN)) == 1


@pytest.mark.parametrize("protocol", ["all", "-1"])
def test_a_rule_for_all_protocols_ignores_its_ports(protocol):
    rule = replace(entry(100, egress=True), protocol=protocol, ports=(80, 80))
    assert share(judged(rule, leg=Leg.REQUEST_OUT)) == 1


@pytest.mark.parametrize(("number", "name"), [("6", "tcp"), ("17", "udp")])
def test_protocol_numbers_without_ports_are_all_ports(number, name):
    rule = replace(entry(100, egress=True), protocol=number)
    assert share(judged(rule, leg=Leg.REQUEST_OUT, flow=flow(protocol=name))) == 1
    assert share(judged(rule, leg=Leg.REQUEST_OUT, flow=flow(protocol="udp" if name == "tcp" else "tcp"))) == 0


@pytest.mark.parametrize("protocol", ["icmp", "icmpv6", "1", "50", "255"])
def test_other_protocols_carry_no_connection(protocol):
    rule = replace(entry(90, egress=True, allow=False), protocol=protocol)
    assert share(judged(rule, entry(100, egress=True), leg=Leg.REQUEST_OUT)) == 1


@pytest.mark.parametrize("word", ["quic", "256", "", "٦"])
def test_a_protocol_that_nobody_knows_is_undecided_where_it_could_decide(word):
    deny = replace(entry(90, egress=True, allow=False), protocol=word)
    allow = replace(deny, allow=True)
    for strange, last in ((deny, entry(100, egress=True)), (allow, entry(100, egress=True, allow=False))):
        judgement = judged(strange, last, leg=Leg.REQUEST_OUT)
        assert (judgement.open.size, judgement.shut.size) == (0, 0)
        assert judgement.unknowns == (f"the protocol {word!r} of rule 90 of acl-1 is not known",)
        assert (judgement.hops[0].verdict, judgement.blockers) == ("unknown", ())
    assert share(judged(allow, entry(100, egress=True), leg=Leg.REQUEST_OUT)) == 1
    assert share(judged(deny, leg=Leg.REQUEST_OUT)) == 0
    assert share(judged(entry(80, egress=True), deny, leg=Leg.REQUEST_OUT)) == 1


# Hops, remedies.


def test_a_hop_names_the_rule_that_lets_by():
    rule = entry(110, "tcp 443", to="10.0.0.0/16")
    (hop,) = judged(rule, entry(120, "tcp 443"), leg=Leg.REQUEST_IN).hops
    assert (hop.component, hop.verdict) == ("acl-1", "passes")
    assert hop.rule == "rule 110 allow tcp 443 from 10.0.0.0/16"


def test_a_hop_names_the_rule_that_denies():
    judgement = judged(entry(90, "tcp 443", egress=True, allow=False), entry(100, egress=True), leg=Leg.REQUEST_OUT)
    assert judgement.hops[0].rule == "rule 90 deny tcp 443 to 0.0.0.0/0"
    assert judgement.hops[0].verdict == "blocks"


def test_a_hop_names_the_rules_in_the_order_of_their_numbers():
    rules = (entry(90, "tcp 1024-2047", allow=False), entry(100), entry(80, "tcp 65535"))
    (hop,) = judged(*rules, leg=Leg.ANSWER_IN).returning
    assert [part.partition(" from ")[0] for part in hop.rule.split("; ")] == [
        "rule 80 allow tcp 65535",
        "rule 90 deny tcp 1024-2047",
        "rule 100 allow all",
    ]


def test_of_many_rules_a_hop_names_a_few():
    rules = [entry(number, f"tcp {1000 + number}-{1000 + number}") for number in range(100, 150)]
    (hop,) = judged(*rules, leg=Leg.ANSWER_IN).returning
    assert hop.rule.startswith("rule 100 allow tcp 1100 from 0.0.0.0/0; ")
    assert "; 47 more; rule * deny all" in hop.rule


REMEDIED = {
    Leg.REQUEST_OUT: "--egress --rule-number 89 --protocol tcp --port-range From=443,To=443 --cidr-block 10.0.2.9/32",
    Leg.REQUEST_IN: "--ingress --rule-number 89 --protocol tcp --port-range From=443,To=443 --cidr-block 10.0.1.5/32",
    Leg.ANSWER_OUT: "--egress --rule-number 89 --protocol tcp --port-range From=1024,To=65535 --cidr-block 10.0.1.5/32",
    Leg.ANSWER_IN: "--ingress --rule-number 89 --protocol tcp --port-range From=1024,To=65535 --cidr-block 10.0.2.9/32",
}


@pytest.mark.parametrize("leg", LEGS)
def test_the_remedy_is_a_rule_before_the_one_that_denies(leg):
    rules = (*both(90, allow=False), *both(100))
    (blocker,) = judged(*rules, leg=leg).blockers
    (command,) = blocker.commands
    assert f"--network-acl-id acl-1 {REMEDIED[leg]} --rule-action allow" in command


def test_the_remedy_comes_before_every_rule_that_denies_and_takes_no_number_that_is_taken():
    rules = (
        entry(90, "tcp 1024-2047", allow=False),
        entry(95, "tcp 1024-4095"),
        entry(100, allow=False),
        entry(89, "udp"),
        entry(88, "udp", egress=True),
    )
    (blocker,) = judged(*rules, leg=Leg.ANSWER_IN).blockers
    assert "--ingress --rule-number 88 " in blocker.commands[0]


# Which ACL, and what was not read.

OWN = Acl(id="acl-own", vpc="vpc-1", subnets=("subnet-a",))
DEFAULT = Acl(id="acl-default", vpc="vpc-1", default=True)
SUBNETS = by_id(subnet("a", "a", 1), subnet("b", "b", 2))


def test_the_acl_that_names_the_subnet_else_the_default_one():
    other = Acl(id="acl-0", vpc="vpc-2", default=True)
    known = Network(subnets=SUBNETS, acls=by_id(other, DEFAULT, OWN))
    assert acl_of(known, "subnet-a") is OWN
    assert acl_of(known, "subnet-b") is DEFAULT


@pytest.mark.parametrize("leg", LEGS)
@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Network(unread={"NetworkAcls": "denied: ec2:DescribeNetworkAcls"}), "(denied: ec2:DescribeNetworkAcls)"),
        (Network(acls=by_id(DEFAULT)), "the network ACL of subnet-a was not read"),
        (Network(acls={}, subnets=SUBNETS), "the network ACL of subnet-a was not read"),
        (Network(acls=by_id(OWN, replace(OWN, id="acl-2"))), "acl-2 and acl-own both claim to guard subnet-a"),
        (Network(acls=by_id(replace(OWN, unread=("entries",)))), "the rule set of acl-own was not read"),
        (
            Network(acls=by_id(DEFAULT, replace(OWN, subnets=(), unread=("subnets",))), subnets=SUBNETS),
            "the network ACL of subnet-a was not read",
        ),
    ],
)
def test_what_was_not_read_is_undecided_with_a_reason(known, reason, leg):
    judgement = judge(known, "subnet-a", flow(), leg)
    assert (judgement.open.size, judgement.shut.size, judgement.blockers) == (0, 0, ())
    assert reason in judgement.unknowns[0]
    assert bool(judgement.returning) == leg.returning


def test_more_rules_than_aws_allows_are_undecided():
    rules = [entry(number, f"tcp {number + 1024}") for number in range(1, MOST_ENTRIES + 2)]
    acl = Acl(id="acl-1", vpc="vpc-1", subnets=("subnet-a",), entries=tuple(rules))
    judgement = judge(Network(acls=by_id(acl)), "subnet-a", flow(), Leg.ANSWER_IN)
    assert judgement.unknowns == ("acl-1 has more rules than AWS allows: 1001",)


def test_a_source_without_an_address_of_that_family_has_no_connections():
    judgement = judged(*both(100), leg=Leg.REQUEST_OUT, flow=flow("2606:2800::1"))
    assert (judgement.open.size, judgement.shut.size, judgement.blockers) == (0, 0, ())


ENTRIES = st.lists(
    st.builds(
        lambda number, allow, name, host, length, ports: AclEntry(
            number=number,
            egress=True,
            allow=allow,
            protocol=name,
            block=block(f"10.0.1.{host}/{length}"),
            ports=(min(ports), max(ports)),
        ),
        st.integers(1, 10_000),
        st.booleans(),
        st.sampled_from(["tcp", "udp", "all", "icmp", "6"]),
        st.integers(0, 255),
        st.integers(24, 32),
        st.tuples(st.integers(1000, 1100), st.integers(1000, 65535)),
    ),
    max_size=8,
    unique_by=lambda rule: rule.number,
)


@given(ENTRIES, st.integers(0, 255), st.integers(1024, 1110))
def test_every_single_connection_is_decided_by_the_first_rule_that_matches(rules, host, port):
    wide = flow(near=("10.0.1.0/24",))
    judgement = judged(*rules, leg=Leg.ANSWER_OUT, flow=wide)
    address = block(f"10.0.1.{host}")
    first = next(
        (
            rule.allow
            for rule in sorted(rules, key=lambda rule: rule.number)
            if rule.protocol in ("tcp", "6", "all")
            and rule.block.covers(address)
            and (rule.protocol == "all" or rule.ports[0] <= port <= rule.ports[1])
        ),
        False,
    )
    here = Area((Rectangle(address.first, address.first, port, port),))
    assert bool(judgement.open & here) == first
    assert bool(judgement.shut & here) != first
