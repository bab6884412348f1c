"""Replies about an account with every kind of way out of a VPC, as AWS sends them: no key that decides is left out.

Where moto lacks a key, real replies have it (EC2, Route 53 and Route 53 Resolver API references); so these are written.
"""

from typing import Any

Item = dict[str, Any]
Replies = dict[str, list[Any]]
ACCOUNT = "111122223333"
FUNCTION = "subnet-f+sg-f"
SQS, S3 = "sqs.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"


def _vpc(number: int) -> Item:
    cidr, wide = f"10.{number}.0.0/16", f"2600:1f18:{number}::/56"
    return {
        "VpcId": f"vpc-{number}",
        "OwnerId": ACCOUNT,
        "CidrBlock": cidr,
        "DhcpOptionsId": "dopt-1",
        "State": "available",
        "InstanceTenancy": "default",
        "IsDefault": False,
        "CidrBlockAssociationSet": [
            {"AssociationId": f"vpc-cidr-{number}", "CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}
        ],
        "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": wide, "Ipv6CidrBlockState": {"State": "associated"}}],
        "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"},
        "Tags": [{"Key": "Name", "Value": f"number {number}"}],
    }


def _subnet(name: str, vpc: int, place: int) -> Item:
    wide = f"2600:1f18:{vpc}:{place}::/64"
    return {
        "SubnetId": f"subnet-{name}",
        "VpcId": f"vpc-{vpc}",
        "OwnerId": ACCOUNT,
        "State": "available",
        "AvailabilityZone": "us-east-1a",
        "AvailabilityZoneId": "use1-az1",
        "CidrBlock": f"10.{vpc}.{place}.0/24",
        "AvailableIpAddressCount": 240,
        "MapPublicIpOnLaunch": False,
        "EnableDns64": False,
        "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": wide, "Ipv6CidrBlockState": {"State": "associated"}}],
        "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"},
    }


def _acl(vpc: int) -> Item:
    rows = [(100, "CidrBlock", "0.0.0.0/0", "allow"), (101, "Ipv6CidrBlock", "::/0", "allow")]
    rows += [(32767, "CidrBlock", "0.0.0.0/0", "deny"), (32768, "Ipv6CidrBlock", "::/0", "deny")]
    return {
        "NetworkAclId": f"acl-{vpc}",
        "VpcId": f"vpc-{vpc}",
        "OwnerId": ACCOUNT,
        "IsDefault": True,
        "Associations": [
            {"NetworkAclId": f"acl-{vpc}", "NetworkAclAssociationId": f"aclassoc-{each}", "SubnetId": f"subnet-{each}"}
            for each in {1: "fep", 2: "2", 3: "3"}[vpc]
        ],
        "Entries": [
            {"RuleNumber": number, "Egress": egress, "RuleAction": action, "Protocol": "-1", key: block}
            for number, key, block, action in rows
            for egress in (True, False)
        ],
    }


def _group(id: str, vpc: int, ingress: list[Item]) -> Item:
    return {
        "GroupId": id,
        "GroupName": id,
        "Description": id,
        "VpcId": f"vpc-{vpc}",
        "OwnerId": ACCOUNT,
        "IpPermissions": ingress,
        "IpPermissionsEgress": [_everywhere()],
    }


def _everywhere() -> Item:
    return {
        "IpProtocol": "-1",
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
        "PrefixListIds": [],
        "UserIdGroupPairs": [],
    }


def permission(port: int, *, block: str = "", group: str = "") -> Item:
    """One rule for one port of TCP, with the four lists that AWS always sends."""
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": block}] if block else [],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [{"GroupId": group, "UserId": ACCOUNT}] if group else [],
    }


