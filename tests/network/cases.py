"""What the analyser must say of a VPC with one fault, path by path. `checks` are all that it names, in any order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from doctor.network.beyond import EncryptionControl, Gateway, PrefixList, TransitRoute
from doctor.network.blocks import block
from doctor.network.ends import Flow
from doctor.network.model import Acl, Endpoint, NatAddress, Network, SecurityGroup
from tests.network import build
from tests.network.build import (
    DATABASE,
    FAR,
    INTERNET,
    INTERNET_6,
    INTERNET_64,
    OTHER_ZONE,
    S3,
    SQS,
    changed,
    entry,
    guarded,
    having,
    lacking,
    network,
    peered,
    route,
    routed,
    rule,
    transited,
    two_vpcs,
)

FAR_6 = "2600:1f18:2:1::10"  # in the other VPC, of an interface that has both


@dataclass(frozen=True, kw_only=True)
class Case:
    """One path. `share` None: undecided."""

    name: str
    network: Network
    flow: Flow
    share: float | None
    checks: frozenset[str] = frozenset()
    suspects: bool = False
    unknown: str = ""


def _case(name: str, share: float | None, network: Network, *checks: str, **more: object) -> Case:
    unknown, suspects = str(more.pop("unknown", "")), bool(more.pop("suspects", False))
    flow = build.flow(network, **more)  # type: ignore[arg-type]
    named = frozenset(each if "." in each else f"network.{each}" for each in checks)
    return Case(name=name, network=network, flow=flow, share=share, checks=named, unknown=unknown, suspects=suspects)


def sound() -> Iterator[Case]:
    """Nothing stops these."""
    base = network()
    yield _case("endpoint in the zone", 1, base)
    yield _case("endpoint in another zone", 1, base, to="10.0.12.10")
    yield _case("database", 1, base, to=DATABASE, port=5432)
    yield _case("gateway endpoint", 1, base, to=S3)
    yield _case("internet by NAT", 1, base, to=INTERNET)
    yield _case("internet by IPv6", 1, base, to=INTERNET_6)
    yield _case("IPv6 straight through the internet gateway", 1, base, to=INTERNET_6, start="subnet-pa+sg-f")
    yield _case("peer", 1, peered(), to=FAR, port=5432)
    yield _case("transit gateway", 1, transited(), to=FAR, port=5432)
    yield _case("resolver", 1, base, to="10.0.0.2", port=53, protocol="udp")
    yield _case("instance with a public address", 1, _instance(base), to=INTERNET, start="eni-i")
    ingress_only = changed(
        changed(base, "vpcs", "vpc-1", internet="block-ingress"), "subnets", "subnet-pa", internet=""
    )
    yield _case("Block Public Access for ingress leaves NAT", 1, ingress_only, to=INTERNET)
    nat64 = having(base, "tables", _nat64(base))
    yield _case("NAT64", 1, nat64, to=INTERNET_64)
    same = guarded(base, "subnet-ea")
    yield _case("no ACL within a subnet", 1, same, start="subnet-ea+sg-f")
    yield _case("another VPC by the internet", 1, _by_the_internet(), to=FAR_6, port=5432)
    yield _case("the gateway keeps to the zone", 1, _other_door_shut(appliance=False), to=FAR, port=5432)
    yield _case("private NAT to a transit gateway", 1, _private_nat(), to=FAR, port=5432)
    for service, port in (("email-smtp", 587), ("cassandra", 9142), ("cassandra", 443)):
        yield _case(f"endpoint of {service}, port {port}", 1, _serving(base, service), port=port)
    for name, excluding, more in _ways_out():
        yield _case(f"{name}, excluded from encryption", 1, excluding(*EXCLUDED), **more)


def _by_the_internet(**more: object) -> Network:
    """The far interface has an IPv6 address that its group lets everybody to."""
    out = route("::/0", "internet-gateway", "igw-2")
    base = having(two_vpcs(), "tables", build.table("rtb-2", out, vpc="vpc-2", main=True))
    base = changed(base, "groups", "sg-2", ingress=build.ANYWHERE)
    return changed(base, "interfaces", "eni-far", addresses=(block(FAR), block(FAR_6)), **more)


def _other_door_shut(**more: object) -> Network:
    """The far attachment's subnet in the other zone lets nothing through."""
    base = having(transited(), "acls", Acl(id="acl-2b", vpc="vpc-2", subnets=("subnet-2b",), entries=()))
    return changed(base, "attachments", "tgw-attach-2", **more)


