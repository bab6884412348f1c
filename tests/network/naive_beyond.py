"""The naive evaluator's way beyond the VPC: what answers come home by, transit gateways, and the VPC at the far end."""

from collections.abc import Callable

from doctor.network.beyond import Attachment
from doctor.network.model import Network, Route
from tests.network.naive_rules import (
    NOWHERE,
    Address,
    Packet,
    Pick,
    Sender,
    Verdict,
    acl,
    arrival,
    choose,
    condition,
    controls,
    delivered,
    every,
    holds,
    place,
    table_of,
)


def returns(network: Network, subnet: str, packet: Packet, sender: Sender, *way: str) -> Verdict:
    """Where the answering subnet's table sends the answer; another way than the request's may work, or may not.

    `way` is the kind of target that the request's route has and, where it matters which one, its id.
    """
    table = table_of(network, subnet)
    home = choose(network, table, packet.source) if table else None
    if home is None or home.state not in ("active", "blackhole"):
        return None
    if (home.via, home.target)[: len(way)] == way:
        return home.state == "active"
    if home.state == "blackhole" or home.via in ("nowhere", "nat"):
        return False
    if home.via == "local":  # there and back again within one VPC: the short way home may do
        return None if table and table.vpc == sender.vpc else False
    outside = home.via in ("internet-gateway", "egress-only-gateway")
    return False if outside and packet.source.version == 4 else None


def beyond(network: Network, packet: Packet, vpc: str, route: Route, sender: Sender, *, keeps: Verdict) -> Verdict:
    """The far VPC: its interface, the subnet's ACL and the way back. One that was not read may hold anything."""
    known = (network.vpcs or {}).get(vpc)
    if known is None or not any(holds(block, packet.to) for block in known.blocks):
        return None
    subnet = place(network, packet.to, vpc)
    if subnet is None:
        return delivered(network, packet, sender, keeps)
    crossing = arrival(network, subnet, packet) if route.via == "peering" else True
    home = returns(network, subnet, packet, sender, route.via, route.target)
    return every(delivered(network, packet, sender, keeps), crossing, home)


def transit(network: Network, packet: Packet, sender: Sender, route: Route, pick: Pick | None) -> Verdict:
    """Over a transit gateway: associated tables both ways, an attachment in each end's zone, the attachments' ACLs."""
    gateway = (network.transit_gateways or {}).get(route.target)
    near = attached_by(network, route.target, sender.vpc)
    if gateway and condition("transit", gateway.state) is False:
        return False
    if near is None:
        return every(acl(network, sender.subnet, packet, True), None if network.attachments is None else False)
    far = forwards(network, near, packet.to)
    if not far:
        ways = boarding(network, packet, sender.subnet, sender.zone, near)
        passed_over = near.subnets is None or sender.subnet in near.subnets
        home = None if passed_over else acl(network, sender.subnet, packet.answer, False)
        return False if far is False else every(None, condition("transit", near.state), ways, home)
    if far.kind != "vpc":
        return None
    keeps = every(gateway.references if gateway else None, near.references, far.references)
    supported = bool(gateway and gateway.encryption == "enabled")
    there = far.resource in (network.vpcs or {}) and place(network, packet.to, far.resource)
    back = forwards(network, far, packet.source) if there else None
    return every(
        condition("transit", gateway.state) if gateway else None,
        condition("transit", near.state),
        condition("transit", far.state),
        back.id == near.id if back else back,
        boarding(network, packet, sender.subnet, sender.zone, near),
        None if far.resource == sender.vpc else True,
        # No page says what becomes of unencrypted traffic between controlled VPCs by a gateway without support.
        supported or not (controls(network, near.resource) or controls(network, far.resource)) or None,
        landing(network, packet, sender.zone, far),
        returning(network, packet.answer, sender, near, far.resource),
        beyond(network, packet, far.resource, route, sender, keeps=keeps),
    )


def attached_by(network: Network, gateway: str, vpc: str) -> Attachment | None:
    """The attachment of a VPC."""
    known = (network.attachments or {}).values()
    return next((each for each in known if (each.gateway, each.kind, each.resource) == (gateway, "vpc", vpc)), None)


