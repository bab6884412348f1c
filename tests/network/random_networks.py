"""Small VPCs by the thousand, of parts that are each drawn by themselves, and one flow through each."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from doctor.network.beyond import (
    Attachment,
    EncryptionControl,
    Gateway,
    Peering,
    PeeringSide,
    TransitGateway,
    TransitRoute,
    TransitTable,
)
from doctor.network.blocks import block
from doctor.network.ends import Destination, Flow, Source
from doctor.network.model import (
    Endpoint,
    GroupRule,
    Interface,
    Nat,
    NatAddress,
    Network,
    Route,
    RouteTable,
    Subnet,
    Vpc,
)
from tests.network.random_rules import (
    BLOCKS,
    HERE,
    INTERFACES,
    SECTIONS,
    SUBNETS,
    TARGETS,
    THERE,
    ZONES,
    Die,
    acls,
    by_id,
    groups,
    prefix_lists,
)


def routes(die: Die, vpc: str, link: str) -> tuple[Route, ...]:
    """Local routes, and a handful of others; no two static ones to the same destination, which AWS refuses."""
    own, other = (HERE, THERE) if vpc == "vpc-a" else (THERE, HERE)
    found = {each: Route(to=each, via="local", target="local", origin="createroutetable") for each in own}
    ways = {"peering": ("peering", "pcx-1"), "transit": ("transit-gateway", "tgw-1"), "": ("internet-gateway", "igw-a")}
    for each in other:
        if die.often(80):
            found[each] = Route(to=each, via=ways[link][0], target=ways[link][1])
    outward = [("internet-gateway", "igw-" + vpc[-1])] + [("nat", "nat-1"), ("nat", "nat-1")] * (vpc == "vpc-a")
    if die.often(75):
        via, target = die.one(*outward)
        found[BLOCKS[0]] = Route(
            to=BLOCKS[0], via=via, target=target, state=die.usually("active", "blackhole", percent=95)
        )
    if die.often(75) and vpc == "vpc-a":
        via, target = die.one(("internet-gateway", "igw-a"), ("egress-only-gateway", "eigw-1"))
        found[block("::/0")] = Route(to=block("::/0"), via=via, target=target)
    if die.often(50) and vpc == "vpc-a":
        found["pl-s3"] = Route(to="pl-s3", via="endpoint", target="vpce-s3")
    for _ in range(die.one(0, 0, 1, 2)):
        route = odd_route(die, vpc, ways[link])
        found.setdefault(route.to, route)
    spread = [] if die.often(70) else [propagated(die) for _ in range(2)]
    return (*found.values(), *spread)


def odd_route(die: Die, vpc: str, link: tuple[str, str]) -> Route:
    """To a prefix list or to a small block outside the VPC's own."""
    to = die.one("pl-c1", "pl-c2", *(each for each in BLOCKS if each.family == 4 and each.first > HERE[0].last))
    ways = [link, ("internet-gateway", "igw-" + vpc[-1]), ("interface", "eni-b")] + [("nat", "nat-1")] * (
        vpc == "vpc-a"
    )
    via, target = die.one(*ways)
    return Route(to=to, via=via, target=target, state=die.usually("active", "blackhole", "filtered", percent=92))


def propagated(die: Die) -> Route:
    """From a VPN gateway; AWS keeps it below the local route, however specific it is."""
    origin = die.usually("enablevgwroutepropagation", "advertisement")
    return Route(to=die.one(*BLOCKS), via="vpn-gateway", target="vgw-1", origin=origin)


