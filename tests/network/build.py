"""A small VPC with everything sound, to be changed piece by piece: function subnets in two zones, endpoints, NAT."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from doctor.network.beyond import (
    Attachment,
    Gateway,
    Peering,
    PeeringSide,
    PrefixList,
    TransitGateway,
    TransitRoute,
    TransitTable,
)
from doctor.network.blocks import block
from doctor.network.ends import Destination, Flow, Source
from doctor.network.model import (
    Acl,
    AclEntry,
    Endpoint,
    GroupReference,
    GroupRule,
    Interface,
    Nat,
    NatAddress,
    Network,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Vpc,
)
from doctor.network.sources import source

FUNCTION, OTHER_ZONE = "subnet-fa+sg-f", "subnet-fb+sg-f"
SQS, DATABASE, S3, INTERNET, INTERNET_6 = "10.0.11.10", "10.0.11.20", "52.216.0.7", "93.184.216.34", "2606:2800::1"
INTERNET_64 = "64:ff9b::5db8:d822"  # INTERNET as DNS64 writes it
FAR = "10.2.1.10"  # in the other VPC of `peered` and `transited`


def route(to: str, via: str, target: str = "", **more: Any) -> Route:
    """To a CIDR or a prefix list."""
    return Route(to=to if to.startswith("pl-") else block(to), via=via, target=target, **more)


def entry(number: int, text: str = "", *, egress: bool = False, allow: bool = True, to: str = "0.0.0.0/0") -> AclEntry:
    """An ACL's rule; `text` is `tcp 443` or `tcp 1024-65535`, nothing is every protocol."""
    name, _, ports = text.partition(" ")
    first, _, last = ports.partition("-")
    span = (int(first), int(last or first)) if ports else (0, 65535)
    return AclEntry(number=number, egress=egress, allow=allow, protocol=name or "all", block=block(to), ports=span)


def rule(text: str = "", *far: str, **more: Any) -> GroupRule:
    """A group's rule; `far` are CIDRs, prefix lists and groups."""
    name, _, port = text.partition(" ")
    return GroupRule(
        protocol=name or "all",
        ports=(int(port), int(port)) if port else (0, 65535),
        blocks=tuple(block(each) for each in far if "-" not in each),
        lists=tuple(each for each in far if each.startswith("pl-")),
        groups=tuple(GroupReference(group=each) for each in far if each.startswith("sg-")),
        **more,
    )


EVERYTHING = (
    *(entry(100, egress=egress) for egress in (False, True)),
    *(entry(101, egress=egress, to="::/0") for egress in (False, True)),
)
ANYWHERE = (rule("", "0.0.0.0/0"), rule("", "::/0"))


def subnet(name: str, zone: str, number: int, vpc: str = "vpc-1", **more: Any) -> Subnet:
    """The `number`-th of its VPC."""
    net = {"vpc-1": ("10.0", "2600:1f18:1"), "vpc-2": ("10.2", "2600:1f18:2")}[vpc]
    blocks = (block(f"{net[0]}.{number}.0/24"), block(f"{net[1]}:{number}::/64"))
    more = {"internet": "off", **more}
    return Subnet(id=f"subnet-{name}", vpc=vpc, zone=f"us-east-1{zone}", blocks=blocks, **more)


def vpc(id: str = "vpc-1", **more: Any) -> Vpc:
    """With DNS on and Block Public Access off."""
    nets = {"vpc-1": ("10.0.0.0/16", "2600:1f18:1::/48"), "vpc-2": ("10.2.0.0/16", "2600:1f18:2::/48")}[id]
    more = {"dns_support": True, "dns_hostnames": True, "internet": "off", **more}
    return Vpc(id=id, blocks=tuple(map(block, nets)), **more)


def interface(id: str, subnet: str, address: str, *groups: str, **more: Any) -> Interface:
    """One with a single address."""
    return Interface(
        id=id, subnet=subnet, vpc=more.pop("vpc", "vpc-1"), groups=groups, addresses=(block(address),), **more
    )


