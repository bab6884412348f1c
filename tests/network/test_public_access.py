"""Whose Block Public Access matters: that of whoever uses an internet gateway, and nobody else's.

VPC user guide, "VPC BPA basics": private connectivity, such as a transit gateway's, is neither blocked nor impacted, and
what goes privately from a VPC to what runs in one is allowed, because it passes through no internet gateway of the VPC.
"""

from collections.abc import Callable

import pytest

from doctor.network.model import Network
from doctor.network.path import analyse
from tests.network.build import DATABASE, FAR, INTERNET, SQS, changed, flow, network, peered, route, routed, transited

CLOSED = "block-bidirectional"


def shut(base: Network, vpc: str, mode: str = CLOSED) -> Network:
    """The mode is that of the VPC and of all its subnets."""
    for subnet in [each.id for each in (base.subnets or {}).values() if each.vpc == vpc]:
        base = changed(base, "subnets", subnet, internet=mode)
    return changed(base, "vpcs", vpc, internet=mode)


@pytest.mark.parametrize("joined", [peered, transited])
@pytest.mark.parametrize("mode", [CLOSED, "block-ingress", "", "a mode that nobody knows"])
@pytest.mark.parametrize("vpc", ["vpc-1", "vpc-2"])
def test_neither_side_s_matters_between_vpcs(joined: Callable[[], Network], mode: str, vpc: str) -> None:
    base = shut(joined(), vpc, mode)
    path = analyse(base, flow(base, FAR, 5432))
    assert (path.reachable, path.blockers, path.unknowns) == (True, (), ())
    assert not path.assumed


def with_nat(base: Network) -> Network:
    """The function's subnet has a way out of its own, too."""
    known = (base.tables or {})["rtb-f"].routes
    beyond = (each for each in known if each.via != "local")
    return routed(base, "rtb-f", *beyond, route("0.0.0.0/0", "nat", "nat-1"))


@pytest.mark.parametrize("joined", [peered, transited])
def test_a_far_vpc_s_mode_is_its_own(joined: Callable[[], Network]) -> None:
    """The way out of the function's own VPC does not pass through the other one."""
    base = shut(with_nat(joined()), "vpc-2")
    assert analyse(base, flow(base, INTERNET)).reachable is True


def test_the_same_mode_closes_the_internet_gateway_of_the_function_s_own_vpc() -> None:
    base = shut(with_nat(peered()), "vpc-1")
    path = analyse(base, flow(base, INTERNET))
    assert path.reachable is False
    assert {each.check for each in path.blockers} == {"network.public-access-blocked"}


@pytest.mark.parametrize(("to", "port"), [(SQS, 443), (DATABASE, 5432)])
def test_what_stays_in_the_vpc_is_not_concerned(to: str, port: int) -> None:
    base = shut(network(), "vpc-1")
    assert analyse(base, flow(base, to, port)).reachable is True