def tables(die: Die, link: str) -> dict[str, RouteTable]:
    """The main table serves a subnet that no other names. The NAT gateway's subnet has a table of its own, mostly."""
    main = RouteTable(id="rtb-main", vpc="vpc-a", main=True, routes=routes(die, "vpc-a", link))
    own = RouteTable(id="rtb-a", vpc="vpc-a", subnets=die.one((), ("subnet-a",)), routes=routes(die, "vpc-a", link))
    far = RouteTable(id="rtb-far", vpc="vpc-b", main=True, routes=routes(die, "vpc-b", link))
    leading = Route(to=BLOCKS[0], via=die.usually("internet-gateway", "nat"), target="igw-a")
    leading = replace(leading, target="nat-1") if leading.via == "nat" else leading
    local = tuple(Route(to=each, via="local", target="local", origin="createroutetable") for each in HERE)
    public = RouteTable(
        id="rtb-nat",
        vpc="vpc-a",
        subnets=("subnet-c",) if die.often(85) else (),
        routes=(*local, leading) if die.often(90) else local,
    )
    return by_id((main, own, far, public))


def interfaces(die: Die) -> dict[str, Interface]:
    """One in each subnet, one of them an endpoint's."""
    return by_id(
        Interface(
            id=name,
            subnet=subnet,
            vpc="vpc-a" if subnet < "subnet-d" else "vpc-b",
            kind=kind,
            groups=("sg-4",) if subnet > "subnet-d" else die.one(("sg-1",), ("sg-2",), ("sg-2", "sg-3"), ("sg-3",)),
            addresses=tuple(block(each) for each in addresses),
            checks_addresses=die.often(60),
            public=(block("52.0.0.9"),) if name == "eni-f" and die.often(30) else (),
            denies_internet=die.often(20),
        )
        for name, subnet, kind, addresses in INTERFACES
        if die.often(97)
    )


def nat(die: Die) -> Nat:
    """Public, private or regional, with one or two addresses."""
    regional = die.often(25)
    pairs = tuple(
        NatAddress(
            private=block(f"10.0.0.{40 + number}"), public=block(f"54.0.0.{number}"), zone=ZONES[0], status="succeeded"
        )
        for number in range(die.one(1, 1, 2))
    )
    return Nat(
        id="nat-1",
        vpc="vpc-a",
        state=die.usually("available", "failed", "pending", "deleting", "mystery", percent=92),
        subnet="" if regional else die.usually("subnet-c", "subnet-b"),
        public=regional or die.often(85),
        regional=regional,
        table="rtb-nat" if regional else "",
        addresses=pairs,
    )


def transit(die: Die) -> dict[str, Any]:
    """A gateway, two attachments, and a table of routes."""
    mine = die.one(("subnet-a", "subnet-c"), ("subnet-b", "subnet-c"))
    ends = (("tgw-attach-a", "vpc-a", mine), ("tgw-attach-b", "vpc-b", ("subnet-f", "subnet-g")))
    attached = by_id(
        Attachment(
            id=name,
            gateway="tgw-1",
            kind="vpc",
            resource=vpc,
            state=die.usually("available", "deleting", "mystery", percent=94),
            table="tgw-rtb-1" if word else "",
            associated=word,
            subnets=None if die.often(3) else die.one(subnets, subnets[:1], subnets[1:]),
            references=die.one(True, True, False, None),
            appliance=die.one(False, False, True, None),
        )
        for name, vpc, subnets in ends
        for word in (die.usually("associated", "", "mystery", percent=94),)
    )
    leading = [
        TransitRoute(to=each, attachments=(name,), static=die.often(30))
        for name, blocks in (("tgw-attach-a", HERE), ("tgw-attach-b", THERE))
        for each in blocks
        if die.often(92)
    ]
    if die.often(25):
        to = die.one(*(each for each in BLOCKS if each.length < 32))
        leading.append(TransitRoute(to=to, attachments=("tgw-attach-b",), state=die.one("active", "blackhole")))
    gateway = TransitGateway(
        id="tgw-1", state=die.usually("available", "deleting"), references=die.one(True, True, False, None)
    )
    table = TransitTable(id="tgw-rtb-1", gateway="tgw-1", routes=None if die.often(3) else tuple(leading))
    return {"transit_gateways": by_id([gateway]), "attachments": attached, "transit_tables": by_id([table])}


