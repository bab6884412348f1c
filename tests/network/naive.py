"""A second opinion on paths: one connection at a time, walked through the VPC as AWS's pages describe it.

It shares nothing with `doctor.network` but the model. It knows no areas, no stages and no cache: it asks of one source
address and one source port whether the request arrives and the answer comes back, and then of the next.

Pages: VPC user guide (route-tables-priority, vpc-network-acls, security-group-rules, vpc-nat-gateway,
nat-gateways-regional, security-vpc-bpa, egress-only-internet-gateway), transit gateway guide (tgw-nacls,
tgw-vpc-attachments, how-transit-gateways-work), VPC peering guide.
"""

from doctor.network.ends import Flow
from doctor.network.model import Interface, Nat, Network, Route
from tests.network.naive_beyond import beyond, returns, transit
from tests.network.naive_rules import (
    NAT_ADDRESS,
    NOWHERE,
    Address,
    Packet,
    Pick,
    Sender,
    Verdict,
    acl,
    address,
    arrival,
    carrier,
    choose,
    condition,
    delivered,
    edge,
    every,
    holds,
    leaves,
    place,
    private,
    ready,
    table_of,
    unencrypted,
    working,
)


def local(network: Network, packet: Packet, sender: Sender, route: Route, pick: Pick | None) -> Verdict:
    """Within the VPC: network ACLs stand at the subnets' edges, and nowhere else."""
    subnet = place(network, packet.to, sender.vpc)
    if subnet is None:
        away = edge(network, sender.subnet, packet) if sender.subnet in (network.subnets or {}) else None
        return every(away, delivered(network, packet, sender, True))
    crossing: Verdict = True
    if subnet != sender.subnet:
        crossing = every(
            edge(network, sender.subnet, packet),
            arrival(network, subnet, packet),
            returns(network, subnet, packet, sender, "local"),
        )
    return every(crossing, delivered(network, packet, sender, True))


def internet_gateway(network: Network, packet: Packet, sender: Sender, route: Route, pick: Pick | None) -> Verdict:
    """The gateway maps public IPv4 addresses and takes no private destination; IPv6 passes as it is."""
    known = (network.internet_gateways or {}).get(route.target)
    attached = None if known is None or known.attached is None else attachment(known.attached.get(sender.vpc, ""))
    mapped: Verdict = packet.to.version == 6 or sender.public is not None
    mapped = None if sender.nat and sender.nat.public is None else mapped
    modes = ("off", "block-ingress") if sender.nat else ("off",)
    return every(
        attached,
        mapped,
        unencrypted(network, sender.vpc, "internetgateway"),
        not private(packet.to),
        public_access(network, sender, modes),
        edge(network, sender.subnet, packet),
        neighbour(network, packet, sender),
    )


def neighbour(network: Network, packet: Packet, sender: Sender) -> Verdict:
    """A public address may be one of these very VPCs: then its rules are known, and see public addresses and no group."""
    if packet.to.version == 4:
        far = owner(network, packet.to)
        if far is None:
            return None if network.interfaces is None else True
        inside = next(block for block in far.addresses if block.family == 4)
        packet = packet._replace(source=sender.public or packet.source, to=address(4, inside.first))
        return entered(network, packet, sender, far.subnet)
    far, homes = carrier(network, packet.to), (network.vpcs or {}).values()
    home = next((vpc.id for vpc in homes if any(holds(block, packet.to) for block in vpc.blocks)), None)
    if far is None and home is None:
        return None if network.vpcs is None else True
    subnet = far.subnet if far else place(network, packet.to, home or "")
    if subnet:
        return entered(network, packet, sender, subnet)
    taken = not (far and far.denies_internet)
    return every(None, taken, delivered(network, packet, sender, False))


def entered(network: Network, packet: Packet, sender: Sender, subnet: str) -> Verdict:
    """Into a subnet of ours from outside, and home by its internet gateway."""
    far = carrier(network, packet.to)
    return every(
        arrival(network, subnet, packet),
        not (far and far.denies_internet),
        delivered(network, packet, sender, False),
        returns(network, subnet, packet, sender, "internet-gateway"),
    )


def owner(network: Network, to: Address) -> Interface | None:
    """The interface to which an internet gateway maps a public address."""
    interfaces = (network.interfaces or {}).values()
    return next((each for each in interfaces if any(holds(block, to) for block in each.public)), None)


