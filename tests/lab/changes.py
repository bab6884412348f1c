"""Changes of a scene that several tables make."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import boto3
from scene import DATABASE, FAR, REGION, Scene

from tests.network.account import EVERYWHERE, Account

EPHEMERAL = (1024, 65535)
ALLOW = [(100, way, "allow", EVERYWHERE, (0, 65535)) for way in ("in", "out")]
Entry = tuple[int, str, str, str, tuple[int, int]]


def egress(scene: Scene, port: int = 443, **far: str) -> None:
    """The function's group lets only this out."""
    account = scene.account
    account.shut_out(account.group)
    if far:
        account.allow_out(account.group, port, **far)


def ingress(scene: Scene, **far: str) -> None:
    """The endpoints' group lets only these in."""
    account = scene.account
    account.shut_in(account.endpoint_group)
    if far:
        account.allow_in(account.endpoint_group, 443, **far)


def acl(scene: Scene, subnet: str, *entries: Entry) -> None:
    """A network ACL that lets everything pass but what these entries say."""
    scene.account.acl([getattr(scene.account, subnet)], *ALLOW, *entries)


def isolated(scene: Scene) -> Account:
    """The function's subnets lead nowhere but to endpoints."""
    scene.account.unroute(scene.account.table)
    return scene.account


def database(scene: Scene, *, open_to: str | None = None) -> None:
    """A database beside the endpoints, whose group lets this block in."""
    group = scene.account.security_group("database")
    if open_to:
        scene.account.allow_in(group, 5432, block=open_to)
    scene.account.interface(scene.account.endpoints, DATABASE, group)


def host(scene: Scene, address: str, port: int) -> None:
    """An instance beside the endpoints that lets the VPC in on one port."""
    group = scene.account.security_group(f"host-{address}")
    scene.account.allow_in(group, port, block="10.0.0.0/16")
    scene.account.interface(scene.account.endpoints, address, group)


def peered(scene: Scene, *, accepted: bool, back: bool = True, open_to: str = "10.0.0.0/16") -> None:
    """A peer's VPC with a database."""
    account = scene.account
    far = account.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    made = account.ec2.create_vpc_peering_connection(VpcId=account.vpc, PeerVpcId=far)["VpcPeeringConnection"]
    peering: str = made["VpcPeeringConnectionId"]
    account.route(account.table, "10.1.0.0/16", VpcPeeringConnectionId=peering)
    if accepted:
        account.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    group = account.security_group("far", far)
    account.allow_in(group, 5432, block=open_to)
    account.interface(account.subnet("10.1.0.0/24", "a", far), FAR, group)
    main = account.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [far]}])["RouteTables"][0]
    if back:
        account.route(main["RouteTableId"], "10.0.0.0/16", VpcPeeringConnectionId=peering)


def names_off(scene: Scene, service: str = "sqs") -> None:
    """The endpoint is there, and its private names are not."""
    scene.without(scene.account.sqs)
    scene.endpoint(service, private_names=False)


def zone(scene: Scene, name: str, records: Mapping[str, str] | None = None) -> None:
    """A private hosted zone of the VPC, with addresses by host."""
    route53 = boto3.client("route53", region_name=REGION)
    made = route53.create_hosted_zone(
        Name=name,
        CallerReference=name,
        VPC={"VPCRegion": REGION, "VPCId": scene.account.vpc},
        HostedZoneConfig={"PrivateZone": True},
    )["HostedZone"]["Id"]
    for host_, address in (records or {}).items():
        values = [{"Value": address}]
        record: Any = {"Name": host_, "Type": "A", "TTL": 60, "ResourceRecords": values}
        changes: Any = [{"Action": "CREATE", "ResourceRecordSet": record}]
        route53.change_resource_record_sets(HostedZoneId=made, ChangeBatch={"Changes": changes})


def diverted(scene: Scene, domain: str) -> None:
    """A resolver rule that sends a domain to where nobody answers."""
    scene.account.divert(domain)


def own_resolver(scene: Scene, address: str = "10.0.3.53") -> None:
    """DHCP options that name a resolver of the operator's own."""
    scene.resolver = scene.account.resolved_by(address)


def firewalled(scene: Scene, response: str, *domains: str) -> None:
    """DNS Firewall blocks these names. moto has no notion of it: the replies are recorded."""
    group, listed = "rslvr-frg-1a2b3c", "rslvr-fdl-1a2b3c"
    association = {"FirewallRuleGroupId": group, "VpcId": scene.account.vpc, "Priority": 101, "Status": "COMPLETE"}
    rule = {
        "FirewallRuleGroupId": group,
        "FirewallDomainListId": listed,
        "Name": "block",
        "Priority": 10,
        "Action": "BLOCK",
        "BlockResponse": response,
    }
    scene.cloud.recorded.json |= {
        "ListFirewallRuleGroupAssociations": {"FirewallRuleGroupAssociations": [association]},
        "ListFirewallRules": {"FirewallRules": [rule]},
        "ListFirewallDomains": {"Domains": list(domains)},
        "ListFirewallDomainLists": {"FirewallDomainLists": [{"Id": listed, "Name": "blocked"}]},
    }


def dual_stack(scene: Scene, *, routed: bool) -> None:
    """The function's first subnet has IPv6 as well, and perhaps a way out for it."""
    account = scene.account
    scene.dual_stack, account.subnets = True, [account.first]
    ec2 = account.ec2
    given = ec2.associate_vpc_cidr_block(VpcId=account.vpc, AmazonProvidedIpv6CidrBlock=True)
    block = ip_network(given["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"])
    ec2.associate_subnet_cidr_block(SubnetId=account.first, Ipv6CidrBlock=str(next(block.subnets(new_prefix=64))))
    if routed:
        made = ec2.create_egress_only_internet_gateway(VpcId=account.vpc)["EgressOnlyInternetGateway"]
        gateway = {"EgressOnlyInternetGatewayId": made["EgressOnlyInternetGatewayId"]}
        ec2.create_route(RouteTableId=account.table, DestinationIpv6CidrBlock="::/0", **gateway)
    everywhere = [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
    ec2.authorize_security_group_egress(GroupId=account.group, IpPermissions=everywhere)
    acl = account.acl([account.first], *ALLOW)
    for egress_ in (True, False):
        entry: Any = {
            "NetworkAclId": acl,
            "RuleNumber": 101,
            "Egress": egress_,
            "RuleAction": "allow",
            "Protocol": "-1",
        }
        ec2.create_network_acl_entry(**entry, Ipv6CidrBlock="::/0")
