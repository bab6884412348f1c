"""Replies are hostile: out comes a network, or one class of error that names the place."""

import copy
import random
import re
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor.network.beyond import (
    Attachment,
    EncryptionControl,
    Peering,
    PeeringSide,
    PrefixList,
    TransitRoute,
    TransitTable,
)
from doctor.network.blocks import block
from doctor.network.model import (
    ALL_PORTS,
    AclEntry,
    Endpoint,
    GroupReference,
    GroupRule,
    Interface,
    Nat,
    NatAddress,
    Network,
    Route,
    Subnet,
    Vpc,
)
from doctor.network.read import network
from doctor.verdict import InvalidRequest

REPLIES: dict[str, list[Any]] = {
    "Vpcs": [
        {
            "VpcId": "vpc-1",
            "OwnerId": "111122223333",
            "CidrBlock": "10.0.0.0/16",
            "DhcpOptionsId": "dopt-1",
            "CidrBlockAssociationSet": [
                {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
                {"CidrBlock": "10.7.0.0/16", "CidrBlockState": {"State": "disassociated"}},
            ],
            "Ipv6CidrBlockAssociationSet": [
                {"Ipv6CidrBlock": "2001:db8::/56", "Ipv6CidrBlockState": {"State": "associated"}}
            ],
            "BlockPublicAccessStates": {"InternetGatewayBlockMode": "block-ingress"},
        }
    ],
    "VpcAttribute/vpc-1.enableDnsSupport": [{"VpcId": "vpc-1", "EnableDnsSupport": {"Value": True}}],
    "Subnets": [
        {
            "SubnetId": "subnet-1",
            "VpcId": "vpc-1",
            "AvailabilityZone": "us-east-1a",
            "CidrBlock": "10.0.1.0/24",
            "AvailableIpAddressCount": 7,
            "MapPublicIpOnLaunch": True,
        }
    ],
    "SecurityGroups": [
        {
            "GroupId": "sg-1",
            "GroupName": "function",
            "VpcId": "vpc-1",
            "OwnerId": "111122223333",
            "IpPermissions": [],
            "IpPermissionsEgress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "inside"}],
                    "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
                    "PrefixListIds": [{"PrefixListId": "pl-1"}],
                    "UserIdGroupPairs": [
                        {"GroupId": "sg-1", "UserId": "111122223333"},
                        {"GroupId": "sg-2", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "Active"},
                    ],
                },
                {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "IpRanges": []},
                {"IpProtocol": "50"},
            ],
        }
    ],
    "NetworkAcls": [
        {
            "NetworkAclId": "acl-1",
            "VpcId": "vpc-1",
            "IsDefault": True,
            "Associations": [{"SubnetId": "subnet-1"}],
            "Entries": [
                {"RuleNumber": 100, "Egress": True, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
                {
                    "RuleNumber": 90,
                    "Egress": False,
                    "RuleAction": "Deny",
                    "Protocol": "6",
                    "Ipv6CidrBlock": "::/0",
                    "PortRange": {"From": 22, "To": 23},
                },
            ],
        }
    ],
    "RouteTables": [
        {
            "RouteTableId": "rtb-1",
            "VpcId": "vpc-1",
            "Associations": [
                {"Main": True, "AssociationState": {"State": "associated"}},
                {"Main": False, "SubnetId": "subnet-1", "AssociationState": {"State": "associated"}},
                {"Main": False, "SubnetId": "subnet-9", "AssociationState": {"State": "disassociated"}},
                {"Main": False, "GatewayId": "igw-1", "AssociationState": {"State": "associated"}},
            ],
            "Routes": [
                {
                    "DestinationCidrBlock": "10.0.0.0/16",
                    "GatewayId": "local",
                    "State": "active",
                    "Origin": "CreateRouteTable",
                },
                {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "State": "active"},
                {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"},
                {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"},
                {"DestinationCidrBlock": "10.9.0.0/16", "TeleporterId": "tp-1", "State": "Filtered"},
            ],
        }
    ],
    "NetworkInterfaces": [
        {
            "NetworkInterfaceId": "eni-1",
            "SubnetId": "subnet-1",
            "VpcId": "vpc-1",
            "Groups": [{"GroupId": "sg-1", "GroupName": "function"}],
            "PrivateIpAddress": "10.0.1.4",
            "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.4", "Association": {"PublicIp": "198.51.100.4"}}],
            "Association": {"PublicIp": "198.51.100.4"},
            "Ipv6Addresses": [{"Ipv6Address": "2001:db8::4"}],
            "InterfaceType": "lambda",
            "Attachment": {"InstanceId": "i-1"},
            "SourceDestCheck": False,
            "Status": "in-use",
        }
    ],
    "VpcEndpoints": [
        {
            "VpcEndpointId": "vpce-1",
            "VpcEndpointType": "Interface",
            "VpcId": "vpc-1",
            "ServiceName": "com.amazonaws.us-east-1.sqs",
            "State": "Available",
            "SubnetIds": ["subnet-1"],
            "Groups": [{"GroupId": "sg-1"}],
            "NetworkInterfaceIds": ["eni-1"],
            "RouteTableIds": [],
            "DnsEntries": [{"DnsName": "SQS.us-east-1.amazonaws.com.", "HostedZoneId": "Z1"}],
            "PrivateDnsEnabled": True,
            "IpAddressType": "ipv4",
            "DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": False},
        }
    ],
    "NatGateways": [
        {
            "NatGatewayId": "nat-1",
            "VpcId": "vpc-1",
            "State": "available",
            "ConnectivityType": "private",
            "AvailabilityMode": "regional",
            "RouteTableId": "rtb-2",
            "NatGatewayAddresses": [{"PrivateIp": "10.0.1.5", "AvailabilityZone": "us-east-1a", "Status": "Succeeded"}],
        }
    ],
    "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
    "VpcPeeringConnections": [
        {
            "VpcPeeringConnectionId": "pcx-1",
            "Status": {"Code": "active"},
            "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "Region": "us-east-1"},
            "AccepterVpcInfo": {"VpcId": "vpc-2", "CidrBlockSet": [{"CidrBlock": "10.1.0.0/16"}]},
        }
    ],
    "PrefixLists": [
        {"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.us-east-1.s3", "Cidrs": ["192.0.2.0/24"]},
        {"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.us-east-1.s3", "OwnerId": "AWS", "MaxEntries": 1},
        {"PrefixListId": "pl-2", "PrefixListName": "offices", "OwnerId": "111122223333"},
        {"PrefixListId": "pl-3", "PrefixListName": "unread", "OwnerId": "111122223333"},
    ],
    "ManagedPrefixListEntries/pl-2": [{"Cidr": "198.51.100.0/24", "Description": "north"}],
    "TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available", "Options": {}}],
    "TransitGatewayAttachments": [
        {
            "TransitGatewayAttachmentId": "tgw-attach-1",
            "TransitGatewayId": "tgw-1",
            "ResourceType": "vpc",
            "ResourceId": "vpc-1",
            "State": "available",
        }
    ],
    "TransitGatewayVpcAttachments": [
        {
            "TransitGatewayAttachmentId": "tgw-attach-1",
            "TransitGatewayId": "tgw-1",
            "VpcId": "vpc-1",
            "State": "available",
            "SubnetIds": ["subnet-1"],
            "Options": {"SecurityGroupReferencingSupport": "enable", "ApplianceModeSupport": "enable"},
        }
    ],
    "TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-1"}],
    "TransitGatewayRoutes/tgw-rtb-1": [
        {
            "DestinationCidrBlock": "10.1.0.0/16",
            "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1"}],
            "Type": "propagated",
            "State": "active",
        }
    ],
    "TransitGatewayAssociations/tgw-rtb-1": [
        {"TransitGatewayAttachmentId": "tgw-attach-1", "ResourceType": "vpc", "State": "associated"}
    ],
    "DhcpOptions": [
        {
            "DhcpOptionsId": "dopt-1",
            "DhcpConfigurations": [{"Key": "domain-name-servers", "Values": [{"Value": "10.0.0.2"}]}],
        }
    ],
    "VpcEncryptionControls": [
        {
            "VpcId": "vpc-1",
            "VpcEncryptionControlId": "vpcec-1",
            "Mode": "Enforce",
            "State": "available",
            "ResourceExclusions": {"Lambda": {"State": "enabled"}, "NatGateway": {"State": "disabled"}},
        }
    ],
    "HostedZoneSummaries/vpc-1": [{"HostedZoneId": "Z1", "Name": "internal.example.", "Owner": {"OwningAccount": "1"}}],
}