def _instance(base: Network) -> Network:
    public = {"public": (block("4.4.4.4"),), "instance": "i-1"}
    return having(base, "interfaces", build.interface("eni-i", "subnet-pa", "10.0.101.9", "sg-f", **public))


def _nat64(base: Network) -> object:
    tables = base.tables or {}
    return routed(base, "rtb-f", route("64:ff9b::/96", "nat", "nat-1")).tables["rtb-f"] if tables else None  # type: ignore[index]


def _private_nat() -> Network:
    base = changed(transited(), "nats", "nat-1", public=False, addresses=(NatAddress(private=block("10.0.101.5")),))
    base = routed(base, "rtb-f", route("10.2.0.0/16", "nat", "nat-1"))
    base = changed(base, "groups", "sg-2", ingress=(rule("tcp 5432", "10.0.101.5"),))
    return routed(base, "rtb-p", route("10.2.0.0/16", "transit-gateway", "tgw-1"))


def _serving(base: Network, service: str) -> Network:
    """The endpoint is for another service, and its group lets everything in."""
    name = service if "." in service else f"com.amazonaws.us-east-1.{service}"
    base = changed(base, "groups", "sg-e", ingress=build.ANYWHERE)
    return changed(base, "endpoints", "vpce-sqs", service=name)


# As read from the reply, in lower case.
EXCLUDED = ("lambda", "vpcpeering", "internetgateway", "egressonlyinternetgateway", "natgateway")


def _ways_out() -> Iterator[tuple[str, Callable[..., Network], dict[str, object]]]:
    """What an enforced encryption control is asked about, one after the other, on the way that leads through it."""
    for name, base, more in (
        ("vpcpeering", peered(), {"to": FAR, "port": 5432}),
        ("internetgateway", network(), {"to": INTERNET}),
        ("egressonlyinternetgateway", network(), {"to": INTERNET_6}),
        ("natgateway", network(), {"to": INTERNET}),
    ):
        yield name, partial(_enforced, base), more


def within_the_vpc() -> Iterator[Case]:
    """Groups, network ACLs and interfaces."""
    base = network()
    yield _case("no egress", 0, changed(base, "groups", "sg-f", egress=()), "egress-blocked")
    tcp = changed(base, "groups", "sg-f", egress=(rule("tcp 443", "0.0.0.0/0"),))
    yield _case("egress of another protocol", 0, tcp, "egress-blocked", to=INTERNET, protocol="udp")
    closed = changed(base, "groups", "sg-e", ingress=())
    yield _case("endpoint's group", 0, closed, "endpoint-ingress-blocked")
    yield _case("target's group", 0, base, "target-ingress-blocked", to=DATABASE, port=3306)
    both = changed(closed, "groups", "sg-f", egress=())
    yield _case("both ends", 0, both, "egress-blocked", "endpoint-ingress-blocked")
    yield _case("no such interface", 0, base, "target-missing", to="10.0.11.99")
    yield _case("no such subnet", 0, base, "target-missing", to="10.0.99.9", unknown="target's subnet")
    dead = changed(base, "endpoints", "vpce-sqs", state="pendingacceptance")
    yield _case("endpoint not accepted", 0, dead, "endpoint-unavailable")
    out = (entry(100), entry(90, "tcp 443", egress=True, allow=False), entry(100, egress=True))
    yield _case("ACL out", 0, guarded(base, "subnet-fa", *out), "acl-egress-blocked")
    into = (entry(100, "tcp 1024-65535"), entry(100, egress=True))
    yield _case("ACL in", 0, guarded(base, "subnet-ea", *into), "acl-ingress-blocked")
    half = (entry(100, "tcp 32768-65535"), entry(100, egress=True))
    share = round(32768 / 64512, 6)
    yield _case("half of the answers in", share, guarded(base, "subnet-fa", *half), "acl-return-blocked")
    back = (entry(100), entry(100, "tcp 443", egress=True))
    yield _case("no answer out", 0, guarded(base, "subnet-ea", *back), "acl-return-blocked")
    yield _case(
        "resolver off",
        0,
        changed(base, "vpcs", "vpc-1", dns_support=False),
        "dns.vpc-support-off",
        to="10.0.0.2",
        port=53,
    )


