"""The AWS CLI commands that would open a path: real ids, quoted for a shell.

What an earlier command makes, later ones name by a variable of the shell: `nat=$(aws …)`, and then `"$nat"`. What only the
operator can know (which subnet shall hold a NAT gateway, where none leads to the internet) stands in capitals.
"""

import re
import shlex
from collections.abc import Sequence

from doctor.network.blocks import EVERYWHERE, Block

# What COMPONENT, a route table of VPC, lacks where nothing leads out for IPv6: a NAT gateway carries IPv4 alone.
IPV6_ROUTE = """\
EgressOnlyGateway:
  Type: AWS::EC2::EgressOnlyInternetGateway
  Properties:
    VpcId: VPC
IPv6Route:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: COMPONENT
    DestinationIpv6CidrBlock: ::/0
    EgressOnlyInternetGatewayId: !Ref EgressOnlyGateway"""


_VARIABLE = re.compile(r"\$[a-z]+")
_ALLOCATION = "$allocation"
NEW_NAT, NEW_EGRESS_ONLY = "$nat", "$gateway"  # the gateways that commands below make


def command(*words: str) -> str:
    """`aws ec2 …`, each word quoted where a shell would read it as more than one; a variable's name as its value."""
    return " ".join(
        ("aws", "ec2", *(f'"{word}"' if _VARIABLE.fullmatch(word) else shlex.quote(word) for word in words))
    )


def made(variable: str, command_: str, query: str) -> str:
    """Keep what a command answers in a variable of the shell; `query` is a path in its reply."""
    return f"{variable.removeprefix('$')}=$({command_} --query {query} --output text)"


def cidr(block: Block) -> str:
    """The block as rules name it; a single address with its full prefix length. A range that is no CIDR: the next one."""
    free = (block.first ^ block.last).bit_length()
    first = block.first >> free << free
    text = str(Block(block.family, first, first + (1 << free) - 1))
    return text if "/" in text else f"{text}/{32 if block.family == 4 else 128}"


def group_egress(group: str, protocol: str, port: int, to: Block | str) -> str:
    """Let a security group out to a block, to the bearers of another group, or to a prefix list."""
    verb = "authorize-security-group-egress"
    if not isinstance(to, str):
        return _group_rule(verb, group, protocol, port, to)
    # The shorthand option for a group is called its source, which it is not.
    named = f"PrefixListIds=[{{PrefixListId={to}}}]" if to.startswith("pl-") else f"UserIdGroupPairs=[{{GroupId={to}}}]"
    return command(verb, "--group-id", group, "--ip-permissions", _permission(protocol, port, named))


def group_ingress(group: str, protocol: str, port: int, source: Block | str) -> str:
    """Let a block, or the bearers of another security group, in."""
    return _group_rule("authorize-security-group-ingress", group, protocol, port, source)


def security_group(vpc: str, name: str, description: str) -> str:
    """A new security group, which lets nothing in. The description holds no more than EC2 takes: a-z, A-Z, 0-9, spaces …"""
    return command("create-security-group", "--vpc-id", vpc, "--group-name", name, "--description", description)


def group_named(vpc: str, name: str) -> str:
    """Print the id of a VPC's security group of this name; in a VPC no two bear the same."""
    filters = (f"Name=vpc-id,Values={vpc}", f"Name=group-name,Values={name}")
    query = ("--query", "SecurityGroups[0].GroupId", "--output", "text")
    return command("describe-security-groups", "--filters", *filters, *query)


def _group_rule(verb: str, group: str, protocol: str, port: int, far: Block | str) -> str:
    if isinstance(far, str):
        words = ("--protocol", protocol, "--port", str(port), "--source-group", far)
        return command(verb, "--group-id", group, *words)
    if far.family == 4:
        words = ("--protocol", protocol, "--port", str(port), "--cidr", cidr(far))
        return command(verb, "--group-id", group, *words)
    # The shorthand options know IPv4 alone (AWS CLI reference, authorize-security-group-ingress).
    ranges = f"Ipv6Ranges=[{{CidrIpv6={cidr(far)}}}]"
    return command(verb, "--group-id", group, "--ip-permissions", _permission(protocol, port, ranges))


def _permission(protocol: str, port: int, far: str) -> str:
    return f"IpProtocol={protocol},FromPort={port},ToPort={port},{far}"


def acl_entry(  # noqa: PLR0913 - a rule has this many parts
    acl: str, taken: Sequence[int], before: int, *, egress: bool, protocol: str, ports: tuple[int, int], far: Block
) -> str:
    """Allow a block in or out, by the highest free rule number below the one that decided."""
    free = next((number for number in range(before - 1, 0, -1) if number not in set(taken)), None)
    side = "--egress" if egress else "--ingress"
    block = ("--cidr-block" if far.family == 4 else "--ipv6-cidr-block", cidr(far))
    span = f"From={ports[0]},To={ports[1]}"
    words = ("--network-acl-id", acl, side, "--rule-number", "NUMBER" if free is None else str(free))
    rule = ("--protocol", protocol, "--port-range", span, *block, "--rule-action", "allow")
    return command("create-network-acl-entry", *words, *rule)


_TARGETS = {
    "nat": "--nat-gateway-id",
    "peering": "--vpc-peering-connection-id",
    "transit-gateway": "--transit-gateway-id",
    "internet-gateway": "--gateway-id",
    "egress-only-gateway": "--egress-only-internet-gateway-id",
}


def create_route(table: str, to: Block, via: str, target: str) -> str:
    """A new route."""
    return command("create-route", "--route-table-id", table, *_destination(to), _TARGETS[via], target)


