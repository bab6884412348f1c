"""What must never be reported: each a whole VPC that is healthy in a way that other tools call broken."""

from dataclasses import replace
from typing import Any

import pytest

from doctor import registry
from doctor.evidence import Facts
from doctor.evidence.paths import Paths
from doctor.evidence.resolver import Resolver
from doctor.judge import Judged, judge
from doctor.network.model import SecurityGroup
from doctor.verdict import Outcome, Severity, Source
from tests.evidence import sealed
from tests.evidence.build import HOST, PARTNER_HOST, S3_HOST, in_vpc, paths, replies, sound_vpc
from tests.evidence.network import ISOLATED, SOUND, TO_NAT
from tests.network.build import ANYWHERE, INTERNET_6, changed, having, lacking, route, routed, rule, two_vpcs

SIDE = [
    id_
    for id_ in registry.built_in()
    if id_.startswith(("network.", "dns.")) and registry.load(id_).sources == {Source.CONTROL}
]
FUNCTION = in_vpc()


def judged(*facts: Facts) -> list[Judged]:
    """What every check of the configured network says."""
    known = sealed(*facts)
    return [item for check_id in SIDE for item in judge(registry.load(check_id), known)]


def reported(*facts: Facts) -> set[str]:
    """The checks that call something worse than a hint, and those that do not know where they should."""
    found = [item.finding for item in judged(*facts)]
    wrong = (Outcome.PROBLEM, Outcome.UNKNOWN)
    return {each.check for each in found if each.outcome in wrong and each.severity is not Severity.HINTS}


def hinted(*facts: Facts) -> set[str]:
    return {each.finding.check for each in judged(*facts) if each.finding.outcome is Outcome.PROBLEM}


def every(network: Any, *hosts: str, **more: Any) -> tuple[Facts, ...]:
    """All that the control side tells of a function, one target after the other."""
    return (more.get("function", FUNCTION), replies(), *(paths(network, host, **more) for host in hosts))


def test_the_proof_can_tell() -> None:
    assert "network.no-route" in reported(*every(ISOLATED, PARTNER_HOST))
    assert len(SIDE) >= 35


def test_a_sound_vpc() -> None:
    assert not reported(*every(SOUND, HOST, S3_HOST, PARTNER_HOST, "dynamodb.us-east-1.amazonaws.com"))
    assert not hinted(*every(SOUND, HOST, S3_HOST, PARTNER_HOST, "dynamodb.us-east-1.amazonaws.com"))


def test_an_endpoints_security_group_without_an_egress_rule() -> None:
    assert (SOUND.groups or {})["sg-e"].egress == ()
    assert not hinted(*every(SOUND, HOST))
    closed = changed(SOUND, "groups", "sg-e", ingress=(), egress=ANYWHERE)  # the other way round it is a fault
    assert "network.endpoint-ingress-blocked" in reported(*every(closed, HOST))


def test_a_functions_security_group_without_an_ingress_rule() -> None:
    assert (SOUND.groups or {})["sg-f"].ingress == ()
    assert not hinted(*every(SOUND, HOST, PARTNER_HOST))


def test_an_endpoint_in_another_zone_is_no_more_than_a_hint() -> None:
    away = changed(SOUND, "endpoints", "vpce-sqs", subnets=("subnet-eb",), interfaces=("eni-sqs-b",))
    assert not reported(*every(away, HOST))
    assert hinted(*every(away, HOST)) == {"network.endpoint-zone-missing"}
    # the same in an isolated VPC
    assert hinted(*every(routed(away, "rtb-f"), HOST)) == {"network.endpoint-zone-missing"}


@pytest.mark.parametrize("server", ["169.254.169.253", "169.254.78.1", "fd00:ec2::253"])
def test_a_link_local_resolver_is_no_custom_dns(server: str) -> None:
    assert not hinted(*every(SOUND, HOST), Resolver(nameservers=(server,)))
    unread = sound_vpc(dhcp_options=None)
    said = [item.finding for item in judged(*every(unread, HOST), Resolver(nameservers=(server,)))]
    assert {each.outcome for each in said if each.check == "dns.custom-resolver"} == {Outcome.OK}


