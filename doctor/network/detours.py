"""Ways that a VPC could have instead of a broken one, as commands that use what is already there."""

from collections.abc import Mapping

from doctor.network import dns64, remedies, routes
from doctor.network.beyond import Gateway
from doctor.network.ends import Flow
from doctor.network.model import Network, Route, RouteTable


def by_nat(network: Network, flow: Flow, route: Route) -> tuple[str, ...]:
    """Send what this route of the source's subnet takes to another public NAT gateway, or to a new one."""
    table = routes.table_of(network, flow.source.subnet)
    if isinstance(table, str):
        return ()
    ready = [each for each in nats(network, table) if each != route.target]
    if ready:
        return (remedies.replace_route(table.id, route.to, "nat", ready[0]),)
    subnet = _public_subnet(network, table) or "PUBLIC_SUBNET"
    return *remedies.nat_gateway(subnet), remedies.replace_route(table.id, route.to, "nat", remedies.NEW_NAT)


def out(network: Network, flow: Flow, table: RouteTable) -> tuple[str, ...]:
    """A default route by way of what the VPC already has. Nothing for IPv4 without NAT: an endpoint may be the better way."""
    if dns64.PREFIX.covers(flow.destination.address):
        return by_nat64(network, flow)
    if flow.destination.address.family == 6:
        return by_egress_only(network, table, "create-route")
    return tuple(remedies.default_route("create-route", table.id, 4, "nat", id) for id in nats(network, table)[:1])


def by_egress_only(network: Network, table: RouteTable, verb: str) -> tuple[str, ...]:
    """Lead IPv6 out by the VPC's egress-only gateway, or by a new one; `verb` is `create-route` or `replace-route`."""
    ours = attached(network.egress_only_gateways or {}, table.vpc)
    made = () if ours else (remedies.egress_only_gateway(table.vpc),)
    gateway = ours[0] if ours else remedies.NEW_EGRESS_ONLY
    return *made, remedies.default_route(verb, table.id, 6, "egress-only-gateway", gateway)


def by_nat64(network: Network, flow: Flow) -> tuple[str, ...]:
    """Lead what DNS64 makes to a NAT gateway; where there is none, have the resolver make nothing."""
    table = routes.table_of(network, flow.source.subnet)
    ready = [] if isinstance(table, str) else nats(network, table)
    if isinstance(table, str) or not ready:
        return (remedies.no_dns64(flow.source.subnet),)
    return (remedies.create_route(table.id, dns64.PREFIX, "nat", ready[0]),)


def nats(network: Network, table: RouteTable) -> list[str]:
    """The public NAT gateways of the VPC that work and do not stand behind this very table."""
    return sorted(
        each.id
        for each in (network.nats or {}).values()
        if each.vpc == table.vpc and each.state == "available" and each.public
        if (each.table if each.regional else _table_id(network, each.subnet)) != table.id
    )


def from_public(network: Network, flow: Flow, route: Route) -> tuple[str, ...]:
    """By NAT instead of an internet gateway; nothing where a NAT gateway needs that very route for its own way out."""
    table = routes.table_of(network, flow.source.subnet)
    return () if isinstance(table, str) or _carries_nat(network, table) else by_nat(network, flow, route)


def _carries_nat(network: Network, table: RouteTable) -> bool:
    tables = (
        each.table if each.regional else _table_id(network, each.subnet) for each in (network.nats or {}).values()
    )
    return table.id in tables


def attached(gateways: Mapping[str, Gateway], vpc: str) -> list[str]:
    """The gateways that are attached to a VPC."""
    return sorted(each.id for each in gateways.values() if (each.attached or {}).get(vpc) in ("available", "attached"))


def _table_id(network: Network, subnet: str) -> str:
    table = routes.table_of(network, subnet)
    return "" if isinstance(table, str) else table.id


def _public_subnet(network: Network, apart: RouteTable) -> str:
    """A subnet, of another table, that leads to an internet gateway."""
    for id in sorted(each.id for each in (network.subnets or {}).values() if each.vpc == apart.vpc):
        table = routes.table_of(network, id)
        if not isinstance(table, str) and table.id != apart.id and any(map(_to_internet, table.routes)):
            return id
    return ""


def _to_internet(route: Route) -> bool:
    return route.via == "internet-gateway" and route.state == "active"
