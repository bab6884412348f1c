"""Read what a network consists of: which calls, in which order, for which VPCs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from doctor.evidence.calls.guard import overridden
from doctor.evidence.calls.network.details import (
    ALL,
    ASSOCIATIONS,
    ATTRIBUTES,
    DOMAINS,
    ENTRIES,
    FIREWALL_RULES,
    RECORDS,
    TRANSIT_ROUTES,
    ZONES,
)
from doctor.evidence.calls.network.listings import LOCAL, WIDE
from doctor.evidence.calls.network.reader import ATTRIBUTES_READ, Reader, Replies
from doctor.world import World

if TYPE_CHECKING:
    import boto3

MOST_NEIGHBOURS = 20  # VPCs that are read beside those that were asked for


def read(
    session: "boto3.Session",
    vpcs: Sequence[str] = (),
    *,
    region: str = "",
    until: float = float("inf"),
    kept_from: Mapping[str, str] | None = None,
) -> tuple[Replies, dict[str, str]]:
    """The replies about these VPCs (none named: all that the account has here), and why others are missing.

    Replies are named as in a snapshot. VPCs that are peered with them, or share a transit gateway, are read as well as
    far as this account sees them. The region is the session's own where none is given, `until` is a `time.monotonic()`
    moment, and `kept_from` tells by service why it is not to be called.
    """
    reader = Reader(session, region, until, kept_from or {})
    reader.together(partial(reader.flat, call) for call in WIDE)
    near = _neighbours(reader.replies, vpcs)
    for vpc in near[MOST_NEIGHBOURS:]:
        reader.unread[f"Vpcs/{vpc}"] = f"cut: more than {MOST_NEIGHBOURS} VPCs beside those that were asked for"
    within = (*vpcs, *near[:MOST_NEIGHBOURS])
    reader.together(partial(reader.flat, call, within) for call in LOCAL)
    asked = tuple(vpcs) or tuple(_values(reader.replies, "Vpcs", "VpcId"))
    if vpcs:
        reader.limit(within)
    reader.together([*_first_details(reader, asked), *_foreign_groups(reader)])
    reader.together(_second_details(reader))
    return reader.done()


def kept_from(world: World) -> dict[str, str]:
    """By service that is asked here, why it is not to be called: the deployer's endpoint stands in AWS's place."""
    services = dict.fromkeys(call.service for call in ALL)
    return {service: f"refused: {why}" for service in services if (why := overridden(world, service))}


def _values(replies: Mapping[str, Sequence[Any]], key: str, *path: str) -> Iterator[str]:
    """The texts at a path in the items of a reply, each once, sorted."""
    found: list[Any] = list(replies.get(key, ()))
    for step in path:
        found = [item.get(step) for item in found if isinstance(item, dict)]
        found = [part for item in found for part in (item if isinstance(item, list) else [item])]
    return iter(sorted({value for value in found if isinstance(value, str)}))


def _neighbours(replies: Mapping[str, Sequence[Any]], vpcs: Sequence[str]) -> list[str]:
    """The VPCs at the other end of a peering connection or a transit gateway; none where all are read anyhow."""
    found: set[str] = set()
    for peering in replies.get("VpcPeeringConnections", ()):
        ends = {peering.get(side, {}).get("VpcId", "") for side in ("RequesterVpcInfo", "AccepterVpcInfo")}
        found |= ends if ends & set(vpcs) else set()
    attached = replies.get("TransitGatewayVpcAttachments", ())
    gateways = {item.get("TransitGatewayId") for item in attached if item.get("VpcId") in vpcs}
    found |= {item.get("VpcId", "") for item in attached if item.get("TransitGatewayId") in gateways}
    return sorted(found - {"", *vpcs})


def _first_details(reader: Reader, vpcs: Sequence[str]) -> Iterator[Callable[[], None]]:
    """What is asked for one parent at a time."""
    replies = reader.replies
    for vpc in reader.parents(ATTRIBUTES, vpcs):
        for attribute in ATTRIBUTES_READ:
            yield partial(reader.attribute, vpc, attribute)
    for vpc in reader.parents(ZONES, vpcs):
        yield partial(reader.of_parent, ZONES, vpc, VPCRegion=reader.region)
    for group in reader.parents(
        FIREWALL_RULES, _values(replies, "FirewallRuleGroupAssociations", "FirewallRuleGroupId")
    ):
        yield partial(reader.of_parent, FIREWALL_RULES, group)
    for table in reader.parents(TRANSIT_ROUTES, _transit_tables(replies, vpcs)):
        types = [{"Name": "type", "Values": ["static", "propagated"]}]
        yield partial(reader.of_parent, TRANSIT_ROUTES, table, Filters=types)
        yield partial(reader.of_parent, ASSOCIATIONS, table)


def _transit_tables(replies: Mapping[str, Sequence[Any]], vpcs: Sequence[str]) -> Iterator[str]:
    """The route tables of the transit gateways that these VPCs are attached to."""
    attached = replies.get("TransitGatewayVpcAttachments", ())
    gateways = {item.get("TransitGatewayId") for item in attached if item.get("VpcId") in vpcs}
    tables = [item for item in replies.get("TransitGatewayRouteTables", ()) if item.get("TransitGatewayId") in gateways]
    return _values({"tables": tables}, "tables", "TransitGatewayRouteTableId")


def _foreign_groups(reader: Reader) -> Iterator[Callable[[], None]]:
    """Security groups that live in another VPC and are associated with this one: no filter by VPC finds them."""
    if "SecurityGroups" not in reader.replies:
        return
    known = set(_values(reader.replies, "SecurityGroups", "GroupId"))
    named = {*_values(reader.replies, "NetworkInterfaces", "Groups", "GroupId")}
    named |= {*_values(reader.replies, "VpcEndpoints", "Groups", "GroupId")}
    if missing := sorted(named - known)[:200]:  # the API's limit of a filter's values
        call = next(call for call in LOCAL if call.key == "SecurityGroups")
        yield partial(reader.flat, call, filters={"Filters": [{"Name": "group-id", "Values": missing}]})


def _second_details(reader: Reader) -> Iterator[Callable[[], None]]:
    """What is known to matter only when routes, rules and zones were read."""
    replies = reader.replies
    inlined = {item.get("PrefixListId") for item in replies.get("PrefixLists", ()) if item.get("Cidrs") is not None}
    lists = {*_values(replies, "RouteTables", "Routes", "DestinationPrefixListId")}
    for rules in ("IpPermissions", "IpPermissionsEgress"):
        lists |= {*_values(replies, "SecurityGroups", rules, "PrefixListIds", "PrefixListId")}
    for prefix_list in reader.parents(ENTRIES, sorted(lists - inlined)):
        yield partial(reader.of_parent, ENTRIES, prefix_list)
    summaries = [item for key in replies if key.startswith("HostedZoneSummaries/") for item in replies[key]]
    own = [item for item in summaries if not item.get("Owner", {}).get("OwningService")]  # else nobody may list them
    for zone in reader.parents(RECORDS, _values({"zones": own}, "zones", "HostedZoneId")):
        yield partial(reader.of_parent, RECORDS, zone)
    managed = {item.get("Id") for item in replies.get("FirewallDomainLists", ()) if item.get("ManagedOwnerName")}
    rules_ = [item for key in replies if key.startswith("FirewallRules/") for item in replies[key]]
    named = set(_values({"rules": rules_}, "rules", "FirewallDomainListId"))
    for listed in reader.parents(DOMAINS, sorted(named - managed)):
        yield partial(reader.of_parent, DOMAINS, listed)
