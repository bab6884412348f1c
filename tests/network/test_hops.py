"""How a verdict reads: the order of hops, both directions, shares, and the assumptions that are named."""

from dataclasses import replace

import pytest

from doctor.network.blocks import block
from doctor.network.model import Interface, NatAddress
from doctor.network.path import analyse
from tests.network.build import (
    DATABASE,
    FAR,
    INTERNET,
    INTERNET_6,
    changed,
    entry,
    flow,
    guarded,
    having,
    network,
    peered,
    route,
    routed,
    rule,
    transited,
    vpc,
)


def test_hops_follow_the_packets_there_and_back() -> None:
    base = network()
    path = analyse(base, flow(base, INTERNET))
    there = [hop.component for hop in path.forward]
    assert there == ["subnet-fa", "sg-f", "rtb-f", "acl-1", "nat-1", "acl-1", "rtb-p", "acl-1", "igw-1", INTERNET]
    assert [hop.component for hop in path.back] == ["acl-1", "rtb-p", "acl-1", "acl-1"]
    assert {hop.verdict for hop in (*path.forward, *path.back)} == {"passes"}


def test_hops_tell_which_subnet_is_left_and_which_is_entered() -> None:
    base = network()
    path = analyse(base, flow(base, INTERNET))
    told = {(hop.component, hop.place) for hop in path.forward if hop.place}
    assert told == {
        ("rtb-f", "of subnet-fa"),
        ("acl-1", "leaving subnet-fa"),
        ("acl-1", "entering subnet-pa"),
        ("rtb-p", "of subnet-pa"),
        ("acl-1", "leaving subnet-pa"),
    }
    back = [hop.place for hop in path.back if hop.component == "acl-1"]
    assert back == ["entering subnet-pa", "leaving subnet-pa", "entering subnet-fa"]


def test_answers_over_a_transit_gateway_are_told_in_their_order() -> None:
    base = transited()
    path = analyse(base, flow(base, FAR, 5432))
    told = [f"{hop.component} {hop.place}".strip() for hop in path.back]
    assert told == [
        "rtb-2",
        "acl-2 leaving subnet-2a",
        "acl-2 entering subnet-2a",
        "tgw-rtb-1",
        "rtb-e",
        "acl-1 leaving subnet-ea",
        "acl-1 entering subnet-fa",
    ]


def test_within_one_subnet_only_groups_are_asked() -> None:
    base = network()
    path = analyse(base, flow(base, DATABASE, 5432, start="subnet-ea+sg-f"))
    assert [hop.component for hop in path.forward] == ["subnet-ea", "sg-f", "rtb-e", "eni-db", "sg-db"]
    assert path.back == ()


def test_what_stops_answers_is_of_the_return() -> None:
    half = guarded(network(), "subnet-fa", entry(100, "tcp 32768-65535"), entry(100, egress=True))
    (blocker,) = analyse(half, flow(half)).blockers
    assert (blocker.direction, blocker.component, blocker.share) == ("return", "acl-own", round(32768 / 64512, 6))


def test_one_source_port_has_no_share() -> None:
    half = guarded(network(), "subnet-fa", entry(100, "tcp 32768-65535"), entry(100, egress=True))
    asked = flow(half)
    for port, reachable in ((1024, False), (32767, False), (32768, True), (65535, True)):
        one = replace(asked, source=replace(asked.source, ports=(port, port)))
        path = analyse(half, one)
        assert (path.reachable, path.share) == (reachable, float(reachable))


def test_the_port_that_nat_picks_is_nobodys_choice() -> None:
    """The client's own port is fixed, and still a half of its connections hang behind the NAT gateway's."""
    acl = (entry(100, "tcp 443"), entry(110, "tcp 32768-65535"), entry(100, egress=True))
    half = guarded(network(), "subnet-pa", *acl)
    asked = flow(half, INTERNET)
    one = replace(asked, source=replace(asked.source, ports=(40000, 40000)))
    path = analyse(half, one)
    assert (path.reachable, path.share) == (False, round(32768 / 64512, 6))


def test_each_address_of_nat_counts_for_its_part() -> None:
    base = transited()
    pairs = tuple(NatAddress(private=block(f"10.0.101.{number}")) for number in (5, 6, 7, 8))
    base = changed(base, "nats", "nat-1", public=False, addresses=pairs)
    base = routed(base, "rtb-f", route("10.2.0.0/16", "nat", "nat-1"))
    base = routed(base, "rtb-p", route("10.2.0.0/16", "transit-gateway", "tgw-1"))
    base = changed(base, "groups", "sg-2", ingress=(rule("tcp 5432", "10.0.101.5", "10.0.101.6", "10.0.101.7"),))
    assert analyse(base, flow(base, FAR, 5432)).share == 0.75


