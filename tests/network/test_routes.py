"""Route selection: each rule of the VPC user guide's route priority, and its worked examples, as the guide gives them."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.network.beyond import PrefixList
from doctor.network.blocks import Block, block
from doctor.network.model import Network, Route, RouteTable
from doctor.network.routes import Choice, choose, table_of
from tests.network.build import by_id, route, subnet

LOCAL = route("10.0.0.0/16", "local", "local", origin="createroutetable")
LOCAL_6 = route("2600:1f18:1::/48", "local", "local", origin="createroutetable")


def propagated(to: str, target: str = "vgw-1", origin: str = "enablevgwroutepropagation") -> Route:
    return route(to, "vpn-gateway", target, origin=origin)


def lists(**blocks: Sequence[str] | None) -> dict[str, PrefixList]:
    """Prefix lists by the end of their ids; None: entries not read."""
    return by_id(
        *(
            PrefixList(id=f"pl-{end}", blocks=None if texts is None else tuple(map(block, texts)))
            for end, texts in blocks.items()
        )
    )


def chosen(to: str, *routes: Route, **sections: Any) -> Choice:
    """What a table of these routes does; the same whatever their order."""
    answers = set()
    for turn in range(4):
        shuffled = list(routes)
        Random(turn).shuffle(shuffled)
        table = RouteTable(id="rtb-1", vpc="vpc-1", routes=tuple(shuffled))
        answers.add(choose(Network(prefix_lists=sections.get("prefix_lists", {})), table, block(to)))
    assert len(answers) == 1, "the order of routes decides"
    return answers.pop()


def target(to: str, *routes: Route, **sections: Any) -> str:
    """The target that surely wins, "" where no route matches."""
    choice = chosen(to, *routes, **sections)
    assert not choice.unknowns
    return choice.route.target if choice.route else ""


# The worked examples.

GUIDE = (LOCAL, route("172.31.0.0/16", "peering", "pcx-1"), route("0.0.0.0/0", "internet-gateway", "igw-1"))


@pytest.mark.parametrize(
    ("to", "via"), [("10.0.3.4", "local"), ("172.31.3.4", "pcx-1"), ("172.32.0.1", "igw-1"), ("8.8.8.8", "igw-1")]
)
def test_example_1_the_longest_prefix_wins(to, via):
    assert target(to, *GUIDE) == via


def test_example_2_static_beats_propagated_to_the_same_destination():
    routes = (LOCAL, propagated("172.31.0.0/24"), route("172.31.0.0/24", "internet-gateway", "igw-1"))
    assert target("172.31.0.9", *routes) == "igw-1"


def test_example_3_a_cidr_route_beats_a_prefix_list_with_the_identical_block():
    routes = (route("pl-1", "nat", "nat-1"), route("172.31.0.0/24", "internet-gateway", "igw-1"))
    assert target("172.31.0.9", *routes, prefix_lists=lists(**{"1": ["172.31.0.0/24"]})) == "igw-1"


def test_example_4_a_prefix_list_beats_a_propagated_route_to_the_identical_block():
    routes = (route("pl-1", "nat", "nat-1"), propagated("172.31.0.0/24"))
    assert target("172.31.0.9", *routes, prefix_lists=lists(**{"1": ["172.31.0.0/24"]})) == "nat-1"


def test_example_4_a_longer_propagated_route_beats_a_prefix_list():
    routes = (route("pl-1", "nat", "nat-1"), propagated("172.31.0.0/25"))
    assert target("172.31.0.9", *routes, prefix_lists=lists(**{"1": ["172.31.0.0/24"]})) == "vgw-1"


@pytest.mark.parametrize("other", ["172.31.0.0/24", "172.31.0.0/20"])
def test_example_5_overlapping_prefix_lists_to_different_targets_are_undecided(other):
    routes = (route("pl-1", "nat", "nat-1"), route("pl-2", "nat", "nat-2"))
    choice = chosen("172.31.0.9", *routes, prefix_lists=lists(**{"1": ["172.31.0.0/24"], "2": [other]}))
    assert choice.route is None
    assert "which of two prefix lists wins" in choice.unknowns[0]


def test_example_5_overlapping_prefix_lists_to_one_target_are_decided():
    routes = (route("pl-1", "nat", "nat-1"), route("pl-2", "nat", "nat-1"))
    known = lists(**{"1": ["172.31.0.0/24"], "2": ["172.31.0.0/24"]})
    assert target("172.31.0.9", *routes, prefix_lists=known) == "nat-1"


def test_example_5_overlapping_prefix_lists_below_a_longer_static_route_are_decided():
    routes = (route("pl-1", "nat", "nat-1"), route("pl-2", "nat", "nat-2"), route("172.31.0.9/32", "nat", "nat-3"))
    known = lists(**{"1": ["172.31.0.0/24"], "2": ["172.31.0.0/24"]})
    assert target("172.31.0.9", *routes, prefix_lists=known) == "nat-3"


def test_example_6_an_ipv4_default_route_is_none_for_ipv6():
    routes = (LOCAL, LOCAL_6, route("0.0.0.0/0", "internet-gateway", "igw-1"))
    assert target("2606:2800::1", *routes) == ""
    assert target("2606:2800::1", *routes, route("::/0", "egress-only-gateway", "eigw-1")) == "eigw-1"
    assert target("8.8.8.8", LOCAL, route("::/0", "egress-only-gateway", "eigw-1")) == ""


def test_example_7_a_static_route_longer_than_local_wins():
    routes = (LOCAL, route("10.0.3.0/24", "nat", "nat-1"))
    assert target("10.0.3.4", *routes) == "nat-1"
    assert target("10.0.4.4", *routes) == "local"


def test_example_8_a_gateway_route_table_is_no_subnet_s():
    edge = RouteTable(id="rtb-edge", vpc="vpc-1", gateways=("igw-1",), routes=(LOCAL,))
    main = RouteTable(id="rtb-main", vpc="vpc-1", main=True)
    known = Network(subnets=by_id(subnet("a", "a", 1)), tables=by_id(edge, main))
    assert table_of(known, "subnet-a") is main


@pytest.mark.parametrize(
    "to", ["169.254.169.254", "169.254.168.0", "169.254.171.255", "fd00:ec2::253", "fd00:ec2::1:1"]
)
def test_example_9_reserved_addresses_never_follow_routes(to):
    wide = (route("0.0.0.0/0", "nat", "nat-1"), route("169.254.0.0/16", "nat", "nat-1"), route("::/0", "nat", "nat-1"))
    assert chosen(to, *wide) == Choice()


def test_example_9_reaches_no_further_than_the_reserved_ranges():
    assert target("169.254.172.0", route("0.0.0.0/0", "nat", "nat-1")) == "nat-1"
    assert target("fd00:ec3::1", route("::/0", "nat", "nat-1")) == "nat-1"


# Section 3.1, line by line.


def test_a_propagated_route_that_overlaps_local_loses_even_where_it_is_longer():
    assert target("10.0.3.4", LOCAL, propagated("10.0.3.0/24")) == "local"
    assert target("10.0.3.4", LOCAL, propagated("10.0.0.0/8")) == "local"


def test_a_propagated_route_beside_local_is_no_loser():
    assert target("10.1.3.4", LOCAL, propagated("10.1.3.0/24")) == "vgw-1"


def test_a_local_route_of_ipv4_takes_nothing_from_a_propagated_one_of_ipv6():
    assert target("2600:1f18:9::1", LOCAL, LOCAL_6, propagated("2600:1f18:9::/48")) == "vgw-1"


def test_one_local_route_for_each_cidr_of_the_vpc():
    second = route("10.9.0.0/16", "local", "local", origin="createroutetable")
    routes = (LOCAL, second, route("10.0.0.0/8", "transit-gateway", "tgw-1"))
    assert [target(to, *routes) for to in ("10.0.1.1", "10.9.1.1", "10.8.1.1")] == ["local", "local", "tgw-1"]


GATEWAY_ENDPOINT = (route("pl-s3", "endpoint", "vpce-1"), route("0.0.0.0/0", "nat", "nat-1"), LOCAL)
S3 = lists(s3=["52.216.0.0/15", "3.5.0.0/19"])


def test_a_gateway_endpoint_s_list_is_expanded_and_beats_the_default_route():
    assert target("52.217.0.1", *GATEWAY_ENDPOINT, prefix_lists=S3) == "vpce-1"
    assert target("3.5.31.255", *GATEWAY_ENDPOINT, prefix_lists=S3) == "vpce-1"
    assert target("3.5.32.0", *GATEWAY_ENDPOINT, prefix_lists=S3) == "nat-1"


def test_a_gateway_endpoint_s_list_loses_to_a_longer_static_route():
    longer = route("52.217.0.0/16", "interface", "eni-1")
    assert target("52.217.0.1", *GATEWAY_ENDPOINT, longer, prefix_lists=S3) == "eni-1"


def test_the_local_route_s_target_may_be_replaced():
    assert target("10.0.3.4", route("10.0.0.0/16", "interface", "eni-1")) == "eni-1"


def test_a_blackhole_still_wins():
    dead = route("172.31.0.0/16", "peering", "pcx-1", state="blackhole")
    choice = chosen("172.31.0.1", dead, route("0.0.0.0/0", "nat", "nat-1"))
    assert choice == Choice(route=dead)


@pytest.mark.parametrize("state", ["filtered", "weathered", ""])
def test_a_state_that_nobody_knows_is_undecided_where_its_route_would_win(state):
    strange = route("172.31.0.0/16", "peering", "pcx-1", state=state)
    assert "is not known" in chosen("172.31.0.1", strange).unknowns[0]
    assert target("172.31.0.1", strange, route("172.31.0.0/24", "nat", "nat-1")) == "nat-1"


@pytest.mark.parametrize("via", ["unknown", "outpost-database", "address", "core-network"])
def test_a_route_to_a_target_of_any_kind_is_a_route(via):
    assert target("172.31.0.1", route("172.31.0.0/16", via, "thing"), route("0.0.0.0/0", "nat", "nat-1")) == "thing"


def test_route_server_s_routes_are_propagated_ones():
    advertised = propagated("172.31.0.0/24", "eni-1", origin="advertisement")
    assert target("172.31.0.1", advertised, route("172.31.0.0/24", "nat", "nat-1")) == "nat-1"
    assert target("10.0.3.4", LOCAL, propagated("10.0.3.0/24", "eni-1", origin="advertisement")) == "local"


def test_an_origin_that_nobody_knows_is_undecided_where_it_matters():
    strange = route("172.31.0.0/24", "nat", "nat-9", origin="rumour")
    lists_1 = lists(**{"1": ["172.31.0.0/24"]})
    rival = route("pl-1", "nat", "nat-1")
    choice = chosen("172.31.0.1", strange, rival, prefix_lists=lists_1)
    assert choice == Choice(unknowns=("the origin 'rumour' of a route of rtb-1 is not known",))
    assert target("172.31.0.1", strange, route("0.0.0.0/0", "nat", "nat-1")) == "nat-9"
    assert target("172.31.0.1", strange, route("172.31.0.1/32", "nat", "nat-1")) == "nat-1"
    assert chosen("10.0.3.4", LOCAL, route("10.0.3.0/24", "nat", "nat-9", origin="rumour")).unknowns


def test_no_route_matches():
    assert chosen("8.8.8.8", LOCAL) == Choice()


# What was not read.


@pytest.mark.parametrize("known", [{}, lists(s3=None), None])
def test_a_list_that_was_not_read_could_hold_anything_longer(known):
    choice = chosen("52.217.0.1", *GATEWAY_ENDPOINT, prefix_lists=known)
    assert choice == Choice(unknowns=("prefix list pl-s3 was not read",))


def test_a_list_that_was_not_read_cannot_beat_a_whole_address():
    host = route("52.217.0.1/32", "nat", "nat-2")
    assert target("52.217.0.1", *GATEWAY_ENDPOINT, host, prefix_lists={}) == "nat-2"
    assert chosen("52.217.0.1", *GATEWAY_ENDPOINT, propagated("52.217.0.1/32"), prefix_lists={}).unknowns


def test_a_list_that_was_not_read_and_leads_the_same_way_changes_nothing():
    routes = (route("pl-1", "nat", "nat-1"), route("0.0.0.0/0", "nat", "nat-1"))
    assert target("52.217.0.1", *routes, prefix_lists={}) == "nat-1"


def test_an_aws_service_s_list_that_was_not_read_takes_no_private_address():
    assert target("10.0.3.4", *GATEWAY_ENDPOINT, prefix_lists={}) == "local"
    assert chosen("10.0.3.4", LOCAL, route("pl-own", "transit-gateway", "tgw-1"), prefix_lists={}).unknowns


def test_the_reason_names_the_permission_that_lacks():
    table = RouteTable(id="rtb-1", vpc="vpc-1", routes=GATEWAY_ENDPOINT)
    known = Network(unread={"PrefixLists": "denied: ec2:DescribePrefixLists"})
    choice = choose(known, table, block("52.217.0.1"))
    assert choice.unknowns == ("prefix list pl-s3 was not read (denied: ec2:DescribePrefixLists)",)


def test_a_table_without_its_routes_is_undecided():
    table = RouteTable(id="rtb-1", vpc="vpc-1", unread=("routes",))
    assert choose(Network(), table, block("10.0.0.1")).unknowns == ("the set of routes of rtb-1 was not read",)


# Contradictions, and whole blocks.


def test_two_routes_alike_to_different_targets_are_undecided():
    twins = (route("0.0.0.0/0", "nat", "nat-1"), route("0.0.0.0/0", "nat", "nat-2"))
    assert "which of two like routes wins" in chosen("8.8.8.8", *twins).unknowns[0]
    assert target("8.8.8.8", *twins, route("8.8.0.0/16", "nat", "nat-3")) == "nat-3"


def test_a_block_that_goes_two_ways_is_undecided():
    routes = (route("10.5.0.0/16", "peering", "pcx-1"), route("10.5.1.128/25", "nat", "nat-1"))
    assert target("10.5.0.0/24", *routes) == "pcx-1"
    assert chosen("10.5.1.0/24", *routes).unknowns == (
        "a part of 10.5.1.0/24 goes another way: 10.5.1.128/25 via nat-1",
    )
    assert target("10.5.1.0/24", routes[0], replace(routes[0], to=block("10.5.1.128/25"))) == "pcx-1"
    assert chosen("10.5.1.0/24", routes[1]).unknowns


ROUTES = st.lists(
    st.builds(
        lambda number, length, target: Route(to=block(f"10.{number}.0.0/{length}"), via="nat", target=f"nat-{target}"),
        st.integers(0, 3),
        st.integers(6, 16),
        st.integers(0, 2),
    ),
    max_size=6,
)


@given(ROUTES, st.integers(0, 3))
def test_no_static_route_that_holds_the_address_is_longer_than_the_one_chosen(routes, number):
    to = block(f"10.{number}.0.9")
    choice = choose(Network(), RouteTable(id="rtb-1", vpc="vpc-1", routes=tuple(routes)), to)
    holding = [each.to for each in routes if isinstance(each.to, Block) and each.to.covers(to)]
    if choice.route is not None:
        assert isinstance(choice.route.to, Block)
        assert choice.route.to.length == max(each.length for each in holding)
    else:
        assert bool(choice.unknowns) == bool(holding)


# Which table.

MAIN = RouteTable(id="rtb-main", vpc="vpc-1", main=True)
OWN = RouteTable(id="rtb-own", vpc="vpc-1", subnets=("subnet-a",))
SUBNETS = by_id(subnet("a", "a", 1), subnet("b", "b", 2))


def test_a_subnet_s_own_table_before_the_main_one():
    known = Network(subnets=SUBNETS, tables=by_id(MAIN, OWN))
    assert table_of(known, "subnet-a") is OWN


def test_a_subnet_without_a_table_uses_the_main_one_of_its_vpc():
    other = RouteTable(id="rtb-0", vpc="vpc-2", main=True)
    known = Network(subnets=SUBNETS, tables=by_id(other, MAIN, OWN))
    assert table_of(known, "subnet-b") is MAIN


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Network(unread={"RouteTables": "denied: ec2:DescribeRouteTables"}), "denied: ec2:DescribeRouteTables"),
        (Network(tables=by_id(MAIN)), "subnet subnet-b was not read"),
        (Network(tables={}, subnets=SUBNETS), "the main route table for subnet-b was not read"),
        (
            Network(tables=by_id(MAIN, replace(OWN, unread=("subnets",))), subnets=SUBNETS),
            "the route table of subnet-b",
        ),
        (Network(tables=by_id(MAIN, replace(MAIN, id="rtb-2")), subnets=SUBNETS), "rtb-2 and rtb-main both claim"),
    ],
)
def test_a_table_that_cannot_be_told_is_a_reason(known, reason):
    assert reason in str(table_of(known, "subnet-b"))


def test_two_tables_that_claim_one_subnet_are_a_reason():
    known = Network(subnets=SUBNETS, tables=by_id(OWN, replace(OWN, id="rtb-2")))
    assert table_of(known, "subnet-a") == "rtb-2 and rtb-own both claim subnet-a"