def replace_route(table: str, to: Block | str, via: str, target: str) -> str:
    """Another target for a route that exists."""
    return command("replace-route", "--route-table-id", table, *_destination(to), _TARGETS[via], target)


def _destination(to: Block | str) -> tuple[str, str]:
    """A block, or a prefix list's id."""
    if isinstance(to, str):
        return "--destination-prefix-list-id", to
    return ("--destination-cidr-block" if to.family == 4 else "--destination-ipv6-cidr-block"), cidr(to)


def default_route(verb: str, table: str, family: int, via: str, target: str) -> str:
    """`create-route` or `replace-route` for everything that no other route takes."""
    return command(verb, "--route-table-id", table, *_destination(EVERYWHERE[family]), _TARGETS[via], target)


def no_dns64(subnet: str) -> str:
    """Have the resolver make up no IPv6 addresses in a subnet."""
    return command("modify-subnet-attribute", "--subnet-id", subnet, "--no-enable-dns64")


def delete_route(table: str, to: Block | str) -> str:
    """Take a route away, so that a wider one wins."""
    return command("delete-route", "--route-table-id", table, *_destination(to))


def interface_endpoint(vpc: str, service: str, subnets: Sequence[str], groups: Sequence[str]) -> str:
    """A new interface endpoint with private DNS."""
    words = ("--vpc-id", vpc, "--vpc-endpoint-type", "Interface", "--service-name", service)
    ends = ("--subnet-ids", *subnets, "--security-group-ids", *groups)
    return command("create-vpc-endpoint", *words, *ends, "--private-dns-enabled")


def gateway_endpoint(vpc: str, service: str, tables: Sequence[str]) -> str:
    """A new gateway endpoint, routed from these tables."""
    words = ("--vpc-id", vpc, "--vpc-endpoint-type", "Gateway", "--service-name", service)
    return command("create-vpc-endpoint", *words, "--route-table-ids", *tables)


def endpoint(id: str, option: str, *values: str) -> str:
    """Change an endpoint: `--private-dns-enabled`, `--add-route-table-ids rtb-…`, `--add-security-group-ids sg-…`, …"""
    return command("modify-vpc-endpoint", "--vpc-endpoint-id", id, option, *values)


def nat_gateway(subnet: str) -> tuple[str, ...]:
    """NEW_NAT, a public NAT gateway in a subnet, with an Elastic IP of its own; a route to it has to wait until it is there."""
    words = ("create-nat-gateway", "--subnet-id", subnet, "--allocation-id", _ALLOCATION)
    return (
        made(_ALLOCATION, command("allocate-address", "--domain", "vpc"), "AllocationId"),
        made(NEW_NAT, command(*words), "NatGateway.NatGatewayId"),
        command("wait", "nat-gateway-available", "--nat-gateway-ids", NEW_NAT),
    )


def egress_only_gateway(vpc: str) -> str:
    """NEW_EGRESS_ONLY, a way out for a VPC's IPv6; it has no state to wait for, and no address of its own."""
    made_ = command("create-egress-only-internet-gateway", "--vpc-id", vpc)
    return made(NEW_EGRESS_ONLY, made_, "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId")


def attach_internet_gateway(gateway: str, vpc: str) -> str:
    """Attach an internet gateway."""
    return command("attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", vpc)


def public_access_exclusion(kind: str, id: str) -> str:
    """Exempt a subnet or VPC from Block Public Access; `kind` is `subnet` or `vpc`."""
    mode = ("--internet-gateway-exclusion-mode", "allow-egress")
    return command("create-vpc-block-public-access-exclusion", f"--{kind}-id", id, *mode)


def accept_peering(peering: str) -> str:
    """Accept a peering connection that was asked for."""
    return command("accept-vpc-peering-connection", "--vpc-peering-connection-id", peering)


def attachment_subnet(attachment: str, subnet: str) -> str:
    """Give a transit gateway's attachment a subnet in one more zone."""
    words = ("--transit-gateway-attachment-id", attachment, "--add-subnet-ids", subnet)
    return command("modify-transit-gateway-vpc-attachment", *words)


def associate(table: str, attachment: str) -> str:
    """Let an attachment's traffic be routed by a transit gateway's table."""
    words = ("--transit-gateway-route-table-id", table, "--transit-gateway-attachment-id", attachment)
    return command("associate-transit-gateway-route-table", *words)


def propagate(table: str, attachment: str) -> str:
    """Let an attachment announce its VPC's CIDRs to a transit gateway's table."""
    words = ("--transit-gateway-route-table-id", table, "--transit-gateway-attachment-id", attachment)
    return command("enable-transit-gateway-route-table-propagation", *words)


def replace_transit_route(table: str, to: Block, attachment: str) -> str:
    """Another attachment for a transit gateway's static route that exists."""
    words = ("--transit-gateway-route-table-id", table, "--destination-cidr-block", cidr(to))
    return command("replace-transit-gateway-route", *words, "--transit-gateway-attachment-id", attachment)


def no_source_check(interface: str) -> str:
    """Let an interface forward what is not addressed to it."""
    return command("modify-network-interface-attribute", "--network-interface-id", interface, "--no-source-dest-check")


def encryption_exclusion(control: str, resource: str) -> str:
    """Exempt a kind of resource, such as `lambda` or `nat-gateway`, from a VPC's encryption control."""
    words = ("--vpc-encryption-control-id", control, f"--{resource}-exclusion", "enable")
    return command("modify-vpc-encryption-control", *words)