def changed(*path: str | int, to: object) -> dict[str, list[Any]]:
    replies: Any = copy.deepcopy(REPLIES)
    inner = replies
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return replies  # type: ignore[no-any-return]


READ = network(REPLIES)


def test_places() -> None:
    assert READ.region == "us-east-1"
    assert READ.vpcs == {
        "vpc-1": Vpc(
            id="vpc-1",
            blocks=(block("10.0.0.0/16"), block("2001:db8::/56")),
            owner="111122223333",
            dhcp_options="dopt-1",
            internet="block-ingress",
            dns_support=True,
            dns_hostnames=None,
        )
    }
    assert READ.subnets == {
        "subnet-1": Subnet(id="subnet-1", vpc="vpc-1", zone="us-east-1a", blocks=(block("10.0.1.0/24"),), free=7)
    }
    assert READ.interfaces == {
        "eni-1": Interface(
            id="eni-1",
            subnet="subnet-1",
            vpc="vpc-1",
            groups=("sg-1",),
            addresses=(block("10.0.1.4"), block("2001:db8::4")),
            public=(block("198.51.100.4"),),
            kind="lambda",
            instance="i-1",
            checks_addresses=False,
        )
    }


def test_rules() -> None:
    assert READ.groups
    assert READ.groups["sg-1"].ingress == ()
    assert READ.groups["sg-1"].unread == ()
    assert READ.groups["sg-1"].egress == (
        GroupRule(
            protocol="tcp",
            ports=(443, 443),
            blocks=(block("10.0.0.0/16"), block("::/0")),
            lists=("pl-1",),
            groups=(
                GroupReference(group="sg-1", owner="111122223333"),
                GroupReference(group="sg-2", peering="pcx-1", status="active"),
            ),
        ),
        GroupRule(protocol="all", untold=True),
        GroupRule(protocol="50", untold=True),
    )
    assert READ.acls
    assert READ.acls["acl-1"].subnets == ("subnet-1",)
    assert READ.acls["acl-1"].entries == (
        AclEntry(number=100, egress=True, allow=True, protocol="all", block=block("0.0.0.0/0")),
        AclEntry(number=90, egress=False, allow=False, protocol="tcp", block=block("::/0"), ports=(22, 23)),
    )


