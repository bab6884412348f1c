"""The rules that the naive evaluator knows: routes, network ACLs, security groups, each asked about one packet.

Verdicts have three values; None is where what was not read could decide.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import NamedTuple

from doctor.network.beyond import EncryptionControl
from doctor.network.blocks import Block
from doctor.network.ends import Flow
from doctor.network.model import GroupReference, GroupRule, Interface, Nat, NatAddress, Network, Route, RouteTable

Verdict = bool | None
Address = IPv4Address | IPv6Address
Bears = Callable[[GroupReference], Verdict]  # whether the far end is known by the group that a rule names

_PRIVATE = [ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
NAT_ADDRESS = ("", "succeeded", "failed", "assigning", "unassigning", "associating", "disassociating")
NOWHERE = Route(to="", via="nowhere")
_PROPAGATED = ("enablevgwroutepropagation", "advertisement")
_BROKEN = {
    "endpoint": ("pendingacceptance", "pending", "deleting", "deleted", "rejected", "failed", "expired"),
    "nat": ("pending", "failed", "deleting", "deleted"),
    "peering": ("pending-acceptance", "failed", "expired", "provisioning", "deleted", "rejected", "deleting"),
    "transit": ("pending", "pendingacceptance", "modifying", "deleting", "deleted", "rejected", "failed", "failing"),
}


def every(*verdicts: Verdict) -> Verdict:
    """All must hold; one that surely does not decides."""
    return False if False in verdicts else None if None in verdicts else True


def some(*verdicts: Verdict) -> Verdict:
    """One must hold."""
    return True if True in verdicts else None if None in verdicts else False


def address(family: int, number: int) -> Address:
    """An address from its number."""
    return IPv4Address(number) if family == 4 else IPv6Address(number)


def holds(block: Block, one: Address) -> bool:
    """Whether the address lies in the block."""
    return block.family == one.version and block.first <= int(one) <= block.last


class Packet(NamedTuple):
    """What a network ACL sees of a packet."""

    source: Address
    source_port: int
    to: Address
    port: int
    protocol: str

    @property
    def answer(self) -> "Packet":
        return Packet(self.to, self.port, self.source, self.source_port, self.protocol)


@dataclass(frozen=True)
class Sender:
    """Who puts the packet on the wire: the function, or a NAT gateway on its behalf (which bears no group)."""

    subnet: str
    vpc: str
    zone: str
    groups: tuple[str, ...] = ()
    public: Address | None = None
    nat: Nat | None = None


def working(gateway: Nat) -> list[NatAddress]:
    """The addresses that new connections may get."""
    return [each for each in gateway.addresses if each.status in ("succeeded", "")]


class Pick(NamedTuple):
    """What a NAT gateway chose for this connection."""

    address: NatAddress
    port: int


# Routes


def table_of(network: Network, name: str) -> RouteTable | None:
    """The table that the subnet names, or else the main one of the VPC that the subnet is in."""
    tables = list((network.tables or {}).values())
    subnet = (network.subnets or {}).get(name)
    between = {id for table in tables for id, _ in table.unsettled}
    named = any(name in table.subnets for table in tables)
    if name in between or (subnet and subnet.vpc in between and not named):
        return None
    naming = [table for table in tables if name in table.subnets]
    return next(iter(naming or [table for table in tables if table.main and subnet and table.vpc == subnet.vpc]), None)


def lengths(network: Network, route: Route, to: Address) -> list[int] | None:
    """The prefix lengths with which a route matches; None where its prefix list was not read.

    What leads to a gateway endpoint is a list of a public service's addresses, and no private one is among them.
    """
    blocks: Iterable[Block] | None = (route.to,) if isinstance(route.to, Block) else listed(network, route.to)
    if blocks is None and route.via == "endpoint" and private(to):
        return []
    return None if blocks is None else [block.length for block in blocks if holds(block, to)]


def private(one: Address) -> bool:
    """An IPv4 address that no internet gateway sends on."""
    return one.version == 4 and any(one in each for each in _PRIVATE)


def listed(network: Network, name: str) -> tuple[Block, ...] | None:
    """What a prefix list holds."""
    found = (network.prefix_lists or {}).get(name)
    return found.blocks if found else None


def rank(route: Route) -> int:
    """Among routes of one length: local, static, prefix list, propagated."""
    if route.via == "local":
        return 3
    if not isinstance(route.to, Block):
        return 1
    return 0 if route.origin in _PROPAGATED else 2


def choose(network: Network, table: RouteTable, to: Address) -> Route | None:
    """The route that wins; NOWHERE where none matches, None where that cannot be told."""
    found = {route: lengths(network, route, to) for route in table.routes}
    matching = [(max(sizes), rank(route), route) for route, sizes in found.items() if sizes]
    if any(route.via == "local" for _, _, route in matching):
        matching = [entry for entry in matching if entry[1] > 0]
    best = max((entry[:2] for entry in matching), default=(-1, 0))
    winners = [route for length, order, route in matching if (length, order) == best]
    if best[1] == 1 and winners:  # AWS picks among overlapping prefix lists as it likes
        winners += [route for _, order, route in matching if order == 1]
    if best[0] < to.max_prefixlen or best[1] < 2:
        winners += [route for route, sizes in found.items() if sizes is None]
    ways = {(route.via, route.target, route.state) for route in winners}
    if not ways:
        return NOWHERE
    return winners[0] if len(ways) == 1 and found[winners[0]] else None


# Network ACLs


def acl(network: Network, subnet: str, packet: Packet, egress: bool) -> Verdict:
    """The subnet's rules in the order of their numbers; the first that matches decides, and none means no."""
    guards = [guard for guard in (network.acls or {}).values() if subnet in guard.subnets]
    if not guards:
        return None
    far = packet.to if egress else packet.source
    for entry in sorted(guards[0].entries, key=lambda entry: entry.number):
        in_ports = entry.protocol == "all" or entry.ports[0] <= packet.port <= entry.ports[1]
        if (
            entry.egress is egress
            and entry.protocol in ("all", packet.protocol)
            and holds(entry.block, far)
            and in_ports
        ):
            return entry.allow
    return False