def _table(name: str, vpc: int, subnet: str, *routes: tuple[str, str, str]) -> Item:
    own = [("DestinationCidrBlock", f"10.{vpc}.0.0/16"), ("DestinationIpv6CidrBlock", f"2600:1f18:{vpc}::/56")]
    association: Item = {
        "RouteTableAssociationId": f"rtbassoc-{name}",
        "RouteTableId": f"rtb-{name}",
        "Main": not subnet,
        "AssociationState": {"State": "associated"},
    }
    return {
        "RouteTableId": f"rtb-{name}",
        "VpcId": f"vpc-{vpc}",
        "OwnerId": ACCOUNT,
        "PropagatingVgws": [],
        "Associations": [{**association, "SubnetId": subnet} if subnet else association],
        "Routes": [{key: to, "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"} for key, to in own]
        + [{_key(to): to, target: id, "State": "active", "Origin": "CreateRoute"} for to, target, id in routes],
    }


def _key(to: str) -> str:
    return (
        "DestinationPrefixListId"
        if to.startswith("pl-")
        else "DestinationIpv6CidrBlock"
        if ":" in to
        else "DestinationCidrBlock"
    )


def _interface(name: str, subnet: str, address: str, group: str, kind: str = "interface") -> Item:
    return {
        "NetworkInterfaceId": f"eni-{name}",
        "SubnetId": f"subnet-{subnet}",
        "VpcId": f"vpc-{address.split('.')[1]}",
        "OwnerId": ACCOUNT,
        "InterfaceType": kind,
        "Status": "in-use",
        "Description": name,
        "SourceDestCheck": kind != "nat_gateway",
        "Groups": [{"GroupId": group, "GroupName": group}] if group else [],
        "Attachment": {"AttachmentId": f"ela-attach-{name}", "Status": "attached"},
        "PrivateIpAddress": address,
        "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}],
        "Ipv6Addresses": [],
    }


def _endpoints() -> list[Item]:
    common: Item = {"VpcId": "vpc-1", "OwnerId": ACCOUNT, "State": "available", "IpAddressType": "ipv4"}
    return [
        common
        | {
            "VpcEndpointId": "vpce-sqs",
            "VpcEndpointType": "Interface",
            "ServiceName": "com.amazonaws.us-east-1.sqs",
            "ServiceRegion": "us-east-1",
            "SubnetIds": ["subnet-e"],
            "RouteTableIds": [],
            "NetworkInterfaceIds": ["eni-sqs"],
            "Groups": [{"GroupId": "sg-e", "GroupName": "sg-e"}],
            "PrivateDnsEnabled": True,
            "DnsOptions": {"DnsRecordIpType": "ipv4"},
            "DnsEntries": [
                {
                    "DnsName": f"vpce-sqs-1.{SQS.removesuffix('.amazonaws.com')}.vpce.amazonaws.com",
                    "HostedZoneId": "Z1",
                },
                {"DnsName": SQS, "HostedZoneId": "Z2"},
            ],
            "PolicyDocument": "{}",
        },
        common
        | {
            "VpcEndpointId": "vpce-s3",
            "VpcEndpointType": "Gateway",
            "ServiceName": "com.amazonaws.us-east-1.s3",
            "ServiceRegion": "us-east-1",
            "SubnetIds": [],
            "RouteTableIds": ["rtb-f"],
            "NetworkInterfaceIds": [],
            "Groups": [],
            "PrivateDnsEnabled": False,
            "DnsEntries": [],
            "PolicyDocument": "{}",
        },
    ]