def test_routes() -> None:
    assert READ.tables
    table = READ.tables["rtb-1"]
    assert (table.main, table.subnets, table.gateways) == (True, ("subnet-1",), ("igw-1",))
    assert table.routes == (
        Route(to=block("10.0.0.0/16"), via="local", origin="createroutetable"),
        Route(to="pl-1", via="endpoint", target="vpce-1"),
        Route(to=block("::/0"), via="egress-only-gateway", target="eigw-1"),
        Route(to=block("0.0.0.0/0"), via="nat", target="nat-1", state="blackhole"),
        Route(to=block("10.9.0.0/16"), via="unknown", state="filtered"),
    )


def test_what_several_replies_tell_of_one_thing_is_joined() -> None:
    assert READ.prefix_lists == {
        "pl-1": PrefixList(id="pl-1", name="com.amazonaws.us-east-1.s3", owner="AWS", blocks=(block("192.0.2.0/24"),)),
        "pl-2": PrefixList(id="pl-2", name="offices", owner="111122223333", blocks=(block("198.51.100.0/24"),)),
        "pl-3": PrefixList(id="pl-3", name="unread", owner="111122223333", blocks=None),
    }
    assert READ.attachments == {
        "tgw-attach-1": Attachment(
            id="tgw-attach-1",
            gateway="tgw-1",
            kind="vpc",
            resource="vpc-1",
            state="available",
            table="tgw-rtb-1",
            associated="associated",
            subnets=("subnet-1",),
            references=True,
            appliance=True,
        )
    }
    route = TransitRoute(to=block("10.1.0.0/16"), attachments=("tgw-attach-1",), static=False)
    assert READ.transit_tables == {"tgw-rtb-1": TransitTable(id="tgw-rtb-1", gateway="tgw-1", routes=(route,))}