def endpoints(die: Die) -> dict[str, Endpoint]:
    """A gateway endpoint and an interface endpoint."""
    state = {"vpc": "vpc-a", "families": "dualstack"}
    words = ("pending", "deleting", "mystery")
    return by_id(
        (
            Endpoint(id="vpce-s3", kind="gateway", service="s3", state=die.usually("available", *words), **state),
            Endpoint(
                id="vpce-e",
                kind="interface",
                service="sqs",
                state=die.usually("available", *words),
                interfaces=("eni-e",),
                **state,
            ),
        )
    )


def network(die: Die) -> Network:
    """All sections, some of them unread."""
    link = die.one("peering", "peering", "transit", "transit", "")
    modes = die.usually("off", "block-bidirectional", "block-ingress", "", percent=88)
    general = modes if modes != "off" or die.often(90) else die.one("block-bidirectional", "block-ingress")
    regions = ("us-east-1", die.usually("us-east-1", "eu-west-1", percent=90))
    sides = [
        PeeringSide(vpc=vpc, region=region, blocks=blocks)
        for vpc, region, blocks in zip(("vpc-a", "vpc-b"), regions, (HERE, THERE), strict=True)
    ]
    die.random.shuffle(sides)
    state = die.usually("active", "pending-acceptance", "deleted", "mystery", percent=92)
    sections: dict[str, Any] = {
        "vpcs": by_id(Vpc(id=name, blocks=own, internet=general) for name, own in (("vpc-a", HERE), ("vpc-b", THERE))),
        "subnets": by_id(
            Subnet(id=name, vpc=vpc, zone=ZONES[zone], blocks=tuple(map(block, own)), internet=modes)
            for name, vpc, zone, own in SUBNETS
        ),
        "groups": groups(die, link),
        "acls": acls(die),
        "tables": tables(die, link),
        "interfaces": interfaces(die),
        "endpoints": endpoints(die),
        "nats": by_id([nat(die)]),
        "internet_gateways": by_id(
            Gateway(
                id="igw-" + name[-1],
                attached={name: die.usually("available", "attached", "detaching")} if die.often(93) else {},
            )
            for name in ("vpc-a", "vpc-b")
        ),
        "egress_only_gateways": by_id([Gateway(id="eigw-1", attached={"vpc-a": "attached"} if die.often(93) else {})]),
        "vpn_gateways": by_id([Gateway(id="vgw-1", attached={"vpc-a": "attached"})]),
        "peerings": by_id([Peering(id="pcx-1", state=state, requester=sides[0], accepter=sides[1])]),
        "prefix_lists": prefix_lists(die),
        "encryption": {},
        "dhcp_options": {},
        **transit(die),
    }
    for name in die.random.sample(SECTIONS, die.usually(0, 1, 2, 3, percent=75)):
        sections[name] = None
    return Network(region="us-east-1", unread={}, **sections)


def flow(die: Die) -> Flow:
    """From a function's interface, or from one with an address of its own, which may be public."""
    blocks = tuple(map(block, SUBNETS[0][3])) if die.often(80) else (block("10.0.0.5"), block("2600:1f00::5"))
    public = (block("54.9.9.9"),) if blocks[0].size == 1 and die.often(50) else ()
    source = Source(
        subnet="subnet-a",
        vpc="vpc-a",
        zone=ZONES[0],
        groups=die.one(("sg-1",), ("sg-1",), ("sg-1", "sg-2"), ("sg-2",)),
        blocks=blocks[:1] if die.often(10) else blocks,
        public=public,
        interface="eni-z" if blocks[0].size == 1 else "",
        ports=(1024, 65535) if die.often(90) else die.one((40000, 40000), (1024, 1024)),
    )
    to = Destination(
        address=block(die.one(*TARGETS)),
        port=die.usually(443, 5432, 80),
        protocol=die.usually("tcp", "udp", percent=92),
    )
    return Flow(source=source, destination=to)


def plain(number: int) -> tuple[Network, Flow]:
    """The network and the flow of this number, without what came to be drawn later."""
    die = Die(Random(number))
    return network(die), flow(die)


