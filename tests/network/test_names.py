"""How names resolve in a VPC: each rule of the resolver, what is read from replies, and what nobody read."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from doctor.network import names, read_naming, service_names
from doctor.network.beyond import DhcpOptions, PrefixList
from doctor.network.blocks import Block, block
from doctor.network.model import Endpoint, Interface, Network, Subnet, Vpc
from doctor.network.resolution import Kind, Resolution
from doctor.network.zones import FirewallGroup, FirewallRule, Naming, Profile, Record, ResolverRule, Zone
from doctor.verdict import InvalidRequest

SQS, S3 = "sqs.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"
VPC = Vpc(id="vpc-1", blocks=(block("10.0.0.0/16"),), dhcp_options="dopt-1", dns_support=True, dns_hostnames=True)
PUBLIC = (block("52.94.133.131"),)
NAMING = Naming(zones={"vpc-1": ()}, rules=(), firewalls=(), profiles=())


def interface(id: str, subnet: str, *addresses: str) -> Interface:
    return Interface(id=id, subnet=subnet, vpc="vpc-1", addresses=tuple(map(block, addresses)), kind="vpc_endpoint")


def endpoint(**changed: Any) -> Endpoint:
    usual: dict[str, Any] = {
        "id": "vpce-1",
        "vpc": "vpc-1",
        "kind": "interface",
        "service": "com.amazonaws.us-east-1.sqs",
        "state": "available",
        "subnets": ("subnet-a", "subnet-b"),
        "interfaces": ("eni-a", "eni-b"),
        "names": ("vpce-1-x.sqs.us-east-1.vpce.amazonaws.com", "vpce-1-x-us-east-1a.sqs.us-east-1.vpce.amazonaws.com"),
        "private_names": True,
    }
    return Endpoint(**(usual | changed))


GATEWAY = endpoint(id="vpce-g", kind="gateway", service="com.amazonaws.us-east-1.s3", names=(), private_names=False)


def network(*endpoints: Endpoint, naming: Naming | None = NAMING, vpc: Vpc = VPC, **changed: Any) -> Network:
    usual: dict[str, Any] = {
        "region": "us-east-1",
        "vpcs": {"vpc-1": vpc},
        "subnets": {
            id: Subnet(id=id, vpc="vpc-1", zone=zone, blocks=())
            for id, zone in (("subnet-a", "us-east-1a"), ("subnet-b", "us-east-1b"))
        },
        "dhcp_options": {"dopt-1": DhcpOptions(id="dopt-1", resolvers=("AmazonProvidedDNS",))},
        "endpoints": {each.id: each for each in endpoints},
        "interfaces": {
            "eni-a": interface("eni-a", "subnet-a", "10.0.1.9", "2600::a"),
            "eni-b": interface("eni-b", "subnet-b", "10.0.2.9"),
        },
        "prefix_lists": {
            "pl-1": PrefixList(id="pl-1", name="com.amazonaws.us-east-1.s3", blocks=(block("52.216.0.0/15"),))
        },
        "naming": naming,
    }
    return Network(**(usual | changed))


def zone(*records: Record, name: str = "us-east-1.amazonaws.com", **changed: Any) -> Naming:
    usual = {"id": "Z1", "name": name, "owner": "123456789012", "records": records}
    return replace(NAMING, zones={"vpc-1": (Zone(**(usual | changed)),)})


def address(name: str, *values: str, kind: str = "A") -> Record:
    return Record(name=name, kind=kind, values=values)


def forward(domain: str, kind: str = "forward", id: str = "rslvr-1") -> ResolverRule:
    return ResolverRule(id=id, domain=domain, kind=kind, targets=("192.168.0.2",), vpcs=("vpc-1",))


def ruled(*rules: ResolverRule, naming: Naming = NAMING) -> Naming:
    return replace(naming, rules=rules)


def wall(*rules: FirewallRule, priority: int = 101, id: str = "rslvr-frg-1") -> FirewallGroup:
    return FirewallGroup(id=id, vpc="vpc-1", priority=priority, rules=rules)


def block_rule(*domains: str, priority: int = 10, **changed: Any) -> FirewallRule:
    usual: dict[str, Any] = {"action": "block", "list": "rslvr-fdl-1", "domains": domains, "response": "nxdomain"}
    return FirewallRule(priority=priority, **(usual | changed))


def walled(*groups: FirewallGroup) -> Naming:
    return replace(NAMING, firewalls=groups)


def resolved(network: Network, host: str = SQS, public: tuple[Block, ...] = ()) -> Resolution:
    return names.resolve(network, "vpc-1", host, public=public)


def checks(found: Resolution) -> list[str]:
    return [problem.check for problem in found.problems]


def shown(found: Resolution) -> list[str]:
    return list(map(str, found.addresses))


# Endpoints


def test_private_dns_leads_to_all_interfaces_of_the_endpoint() -> None:
    found = resolved(network(endpoint()), "SQS.us-east-1.amazonaws.com.")
    assert (found.kind, found.component) == (Kind.ENDPOINT, "vpce-1")
    assert shown(found) == ["10.0.1.9", "10.0.2.9", "2600::a"]
    assert found.certain
    assert not found.problems
    assert shown(resolved(network(endpoint(families="ipv6")))) == ["2600::a"]


@pytest.mark.parametrize(
    ("service", "host"),
    [
        ("ecr.api", "api.ecr.us-east-1.amazonaws.com"),
        ("ecr.dkr", "123456789012.dkr.ecr.us-east-1.amazonaws.com"),
        ("execute-api", "abc123.execute-api.us-east-1.amazonaws.com"),
        ("kinesis-firehose", "firehose.us-east-1.amazonaws.com"),
        ("s3", "bucket.s3.us-east-1.amazonaws.com"),
        ("sagemaker.runtime", "runtime.sagemaker.us-east-1.amazonaws.com"),
    ],
)
def test_private_dns_answers_to_the_service_s_own_names(service: str, host: str) -> None:
    assert resolved(network(endpoint(service=f"com.amazonaws.us-east-1.{service}")), host).kind is Kind.ENDPOINT
    assert resolved(network(endpoint()), host).kind is Kind.PUBLIC


def test_the_names_that_the_reply_lists_go_before_those_that_the_service_s_name_tells() -> None:
    listed = endpoint(
        names=("vpce-1.x.vpce.amazonaws.com", "*.orders.example.com"), service="com.amazonaws.vpce.us-east-1.y"
    )
    assert resolved(network(listed), "eu.orders.example.com").kind is Kind.ENDPOINT
    assert resolved(network(listed), "orders.example.com").kind is Kind.PUBLIC


def test_services_of_one_label_are_named_as_moto_knows_them() -> None:
    """moto's list is AWS's; it writes the names of services with several labels without turning them round."""
    with mock_aws():
        client = boto3.client("ec2", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        listed = client.describe_vpc_endpoint_services()["ServiceDetails"]
    plain = [
        each
        for each in listed
        if each.get("PrivateDnsName")
        and ("sagemaker.aws" in each["PrivateDnsName"] or each["ServiceName"].count(".") == 3)
    ]
    plain = [each for each in plain if "s3-global" not in each["ServiceName"]]
    assert len(plain) > 100
    unlike = [
        each["ServiceName"]
        for each in plain
        if each["PrivateDnsName"] not in service_names.private(each["ServiceName"])
    ]
    assert not unlike


def test_a_region_of_another_partition_has_names_of_its_own() -> None:
    assert service_names.private("cn.com.amazonaws.cn-north-1.sqs") == ("sqs.cn-north-1.amazonaws.com.cn",)
    assert service_names.private("com.example.sqs") == ()


def test_an_endpoint_s_own_name_needs_no_private_dns_and_a_zonal_one_is_one_zone_s() -> None:
    there = network(endpoint(private_names=False))
    assert shown(resolved(there, "vpce-1-x.sqs.us-east-1.vpce.amazonaws.com")) == ["10.0.1.9", "10.0.2.9", "2600::a"]
    assert shown(resolved(there, "vpce-1-x-us-east-1a.sqs.us-east-1.vpce.amazonaws.com")) == ["10.0.1.9", "2600::a"]


def test_without_private_dns_the_name_is_public_and_the_endpoint_is_named() -> None:
    found = resolved(network(endpoint(private_names=False)), public=PUBLIC)
    assert (found.kind, found.addresses, checks(found)) == (Kind.PUBLIC, PUBLIC, ["dns.private-names-off"])
    assert found.problems[0].commands == ("aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --private-dns-enabled",)
    assert resolved(network(endpoint(), endpoint(id="vpce-2", private_names=False))).problems == ()


def test_a_public_name_has_no_addresses_where_nobody_was_asked() -> None:
    found = resolved(network())
    assert (found.kind, found.addresses, found.certain) == (Kind.PUBLIC, (), True)


@pytest.mark.parametrize("state", ["pending", "pendingacceptance", "rejected", "expired", "failed"])
def test_an_endpoint_that_is_not_available_answers_nothing(state: str) -> None:
    found = resolved(network(endpoint(state=state)))
    assert (found.kind, found.problems) == (Kind.PUBLIC, ())


def test_a_state_that_nobody_knows_leaves_the_name_open() -> None:
    found = resolved(network(endpoint(state="partial")))
    assert not found.certain
    assert "partial" in found.unknowns[0]


def test_an_endpoint_of_another_vpc_answers_nothing_here() -> None:
    assert resolved(network(endpoint(vpc="vpc-2"))).kind is Kind.PUBLIC


def test_names_for_inbound_resolvers_alone_leave_the_vpc_to_the_gateway() -> None:
    inbound = endpoint(service="com.amazonaws.us-east-1.s3", inbound_resolver_only=True)
    found = resolved(network(inbound, GATEWAY), S3)
    assert (found.kind, found.component, shown(found)) == (Kind.GATEWAY, "vpce-g", ["52.216.0.0/15"])
    assert not found.problems


@pytest.mark.parametrize("host", [S3, "bucket.s3.us-east-1.amazonaws.com", "s3.amazonaws.com", "b.s3.amazonaws.com"])
def test_a_gateway_endpoint_leaves_the_name_public(host: str) -> None:
    assert shown(resolved(network(GATEWAY), host)) == ["52.216.0.0/15"]
    known = resolved(network(GATEWAY), host, (block("52.216.1.1"),))
    assert (known.kind, shown(known)) == (Kind.GATEWAY, ["52.216.1.1"])


def test_a_gateway_endpoint_serves_its_own_region_alone() -> None:
    assert resolved(network(GATEWAY), "s3.eu-west-1.amazonaws.com").kind is Kind.PUBLIC
    assert resolved(network(replace(GATEWAY, state="deleting")), S3).kind is Kind.PUBLIC


def test_a_gateway_makes_up_for_private_dns_that_is_off() -> None:
    off = endpoint(service="com.amazonaws.us-east-1.s3", private_names=False)
    assert resolved(network(off, GATEWAY), S3).problems == ()


def test_an_endpoint_type_that_brings_zones_of_its_own_is_named() -> None:
    found = resolved(network(endpoint(kind="resource", names=())), "db.example.com")
    assert (found.kind, found.component) == (Kind.UNKNOWN, "vpce-1")
    assert resolved(network(endpoint(kind="resource", names=()))).kind is Kind.PUBLIC


# The VPC's own switches


def test_without_dns_support_nothing_is_answered() -> None:
    found = resolved(network(endpoint(), vpc=replace(VPC, dns_support=False)))
    assert (found.kind, checks(found)) == (Kind.NOWHERE, ["dns.vpc-support-off"])
    assert found.problems[0].commands == (
        "aws ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-support Value=true",
    )


def test_without_dns_hostnames_private_dns_does_not_work() -> None:
    found = resolved(network(endpoint(), vpc=replace(VPC, dns_hostnames=False)))
    assert (found.kind, checks(found)) == (Kind.PUBLIC, ["dns.vpc-hostnames-off"])
    assert resolved(network(vpc=replace(VPC, dns_hostnames=False))).problems == ()


def dhcp(*resolvers: str) -> Network:
    options = {"dopt-1": DhcpOptions(id="dopt-1", resolvers=resolvers)}
    return network(endpoint(), dhcp_options=options)


@pytest.mark.parametrize("resolver", ["AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253", "10.0.0.2"])
def test_amazon_s_resolver_is_known_by_all_its_names(resolver: str) -> None:
    assert resolved(dhcp(resolver)).kind is Kind.ENDPOINT


@pytest.mark.parametrize("resolvers", [("192.168.0.2",), ("AmazonProvidedDNS", "192.168.0.2")])
def test_what_a_custom_resolver_answers_is_unknown(resolvers: tuple[str, ...]) -> None:
    found = resolved(dhcp(*resolvers))
    assert (found.kind, found.component, checks(found)) == (Kind.UNKNOWN, "dopt-1", ["dns.custom-resolver"])
    assert "192.168.0.2" in found.unknowns[0]


# Private hosted zones


@pytest.mark.parametrize("kind", ["NS", "SOA", "TXT"])
def test_a_zone_of_the_very_name_without_an_address_hides_it_as_well(kind: str) -> None:
    """A zone made for an endpoint, whose record was lost."""
    found = resolved(network(naming=zone(address(SQS, "of something else", kind=kind), name=SQS)), public=PUBLIC)
    assert (found.kind, found.component, checks(found)) == (Kind.NOWHERE, "Z1", ["dns.private-zone-shadows"])
    assert f"has no address of {SQS}" in found.problems[0].detail


def test_a_zone_without_the_record_hides_the_public_name() -> None:
    found = resolved(network(naming=zone()), public=PUBLIC)
    assert (found.kind, found.component, checks(found)) == (Kind.NOWHERE, "Z1", ["dns.private-zone-shadows"])
    left = "aws route53 disassociate-vpc-from-hosted-zone --hosted-zone-id Z1 --vpc VPCRegion=us-east-1,VPCId=vpc-1"
    many = "$(aws route53 get-hosted-zone --id Z1 --query 'length(VPCs)' --output text)"
    gone = f'[ "{many}" = 1 ] && aws route53 delete-hosted-zone --id Z1 || {left}'
    assert found.problems[0].commands == (gone,), "Route 53 keeps a zone's last VPC, and deletes no zone with records"
    with_others = resolved(network(naming=zone(address(f"other-{SQS}", "10.0.3.3"))), public=PUBLIC)
    assert checks(with_others) == ["dns.private-zone-shadows"]
    shown_ = "aws route53 list-resource-record-sets --hosted-zone-id Z1"
    assert with_others.problems[0].commands == (shown_, left)


def test_a_zone_with_the_record_answers() -> None:
    found = resolved(network(naming=zone(address(SQS, "10.0.3.3"), address(SQS, "2600::3", kind="AAAA"))))
    assert (found.kind, shown(found), found.problems) == (Kind.PRIVATE_ZONE, ["10.0.3.3", "2600::3"], ())


def test_the_zone_of_an_endpoint_is_more_specific_than_the_region_s() -> None:
    assert resolved(network(endpoint(), naming=zone())).kind is Kind.ENDPOINT
    deeper = zone(name=f"x.{SQS}")
    assert resolved(network(endpoint(), naming=deeper)).kind is Kind.ENDPOINT


def test_two_zones_of_one_name_are_open() -> None:
    found = resolved(network(endpoint(), naming=zone(name=SQS)))
    assert found.kind is Kind.UNKNOWN
    assert "vpce-1" in found.unknowns[0]
    theirs = resolved(network(endpoint(), naming=zone(name=SQS, owner="vpce.amazonaws.com", records=None)))
    assert theirs.kind is Kind.ENDPOINT


def test_the_most_specific_zone_answers_alone() -> None:
    wide = Zone(id="Z0", name="amazonaws.com", owner="1", records=(address(SQS, "10.0.9.9"),))
    near = Zone(id="Z1", name="us-east-1.amazonaws.com", owner="1", records=())
    for zones in ((wide, near), (near, wide)):
        assert resolved(network(naming=replace(NAMING, zones={"vpc-1": zones}))).component == "Z1"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("a.internal", ["10.0.0.7"]),
        ("b.a.internal", ["10.0.0.7"]),  # a wildcard stands for any number of labels
        ("db.internal", ["10.0.0.8"]),
        ("x.db.internal", None),  # RFC 4592: the nearest name that exists has no wildcard of its own
        ("text.internal", None),
        ("deep.internal", None),  # it has names below, and no record
    ],
)
def test_wildcards_stand_for_names_that_do_not_exist(host: str, expected: list[str] | None) -> None:
    records = (
        address("*.internal", "10.0.0.7"),
        address("db.internal", "10.0.0.8"),
        address("text.internal", "hello", kind="TXT"),
        address("x.deep.internal", "10.0.0.9"),
    )
    found = resolved(network(naming=zone(*records, name="internal")), host)
    assert found.kind is (Kind.PRIVATE_ZONE if expected else Kind.NOWHERE)
    assert shown(found) == (expected or [])
    assert checks(found) == ([] if expected else ["dns.private-zone-shadows"])


def test_an_alias_to_an_endpoint_leads_to_its_interfaces() -> None:
    hub = endpoint(vpc="vpc-hub", private_names=False)
    alias = Record(name=SQS, kind="A", alias="vpce-1-x.sqs.us-east-1.vpce.amazonaws.com")
    found = resolved(network(hub, naming=zone(alias, name=SQS)))
    assert (found.kind, found.component) == (Kind.PRIVATE_ZONE, "Z1")
    assert shown(found)[:2] == ["10.0.1.9", "10.0.2.9"]
    assert not resolved(network(naming=zone(alias, name=SQS))).certain


def test_a_cname_is_followed_and_a_circle_ends() -> None:
    led = zone(
        address("db.internal", "primary.internal", kind="CNAME"),
        address("primary.internal", "10.0.0.8"),
        name="internal",
    )
    assert shown(resolved(network(naming=led), "db.internal")) == ["10.0.0.8"]
    circle = zone(
        address("a.internal", "b.internal", kind="CNAME"),
        address("b.internal", "a.internal", kind="CNAME"),
        name="internal",
    )
    found = resolved(network(naming=circle), "a.internal")
    assert not found.addresses
    assert "does not come to an end" in found.unknowns[0]


def test_names_that_lead_to_ever_more_names_are_given_up() -> None:
    labels = [f"n{number}.internal" for number in range(9)]
    mesh = zone(*(address(name, *labels, kind="CNAME") for name in labels), name="internal")
    assert "more than are followed" in resolved(network(naming=mesh), "n0.internal").unknowns[0]
    forks = zone(*(address(name, *labels[:2], kind="CNAME") for name in labels), name="internal")
    assert not resolved(network(naming=forks), "n5.internal").certain


def test_an_alias_within_the_zone_is_followed() -> None:
    led = zone(
        Record(name="db.internal", kind="A", alias="p.internal"), address("p.internal", "10.0.0.8"), name="internal"
    )
    assert shown(resolved(network(naming=led), "db.internal")) == ["10.0.0.8"]


@pytest.mark.parametrize(
    ("naming", "vpc", "words"),
    [
        (zone(records=None), VPC, "Z1"),
        (zone(address(SQS, "10.0.3.3")), replace(VPC, dns_hostnames=False), "enableDnsHostnames"),
        (zone(address(SQS, "10.0.3.3"), address("amazonaws.com", "x.example", kind="NS")), VPC, ""),
        (zone(address(SQS, "ns.example", kind="NS")), VPC, "hands"),
    ],
)
def test_a_zone_whose_answer_cannot_be_told_is_named(naming: Naming, vpc: Vpc, words: str) -> None:
    found = resolved(network(naming=naming, vpc=vpc))
    if words:
        assert found.kind is Kind.UNKNOWN
        assert words in found.unknowns[0]
    else:
        assert found.kind is Kind.PRIVATE_ZONE


# Resolver rules


@pytest.mark.parametrize("domain", ["", "com", "amazonaws.com", SQS])
def test_a_forwarding_rule_diverts_public_names(domain: str) -> None:
    found = resolved(network(naming=ruled(forward(domain))), public=PUBLIC)
    assert (found.kind, found.component, found.addresses) == (Kind.DIVERTED, "rslvr-1", ())
    assert checks(found) == ["dns.resolver-rule-diverts"]
    assert "192.168.0.2" in found.problems[0].detail
    assert any("disassociate" in command for command in found.problems[0].commands) == (domain == SQS)


def test_a_zone_or_endpoint_below_the_rule_s_name_wins_and_the_same_name_loses() -> None:
    for domain, kind in (("amazonaws.com", Kind.ENDPOINT), (SQS, Kind.DIVERTED)):
        assert resolved(network(endpoint(), naming=ruled(forward(domain)))).kind is kind
    held = zone(address(SQS, "10.0.3.3"))
    for domain, kind in (("amazonaws.com", Kind.PRIVATE_ZONE), ("us-east-1.amazonaws.com", Kind.DIVERTED)):
        assert resolved(network(naming=ruled(forward(domain), naming=held))).kind is kind


def test_the_most_specific_rule_wins_and_a_system_rule_answers_here() -> None:
    system = forward("us-east-1.amazonaws.com", "system", "rslvr-0")
    for rules in ((forward("amazonaws.com"), system), (system, forward("amazonaws.com"))):
        assert resolved(network(naming=ruled(*rules))).kind is Kind.PUBLIC
    assert resolved(network(naming=ruled(system, forward(SQS)))).kind is Kind.DIVERTED
    internet = forward("", "recursive", "rslvr-autodefined-rr-internet-resolver")
    assert resolved(network(naming=ruled(internet))).kind is Kind.PUBLIC
    assert resolved(network(naming=ruled(internet, forward("", id="a")))).kind is Kind.DIVERTED


def test_a_rule_of_another_vpc_or_of_an_unknown_kind() -> None:
    assert resolved(network(naming=ruled(replace(forward(""), vpcs=("vpc-2",))))).kind is Kind.PUBLIC
    assert resolved(network(naming=ruled(forward("", "mirror")))).kind is Kind.UNKNOWN
    assert resolved(network(naming=ruled(forward("", "delegate")))).kind is Kind.PUBLIC
    unread = resolved(network(naming=ruled(replace(forward(""), vpcs=None))))
    assert "rslvr-1" in unread.unknowns[0]


def test_the_resolver_keeps_the_names_of_instances() -> None:
    there = network(naming=ruled(forward("internal")))
    assert resolved(there, "ip-10-0-0-5.ec2.internal").kind is Kind.UNKNOWN
    assert resolved(there, "db.internal").kind is Kind.DIVERTED


# DNS Firewall


@pytest.mark.parametrize(
    ("entry", "blocked"),
    [(SQS, True), ("*.amazonaws.com", True), ("*", True), ("amazonaws.com", False), (f"*.{SQS}", False)],
)
def test_a_firewall_blocks_what_its_list_names(entry: str, blocked: bool) -> None:
    found = resolved(network(endpoint(), naming=walled(wall(block_rule(entry)))))
    assert (found.kind is Kind.NOWHERE) == blocked
    assert checks(found) == (["dns.firewall-blocks"] if blocked else [])


def test_the_first_rule_of_the_first_group_decides() -> None:
    allow = block_rule("*.amazonaws.com", priority=5, action="allow")
    alert = block_rule("*.amazonaws.com", priority=5, action="alert")
    deny = block_rule("*")
    for first in (allow, alert):
        assert resolved(network(naming=walled(wall(deny, first)))).kind is Kind.PUBLIC
        later, earlier = wall(deny, priority=200, id="rslvr-frg-2"), wall(first, priority=100)
        assert resolved(network(naming=walled(later, earlier))).kind is Kind.PUBLIC
    assert resolved(network(naming=walled(wall(deny, priority=1), wall(allow, id="rslvr-frg-2")))).kind is Kind.NOWHERE


def test_a_rule_for_one_family_takes_that_family_s_addresses() -> None:
    found = resolved(network(endpoint(), naming=walled(wall(block_rule("*", record="AAAA")))))
    assert (found.kind, shown(found)) == (Kind.ENDPOINT, ["10.0.1.9", "10.0.2.9"])
    assert checks(found) == ["dns.firewall-blocks"]
    assert resolved(network(endpoint(), naming=walled(wall(block_rule("*", record="MX"))))).problems == ()


def test_a_firewall_s_own_answer_diverts() -> None:
    rule = block_rule("*", response="override", override="sinkhole.example.com")
    found = resolved(network(naming=walled(wall(rule))))
    assert (found.kind, found.component) == (Kind.DIVERTED, "rslvr-frg-1")
    assert "sinkhole.example.com" in found.problems[0].detail


def test_the_firewall_s_remedy_removes_an_exact_entry_and_allows_what_a_wildcard_holds() -> None:
    (exact,) = resolved(network(naming=walled(wall(block_rule(SQS))))).problems
    assert exact.commands == (
        "aws route53resolver update-firewall-domains --firewall-domain-list-id rslvr-fdl-1 --operation REMOVE"
        f" --domains {SQS}",
    )
    (wide,) = resolved(
        network(naming=walled(wall(block_rule("*", priority=10), block_rule("x.org", priority=9))))
    ).problems
    assert "--action ALLOW --priority 8" in wide.commands[-1]
    (first,) = resolved(network(naming=walled(wall(block_rule("*", priority=1))))).problems
    assert "update-firewall-rule" in first.commands[-2]
    assert "--priority 2" in first.commands[-2]
    assert first.commands[-1].endswith("--priority 1")


def test_lists_that_nobody_may_read_leave_only_strangers_names_open() -> None:
    managed = block_rule(managed=True, domains=None)
    assert resolved(network(naming=walled(wall(managed)))).certain
    assert "rslvr-fdl-1" in resolved(network(naming=walled(wall(managed))), "example.com").unknowns[0]
    ours = block_rule(domains=None)
    assert not resolved(network(naming=walled(wall(ours)))).certain
    rescue = block_rule(domains=None, action="allow", priority=1)
    assert resolved(network(naming=walled(wall(rescue)))).certain
    assert not resolved(network(naming=walled(wall(rescue, block_rule("*"))))).certain
    assert not resolved(network(naming=walled(replace(wall(), rules=None)))).certain
    assert not resolved(network(naming=walled(wall(block_rule("*", action="shout"))))).certain


def test_how_a_firewall_fails_is_a_note() -> None:
    closed = replace(walled(wall()), fails_open={})
    assert "fails closed" in resolved(network(naming=closed)).notes[0]
    assert resolved(network(naming=replace(closed, fails_open={"vpc-1": True}))).notes == ()


# What mends it


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        (network(endpoint(private_names=False)), network(endpoint())),
        (network(endpoint(), vpc=replace(VPC, dns_support=False)), network(endpoint())),
        (network(endpoint(), vpc=replace(VPC, dns_hostnames=False)), network(endpoint())),
        (network(endpoint(), naming=ruled(forward(SQS))), network(endpoint(), naming=ruled())),
        (
            network(endpoint(), naming=walled(wall(block_rule(SQS)))),
            network(endpoint(), naming=walled(wall(block_rule()))),
        ),
        (
            network(endpoint(), naming=walled(wall(block_rule("*")))),
            network(endpoint(), naming=walled(wall(block_rule("*"), block_rule(SQS, priority=9, action="allow")))),
        ),
        (dhcp("192.168.0.2"), dhcp("AmazonProvidedDNS")),
    ],
)
def test_what_the_commands_of_a_problem_do_turns_the_answer(broken: Network, mended: Network) -> None:
    (problem,) = resolved(broken).problems
    assert problem.commands
    found = resolved(mended)
    assert (found.kind, found.problems, found.certain) == (Kind.ENDPOINT, (), True)


LABELS = st.lists(st.sampled_from(["*", "a", "com", "amazonaws", "us-east-1", "sqs", "vpce-1", ""]), max_size=5).map(
    ".".join
)
RECORDS = st.builds(
    Record,
    name=LABELS,
    kind=st.sampled_from(["A", "AAAA", "CNAME", "NS", "TXT", ""]),
    values=st.lists(st.sampled_from(["10.0.0.1", "::1", "a.com", "", "x"]), max_size=2).map(tuple),
    alias=st.sampled_from(["", "a.com", SQS]),
)
ZONES = st.builds(Zone, id=st.sampled_from(["Z1", "Z2"]), name=LABELS, records=st.lists(RECORDS, max_size=4).map(tuple))
RULES = st.builds(
    ResolverRule, id=LABELS, domain=LABELS, kind=st.sampled_from(["forward", "system", "x"]), vpcs=st.just(("vpc-1",))
)


@given(
    host=LABELS,
    zones=st.lists(ZONES, max_size=3, unique_by=lambda zone: zone.id),
    rules=st.lists(RULES, max_size=3, unique_by=lambda rule: rule.id),  # AWS has each once
)
def test_whatever_is_configured_there_is_an_answer(host: str, zones: list[Zone], rules: list[ResolverRule]) -> None:
    naming = replace(NAMING, zones={"vpc-1": tuple(zones)}, rules=tuple(rules))
    found = resolved(network(endpoint(), GATEWAY, naming=naming), host)
    assert found.kind in Kind
    turned = replace(NAMING, zones={"vpc-1": tuple(zones[::-1])}, rules=tuple(rules[::-1]))
    assert resolved(network(GATEWAY, endpoint(), naming=turned), host).kind is found.kind


# What was not read


def test_a_profile_leaves_every_name_open() -> None:
    naming = replace(NAMING, profiles=(Profile(id="rp-1", vpc="vpc-1", name="shared"),))
    found = resolved(network(endpoint(), naming=naming))
    assert (found.kind, found.component) == (Kind.UNKNOWN, "rp-1")
    assert "shared" in found.unknowns[0]
    assert resolved(network(endpoint(), naming=replace(naming, profiles=(Profile(id="rp-1", vpc="vpc-2"),)))).certain


@pytest.mark.parametrize("section", ["zones", "rules", "firewalls", "profiles"])
def test_each_unread_section_is_named_and_nothing_is_certain(section: str) -> None:
    unread: dict[str, Any] = {section: None}
    found = resolved(network(endpoint(), naming=replace(NAMING, **unread)))
    assert (found.kind, found.certain, len(found.unknowns)) == (Kind.ENDPOINT, False, 1)


def test_no_naming_at_all_names_four_sections_and_the_reasons() -> None:
    there = replace(
        network(endpoint(), naming=None), unread={"ResolverRules": "denied: route53resolver:ListResolverRules"}
    )
    found = resolved(there)
    assert len(found.unknowns) == 4
    assert any("denied: route53resolver:ListResolverRules" in why for why in found.unknowns)


@pytest.mark.parametrize("section", ["vpcs", "endpoints"])
def test_without_vpcs_or_endpoints_nothing_is_known(section: str) -> None:
    unread: dict[str, Any] = {section: None}
    assert resolved(network(endpoint(), **unread)).kind is Kind.UNKNOWN


@pytest.mark.parametrize("section", ["dhcp_options", "interfaces"])
def test_other_unread_sections_make_it_uncertain(section: str) -> None:
    unread: dict[str, Any] = {section: None}
    found = resolved(network(endpoint(), **unread))
    assert (found.kind, found.certain) == (Kind.ENDPOINT, False)


@pytest.mark.parametrize("attribute", ["dns_support", "dns_hostnames"])
def test_unread_attributes_make_it_uncertain(attribute: str) -> None:
    unread: dict[str, Any] = {attribute: None}
    found = resolved(network(endpoint(), vpc=replace(VPC, **unread)))
    assert (found.kind, found.certain) == (Kind.ENDPOINT, False)


def test_an_unread_prefix_list_leaves_a_gateway_without_addresses() -> None:
    found = resolved(network(GATEWAY, prefix_lists={}), S3)
    assert (found.kind, found.addresses, found.certain) == (Kind.GATEWAY, (), False)


def test_the_order_of_lists_changes_nothing() -> None:
    zones = tuple(
        Zone(id=f"Z{n}", name=name, owner="1", records=()) for n, name in enumerate(("com", "amazonaws.com", "org"))
    )
    rules = tuple(forward(name, id=f"rslvr-{name}") for name in ("", "com", "org"))
    groups = tuple(wall(block_rule("*.org", priority=n), priority=n, id=f"g{n}") for n in range(3))
    endpoints = [endpoint(), endpoint(id="vpce-0"), GATEWAY, endpoint(id="vpce-3", private_names=False)]

    def shuffled(seed: int) -> Resolution:
        def mixed(items: Sequence[Any]) -> Any:
            return tuple(Random(seed).sample(items, len(items)))

        naming = Naming(zones={"vpc-1": mixed(zones)}, rules=mixed(rules), firewalls=mixed(groups), profiles=())
        return resolved(network(*mixed(endpoints), naming=naming))

    assert len({shuffled(seed) for seed in range(20)}) == 1


# Replies

REPLIES: dict[str, Any] = {
    "Vpcs": [{"VpcId": "vpc-1"}],
    "HostedZoneSummaries/vpc-1": [
        {"HostedZoneId": "Z1", "Name": "Internal.", "Owner": {"OwningAccount": "123456789012"}},
        {"HostedZoneId": "Z2", "Name": "efs.us-east-1.amazonaws.com.", "Owner": {"OwningService": "efs.amazonaws.com"}},
    ],
    "HostedZoneRecords/Z1": [
        {"Name": "\\052.internal.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.7"}]},
        {"Name": "q.internal.", "Type": "A", "AliasTarget": {"HostedZoneId": "Z7", "DNSName": "vpce-1.example."}},
        {"Name": "c.internal.", "Type": "CNAME", "ResourceRecords": [{"Value": "A.internal."}]},
    ],
    "HostedZones": [
        {"Id": "/hostedzone/Z9", "Name": "corp.", "Config": {"PrivateZone": True}},
        {"Id": "/hostedzone/Z8", "Name": "example.com.", "Config": {"PrivateZone": False}},
    ],
    "ResolverRules": [
        {"Id": "r-1", "DomainName": "corp.", "RuleType": "FORWARD", "TargetIps": [{"Ip": "192.168.0.2", "Port": 53}]},
        {"Id": "r-2", "DomainName": ".", "RuleType": "RECURSIVE", "Status": "COMPLETE"},
        {"Id": "r-3", "DomainName": "gone.", "RuleType": "FORWARD", "Status": "DELETING"},
    ],
    "ResolverRuleAssociations": [
        {"Id": "a-1", "ResolverRuleId": "r-1", "VPCId": "vpc-1", "Status": "COMPLETE"},
        {"Id": "a-2", "ResolverRuleId": "r-1", "VPCId": "vpc-2", "Status": "FAILED"},
    ],
    "FirewallRuleGroupAssociations": [{"FirewallRuleGroupId": "g-1", "VpcId": "vpc-1", "Priority": 101, "Status": "COMPLETE"}],
    "FirewallRules/g-1": [
        {"FirewallDomainListId": "l-1", "Priority": 2, "Action": "BLOCK", "BlockResponse": "NODATA", "Qtype": "AAAA"},
        {"FirewallDomainListId": "l-2", "Priority": 1, "Action": "BLOCK", "BlockResponse": "NXDOMAIN"},
        {"DnsThreatProtection": "DGA", "Priority": 3, "Action": "BLOCK"},
    ],
    "FirewallDomains/l-1": ["*.Example.com.", {"Domains": ["b.org."]}],
    "FirewallDomainLists": [{"Id": "l-2", "ManagedOwnerName": "Route 53 Resolver DNS Firewall"}],
    "FirewallConfigs": [{"ResourceId": "vpc-1", "FirewallFailOpen": "ENABLED"}],
    "ProfileAssociations": [{"ProfileId": "rp-1", "ResourceId": "vpc-3", "Name": "p", "Status": "COMPLETE"}],
}  # fmt: skip


def test_replies_become_zones_rules_groups_and_profiles() -> None:
    found = read_naming.naming(REPLIES)
    assert found is not None
    assert found.zones is not None
    one, two = found.zones["vpc-1"]
    assert (one.name, one.owner, two.owner, two.records) == ("internal", "123456789012", "efs.amazonaws.com", None)
    assert one.records == (
        Record(name="*.internal", kind="A", values=("10.0.0.7",)),
        Record(name="q.internal", kind="A", alias="vpce-1.example"),
        Record(name="c.internal", kind="CNAME", values=("a.internal",)),
    )
    assert [zone.id for zone in found.loose] == ["Z9"]
    assert found.rules == (
        ResolverRule(id="r-1", domain="corp", kind="forward", targets=("192.168.0.2",), vpcs=("vpc-1",)),
        ResolverRule(id="r-2", domain="", kind="recursive", vpcs=()),
    )
    assert found.firewalls is not None
    (group,) = found.firewalls
    assert group.rules == (
        FirewallRule(
            priority=2, action="block", list="l-1", domains=("*.example.com", "b.org"), response="nodata", record="AAAA"
        ),
        FirewallRule(priority=1, action="block", list="l-2", response="nxdomain", managed=True),
        FirewallRule(priority=3, action="block", managed=True),
    )  # fmt: skip
    assert (found.fails_open, found.profiles) == ({"vpc-1": True}, (Profile(id="rp-1", vpc="vpc-3", name="p"),))


def test_what_has_no_reply_was_not_read() -> None:
    assert read_naming.naming({"Vpcs": []}) is None
    found = read_naming.naming({"ResolverRules": REPLIES["ResolverRules"]})
    assert found is not None
    assert (found.zones, found.firewalls, found.profiles, found.fails_open) == (None, None, None, None)
    assert found.rules is not None
    assert found.rules[0].vpcs is None


def test_a_summary_without_its_vpc_is_the_only_one_s() -> None:
    summary = REPLIES["HostedZoneSummaries/vpc-1"]
    for vpcs, expected in (([{"VpcId": "vpc-1"}], ["vpc-1"]), ([{"VpcId": "vpc-1"}, {"VpcId": "vpc-2"}], [])):
        found = read_naming.naming({"Vpcs": vpcs, "HostedZoneSummaries": summary})
        assert found is not None
        assert list(found.zones or {}) == expected


def test_a_private_zone_of_unknown_associations_is_named() -> None:
    naming = replace(NAMING, zones=None, loose=(Zone(id="Z9", name="corp"),))
    assert "Z9" in resolved(network(naming=naming), "db.corp").unknowns[0]


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("ResolverRules", "text", "ResolverRules"),
        ("ResolverRules", [1], "ResolverRules[0]"),
        ("ResolverRules", [{"DomainName": "x."}], "ResolverRules[0]"),
        ("HostedZoneRecords/Z1", [{"Name": 1, "Type": "A"}], "HostedZoneRecords/Z1[0]"),
        ("FirewallDomains/l-1", [3], "FirewallDomains/l-1[0]"),
    ],
)
def test_what_aws_never_sends_is_refused_with_its_place(key: str, value: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_naming.naming(REPLIES | {key: value})
    assert caught.value.field == field