def test_gateways_and_endpoints() -> None:
    assert READ.endpoints == {
        "vpce-1": Endpoint(
            id="vpce-1",
            vpc="vpc-1",
            kind="interface",
            service="com.amazonaws.us-east-1.sqs",
            state="available",
            subnets=("subnet-1",),
            groups=("sg-1",),
            interfaces=("eni-1",),
            names=("sqs.us-east-1.amazonaws.com",),
            private_names=True,
            families="ipv4",
        )
    }
    address = NatAddress(private=block("10.0.1.5"), zone="us-east-1a", status="succeeded")
    assert READ.nats == {
        "nat-1": Nat(
            id="nat-1", vpc="vpc-1", state="available", public=False, regional=True, table="rtb-2", addresses=(address,)
        )
    }
    assert READ.peerings == {
        "pcx-1": Peering(
            id="pcx-1",
            state="active",
            requester=PeeringSide(vpc="vpc-1", region="us-east-1", blocks=(block("10.0.0.0/16"),)),
            accepter=PeeringSide(vpc="vpc-2", blocks=(block("10.1.0.0/16"),)),
        )
    }
    assert READ.internet_gateways
    assert READ.internet_gateways["igw-1"].attached == {"vpc-1": "available"}
    assert READ.encryption == {
        "vpcec-1": EncryptionControl(vpc="vpc-1", id="vpcec-1", mode="enforce", state="available", excluded=("lambda",))
    }
    assert READ.naming
    assert READ.naming.zones


def test_what_was_not_read_is_none_and_what_is_empty_is_empty() -> None:
    nothing = network({}, unread={"Vpcs": "denied: ec2:DescribeVpcs"})
    assert (nothing.vpcs, nothing.groups, nothing.attachments, nothing.encryption) == (None, None, None, None)
    assert nothing.unread == {"Vpcs": "denied: ec2:DescribeVpcs"}
    empty = network({"Vpcs": [], "SecurityGroups": [], "VpcEncryptionControls": []})
    assert (empty.vpcs, empty.groups, empty.encryption) == ({}, {}, {})
    assert empty.acls is None


def test_a_reply_without_its_rules_says_so() -> None:
    found = network(
        {"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": []}], "NetworkAcls": [{"NetworkAclId": "a"}]}
    )
    assert (found.groups or {})["sg-1"].unread == ("egress",)
    assert (found.acls or {})["a"].unread == ("entries", "subnets")


def test_block_public_access_that_is_off_is_off_everywhere() -> None:
    read = network(REPLIES | {"VpcBlockPublicAccessOptions": [{"InternetGatewayBlockMode": "off"}]})
    assert (read.subnets or {})["subnet-1"].internet == "off"
    on = network(REPLIES | {"VpcBlockPublicAccessOptions": [{"InternetGatewayBlockMode": "block-bidirectional"}]})
    told = (on.subnets or {})["subnet-1"].internet, (on.vpcs or {})["vpc-1"].internet
    assert told == ("", "block-ingress"), "what the VPC tells is not overruled"
    silent = copy.deepcopy(REPLIES)
    del silent["Vpcs"][0]["BlockPublicAccessStates"]
    on = network(silent | {"VpcBlockPublicAccessOptions": [{"InternetGatewayBlockMode": "block-bidirectional"}]})
    assert (on.subnets or {})["subnet-1"].internet == "block-bidirectional or off by an exclusion", (
        "nobody knows such a mode"
    )


