"""Transit gateways: attachment, zone, association, route, the far attachment, and all of it again for the answer.

Sources: transit gateway guide, "Transit gateway attachments to a VPC" (a zone without an attachment's subnet cannot reach
the gateway), "Network ACLs for transit gateways", "How transit gateways work" (association, propagation, route order).
"""

from dataclasses import replace

from doctor.network import acls, remedies, routes
from doctor.network.acls import Leg
from doctor.network.arrival import Target, admit, find
from doctor.network.beyond import Attachment
from doctor.network.blocks import Block
from doctor.network.encryption import across
from doctor.network.ends import Flow
from doctor.network.model import Network, Route, RouteTable, Subnet
from doctor.network.onward import Onward
from doctor.network.result import Judgement
from doctor.network.returning import Expected, pieces, way_back
from doctor.network.stage import all_of, passes, stops, undecided, united
from doctor.network.transit_edges import ANSWER, REQUEST, in_zone, into, out_of
from doctor.network.transit_table import CHECK, as_answer, lead

_DEAD = frozenset(
    {"initiating", "initiatingrequest", "pendingacceptance", "rollingback", "pending", "deleting", "deleted"}
)
_DEAD |= {"failed", "rejected", "rejecting", "failing"}


def judge(network: Network, flow: Flow, route: Route) -> Onward:
    """A route to a transit gateway. No outbound rule can refer across it, so it tells of no far interface ("Introducing
    security group referencing for AWS Transit Gateway", AWS blog, 2024)."""
    gateway = (network.transit_gateways or {}).get(route.target)
    if gateway and gateway.state not in ("available", "modifying"):
        known = gateway.state in ("pending", "deleting", "deleted")
        judged = stops(flow, CHECK, route.target, f"the transit gateway's state is {gateway.state}")
        strange = undecided(route.target, f"{route.target} is in the state {gateway.state or 'that was not told'}")
        return Onward(judged=judged if known else strange)
    if network.attachments is None:
        reason = network.missing("the attachments of", "TransitGatewayAttachments", route.target)
        return Onward(judged=undecided(route.target, reason), legs=(Leg.REQUEST_OUT,))
    near = attachment_of(network, route.target, flow.source.vpc)
    if near is None:
        return Onward(judged=stops(flow, CHECK, route.target, f"{flow.source.vpc} is not attached to it"))
    entries = in_zone(network, near, flow.source.zone)
    led = lead(network, flow, near, flow.destination.address)
    stages = [
        into(network, flow, flow.source.subnet, entries, REQUEST),
        passes(flow, route.target, gateway.state) if gateway else _unseen(network, route.target),
        _state(flow, near),
        _zoned(network, flow, near, flow.source.zone),
        across(network, flow, route.target, _joined(network, near, led.attachment)),
        led.judged,
    ]
    beyond = _beyond(network, flow, near, led.attachment) if led.attachment else _nowhere(network, flow, near)
    return Onward(judged=all_of(flow, *stages, beyond), legs=())


def _joined(network: Network, near: Attachment, id: str) -> list[str]:
    """The VPCs of both attachments."""
    far = (network.attachments or {}).get(id)
    return sorted({near.resource} | ({far.resource} if far and far.kind == "vpc" else set()))


def _unseen(network: Network, gateway: str) -> Judgement:
    return undecided(gateway, network.missing("transit gateway", "TransitGateways", gateway))


def _last_edge(network: Network, flow: Flow, attachment: Attachment, subnet: str, leg: Leg) -> Judgement:
    """Whichever way it comes out of the gateway, what goes to a subnet that the attachment is not in crosses its edge."""
    if not subnet or attachment.subnets is None or subnet in attachment.subnets:
        return Judgement(open=flow.whole)
    return acls.judge(network, subnet, flow, leg)


def _nowhere(network: Network, flow: Flow, near: Attachment) -> Judgement:
    """Where the way ends at the gateway, answers still have to enter the source's subnet."""
    return _last_edge(network, flow, near, flow.source.subnet, Leg.ANSWER_IN)


def attachment_of(network: Network, gateway: str, vpc: str) -> Attachment | None:
    """The VPC's attachment; a live one before those that are gone."""
    found = [
        each
        for each in (network.attachments or {}).values()
        if each.gateway == gateway and each.kind == "vpc" and each.resource == vpc
    ]
    return min(found, key=lambda each: (each.state in _DEAD, each.id), default=None)


def _state(flow: Flow, attachment: Attachment) -> Judgement:
    if attachment.state == "available":
        return passes(flow, attachment.id, "available")
    if attachment.state in _DEAD:
        return stops(flow, CHECK, attachment.id, f"the attachment's state is {attachment.state}")
    return undecided(attachment.id, f"{attachment.id} is in the state {attachment.state or 'that was not told'}")


def _zoned(network: Network, flow: Flow, attachment: Attachment, zone: str) -> Judgement:
    """Whether a zone reaches the gateway."""
    here = in_zone(network, attachment, zone)
    if here is None:
        reason = network.missing("the subnets of", "TransitGatewayVpcAttachments", attachment.id)
        return undecided(attachment.id, reason)
    if here:
        return Judgement(open=flow.whole)
    there = (each for each in (network.subnets or {}).values() if each.vpc == attachment.resource and each.zone == zone)
    command = remedies.attachment_subnet(attachment.id, min((each.id for each in there), default="SUBNET"))
    return stops(flow, CHECK, attachment.id, f"the attachment has no subnet in {zone}", (command,))