def case(number: int) -> tuple[Network, Flow]:
    """The network and the flow of this number: `plain`, and in every third one also what few accounts have."""
    made, asked = plain(number)
    drawn = {0: rarities, 1: half_told}.get(number % 3)
    return (drawn(Die(Random(-number)), made) if drawn else made), asked


def half_told(die: Die, made: Network) -> Network:
    """What a reply does not tell, or in words that nobody knows."""
    sections: dict[str, Any] = {}

    def some(section: str, draw: Callable[[Any], dict[str, Any]]) -> None:
        known = getattr(made, section)
        if known and die.often(30):
            sections[section] = by_id(replace(each, **draw(each)) for each in known.values())

    some("subnets", lambda each: {"state": die.usually("available", "pending", "mystery", percent=80)})
    some("groups", lambda each: {side: untold(die, getattr(each, side)) for side in ("ingress", "egress")})
    some("tables", lambda each: {"unsettled": ((die.one(*each.subnets, each.vpc), "mystery"),) * die.often(20)})
    some("nats", lambda each: {"public": die.one(each.public, None), "regional": die.one(each.regional, None)})
    some("interfaces", lambda each: {"status": die.usually("in-use", "available", "mystery", "", percent=80)})
    some("endpoints", lambda each: {"families": die.one("ipv4", "mystery", ""), "private_names": None})
    for section in ("internet_gateways", "egress_only_gateways"):
        some(section, lambda each: {"attached": die.one(each.attached, None)})
    return replace(made, **sections)


def untold(die: Die, rules: tuple[GroupRule, ...]) -> tuple[GroupRule, ...]:
    """Some of them have far ends that nobody knows."""
    return tuple(each._replace(untold=die.often(30)) for each in rules)


def rarities(die: Die, made: Network) -> Network:
    """An encryption control, address families of endpoints, states of NAT addresses, interfaces that answer nobody."""
    sections: dict[str, Any] = {"encryption": encryption(die)}
    if made.prefix_lists and made.prefix_lists["pl-s3"].blocks and die.often(60):
        known = made.prefix_lists["pl-s3"]
        both = replace(known, blocks=(*(known.blocks or ()), block("2a05::/16")))
        sections["prefix_lists"] = {**made.prefix_lists, "pl-s3": both}
    if made.endpoints:
        sections["endpoints"] = by_id(
            replace(
                each,
                families=die.one("ipv4", "ipv6", "dualstack", ""),
                service=die.usually(each.service, "com.amazonaws.vpce.us-east-1.vpce-svc-1", ""),
            )
            for each in made.endpoints.values()
        )
    if made.nats:
        sections["nats"] = by_id(with_states(die, each) for each in made.nats.values())
    if made.transit_gateways:
        sections["transit_gateways"] = by_id(
            replace(each, encryption=die.one("enabled", "disabled", "")) for each in made.transit_gateways.values()
        )
    if made.interfaces:
        sections["interfaces"] = by_id(
            replace(
                each,
                kind=die.usually(each.kind, "lambda", "network_load_balancer", "transit_gateway", percent=90),
                status=die.usually("in-use", "available", percent=95),
            )
            for each in made.interfaces.values()
        )
    return replace(made, **sections)


def with_states(die: Die, gateway: Nat) -> Nat:
    """The addresses of a NAT gateway come and go one by one."""
    words = ("", "failed", "associating", "disassociating")
    pairs = tuple(replace(each, status=die.usually("succeeded", *words, percent=75)) for each in gateway.addresses)
    return replace(gateway, addresses=pairs)


def encryption(die: Die) -> dict[str, EncryptionControl]:
    """In one of the two VPCs, with any of the exclusions that a path may ask for."""
    kinds = ("lambda", "natgateway", "internetgateway", "egressonlyinternetgateway", "vpcpeering")
    control = EncryptionControl(
        id="vpcec-1",
        vpc=die.usually("vpc-a", "vpc-b"),
        mode=die.usually("enforce", "monitor", "mystery"),
        state=die.usually("available", "creating", "enforce-failed", "deleted", "mystery"),
        excluded=tuple(each for each in kinds if die.often(80)),
    )
    return by_id([control]) if die.often(60) else {}