def table(id: str, *routes: Route, vpc: str = "vpc-1", **more: Any) -> RouteTable:
    """With the VPC's local routes."""
    nets = {"vpc-1": ("10.0.0.0/16", "2600:1f18:1::/48"), "vpc-2": ("10.2.0.0/16", "2600:1f18:2::/48")}[vpc]
    local = tuple(route(net, "local", "local", origin="createroutetable") for net in nets)
    return RouteTable(id=id, vpc=vpc, routes=(*local, *routes), **more)


def by_id(*items: Any) -> dict[str, Any]:
    """As the model's sections are keyed."""
    return {item.id: item for item in items}


def network(**sections: Any) -> Network:
    """The sound VPC, with some sections exchanged."""
    out = (route("0.0.0.0/0", "internet-gateway", "igw-1"), route("::/0", "internet-gateway", "igw-1"))
    private = (
        route("0.0.0.0/0", "nat", "nat-1"),
        route("::/0", "egress-only-gateway", "eigw-1"),
        route("pl-s3", "endpoint", "vpce-s3"),
    )
    sound: Mapping[str, Any] = {
        "region": "us-east-1",
        "vpcs": by_id(vpc()),
        "subnets": by_id(
            subnet("fa", "a", 1),
            subnet("fb", "b", 2),
            subnet("ea", "a", 11),
            subnet("eb", "b", 12),
            subnet("pa", "a", 101),
        ),
        "groups": by_id(
            SecurityGroup(id="sg-f", vpc="vpc-1", egress=ANYWHERE),
            SecurityGroup(id="sg-e", vpc="vpc-1", ingress=(rule("tcp 443", "sg-f"),)),
            SecurityGroup(id="sg-db", vpc="vpc-1", ingress=(rule("tcp 5432", "10.0.0.0/16"),)),
        ),
        "acls": by_id(Acl(id="acl-1", vpc="vpc-1", default=True, entries=EVERYTHING)),
        "tables": by_id(
            table("rtb-main", main=True),
            table("rtb-f", *private, subnets=("subnet-fa", "subnet-fb")),
            table("rtb-e", subnets=("subnet-ea", "subnet-eb")),
            table("rtb-p", *out, subnets=("subnet-pa",)),
        ),
        "interfaces": by_id(
            interface("eni-sqs-a", "subnet-ea", SQS, "sg-e", kind="vpc_endpoint"),
            interface("eni-sqs-b", "subnet-eb", "10.0.12.10", "sg-e", kind="vpc_endpoint"),
            interface("eni-db", "subnet-ea", DATABASE, "sg-db"),
            interface("eni-nat", "subnet-pa", "10.0.101.5", kind="nat_gateway", public=(block("3.3.3.3"),)),
        ),
        "endpoints": by_id(
            Endpoint(
                id="vpce-sqs",
                vpc="vpc-1",
                kind="interface",
                service="com.amazonaws.us-east-1.sqs",
                state="available",
                subnets=("subnet-ea", "subnet-eb"),
                groups=("sg-e",),
                interfaces=("eni-sqs-a", "eni-sqs-b"),
                private_names=True,
                families="ipv4",
            ),
            Endpoint(
                id="vpce-s3",
                vpc="vpc-1",
                kind="gateway",
                service="com.amazonaws.us-east-1.s3",
                state="available",
                tables=("rtb-f",),
                families="ipv4",
            ),
        ),
        "nats": by_id(
            Nat(
                id="nat-1",
                vpc="vpc-1",
                state="available",
                subnet="subnet-pa",
                addresses=(NatAddress(private=block("10.0.101.5"), public=block("3.3.3.3"), interface="eni-nat"),),
            )
        ),
        "internet_gateways": by_id(Gateway(id="igw-1", attached={"vpc-1": "available"})),
        "egress_only_gateways": by_id(Gateway(id="eigw-1", attached={"vpc-1": "attached"})),
        "vpn_gateways": {},
        "peerings": {},
        "prefix_lists": by_id(
            PrefixList(id="pl-s3", name="com.amazonaws.us-east-1.s3", owner="AWS", blocks=(block("52.216.0.0/15"),))
        ),
        "transit_gateways": {},
        "attachments": {},
        "transit_tables": {},
        "encryption": {},
    }
    return Network(**{**sound, **sections})


def changed(network: Network, section: str, id: str, **fields: Any) -> Network:
    """One thing of a section with other fields."""
    things = getattr(network, section)
    return replace(network, **{section: {**things, id: replace(things[id], **fields)}})


