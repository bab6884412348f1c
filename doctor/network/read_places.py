"""VPCs, subnets and what stands in them, from their replies."""

from typing import Any

from doctor.network.beyond import DhcpOptions, EncryptionControl, Gateway, Peering, PeeringSide
from doctor.network.blocks import Block, block
from doctor.network.model import Endpoint, Interface, Nat, NatAddress, Subnet, Vpc
from doctor.network.reply import blocks, flag, inner, items, name, names, number, text, word

# States in which a CIDR block is not, or no longer, a VPC's or subnet's (EC2 API, VpcCidrBlockState, SubnetCidrBlockState).
_NOT_THERE = ("associating", "disassociated", "failing", "failed")
_BLOCK_STATES = frozenset({"", "associated", "disassociating", *_NOT_THERE})
_IPV6_BLOCKS = "Ipv6CidrBlockAssociationSet"
_NOT_ATTACHED = ("detached", "attach-failed")  # EC2 API reference, NatGatewayAttachedAppliance, AttachmentState


def vpc(item: dict[str, Any]) -> Vpc:
    """An item of Vpcs."""
    return Vpc(
        id=name(item, "VpcId"),
        blocks=_own_blocks(item),
        owner=text(item, "OwnerId"),
        dhcp_options=text(item, "DhcpOptionsId"),
        internet=word(item, "BlockPublicAccessStates", "InternetGatewayBlockMode"),
    )


def subnet(item: dict[str, Any]) -> Subnet:
    """An item of Subnets."""
    return Subnet(
        id=name(item, "SubnetId"),
        vpc=text(item, "VpcId"),
        zone=text(item, "AvailabilityZone") or text(item, "AvailabilityZoneId"),
        blocks=_own_blocks(item),
        owner=text(item, "OwnerId"),
        free=number(item, "AvailableIpAddressCount"),
        internet=word(item, "BlockPublicAccessStates", "InternetGatewayBlockMode"),
        state=word(item, "State"),
        untold=_untold(item),
        dns64=flag(item, "EnableDns64") if "EnableDns64" in item else False,  # replies from before 2021 lack it
    )


def _own_blocks(item: dict[str, Any]) -> tuple[Block, ...]:
    found = [text(item, "CidrBlock")]
    for many, of in (("CidrBlockAssociationSet", "CidrBlock"), (_IPV6_BLOCKS, "Ipv6CidrBlock")):
        live = [part for part in items(item, many) if word(part, f"{of}State", "State") not in _NOT_THERE]
        found += [name(part, of) for part in live]
    return tuple(block(cidr) for cidr in dict.fromkeys(found) if cidr)


def _untold(item: dict[str, Any]) -> tuple[int, ...]:
    """The families of which a subnet does not tell its block. Every subnet has one of IPv4 but for those that say that
    they have none (EC2 API reference, Subnet, Ipv6Native); a reply without IPv6 blocks is of a subnet without them."""
    lacks_4 = not text(item, "CidrBlock") and flag(item, "Ipv6Native") is not True
    lacks_6 = _IPV6_BLOCKS in item and item[_IPV6_BLOCKS] is None
    states = {word(part, "Ipv6CidrBlockState", "State") for part in items(item, _IPV6_BLOCKS)}
    return (4,) * lacks_4 + (6,) * (lacks_6 or bool(states - _BLOCK_STATES))


def interface(item: dict[str, Any]) -> Interface:
    """An item of NetworkInterfaces."""
    private = [text(item, "PrivateIpAddress"), *names(item, "PrivateIpAddresses", "PrivateIpAddress")]
    private += names(item, "Ipv4Prefixes", "Ipv4Prefix")
    private += [*names(item, "Ipv6Addresses", "Ipv6Address"), *names(item, "Ipv6Prefixes", "Ipv6Prefix")]
    public = [inner(part, "Association") for part in (item, *items(item, "PrivateIpAddresses"))]
    return Interface(
        id=name(item, "NetworkInterfaceId"),
        subnet=text(item, "SubnetId"),
        vpc=text(item, "VpcId"),
        groups=names(item, "Groups", "GroupId"),
        addresses=_addresses(private),
        public=_addresses([text(part, "PublicIp") for part in public]),
        kind=word(item, "InterfaceType"),
        status=word(item, "Status"),
        owner=text(item, "OwnerId"),
        instance=text(inner(item, "Attachment"), "InstanceId"),
        description=text(item, "Description"),
        checks_addresses=flag(item, "SourceDestCheck"),
        denies_internet=flag(item, "DenyAllIgwTraffic") or False,
    )


def _addresses(texts: list[str]) -> tuple[Block, ...]:
    return tuple(block(found) for found in dict.fromkeys(texts) if found)


