"""Between a subnet and a transit gateway: which of an attachment's subnets is crossed, and what network ACLs see there.

Sources: transit gateway guide, "Network ACLs for transit gateways" (where the attachment is in the very subnet, its ACL
sees what goes to the gateway, both ways, and nothing of what comes from it), "Transit gateway attachments to a VPC" (into
the gateway only by the own zone's subnet), "Appliance in a shared services VPC": the gateway hands packets over in the
zone that they come from where the attachment has a subnet there, else in any, and in appliance mode in any always.
"""

from doctor.network import acls, routes
from doctor.network.acls import Leg
from doctor.network.beyond import Attachment
from doctor.network.endpoints import suspect
from doctor.network.ends import Flow
from doctor.network.model import Network, Subnet
from doctor.network.result import Judgement
from doctor.network.returning import Expected, way_back
from doctor.network.stage import all_of, stops, undecided
from doctor.network.transit_table import CHECK

Legs = tuple[Leg, Leg]
REQUEST: Legs = (Leg.REQUEST_OUT, Leg.REQUEST_IN)
ANSWER: Legs = (Leg.ANSWER_OUT, Leg.ANSWER_IN)


def in_zone(network: Network, attachment: Attachment, zone: str) -> list[Subnet] | None:
    """The attachment's subnets in a zone; None where that cannot be told."""
    if attachment.subnets is None or network.subnets is None or not zone:
        return None
    known = [network.subnets.get(id) for id in attachment.subnets]
    here = sorted((each for each in known if each and each.zone == zone), key=lambda each: each.id)
    return here if here or all(each and each.zone for each in known) else None


def into(network: Network, flow: Flow, subnet: str, entries: list[Subnet] | None, legs: Legs) -> Judgement:
    """From a subnet into the gateway. Without an entry there is nothing to see: its absence is a fault of its own."""
    inner = entries[0].id if entries else subnet
    edges = ((subnet, legs[0]), (inner, legs[1])) if entries else ((subnet, legs[0]),)
    return _in_order(flow, [acls.judge(network, each, flow, leg) for each, leg in edges], legs)


def _in_order(flow: Flow, crossed: list[Judgement], legs: Legs) -> Judgement:
    """As the packets meet them; of answers, what comes later is put before what was there (`Judgement.then`)."""
    return all_of(flow, *(crossed if legs == REQUEST else reversed(crossed)))


def out_of(network: Network, flow: Flow, exits: list[Subnet], subnet: str, legs: Legs) -> Judgement:
    """From the gateway to a subnet, by any of an attachment's subnets."""
    each_way = [_by(network, flow, each, subnet, legs) for each in exits]
    if all((way.open, way.shut) == (each_way[0].open, each_way[0].shut) for way in each_way):
        return each_way[0]
    return undecided(exits[0].id, f"which of {', '.join(each.id for each in exits)} the gateway takes decides")


def _by(network: Network, flow: Flow, exit_: Subnet, subnet: str, legs: Legs) -> Judgement:
    if exit_.id == subnet:
        return Judgement(open=flow.whole)
    crossed = [acls.judge(network, each, flow, leg) for each, leg in zip((exit_.id, subnet), legs, strict=True)]
    onward = _inside if legs == REQUEST else _home
    return _in_order(flow, [onward(network, flow, exit_), *crossed], legs)


def _inside(network: Network, flow: Flow, entry: Subnet) -> Judgement:
    """Where the attachment's subnet sends the packets: straight to the target, unless an appliance stands there."""
    table = routes.table_of(network, entry.id)
    if isinstance(table, str):
        return undecided(entry.id, table)
    choice = routes.choose(network, table, flow.destination.address)
    if choice.unknowns:
        return undecided(table.id, *choice.unknowns)
    if choice.route is not None and choice.route.via == "local":
        return Judgement(open=flow.whole)
    if choice.route is None:
        return stops(flow, CHECK, table.id, f"no route to {flow.destination.address}")
    return suspect(choice.route.target, f"{table.id} sends the packets to {choice.route.target} first")


def _home(network: Network, flow: Flow, entry: Subnet) -> Judgement:
    """From the near attachment's subnet to the source."""
    return way_back(network, flow, routes.table_of(network, entry.id), Expected(via="local"))
