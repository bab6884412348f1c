"""Sources: three forms, clear errors, and no guess where nothing was read."""

from dataclasses import replace

import pytest

from doctor.network.blocks import Block, block
from doctor.network.ends import Destination, Flow
from doctor.network.model import Network
from doctor.network.path import analyse
from doctor.network.sources import of_function, source
from tests.network.build import DATABASE, changed, having, interface, network, subnet


def test_a_function_may_have_any_host_address_of_its_subnet_and_no_public_one() -> None:
    found = source(network(), "subnet-fa+sg-f+sg-e")
    four = block("10.0.1.0/24")
    assert found.blocks[0] == Block(4, four.first + 4, four.last - 1)
    assert found.public == ()
    assert (found.subnet, found.zone, found.vpc, found.groups) == ("subnet-fa", "us-east-1a", "vpc-1", ("sg-e", "sg-f"))


def test_the_smallest_subnet_has_eleven_hosts() -> None:
    small = subnet("s", "a", 9)
    found = of_function(replace(small, blocks=(block("10.0.9.0/28"),)), ("sg-f",))
    assert found.blocks[0].size == 11


def test_a_function_without_dual_stack_has_ipv4_alone() -> None:
    found = of_function(subnet("s", "a", 9), ("sg-f",), families=(4,))
    assert {each.family for each in found.blocks} == {4}


def test_an_interface_has_its_own_addresses() -> None:
    found = source(network(), "eni-nat")
    assert (found.blocks, found.public, found.interface) == ((block("10.0.101.5"),), (block("3.3.3.3"),), "eni-nat")


def test_an_instance_is_its_only_interface() -> None:
    one = having(network(), "interfaces", interface("eni-1", "subnet-fa", "10.0.1.9", "sg-f", instance="i-1"))
    assert source(one, "i-1").interface == "eni-1"
    two = having(one, "interfaces", interface("eni-2", "subnet-fa", "10.0.1.10", "sg-f", instance="i-1"))
    with pytest.raises(ValueError, match="eni-1, eni-2"):
        source(two, "i-1")


@pytest.mark.parametrize(
    "text", ["", "vpc-1", "eni-1+sg-1", "subnet-fa", "subnet-fa+", "subnet-fa+eni-1", "subnet-fa;+sg-f", "10.0.0.1"]
)
def test_what_is_no_source_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"eni-…, i-… or subnet-…\+sg-…"):
        source(network(), text)


@pytest.mark.parametrize("text", ["eni-0", "i-0", "subnet-0+sg-f", "subnet-fa+sg-0"])
def test_what_does_not_exist_is_told_by_its_id(text: str) -> None:
    with pytest.raises(LookupError, match=text.split("+")[text.count("sg-0")]):
        source(network(), text)


@pytest.mark.parametrize("text", ["eni-0", "i-0", "subnet-0+sg-f"])
def test_what_was_not_read_is_undecided(text: str) -> None:
    nothing = Network(
        unread={"Subnets": "denied: ec2:DescribeSubnets", "NetworkInterfaces": "denied: ec2:DescribeNetworkInterfaces"}
    )
    start = source(nothing, text)
    path = analyse(nothing, Flow(source=start, destination=Destination(address=block(DATABASE), port=5432)))
    assert (path.reachable, path.share) == (None, None)
    assert "denied: ec2:Describe" in path.unknowns[0]


def test_a_source_port_narrows_the_question() -> None:
    start = replace(source(network(), "subnet-fa+sg-f"), ports=(1024, 1024))
    assert Flow(source=start, destination=Destination(address=block(DATABASE), port=1)).whole.size == 251


def test_order_of_groups_and_addresses_is_no_matter() -> None:
    base = network()
    mixed = changed(
        base, "interfaces", "eni-db", groups=("sg-f", "sg-db"), addresses=(block("10.0.11.9"), block(DATABASE))
    )
    other = changed(
        base, "interfaces", "eni-db", groups=("sg-db", "sg-f"), addresses=(block(DATABASE), block("10.0.11.9"))
    )
    assert source(mixed, "eni-db") == source(other, "eni-db")
