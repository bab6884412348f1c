"""Route tables, prefix lists and transit gateways from their replies."""

from typing import Any

from doctor.network.beyond import Attachment, PrefixList, TransitGateway, TransitRoute, TransitTable
from doctor.network.blocks import Block, block
from doctor.network.model import Route, RouteTable
from doctor.network.reply import absent, flag, inner, items, name, names, text, word

# Keys of a route that name its target, and what they name. An interface is what an instance is reached by, so it goes first.
_TARGETS = {
    "NatGatewayId": "nat",
    "TransitGatewayId": "transit-gateway",
    "VpcPeeringConnectionId": "peering",
    "EgressOnlyInternetGatewayId": "egress-only-gateway",
    "NetworkInterfaceId": "interface",
    "InstanceId": "instance",
    "LocalGatewayId": "local-gateway",
    "CarrierGatewayId": "carrier-gateway",
    "CoreNetworkArn": "core-network",
    "OdbNetworkArn": "outpost-database",
    "IpAddress": "address",
}
_GATEWAYS = {"igw": "internet-gateway", "vgw": "vpn-gateway", "vpce": "endpoint", "eigw": "egress-only-gateway"}
# EC2 API reference, RouteTableAssociationState. Which table routes while one is associating or disassociating, no page says.
_STANDING, _ENDED = "associated", ("disassociated", "failed")
_ENDS = ("SubnetId", "GatewayId", "PublicIpv4Pool")


def table(item: dict[str, Any]) -> RouteTable:
    """An item of RouteTables."""
    stated = [(word(part, "AssociationState", "State"), part) for part in items(item, "Associations")]
    live = [part for state, part in stated if state == _STANDING]
    between = [(state or "that was not told", part) for state, part in stated if state not in (_STANDING, *_ENDED)]
    endless = any(not flag(part, "Main") and not any(text(part, key) for key in _ENDS) for part in live)
    return RouteTable(
        id=name(item, "RouteTableId"),
        vpc=text(item, "VpcId"),
        main=any(flag(part, "Main") for part in live),
        subnets=tuple(found for part in live if (found := text(part, "SubnetId"))),
        gateways=tuple(found for part in live if (found := text(part, "GatewayId"))),
        routes=tuple(map(_route, items(item, "Routes"))),
        unread=absent(item, routes="Routes", subnets="Associations") or (("subnets",) if endless else ()),
        unsettled=tuple(
            (next((text(part, key) for key in _ENDS if text(part, key)), text(item, "VpcId")), state)
            for state, part in between
        ),
    )


def _route(item: dict[str, Any]) -> Route:
    via, target = _target(item)
    return Route(
        to=_destination(item, "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"),
        via=via,
        target=target,
        state=word(item, "State"),
        origin=word(item, "Origin") or "createroute",
    )


def _destination(item: dict[str, Any], *keys: str) -> Block | str:
    """A block, or the prefix list that the last key names."""
    for key in keys[:-1]:
        if cidr := text(item, key):
            return block(cidr)
    return name(item, keys[-1])


def _target(item: dict[str, Any]) -> tuple[str, str]:
    """The kind of a route's target and its id.

    Raises:
        ValueError: the route has several targets; an instance is one with its interface.
    """
    told = {key: target for key in (*_TARGETS, "GatewayId") if (target := text(item, key))}
    if "NetworkInterfaceId" in told:
        told.pop("InstanceId", None)
    if len(told) > 1:
        raise ValueError(f"a route has several targets: {' and '.join(told.values())}")
    for key, target in told.items():
        if via := _TARGETS.get(key):
            return via, target
    gateway = told.get("GatewayId", "")
    if gateway == "local":
        return "local", ""
    return _GATEWAYS.get(gateway.partition("-")[0], "unknown"), gateway


def prefix_list(item: dict[str, Any]) -> PrefixList:
    """An item of PrefixLists: of describe-prefix-lists, with its blocks, or of describe-managed-prefix-lists, without."""
    return PrefixList(
        id=name(item, "PrefixListId"),
        name=text(item, "PrefixListName"),
        owner=text(item, "OwnerId"),
        blocks=None if item.get("Cidrs") is None else tuple(sorted(map(block, names(item, "Cidrs")))),
    )


def entries(parent: str, reply: dict[str, Any]) -> PrefixList:
    """What get-managed-prefix-list-entries says of a prefix list."""
    return PrefixList(id=parent, blocks=tuple(sorted(block(name(entry, "Cidr")) for entry in items(reply, "items"))))


def transit_gateway(item: dict[str, Any]) -> TransitGateway:
    """An item of TransitGateways."""
    options = inner(item, "Options")
    return TransitGateway(
        id=name(item, "TransitGatewayId"),
        state=word(item, "State"),
        owner=text(item, "OwnerId"),
        references=_enabled(options, "SecurityGroupReferencingSupport"),
        encryption=word(inner(options, "EncryptionSupport"), "EncryptionState"),
    )


def _enabled(options: dict[str, Any], key: str) -> bool | None:
    return {"enable": True, "disable": False}.get(word(options, key))


def attachment(item: dict[str, Any]) -> Attachment:
    """An item of TransitGatewayAttachments."""
    association = inner(item, "Association")
    return Attachment(
        id=name(item, "TransitGatewayAttachmentId"),
        gateway=text(item, "TransitGatewayId"),
        kind=word(item, "ResourceType"),
        resource=text(item, "ResourceId"),
        state=word(item, "State"),
        owner=text(item, "ResourceOwnerId"),
        table=text(association, "TransitGatewayRouteTableId"),
        associated=word(item, "Association", "State"),
    )


def vpc_attachment(item: dict[str, Any]) -> Attachment:
    """An item of TransitGatewayVpcAttachments."""
    options = inner(item, "Options")
    return Attachment(
        id=name(item, "TransitGatewayAttachmentId"),
        gateway=text(item, "TransitGatewayId"),
        kind="vpc",
        resource=text(item, "VpcId"),
        state=word(item, "State"),
        owner=text(item, "VpcOwnerId"),
        subnets=None if item.get("SubnetIds") is None else names(item, "SubnetIds"),
        references=_enabled(options, "SecurityGroupReferencingSupport"),
        appliance=_enabled(options, "ApplianceModeSupport"),
    )


def association(table_id: str, item: dict[str, Any]) -> Attachment:
    """An item of the associations of a transit gateway's route table."""
    return Attachment(
        id=name(item, "TransitGatewayAttachmentId"),
        gateway="",
        kind=word(item, "ResourceType"),
        resource=text(item, "ResourceId"),
        state="",
        table=table_id,
        associated=word(item, "State"),
    )


def transit_table(item: dict[str, Any]) -> TransitTable:
    """An item of TransitGatewayRouteTables."""
    return TransitTable(id=name(item, "TransitGatewayRouteTableId"), gateway=text(item, "TransitGatewayId"))


def transit_routes(parent: str, reply: dict[str, Any]) -> TransitTable:
    """What search-transit-gateway-routes says of a route table."""
    return TransitTable(id=parent, gateway="", routes=tuple(map(_transit_route, items(reply, "items"))))


def _transit_route(item: dict[str, Any]) -> TransitRoute:
    return TransitRoute(
        to=_destination(item, "DestinationCidrBlock", "PrefixListId"),
        attachments=names(item, "TransitGatewayAttachments", "TransitGatewayAttachmentId"),
        state=word(item, "State"),
        static=word(item, "Type") != "propagated",
    )