def endpoint(item: dict[str, Any]) -> Endpoint:
    """An item of VpcEndpoints."""
    return Endpoint(
        id=name(item, "VpcEndpointId"),
        vpc=text(item, "VpcId"),
        kind=word(item, "VpcEndpointType"),
        service=text(item, "ServiceName"),
        state=word(item, "State"),
        subnets=names(item, "SubnetIds"),
        groups=names(item, "Groups", "GroupId"),
        interfaces=names(item, "NetworkInterfaceIds"),
        tables=names(item, "RouteTableIds"),
        names=tuple(found.rstrip(".").lower() for found in names(item, "DnsEntries", "DnsName")),
        private_names=flag(item, "PrivateDnsEnabled"),
        inbound_resolver_only=flag(inner(item, "DnsOptions"), "PrivateDnsOnlyForInboundResolverEndpoint") or False,
        families=word(item, "IpAddressType"),
        records=word(inner(item, "DnsOptions"), "DnsRecordIpType"),
        service_region=text(item, "ServiceRegion"),
        policy=text(item, "PolicyDocument"),
        owner=text(item, "OwnerId"),
    )


def nat(item: dict[str, Any]) -> Nat:
    """An item of NatGateways."""
    return Nat(
        id=name(item, "NatGatewayId"),
        vpc=text(item, "VpcId"),
        state=word(item, "State"),
        subnet=text(item, "SubnetId"),
        # Before there were private and regional ones, replies told neither (EC2 API reference, NatGateway); nor does moto.
        public={"public": True, "private": False, "": True}.get(word(item, "ConnectivityType")),
        regional={"regional": True, "zonal": False, "": False}.get(word(item, "AvailabilityMode")),
        table=text(item, "RouteTableId"),
        addresses=tuple(map(_nat_address, items(item, "NatGatewayAddresses"))),
        proxied=any(word(part, "AttachmentState") not in _NOT_ATTACHED for part in items(item, "AttachedAppliances")),
    )


def _nat_address(item: dict[str, Any]) -> NatAddress:
    private, public = text(item, "PrivateIp"), text(item, "PublicIp")
    return NatAddress(
        private=block(private) if private else None,
        public=block(public) if public else None,
        interface=text(item, "NetworkInterfaceId"),
        zone=text(item, "AvailabilityZone") or text(item, "AvailabilityZoneId"),
        status=word(item, "Status"),
    )


def internet_gateway(item: dict[str, Any]) -> Gateway:
    """An item of InternetGateways."""
    return _gateway(item, "InternetGatewayId", "Attachments")


def egress_only_gateway(item: dict[str, Any]) -> Gateway:
    """An item of EgressOnlyInternetGateways."""
    return _gateway(item, "EgressOnlyInternetGatewayId", "Attachments")


def vpn_gateway(item: dict[str, Any]) -> Gateway:
    """An item of VpnGateways."""
    return _gateway(item, "VpnGatewayId", "VpcAttachments")


def _gateway(item: dict[str, Any], key: str, attachments: str) -> Gateway:
    attached = {name(part, "VpcId"): word(part, "State") for part in items(item, attachments)}
    return Gateway(id=name(item, key), attached=None if item.get(attachments) is None else attached)


def peering(item: dict[str, Any]) -> Peering:
    """An item of VpcPeeringConnections."""
    return Peering(
        id=name(item, "VpcPeeringConnectionId"),
        state=word(inner(item, "Status"), "Code"),
        requester=_side(inner(item, "RequesterVpcInfo")),
        accepter=_side(inner(item, "AccepterVpcInfo")),
    )


def _side(item: dict[str, Any]) -> PeeringSide:
    found = [text(item, "CidrBlock"), *names(item, "CidrBlockSet", "CidrBlock")]
    return PeeringSide(
        vpc=text(item, "VpcId"),
        owner=text(item, "OwnerId"),
        region=text(item, "Region"),
        blocks=(*_addresses(found), *blocks(item, "Ipv6CidrBlockSet", "Ipv6CidrBlock")),
    )


def dhcp_options(item: dict[str, Any]) -> DhcpOptions:
    """An item of DhcpOptions."""
    values = {word(part, "Key"): names(part, "Values", "Value") for part in items(item, "DhcpConfigurations")}
    return DhcpOptions(
        id=name(item, "DhcpOptionsId"),
        resolvers=values.get("domain-name-servers", ()),
        domains=values.get("domain-name", ()),
    )


def encryption(item: dict[str, Any]) -> EncryptionControl:
    """An item of VpcEncryptionControls, or the same within an item of Vpcs. Exclusions are named as in the reply."""
    exclusions = inner(item, "ResourceExclusions")
    return EncryptionControl(
        vpc=name(item, "VpcId"),
        id=text(item, "VpcEncryptionControlId"),
        mode=word(item, "Mode"),
        state=word(item, "State"),
        excluded=tuple(sorted(key.lower() for key in exclusions if word(inner(exclusions, key), "State") == "enabled")),
    )
