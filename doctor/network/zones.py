"""What decides how a name resolves in a VPC, beside its endpoints: as the Route 53 replies tell, without a judgement.

Names are lower case and end without a dot. A section that is None was not read, which is never the same as empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record set of a hosted zone. `kind` is A, AAAA, CNAME, NS, …; `alias` the name that an alias stands for.

    `chosen` tells how Route 53 picks among several of one name and type: `many` at once, by `weight`, not while another
    has a weight (`idle`), by `circumstance` (health, place, delay); "" for one that stands alone, or was not told.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    alias: str = ""
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A private hosted zone. `owner` is an account's number, or the AWS service that keeps it; `records` None: unread."""

    id: str
    name: str
    owner: str = ""
    records: tuple[Record, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverRule:
    """A resolver rule; `domain` is empty for the root. `kind` is lower case: forward, system, recursive, delegate.

    `vpcs` None: its associations were not read. `targets` are the addresses of the resolvers that it forwards to.
    """

    id: str
    domain: str
    kind: str
    targets: tuple[str, ...] = ()
    vpcs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRule:
    """One rule of a DNS Firewall group. `domains` None: the list was not read, or AWS keeps what it looks for.

    `action` is allow, alert or block, `response` nodata, nxdomain or override, `record` the type of query that it
    is limited to. `managed` tells that AWS writes the list, or finds threats without one, `trusting` that only the name
    that is asked for is inspected, and not what a CNAME leads to; None where that is told in a word that nobody knows.
    """

    priority: int
    action: str
    list: str = ""
    domains: tuple[str, ...] | None = None
    name: str = ""
    response: str = ""
    override: str = ""
    record: str = ""
    managed: bool = False
    trusting: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallGroup:
    """A DNS Firewall rule group as it is associated with a VPC; `rules` None: unread. `status` is set where it is a word
    that nobody knows, so that the group may judge nothing."""

    id: str
    vpc: str
    priority: int
    rules: tuple[FirewallRule, ...] | None = None
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A Route 53 Profile that is associated with a VPC: it may bring zones, rules and firewall groups of its own."""

    id: str
    vpc: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Naming:
    """All of it. `zones` are by VPC, and a VPC that is not among them was not read.

    `loose` are private zones of the account whose associations nobody told. `fails_open` is by VPC: whether DNS
    Firewall lets a query through that it cannot judge; a VPC that is not among them fails closed, as is AWS's default.
    `strays` are a VPC's resolver rules that no reply describes, as rule and VPC.
    """

    zones: Mapping[str, tuple[Zone, ...]] | None = None
    loose: tuple[Zone, ...] = ()
    rules: tuple[ResolverRule, ...] | None = None
    firewalls: tuple[FirewallGroup, ...] | None = None
    profiles: tuple[Profile, ...] | None = None
    fails_open: Mapping[str, bool] | None = None
    strays: tuple[tuple[str, str], ...] = ()


def covers(domain: str, host: str) -> bool:
    """Whether the host is the domain or lies below it. The root, an empty domain, covers everything."""
    return not domain or host == domain or host.endswith(f".{domain}")


def depth(domain: str) -> int:
    """How specific a domain is: its number of labels."""
    return len(domain.split(".")) if domain else 0


def plain(name: str) -> str:
    """A name as the replies write it, lower case and without the last dot; Route 53 writes `*` as `\\052`."""
    return name.replace("\\052", "*").rstrip(".").lower()
