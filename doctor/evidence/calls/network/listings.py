"""The calls by which a network is read, and the keys of their replies that are kept.

Page sizes are the largest that the API's model allows, or none where it names no bound.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation. `key` is that of the reply's list, and `keeps` are the dotted keys of its items that are kept.

    `vpcs` is the filter, or else `vpcs_of` the key of an item, by which the reply is limited to VPCs. An operation that
    is asked for one parent at a time names it by the parameter `parent`; its replies are kept under `<listing>/<parent>`.
    """

    service: str = "ec2"
    operation: str
    key: str
    keeps: str
    page: int | None = None
    vpcs: str = ""
    filters: str = "Filters"
    vpcs_of: str = ""
    parent: str = ""
    listing: str = ""

    @property
    def action(self) -> str:
        """The IAM action. All services that are asked here are named alike in IAM and in boto3."""
        return f"{self.service}:{self.operation}"


_ATTACHED = "Attachments.VpcId Attachments.State"
_CIDRS = "CidrBlock Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"
_CIDRS += " Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"
_BLOCKED = "BlockPublicAccessStates.InternetGatewayBlockMode"
_EXCLUSIONS = " ".join(
    f"ResourceExclusions.{name}.State"
    for name in (
        *("InternetGateway", "EgressOnlyInternetGateway", "NatGateway", "VirtualPrivateGateway", "VpcPeering"),
        *("Lambda", "VpcLattice", "ElasticFileSystem", "GlobalAccelerator", "ApiGatewayV2"),
    )
)
_PERMISSION = "IpProtocol FromPort ToPort IpRanges.CidrIp Ipv6Ranges.CidrIpv6 PrefixListIds.PrefixListId"
_PERMISSION += " " + " ".join(
    f"UserIdGroupPairs.{key}"
    for key in ("GroupId", "GroupName", "UserId", "VpcId", "VpcPeeringConnectionId", "PeeringStatus")
)
_ROUTE = "DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId State Origin GatewayId NatGatewayId"
_ROUTE += " TransitGatewayId VpcPeeringConnectionId EgressOnlyInternetGatewayId NetworkInterfaceId InstanceId"
_ROUTE += " LocalGatewayId CarrierGatewayId CoreNetworkArn OdbNetworkArn IpAddress"
_SIDE = "VpcId OwnerId Region CidrBlock CidrBlockSet.CidrBlock Ipv6CidrBlockSet.Ipv6CidrBlock"


def _under(path: str, keys: str) -> str:
    return " ".join(f"{path}.{key}" for key in keys.split())