def test_every_blocker_is_named_not_the_first_alone() -> None:
    base = changed(peered(), "groups", "sg-f", egress=())
    base = changed(base, "groups", "sg-2", ingress=())
    base = changed(base, "peerings", "pcx-1", state="expired")
    base = changed(base, "acls", "acl-2", entries=())
    found = [(each.check, each.component, each.direction) for each in analyse(base, flow(base, FAR, 5432)).blockers]
    assert found == [
        ("network.egress-blocked", "sg-f", "forward"),
        ("network.peering-broken", "pcx-1", "forward"),
        ("network.acl-ingress-blocked", "acl-2", "forward"),
        ("network.acl-return-blocked", "acl-2", "return"),
        ("network.target-ingress-blocked", "sg-2", "forward"),
    ]


def test_a_reply_older_than_block_public_access_is_taken_for_off_and_says_so() -> None:
    base = network()
    for section in ("subnets", "vpcs"):
        for id in getattr(base, section):
            base = changed(base, section, id, internet="")
    path = analyse(base, flow(base, INTERNET))
    assert path.reachable is True
    assert path.assumed == ("the replies tell no mode of Block Public Access for subnet-pa: taken for off",)
    assert not analyse(base, flow(base, DATABASE, 5432)).assumed


@pytest.mark.parametrize("section", ["subnets", "vpcs"])
def test_a_mode_of_block_public_access_that_is_told_of_others_is_missed(section: str) -> None:
    base = network()
    for each in ("subnets", "vpcs"):
        for id in getattr(base, each):
            base = changed(base, each, id, internet="")
    base = having(base, "vpcs", vpc("vpc-2", internet="off")) if section == "vpcs" else base
    base = changed(base, "subnets", "subnet-ea", internet="off") if section == "subnets" else base
    path = analyse(base, flow(base, INTERNET))
    assert path.reachable is None
    assert path.unknowns == ("the mode of Block Public Access was not told for subnet-pa, and for others it was",)


@pytest.mark.parametrize(
    "why", ["denied: ec2:X", "throttled: ec2:X", "unreachable: ec2: X", "out of time", "cut: pages"]
)
def test_who_asked_and_got_no_answer_does_not_know(why: str) -> None:
    base = network()
    silent = replace(base, encryption=None, unread={"VpcEncryptionControls": why})
    path = analyse(silent, flow(silent))
    assert (path.reachable, path.assumed) == (None, ())
    assert path.unknowns == (f"encryption controls of vpc-1 was not read ({why})",)
    for section in ("subnets", "vpcs"):
        for id in getattr(base, section):
            base = changed(base, section, id, internet="")
    modeless = replace(base, unread={"VpcBlockPublicAccessOptions": why})
    path = analyse(modeless, flow(modeless, INTERNET))
    assert (path.reachable, path.assumed) == (None, ())
    assert any(why in each for each in path.unknowns)


@pytest.mark.parametrize(
    "why", ["", "no VpcEncryptionControls.json in the snapshot", "refused: this botocore is older"]
)
def test_what_could_not_be_asked_is_taken_for_absent_and_named(why: str) -> None:
    base = replace(network(), encryption=None, unread={"VpcEncryptionControls": why})
    path = analyse(base, flow(base))
    assert (path.reachable, path.unknowns) == (True, ())
    assert path.assumed == ("encryption controls of vpc-1 were not read: taken for absent",)


def test_a_delegated_prefix_carries_its_addresses() -> None:
    worker = Interface(
        id="eni-w", subnet="subnet-ea", vpc="vpc-1", groups=("sg-db",), addresses=(block("10.0.11.64/28"),)
    )
    base = having(network(), "interfaces", worker)
    assert analyse(base, flow(base, "10.0.11.70", 5432)).reachable is True
    assert analyse(base, flow(base, "10.0.11.80", 5432)).reachable is False


def test_ipv6_of_a_function_rests_on_its_setting() -> None:
    base = network()
    assert "Ipv6AllowedForDualStack" in analyse(base, flow(base, INTERNET_6)).assumed[0]


def test_the_same_question_is_judged_once() -> None:
    base = network()
    assert analyse(base, flow(base)) is analyse(base, flow(base))


def test_functions_of_other_groups_are_told_their_own_group() -> None:
    """What is kept for a subnet never names another function's group."""
    base = network()
    other = replace(base.groups["sg-f"], id="sg-other")  # type: ignore[index]
    base = having(base, "groups", other)
    assert analyse(base, flow(base)).reachable is True
    (blocker,) = analyse(base, flow(base, start="subnet-fa+sg-other")).blockers
    assert blocker.check == "network.endpoint-ingress-blocked"
    assert "--source-group sg-other" in blocker.commands[0]
