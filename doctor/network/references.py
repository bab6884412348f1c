"""Rules that name a security group: they match the private addresses of the interfaces that bear it, and nothing else.

Sources: VPC user guide, "Security group rules" (a reference stands for private addresses and adds none of the other
group's rules); VPC peering guide, "Update your security groups to reference peer security groups" (the connection must
be active, and both VPCs in one Region); "Introducing security group referencing for AWS Transit Gateway" (AWS blog,
2024: only inbound rules can refer across a transit gateway, "at this time").
"""

from doctor.network.beyond import PEERING_DEAD, Peering
from doctor.network.blocks import Block
from doctor.network.ends import Flow
from doctor.network.model import GroupReference, Interface, Network

_WAYS = ("", "local", "peering")  # the kinds of route over which an outbound rule knows groups; "" is unknown


def stale(reference: GroupReference) -> bool | str:
    """Whether the peering connection that a reference crosses is gone; a reason where its status is an unknown word."""
    if reference.status in ("", "active"):
        return False
    return (
        True
        if reference.status in PEERING_DEAD
        else f"the status {reference.status!r} of {reference.peering} is not known"
    )


def admits_source(flow: Flow, far: Interface, reference: GroupReference, keeps_groups: bool | None) -> bool | str:
    """Whether an inbound rule's reference matches what the source sends; a reason where that cannot be told.

    A public address is reached through a gateway that translates, so the rule sees no group.
    """
    if keeps_groups is False or reference.group not in flow.source.groups or flow.destination.address in far.public:
        return False
    gone = stale(reference)
    if gone is not False:
        return False if gone is True else gone
    if keeps_groups is None:
        return f"whether the way to {far.id} keeps security groups, which a rule that names {reference.group} needs"
    return True


def admits_target(
    network: Network, flow: Flow, far: Interface | None, reference: GroupReference, way: str
) -> bool | str:
    """Whether an outbound rule's reference matches the destination; a reason where that cannot be told."""
    if way not in _WAYS:
        return False
    gone = stale(reference)
    if gone is not False:
        return False if gone is True else gone
    if far is None:
        return _admits_unseen(network, flow, reference)
    if reference.group not in far.groups or flow.destination.address not in far.addresses:
        return False
    return far.vpc == flow.source.vpc or _reaches_across(network, flow.source.vpc, far.vpc, reference)


def bearer(network: Network, flow: Flow, far: Interface | None, way: str) -> str:
    """A group by which an outbound rule names the destination in the source's own VPC; "" where no such rule would match.

    A group of another account is left aside: a rule must name its owner as well (VPC user guide, "Share your VPC subnets
    with other accounts").
    """
    if far is None or far.vpc != flow.source.vpc:
        return ""
    read = (network.groups or {}).get
    owners = {group.owner for id in flow.source.groups if (group := read(id))}
    ours = sorted(id for id in far.groups if (group := read(id)) and group.owner in owners)
    fitting = (id for id in ours if admits_target(network, flow, far, GroupReference(group=id), way) is True)
    return next(fitting, "")


def _admits_unseen(network: Network, flow: Flow, reference: GroupReference) -> bool | str:
    """No interface is known to carry the destination: nothing bears the group, unless interfaces there were not read."""
    address, near = flow.destination.address, flow.source.vpc
    there, blocks = _whereabouts(network, near, reference)
    if there != near and not reference.peering and _reaches_across(network, near, there, reference) is False:
        return False  # only a transit gateway could lead there
    if blocks is not None and not any(part.covers(address) for part in blocks):
        return False
    if network.interfaces is not None and (there == near or there in (network.vpcs or {})):
        return False
    return network.missing("the interface with", "NetworkInterfaces", str(address))


def _blocks(network: Network, vpc: str) -> tuple[Block, ...] | None:
    found = (network.vpcs or {}).get(vpc)
    return None if found is None else found.blocks


def _whereabouts(network: Network, near: str, reference: GroupReference) -> tuple[str, tuple[Block, ...] | None]:
    """The VPC of a reference's group, at the other end of its peering connection if it names one, and the VPC's CIDRs; None
    where they were not read."""
    peering = (network.peerings or {}).get(reference.peering)
    if peering is None:
        there = reference.vpc if reference.peering else reference.vpc or near
        return there, _blocks(network, there)
    side = peering.accepter if peering.requester.vpc == near else peering.requester
    return side.vpc, side.blocks or _blocks(network, side.vpc)


def _reaches_across(network: Network, near: str, far: str, reference: GroupReference) -> bool | str:
    """Whether a reference holds between two VPCs: over peering, and not over a transit gateway."""
    if network.peerings is None:
        return network.missing("the peering connection to", "VpcPeeringConnections", far)
    between = [peering for peering in network.peerings.values() if _joins(peering, near, far, reference)]
    return any(peering.state == "active" and _in_one_region(peering) for peering in between)


def _joins(peering: Peering, near: str, far: str, reference: GroupReference) -> bool:
    ends = {peering.requester.vpc, peering.accepter.vpc}
    return ends == {near, far} and reference.peering in ("", peering.id)


def _in_one_region(peering: Peering) -> bool:
    """Regions that were not read are taken for one: a rule that names a group of another Region cannot be created."""
    regions = {peering.requester.region, peering.accepter.region} - {""}
    return len(regions) < 2
