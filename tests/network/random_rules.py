"""Small VPCs by the thousand: few addresses and few ports, so that rules overlap, contradict and miss each other.

Plain seeded randomness: the same number gives the same network on every machine, and building one takes a fraction of
a millisecond, which a search strategy's bookkeeping would multiply.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Any

from doctor.network.beyond import PrefixList
from doctor.network.blocks import Block, block
from doctor.network.model import Acl, AclEntry, GroupReference, GroupRule, SecurityGroup

ZONES = ("use1-az1", "use1-az2")
HERE = (block("10.0.0.0/26"), block("2600:1f00::/56"))
THERE = (block("10.0.1.0/26"), block("2600:1f00:1::/56"))
# id, vpc, zone, blocks
SUBNETS = (
    ("subnet-a", "vpc-a", 0, ("10.0.0.0/28", "2600:1f00::/64")),
    ("subnet-b", "vpc-a", 0, ("10.0.0.16/28", "2600:1f00:0:1::/64")),
    ("subnet-c", "vpc-a", 1, ("10.0.0.32/28", "2600:1f00:0:2::/64")),
    ("subnet-f", "vpc-b", 0, ("10.0.1.0/28", "2600:1f00:1::/64")),
    ("subnet-g", "vpc-b", 1, ("10.0.1.16/28", "2600:1f00:1:1::/64")),
)
# id, subnet, kind, addresses
INTERFACES = (
    ("eni-a", "subnet-a", "interface", ("10.0.0.9", "2600:1f00::9")),
    ("eni-b", "subnet-b", "interface", ("10.0.0.20", "2600:1f00:0:1::4")),
    ("eni-e", "subnet-c", "vpc_endpoint", ("10.0.0.36", "2600:1f00:0:2::4")),
    ("eni-f", "subnet-f", "interface", ("10.0.1.5", "2600:1f00:1::5")),
    ("eni-g", "subnet-g", "interface", ("10.0.1.20", "2600:1f00:1:1::4")),
)
TARGETS = (
    *(address for each in INTERFACES for address in each[3]),
    *("10.0.1.5", "10.0.1.20", "2600:1f00:1::5", "52.0.0.1", "52.0.0.1", "52.0.0.9", "52.0.0.9", "2a05::1", "2a05::1"),
    *("10.0.0.21", "10.0.0.60", "10.0.1.60", "10.9.9.9"),
)
BLOCKS = tuple(
    block(text)
    for text in (
        *(
            "0.0.0.0/0",
            "0.0.0.0/0",
            "10.0.0.0/23",
            "10.0.0.0/26",
            "10.0.0.0/28",
            "10.0.0.8/29",
            "10.0.0.4/30",
            "10.0.0.16/28",
        ),
        *("10.0.0.32/28", "10.0.0.36/32", "10.0.1.0/26", "10.0.1.0/28", "10.0.1.5/32", "52.0.0.0/24", "52.0.0.0/29"),
        *(
            "52.0.0.1/32",
            "54.0.0.0/8",
            "10.0.0.20/32",
            "::/0",
            "::/0",
            "2600:1f00::/56",
            "2600:1f00::/64",
            "2600:1f00::8000:0:0:0/65",
        ),
        *("2600:1f00:1::/56", "2600:1f00:0:1::/64", "2a05::/16", "2a05::1/128", "2600::/16"),
    )
)
PORTS = (
    (443, 443),
    (443, 443),
    (0, 65535),
    (1024, 65535),
    (80, 443),
    (32768, 65535),
    (1024, 40000),
    (5432, 5432),
    (0, 443),
)
LISTS = ("pl-c1", "pl-c2", "pl-s3")
SECTIONS = (
    *("vpcs", "subnets", "groups", "acls", "tables", "interfaces", "endpoints", "nats", "internet_gateways"),
    *("egress_only_gateways", "peerings", "prefix_lists", "transit_gateways", "attachments", "transit_tables"),
)


@dataclass(frozen=True)
class Die:
    """What is drawn again and again."""

    random: Random

    def often(self, percent: float) -> bool:
        return self.random.random() * 100 < percent

    def one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def many(self, least: int, most: int, draw: Callable[[], Any]) -> tuple[Any, ...]:
        return tuple(draw() for _ in range(self.random.randint(least, most)))

    def usually(self, value: Any, *others: Any, percent: float = 85) -> Any:
        return value if self.often(percent) else self.random.choice(others)


def by_id(values: Any) -> dict[str, Any]:
    return {value.id: value for value in values}


def group_rule(die: Die, link: str) -> GroupRule:
    """A permission of any shape; groups of the other VPC are named the way that the link between them demands."""
    protocol = die.usually("tcp", "all", "udp", "icmp", percent=70)
    what = die.one("blocks", "blocks", "blocks", "lists", "groups")
    reference = {"group": die.one("sg-1", "sg-2", "sg-3"), "vpc": "vpc-a"}
    if die.often(40):
        reference = {"group": "sg-4", "vpc": "vpc-b"}
        if link == "peering":
            reference |= {"peering": "pcx-1", "status": die.usually("active", "deleted")}
    return GroupRule(
        protocol=protocol,
        ports=(0, 65535) if protocol in ("all", "icmp") else die.one(*PORTS),
        blocks=die.many(1, 2, lambda: die.one(*BLOCKS)) if what == "blocks" else (),
        lists=(die.one(*LISTS),) if what == "lists" else (),
        groups=(GroupReference(**reference),) if what == "groups" else (),
    )


def groups(die: Die, link: str) -> dict[str, SecurityGroup]:
    """Three here, one there; most let much through, or hardly any path would be open."""
    everything = tuple(GroupRule(protocol="all", blocks=(block(text),)) for text in ("0.0.0.0/0", "::/0"))

    def rules() -> tuple[GroupRule, ...]:
        return everything if die.often(60) else die.many(0, 3, lambda: group_rule(die, link))

    names = ("sg-1", "sg-2", "sg-3", "sg-4")
    made = [
        SecurityGroup(id=name, vpc="vpc-b" if name == "sg-4" else "vpc-a", ingress=rules(), egress=rules())
        for name in names
        if die.often(98)
    ]
    return by_id(made)


def entries(die: Die) -> tuple[AclEntry, ...]:
    """Rules of one ACL, in any order of their numbers, each number once per direction."""
    numbers = die.random.sample(range(100, 130), 8)
    found = [
        AclEntry(
            number=number,
            egress=die.often(50),
            allow=die.often(60),
            protocol=protocol,
            block=die.one(*BLOCKS),
            ports=(0, 65535) if protocol in ("all", "icmp") else die.one(*PORTS),
        )
        for number in numbers[: die.one(0, 0, 1, 1, 2, 4)]
        for protocol in (die.usually("tcp", "all", "udp", "icmp", percent=60),)
    ]
    if die.often(92):
        found += [
            AclEntry(number=200 + place, egress=bool(place % 2), allow=True, protocol="all", block=block(to))
            for place, to in enumerate(("0.0.0.0/0", "0.0.0.0/0", "::/0", "::/0"))
        ]
    if die.often(35):
        found += [partial(die, number) for number in die.random.sample(range(1, 100), 2)]
    die.random.shuffle(found)
    return tuple(found)


def partial(die: Die, number: int) -> AclEntry:
    """A denial that stops some source ports or some source addresses, and not all."""
    to = block(
        die.one(
            "0.0.0.0/0", "0.0.0.0/0", "10.0.0.8/29", "10.0.0.4/30", "52.0.0.0/24", "::/0", "2600:1f00::8000:0:0:0/65"
        )
    )
    ports = die.one((1024, 40000), (50000, 65535), (30000, 45000))
    return AclEntry(number=number, egress=die.often(50), allow=False, protocol="tcp", block=to, ports=ports)


def acls(die: Die) -> dict[str, Acl]:
    """Every subnet has one of two or three."""
    names = [f"acl-{number}" for number in range(3)]
    guarded = {subnet[0]: die.one(*names) for subnet in SUBNETS}
    open_to_all = Acl(id="acl-0", vpc="vpc-a", default=True)
    made = [
        replace(open_to_all, id=name, subnets=tuple(key for key, value in guarded.items() if value == name))
        for name in names
    ]
    return by_id(replace(each, entries=entries(die)) for each in made)


def prefix_lists(die: Die) -> dict[str, PrefixList]:
    """Two of the customer's, of one family each, and AWS's own for the gateway endpoint."""

    def drawn(family: int) -> tuple[Block, ...] | None:
        pool = [each for each in BLOCKS if each.family == family and each.size not in (2**32, 2**128)]
        return None if die.often(4) else die.many(0, 3, lambda: die.one(*pool))

    made = [PrefixList(id=name, owner="111122223333", blocks=drawn(die.usually(4, 6))) for name in LISTS[:2]]
    service = None if die.often(4) else (block("52.0.0.0/29"),)
    made.append(PrefixList(id="pl-s3", name="com.amazonaws.us-east-1.s3", owner="AWS", blocks=service))
    return by_id(made)


def shuffled(die: Die, thing: Any) -> Any:
    """The same network with every list in another order."""
    if isinstance(thing, Block):
        return thing
    if isinstance(thing, GroupRule):
        return GroupRule(*(shuffled(die, part) for part in thing))
    if isinstance(thing, Mapping):
        keys = list(thing)
        die.random.shuffle(keys)
        return {key: shuffled(die, thing[key]) for key in keys}
    if isinstance(thing, tuple) and all(
        hasattr(each, "__dataclass_fields__") or isinstance(each, str | Block | GroupRule) for each in thing
    ):
        return tuple(die.random.sample([shuffled(die, each) for each in thing], len(thing)))
    if hasattr(thing, "__dataclass_fields__"):
        return replace(
            thing, **{each.name: shuffled(die, getattr(thing, each.name)) for each in fields(thing) if each.init}
        )
    return thing