def routes_and_endpoints() -> Iterator[Case]:
    """Where packets find no way."""
    base = network()
    bare = routed(base, "rtb-f")
    yield _case("no route", 0, bare, "no-route", to=INTERNET)
    yield _case(
        "gateway endpoint unrouted",
        0,
        changed(bare, "endpoints", "vpce-s3", tables=()),
        "no-route",
        "gateway-endpoint-unrouted",
        to=S3,
    )
    yield _case("no gateway endpoint", 0, lacking(bare, "endpoints", "vpce-s3"), "no-route", "endpoint-missing", to=S3)
    yield _case("no IPv6 route", 0, bare, "no-route", "ipv6-dead-end", to=INTERNET_6)
    closed = lacking(bare, "egress_only_gateways", "eigw-1")
    yield _case("no IPv6 route and no gateway", 0, closed, "no-route", "ipv6-dead-end", to=INTERNET_6)
    yield _case("NAT64's prefix by the egress-only gateway", 0, base, "ipv6-dead-end", to=INTERNET_64)
    yield _case("NAT64's prefix without a route", 0, bare, "no-route", "ipv6-dead-end", to=INTERNET_64)
    gone = routed(closed, "rtb-f", route("::/0", "egress-only-gateway", "eigw-0", state="blackhole"))
    yield _case("blackhole for IPv6", 0, gone, "blackhole-route", "internet-gateway-missing", to=INTERNET_6)
    four = changed(base, "subnets", "subnet-fa", blocks=(block("10.0.1.0/24"),))
    yield _case("no IPv6 address", 0, four, "ipv6-dead-end", to=INTERNET_6)
    elsewhere = changed(base, "endpoints", "vpce-s3", service_region="eu-west-1")
    yield _case("gateway endpoint of another Region", 0, elsewhere, "gateway-endpoint-other-region", to=S3)
    yield _case(
        "gateway endpoint being deleted",
        0,
        changed(base, "endpoints", "vpce-s3", state="deleting"),
        "endpoint-unavailable",
        to=S3,
    )
    yield _case("gateway endpoint and UDP", 0, base, "no-route", to=S3, protocol="udp")
    six = having(base, "prefix_lists", PrefixList(id="pl-s3", blocks=(block("2606::/16"),)))
    yield _case("gateway endpoint of IPv4 alone", 0, six, "ipv6-dead-end", to=INTERNET_6)
    untold = changed(six, "endpoints", "vpce-s3", families="")
    yield _case("gateway endpoint of an unread family", None, untold, to=INTERNET_6, unknown="carries IPv6")
    alone = changed(base, "endpoints", "vpce-s3", families="ipv6")
    yield _case("gateway endpoint of IPv6 alone", 0, alone, "no-route", to=S3)
    listed = routed(base, "rtb-f", route("pl-s3", "endpoint", "vpce-s3"))
    yield _case("address that the gateway endpoint's list lacks", 0, listed, "no-route", to=INTERNET)
    yield _case("VPCs that nothing joins", 0, routed(build.two_vpcs(), "rtb-f"), "no-route", to=FAR, port=5432)
    black = routed(base, "rtb-f", route("0.0.0.0/0", "nat", "nat-0", state="blackhole"))
    yield _case("blackhole behind a deleted NAT gateway", 0, black, "blackhole-route", "nat-unavailable", to=INTERNET)
    wide = route("0.0.0.0/0", "nat", "nat-1")
    narrow = routed(base, "rtb-f", wide, route("93.184.216.0/24", "nat", "nat-0", state="blackhole"))
    yield _case("narrower blackhole", 0, narrow, "blackhole-route", "nat-unavailable", to=INTERNET)
    spread = route("0.0.0.0/0", "vpn-gateway", "vgw-1", origin="enablevgwroutepropagation")
    black = routed(base, "rtb-f", spread, route("0.0.0.0/0", "nat", "nat-0", state="blackhole"))
    yield _case("static blackhole", 0, black, "blackhole-route", "nat-unavailable", to=INTERNET)
    public = routed(base, "rtb-f", spread, route("0.0.0.0/0", "internet-gateway", "igw-1"))
    yield _case("static route before a propagated one", 0, public, "public-subnet", to=INTERNET)
    foreign = changed(base, "prefix_lists", "pl-s3", blocks=(block("3.5.0.0/19"),))
    foreign = changed(foreign, "groups", "sg-f", egress=(rule("tcp 443", "pl-s3"),))
    yield _case("prefix list of another Region", 0, foreign, "egress-blocked", "prefix-list-mismatch", to=S3)
    detached = having(base, "vpn_gateways", Gateway(id="vgw-1", attached={}))
    detached = routed(detached, "rtb-f", route("192.168.0.0/16", "vpn-gateway", "vgw-1"))
    yield _case("VPN gateway not attached", 0, detached, "no-route", to="192.168.1.1")


