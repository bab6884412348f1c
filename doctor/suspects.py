"""Who may have dropped packets in silence: the suspects of a whole run, likeliest first. Pure.

From inside, groups, network ACLs, routes and gateways all look alike, and a check looks at one target alone. But each of
them drops some packets and passes others, so what the same run met elsewhere tells: an address that answered, a name that
led to an endpoint, the nameserver that was asked. A deduction strikes suspects out only where they could not have let
that pass; what merely makes them more or less likely moves them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from doctor import boundary
from doctor.evidence import Evidence, Missing
from doctor.network.serving import GATEWAYS
from doctor.verdict import Finding, Source

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
# `doctor.evidence.reach.Tcp` in its plain form; a refusal has come all the way, too.
_PASSED, _SILENT = ("connected", "refused"), "timeout"
_BASE_PLUS_TWO = 2  # where the VPC's own resolver stands, in a block whose base is a multiple of sixteen
_AMAZONS = ("169.254.169.253", "fd00:ec2::253")
_HTTPS = 443
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Tried:
    """One address of a target to which the sandbox connected directly; `passed` tells that an answer came back."""

    address: Address
    port: int
    service: str | None
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a run met from inside.

    `instrument` is whether STS, where it is no target, took a connection: at an address that nobody told. None where it
    was not asked, or a proxy was asked in its place. `private_names` tells that AWS's names led to private addresses which
    no hosts file pins.
    """

    tried: tuple[Tried, ...] = ()
    instrument: bool | None = None
    private_names: bool = False
    nameservers: tuple[str, ...] = ()


def sight(known: Iterable[Evidence | Missing]) -> Sight:
    """What the evidence from inside tells of the ways that packets went.

    Nothing where it comes from several subnets: what passes from one says nothing of another.
    """
    seen: dict[str, list[Evidence]] = {}
    for item in known:
        if isinstance(item, Evidence) and item.source is Source.INSIDE:
            seen.setdefault(item.kind, []).append(item)
    if len({item.vantage.subnet for item in seen.get("reach", ())}) > 1:
        return Sight()
    reached = [item.facts for item in seen.get("reach", ())]
    resolvers = [item.facts for item in seen.get("resolver", ())]
    pinned = {name for facts in resolvers for name in facts.get("pinned", ())}
    services = {facts["host"] for facts in reached if facts.get("service")} - pinned
    named = [item.facts for item in seen.get("names", ()) if item.facts.get("host") in services]
    proxied = any(item.facts.get("proxies") for item in seen.get("proxy", ()))
    targets = {facts["host"] for facts in reached}
    calls = [item.facts for item in seen.get("clients", ()) if item.facts.get("host") not in targets]
    return Sight(
        tried=tuple(each for facts in reached if not facts.get("proxied") for each in _tried(facts)),
        instrument=None if proxied or not calls else _stood(calls[-1].get("first")),
        private_names=any(_is_private(each) for facts in named for each in facts["system"]["addresses"]),
        nameservers=tuple(dict.fromkeys(each for facts in resolvers for each in facts.get("nameservers", ()))),
    )


def _tried(facts: Mapping[str, Any]) -> Iterator[Tried]:
    for probe in facts["probes"]:
        address = _address(probe["address"])
        outcomes = {probe["tcp"], *probe.get("tries", ())}
        if address and not outcomes.isdisjoint((*_PASSED, _SILENT)):
            yield Tried(address, facts["port"], facts.get("service"), not outcomes.isdisjoint(_PASSED))


def _stood(call: Mapping[str, Any] | None) -> bool | None:
    """Whether a call's connection stood; None where it did not come so far, or nobody saw."""
    if call is None or (call.get("connect") is None and call.get("stopped_in") != "connect"):
        return None
    return call.get("connect") is not None


def _address(text: str) -> Address | None:
    return boundary.as_address(text.partition("%")[0])


def _is_private(text: str) -> bool:
    address = _address(text)
    return address is not None and not address.is_global


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
    def within(self) -> bool:
        """Whether some of it has a private address."""
        return any(not address.is_global for address in self.addresses)

    @property
    def aws(self) -> bool:
        """Whether some of it is AWS."""
        return any(each.service for each in self.sight.tried if each.address in self.addresses)

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
    # STS answered from an endpoint of its own or over a way out: nobody told which, so that nothing is out.
    _Deduction(when=lambda it: it.beyond and bool(it.sight.instrument), last=(*_NO_WAY_OUT, "network.nat-acl-blocked")),
    # Private DNS of any endpoint needs both of the VPC's DNS attributes, and a resolver that asks Amazon's (PrivateLink
    # guide, "Access an AWS service using an interface VPC endpoint"; VPC user guide, "DNS attributes for your VPC"). One of
    # somebody's own may forward some of AWS's names and not others, which few do.
    _Deduction(when=lambda it: it.beyond and it.sight.private_names, out=_ATTRIBUTES, last=("dns.custom-resolver",)),
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
    address = _address(nameserver)
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
        frozenset(address for address in map(_address, texts) if address),
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
