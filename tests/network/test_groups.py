"""Security groups: unions of rules that only allow, references to other groups, prefix lists, and what was not read."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.network.area import Area, Rectangle
from doctor.network.beyond import Peering, PeeringSide, PrefixList
from doctor.network.blocks import block
from doctor.network.ends import EPHEMERAL, Destination, Flow, Source
from doctor.network.groups import inbound, outbound
from doctor.network.model import GroupReference, GroupRule, Interface, Network, SecurityGroup
from doctor.network.result import Judgement
from tests.network.build import by_id, interface, rule, vpc

CHECK = "network.target-ingress-blocked"
TARGET = interface("eni-t", "subnet-t", "10.0.2.9", "sg-t", public=(block("3.3.3.3"),))


def flow(
    to: str = "10.0.2.9",
    groups: Sequence[str] = ("sg-f",),
    near: Sequence[str] = ("10.0.1.0/24", "2600:1f18:1:1::/64"),
    port: int = 443,
    protocol: str = "tcp",
) -> Flow:
    start = Source(subnet="subnet-a", vpc="vpc-1", zone="a", groups=tuple(groups), blocks=tuple(map(block, near)))
    return Flow(source=start, destination=Destination(address=block(to), port=port, protocol=protocol))


def out(*rules: GroupRule, far: Interface | None = None, flow: Flow = flow(), **sections: Any) -> Judgement:  # noqa: B008
    """What one group of these outbound rules says; the same whatever their order."""
    return _same(rules, "egress", "sg-f", lambda network: outbound(network, flow, far), sections)


def enter(
    *rules: GroupRule,
    far: Interface = TARGET,
    keeps_groups: bool | None = True,
    flow: Flow = flow(),  # noqa: B008
    **sections: Any,
) -> Judgement:
    """What one group of these inbound rules says at the target; the same whatever their order."""
    return _same(
        rules,
        "ingress",
        "sg-t",
        lambda network: inbound(network, flow, far, CHECK, keeps_groups=keeps_groups),
        sections,
    )


def _same(rules: Sequence[GroupRule], direction: str, id: str, ask: Any, sections: dict[str, Any]) -> Judgement:
    answers = []
    for turn in range(4):
        shuffled = list(rules)
        Random(turn).shuffle(shuffled)
        group = SecurityGroup(id=id, vpc="vpc-1", **{direction: tuple(shuffled)})  # type: ignore[arg-type]
        known: dict[str, Any] = {"groups": by_id(group), "interfaces": {}, "prefix_lists": {}, "peerings": {}}
        answers.append(ask(Network(**{**known, **sections})))
    assert all(answer == answers[0] for answer in answers), "the order of rules decides"
    assert not answers[0].open & answers[0].shut
    return answers[0]


def passes(judgement: Judgement, flow: Flow = flow()) -> bool:  # noqa: B008
    """Whether everything passes or nothing does; anything else is a failure."""
    assert {judgement.open.size, judgement.shut.size} == {0, flow.whole.size}
    assert bool(judgement.blockers) == bool(judgement.shut)
    assert not judgement.unknowns
    return not judgement.shut


def undecided(judgement: Judgement) -> tuple[str, ...]:
    """The reasons of a judgement that decides nothing."""
    assert (judgement.open.size, judgement.shut.size, judgement.blockers) == (0, 0, ())
    assert judgement.unknowns
    assert {hop.verdict for hop in judgement.hops} == {"unknown"}
    return judgement.unknowns


# Rules only allow, and all groups are taken together.


@pytest.mark.parametrize(
    ("text", "far", "open"),
    [
        ("", "0.0.0.0/0", True),
        ("tcp", "0.0.0.0/0", True),
        ("tcp 443", "10.0.2.9/32", True),
        ("tcp 443", "10.0.2.8/32", False),
        ("tcp 444", "0.0.0.0/0", False),
        ("udp 443", "0.0.0.0/0", False),
        ("tcp 443", "::/0", False),
        ("icmp", "0.0.0.0/0", False),
        ("icmpv6", "0.0.0.0/0", False),
    ],
)
def test_a_rule_opens_its_protocol_port_and_addresses_alone(text, far, open):
    assert passes(out(rule(text, far))) is open


def test_a_range_of_ports_includes_both_ends():
    wide = GroupRule(protocol="tcp", ports=(440, 443), blocks=(block("0.0.0.0/0"),))
    for port, open in ((439, False), (440, True), (443, True), (444, False)):
        asked = flow(port=port)
        assert passes(out(wide, flow=asked), asked) is open


def test_any_rule_of_any_group_is_enough():
    known = by_id(
        SecurityGroup(id="sg-a", vpc="vpc-1", egress=(rule("tcp 80", "0.0.0.0/0"),)),
        SecurityGroup(id="sg-b", vpc="vpc-1", egress=(rule("udp 443", "0.0.0.0/0"), rule("tcp 443", "10.0.0.0/16"))),
    )
    for groups in (("sg-a", "sg-b"), ("sg-b", "sg-a"), ("sg-b", "sg-a", "sg-b")):
        judgement = outbound(Network(groups=known), flow(groups=groups), None)
        assert passes(judgement)
        assert [(hop.component, hop.rule) for hop in judgement.hops] == [("sg-b", "egress tcp 443 to 10.0.0.0/16")]


def test_the_rule_that_is_named_is_one_that_opens():
    beside = (rule("tcp 443", "1.0.0.0/8", "9.0.0.0/8"), rule("", "10.0.2.8/32"), rule("tcp 443", "pl-1"))
    known = by_id(PrefixList(id="pl-1", blocks=(block("2.0.0.0/8"),)))
    judgement = out(*beside, rule("tcp 443", "10.0.2.9/32"), prefix_lists=known)
    assert [hop.rule for hop in judgement.hops] == ["egress tcp 443 to 10.0.2.9"]
    judgement = enter(*beside, rule("tcp 443", "10.0.1.0/24"), prefix_lists=known)
    assert [hop.rule for hop in judgement.hops] == ["ingress tcp 443 from 10.0.1.0/24"]


def test_a_group_without_outbound_rules_lets_nothing_out():
    judgement = out()
    assert not passes(judgement)
    assert "has no egress rule at all" in judgement.blockers[0].detail


def test_a_new_group_lets_everything_out_and_nothing_in():
    """As create-security-group makes it: one outbound rule for everything, none inbound."""
    assert passes(out(rule("", "0.0.0.0/0")))
    assert not passes(enter())


def test_ipv4_and_ipv6_rules_open_only_their_own_family():
    six = flow("2606:2800::1")
    assert not passes(out(rule("", "0.0.0.0/0"), flow=six), six)
    assert passes(out(rule("", "::/0"), flow=six), six)


@pytest.mark.parametrize("word", ["-1", "all"])
def test_a_rule_for_all_protocols_is_for_all_ports(word):
    assert passes(out(GroupRule(protocol=word, ports=(80, 80), blocks=(block("0.0.0.0/0"),))))


@pytest.mark.parametrize(("word", "open"), [("6", True), ("17", False), ("1", False), ("50", False)])
def test_a_protocol_may_be_written_as_a_number(word, open):
    assert passes(out(GroupRule(protocol=word, blocks=(block("0.0.0.0/0"),)))) is open


@pytest.mark.parametrize("word", ["quic", "256", ""])
def test_a_protocol_that_nobody_knows_is_undecided_unless_another_rule_opens(word):
    strange = GroupRule(protocol=word, blocks=(block("0.0.0.0/0"),))
    assert undecided(out(strange)) == (f"the protocol {word!r} of a rule of sg-f is not known",)
    assert passes(out(strange, rule("tcp 443", "0.0.0.0/0")))


def test_answers_need_no_rule():
    """Groups are stateful: the source's inbound and the target's outbound rules are never asked."""
    source = SecurityGroup(id="sg-f", vpc="vpc-1", egress=(rule("tcp 443", "0.0.0.0/0"),), ingress=())
    target = SecurityGroup(id="sg-t", vpc="vpc-1", ingress=(rule("tcp 443", "0.0.0.0/0"),), egress=())
    known = Network(groups=by_id(source, target))
    for judgement in (outbound(known, flow(), TARGET), inbound(known, flow(), TARGET, CHECK, keeps_groups=True)):
        assert passes(judgement)
        assert judgement.returning == ()


@pytest.mark.parametrize("mirror", [(), (rule("", "0.0.0.0/0"),)])
def test_tracked_or_not_the_verdict_is_the_same(mirror):
    """A flow is untracked where both directions are open to the world; what passes is the same."""
    group = SecurityGroup(id="sg-f", vpc="vpc-1", egress=(rule("", "0.0.0.0/0"),), ingress=mirror)
    assert passes(outbound(Network(groups=by_id(group)), flow(), None))


def test_path_mtu_messages_are_no_condition():
    assert passes(out(rule("tcp 443", "0.0.0.0/0")))


@pytest.mark.parametrize(
    ("to", "port", "service"),
    [
        ("10.0.0.2", 53, "the Route 53 Resolver"),
        ("169.254.169.253", 53, "the Route 53 Resolver"),
        ("fd00:ec2::253", 53, "the Route 53 Resolver"),
        ("169.254.169.254", 80, "the instance metadata service"),
        ("fd00:ec2::254", 80, "the instance metadata service"),
        ("169.254.169.123", 123, "the Amazon Time Sync Service"),
        ("169.254.170.2", 80, "the ECS task metadata endpoint"),
    ],
)
def test_the_resolver_and_metadata_are_not_filtered(to, port, service):
    asked = flow(to, port=port, protocol="udp")
    judgement = out(flow=asked, vpcs=by_id(vpc()))
    assert passes(judgement, asked)
    assert judgement.hops[0].rule == f"security groups do not filter {service}"


@pytest.mark.parametrize(("to", "port"), [("10.0.0.2", 443), ("10.0.0.3", 53), ("10.0.1.2", 53)])
def test_a_resolver_of_one_s_own_is_filtered(to, port):
    asked = flow(to, port=port, protocol="udp")
    assert not passes(out(flow=asked, vpcs=by_id(vpc())), asked)


def test_a_group_of_another_vpc_counts_where_the_interface_bears_it():
    """A group may be associated with several VPCs, so its own VPC says nothing."""
    group = SecurityGroup(id="sg-f", vpc="vpc-9", egress=(rule("tcp 443", "0.0.0.0/0"),))
    assert passes(outbound(Network(groups=by_id(group)), flow(), None))


# Inbound: what part of the source's addresses is admitted.


def test_a_rule_for_a_part_of_the_subnet_admits_that_part():
    judgement = enter(rule("tcp 443", "10.0.1.0/26"))
    assert judgement.open == Area((Rectangle(block("10.0.1.0").first, block("10.0.1.63").first, *EPHEMERAL),))
    assert judgement.shut == flow().whole - judgement.open
    (blocker,) = judgement.blockers
    assert (blocker.check, blocker.component, blocker.share) == (CHECK, "sg-t", 0.25)
    assert blocker.detail == "sg-t has no rule for all of ingress tcp 443 from 10.0.1.0/24"
    assert (judgement.hops[0].verdict, judgement.hops[0].rule) == ("partly", "ingress tcp 443 from 10.0.1.0/26")


def test_rules_for_parts_are_joined_across_groups():
    known = by_id(
        SecurityGroup(id="sg-t", vpc="vpc-1", ingress=(rule("tcp 443", "10.0.1.0/25"),)),
        SecurityGroup(id="sg-u", vpc="vpc-1", ingress=(rule("", "10.0.1.128/25", "10.0.1.64/26"),)),
    )
    far = replace(TARGET, groups=("sg-t", "sg-u"))
    assert passes(inbound(Network(groups=known), flow(), far, CHECK, keeps_groups=True))


def test_a_source_with_addresses_in_two_blocks_is_admitted_by_both():
    asked = flow(near=("10.0.1.0/24", "10.0.3.0/24"))
    assert enter(rule("tcp 443", "10.0.1.0/24"), flow=asked).open.size * 2 == asked.whole.size
    assert passes(enter(rule("tcp 443", "10.0.1.0/24", "10.0.3.0/24"), flow=asked), asked)
    assert passes(enter(rule("tcp 443", "10.0.0.0/22"), flow=asked), asked)


CIDRS = st.lists(st.tuples(st.integers(0, 511), st.integers(22, 32)), max_size=8)


@given(CIDRS, st.integers(0, 255))
def test_an_address_is_admitted_if_any_rule_holds_it(cidrs, host):
    texts = [f"10.0.{number // 256}.{number % 256}/{length}" for number, length in cidrs]
    judgement = enter(*(rule("tcp 443", text) for text in texts))
    address = block(f"10.0.1.{host}")
    here = Area((Rectangle(address.first, address.first, 1024, 1024),))
    assert bool(judgement.open & here) == any(block(text).covers(address) for text in texts)
    assert judgement.open.size + judgement.shut.size == flow().whole.size


def test_an_interface_that_has_no_groups_is_unguarded_where_its_kind_never_has_any():
    nat = interface("eni-n", "subnet-t", "10.0.2.9", kind="nat_gateway")
    assert passes(inbound(Network(), flow(), nat, CHECK, keeps_groups=True))
    plain = interface("eni-n", "subnet-t", "10.0.2.9")
    reasons = undecided(inbound(Network(), flow(), plain, CHECK, keeps_groups=True))
    assert reasons == ("the set of security groups of eni-n was not read",)


# References to groups: the private addresses of the interfaces that bear them.

REFERS = rule("tcp 443", "sg-f")
REFERS_OUT = rule("tcp 443", "sg-t")


def test_an_inbound_reference_admits_all_that_the_bearer_sends():
    judgement = enter(REFERS)
    assert passes(judgement)
    assert judgement.hops[0].rule == "ingress tcp 443 from sg-f"
    assert not passes(enter(rule("tcp 443", "sg-other")))
    assert not passes(enter(rule("tcp 80", "sg-f")))


def test_an_outbound_reference_needs_a_target_that_bears_the_group():
    judgement = out(REFERS_OUT, far=TARGET)
    assert passes(judgement)
    assert judgement.hops[0].rule == "egress tcp 443 to sg-t"
    assert not passes(out(REFERS_OUT, far=replace(TARGET, groups=("sg-other",))))


def test_a_reference_does_not_match_a_public_address():
    public = flow("3.3.3.3")
    assert not passes(out(REFERS_OUT, far=TARGET, flow=public), public)
    assert not passes(enter(REFERS, flow=public), public)


def test_a_reference_takes_over_none_of_the_other_group_s_rules():
    other = SecurityGroup(id="sg-other", vpc="vpc-1", ingress=(rule("", "0.0.0.0/0"),))
    mine = SecurityGroup(id="sg-t", vpc="vpc-1", ingress=(rule("tcp 443", "sg-other"),))
    assert not passes(inbound(Network(groups=by_id(mine, other)), flow(), TARGET, CHECK, keeps_groups=True))


def test_groups_that_refer_to_each_other_are_no_circle():
    one = SecurityGroup(id="sg-f", vpc="vpc-1", egress=(rule("", "sg-t"),), ingress=(rule("", "sg-f", "sg-t"),))
    other = SecurityGroup(id="sg-t", vpc="vpc-1", ingress=(rule("", "sg-f"),), egress=(rule("", "sg-t"),))
    known = Network(groups=by_id(one, other))
    assert passes(outbound(known, flow(), TARGET))
    assert passes(inbound(known, flow(), TARGET, CHECK, keeps_groups=True))


def test_a_hop_that_discards_groups_leaves_references_without_effect():
    assert not passes(enter(REFERS, keeps_groups=False))
    assert passes(enter(REFERS, rule("tcp 443", "10.0.0.0/16"), keeps_groups=False))
    assert not passes(enter(rule("tcp 443", "sg-other"), keeps_groups=None))
    (reason,) = undecided(enter(REFERS, keeps_groups=None))
    assert reason.startswith("whether the way to eni-t keeps security groups")


UNSEEN: dict[str, Any] = {"unread": {"NetworkInterfaces": "denied: ec2:DescribeNetworkInterfaces"}, "interfaces": None}
PEER = replace(TARGET, id="eni-p", vpc="vpc-2", groups=("sg-p",), addresses=(block("10.2.0.9"),))
ACROSS = flow("10.2.0.9")


def peering(state: str = "active", far_region: str = "us-east-1") -> Peering:
    near = PeeringSide(vpc="vpc-1", region="us-east-1", blocks=(block("10.0.0.0/16"),))
    far = PeeringSide(vpc="vpc-2", region=far_region, blocks=(block("10.2.0.0/16"),))
    return Peering(id="pcx-1", state=state, requester=near, accepter=far)


def referring(**more: str) -> GroupRule:
    return rule("tcp 443")._replace(groups=(GroupReference(group="sg-p", **more),))


def test_a_reference_holds_over_an_active_peering_connection():
    known = {"peerings": by_id(peering()), "far": PEER, "flow": ACROSS}
    assert passes(out(referring(vpc="vpc-2", peering="pcx-1", status="active"), **known), ACROSS)
    assert passes(out(referring(), **known), ACROSS)
    assert not passes(out(referring(vpc="vpc-2", peering="pcx-9"), **known), ACROSS)


def test_a_peering_connection_of_other_vpcs_carries_no_reference():
    other = replace(peering(), accepter=PeeringSide(vpc="vpc-3", region="us-east-1"))
    assert not passes(out(referring(), far=PEER, flow=ACROSS, peerings=by_id(other)), ACROSS)


@pytest.mark.parametrize("state", ["pending-acceptance", "deleted", "failed"])
def test_a_reference_over_a_peering_connection_that_is_not_active_is_void(state):
    assert not passes(out(referring(), far=PEER, flow=ACROSS, peerings=by_id(peering(state))), ACROSS)


@pytest.mark.parametrize("status", ["deleted", "pending-acceptance", "expired"])
def test_a_stale_reference_is_void_in_both_directions(status):
    stale = referring(peering="pcx-1", status=status)
    assert not passes(out(stale, far=PEER, flow=ACROSS, peerings=by_id(peering())), ACROSS)
    back = REFERS._replace(groups=(GroupReference(group="sg-f", peering="pcx-1", status=status),))
    assert not passes(enter(back))


def test_a_reference_s_status_that_nobody_knows_is_undecided():
    odd = GroupReference(group="sg-f", peering="pcx-1", status="sleeping")
    reason = "the status 'sleeping' of pcx-1 is not known"
    assert undecided(enter(REFERS._replace(groups=(odd,)))) == (reason,)
    assert undecided(out(REFERS._replace(groups=(odd,)), far=PEER, flow=ACROSS)) == (reason,)


def test_a_reference_does_not_cross_regions():
    known = {"peerings": by_id(peering(far_region="eu-west-1")), "far": PEER, "flow": ACROSS}
    assert not passes(out(referring(peering="pcx-1"), **known), ACROSS)


def test_an_outbound_reference_does_not_hold_over_a_transit_gateway():
    """AWS: outbound rules cannot refer across a transit gateway. Inbound ones can, where the hop keeps groups."""
    assert not passes(out(referring(vpc="vpc-2"), far=PEER, flow=ACROSS), ACROSS)
    assert not passes(out(referring(vpc="vpc-2"), flow=ACROSS), ACROSS)
    assert not passes(out(referring(vpc="vpc-2"), flow=ACROSS, **UNSEEN), ACROSS)


@pytest.mark.parametrize("peerings", [by_id(peering()), None])
def test_a_group_of_a_vpc_that_is_or_may_be_peered_may_be_borne_by_an_interface_that_was_not_read(peerings):
    """A reference that names its VPC and no connection holds over any, so it is no matter of a transit gateway alone."""
    assert undecided(out(referring(vpc="vpc-2"), flow=ACROSS, peerings=peerings, **UNSEEN))


def test_whether_vpcs_are_peered_may_not_have_been_read():
    reasons = undecided(out(referring(), far=PEER, flow=ACROSS, peerings=None))
    assert reasons == ("the peering connection to vpc-2 was not read",)


def test_a_target_that_no_interface_carries_bears_no_group():
    assert not passes(out(REFERS_OUT, vpcs=by_id(vpc())))
    (reason,) = undecided(out(REFERS_OUT, vpcs=by_id(vpc()), **UNSEEN))
    assert reason == "the interface with 10.0.2.9 was not read (denied: ec2:DescribeNetworkInterfaces)"
    assert undecided(out(REFERS_OUT, **UNSEEN))


def test_a_target_outside_the_vpc_bears_none_of_its_groups_even_unseen():
    outside = flow("52.94.0.1")
    assert not passes(out(REFERS_OUT, flow=outside, vpcs=by_id(vpc()), **UNSEEN), outside)


def test_a_target_in_a_peer_s_account_may_bear_the_group():
    over = referring(vpc="vpc-2", peering="pcx-1", status="active")
    known: dict[str, Any] = {"flow": ACROSS, "peerings": by_id(peering())}
    assert undecided(out(over, vpcs=by_id(vpc()), **known)) == ("the interface with 10.2.0.9 was not read",)
    assert not passes(out(over, vpcs=by_id(vpc(), vpc("vpc-2")), **known), ACROSS)
    assert undecided(out(over, flow=ACROSS, peerings={}))
    elsewhere = flow("10.3.0.9")
    assert not passes(out(over, flow=elsewhere, peerings=by_id(peering())), elsewhere)


# Prefix lists.

S3 = PrefixList(id="pl-1", name="com.amazonaws.us-east-1.s3", blocks=(block("52.216.0.0/15"), block("3.5.0.0/19")))
TO_S3 = flow("52.217.0.1")


def test_a_prefix_list_opens_what_it_holds():
    judgement = out(rule("tcp 443", "pl-1"), flow=TO_S3, prefix_lists=by_id(S3))
    assert passes(judgement, TO_S3)
    assert judgement.hops[0].rule == "egress tcp 443 to pl-1"


def test_a_prefix_list_admits_the_part_of_the_source_that_it_holds():
    known = by_id(PrefixList(id="pl-1", blocks=(block("10.0.1.0/25"),)))
    assert enter(rule("tcp 443", "pl-1"), prefix_lists=known).open.size * 2 == flow().whole.size


@pytest.mark.parametrize("blocks", [("52.94.0.0/16",), ("2600:1f18::/32",), ()])
def test_a_list_of_the_wrong_service_region_or_family_opens_nothing(blocks):
    wrong = replace(S3, blocks=tuple(map(block, blocks)))
    judgement = out(rule("tcp 443", "pl-1"), flow=TO_S3, prefix_lists=by_id(wrong))
    assert not passes(judgement, TO_S3)
    assert [(each.check, each.component) for each in judgement.blockers] == [
        ("network.egress-blocked", "sg-f"),
        ("network.prefix-list-mismatch", "pl-1"),
    ]
    assert judgement.blockers[1].detail == (
        "sg-f lets tcp 443 out to com.amazonaws.us-east-1.s3, which lacks 52.217.0.1"
    )


def test_a_list_on_another_port_or_beside_an_open_rule_is_no_mismatch():
    wrong = by_id(replace(S3, blocks=()))
    judgement = out(rule("tcp 80", "pl-1"), flow=TO_S3, prefix_lists=wrong)
    assert [each.check for each in judgement.blockers] == ["network.egress-blocked"]
    assert passes(out(rule("tcp 443", "pl-1"), rule("", "0.0.0.0/0"), flow=TO_S3, prefix_lists=wrong), TO_S3)


@pytest.mark.parametrize("lists", [None, {}, by_id(replace(S3, blocks=None))])
def test_a_list_that_was_not_read_is_undecided_unless_another_rule_opens(lists):
    known = {"prefix_lists": lists, "unread": {"PrefixLists": "denied: ec2:DescribePrefixLists"}, "flow": TO_S3}
    reasons = undecided(out(rule("tcp 443", "pl-1"), **known))
    assert reasons == ("prefix list pl-1 was not read (denied: ec2:DescribePrefixLists)",)
    assert passes(out(rule("tcp 443", "pl-1"), rule("", "0.0.0.0/0"), **known), TO_S3)
    assert not passes(out(rule("tcp 80", "pl-1"), **known), TO_S3)


def test_what_is_open_stays_open_beside_a_list_that_was_not_read():
    judgement = enter(rule("tcp 443", "10.0.1.0/26"), rule("tcp 443", "pl-1"))
    assert judgement.open.size * 4 == flow().whole.size
    assert (judgement.shut.size, judgement.blockers) == (0, ())
    assert [hop.verdict for hop in judgement.hops] == ["partly", "unknown"]


# Groups that were not read.


@pytest.mark.parametrize("groups", [None, {}])
def test_a_group_that_was_not_read_is_undecided(groups):
    known = Network(groups=groups, unread={"SecurityGroups": "denied: ec2:DescribeSecurityGroups"})
    reason = "was not read (denied: ec2:DescribeSecurityGroups)"
    assert undecided(outbound(known, flow(), None)) == (f"security group sg-f {reason}",)
    assert undecided(inbound(known, flow(), TARGET, CHECK, keeps_groups=True)) == (f"security group sg-t {reason}",)


def test_a_group_that_was_not_read_is_no_matter_where_another_opens():
    known = by_id(SecurityGroup(id="sg-f", vpc="vpc-1", egress=(rule("", "0.0.0.0/0"),)))
    assert passes(outbound(Network(groups=known), flow(groups=("sg-f", "sg-secret")), None))
    assert not known["sg-f"].ingress
    shut = by_id(SecurityGroup(id="sg-f", vpc="vpc-1"))
    assert undecided(outbound(Network(groups=shut), flow(groups=("sg-f", "sg-secret")), None))


def test_a_direction_that_was_not_read_is_undecided():
    group = SecurityGroup(id="sg-f", vpc="vpc-1", unread=("egress",), ingress=(rule("", "0.0.0.0/0"),))
    known = Network(groups=by_id(group))
    assert undecided(outbound(known, flow(), None)) == ("the egress side of sg-f was not read",)
    assert passes(inbound(known, flow(), replace(TARGET, groups=("sg-f",)), CHECK, keeps_groups=True))


def test_a_source_whose_groups_are_not_known_is_undecided():
    reasons = undecided(outbound(Network(groups={}), flow(groups=()), None))
    assert reasons == ("the set of security groups of subnet-a was not read",)


# Blockers.


def test_each_group_without_a_rule_is_named_with_its_remedy():
    known = by_id(
        SecurityGroup(id="sg-b", vpc="vpc-1"),
        SecurityGroup(id="sg-a", vpc="vpc-1", egress=(rule("tcp 80", "0.0.0.0/0"),)),
    )
    judgement = outbound(Network(groups=known), flow(groups=("sg-b", "sg-a")), None)
    assert not passes(judgement)
    assert [(each.check, each.component, each.direction) for each in judgement.blockers] == [
        ("network.egress-blocked", "sg-a", "forward"),
        ("network.egress-blocked", "sg-b", "forward"),
    ]
    assert judgement.blockers[0].detail == "sg-a has no rule for egress tcp 443 to 10.0.2.9"
    assert judgement.blockers[0].commands == (
        "aws ec2 authorize-security-group-egress --group-id sg-a --protocol tcp --port 443 --cidr 10.0.2.9/32",
    )


def test_the_remedy_of_a_closed_target_names_the_source_s_group_where_that_arrives():
    (command,) = enter().blockers[0].commands
    assert command.endswith("--group-id sg-t --protocol tcp --port 443 --source-group sg-f")
    (command,) = enter(keeps_groups=False).blockers[0].commands
    assert command.endswith("--group-id sg-t --protocol tcp --port 443 --cidr 10.0.1.0/24")
    public = flow("3.3.3.3", near=("3.4.4.4",))
    (command,) = enter(flow=public).blockers[0].commands
    assert command.endswith("--group-id sg-t --protocol tcp --port 443 --cidr 3.4.4.4/32")


def test_a_source_without_an_address_of_that_family_has_no_connections():
    four = flow("2606:2800::1", near=("10.0.1.0/24",))
    for judgement in (out(flow=four), enter(flow=four)):
        assert (judgement.open.size, judgement.shut.size, judgement.blockers) == (0, 0, ())