def out_to_the_internet() -> Iterator[Case]:
    """Gateways."""
    base = network()
    public = routed(base, "rtb-f", route("0.0.0.0/0", "internet-gateway", "igw-1"))
    yield _case("public subnet", 0, public, "public-subnet", to=INTERNET)
    yield _case(
        "private address by way of the internet gateway",
        0,
        _instance(base),
        "no-route",
        to="192.168.1.1",
        start="eni-i",
    )
    yield _case(
        "shared address by way of the internet gateway", 0, _instance(base), "no-route", to="100.64.1.1", start="eni-i"
    )
    for state in ("pending", "failed", "deleting", "deleted"):
        yield _case(
            f"NAT gateway {state}", 0, changed(base, "nats", "nat-1", state=state), "nat-unavailable", to=INTERNET
        )
    yield _case("private NAT gateway", 0, changed(base, "nats", "nat-1", public=False), "nat-unavailable", to=INTERNET)
    yield _case("NAT subnet without internet", 0, routed(base, "rtb-p"), "nat-without-internet", to=INTERNET)
    loop = routed(base, "rtb-p", route("0.0.0.0/0", "nat", "nat-1"))
    yield _case("NAT subnet leads back to NAT", 0, loop, "nat-without-internet", to=INTERNET)
    yield _case("client in the NAT's subnet", 0, loop, "nat-without-internet", to=INTERNET, start="subnet-pa+sg-f")
    gone = changed(base, "internet_gateways", "igw-1", attached={"vpc-1": "detached"})
    yield _case("internet gateway detached", 0, gone, "internet-gateway-missing", to=INTERNET)
    other = changed(base, "internet_gateways", "igw-1", attached={"vpc-9": "available"})
    yield _case("internet gateway of another VPC", 0, other, "internet-gateway-missing", to=INTERNET)
    yield _case(
        "ACL before NAT", 0, guarded(base, "subnet-pa", entry(100, egress=True)), "nat-acl-blocked", to=INTERNET
    )
    half = (entry(100, "tcp 443"), entry(110, "tcp 32768-65535"), entry(100, egress=True))
    share = round(32768 / 64512, 6)
    yield _case(
        "ACL behind NAT by its own port", share, guarded(base, "subnet-pa", *half), "nat-acl-blocked", to=INTERNET
    )
    yield _case(
        "private NAT from an address that the far group does not know",
        0.5,
        _two_addresses(),
        "target-ingress-blocked",
        to=FAR,
        port=5432,
    )
    regional = changed(base, "nats", "nat-1", subnet="", regional=True, table="rtb-main")
    yield _case("regional NAT without internet", 0, regional, "nat-without-internet", to=INTERNET)
    shut = changed(base, "subnets", "subnet-pa", internet="block-bidirectional")
    yield _case("Block Public Access", 0, shut, "public-access-blocked", to=INTERNET)
    for_six = changed(base, "subnets", "subnet-fa", internet="block-bidirectional")
    yield _case("Block Public Access and IPv6", 0, for_six, "public-access-blocked", to=INTERNET_6)
    ingress = changed(base, "subnets", "subnet-pa", internet="block-ingress")
    yield _case(
        "Block Public Access for ingress, straight out",
        0,
        ingress,
        "public-access-blocked",
        to=INTERNET_6,
        start="subnet-pa+sg-f",
    )
    yield _case("encryption enforced", 0, _enforced(base), "encryption-control-blocks")
    for name, excluding, more in _ways_out():
        others = [each for each in EXCLUDED if each != name]
        yield _case(f"{name} not excluded from encryption", 0, excluding(*others), "encryption-control-blocks", **more)
    four = routed(base, "rtb-f", route("0.0.0.0/0", "egress-only-gateway", "eigw-1"))
    yield _case("egress-only internet gateway and IPv4", 0, four, "no-route", to=INTERNET)
    foreign = changed(base, "nats", "nat-1", vpc="vpc-2")
    yield _case("NAT gateway of another VPC", 0, foreign, "nat-unavailable", to=INTERNET)
    for status in ("failed", "associating", "unassigning"):
        pair = (NatAddress(private=block("10.0.101.5"), public=block("3.3.3.3"), status=status),)
        unused = changed(base, "nats", "nat-1", addresses=pair)
        yield _case(f"NAT address {status}", 0, unused, "nat-unavailable", to=INTERNET)
    six = routed(base, "rtb-f", route("::/0", "nat", "nat-1"))
    yield _case("NAT gateway and IPv6", 0, six, "ipv6-dead-end", to=INTERNET_6)
    source_check = routed(base, "rtb-f", route("0.0.0.0/0", "interface", "eni-i"))
    yield _case("NAT instance with the check on", 0, _instance(source_check), "nat-unavailable", to=INTERNET)
    neighbour = changed(base, "interfaces", "eni-db", public=(block("5.5.5.5"),), subnet="subnet-pa")
    yield _case("public address of our own VPC", 0, neighbour, "target-ingress-blocked", to="5.5.5.5", port=5432)