def edge(network: Network, subnet: str, packet: Packet) -> Verdict:
    """A packet leaves the subnet, and its answer comes back in. A regional NAT gateway has no subnet."""
    return not subnet or every(acl(network, subnet, packet, True), acl(network, subnet, packet.answer, False))


def arrival(network: Network, subnet: str, packet: Packet) -> Verdict:
    """A packet comes into the subnet, and its answer leaves it."""
    edge = every(acl(network, subnet, packet, False), acl(network, subnet, packet.answer, True))
    return every(edge, ready(network, subnet))


def ready(network: Network, subnet: str) -> Verdict:
    """Whether a subnet is ready for use, which older recordings do not tell."""
    known = (network.subnets or {}).get(subnet)
    return not known or known.state in ("", "available") or None


# Security groups


def allows(network: Network, rule: GroupRule, packet: Packet, far: Address, bears: Bears) -> Verdict:
    """Whether one rule lets the packet by."""
    if rule.protocol not in ("all", packet.protocol):
        return False
    if rule.protocol != "all" and not rule.ports[0] <= packet.port <= rule.ports[1]:
        return False
    lists = [listed(network, name) for name in rule.lists]
    return some(
        *(holds(block, far) for block in rule.blocks),
        *(None if blocks is None else any(holds(block, far) for block in blocks) for blocks in lists),
        *(bears(reference) for reference in rule.groups if reference.status in ("", "active")),
        None if rule.untold else False,
    )


def admits(
    network: Network, groups: tuple[str, ...], egress: bool, packet: Packet, bears: dict[str, Verdict]
) -> Verdict:
    """The union of all groups of one interface."""
    known = [(network.groups or {}).get(name) for name in groups]
    far = packet.to if egress else packet.source
    return some(
        *(
            some(*(allows(network, rule, packet, far, bears) for rule in (group.egress if egress else group.ingress)))
            if group
            else None
            for group in known
        )
    )


def carrier(network: Network, to: Address) -> Interface | None:
    """The interface that has the address."""
    interfaces = (network.interfaces or {}).values()
    return next((each for each in interfaces if any(holds(block, to) for block in each.addresses)), None)