def test_an_encryption_control_that_is_deleted_hides_no_other() -> None:
    gone = REPLIES["VpcEncryptionControls"][0] | {"VpcEncryptionControlId": "vpcec-0", "State": "deleted"}
    along = changed("Vpcs", 0, "EncryptionControl", to={"Mode": "monitor", "State": "available"})
    for listed in ([gone, *REPLIES["VpcEncryptionControls"]], [*REPLIES["VpcEncryptionControls"], gone]):
        read = network(along | {"VpcEncryptionControls": listed}).encryption or {}
        assert {id: (each.mode, each.state) for id, each in read.items()} == {
            "vpcec-0": ("enforce", "deleted"),
            "vpcec-1": ("enforce", "available"),
        }
    alone = {key: items for key, items in along.items() if key != "VpcEncryptionControls"}
    assert [each.mode for each in (network(alone).encryption or {}).values()] == ["monitor"]


@pytest.mark.parametrize(
    ("state", "proxied"),
    [("attached", True), ("attaching", True), (None, True), ("detached", False), ("attach-failed", False)],
)
def test_a_nat_gateway_s_proxy_counts_while_it_may_be_attached(state: str | None, proxied: bool) -> None:
    gateway = {
        "NatGatewayId": "nat-1",
        "AttachedAppliances": [{"Type": "network-firewall-proxy", "AttachmentState": state}],
    }
    assert (network({"NatGateways": [gateway]}).nats or {})["nat-1"].proxied is proxied
    assert not (network({"NatGateways": [{"NatGatewayId": "nat-1"}]}).nats or {})["nat-1"].proxied


def test_a_transit_gateway_tells_whether_it_supports_encryption() -> None:
    told = changed("TransitGateways", 0, "Options", to={"EncryptionSupport": {"EncryptionState": "Enabled"}})
    assert (network(told).transit_gateways or {})["tgw-1"].encryption == "enabled"
    assert (READ.transit_gateways or {})["tgw-1"].encryption == ""


@pytest.mark.parametrize("protocol", ["tcp", "udp", "6", "17"])
@pytest.mark.parametrize(
    "ports", [{}, {"FromPort": None, "ToPort": 80}, {"FromPort": 80}, {"FromPort": None, "ToPort": None}]
)
def test_a_port_that_is_missing_is_not_all_ports(protocol: str, ports: dict[str, int | None]) -> None:
    """EC2 API reference, IpPermission: a rule for TCP or UDP names its range."""
    rule = {"IpProtocol": protocol, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], **ports}
    with pytest.raises(InvalidRequest, match="names both") as raised:
        network({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [rule]}]})
    assert "sg-1" in raised.value.field


@pytest.mark.parametrize("protocol", ["-1", "icmp", "58", "50"])
def test_other_protocols_have_no_ports(protocol: str) -> None:
    rule = {"IpProtocol": protocol, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    (found,) = (network({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [rule]}]}).groups or {}).values()
    assert found.ingress[0].ports == ALL_PORTS


def entry(**more: Any) -> dict[str, Any]:
    """An entry of a network ACL."""
    plain = {"RuleNumber": 100, "Egress": True, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
    return plain | more


def entries(*listed: dict[str, Any]) -> tuple[AclEntry, ...]:
    return (network({"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": list(listed)}]}).acls or {})["acl-1"].entries


@pytest.mark.parametrize("span", [{}, {"From": 443}, {"To": 443}, {"From": None, "To": 443}])
def test_half_a_range_of_a_network_acl_is_none(span: dict[str, int | None]) -> None:
    with pytest.raises(InvalidRequest, match="names both"):
        entries(entry(Protocol="6", PortRange=span))
    assert entries(entry(Protocol="6"))[0].ports == ALL_PORTS, "an entry without a range is for every port"