def _two_addresses() -> Network:
    base = _private_nat()
    pair = (NatAddress(private=block("10.0.101.5")), NatAddress(private=block("10.0.101.6")))
    return changed(base, "nats", "nat-1", addresses=pair)


def _enforced(base: Network, *excluded: str) -> Network:
    control = EncryptionControl(id="vpcec-1", vpc="vpc-1", mode="enforce", state="available", excluded=excluded)
    return having(base, "encryption", control)


def to_the_other_vpc() -> Iterator[Case]:
    """Peering and transit gateways."""
    for state in ("pending-acceptance", "deleted", "expired"):
        dead = changed(peered(), "peerings", "pcx-1", state=state)
        yield _case(f"peering {state}", 0, dead, "peering-broken", to=FAR, port=5432)
    beyond = routed(peered(), "rtb-f", route("0.0.0.0/0", "peering", "pcx-1"))
    yield _case("no transit through a peer", 0, beyond, "peering-broken", to=INTERNET)
    mute = having(peered(), "tables", build.table("rtb-2", vpc="vpc-2", main=True))
    yield _case("no route back from the peer", 0, mute, "peering-broken", to=FAR, port=5432)
    home = route("10.0.1.0/25", "peering", "pcx-1")
    half = having(peered(), "tables", build.table("rtb-2", home, vpc="vpc-2", main=True))
    yield _case("half a route back from the peer", round(124 / 251, 6), half, "peering-broken", to=FAR, port=5432)
    yield _case("peer's group", 0, peered(), "target-ingress-blocked", to=FAR, port=1)
    yield _case("nobody at the peer", 0, peered(), "target-missing", to="10.2.1.99", port=5432)
    base = transited()
    kinds = {
        "no attachment in the zone": changed(base, "attachments", "tgw-attach-1", subnets=("subnet-eb",)),
        "attachment failed": changed(base, "attachments", "tgw-attach-1", state="failed"),
        "far attachment deleting": changed(base, "attachments", "tgw-attach-2", state="deleting"),
        "no association": changed(base, "attachments", "tgw-attach-1", table="", associated=""),
        "disassociated": changed(base, "attachments", "tgw-attach-2", associated="disassociated"),
        "no transit route": _transit_routes("10.0.0.0/16 tgw-attach-1"),
        "transit blackhole": _transit_routes("10.0.0.0/16 tgw-attach-1", "10.2.0.0/16 tgw-attach-2", "10.2.1.0/24"),
        "static transit blackhole": _transit_routes(
            "10.0.0.0/16 tgw-attach-1", "10.2.0.0/16 tgw-attach-2", "10.2.0.0/16"
        ),
        "transit gateway being deleted": changed(base, "transit_gateways", "tgw-1", state="deleting"),
        "no transit route back": _transit_routes("10.2.0.0/16 tgw-attach-2"),
        "no route back from the far subnet": having(base, "tables", build.table("rtb-2", vpc="vpc-2", main=True)),
        "no far attachment in the zone": changed(base, "attachments", "tgw-attach-2", subnets=("subnet-2b",)),
    }
    for name, broken in kinds.items():
        yield _case(name, 0, broken, "transit-gateway-broken", to=FAR, port=5432)
    grouped = changed(base, "groups", "sg-2", ingress=(rule("tcp 5432", "sg-f"),))
    yield _case("no references over the transit gateway", 0, grouped, "target-ingress-blocked", to=FAR, port=5432)
    deaf = _by_the_internet(denies_internet=True)
    yield _case("an interface that takes nothing from the internet", 0, deaf, "target-missing", to=FAR_6, port=5432)
    half_zone = changed(base, "attachments", "tgw-attach-1", subnets=("subnet-ea",))
    yield _case(
        "the other zone has no attachment", 0, half_zone, "transit-gateway-broken", to=FAR, port=5432, start=OTHER_ZONE
    )


