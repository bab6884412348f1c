"""Commands of the AWS CLI that tell causes of a silence apart, each with those that its answer decides. Pure.

Where the doctor may not read the configuration, a colleague who may needs one line for each suspect that is left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doctor.verdict import Separation


@dataclass(frozen=True, slots=True)
class _Told:
    """What a command `tells`, and the checks that its answer `decides`. ADDRESS and PORT are filled in."""

    decides: tuple[str, ...]
    command: str
    tells: str


_TOLD = (
    _Told(
        (
            "network.no-route",
            "network.public-subnet",
            "network.blackhole-route",
            "network.gateway-endpoint-unrouted",
            "network.ipv6-dead-end",
        ),
        "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET --query 'RouteTables[].Routes'",
        "no route that covers ADDRESS: no path; an internet gateway for IPv4: the function has no public address; State "
        "blackhole: what it names is gone; otherwise it is none of these",
    ),
    _Told(
        (
            "network.endpoint-missing",
            "network.endpoint-unavailable",
            "network.gateway-endpoint-other-region",
            "dns.private-names-off",
            "dns.public-answer",
        ),
        "aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC "
        "--query 'VpcEndpoints[].[ServiceName,State,PrivateDnsEnabled,RouteTableIds]'",
        "an available endpoint of the service with private DNS, or in the subnet's route table: it is neither missing nor "
        "off; none: no name can miss it, and only a way out leads there",
    ),
    _Told(
        ("network.egress-blocked", "network.prefix-list-mismatch"),
        "aws ec2 describe-security-groups --group-ids GROUP --query 'SecurityGroups[].IpPermissionsEgress'",
        "a rule of the function's group that lets out PORT to ADDRESS: it is not the egress",
    ),
    _Told(
        ("network.acl-egress-blocked", "network.acl-return-blocked"),
        "aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET --query 'NetworkAcls[].Entries'",
        "PORT allowed out and 1024-65535 back in, before any rule that denies: it is not the ACL of the function's subnet",
    ),
    _Told(
        ("network.nat-unavailable",),
        "aws ec2 describe-nat-gateways --filter Name=vpc-id,Values=VPC "
        "--query 'NatGateways[].[NatGatewayId,State,ConnectivityType,SubnetId]'",
        "the route's gateway is available and public: it is another cause",
    ),
    _Told(
        ("network.nat-acl-blocked",),
        "aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=NAT_SUBNET "
        "--query 'NetworkAcls[].Entries'",
        "PORT allowed in and out, 1024-65535 too: the ACL of the NAT gateway's subnet is open",
    ),
    _Told(
        ("network.nat-without-internet",),
        "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=NAT_SUBNET "
        "--query 'RouteTables[].Routes'",
        "a default route to an internet gateway: the NAT gateway has its way",
    ),
    _Told(
        ("network.internet-gateway-missing",),
        "aws ec2 describe-internet-gateways --filters Name=attachment.vpc-id,Values=VPC",
        "one that is attached: it is not missing",
    ),
    _Told(
        ("network.public-access-blocked",),
        "aws ec2 describe-vpc-block-public-access-options",
        "InternetGatewayBlockMode off: nothing is blocked",
    ),
    _Told(
        ("dns.vpc-hostnames-off",),
        "aws ec2 describe-vpc-attribute --vpc-id VPC --attribute enableDnsHostnames",
        "true: private DNS of endpoints is not kept from working by this",
    ),
    _Told(
        ("dns.custom-resolver",),
        "aws ec2 describe-dhcp-options --filters Name=key,Values=domain-name-servers",
        "AmazonProvidedDNS in the VPC's set: no resolver of one's own answers",
    ),
    _Told(
        (
            "network.endpoint-ingress-blocked",
            "network.target-ingress-blocked",
            "network.target-missing",
            "dns.stale-answer",
            "dns.private-zone-shadows",
        ),
        "aws ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values=ADDRESS "
        "--query 'NetworkInterfaces[].[Description,SubnetId,Groups]'",
        "no interface: the address is nobody's, or an old one; else the inbound rules of its groups decide",
    ),
    _Told(
        ("network.acl-ingress-blocked",),
        "aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=TARGET_SUBNET "
        "--query 'NetworkAcls[].Entries'",
        "PORT allowed in and 1024-65535 out: the ACL of the target's subnet is open",
    ),
    _Told(
        ("network.peering-broken",),
        "aws ec2 describe-vpc-peering-connections --query 'VpcPeeringConnections[].[VpcPeeringConnectionId,Status.Code]'",
        "active, with routes on both sides: it is not the peering",
    ),
    _Told(
        ("network.transit-gateway-broken",),
        "aws ec2 describe-transit-gateway-vpc-attachments --filters Name=vpc-id,Values=VPC",
        "available, with the function's zone among its subnets: look at the gateway's own route table; none: it is this",
    ),
    _Told(
        ("network.encryption-control-blocks",),
        "aws ec2 describe-vpc-encryption-controls --vpc-ids VPC",
        "none, or in the mode monitor: it stops nothing",
    ),
    _Told(
        ("network.interface-groups-differ",),
        "aws ec2 describe-network-interfaces --filters Name=interface-type,Values=lambda Name=subnet-id,Values=SUBNET "
        "--query 'NetworkInterfaces[].[Description,Groups]'",
        "an interface with exactly the function's groups: they do not differ",
    ),
    _Told(
        ("network.firewall-in-path",),
        "aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC Name=vpc-endpoint-type,Values=GatewayLoadBalancer",
        "none: neither a network firewall nor another appliance stands behind such an endpoint",
    ),
)


def telling(candidates: Iterable[str], address: str, port: int) -> tuple[Separation, ...]:
    """The commands that remove one of these at least, in the candidates' order. `address` has kept silent at `port`."""
    return tuple(
        Separation(told.command.replace("ADDRESS", address), _filled(told.tells, address, port))
        for told in _deciding(candidates)
    )


def left(separations: Sequence[Separation], candidates: Iterable[str]) -> list[Separation]:
    """Of such commands those that still remove a candidate, in the candidates' order; one of a kind, about one address."""
    known = {told: each for each in reversed(separations) if (told := _told(each))}
    return [known[told] for told in _deciding(candidates) if told in known]


def foreign(separations: Iterable[Separation]) -> list[Separation]:
    """Those that are none of these commands: what their answers decide, only the check knows that wrote them."""
    return [each for each in separations if _told(each) is None]


def _deciding(candidates: Iterable[str]) -> dict[_Told, None]:
    return dict.fromkeys(told for candidate in candidates for told in _TOLD if candidate in told.decides)


def _told(separation: Separation) -> _Told | None:
    return next((told for told in _TOLD if _is_of(separation.command, told.command)), None)


def _is_of(command: str, template: str) -> bool:
    before, placed, after = template.partition("ADDRESS")
    return command.startswith(before) and command.endswith(after) if placed else command == template


def _filled(text: str, address: str, port: int) -> str:
    return text.replace("ADDRESS", address).replace("PORT", str(port))
