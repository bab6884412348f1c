"""Calls that are asked of one parent at a time: VPCs, zones, prefix lists, route tables, rule groups, domain lists."""

from doctor.evidence.calls.network.listings import LOCAL, WIDE, Call

ZONES = Call(
    service="route53",
    operation="ListHostedZonesByVPC",
    key="HostedZoneSummaries",
    parent="VPCId",
    listing="HostedZoneSummaries",
    keeps="HostedZoneId Name Owner.OwningAccount Owner.OwningService",
)
RECORDS = Call(
    service="route53",
    operation="ListResourceRecordSets",
    key="ResourceRecordSets",
    parent="HostedZoneId",
    listing="HostedZoneRecords",
    keeps="Name Type ResourceRecords.Value AliasTarget.DNSName AliasTarget.EvaluateTargetHealth SetIdentifier Weight"
    + " MultiValueAnswer HealthCheckId",
)
ENTRIES = Call(
    operation="GetManagedPrefixListEntries",
    key="Entries",
    page=100,
    parent="PrefixListId",
    listing="ManagedPrefixListEntries",
    keeps="Cidr",
)
TRANSIT_ROUTES = Call(
    operation="SearchTransitGatewayRoutes",
    key="Routes",
    parent="TransitGatewayRouteTableId",
    listing="TransitGatewayRoutes",
    keeps="DestinationCidrBlock PrefixListId Type State TransitGatewayAttachments.TransitGatewayAttachmentId",
)
ASSOCIATIONS = Call(
    operation="GetTransitGatewayRouteTableAssociations",
    key="Associations",
    page=1000,
    parent="TransitGatewayRouteTableId",
    listing="TransitGatewayAssociations",
    keeps="TransitGatewayAttachmentId ResourceId ResourceType State",
)
FIREWALL_RULES = Call(
    service="route53resolver",
    operation="ListFirewallRules",
    key="FirewallRules",
    page=100,
    parent="FirewallRuleGroupId",
    listing="FirewallRules",
    keeps="FirewallDomainListId Name Priority Action BlockResponse BlockOverrideDomain Qtype Status"
    + " FirewallDomainRedirectionAction DnsThreatProtection FirewallThreatProtectionId",
)
DOMAINS = Call(
    service="route53resolver",
    operation="ListFirewallDomains",
    key="Domains",
    page=5000,
    parent="FirewallDomainListId",
    listing="FirewallDomains",
    keeps="",
)
ATTRIBUTES = Call(
    operation="DescribeVpcAttribute",
    key="VpcAttribute",
    parent="VpcId",
    listing="VpcAttribute",
    keeps="VpcId EnableDnsSupport.Value EnableDnsHostnames.Value",
)
OF_PARENTS = (ZONES, RECORDS, ENTRIES, TRANSIT_ROUTES, ASSOCIATIONS, FIREWALL_RULES, DOMAINS, ATTRIBUTES)
ALL = (*WIDE, *LOCAL, *OF_PARENTS)