def attachment(state: str) -> Verdict:
    """Of a gateway to a VPC."""
    return (
        True
        if state in ("available", "attached")
        else False
        if state in ("", "attaching", "detaching", "detached")
        else None
    )


def public_access(network: Network, sender: Sender, open_modes: tuple[str, ...]) -> Verdict:
    """VPC Block Public Access, by the effective mode of the sender's subnet; replies without one are of before it was.

    Of a VPC's own mode, off is true of all its subnets, and another may have exceptions. A regional NAT gateway has no
    subnet to be excepted by.
    """
    subnet = (network.subnets or {}).get(sender.subnet)
    vpc = (network.vpcs or {}).get(sender.vpc)
    if not subnet and sender.subnet:
        return True if vpc and vpc.internet == "off" else None
    mode = subnet.internet or "off" if subnet else vpc.internet or "off" if vpc else ""
    return True if mode in open_modes else False if mode in ("block-bidirectional", "block-ingress") else None


def egress_only(network: Network, packet: Packet, sender: Sender, route: Route, pick: Pick | None) -> Verdict:
    """IPv6 only."""
    known = (network.egress_only_gateways or {}).get(route.target)
    attached = None if known is None or known.attached is None else attachment(known.attached.get(sender.vpc, ""))
    access = public_access(network, sender, ("off", "block-ingress"))
    there = every(edge(network, sender.subnet, packet), neighbour(network, packet, sender))
    return every(
        attached, packet.to.version == 6, access, unencrypted(network, sender.vpc, "egressonlyinternetgateway"), there
    )


def endpoint(network: Network, packet: Packet, sender: Sender, route: Route, pick: Pick | None) -> Verdict:
    """A gateway endpoint, which carries TCP; what other endpoints do with routed packets is out of sight."""
    known = (network.endpoints or {}).get(route.target)
    if known is None or known.kind != "gateway":
        return every(None, edge(network, sender.subnet, packet))
    family = f"ipv{packet.to.version}"
    strange = known.families not in ("ipv4", "ipv6", "dualstack")
    carried = known.families in (family, "dualstack") or (None if strange else False)
    carried = True if not known.families and family == "ipv4" else carried  # older replies tell no family: it was IPv4
    return every(
        condition("endpoint", known.state), packet.protocol != "udp", carried, edge(network, sender.subnet, packet)
    )


def unsorted(network: Network, sender: Sender, gateway: Nat | None) -> Verdict:
    """What holds of zonal and of regional NAT gateways alike."""
    if gateway is None:
        return None
    return every(condition("nat", gateway.state), unencrypted(network, sender.vpc, "natgateway"))


def nat(network: Network, packet: Packet, sender: Sender, route: Route, pick: Pick | None) -> Verdict:
    """To the gateway in its subnet, and on from there with its own address and a port that it picks."""
    gateway = (network.nats or {}).get(route.target)
    if gateway and (sender.nat or packet.to.version == 6):
        return False  # its own subnet leads back to it, or to another one: no page describes a chain
    if gateway is None or gateway.regional is None:
        return every(edge(network, sender.subnet, packet), unsorted(network, sender, gateway), None)
    subnet = (network.subnets or {}).get(gateway.subnet)
    into: Verdict = True
    if gateway.subnet and gateway.subnet != sender.subnet:
        into = every(edge(network, sender.subnet, packet), arrival(network, gateway.subnet, packet))
        into = every(into, returns(network, gateway.subnet, packet, sender, "local"))
    elif not gateway.subnet:
        into = edge(network, sender.subnet, packet)
    table = (network.tables or {}).get(gateway.table) if gateway.regional else table_of(network, gateway.subnet)
    into = every(into, condition("nat", gateway.state), unencrypted(network, sender.vpc, "natgateway"))
    strange = any(each.status not in NAT_ADDRESS for each in gateway.addresses)
    if table and gateway.addresses and not working(gateway) and not strange:
        return False
    if pick is None or pick.address.private is None or strange:
        return every(into, None)
    own = Packet(
        address(pick.address.private.family, pick.address.private.first),
        pick.port,
        packet.to,
        packet.port,
        packet.protocol,
    )
    shown = pick.address.public if gateway.public else None
    outside = address(4, shown.first) if shown else None
    onward = Sender(gateway.subnet, gateway.vpc, subnet.zone if subnet else "", (), outside, gateway)
    on = choose(network, table, packet.to) if table else None
    if on is None or on.via == "peering" or on.state not in ("active", "blackhole"):  # no page lets NAT over peering
        return every(into, None)
    return every(into, follow(network, own, onward, on, None))


