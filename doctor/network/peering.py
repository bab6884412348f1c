"""Peering connections: they carry the CIDRs of their two VPCs and nothing beyond.

Source: VPC peering guide, "How VPC peering connections work" (lifecycle), "VPC peering limitations" (no transit), "Update
your security groups to reference peer security groups" (not across Regions).
"""

from doctor.network import remedies, routes
from doctor.network.arrival import admit, enter, find
from doctor.network.beyond import PEERING_DEAD, Peering, PeeringSide
from doctor.network.blocks import Block
from doctor.network.encryption import excluded
from doctor.network.ends import Flow
from doctor.network.model import Network, Route, RouteTable
from doctor.network.onward import Onward
from doctor.network.result import Judgement
from doctor.network.returning import Expected, way_back
from doctor.network.stage import all_of, passes, stops, undecided

CHECK = "network.peering-broken"


def judge(network: Network, flow: Flow, route: Route) -> Onward:
    """A route to a peering connection."""
    if network.peerings is None:
        reason = network.missing("peering connection", "VpcPeeringConnections", route.target)
        return Onward(judged=undecided(route.target, reason))
    found = network.peerings.get(route.target)
    if found is None:
        return Onward(judged=stops(flow, CHECK, route.target, "the peering connection does not exist"))
    state = _state(flow, found).then(excluded(network, flow, "vpc-peering", found.id))
    sides = {found.requester.vpc: found.accepter, found.accepter.vpc: found.requester}
    far = sides.get(flow.source.vpc)
    if far is None:
        reason = f"{found.id} joins {' and '.join(sorted(sides))}, not {flow.source.vpc}"
        return Onward(judged=state.then(undecided(found.id, reason)))
    if not far.blocks and found.state == "active":
        return Onward(judged=state.then(undecided(found.id, f"the CIDRs of {far.vpc} were not told")))
    if far.blocks and not any(block.covers(flow.destination.address) for block in far.blocks):
        detail = f"it carries only the CIDRs of {far.vpc}, and {flow.destination.address} is in none"
        return Onward(judged=state.then(stops(flow, CHECK, found.id, detail)))
    return _far(network, flow, found, far, state)


def _state(flow: Flow, peering: Peering) -> Judgement:
    if peering.state == "active":
        return passes(flow, peering.id, "active")
    if peering.state not in PEERING_DEAD:
        return undecided(peering.id, f"{peering.id} is in the state {peering.state or 'that was not told'}")
    commands = (remedies.accept_peering(peering.id),) if peering.state == "pending-acceptance" else ()
    return stops(flow, CHECK, peering.id, f"its state is {peering.state}", commands)


def _far(network: Network, flow: Flow, peering: Peering, far: PeeringSide, state: Judgement) -> Onward:
    if far.vpc not in (network.vpcs or {}):
        reason = network.missing("the peer's VPC", "Vpcs", far.vpc)
        return Onward(judged=state.then(undecided(far.vpc, reason)))
    target = find(network, flow, far.vpc)
    stages = [state, enter(network, flow, target.subnet)]
    stages.append(admit(network, flow, target, keeps_groups=_keeps_groups(peering)))
    if target.subnet:
        table = routes.table_of(network, target.subnet)
        stages.append(way_back(network, flow, table, _back(peering)))
    return Onward(judged=all_of(flow, *stages), far=target.interface)


def _keeps_groups(peering: Peering) -> bool | None:
    regions = (peering.requester.region, peering.accepter.region)
    return regions[0] == regions[1] if all(regions) else None


def _back(peering: Peering) -> Expected:
    def mend(table: RouteTable, piece: Block) -> str:
        return remedies.create_route(table.id, piece, "peering", peering.id)

    return Expected(via="peering", target=peering.id, check=CHECK, mend=mend)