def _transit() -> Replies:
    common: Item = {"TransitGatewayId": "tgw-1", "State": "available"}
    support: Item = {"SecurityGroupReferencingSupport": "disable"}
    attached = {"tgw-attach-1": ("vpc-1", "subnet-e"), "tgw-attach-3": ("vpc-3", "subnet-3")}
    return {
        "TransitGateways": [
            {**common, "OwnerId": ACCOUNT, "Options": {**support, "EncryptionSupport": {"EncryptionState": "disabled"}}}
        ],
        "TransitGatewayAttachments": [
            {
                **common,
                "TransitGatewayAttachmentId": id,
                "ResourceType": "vpc",
                "ResourceId": vpc,
                "ResourceOwnerId": ACCOUNT,
                "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"},
            }
            for id, (vpc, _) in attached.items()
        ],
        "TransitGatewayVpcAttachments": [
            {
                **common,
                "TransitGatewayAttachmentId": id,
                "VpcId": vpc,
                "VpcOwnerId": ACCOUNT,
                "SubnetIds": [subnet],
                "Options": {**support, "ApplianceModeSupport": "disable"},
            }
            for id, (vpc, subnet) in attached.items()
        ],
        "TransitGatewayRouteTables": [{**common, "TransitGatewayRouteTableId": "tgw-rtb-1"}],
        "TransitGatewayRoutes/tgw-rtb-1": [
            {
                "DestinationCidrBlock": f"10.{vpc}.0.0/16",
                "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": f"tgw-attach-{vpc}"}],
                "Type": "propagated",
                "State": "active",
            }
            for vpc in (1, 3)
        ],
    }


def _names() -> Replies:
    vpcs = ("vpc-1", "vpc-2", "vpc-3")
    attributes = ("enableDnsSupport", "enableDnsHostnames")
    return {
        **{
            f"VpcAttribute/{vpc}.{name}": [{"VpcId": vpc, name[0].upper() + name[1:]: {"Value": True}}]
            for vpc in vpcs
            for name in attributes
        },
        "DhcpOptions": [
            {
                "DhcpOptionsId": "dopt-1",
                "DhcpConfigurations": [
                    {"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]},
                    {"Key": "domain-name", "Values": [{"Value": "ec2.internal"}]},
                ],
            }
        ],
        **{f"HostedZoneSummaries/{vpc}": [] for vpc in vpcs[1:]},
        "HostedZoneSummaries/vpc-1": [
            {"HostedZoneId": "Z9", "Name": "shop.internal.", "Owner": {"OwningAccount": ACCOUNT}}
        ],
        "HostedZoneRecords/Z9": [
            {"Name": "db.shop.internal.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.1.3.30"}]}
        ],
        "ResolverRules": [
            {
                "Id": "rslvr-rr-1",
                "DomainName": "corp.example.",
                "RuleType": "FORWARD",
                "Status": "COMPLETE",
                "TargetIps": [{"Ip": "192.168.0.2", "Port": 53}],
            }
        ],
        "ResolverRuleAssociations": [
            {"Id": "a-1", "ResolverRuleId": "rslvr-rr-1", "VPCId": "vpc-1", "Status": "COMPLETE"}
        ],
        "FirewallRuleGroupAssociations": [
            {"FirewallRuleGroupId": "rslvr-frg-1", "VpcId": "vpc-1", "Priority": 101, "Status": "COMPLETE"}
        ],
        "FirewallRules/rslvr-frg-1": [
            {
                "Priority": 1,
                "Name": "bad",
                "Action": "BLOCK",
                "BlockResponse": "NXDOMAIN",
                "FirewallDomainListId": "rslvr-fdl-1",
            }
        ],
        "FirewallDomainLists": [{"Id": "rslvr-fdl-1", "Name": "bad"}],
        "FirewallDomains/rslvr-fdl-1": ["bad.example."],
        "FirewallConfigs": [{"ResourceId": "vpc-1", "FirewallFailOpen": "DISABLED"}],
        "ProfileAssociations": [],
    }