def _beyond(network: Network, flow: Flow, near: Attachment, id: str) -> Judgement:
    """What the gateway hands the packets to."""
    far = (network.attachments or {}).get(id)
    vpc = (network.vpcs or {}).get(far.resource) if far else None
    unread = _unread(network, flow, id)
    if unread or far is None or vpc is None:
        stages = [_state(flow, far)] if far else []
        return all_of(flow, *stages, undecided(id, unread), _nowhere(network, flow, near))
    target = find(network, flow, vpc.id)
    keeps = _keeps_groups(network, near, far)
    stages = [_state(flow, far), _far_edge(network, flow, far, target)]
    stages.append(admit(network, flow, target, keeps_groups=keeps))
    home = _way_home(network, flow, near, far, target) if target.subnet else _nowhere(network, flow, near)
    stages.append(home)
    if vpc.id == flow.source.vpc:
        reason = f"whether {near.gateway} hands back what {near.id} gave it is not documented"
        stages.append(undecided(near.gateway, reason))
    return all_of(flow, *stages)


def _unread(network: Network, flow: Flow, id: str) -> str:
    """Why nothing is known of what lies behind an attachment; "" where it is."""
    far = (network.attachments or {}).get(id)
    if far is None:
        return f"{id} was not read: it may be another account's"
    if far.kind != "vpc":
        return f"behind {id}, an attachment of type {far.kind or 'that was not told'}, nothing is read"
    vpc = (network.vpcs or {}).get(far.resource)
    if vpc is None:
        return network.missing("the VPC behind the transit gateway", "Vpcs", far.resource)
    if not any(block.covers(flow.destination.address) for block in vpc.blocks):
        return f"where {vpc.id} sends {flow.destination.address} on to is not judged"
    return ""


def _keeps_groups(network: Network, near: Attachment, far: Attachment) -> bool | None:
    """Security group referencing needs the gateway and both attachments (transit gateway guide, "Security group
    referencing")."""
    gateway = (network.transit_gateways or {}).get(near.gateway)
    supports = (gateway.references if gateway else None, near.references, far.references)
    if False in supports:
        return False
    return None if None in supports else True


def _zone(network: Network, subnet: str) -> str:
    found = (network.subnets or {}).get(subnet)
    return found.zone if found else ""


def _handed_over(network: Network, attachment: Attachment, zone: str) -> list[Subnet]:
    """The attachment's subnets by which the gateway may hand over what comes from a zone; none where one is unread.

    In appliance mode it picks one of any zone by a hash of the flow (transit gateway guide, "Appliance in a shared services
    VPC").
    """
    found = [(network.subnets or {}).get(id) for id in attachment.subnets or ()]
    every = sorted((each for each in found if each), key=lambda each: each.id)
    kept = in_zone(network, attachment, zone) if attachment.appliance is False else None
    return kept or (every if len(every) == len(found) else [])


def _far_edge(network: Network, flow: Flow, far: Attachment, target: Target) -> Judgement:
    """From the gateway to the target's subnet."""
    exits = _handed_over(network, far, flow.source.zone)
    if not exits or not target.subnet:
        reason = network.missing("the subnets of", "TransitGatewayVpcAttachments", far.id)
        return undecided(far.id, reason).then(_last_edge(network, flow, far, target.subnet, Leg.REQUEST_IN))
    return out_of(network, flow, exits, target.subnet, REQUEST)


def _way_home(network: Network, flow: Flow, near: Attachment, far: Attachment, target: Target) -> Judgement:
    """The answer: the target's route, its zone, and the gateway's table for the far attachment."""

    def mend(table: RouteTable, piece: Block) -> str:
        return remedies.create_route(table.id, piece, "transit-gateway", near.gateway)

    expected = Expected(via="transit-gateway", target=near.gateway, check=CHECK, mend=mend)
    zone = _zone(network, target.subnet)
    stages = [
        way_back(network, flow, routes.table_of(network, target.subnet), expected),
        into(network, flow, target.subnet, in_zone(network, far, zone), ANSWER),
        as_answer(_zoned(network, flow, far, zone)),
        _led_home(network, flow, near, far),
    ]
    exits = _handed_over(network, near, zone)
    entered = out_of(network, flow, exits, flow.source.subnet, ANSWER) if exits else _nowhere(network, flow, near)
    return all_of(flow, *reversed([*stages, entered]))


def _led_home(network: Network, flow: Flow, near: Attachment, far: Attachment) -> Judgement:
    """What the gateway's table of the far attachment does with answers, piece by piece of the source's addresses."""
    table = (network.transit_tables or {}).get(far.table)
    routed = [each.to for each in (table.routes if table else None) or () if isinstance(each.to, Block)]
    parts = [_led(network, flow, near, far, piece) for block in flow.near for piece in pieces(block, routed)]
    return united(flow, parts)


def _led(network: Network, flow: Flow, near: Attachment, far: Attachment, piece: Block) -> Judgement:
    part = Flow(source=replace(flow.source, blocks=(piece,)), destination=flow.destination)
    led = lead(network, part, far, piece)
    if led.attachment in ("", near.id):
        return as_answer(led.judged)
    detail = f"{far.table} sends the answer to {led.attachment}, not to {near.id}"
    command = remedies.replace_transit_route(far.table, piece, near.id)
    return as_answer(stops(part, CHECK, far.table, detail, (command,)))
