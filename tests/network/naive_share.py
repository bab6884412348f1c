"""What part of all connections passes, by asking the naive evaluator of one connection of each kind."""

from doctor.network.ends import Flow
from doctor.network.model import Network
from tests.network.naive import passes
from tests.network.naive_rules import Pick, Verdict, address, choose, table_of, working


def share(network: Network, flow: Flow) -> tuple[Verdict, float | None]:
    """Whether all connections are made, and which share: one representative of every cell between any two cut points.

    A cell is a range of source addresses, of source ports and, behind a NAT gateway, of its addresses and ports; no rule
    tells two connections of one cell apart, so each counts as many as it holds.
    """
    if not flow.near:
        return False, 0.0
    passing = undecided = whole = 0
    stopped = False
    ports = cells(flow.source.ports, port_cuts(network))
    picks = nat_cells(network, flow)
    for block in flow.near:
        for first, many in cells((block.first, block.last), address_cuts(network, block.family)):
            for port, wide in ports:
                for pick, weight in picks:
                    verdict = passes(network, address(block.family, first), port, flow, pick)
                    size = many * wide * weight
                    whole += size
                    passing += size if verdict else 0
                    undecided += size if verdict is None else 0
                    stopped |= verdict is False
    part = None if undecided else round(passing / whole, 6)
    return (False if stopped else None if undecided else True), part


def cells(bounds: tuple[int, int], cuts: set[int]) -> list[tuple[int, int]]:
    """The ranges between cut points, each as its first number and its size."""
    first, last = bounds
    starts = sorted({first} | {cut for cut in cuts if first < cut <= last})
    return [(start, after - start) for start, after in zip(starts, [*starts[1:], last + 1], strict=True)]


def port_cuts(network: Network) -> set[int]:
    """Where an ACL may tell two source ports apart; security groups never look at them."""
    entries = [entry for guard in (network.acls or {}).values() for entry in guard.entries]
    return {cut for entry in entries for cut in (entry.ports[0], entry.ports[1] + 1)}


def address_cuts(network: Network, family: int) -> set[int]:
    """Where anything may tell two source addresses apart."""
    blocks = [entry.block for guard in (network.acls or {}).values() for entry in guard.entries]
    blocks += [block for group in (network.groups or {}).values() for rule in group.ingress for block in rule.blocks]
    blocks += [route.to for table in (network.tables or {}).values() for route in table.routes]
    blocks += [route.to for table in (network.transit_tables or {}).values() for route in table.routes or ()]
    blocks += [block for each in (network.prefix_lists or {}).values() for block in each.blocks or ()]
    inside = [block for block in blocks if not isinstance(block, str) and block.family == family]
    return {cut for block in inside for cut in (block.first, block.last + 1)}


def nat_cells(network: Network, flow: Flow) -> list[tuple[Pick | None, int]]:
    """What the NAT gateway on the way may pick: any of its addresses (a regional one's in the zone), any port."""
    to = flow.destination.address
    table = table_of(network, flow.source.subnet)
    route = choose(network, table, address(to.family, to.first)) if table else None
    gateway = (network.nats or {}).get(route.target) if route and route.via == "nat" else None
    if gateway is None or not working(gateway):
        return [(None, 1)]
    zones = ("", flow.source.zone)
    usable = [each for each in working(gateway) if not gateway.regional or each.zone in zones] or working(gateway)
    return [(Pick(each, port), wide) for each in usable for port, wide in cells((1024, 65535), port_cuts(network))]