def having(network: Network, section: str, *things: Any) -> Network:
    """With more things in a section, or others in their place."""
    return replace(network, **{section: {**(getattr(network, section) or {}), **by_id(*things)}})


def lacking(network: Network, section: str, id: str) -> Network:
    """Without one thing."""
    return replace(network, **{section: {key: each for key, each in getattr(network, section).items() if key != id}})


def routed(network: Network, id: str, *routes: Route) -> Network:
    """A table whose routes, but the local ones, are others."""
    return having(network, "tables", replace(network.tables[id], routes=(*_local(network, id), *routes)))  # type: ignore[index]


def _local(network: Network, id: str) -> tuple[Route, ...]:
    return tuple(each for each in network.tables[id].routes if each.via == "local")  # type: ignore[index]


def guarded(network: Network, subnet: str, *entries: AclEntry) -> Network:
    """A subnet with a network ACL of its own, `acl-own`."""
    return having(network, "acls", Acl(id="acl-own", vpc="vpc-1", subnets=(subnet,), entries=entries))


def two_vpcs() -> Network:
    """The sound VPC beside another one, not joined."""
    base = network()
    base = having(base, "vpcs", vpc("vpc-2"))
    base = having(base, "subnets", subnet("2a", "a", 1, "vpc-2"), subnet("2b", "b", 2, "vpc-2"))
    base = having(base, "groups", SecurityGroup(id="sg-2", vpc="vpc-2", ingress=(rule("tcp 5432", "10.0.0.0/16"),)))
    base = having(base, "acls", Acl(id="acl-2", vpc="vpc-2", default=True, entries=EVERYTHING))
    return having(base, "interfaces", interface("eni-far", "subnet-2a", FAR, "sg-2", vpc="vpc-2"))


def peered() -> Network:
    """Two VPCs, peered."""
    base = two_vpcs()
    sides = [
        PeeringSide(vpc=each.id, owner="1", region="us-east-1", blocks=each.blocks)
        for each in (base.vpcs or {}).values()
    ]
    base = having(base, "peerings", Peering(id="pcx-1", state="active", requester=sides[0], accepter=sides[1]))
    base = routed(base, "rtb-f", route("10.2.0.0/16", "peering", "pcx-1"))
    return having(base, "tables", table("rtb-2", route("10.0.0.0/16", "peering", "pcx-1"), vpc="vpc-2", main=True))


def transited() -> Network:
    """Two VPCs on one transit gateway."""
    base = two_vpcs()
    base = having(base, "transit_gateways", TransitGateway(id="tgw-1", state="available", references=False))
    common: dict[str, Any] = {"gateway": "tgw-1", "kind": "vpc", "state": "available"}
    common |= {"references": False, "appliance": False}
    base = having(
        base,
        "attachments",
        Attachment(
            id="tgw-attach-1",
            resource="vpc-1",
            subnets=("subnet-ea", "subnet-eb"),
            table="tgw-rtb-1",
            associated="associated",
            **common,
        ),
        Attachment(
            id="tgw-attach-2",
            resource="vpc-2",
            subnets=("subnet-2a", "subnet-2b"),
            table="tgw-rtb-1",
            associated="associated",
            **common,
        ),
    )
    base = having(
        base,
        "transit_tables",
        TransitTable(
            id="tgw-rtb-1",
            gateway="tgw-1",
            routes=(
                TransitRoute(to=block("10.0.0.0/16"), attachments=("tgw-attach-1",), static=False),
                TransitRoute(to=block("10.2.0.0/16"), attachments=("tgw-attach-2",), static=False),
            ),
        ),
    )
    base = routed(base, "rtb-f", route("10.2.0.0/16", "transit-gateway", "tgw-1"))
    home = route("10.0.0.0/16", "transit-gateway", "tgw-1")
    return having(base, "tables", table("rtb-2", home, vpc="vpc-2", main=True))


def flow(network: Network, to: str = SQS, port: int = 443, start: str | Source = FUNCTION, **more: Any) -> Flow:
    """From the function to an address."""
    origin = source(network, start) if isinstance(start, str) else start
    return Flow(source=origin, destination=Destination(address=block(to), port=port, **more))