def test_an_internet_gateway_is_a_way_out_for_ipv6() -> None:
    open_ = routed(SOUND, "rtb-f", route("::/0", "internet-gateway", "igw-1"))
    dual = {"function": in_vpc(ipv6=True), "public": (INTERNET_6,)}
    assert not hinted(*every(open_, PARTNER_HOST, **dual))
    # and none for IPv4
    assert "network.public-subnet" in reported(
        *every(routed(SOUND, "rtb-f", route("0.0.0.0/0", "internet-gateway", "igw-1")), PARTNER_HOST)
    )


def test_an_isolated_vpc_without_an_endpoint_for_sts() -> None:
    assert not hinted(*every(ISOLATED, HOST))


def test_private_dns_off_with_nat_is_no_more_than_a_hint() -> None:
    without = changed(SOUND, "endpoints", "vpce-sqs", private_names=False)
    assert not reported(*every(without, HOST))
    assert hinted(*every(without, HOST)) == {"dns.private-names-off"}


def test_no_gateway_endpoint_with_nat() -> None:
    plain = routed(lacking(SOUND, "endpoints", "vpce-s3"), "rtb-f", TO_NAT)
    assert not hinted(*every(plain, S3_HOST))


def test_a_gateway_endpoint_that_nat_stands_in_for_is_no_more_than_a_hint() -> None:
    unrouted = changed(routed(SOUND, "rtb-f", TO_NAT), "endpoints", "vpce-s3", tables=())
    assert not reported(*every(unrouted, S3_HOST))
    assert hinted(*every(unrouted, S3_HOST)) == {"network.gateway-endpoint-unrouted"}


def test_a_public_subnet_whose_function_calls_endpoints_alone() -> None:
    public = routed(
        SOUND, "rtb-f", route("0.0.0.0/0", "internet-gateway", "igw-1"), route("pl-s3", "endpoint", "vpce-s3")
    )
    assert not hinted(*every(public, HOST, S3_HOST))


def test_an_ipv6_record_of_a_function_that_has_no_ipv6() -> None:
    plain = routed(SOUND, "rtb-f", TO_NAT)
    assert not hinted(*every(plain, PARTNER_HOST, public=("93.184.216.34", INTERNET_6)))


def test_a_second_security_group_that_opens_nothing() -> None:
    two = having(SOUND, "groups", SecurityGroup(id="sg-empty", vpc="vpc-1"))
    function = in_vpc(groups=("sg-empty", "sg-f"))
    interfaces = [dict(each, Groups=[{"GroupId": id} for id in function.groups]) for each in _interfaces()]
    seen = [paths(two, host, function=function) for host in (HOST, PARTNER_HOST)]
    assert not hinted(function, replies(NetworkInterfaces=interfaces), *seen)


def _interfaces() -> list[dict[str, Any]]:
    return list(replies().replies["NetworkInterfaces"])


def test_another_vpc_with_every_fault_there_is() -> None:
    """What belongs to others is not looked at."""
    beside = two_vpcs()
    ours = replace(SOUND, **{part: getattr(beside, part) for part in ("subnets", "groups", "acls", "interfaces")})
    ours = having(
        ours, "vpcs", replace((beside.vpcs or {})["vpc-2"], dns_support=False, internet="block-bidirectional")
    )
    ours = changed(ours, "groups", "sg-2", ingress=(rule("tcp 443", "10.9.0.0/16"),), egress=())
    assert not hinted(*every(ours, HOST, PARTNER_HOST))


def test_a_function_in_no_vpc() -> None:
    function = in_vpc(vpc="", subnets=(), groups=())
    target = Paths(host=PARTNER_HOST, port=443, function=function.name)
    said = {item.finding.outcome for item in judged(function, target)}
    assert said == {Outcome.NOT_APPLICABLE}
