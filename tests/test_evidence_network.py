"""The live source, against moto in this process: complete where allowed, and honest about every gap."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from doctor.console import snapshot
from doctor.evidence import Evidence, Missing, Reason, Vantage, revive
from doctor.evidence import network as evidence
from doctor.evidence.calls.network import reader
from doctor.evidence.calls.network.details import ALL, ATTRIBUTES, DOMAINS
from doctor.evidence.calls.network.listings import LOCAL, WIDE, Call
from doctor.evidence.calls.network.read import read
from doctor.evidence.function import Function
from doctor.network import read as network_reader
from doctor.network import read_naming, read_routes
from doctor.network.blocks import block
from doctor.network.read import network
from doctor.request import Request
from doctor.world import World

MODELS = botocore.session.get_session()
Parts = dict[str, str]
# moto 5.2.5 has none of these; what a snapshot and a live read say of them is "not read".
MOTO_LACKS = {
    "VpcBlockPublicAccessOptions",
    "VpcEncryptionControls",
    "FirewallRuleGroupAssociations",
    "FirewallDomainLists",
    "FirewallConfigs",
    "ProfileAssociations",
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield boto3.Session()


def build(session: boto3.Session) -> Parts:
    """A VPC with one of everything that moto knows, and a peer."""
    ec2: Any = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    peer = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    options = ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name-servers", "Values": ["10.0.0.53", "AmazonProvidedDNS"]}]
    )["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    egress_only = ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    pcx = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=peer)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=pcx)
    prefix_list = ec2.create_managed_prefix_list(
        PrefixListName="corporate", MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/24"}]
    )["PrefixList"]["PrefixListId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=pcx)
    group = ec2.create_security_group(GroupName="function", Description="of the function", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            permission | {"IpRanges": [{"CidrIp": "10.0.0.0/16"}], "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]},
            permission | {"UserIdGroupPairs": [{"GroupId": group}], "PrefixListIds": [{"PrefixListId": prefix_list}]},
        ],
    )
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]
    interface = ec2.create_network_interface(SubnetId=subnet, Groups=[group], PrivateIpAddress="10.0.1.9")
    transit = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    attachment = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=transit, VpcId=vpc, SubnetIds=[subnet])
    transit_table = ec2.create_transit_gateway_route_table(TransitGatewayId=transit)["TransitGatewayRouteTable"]
    ec2.create_transit_gateway_route(
        DestinationCidrBlock="10.9.0.0/16",
        TransitGatewayRouteTableId=transit_table["TransitGatewayRouteTableId"],
        TransitGatewayAttachmentId=attachment["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"],
    )
    return {
        "vpc": vpc,
        "peer": peer,
        "subnet": subnet,
        "igw": gateway,
        "eigw": egress_only["EgressOnlyInternetGatewayId"],
        "nat": nat,
        "pcx": pcx,
        "pl": prefix_list,
        "rtb": table,
        "sg": group,
        "vpce": endpoint,
        "eni": interface["NetworkInterface"]["NetworkInterfaceId"],
        "tgw": transit,
        "tgw-rtb": transit_table["TransitGatewayRouteTableId"],
        "dopt": options,
        "zone": zone_of(session, vpc),
    }


def zone_of(session: boto3.Session, vpc: str) -> str:
    route53: Any = session.client("route53")
    zone: str = route53.create_hosted_zone(
        Name="internal.example.",
        CallerReference="one",
        HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": "us-east-1", "VPCId": vpc},
    )["HostedZone"]["Id"].rpartition("/")[2]
    records = {"db.internal.example.": ("A", "10.0.1.9"), "note.internal.example.": ("TXT", '"hunter2"')}
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]},
        }
        for name, (kind, value) in records.items()
    ]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    return zone


def test_a_live_read_and_its_snapshot_describe_the_same_network(aws: boto3.Session, tmp_path: Path) -> None:
    parts = build(aws)
    replies, unread = read(aws, (parts["vpc"],))
    assert set(unread) == MOTO_LACKS, unread
    live = network(replies, region="us-east-1", unread=unread)
    snapshot.write(tmp_path / "saved", replies)
    saved = snapshot.read(tmp_path / "saved")
    assert saved.replies == replies
    assert saved.ignored == ()
    assert set(saved.unread) >= MOTO_LACKS
    assert replace(saved.network(), unread={}) == replace(live, unread={})


def test_everything_in_the_vpc_is_there(aws: boto3.Session) -> None:
    parts = build(aws)
    replies, unread = read(aws, (parts["vpc"],))
    found = network(replies, unread=unread)
    assert found.region == "us-east-1"
    assert {parts["vpc"], parts["peer"]} == set(found.vpcs or {}), "the peer is read as far as we see it"
    assert {vpc.dns_support for vpc in (found.vpcs or {}).values()} == {True, None}, "only ours was asked"
    sections = [
        (found.subnets, "subnet"),
        (found.internet_gateways, "igw"),
        (found.egress_only_gateways, "eigw"),
        (found.nats, "nat"),
        (found.peerings, "pcx"),
        (found.tables, "rtb"),
        (found.groups, "sg"),
        (found.endpoints, "vpce"),
        (found.interfaces, "eni"),
        (found.transit_gateways, "tgw"),
        (found.dhcp_options, "dopt"),
    ]
    for section, part in sections:
        assert parts[part] in (section or {}), part
    assert (found.prefix_lists or {})[parts["pl"]].blocks == (block("192.0.2.0/24"),)
    routes = (found.transit_tables or {})[parts["tgw-rtb"]].routes
    assert [str(route.to) for route in routes or ()] == ["10.9.0.0/16"]
    assert found.naming
    assert [zone.id for zone in (found.naming.zones or {})[parts["vpc"]]] == [parts["zone"]]


def test_the_text_of_a_zone_is_not_kept(aws: boto3.Session) -> None:
    parts = build(aws)
    replies, _ = read(aws, (parts["vpc"],))
    records = {record["Name"]: record for record in replies[f"HostedZoneRecords/{parts['zone']}"]}
    assert records["db.internal.example."]["ResourceRecords"] == [{"Value": "10.0.1.9"}]
    assert "ResourceRecords" not in records["note.internal.example."]
    assert "hunter2" not in json.dumps(replies)


def test_without_a_vpc_the_whole_account_is_read(aws: boto3.Session) -> None:
    parts = build(aws)
    replies, unread = read(aws)
    found = network(replies, unread=unread)
    assert {parts["vpc"], parts["peer"]} < set(found.vpcs or {}), "and the default VPC"
    assert {vpc.dns_support for vpc in (found.vpcs or {}).values()} == {True}


def refuse(session: boto3.Session, operation: str, code: str) -> None:
    def deny(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

    session.events.register(f"before-call.*.{operation}", deny)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("UnauthorizedOperation", "denied: ec2:DescribeNatGateways"),
        ("AccessDenied", "denied: ec2:DescribeNatGateways"),
        ("RequestLimitExceeded", "throttled: ec2:DescribeNatGateways: RequestLimitExceeded"),
        ("OptInRequired", "refused: ec2:DescribeNatGateways: OptInRequired"),
    ],
)
@pytest.mark.sampled(4)
def test_a_refused_call_takes_away_its_own_reply_only(aws: boto3.Session, code: str, reason: str) -> None:
    parts = build(aws)
    refuse(aws, "DescribeNatGateways", code)
    replies, unread = read(aws, (parts["vpc"],))
    assert unread["NatGateways"] == reason
    assert set(unread) == MOTO_LACKS | {"NatGateways"}
    found = network(replies, unread=unread)
    assert found.nats is None
    assert found.unread["NatGateways"] == reason
    assert parts["vpce"] in (found.endpoints or {})


@pytest.mark.parametrize(
    ("service", "call", "key"),
    [
        ("ec2", "DescribeManagedPrefixLists", "PrefixLists"),
        ("ec2", "DescribePrefixLists", "PrefixLists"),
        ("ec2", "DescribeVpcEndpoints", "VpcEndpoints"),
        ("route53", "ListHostedZonesByVPC", "HostedZoneSummaries"),
    ],
)
def test_a_reply_that_tells_nothing_is_no_empty_list(aws: boto3.Session, service: str, call: str, key: str) -> None:
    parts = build(aws)
    aws.events.register(f"after-call.{service}.{call}", lambda parsed, **_: parsed.clear())
    _, unread = read(aws, (parts["vpc"],))
    why = f"refused: {service}:{call}: the reply has no {key}"
    assert unread[f"{key}/{parts['vpc']}" if service == "route53" else key] == why


def test_with_no_permission_every_gap_names_its_action(aws: boto3.Session) -> None:
    refuse(aws, "*", "UnauthorizedOperation")
    replies, unread = read(aws, ("vpc-1",))
    assert replies == {}
    flat = {call.key: f"denied: {call.action}" for call in (*WIDE, *LOCAL) if call.key != "PrefixLists"}
    assert flat.items() <= unread.items()
    assert unread["VpcAttribute/vpc-1.enableDnsSupport"] == "denied: ec2:DescribeVpcAttribute"
    assert unread["HostedZoneSummaries/vpc-1"] == "denied: route53:ListHostedZonesByVPC"
    assert network(replies, unread=unread).vpcs is None


def test_an_endpoint_out_of_reach_is_named(aws: boto3.Session) -> None:
    parts = build(aws)

    def lose(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://route53.amazonaws.com", error="timed out")

    aws.events.register("before-call.route53.*", lose)
    replies, unread = read(aws, (parts["vpc"],))
    assert unread[f"HostedZoneSummaries/{parts['vpc']}"] == "unreachable: route53: EndpointConnectionError"
    assert "Vpcs" in replies


@pytest.mark.long
def test_what_hangs_holds_up_nothing_beyond_the_time(aws: boto3.Session) -> None:
    parts, released = build(aws), threading.Event()
    aws.events.register("before-call.ec2.DescribeVpcEndpoints", lambda **_: released.wait(30) and None)
    began = time.monotonic()
    replies, unread = read(aws, (parts["vpc"],), until=began + 4)
    spent = time.monotonic() - began
    released.set()
    assert spent < 6
    assert unread["VpcEndpoints"] == "out of time"
    assert parts["vpc"] in {item["VpcId"] for item in replies["Vpcs"]}


def test_time_that_is_over_leaves_everything_unread(aws: boto3.Session) -> None:
    replies, unread = read(aws, ("vpc-1",), until=time.monotonic() - 1)
    assert replies == {}
    assert {call.key for call in (*WIDE, *LOCAL)} <= set(unread)
    assert set(unread.values()) == {"out of time"}


@pytest.mark.long
def test_more_than_anybody_reads_is_cut_and_said(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = build(aws)
    monkeypatch.setattr(reader, "MOST_ITEMS", 1)
    replies, unread = read(aws, (parts["vpc"],))
    assert unread["SecurityGroups"].startswith("cut: more than 3 items")
    assert "SecurityGroups" not in replies, "a part of the groups would pass for all of them"
    assert network(replies, unread=unread).groups is None


def test_more_parents_than_anybody_asks_are_cut_and_said(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    build(aws)
    monkeypatch.setattr(reader, "MOST_PARENTS", 1)
    replies, unread = read(aws)
    cut = {key for key, why in unread.items() if why == "cut: more than 1 of them"}
    assert len([key for key in replies if key.startswith("HostedZoneSummaries/")]) == 1
    assert len([key for key in cut if key.startswith("HostedZoneSummaries/")]) == 2


def test_a_botocore_that_does_not_know_a_call_says_so(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    invented = Call(operation="DescribeTeapots", key="Teapots", keeps="TeapotId")
    monkeypatch.setattr("doctor.evidence.calls.network.read.WIDE", (*WIDE, invented))
    _, unread = read(aws, ("vpc-1",))
    assert unread["Teapots"] == "refused: this botocore does not know DescribeTeapots"


def test_without_a_region_everything_but_route_53_is_refused(
    aws: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    _, unread = read(boto3.Session(), ("vpc-1",))
    assert unread["Vpcs"] == "refused: NoRegionError: You must specify a region."


def answer(session: boto3.Session, **replies: dict[str, Any]) -> None:
    """Recorded replies, for calls that moto does not know; in the form of AWS's API reference."""
    for name, reply in replies.items():
        said = (SimpleNamespace(status_code=200), reply)
        session.events.register(f"before-call.*.{name}", lambda said=said, **_: said)