def test_entries_of_one_number_that_differ_are_decided_by_no_order() -> None:
    for pair in ([entry(), entry(RuleAction="deny")], [entry(RuleAction="deny"), entry()]):
        with pytest.raises(InvalidRequest, match="two outbound entries for IPv4 have the RuleNumber 100") as raised:
            entries(*pair)
        assert "acl-1" in raised.value.field
    apart = entry(Egress=False, RuleAction="deny"), entry(Ipv6CidrBlock="::/0", CidrBlock=None, RuleAction="deny")
    assert len(entries(entry(), entry(), *apart)) == 3


def standing(**more: Any) -> dict[str, list[Any]]:
    """Two subnets of a VPC, with one of everything that names a subnet."""
    place = {"VpcId": "vpc-1", "SubnetId": "subnet-a"}
    return {
        "Subnets": [
            {"SubnetId": "subnet-a", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"},
            {"SubnetId": "subnet-b", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24"},
            {"SubnetId": "subnet-c", "VpcId": "vpc-2", "CidrBlock": "10.0.2.0/24"},
        ],
        "RouteTables": [
            {
                "RouteTableId": "rtb-1",
                "VpcId": "vpc-1",
                "Associations": [{"SubnetId": "subnet-a", "AssociationState": {"State": "associated"}}],
            }
        ],
        "NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-a"}]}],
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "10.0.1.9", **place}],
        "VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "SubnetIds": ["subnet-a", "subnet-b"]}],
        "NatGateways": [{"NatGatewayId": "nat-1", **place}],
        **more,
    }


def test_what_agrees_is_read() -> None:
    assert network(standing()).subnets
    beside = [{"SubnetId": id, "CidrBlock": "10.0.1.0/24"} for id in ("subnet-x", "subnet-y")]
    assert network({"Subnets": beside}).subnets, "whose they are was not told"
    strange = standing()["NetworkInterfaces"][0] | {"PrivateIpAddress": "10.99.1.9"}
    assert network(standing(NetworkInterfaces=[strange])).interfaces, "no other subnet has it"


@pytest.mark.parametrize("reply", ["RouteTables", "NetworkAcls", "NetworkInterfaces", "VpcEndpoints", "NatGateways"])
def test_a_subnet_is_in_the_vpc_of_what_stands_in_it(reply: str) -> None:
    (thing,) = standing()[reply]
    with pytest.raises(InvalidRequest, match="is in vpc-9 and names subnet-a, which is in vpc-1") as raised:
        network(standing(**{reply: [thing | {"VpcId": "vpc-9"}]}))
    assert re.fullmatch(rf"{reply}\[[a-z]+-1\]", raised.value.field)


@pytest.mark.parametrize("other", ["10.0.1.0/24", "10.0.1.128/25", "10.0.0.0/16"])
def test_two_subnets_of_a_vpc_share_no_address(other: str) -> None:
    for order in (1, -1):
        subnets = standing()["Subnets"]
        subnets[1]["CidrBlock"] = other
        with pytest.raises(InvalidRequest, match=f"subnet-b has {other}|and subnet-b has {other}") as raised:
            network(standing(Subnets=subnets[::order]))
        assert "subnet-a" in str(raised.value)


@pytest.mark.parametrize("address", ["10.0.2.0", "10.0.2.20", "10.0.2.255"])
def test_an_interface_has_no_address_of_another_subnet(address: str) -> None:
    strange = standing()["NetworkInterfaces"][0] | {"PrivateIpAddress": address}
    with pytest.raises(InvalidRequest, match=f"eni-1 is in subnet-a, and its address {address} is in subnet-b"):
        network(standing(NetworkInterfaces=[strange]))


def test_an_interface_learns_its_instance_from_either_reply() -> None:
    instance = {
        "InstanceId": "i-7",
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}, {"NetworkInterfaceId": "eni-9"}],
    }
    reservations = {"Reservations": [{"Instances": [instance]}]}
    silent = changed("NetworkInterfaces", 0, "Attachment", to=None)
    assert (network(silent | reservations).interfaces or {})["eni-1"].instance == "i-7"
    assert network(REPLIES | reservations) == READ, "what the interface itself says stands"
    assert network(reservations).interfaces is None, "instances are not all that has an interface"
    with pytest.raises(InvalidRequest, match="Instances is a number"):
        network(REPLIES | {"Reservations": [{"Instances": 3}]})