# What is not bound to one VPC, or tells which others matter.
WIDE = (
    Call(
        operation="DescribeVpcPeeringConnections",
        key="VpcPeeringConnections",
        page=1000,
        keeps="VpcPeeringConnectionId Status.Code "
        + f"{_under('RequesterVpcInfo', _SIDE)} {_under('AccepterVpcInfo', _SIDE)}",
    ),
    Call(
        operation="DescribeTransitGateways",
        key="TransitGateways",
        page=1000,
        keeps="TransitGatewayId State OwnerId Options.SecurityGroupReferencingSupport"
        + " Options.EncryptionSupport.EncryptionState",
    ),
    Call(
        operation="DescribeTransitGatewayAttachments",
        key="TransitGatewayAttachments",
        page=1000,
        keeps="TransitGatewayAttachmentId TransitGatewayId ResourceType ResourceId ResourceOwnerId State"
        + " Association.TransitGatewayRouteTableId Association.State",
    ),
    Call(
        operation="DescribeTransitGatewayVpcAttachments",
        key="TransitGatewayVpcAttachments",
        page=1000,
        keeps="TransitGatewayAttachmentId TransitGatewayId VpcId VpcOwnerId State SubnetIds"
        + " Options.SecurityGroupReferencingSupport Options.ApplianceModeSupport",
    ),
    Call(
        operation="DescribeTransitGatewayRouteTables",
        key="TransitGatewayRouteTables",
        page=1000,
        keeps="TransitGatewayRouteTableId TransitGatewayId",
    ),
    Call(
        operation="DescribeDhcpOptions",
        key="DhcpOptions",
        page=1000,
        keeps="DhcpOptionsId DhcpConfigurations.Key DhcpConfigurations.Values.Value",
    ),
    Call(operation="DescribePrefixLists", key="PrefixLists", keeps="PrefixListId PrefixListName Cidrs"),
    Call(
        operation="DescribeManagedPrefixLists",
        key="PrefixLists",
        page=100,
        keeps="PrefixListId PrefixListName OwnerId",
    ),
    Call(
        operation="DescribeEgressOnlyInternetGateways",
        key="EgressOnlyInternetGateways",
        page=255,
        keeps=f"EgressOnlyInternetGatewayId {_ATTACHED}",
    ),
    Call(
        operation="DescribeVpcBlockPublicAccessOptions",
        key="VpcBlockPublicAccessOptions",
        keeps="InternetGatewayBlockMode State",
    ),
    Call(
        operation="DescribeVpcEncryptionControls",
        key="VpcEncryptionControls",
        page=1000,
        vpcs_of="VpcId",
        keeps=f"VpcId VpcEncryptionControlId Mode State {_EXCLUSIONS}",
    ),
    Call(
        service="route53resolver",
        operation="ListResolverRules",
        key="ResolverRules",
        page=100,
        keeps="Id DomainName RuleType Status TargetIps.Ip TargetIps.Ipv6",
    ),
    Call(
        service="route53resolver",
        operation="ListResolverRuleAssociations",
        key="ResolverRuleAssociations",
        page=100,
        vpcs_of="VPCId",
        keeps="ResolverRuleId VPCId Status",
    ),
    Call(
        service="route53resolver",
        operation="ListFirewallRuleGroupAssociations",
        key="FirewallRuleGroupAssociations",
        page=100,
        vpcs_of="VpcId",
        keeps="FirewallRuleGroupId VpcId Priority Status",
    ),
    Call(
        service="route53resolver",
        operation="ListFirewallDomainLists",
        key="FirewallDomainLists",
        page=100,
        keeps="Id ManagedOwnerName",
    ),
    Call(
        service="route53resolver",
        operation="ListFirewallConfigs",
        key="FirewallConfigs",
        page=10,
        vpcs_of="ResourceId",
        keeps="ResourceId FirewallFailOpen",
    ),
    Call(
        service="route53profiles",
        operation="ListProfileAssociations",
        key="ProfileAssociations",
        page=100,
        vpcs_of="ResourceId",
        keeps="ProfileId ResourceId Name Status",
    ),
)
# What stands in VPCs.
LOCAL = (
    Call(
        operation="DescribeVpcs",
        key="Vpcs",
        page=1000,
        vpcs="vpc-id",
        keeps=f"VpcId OwnerId DhcpOptionsId {_CIDRS} {_BLOCKED} CidrBlockAssociationSet.CidrBlock"
        + " CidrBlockAssociationSet.CidrBlockState.State "
        + _under("EncryptionControl", f"Mode State {_EXCLUSIONS}"),
    ),
    Call(
        operation="DescribeSubnets",
        key="Subnets",
        page=1000,
        vpcs="vpc-id",
        keeps="SubnetId VpcId OwnerId State Ipv6Native EnableDns64 AvailabilityZone AvailabilityZoneId AvailableIpAddressCount"
        + f" {_CIDRS} {_BLOCKED}",
    ),
    Call(
        operation="DescribeRouteTables",
        key="RouteTables",
        page=100,
        vpcs="vpc-id",
        keeps="RouteTableId VpcId Associations.Main Associations.SubnetId Associations.GatewayId"
        + f" Associations.AssociationState.State {_under('Routes', _ROUTE)}",
    ),
    Call(
        operation="DescribeNetworkAcls",
        key="NetworkAcls",
        page=1000,
        vpcs="vpc-id",
        keeps="NetworkAclId VpcId IsDefault Associations.SubnetId Entries.RuleNumber Entries.Egress Entries.RuleAction"
        + " Entries.Protocol Entries.CidrBlock Entries.Ipv6CidrBlock Entries.PortRange.From Entries.PortRange.To",
    ),
    Call(
        operation="DescribeSecurityGroups",
        key="SecurityGroups",
        page=1000,
        vpcs="vpc-id",
        keeps="GroupId GroupName VpcId OwnerId "
        + f"{_under('IpPermissions', _PERMISSION)} {_under('IpPermissionsEgress', _PERMISSION)}",
    ),
    Call(
        operation="DescribeNetworkInterfaces",
        key="NetworkInterfaces",
        page=1000,
        vpcs="vpc-id",
        keeps="NetworkInterfaceId SubnetId VpcId OwnerId InterfaceType Status Description SourceDestCheck"
        + " DenyAllIgwTraffic Groups.GroupId Attachment.InstanceId Association.PublicIp PrivateIpAddress"
        + " PrivateIpAddresses.PrivateIpAddress PrivateIpAddresses.Association.PublicIp Ipv6Addresses.Ipv6Address"
        + " Ipv4Prefixes.Ipv4Prefix Ipv6Prefixes.Ipv6Prefix",
    ),
    Call(
        operation="DescribeVpcEndpoints",
        key="VpcEndpoints",
        page=1000,
        vpcs="vpc-id",
        keeps="VpcEndpointId VpcId VpcEndpointType ServiceName ServiceRegion State OwnerId SubnetIds RouteTableIds"
        + " NetworkInterfaceIds Groups.GroupId DnsEntries.DnsName PrivateDnsEnabled IpAddressType PolicyDocument"
        + " DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint DnsOptions.DnsRecordIpType",
    ),
    Call(
        operation="DescribeNatGateways",
        key="NatGateways",
        page=1000,
        vpcs="vpc-id",
        filters="Filter",
        keeps="NatGatewayId VpcId SubnetId State ConnectivityType AvailabilityMode RouteTableId AttachedAppliances.Type"
        + " AttachedAppliances.AttachmentState "
        + _under(
            "NatGatewayAddresses",
            "PrivateIp PublicIp NetworkInterfaceId AvailabilityZone AvailabilityZoneId Status",
        ),
    ),
    Call(
        operation="DescribeInternetGateways",
        key="InternetGateways",
        page=1000,
        vpcs="attachment.vpc-id",
        keeps=f"InternetGatewayId {_ATTACHED}",
    ),
    Call(
        operation="DescribeVpnGateways",
        key="VpnGateways",
        vpcs="attachment.vpc-id",
        keeps="VpnGatewayId VpcAttachments.VpcId VpcAttachments.State",
    ),
)