def _transit_routes(*texts: str) -> Network:
    routes = [(block(text.split()[0]), tuple(text.split()[1:])) for text in texts]
    known = tuple(
        TransitRoute(to=to, attachments=ids, state="active" if ids else "blackhole", static=not ids)
        for to, ids in routes
    )
    return changed(transited(), "transit_tables", "tgw-rtb-1", routes=known)


SECTIONS: dict[str, dict[str, object]] = {
    "subnets": {"to": INTERNET},
    "groups": {},
    "acls": {"to": DATABASE, "port": 5432},
    "tables": {},
    "interfaces": {},
    "endpoints": {},
    "nats": {"to": INTERNET},
    "internet_gateways": {"to": INTERNET},
    "egress_only_gateways": {"to": INTERNET_6},
    "prefix_lists": {"to": S3},
}


def undecided() -> Iterator[Case]:
    """What nobody can tell from here."""
    base = network()
    for section, more in SECTIONS.items():
        flow_of = build.flow(base, **more)  # type: ignore[arg-type]
        blind = build.replace(base, **{section: None})
        yield Case(name=f"{section} not read", network=blind, flow=flow_of, share=None, unknown="was not read")
    strange = {
        "state of NAT": (changed(base, "nats", "nat-1", state="sleeping"), INTERNET),
        "state of the endpoint": (changed(base, "endpoints", "vpce-sqs", state="partial"), SQS),
        "kind of the endpoint": (changed(base, "endpoints", "vpce-sqs", kind="tunnel"), SQS),
        "attachment of the internet gateway": (_attached(base, "asleep"), INTERNET),
        "mode of Block Public Access": (changed(base, "subnets", "subnet-pa", internet="block-tuesdays"), INTERNET),
        "state of the route": (routed(base, "rtb-f", route("0.0.0.0/0", "nat", "nat-1", state="filtered")), INTERNET),
        "target of the route": (routed(base, "rtb-f", route("0.0.0.0/0", "unknown", "x-1")), INTERNET),
    }
    for kind in ("vpn-gateway", "local-gateway", "carrier-gateway", "core-network", "outpost-database"):
        strange[kind] = (routed(base, "rtb-f", route("0.0.0.0/0", kind, "x-1")), INTERNET)
    regional = changed(base, "nats", "nat-1", subnet="", regional=True, table="rtb-p")
    zoned = (NatAddress(private=block("10.0.101.5"), public=block("3.3.3.3"), zone="us-east-1b"),)
    strange["regional NAT without an address in the zone"] = (
        changed(regional, "nats", "nat-1", addresses=zoned),
        INTERNET,
    )
    for name, (net, to) in strange.items():
        yield _case(name, None, net, to=to, unknown=" ")
    yield _case("peer not read", None, lacking(peered(), "vpcs", "vpc-2"), to=FAR, port=5432, unknown="vpc-2")
    pending = changed(peered(), "peerings", "pcx-1", state="dreaming")
    yield _case("state of the peering", None, pending, to=FAR, port=5432, unknown="dreaming")
    foreign = lacking(transited(), "attachments", "tgw-attach-2")
    yield _case("far attachment of another account", None, foreign, to=FAR, port=5432, unknown="another account")
    for mode in (True, None):
        anywhere = _other_door_shut(appliance=mode)
        yield _case(f"appliance mode {mode}", None, anywhere, to=FAR, port=5432, unknown="the gateway takes decides")
    tunnel = changed(transited(), "attachments", "tgw-attach-2", kind="vpn")
    yield _case("VPN behind the transit gateway", None, tunnel, to=FAR, port=5432, unknown=" ")
    tableless = lacking(transited(), "transit_tables", "tgw-rtb-1")
    yield _case("transit table not read", None, tableless, to=FAR, port=5432, unknown="tgw-rtb-1")
    for references in (None, True):
        grouped = changed(transited(), "groups", "sg-2", ingress=(rule("tcp 5432", "sg-f"),))
        grouped = changed(grouped, "transit_gateways", "tgw-1", references=references)
        grouped = changed(grouped, "attachments", "tgw-attach-1", references=True)
        grouped = changed(grouped, "attachments", "tgw-attach-2", references=True)
        share = 1 if references else None
        yield _case(f"references {references} over the transit gateway", share, grouped, to=FAR, port=5432)
    hidden = changed(base, "subnets", "subnet-ea", owner="2")
    hidden = having(hidden, "groups", SecurityGroup(id="sg-f", vpc="vpc-1", owner="1", egress=build.ANYWHERE))
    yield _case("shared subnet of another account", None, hidden, to="10.0.11.99", unknown="shared")