def test_names_are_read_with_all_that_decides_about_them(aws: boto3.Session) -> None:
    ours, theirs = {"VpcId": "vpc-1"}, {"VpcId": "vpc-9"}
    answer(
        aws,
        ListHostedZonesByVPC={
            "HostedZoneSummaries": [
                {"HostedZoneId": "Z1", "Name": "internal.example.", "Owner": {"OwningAccount": "111122223333"}},
                {"HostedZoneId": "Z2", "Name": "sqs.example.", "Owner": {"OwningService": "vpce.amazonaws.com"}},
            ]
        },
        ListResourceRecordSets={
            "ResourceRecordSets": [{"Name": "a.internal.example.", "Type": "A"}],
            "IsTruncated": False,
        },
        ListFirewallRuleGroupAssociations={
            "FirewallRuleGroupAssociations": [
                {"FirewallRuleGroupId": "rslvr-frg-1", "Priority": 101, **ours},
                {"FirewallRuleGroupId": "rslvr-frg-9", "Priority": 101, **theirs},
            ]
        },
        ListFirewallDomainLists={
            "FirewallDomainLists": [{"Id": "rslvr-fdl-1"}, {"Id": "rslvr-fdl-2", "ManagedOwnerName": "AWS"}]
        },
        ListFirewallRules={
            "FirewallRules": [
                {"FirewallDomainListId": "rslvr-fdl-1", "Priority": 1, "Action": "BLOCK", "BlockResponse": "NXDOMAIN"},
                {"FirewallDomainListId": "rslvr-fdl-2", "Priority": 2, "Action": "ALERT"},
            ]
        },
        ListFirewallDomains={"Domains": ["*.amazonaws.com."]},
        ListFirewallConfigs={"FirewallConfigs": [{"ResourceId": "vpc-1", "FirewallFailOpen": "ENABLED"}]},
        ListProfileAssociations={
            "ProfileAssociations": [{"ProfileId": "rp-1", "ResourceId": "vpc-1", "Name": "shared"}]
        },
    )
    replies, unread = read(aws, ("vpc-1",))
    assert "HostedZoneRecords/Z1" in replies
    assert "HostedZoneRecords/Z2" not in replies, "nobody may list what a service keeps"
    assert "FirewallDomains/rslvr-fdl-2" not in replies, "nor AWS's own lists"
    assert "FirewallRules/rslvr-frg-9" not in unread, "nor is another VPC's group asked for when there is no need"
    naming = network(replies, unread=unread).naming
    assert naming
    (group,) = [group for group in naming.firewalls or () if group.vpc == "vpc-1"]
    assert [rule.domains for rule in group.rules or ()] == [("*.amazonaws.com",), None]
    assert [group.vpc for group in naming.firewalls or ()] == ["vpc-1"]
    assert naming.fails_open == {"vpc-1": True}
    assert [profile.id for profile in naming.profiles or ()] == ["rp-1"]


