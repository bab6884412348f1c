"""What leads out of a VPC, and what is shared between several: gateways, peerings, transit gateways, prefix lists."""

from collections.abc import Mapping
from dataclasses import dataclass

from doctor.network.blocks import Block

# EC2 API reference, VpcPeeringConnectionStateReason, Code: in these a peering connection carries nothing.
PEERING_DEAD = frozenset(
    {"initiating-request", "pending-acceptance", "failed", "expired", "provisioning", "deleted", "deleting", "rejected"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """An internet gateway, egress-only gateway or VPN gateway: the state of its attachment by VPC; None where not told."""

    id: str
    attached: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeringSide:
    """One end of a peering connection."""

    vpc: str
    owner: str = ""
    region: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peering:
    """A peering connection; it carries the CIDRs of its two VPCs and nothing beyond."""

    id: str
    state: str
    requester: PeeringSide
    accepter: PeeringSide


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixList:
    """A prefix list by id: AWS's own (of a gateway endpoint's service) or a customer's. `blocks` None: not read."""

    id: str
    name: str = ""
    owner: str = ""
    blocks: tuple[Block, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitGateway:
    """`references` tells whether security group references cross it; None where its options were not read. `encryption`
    is the state of its support of encryption controls: enabling, enabled, disabling, disabled; "" unread."""

    id: str
    state: str
    owner: str = ""
    references: bool | None = None
    encryption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What hangs on a transit gateway. `table` is the associated route table, `subnets` a VPC attachment's.

    `references` (security group references cross it) and `appliance` (appliance mode) are None where they were not read.
    """

    id: str
    gateway: str
    kind: str
    resource: str
    state: str
    owner: str = ""
    table: str = ""
    associated: str = ""
    subnets: tuple[str, ...] | None = None
    references: bool | None = None
    appliance: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitRoute:
    """A route of a transit gateway: to a block or a prefix list, by way of attachments; static or propagated."""

    to: Block | str
    attachments: tuple[str, ...] = ()
    state: str = "active"
    static: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitTable:
    """A transit gateway's route table; `routes` None: not read."""

    id: str
    gateway: str
    routes: tuple[TransitRoute, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpOptions:
    """`resolvers` are the domain-name-servers: `AmazonProvidedDNS` or addresses."""

    id: str
    resolvers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionControl:
    """A VPC's encryption control: mode monitor or enforce, and the resources that are excluded from it."""

    vpc: str
    mode: str
    id: str = ""
    state: str = ""
    excluded: tuple[str, ...] = ()