def _attached(base: Network, state: str) -> Network:
    return changed(base, "internet_gateways", "igw-1", attached={"vpc-1": state})


def appliances() -> Iterator[Case]:
    """What may stop everything, and nobody can read."""
    base = network()
    for kind, target in (("interface", "eni-i"), ("instance", "i-1"), ("address", "10.0.9.9")):
        forwarding = changed(_instance(base), "interfaces", "eni-i", checks_addresses=False)
        through = routed(forwarding, "rtb-f", route("0.0.0.0/0", kind, target))
        yield _case(f"next hop {kind}", None, through, to=INTERNET, suspects=True)
    firewall = Endpoint(id="vpce-fw", vpc="vpc-1", kind="gatewayloadbalancer", service="", state="available")
    through = routed(having(base, "endpoints", firewall), "rtb-f", route("0.0.0.0/0", "endpoint", "vpce-fw"))
    yield _case("firewall endpoint", None, through, to=INTERNET, suspects=True)
    edge = build.table("rtb-edge", gateways=("igw-1",))
    inwards = having(base, "tables", build.replace(edge, routes=(route("10.0.101.0/24", "endpoint", "vpce-fw"),)))
    yield _case("firewall on the way in", None, inwards, to=INTERNET, suspects=True)
    diverted = routed(base, "rtb-e", route("10.0.1.0/24", "interface", "eni-i"))
    yield _case("answers by way of an appliance", None, diverted, suspects=True)


