"""A whole account in moto, in this process: one VPC with everything that a sound function needs, to be broken piece by piece.

What moto has no notion of (the state of a NAT gateway or an endpoint, Block Public Access) is set on its backend; the
rows that do so say it.
"""

import json
from ipaddress import ip_network
from typing import Any

import boto3
import pytest
from moto.awslambda.models import LambdaFunction
from moto.ec2.models import ec2_backends

ACCOUNT, REGION = "123456789012", "us-east-1"
EVERYWHERE = "0.0.0.0/0"
_TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


class Account:
    """The function `orders` in two private subnets; `ec2` is a boto3 client, ids are attributes.

    A public subnet holds a NAT gateway. SQS has an interface endpoint with private DNS in a subnet of its own, S3 and
    DynamoDB have gateway endpoints. `targets` are the function's own declaration.
    """

    def __init__(self, targets: list[Any], patch: pytest.MonkeyPatch) -> None:
        self.targets, self.patch = targets, patch
        self.ec2 = boto3.client("ec2", region_name=REGION)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.dns(support=True, hostnames=True)
        self.resolved_by("AmazonProvidedDNS")  # as in a new VPC of AWS; moto has no options there
        self.first, self.second = self.subnet("10.0.1.0/24", "a"), self.subnet("10.0.2.0/24", "b")
        self.endpoints, self.public = self.subnet("10.0.3.0/24", "a"), self.subnet("10.0.9.0/24", "a")
        self.group = self.security_group("function")
        self.endpoint_group = self.security_group("endpoint")
        self.allow_in(self.endpoint_group, 443, group=self.group)
        self._internet()
        self.table = self._table([self.first, self.second])
        self.route(self.table, EVERYWHERE, NatGatewayId=self.nat)
        self.sqs = self.interface_endpoint("sqs", [self.endpoints], private_names=True)
        self.s3 = self.gateway_endpoint("s3", [self.table])
        self.dynamodb = self.gateway_endpoint("dynamodb", [self.table])
        self.subnets, self.dual_stack = [self.first, self.second], False

    def _internet(self) -> None:
        self.gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.public_table = self._table([self.public])
        self.route(self.public_table, EVERYWHERE, GatewayId=self.gateway)
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = self.ec2.create_nat_gateway(SubnetId=self.public, AllocationId=address)
        self.nat = made["NatGateway"]["NatGatewayId"]
        pair = self.backend.nat_gateways[self.nat].address_set[0]
        pair["privateIp"] = self._place(pair["networkInterfaceId"], self.public, 10, groups=[], kind="nat_gateway")

    def _table(self, subnets: list[str]) -> str:
        table: str = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        for subnet in subnets:
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return table

    @property
    def backend(self) -> Any:
        """moto's own objects, for what its API cannot say."""
        return ec2_backends[ACCOUNT][REGION]

    def dns(self, *, support: bool, hostnames: bool) -> None:
        self.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsSupport={"Value": support})
        self.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": hostnames})

    def resolved_by(self, server: str) -> str:
        """DHCP options that name this resolver; their id."""
        values = [{"Key": "domain-name-servers", "Values": [server]}]
        options = self.ec2.create_dhcp_options(DhcpConfigurations=values)["DhcpOptions"]["DhcpOptionsId"]
        self.ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=self.vpc)
        return str(options)

    def subnet(self, block: str, zone: str, vpc: str = "") -> str:
        made = self.ec2.create_subnet(VpcId=vpc or self.vpc, CidrBlock=block, AvailabilityZone=f"{REGION}{zone}")
        return str(made["Subnet"]["SubnetId"])

    def security_group(self, name: str, vpc: str = "") -> str:
        """With AWS's default: nothing in, everything out."""
        made = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc or self.vpc)
        return str(made["GroupId"])

    def allow_in(self, guarded: str, port: int, **far: str) -> None:
        self.ec2.authorize_security_group_ingress(GroupId=guarded, IpPermissions=[permission(port, **far)])

    def allow_out(self, guarded: str, port: int, **far: str) -> None:
        self.ec2.authorize_security_group_egress(GroupId=guarded, IpPermissions=[permission(port, **far)])

    def shut_out(self, group: str) -> None:
        """Take every egress rule away."""
        rules = self.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"]
        self.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=rules)

    def shut_in(self, group: str) -> None:
        """Take every ingress rule away."""
        rules = self.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
        self.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rules)

    def route(self, table: str, block: str, **via: str) -> None:
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock=block, **via)

    def unroute(self, table: str, block: str = EVERYWHERE) -> None:
        self.ec2.delete_route(RouteTableId=table, DestinationCidrBlock=block)

    def interface_endpoint(self, service: str, subnets: list[str], *, private_names: bool) -> str:
        made = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            SubnetIds=subnets,
            SecurityGroupIds=[self.endpoint_group],
            PrivateDnsEnabled=private_names,
        )
        endpoint: dict[str, Any] = made["VpcEndpoint"]
        for number, (interface, subnet) in enumerate(zip(endpoint["NetworkInterfaceIds"], subnets, strict=True), 20):
            self._place(interface, subnet, number, groups=[self.endpoint_group], kind="vpc_endpoint")
        return str(endpoint["VpcEndpointId"])

    def _place(self, interface: str, subnet: str, number: int, *, groups: list[str], kind: str) -> str:
        """moto takes any address of 10.0.0.0/8 and the default group for interfaces that AWS makes; AWS does not."""
        made = self.backend.enis[interface]
        network = ip_network(self.backend.get_subnet(subnet).cidr_block)
        address = str(network[number])
        made.private_ip_address = address
        made.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
        made._group_set = [self.backend.get_security_group_from_id(group) for group in groups]
        made.interface_type = kind
        made.status = "in-use"  # moto attaches interfaces to instances alone
        return address

    def gateway_endpoint(self, service: str, tables: list[str]) -> str:
        made = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            VpcEndpointType="Gateway",
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            RouteTableIds=tables,
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def state(self, endpoint: str, state: str) -> None:
        """moto knows available endpoints only."""
        self.backend.vpc_end_points[endpoint].state = state

    def nat_state(self, state: str) -> None:
        """moto knows available gateways only."""
        self.backend.nat_gateways[self.nat].state = state

    def without(self, endpoint: str) -> None:
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])

    def acl(self, subnets: list[str], *entries: tuple[int, str, str, str, tuple[int, int]]) -> str:
        """A network ACL for these subnets; an entry is number, out or in, allow or deny, block, ports of TCP."""
        acl: str = self.ec2.create_network_acl(VpcId=self.vpc)["NetworkAcl"]["NetworkAclId"]
        for number, way, action, block, (first, last) in entries:
            self.ec2.create_network_acl_entry(
                NetworkAclId=acl,
                RuleNumber=number,
                Egress=way == "out",
                RuleAction=action,
                Protocol="6",
                CidrBlock=block,
                PortRange={"From": first, "To": last},
            )
        for listed in self.ec2.describe_network_acls()["NetworkAcls"]:
            for association in listed["Associations"]:
                if association["SubnetId"] in subnets:
                    self.ec2.replace_network_acl_association(
                        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
                    )
        return acl

    def ipv6(self) -> None:
        """Give the function's subnets IPv6 addresses, and let them through its group and network ACL: no route yet."""
        made = self.ec2.associate_vpc_cidr_block(VpcId=self.vpc, AmazonProvidedIpv6CidrBlock=True)
        first, second, *_ = ip_network(made["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"]).subnets(new_prefix=64)
        for subnet, block in ((self.first, first), (self.second, second)):
            self.ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=str(block))
        everything = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
        self.ec2.authorize_security_group_egress(GroupId=self.group, IpPermissions=[everything])
        for acl in self.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["NetworkAcls"]:
            for egress in (False, True):
                self.ec2.create_network_acl_entry(
                    NetworkAclId=acl["NetworkAclId"],
                    RuleNumber=101,
                    Egress=egress,
                    RuleAction="allow",
                    Protocol="-1",
                    Ipv6CidrBlock="::/0",
                )
        self.dual_stack = True

    def egress_only(self) -> str:
        """A way out for IPv6."""
        gateway = self.ec2.create_egress_only_internet_gateway(VpcId=self.vpc)["EgressOnlyInternetGateway"]
        id = str(gateway["EgressOnlyInternetGatewayId"])
        self.ec2.create_route(RouteTableId=self.table, DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId=id)
        return id

    def transit(self, ends: dict[str, str]) -> str:
        """A transit gateway with an attachment to one subnet of each VPC. moto tells of no route where it leads."""
        id = str(self.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"])
        for vpc, subnet in ends.items():
            self.ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=id, VpcId=vpc, SubnetIds=[subnet])
        return id

    def divert(self, domain: str) -> None:
        """A resolver rule that sends a domain to where nobody answers."""
        resolver = boto3.client("route53resolver", region_name=REGION)
        endpoint = resolver.create_resolver_endpoint(
            CreatorRequestId="one",
            SecurityGroupIds=[self.endpoint_group],
            Direction="OUTBOUND",
            IpAddresses=[{"SubnetId": self.first, "Ip": "10.0.1.60"}, {"SubnetId": self.second, "Ip": "10.0.2.60"}],
        )["ResolverEndpoint"]["Id"]
        rule = resolver.create_resolver_rule(
            CreatorRequestId="two",
            RuleType="FORWARD",
            DomainName=domain,
            TargetIps=[{"Ip": "192.168.0.2", "Port": 53}],
            ResolverEndpointId=endpoint,
        )["ResolverRule"]["Id"]
        resolver.associate_resolver_rule(ResolverRuleId=rule, VPCId=self.vpc)

    def interface(self, subnet: str, address: str, group: str) -> str:
        """In use, as a database's is: moto attaches interfaces to instances alone."""
        made = self.ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress=address, Groups=[group])
        id: str = made["NetworkInterface"]["NetworkInterfaceId"]
        self.backend.enis[id].status = "in-use"
        return id

    def deploy(self, **more: Any) -> None:
        """Create the function as it is configured by now."""
        iam = boto3.client("iam", region_name=REGION)
        document = json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]})
        role = iam.create_role(RoleName="orders", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        allowing = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        iam.put_role_policy(RoleName="orders", PolicyName="everything", PolicyDocument=json.dumps(allowing))
        vpc = self.vpc
        self.patch.setattr(  # moto answers with a VPC of its own invention
            LambdaFunction, "vpc_config", property(lambda made: {**made._vpc_config, "VpcId": vpc})
        )
        boto3.client("lambda", region_name=REGION).create_function(
            **{
                "FunctionName": "orders",
                "Runtime": "python3.13",
                "Role": role,
                "Handler": "app.handler",
                "Code": {"ZipFile": b"PK\x05\x06" + bytes(18)},
                "MemorySize": 512,
                "Timeout": 30,
                "VpcConfig": {
                    "SubnetIds": self.subnets,
                    "SecurityGroupIds": [self.group],
                    "Ipv6AllowedForDualStack": self.dual_stack,
                },
                "Environment": {"Variables": {"DOCTOR_TARGETS": json.dumps(self.targets)}},
                **more,
            }
        )


def permission(port: int, *, block: str = "", group: str = "", prefixes: str = "") -> dict[str, Any]:
    """One rule for one port of TCP."""
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        **({"IpRanges": [{"CidrIp": block}]} if block else {}),
        **({"UserIdGroupPairs": [{"GroupId": group}]} if group else {}),
        **({"PrefixListIds": [{"PrefixListId": prefixes}]} if prefixes else {}),
    }