def _gateways() -> Replies:
    sides = {
        number: {
            "VpcId": f"vpc-{number}",
            "OwnerId": ACCOUNT,
            "Region": "us-east-1",
            "CidrBlock": f"10.{number}.0.0/16",
            "CidrBlockSet": [{"CidrBlock": f"10.{number}.0.0/16"}],
        }
        for number in (1, 2)
    }
    return {
        "NatGateways": [
            {
                "NatGatewayId": "nat-1",
                "VpcId": "vpc-1",
                "SubnetId": "subnet-p",
                "State": "available",
                "ConnectivityType": "public",
                "AvailabilityMode": "zonal",
                "NatGatewayAddresses": [
                    {
                        "AllocationId": "eipalloc-1",
                        "AssociationId": "eipassoc-1",
                        "IsPrimary": True,
                        "NetworkInterfaceId": "eni-nat",
                        "PrivateIp": "10.1.9.10",
                        "PublicIp": "3.3.3.3",
                        "Status": "succeeded",
                    }
                ],
            }
        ],
        "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
        "EgressOnlyInternetGateways": [
            {"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": [{"VpcId": "vpc-1", "State": "attached"}]}
        ],
        "VpnGateways": [],
        "VpcPeeringConnections": [
            {
                "VpcPeeringConnectionId": "pcx-1",
                "Status": {"Code": "active", "Message": "Active"},
                "RequesterVpcInfo": sides[1],
                "AccepterVpcInfo": sides[2],
            }
        ],
        "VpcEncryptionControls": [],
        "VpcBlockPublicAccessOptions": [{"InternetGatewayBlockMode": "off", "State": "default-state"}],
        "PrefixLists": [
            {"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.us-east-1.s3", "Cidrs": ["52.216.0.0/15"]}
        ],
        "ManagedPrefixListEntries/pl-s3": [{"Cidr": "52.216.0.0/15"}],
    }


def replies() -> Replies:
    """A sound account: from `FUNCTION` every target is reached, by an endpoint, NAT, peering, a transit gateway, IPv6."""
    home = ("10.1.0.0/16", "VpcPeeringConnectionId", "pcx-1"), ("10.1.0.0/16", "TransitGatewayId", "tgw-1")
    return {
        "Vpcs": [_vpc(number) for number in (1, 2, 3)],
        "Subnets": [
            *(_subnet(name, 1, place) for name, place in (("f", 1), ("e", 3), ("p", 9))),
            *(_subnet(str(number), number, 1) for number in (2, 3)),
        ],
        "SecurityGroups": [
            _group("sg-f", 1, []),
            _group("sg-e", 1, [permission(443, group="sg-f")]),
            *(
                _group(f"sg-{name}", vpc, [permission(5432, block="10.1.0.0/16")])
                for name, vpc in (("db", 1), ("2", 2), ("3", 3))
            ),
        ],
        "NetworkAcls": [_acl(number) for number in (1, 2, 3)],
        "RouteTables": [
            _table("main", 1, ""),
            _table(
                "f",
                1,
                "subnet-f",
                ("0.0.0.0/0", "NatGatewayId", "nat-1"),
                ("::/0", "EgressOnlyInternetGatewayId", "eigw-1"),
                ("pl-s3", "GatewayId", "vpce-s3"),
                ("10.2.0.0/16", "VpcPeeringConnectionId", "pcx-1"),
                ("10.3.0.0/16", "TransitGatewayId", "tgw-1"),
            ),
            _table("p", 1, "subnet-p", ("0.0.0.0/0", "GatewayId", "igw-1")),
            *(_table(str(number), number, "", home[number - 2]) for number in (2, 3)),
        ],
        "NetworkInterfaces": [
            _interface("sqs", "e", "10.1.3.20", "sg-e", "vpc_endpoint"),
            _interface("db", "e", "10.1.3.30", "sg-db"),
            _interface("nat", "p", "10.1.9.10", "", "nat_gateway")
            | {"Association": {"PublicIp": "3.3.3.3", "IpOwnerId": ACCOUNT}},
            _interface("2", "2", "10.2.1.10", "sg-2"),
            _interface("3", "3", "10.3.1.10", "sg-3"),
        ],
        "VpcEndpoints": _endpoints(),
        **_gateways(),
        **_transit(),
        **_names(),
    }