def deaf_ends() -> Iterator[Case]:
    """Addresses that something carries, and where nothing answers, or nobody can tell whether it does."""
    base = network()
    yield _case("NAT gateway's own address", 0, base, "target-missing", to="10.0.101.5")
    yield _case("NAT gateway's public address", 0, base, "target-missing", to="3.3.3.3")
    for name, more in (("a function's", {"kind": "lambda"}), ("a detached", {"status": "available"})):
        yield _case(f"{name} interface", 0, _beside(base, "sg-db", **more), "target-missing", to=BESIDE, port=5432)
    handing_on = {
        "network_load_balancer": "listeners",
        "gateway_load_balancer": "listeners",
        "transit_gateway": "anything answers",
        "gateway_load_balancer_endpoint": "anything answers",
        "global_accelerator_managed": "anything answers",
    }
    for kind, reason in handing_on.items():
        yield _case(kind, None, _beside(base, kind=kind), to=BESIDE, port=8080, unknown=reason)
    balancer = _beside(base, "sg-db", description="ELB app/orders/0")
    yield _case("application load balancer", None, balancer, to=BESIDE, port=5432, unknown="listeners")
    for service, port, protocol, reason in (
        ("sqs", 8080, "tcp", "documented"),
        ("sqs", 443, "udp", "documented"),
        ("email-smtp", 443, "tcp", "documented"),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0", 443, "tcp", "its owner"),
    ):
        serving = _serving(base, service)
        yield _case(f"{service} at {protocol} {port}", None, serving, port=port, protocol=protocol, unknown=reason)
    nameless = changed(base, "endpoints", "vpce-sqs", service="")
    yield _case("endpoint of an unread service", None, nameless, unknown="was not told")


BESIDE = "10.0.11.30"


def _beside(base: Network, *groups: str, **more: str) -> Network:
    return having(base, "interfaces", build.interface("eni-x", "subnet-ea", BESIDE, *groups, **more))


def no_hosts() -> Iterator[Case]:
    """What a record may say and no host has."""
    base = network()
    for to in ("0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"):
        yield _case(f"{to} by NAT", 0, base, "no-route", to=to)
    for to in ("::", "::1", "fe80::1", "ff02::1", "::ffff:10.0.11.10", "::ffff:93.184.216.34"):
        yield _case(f"{to} by an egress-only gateway", 0, base, "no-route", to=to)
        yield _case(f"{to} by an internet gateway", 0, base, "no-route", to=to, start="subnet-pa+sg-f")


def looked_at_on_the_way() -> Iterator[Case]:
    """Attachments that most gateways do not have."""
    proxied = changed(network(), "nats", "nat-1", proxied=True)
    yield _case(
        "NAT gateway with a proxy attached", None, proxied, to=INTERNET, suspects=True, unknown="a proxy attached"
    )
    broken = changed(proxied, "nats", "nat-1", state="failed")
    yield _case("failed NAT gateway with a proxy", 0, broken, "nat-unavailable", to=INTERNET, suspects=True)
    for vpc in ("vpc-1", "vpc-2"):
        control = EncryptionControl(id="vpcec-1", vpc=vpc, mode="enforce", state="available", excluded=EXCLUDED)
        for support, share in (("enabled", 1), ("disabled", None), ("enabling", None), ("", None)):
            base = changed(transited(), "transit_gateways", "tgw-1", encryption=support)
            base, said = having(base, "encryption", control), support or "was not told"
            name = f"encryption support {said} where {vpc} enforces"
            yield _case(
                name, share, base, to=FAR, port=5432, unknown="" if share else f"{vpc} has an encryption control"
            )
        watched = having(transited(), "encryption", build.replace(control, mode="monitor"))
        yield _case(f"encryption support unread where {vpc} monitors", 1, watched, to=FAR, port=5432)
    strange = changed(network(), "interfaces", "eni-db", addresses=(block("10.0.99.7"),))
    yield _case(
        "an address beside its subnet", None, strange, to="10.0.99.7", port=5432, unknown="no address of subnet-"
    )


FAMILIES: tuple[Callable[[], Iterator[Case]], ...] = (
    sound,
    within_the_vpc,
    routes_and_endpoints,
    out_to_the_internet,
    to_the_other_vpc,
    undecided,
    appliances,
    deaf_ends,
    no_hosts,
    looked_at_on_the_way,
)
ALL = [case for family in FAMILIES for case in family()]
