"""Who may have dropped packets in silence: the suspects of a whole run, likeliest first. Pure.

From inside, groups, network ACLs, routes and gateways all look alike, and a check looks at one target alone. But each of
them drops some packets and passes others, so what the same run met elsewhere tells: an address that answered, a name that
led to an endpoint, the nameserver that was asked. A deduction strikes suspects out only where they could not have let
that pass; what merely makes them more or less likely moves them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doctor import hosts
from doctor.diagnosis.sight import Address, Sight, Tried
from doctor.network.serving import GATEWAYS
from doctor.verdict import Finding

SILENCES = ("reach.connect-timeout", "reach.some-addresses-dead")  # whose candidates are held against the run
_OURS = (
    "network.egress-blocked",
    "network.acl-egress-blocked",
    "network.acl-return-blocked",
    "network.interface-groups-differ",
    "network.encryption-control-blocks",
)  # stand at the function itself, before its packets part
_NO_WAY_OUT = (
    "network.no-route",
    "network.public-subnet",
    "network.nat-unavailable",
    "network.nat-without-internet",
    "network.internet-gateway-missing",
    "network.blackhole-route",
    "network.public-access-blocked",
)  # stop all that is bound for the internet by IPv4
_ATTRIBUTES = ("dns.vpc-hostnames-off", "dns.vpc-support-off")  # are the VPC's, and so the same for all names
_BASE_PLUS_TWO = 2  # where the VPC's own resolver stands, in a block whose base is a multiple of sixteen
_AMAZONS = ("169.254.169.253", "fd00:ec2::253")
_HTTPS = 443


@dataclass(frozen=True, slots=True)
class _Silence:
    """What kept silent, and whatever else the run met."""

    sight: Sight
    addresses: frozenset[Address]
    ports: frozenset[int]

    @property
    def beyond(self) -> bool:
        """Whether all of it lies on the internet, by IPv4."""
        return all(address.is_global and address.version == 4 for address in self.addresses)

    @property
    def both_families(self) -> bool:
        """Whether all of it lies on the internet, some by IPv4 and some by IPv6."""
        versions = {address.version for address in self.addresses}
        return all(address.is_global for address in self.addresses) and len(versions) > 1

    @property
    def everywhere(self) -> bool:
        """Whether some of it has a private address, and some lies on the internet."""
        return len({address.is_global for address in self.addresses}) > 1

    @property
    def within(self) -> bool:
        """Whether some of it has a private address."""
        return any(not address.is_global for address in self.addresses)

    @property
    def aws(self) -> bool:
        """Whether some of it is AWS."""
        return any(each.service for each in self.sight.tried if each.address in self.addresses)

    @property
    def services(self) -> int:
        """How many services of AWS are among it."""
        return len({each.service for each in self.sight.tried if each.service and each.address in self.addresses})

    @property
    def others(self) -> list[Tried]:
        tried = self.sight.tried
        return [each for each in tried if each.address not in self.addresses or each.port not in self.ports]

    @property
    def way_out(self) -> bool:
        """Whether somebody else on the internet answered.

        S3 and DynamoDB tell nothing: a gateway endpoint carries their public addresses without any way out (PrivateLink
        guide, "Gateway endpoints").
        """
        public = (each for each in self.others if each.address.is_global and each.address.version == 4)
        return any(each.passed and each.service not in GATEWAYS for each in public)

    @property
    def way_out_by_ipv6(self) -> bool:
        """Whether the internet answered by IPv6, whose way out has neither NAT nor the internet gateway's public address."""
        return any(each.passed and each.address.is_global and each.address.version == 6 for each in self.sight.tried)

    @property
    def by_gateway_endpoint(self) -> bool:
        """Whether S3 or DynamoDB answered, while nothing else on the internet did."""
        return not self.way_out and any(each.passed and each.service in GATEWAYS for each in self.others)

    @property
    def same_port(self) -> bool:
        """Whether something else answered at the port in question."""
        instrument = bool(self.sight.instrument) and _HTTPS in self.ports
        return instrument or any(each.passed and each.port in self.ports for each in self.others)

    @property
    def alone(self) -> bool:
        """Whether nothing at all answered, although something else was tried."""
        tried = bool(self.others) or self.sight.instrument is not None
        return tried and not self.sight.instrument and not any(each.passed for each in self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deduction:
    """What follows `when` so much was met: who is out, who comes first in this order, who comes last."""

    when: Callable[[_Silence], bool]
    out: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


_DEDUCTIONS = (
    # One default route, internet gateway and NAT gateway serve the whole internet; only groups and ACLs tell addresses and
    # ports apart (VPC user guide, "Route tables", "NAT gateways", "Security group rules", "Network ACL rules").
    _Deduction(
        when=lambda it: it.beyond and it.way_out, out=_NO_WAY_OUT, first=(*_OURS[:3], "network.nat-acl-blocked")
    ),
    # IPv6 leaves the function's groups and network ACL, and its subnet: what it does without is NAT, and a route for IPv4
    # (VPC user guide, "Egress-only internet gateways", "Enable internet access using internet gateways").
    _Deduction(
        when=lambda it: it.beyond and it.way_out_by_ipv6 and not it.way_out,
        first=(
            "network.public-subnet",
            "network.nat-unavailable",
            "network.endpoint-missing",
            "network.no-route",
            "network.nat-without-internet",
            "network.blackhole-route",
            "network.internet-gateway-missing",
        ),
        last=_OURS,
    ),
    # One cause for both families is likelier than two: IPv4 and IPv6 share the function's own rules, and Block Public
    # Access, which closes internet gateways and egress-only ones alike (VPC user guide, "Block public access to VPCs and
    # subnets").
    _Deduction(
        when=lambda it: it.both_families,
        first=(
            "network.no-route",
            "network.endpoint-missing",
            "network.egress-blocked",
            "network.public-access-blocked",
            "network.acl-egress-blocked",
            "network.acl-return-blocked",
        ),
    ),
    # Nothing within the VPC answers, and nothing beyond it: what both share stands at the function itself.
    _Deduction(
        when=lambda it: it.everywhere and it.alone,
        first=(
            "network.egress-blocked",
            "network.acl-egress-blocked",
            "network.acl-return-blocked",
            "network.encryption-control-blocks",
        ),
    ),
    # A gateway endpoint answers, and several services, not one, lead past whatever endpoints there are: what they share is
    # that there is none, or the VPC's DNS attribute, or its resolver.
    _Deduction(
        when=lambda it: it.beyond and it.services > 1 and it.by_gateway_endpoint and not it.sight.private_names,
        first=(
            "network.endpoint-missing",
            "dns.vpc-hostnames-off",
            "dns.custom-resolver",
            "network.nat-unavailable",
            "dns.private-names-off",
        ),
    ),
    # STS answered from an endpoint of its own or over a way out: nobody told which, so that nothing is out.
    _Deduction(when=lambda it: it.beyond and bool(it.sight.instrument), last=(*_NO_WAY_OUT, "network.nat-acl-blocked")),
    # Private DNS of any endpoint needs both of the VPC's DNS attributes, and a resolver that asks Amazon's (PrivateLink
    # guide, "Access an AWS service using an interface VPC endpoint"; VPC user guide, "DNS attributes for your VPC"). One of
    # somebody's own may forward some of AWS's names and not others, which few do.
    _Deduction(when=lambda it: it.beyond and it.sight.private_names, out=_ATTRIBUTES, last=("dns.custom-resolver",)),
    # Others have endpoints and lead to them, so that whoever built this VPC meant this one to have one, too.
    _Deduction(
        when=lambda it: it.beyond and it.aws and it.sight.private_names and not it.way_out,
        first=("network.endpoint-missing", "dns.private-names-off", "dns.public-answer"),
    ),
    # A link-local nameserver stands in every sandbox and asks whom the DHCP options name, so it excuses nobody; another
    # one that is not the VPC's base address plus two is somebody's own (VPC user guide, "Amazon DNS server").
    _Deduction(
        when=lambda it: it.beyond and not it.sight.private_names and any(map(_is_strange, it.sight.nameservers)),
        first=("dns.custom-resolver",),
    ),
    # What leaves the function by the same port is let out to some, at least.
    _Deduction(when=lambda it: it.beyond and it.same_port and not it.way_out and not it.sight.instrument, last=_OURS),
    _Deduction(when=lambda it: it.within and it.same_port, last=(*_OURS[:2], *_OURS[3:])),
    # Nothing passes: what stands before all of it. A VPC without a way out has often no endpoint for STS, so that
    # the other end's own group comes before the rarer network ACLs.
    _Deduction(
        when=lambda it: it.within and it.alone,
        first=(
            "network.egress-blocked",
            "network.endpoint-ingress-blocked",
            "network.target-ingress-blocked",
            "network.acl-egress-blocked",
            "network.acl-return-blocked",
        ),
    ),
    # The same on the internet. For AWS, no way at all, then rules that people write: of the function's group, and of the NAT
    # gateway's subnet, whose ACL has to pass requests and answers both ways (VPC user guide, "NAT gateways").
    _Deduction(
        when=lambda it: it.beyond and it.alone and it.aws,
        first=(
            "network.gateway-endpoint-unrouted",
            "network.endpoint-missing",
            "network.egress-blocked",
            "network.nat-acl-blocked",
            "network.nat-unavailable",
            "network.public-subnet",
        ),
    ),
    # Somebody else is never reached by an endpoint: the ways out come first.
    _Deduction(
        when=lambda it: it.beyond and it.alone and not it.aws,
        first=("network.no-route", "network.public-subnet", "network.nat-unavailable", "network.egress-blocked"),
    ),
)


def _is_strange(nameserver: str) -> bool:
    address = hosts.without_zone(nameserver)
    if address is None or nameserver in _AMAZONS or address.is_link_local or address.is_loopback:
        return False
    return address.version == 6 or int(address) % 16 != _BASE_PLUS_TWO


def ranked(findings: Sequence[Finding], named: Sequence[Sequence[str]], known: Sight) -> tuple[str, ...]:
    """The suspects that each of these silences has `named` in its order, held against what the run met elsewhere.

    Those that are named for more of the silences come first among equals: one cause for all.
    """
    texts = (text for finding in findings for text in finding.addresses)
    ports = (target.rpartition(":")[2] for finding in findings for target in finding.targets)
    silence = _Silence(
        known,
        frozenset(address for address in map(hosts.without_zone, texts) if address),
        frozenset(int(port) for port in ports if port.isdecimal()),
    )
    drawn = [each for each in _DEDUCTIONS if silence.addresses and each.when(silence)]
    out = {id_ for each in drawn for id_ in each.out}
    first = list(dict.fromkeys(id_ for each in drawn for id_ in each.first))
    last = {id_ for each in drawn for id_ in each.last} - set(first)
    times = Counter(id_ for each in named for id_ in dict.fromkeys(each))
    order = list(times)

    def place(id_: str) -> tuple[int, int, int]:
        leading = first.index(id_) if id_ in first else len(first)
        return leading + (id_ in last), -times[id_], order.index(id_)

    return tuple(sorted((id_ for id_ in order if id_ not in out), key=place))