def test_unknown_words_stay_as_they_are() -> None:
    read = network(changed("VpcEndpoints", 0, "State", to="Hibernating"))
    assert (read.endpoints or {})["vpce-1"].state == "hibernating"


def test_two_regions_are_none() -> None:
    subnets = [*REPLIES["Subnets"], {"SubnetId": "subnet-2", "AvailabilityZone": "eu-west-1b"}]
    assert network({"Subnets": subnets}).region == ""
    assert network({"Subnets": subnets}, region="eu-west-1").region == "eu-west-1"
    local = [{"SubnetId": "subnet-1", "AvailabilityZone": "us-west-2-lax-1a"}]
    assert network({"Subnets": local}).region == "us-west-2"


@pytest.mark.parametrize(
    ("path", "value", "field", "message"),
    [
        (("Vpcs",), {}, "Vpcs", "is an object, not a list"),
        (("Vpcs", 0), "vpc-1", r"Vpcs\[0\]", "is text, not an object"),
        (("Vpcs", 0, "VpcId"), None, r"Vpcs\[0\]", "VpcId is missing"),
        (("Vpcs", 0, "CidrBlock"), "10.0.0.0/33", r"Vpcs\[0\] \(vpc-1\)", "10.0.0.0/33"),
        (
            ("SecurityGroups", 0, "IpPermissions"),
            3,
            r"SecurityGroups\[0\] \(sg-1\)",
            "IpPermissions is a number, not a list",
        ),
        (("SecurityGroups", 0, "IpPermissionsEgress", 0, "IpProtocol"), [], r"sg-1", "protocol"),
        (
            ("SecurityGroups", 0, "IpPermissionsEgress", 0, "FromPort"),
            70000,
            r"sg-1",
            "70000 to 443 is no range of ports",
        ),
        (("SecurityGroups", 0, "IpPermissionsEgress", 0, "FromPort"), True, r"sg-1", "a boolean"),
        (("SecurityGroups", 0, "IpPermissionsEgress", 0, "IpRanges", 0), "x", r"sg-1", r"IpRanges\[0\] is text"),
        (("NetworkAcls", 0, "Entries", 0, "RuleAction"), "perhaps", r"acl-1", "perhaps"),
        (("RouteTables", 0, "Routes", 0), {"GatewayId": "igw-1"}, r"rtb-1", "DestinationPrefixListId is missing"),
        (("TransitGatewayRoutes/tgw-rtb-1", 0, "DestinationCidrBlock"), "x", "TransitGatewayRoutes/tgw-rtb-1", "'x'"),
        (
            ("VpcAttribute/vpc-1.enableDnsSupport", 0, "EnableDnsSupport"),
            {"Value": "yes"},
            "enableDnsSupport",
            "Value is text",
        ),
    ],
)
def test_nonsense_names_its_place(path: tuple[str | int, ...], value: object, field: str, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message) as raised:
        network(changed(*path, to=value))
    assert re.search(field, raised.value.field)


@pytest.mark.parametrize("key", [key for key in REPLIES if "/" not in key and key != "VpcEncryptionControls"])
def test_one_id_twice_is_an_error_only_where_it_differs(key: str) -> None:
    thing = REPLIES[key][0]
    assert network(REPLIES | {key: [*REPLIES[key], thing]}) == READ
    differing = {
        "Vpcs": {"CidrBlock": "172.16.0.0/16", "CidrBlockAssociationSet": []},
        "SecurityGroups": {"IpPermissions": [{"IpProtocol": "-1"}]},
        "NetworkAcls": {"Entries": []},
        "RouteTables": {"Routes": []},
        "NetworkInterfaces": {"SubnetId": "subnet-9"},
        "InternetGateways": {"Attachments": []},
        "VpcPeeringConnections": {"Status": {"Code": "deleted"}},
        "PrefixLists": {"Cidrs": ["10.0.0.0/8"]},
        "TransitGatewayRouteTables": {"TransitGatewayId": "tgw-9"},
        "DhcpOptions": {"DhcpConfigurations": []},
        "Subnets": {"AvailabilityZone": "us-east-1b"},
    }.get(key, {"State": "failed"})
    with pytest.raises(InvalidRequest, match="is there twice, with a different") as raised:
        network(REPLIES | {key: [*REPLIES[key], thing | differing]})
    assert raised.value.field.startswith(f"{key}[")