def peering(network: Network, packet: Packet, sender: Sender, route: Route, pick: Pick | None) -> Verdict:
    """It carries the CIDRs of its two VPCs; the far subnet's table must lead back by it."""
    known = (network.peerings or {}).get(route.target)
    if known is None:
        return every(edge(network, sender.subnet, packet), None)
    sides = (known.requester, known.accepter)
    near, far = sides if sides[0].vpc == sender.vpc else reversed(sides)
    return every(
        condition("peering", known.state),
        unencrypted(network, sender.vpc, "vpcpeering"),
        any(holds(block, packet.to) for block in far.blocks),
        edge(network, sender.subnet, packet),
        beyond(network, packet, far.vpc, route, sender, keeps=near.region == far.region),
    )


def interface(network: Network, packet: Packet, sender: Sender, route: Route, pick: Pick | None) -> Verdict:
    """An appliance may do anything, but one that checks addresses drops what is not for it."""
    known = (network.interfaces or {}).get(route.target)
    checks = (
        known is not None and known.checks_addresses and not any(holds(each, packet.to) for each in known.addresses)
    )
    outside = known is not None and known.subnet != sender.subnet
    crossing = edge(network, sender.subnet, packet) if outside else acl(network, sender.subnet, packet, True)
    return every(False if checks else None, crossing)


WAYS = {
    "local": local,
    "internet-gateway": internet_gateway,
    "egress-only-gateway": egress_only,
    "endpoint": endpoint,
    "nat": nat,
    "peering": peering,
    "transit-gateway": transit,
    "interface": interface,
}


def may_stay(network: Network, packet: Packet, sender: Sender) -> bool:
    """Whether the target may be in the sender's subnet, at whose edge alone its network ACL stands."""
    subnet = place(network, packet.to, sender.vpc)
    if subnet or sender.subnet in (network.subnets or {}):
        return subnet == sender.subnet
    vpc = (network.vpcs or {}).get(sender.vpc)
    return vpc is None or any(holds(block, packet.to) for block in vpc.blocks)


def away(network: Network, packet: Packet, sender: Sender) -> Verdict:
    """At the edge of the sender's subnet, whatever the route: answers may be handed over behind it."""
    if may_stay(network, packet, sender):
        return None
    table = table_of(network, sender.subnet)
    if table and all(route.via not in ("transit-gateway", "interface") for route in table.routes):
        return edge(network, sender.subnet, packet)
    return acl(network, sender.subnet, packet, True)


def follow(network: Network, packet: Packet, sender: Sender, route: Route | None, pick: Pick | None) -> Verdict:
    """One routing decision carried out."""
    if route is NOWHERE or (route is not None and route.state == "blackhole"):
        return False
    if route is None or route.state != "active":
        return every(None, away(network, packet, sender))
    if route.via not in WAYS:
        return every(None, edge(network, sender.subnet, packet))
    return WAYS[route.via](network, packet, sender, route, pick)


def passes(
    network: Network, source_address: Address, source_port: int, flow: Flow, pick: Pick | None = None
) -> Verdict:
    """Whether this one connection is made. `pick` is what the NAT gateway chose, where one is on the way."""
    to, source = flow.destination, flow.source
    packet = Packet(source_address, source_port, address(to.address.family, to.address.first), to.port, to.protocol)
    table = table_of(network, source.subnet)
    if table is None:
        function = True if source.interface else unencrypted(network, source.vpc, "lambda")
        return every(function, leaves(network, flow, packet, None), None)
    route = choose(network, table, packet.to)
    public = address(4, source.public[0].first) if source.public else None
    sender = Sender(source.subnet, source.vpc, source.zone, source.groups, public)
    function = True if source.interface else unencrypted(network, source.vpc, "lambda")
    function = every(function, ready(network, source.subnet))
    return every(function, leaves(network, flow, packet, route), follow(network, packet, sender, route, pick))
