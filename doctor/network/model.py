"""What a VPC consists of, as its describe-* replies tell: frozen, without a judgement of its own.

Words of AWS's enumerations are kept in lower case and not checked: what an evaluator does not know it must call unknown.
A section that is None was not read, which is never the same as empty. `Network.naming` is made by
`doctor.network.read_naming`, of HostedZoneSummaries/<vpc>, HostedZoneRecords/<zone>, ResolverRules,
ResolverRuleAssociations, FirewallRuleGroupAssociations, FirewallRules/<group>, FirewallDomainLists,
FirewallDomains/<list>, FirewallConfigs and ProfileAssociations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from doctor.network.beyond import (
    Attachment,
    DhcpOptions,
    EncryptionControl,
    Gateway,
    Peering,
    PrefixList,
    TransitGateway,
    TransitTable,
)
from doctor.network.blocks import Block
from doctor.network.zones import Naming

ALL_PORTS = (0, 65535)
_UNANSWERED = ("denied", "throttled", "unreachable", "out of time", "cut")  # how reasons begin, in `Network.unread`
Derived = TypeVar("Derived")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReference:
    """A security group named as the far end of a rule. `peering` and `status` are set where it lives in a peer VPC."""

    group: str
    owner: str = ""
    vpc: str = ""
    peering: str = ""
    status: str = ""


class GroupRule(NamedTuple):
    """One permission of a security group. `protocol` is `all`, `tcp`, `udp`, `icmp`, `icmpv6` or a number in words.

    Ports are first and last; `ALL_PORTS` where the protocol has none, or the rule names none. `untold`: the reply does not
    tell all of its far ends, or by a key that nobody knows. A tuple, since rules come
    by the hundred thousand, and making a frozen dataclass takes three times as long.
    """

    protocol: str
    ports: tuple[int, int] = ALL_PORTS
    blocks: tuple[Block, ...] = ()
    lists: tuple[str, ...] = ()
    groups: tuple[GroupReference, ...] = ()
    untold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """What it lets in and out; what no rule names stays out. `unread` names the parts that the reply did not hold."""

    id: str
    vpc: str
    owner: str = ""
    name: str = ""
    ingress: tuple[GroupRule, ...] = ()
    egress: tuple[GroupRule, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AclEntry:
    """One numbered rule of a network ACL; `block` is the far end's: the destination going out, the source coming in."""

    number: int
    egress: bool
    allow: bool
    protocol: str
    block: Block
    ports: tuple[int, int] = ALL_PORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Acl:
    """A network ACL. `entries` come in no particular order; `subnets` are those that it guards; `unread` as a group's."""

    id: str
    vpc: str
    default: bool = False
    subnets: tuple[str, ...] = ()
    entries: tuple[AclEntry, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`to` is a block or a prefix list's id. `via` is the kind of its target, `target` that one's id.

    Kinds: local, internet-gateway, egress-only-gateway, nat, endpoint, peering, transit-gateway, vpn-gateway, interface,
    instance, local-gateway, carrier-gateway, core-network, outpost-database, address, unknown. `origin` is lower case:
    createroutetable, createroute, enablevgwroutepropagation, advertisement.
    """

    to: Block | str
    via: str
    target: str = ""
    state: str = "active"
    origin: str = "createroute"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """A route table, the subnets that name it, the gateways whose traffic comes in through it; `unread` as a group's.

    `unsettled` are the ids of subnets and gateways, or of the VPC where it may be the main table, with the states of
    associations that are neither there nor gone.
    """

    id: str
    vpc: str
    main: bool = False
    subnets: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    unread: tuple[str, ...] = ()
    unsettled: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """`internet` is the effective mode of VPC Block Public Access: off, block-bidirectional, block-ingress; "" where no
    reply tells of such a thing. `state` is "" there too, and of `untold` families the block is not known. `dns64` tells
    whether the resolver makes up IPv6 addresses there, None where the reply says neither."""

    id: str
    vpc: str
    zone: str
    blocks: tuple[Block, ...]
    owner: str = ""
    free: int | None = None
    internet: str = ""
    state: str = ""
    untold: tuple[int, ...] = ()
    dns64: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """`dns_support` and `dns_hostnames` are None where the attribute was not read; `internet` is as a subnet's."""

    id: str
    blocks: tuple[Block, ...]
    owner: str = ""
    dhcp_options: str = ""
    internet: str = ""
    dns_support: bool | None = None
    dns_hostnames: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A network interface. `addresses` are private IPv4 and all IPv6, `public` those that an internet gateway maps to it.

    `kind` is AWS's InterfaceType (interface, lambda, vpc_endpoint, nat_gateway, …), "" where it was not told.
    """

    id: str
    subnet: str
    vpc: str
    groups: tuple[str, ...] = ()
    addresses: tuple[Block, ...] = ()
    public: tuple[Block, ...] = ()
    kind: str = "interface"
    status: str = "in-use"
    owner: str = ""
    instance: str = ""
    description: str = ""
    checks_addresses: bool | None = True
    denies_internet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A VPC endpoint. `kind` is lower case: interface, gateway, gatewayloadbalancer, resource, servicenetwork, tunnel.

    `names` are the DNS names that it answers to, `families` its address type (ipv4, ipv6, dualstack; "" unread), `records`
    what its names are answered with (ipv4, ipv6, dualstack, service-defined; "" unread).
    `private_names` is None, and `vpc`, `kind`, `service` and `state` are "", where the reply does not tell them.
    """

    id: str
    vpc: str
    kind: str
    service: str
    state: str
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    private_names: bool | None = False
    inbound_resolver_only: bool = False
    families: str = ""
    records: str = ""
    service_region: str = ""
    policy: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NatAddress:
    """One address pair of a NAT gateway; `zone` where a regional one serves it there."""

    private: Block | None = None
    public: Block | None = None
    interface: str = ""
    zone: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nat:
    """A NAT gateway. A regional one has no subnet, and a route table of its own. `public` and `regional` are None where the
    reply does not tell them in words that are known."""

    id: str
    vpc: str
    state: str
    subnet: str = ""
    public: bool | None = True
    regional: bool | None = False
    table: str = ""
    addresses: tuple[NatAddress, ...] = ()
    proxied: bool = False


@dataclass(frozen=True, kw_only=True)
class Network:
    """Everything that was read, by id. None: not read; `unread` says why, by reply (`NatGateways`: `denied: ec2:…`)."""

    region: str = ""
    vpcs: Mapping[str, Vpc] | None = None
    subnets: Mapping[str, Subnet] | None = None
    groups: Mapping[str, SecurityGroup] | None = None
    acls: Mapping[str, Acl] | None = None
    tables: Mapping[str, RouteTable] | None = None
    interfaces: Mapping[str, Interface] | None = None
    endpoints: Mapping[str, Endpoint] | None = None
    nats: Mapping[str, Nat] | None = None
    internet_gateways: Mapping[str, Gateway] | None = None
    egress_only_gateways: Mapping[str, Gateway] | None = None
    vpn_gateways: Mapping[str, Gateway] | None = None
    peerings: Mapping[str, Peering] | None = None
    prefix_lists: Mapping[str, PrefixList] | None = None
    transit_gateways: Mapping[str, TransitGateway] | None = None
    attachments: Mapping[str, Attachment] | None = None
    transit_tables: Mapping[str, TransitTable] | None = None
    dhcp_options: Mapping[str, DhcpOptions] | None = None
    encryption: Mapping[str, EncryptionControl] | None = None
    naming: Naming | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    derived: dict[tuple[object, ...], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: tuple[object, ...], make: Callable[[], Derived]) -> Derived:
        """What `make` returns, worked out the first time and kept as long as the network. A key begins with its user's name."""
        try:
            found: Derived = self.derived[key]
        except KeyError:
            found = self.derived[key] = make()
        return found

    def unanswered(self, reply: str) -> bool:
        """Whether somebody asked for a reply and did not get it; else nobody asked, or what was asked does not know it."""
        return self.unread.get(reply, "").startswith(_UNANSWERED)

    def missing(self, what: str, reply: str, id: str = "") -> str:
        """The reason for an unknown: `security group sg-1 was not read (denied: ec2:DescribeSecurityGroups)`."""
        why = self.unread.get(reply, "")
        return f"{what}{f' {id}' if id else ''} was not read{f' ({why})' if why else ''}"