def test_a_state_that_changed_between_two_replies_is_no_state_that_anybody_knows() -> None:
    read = network(changed("TransitGatewayVpcAttachments", 0, "State", to="modifying"))
    assert (read.attachments or {})["tgw-attach-1"].state == "available or modifying"


@pytest.mark.parametrize("key", [key for key, items in REPLIES.items() if len(items) > 1 or "/" not in key])
def test_the_order_of_a_reply_changes_nothing(key: str) -> None:
    items = [*copy.deepcopy(REPLIES[key])]
    random.Random(7).shuffle(items)
    assert network(REPLIES | {key: items}) == READ


def outcome(replies: Any) -> Network | InvalidRequest:
    """A network, or the one error; whatever else is raised fails the test."""
    try:
        return network(replies)
    except InvalidRequest as error:
        return error


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


PLACES = [place for place in places(REPLIES) if place]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
EDGES = st.sampled_from(
    ["", "-1", "10.0.0.0/8", "::/0", "local", "allow", "x" * 5000, [], {}, [None], [{}], 0, -1, 2**70]
)


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING | EDGES), min_size=1, max_size=3))
def test_anything_anywhere_is_a_network_or_a_clear_error(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    replies: Any = copy.deepcopy(REPLIES)
    for place, value in changes:
        inner = replies
        try:
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = value
        except (TypeError, KeyError, IndexError):  # an earlier change took the place away
            continue
    found = outcome(replies)
    if isinstance(found, InvalidRequest):
        assert found.field.partition("[")[0] in REPLIES
        assert str(found)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_every_key_may_be_missing(place: tuple[str | int, ...]) -> None:
    replies: Any = copy.deepcopy(REPLIES)
    inner = replies
    for step in place[:-1]:
        inner = inner[step]
    del inner[place[-1]]
    found = outcome(replies)
    assert not isinstance(found, InvalidRequest) or re.search(
        "is missing|null, not a word|RuleNumber|names both", str(found)
    )


def rules(number: int, each: int) -> dict[str, list[Any]]:
    """So many rules in groups of sixty, every rule with its own blocks: nothing can be looked up twice."""
    picked = random.Random(1)
    permissions = [
        {
            "IpProtocol": "tcp",
            "FromPort": port % 60 + 1,
            "ToPort": port % 60 + 1,
            "IpRanges": [
                {"CidrIp": f"10.{picked.randrange(256)}.{picked.randrange(256)}.0/{picked.randrange(24, 33)}"}
                for _ in range(each)
            ],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
            "UserIdGroupPairs": [],
        }
        for port in range(number // each)
    ]
    groups = [permissions[start : start + 60] for start in range(0, len(permissions), 60)]
    return {
        "SecurityGroups": [
            {"GroupId": f"sg-{n}", "IpPermissions": each_, "IpPermissionsEgress": []} for n, each_ in enumerate(groups)
        ]
    }


def test_ten_thousand_rules_and_groups_that_name_each_other() -> None:
    replies = rules(10_000, 1)
    for number, group in enumerate(replies["SecurityGroups"]):
        following = (number + 1) % len(replies["SecurityGroups"])
        group["IpPermissions"][0]["UserIdGroupPairs"] = [{"GroupId": f"sg-{following}"}, {"GroupId": f"sg-{number}"}]
    began = time.process_time()
    read = network(replies)
    assert time.process_time() - began < 1
    assert read.groups
    assert sum(len(group.ingress) for group in read.groups.values()) == 10_000
    assert [reference.group for reference in read.groups["sg-0"].ingress[0].groups] == ["sg-1", "sg-0"]