def place(network: Network, to: Address, vpc: str) -> str | None:
    """The subnet of an address: its interface's, or the one whose range it lies in."""
    far = carrier(network, to)
    if far:
        return far.subnet
    subnets = (network.subnets or {}).values()
    return next(
        (each.id for each in subnets if each.vpc == vpc and any(holds(block, to) for block in each.blocks)), None
    )


def leaves(network: Network, flow: Flow, packet: Packet, route: Route | None) -> Verdict:
    """The function's own groups. Rules that go out cannot name groups beyond a transit gateway or in another Region."""
    far = carrier(network, packet.to)
    vpc = flow.source.vpc

    def bears(reference: GroupReference) -> Verdict:
        if route is not None and route.via not in ("local", "peering"):
            return False
        if far is None:
            return unseen(network, vpc, packet.to, reference)
        if reference.group not in far.groups:
            return False
        near = far.vpc == vpc or joined(network, vpc, far.vpc)
        return near and (True if route else None)

    return admits(network, flow.source.groups, True, packet, bears)


def joined(network: Network, one: str, other: str) -> Verdict:
    """Whether a peering connection within one Region joins two VPCs; over it, rules know the other's groups."""
    if network.peerings is None:
        return None
    ends = [(each.requester, each.accepter) for each in network.peerings.values() if each.state == "active"]
    return any({near.vpc, far.vpc} == {one, other} and near.region == far.region for near, far in ends)


def unseen(network: Network, vpc: str, to: Address, reference: GroupReference) -> Verdict:
    """No read interface has the address: one that was not read may, if the group's VPC has such addresses."""
    if reference.vpc not in ("", vpc) and not reference.peering and joined(network, vpc, reference.vpc) is False:
        return False
    if network.interfaces is not None and reference.vpc in ("", vpc):
        return False
    known, link = (network.vpcs or {}).get(reference.vpc or vpc), (network.peerings or {}).get(reference.peering)
    blocks = known.blocks if known else None
    if link:
        blocks = (link.accepter if link.requester.vpc == vpc else link.requester).blocks
    if blocks is None:
        return None
    if network.interfaces is not None and known:
        return False
    return None if any(holds(block, to) for block in blocks) else False


def delivered(network: Network, packet: Packet, sender: Sender, keeps: Verdict) -> Verdict:
    """The interface at the far end: there, alive, and open."""
    far = carrier(network, packet.to)
    if far is None:
        return None if network.interfaces is None or network.subnets is None else False  # a shared subnet hides some
    admitted = admits(network, far.groups, False, packet, lambda rule: rule.group in sender.groups and keeps)
    return every(alive(network, far, packet), admitted)


def alive(network: Network, far: Interface, packet: Packet) -> Verdict:
    """An endpoint's interface answers while the endpoint is available, and by HTTPS; one that nothing is attached to,
    and a function's, answer nobody."""
    if far.kind != "vpc_endpoint":
        answering = {"interface": True, "lambda": False, "nat_gateway": False}.get(far.kind)
        return False if far.status == "available" else every(answering, far.status == "in-use" or None)
    owners = [each for each in (network.endpoints or {}).values() if far.id in each.interfaces]
    if not owners or owners[0].kind != "interface":
        return None
    documented = owners[0].service == "sqs" and (packet.protocol, packet.port) == ("tcp", 443)
    return every(condition("endpoint", owners[0].state), documented or None, far.status == "in-use" or None)


def controls(network: Network, vpc: str) -> list[EncryptionControl]:
    """The encryption controls of a VPC that may stop anything; where nobody read them they are taken for absent."""
    idle = ("creating", "enforce-failed", "deleted")
    known = (network.encryption or {}).values()
    return [each for each in known if each.vpc == vpc and each.mode != "monitor" and each.state not in idle]


def unencrypted(network: Network, vpc: str, kind: str) -> Verdict:
    """An enforced encryption control stops what it does not exclude."""
    stopping = [each for each in controls(network, vpc) if kind not in each.excluded]
    return every(*((each.mode, each.state) != ("enforce", "available") and None for each in stopping))


def condition(kind: str, state: str) -> Verdict:
    """A word for a state that nobody knows decides nothing."""
    return True if state in ("available", "active") else False if state in _BROKEN[kind] else None