def test_a_group_that_lives_in_another_vpc_is_read_as_well(aws: boto3.Session) -> None:
    ec2: Any = aws.client("ec2")
    parts = build(aws)
    elsewhere = ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    shared = ec2.create_security_group(GroupName="shared", Description="of two VPCs", VpcId=elsewhere)["GroupId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=parts["eni"], Groups=[parts["sg"], shared])
    replies, _ = read(aws, (parts["vpc"],))
    assert {parts["sg"], shared} <= {group["GroupId"] for group in replies["SecurityGroups"]}


def test_neighbours_are_bounded_and_those_left_out_are_named(
    aws: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = build(aws)
    monkeypatch.setattr("doctor.evidence.calls.network.read.MOST_NEIGHBOURS", 0)
    replies, unread = read(aws, (parts["vpc"],))
    assert unread[f"Vpcs/{parts['peer']}"] == "cut: more than 0 VPCs beside those that were asked for"
    assert [vpc["VpcId"] for vpc in replies["Vpcs"]] == [parts["vpc"]]


def test_pages_are_read_to_the_last(aws: boto3.Session) -> None:
    pages = {None: ("vpc-1", "two"), "two": ("vpc-2", "three"), "three": ("vpc-3", None)}

    def say(params: dict[str, Any], **_: object) -> tuple[object, dict[str, Any]]:
        body = params["body"]
        vpc, token = pages[body.get("NextToken")]
        listed = {"Vpcs": [{"VpcId": vpc}], "VpcEncryptionControls": [{"VpcId": vpc, "Mode": "monitor"}]}
        return SimpleNamespace(status_code=200), listed | ({"NextToken": token} if token else {})

    for name in ("DescribeVpcs", "DescribeVpcEncryptionControls"):  # with botocore's paginator, and without
        aws.events.register(f"before-call.ec2.{name}", say)
    replies, _ = read(aws)
    assert [vpc["VpcId"] for vpc in replies["Vpcs"]] == ["vpc-1", "vpc-2", "vpc-3"]
    assert [vpc["VpcId"] for vpc in replies["VpcEncryptionControls"]] == ["vpc-1", "vpc-2", "vpc-3"]


def operation(call: Call) -> Any:
    return MODELS.get_service_model(call.service).operation_model(call.operation)


@pytest.mark.parametrize("call", ALL, ids=lambda call: call.operation)
def test_calls_are_those_of_botocores_model(call: Call) -> None:
    model = operation(call)
    parameters = model.input_shape.members
    if call is not ATTRIBUTES:
        assert call.key in model.output_shape.members
    if call.vpcs:
        assert call.filters in parameters
    if call.parent:
        assert call.parent in parameters
    client = MODELS.create_client(
        call.service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    paginates = client.can_paginate(botocore.xform_name(call.operation))
    tokens = {"NextToken"} & set(model.output_shape.members)
    assert paginates or not tokens or "NextToken" in parameters, "pages can be asked for"
    if call.page:
        bounds = parameters["MaxResults"].metadata
        assert bounds.get("min", 5) <= call.page <= bounds.get("max", 1000)


@pytest.mark.parametrize("call", [call for call in ALL if call is not DOMAINS], ids=lambda call: call.operation)
def test_what_is_kept_exists(call: Call) -> None:
    shape = operation(call).output_shape
    shape = shape if call is ATTRIBUTES else shape.members[call.key]
    for path in call.keeps.split():
        inner = shape
        for step in path.split("."):
            inner = inner.member if inner.type_name == "list" else inner
            assert step in inner.members, path
            inner = inner.members[step]


def sample(shape: Any, name: str) -> Any:
    """A reply with every key that the model knows."""
    if shape.type_name == "structure":
        return {key: sample(member, key) for key, member in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member, name)]
    scalars = {"integer": 1, "long": 1, "boolean": True, "double": 1.0, "float": 1.0, "timestamp": "2026-01-01"}
    if shape.type_name != "string":
        return scalars[shape.type_name]
    words = {"IpProtocol": "tcp", "Protocol": "6", "ResourceType": "vpc"}
    words |= {"ResourceId": "VpcId-1", "ResourceOwnerId": "VpcOwnerId-1"}  # one attachment, of which three replies tell
    if name in words or getattr(shape, "enum", None):
        return words.get(name) or shape.enum[-1]
    if "Ipv6" in name and "Pool" not in name:
        return "2001:db8::/64"
    return (
        "10.0.0.0/24"
        if "Cidr" in name or name.endswith(("Ip", "Address", "Prefix", "PrivateIpAddress"))
        else f"{name}-1"
    )


def test_nothing_that_the_model_reads_is_left_out() -> None:
    """Replies in full and replies as they are kept make the same network."""
    full: dict[str, list[Any]] = {}
    kept: dict[str, list[Any]] = {}
    for call in ALL:
        output = sample(operation(call).output_shape, "")
        key = f"{call.listing}/{call.parent.replace('VPC', 'Vpc')}-1" if call.listing else call.key
        key = f"{key}.enableDnsSupport" if call is ATTRIBUTES else key
        said = [output] if call is ATTRIBUTES else output[call.key]
        said = said if isinstance(said, list) else [said]
        said = [apart(item) for item in said] if call.key == "RouteTables" else said
        full.setdefault(key, []).extend(said)
        kept.setdefault(key, []).extend(reader._kept(said, reader._tree(call.keeps)))
    whole = network(full)
    assert whole == network(kept)
    assert all(section for name, section in vars(whole).items() if name not in ("unread", "derived"))
    assert json.dumps(kept) != json.dumps(full)


def apart(table: dict[str, Any]) -> dict[str, Any]:
    """A route table with a route for each kind of target: one with several is refused."""
    targets = (*read_routes._TARGETS, "GatewayId")
    route = table["Routes"][0]
    common = {key: value for key, value in route.items() if key not in targets}
    return table | {"Routes": [{**common, target: route[target]} for target in targets]}


def test_snapshots_know_every_reply_that_is_read(tmp_path: Path) -> None:
    assert {key for readers in network_reader._SECTIONS.values() for key in readers} <= set(snapshot.KEYS)
    assert set(read_naming._LISTS) <= set(snapshot.KEYS)
    assert set(network_reader._OF_PARENTS) <= set(snapshot.PARENTED)


def world(monkeypatch: pytest.MonkeyPatch, *functions: Function, **environ: str) -> World:
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # collectors change it, in a child of their own
    seen = tuple(
        Evidence.of(function, vantage=Vantage(), at="2026-01-01T00:00:00.000+00:00", took=0.1) for function in functions
    )
    return World(request=Request(), until=time.monotonic() + 30, environ=environ, known=seen)


def function(vpc: str = "", **more: Any) -> Function:
    return Function(name="orders", region="us-east-1", vpc=vpc, **more)


def test_the_collector_yields_facts_that_travel(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = build(aws)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    (found,) = evidence.Network.collect(world(monkeypatch, function(parts["vpc"])))
    assert isinstance(found, evidence.Network)
    assert (found.region, found.vpcs) == ("us-east-1", (parts["vpc"],))
    assert {vpc["VpcId"] for vpc in found.replies["Vpcs"]} == {parts["vpc"], parts["peer"]}, "of the function's region"
    sealed = Evidence.of(found, vantage=Vantage(), at="2026-01-01T00:00:00.000+00:00", took=1.0)
    travelled = json.loads(json.dumps(sealed.facts))
    assert revive(evidence.Network, replace(sealed, facts=travelled)) == found


def test_a_function_in_no_vpc_has_no_network_and_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = evidence.Network.collect(world(monkeypatch, function()))
    assert found == evidence.Network(region="us-east-1", vpcs=(), replies={}, unread={})


@pytest.mark.parametrize("functions", [(), (function("vpc-1", exists=False),)])
def test_of_a_function_that_nobody_read_no_network_is_known(
    functions: tuple[Function, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (found,) = evidence.Network.collect(world(monkeypatch, *functions))
    assert isinstance(found, Missing)
    assert found.reason is Reason.NOT_ASKED


def test_callers_without_credentials_read_nothing_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (found,) = evidence.Network.collect(world(monkeypatch, function("vpc-1")))
    assert isinstance(found, evidence.Network)
    assert found.replies == {}
    assert all("NoCredentialsError" in why for why in found.unread.values())


def test_nothing_is_signed_for_the_deployers_own_endpoint(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = world(monkeypatch, function("vpc-1"), AWS_ENDPOINT_URL="http://198.51.100.7:4566")
    (found,) = evidence.Network.collect(mine)
    assert isinstance(found, evidence.Network)
    assert found.replies == {}
    assert "AWS_ENDPOINT_URL" in found.unread["Vpcs"]


def test_facts_are_bounded_and_say_what_was_cut() -> None:
    replies: dict[str, list[Any]] = {"Vpcs": [{"VpcId": "vpc-1"}]}
    replies["HostedZoneRecords/Z1"] = [{"Name": "x" * 100} for _ in range(50)]
    replies["NetworkInterfaces"] = [{"Description": "x" * 100} for _ in range(100)]
    assert evidence.fit(replies) == (replies, {})
    kept, cut = evidence.fit(replies, 14_000)
    assert set(kept) == {"Vpcs", "NetworkInterfaces"}
    assert cut == {"HostedZoneRecords/Z1": "cut: all replies together are larger than 14 kB"}
    assert set(evidence.fit(replies, 1000)[0]) == {"Vpcs"}


def test_actions_are_declared_as_they_are_called() -> None:
    called: Callable[[Call], str] = lambda call: f"{call.service}:{call.operation}"  # noqa: E731
    assert set(evidence.Network.actions) == set(map(called, ALL))
    assert len(evidence.Network.actions) == len(ALL)