def associated(network: Network, start: Attachment) -> Verdict:
    """Whether a table routes what comes in by an attachment. Only the gateway's owner is told of associations."""
    if start.associated == "associated":
        return True
    known = (network.attachments or {}).values()
    told = start.associated or any(each.table for each in known if each.gateway == start.gateway)
    return False if told and start.associated in ("", "disassociated", "disassociating") else None


def forwards(network: Network, start: Attachment, to: Address) -> Attachment | bool | None:
    """Where the gateway sends what comes in by an attachment: False nowhere, None where that cannot be told."""
    routed = associated(network, start)
    if not routed:
        return routed
    table = (network.transit_tables or {}).get(start.table)
    if table is None or table.routes is None:
        return None
    found = [(block.length, each.static, each) for each in table.routes for block in (each.to,) if holds(block, to)]
    if not found:
        return False
    best = max(entry[:2] for entry in found)
    winner, *others = (each for length, static, each in found if (length, static) == best)
    if any(each.attachments != winner.attachments or each.state != winner.state for each in others):
        return None
    if winner.state != "active":
        return False if winner.state == "blackhole" else None
    return (network.attachments or {}).get(winner.attachments[0]) if len(winner.attachments) == 1 else None


def gates(network: Network, attachment: Attachment, zone: str) -> list[str] | None:
    """The attachment's subnets in a zone; None where they were not read, or the zone was not."""
    if (
        not zone
        or attachment.subnets is None
        or not all(name in (network.subnets or {}) for name in attachment.subnets)
    ):
        return None
    return [name for name in attachment.subnets if network.subnets[name].zone == zone]


def alike(verdicts: list[Verdict]) -> Verdict:
    """What all say; nobody says by which of several subnets a packet goes."""
    return verdicts[0] if len(set(verdicts)) == 1 else None


def boarding(network: Network, packet: Packet, subnet: str, zone: str, attachment: Attachment) -> Verdict:
    """Into the gateway: out of the sender's subnet, and into the attachment's subnet in the sender's own zone."""
    doors = gates(network, attachment, zone)
    if doors is None:
        return every(acl(network, subnet, packet, True), None)
    return every(
        acl(network, subnet, packet, True), *(acl(network, door, packet, False) for door in doors), bool(doors)
    )


def alighting(
    network: Network, packet: Packet, ends: tuple[str, str], attachment: Attachment, onward: Callable[[str], Verdict]
) -> Verdict:
    """Out of the gateway: out of an attachment's subnet, of the sender's zone if there is one, into the receiver's.

    In appliance mode it is a subnet of any zone. Within one subnet the ACL is not asked. `onward` says whether the table of
    the attachment's subnet leads there.
    """
    zone, subnet = ends
    inward = acl(network, subnet, packet, False)
    doors = gates(network, attachment, zone)
    if doors is None:
        return every(inward, None) if attachment.subnets and subnet not in attachment.subnets else None
    kept = attachment.appliance is False and doors
    doors = kept or list(attachment.subnets or ())
    return alike([door == subnet or every(onward(door), acl(network, door, packet, True), inward) for door in doors])


def landing(network: Network, packet: Packet, zone: str, attachment: Attachment) -> Verdict:
    """At the far end: the request comes out, and the answer goes in."""
    subnet = place(network, packet.to, attachment.resource)
    if subnet is None or attachment.resource not in (network.vpcs or {}):
        return None
    home = (network.subnets or {}).get(subnet)
    back = boarding(network, packet.answer, subnet, home.zone if home else "", attachment)

    def onward(door: str) -> Verdict:
        table = table_of(network, door)
        route = choose(network, table, packet.to) if table else None
        return None if route is None else False if route is NOWHERE else True if route.via == "local" else None

    return every(alighting(network, packet, (zone, subnet), attachment, onward), back)


def returning(network: Network, answer: Packet, sender: Sender, attachment: Attachment, vpc: str) -> Verdict:
    """The answer comes out in the VPC that the request came from."""
    subnet = sender.subnet
    far = place(network, answer.source, vpc) if vpc in (network.vpcs or {}) else None
    home = (network.subnets or {}).get(far) if far else None
    if home is None and attachment.subnets is not None and subnet not in attachment.subnets:
        return every(acl(network, subnet, answer, False), None)

    def onward(door: str) -> Verdict:
        return returns(network, door, answer.answer, sender, "local")

    return alighting(network, answer, (home.zone, subnet), attachment, onward) if home else None
