"""The names that VPC endpoints answer to: private DNS of interface endpoints, their own names, gateways' public names.

Sources: PrivateLink guide, "Access AWS services through AWS PrivateLink" (regional and zonal names, which resolve from
everywhere), "Gateway endpoints", "Access an AWS service using an interface VPC endpoint" (IP address type and DNS record IP
type: which families have records); EC2 API reference, `DnsOptions` (names for inbound resolver endpoints alone leave the
VPC's own traffic to the gateway endpoint).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from doctor.aws_domains import is_aws
from doctor.network import dns_remedies, service_names
from doctor.network.blocks import Block
from doctor.network.model import Endpoint, Vpc
from doctor.network.resolution import Kind, Problem, Question, Resolution, undecided
from doctor.network.serving import DEAD
from doctor.network.zones import depth

_SERVES = "available"
_BOTH = frozenset({4, 6})
_FAMILIES = {"ipv4": frozenset({4}), "ipv6": frozenset({6})}
_RECORDS = frozenset(
    {"", "ipv4", "ipv6", "dualstack", "service-defined"}
)  # EC2 API reference, DnsOptions; "" in older replies
_PRIVATELY = _FAMILIES | {"service-defined": frozenset({4})}  # its regional and zonal names have records of both
# EC2 API reference, VpcEndpoint, VpcEndpointType.
_OTHER_KINDS = frozenset({"gatewayloadbalancer", "resource", "servicenetwork", "tunnel"})
_KINDS = _OTHER_KINDS | {"interface", "gateway"}
_OWN_NAME = re.compile(r"(?:^|\.)vpce-[^.]+\.(?:.+\.)?vpce\.")


@dataclass(frozen=True, slots=True)
class Served:
    """The endpoint whose private DNS claims a name, and how specific its zone is (-1: none does).

    `problems` and `unknowns` are about endpoints that would claim it if they were configured otherwise.
    """

    endpoint: Endpoint | None = None
    depth: int = -1
    problems: tuple[Problem, ...] = ()
    unknowns: tuple[str, ...] = ()


def serving(question: Question, vpc: Vpc) -> Served:
    """Which endpoint's private DNS claims the name in this VPC."""
    if question.network.endpoints is None:
        return Served(unknowns=(question.network.missing("VPC endpoints", "VpcEndpoints", f"of {vpc.id}"),))
    doubts = tuple(_doubts(question, vpc))
    claims = [(endpoint, level) for endpoint in _of(question, vpc) if (level := _claim(endpoint, question.host)) >= 0]
    named = [(endpoint, level) for endpoint, level in claims if endpoint.private_names]
    open_ = doubts + tuple(_state(endpoint) for endpoint, _ in named if endpoint.state not in (_SERVES, *DEAD))
    ready = [(endpoint, level) for endpoint, level in named if endpoint.state == _SERVES]
    ready = [(endpoint, level) for endpoint, level in ready if not endpoint.inbound_resolver_only]
    if ready and vpc.dns_hostnames is not False:
        endpoint, level = max(ready, key=lambda claim: (claim[1], claim[0].id))
        unread = question.network.missing("the attribute enableDnsHostnames", _reply(vpc), f"of {vpc.id}")
        return Served(endpoint, level, unknowns=open_ if vpc.dns_hostnames else (*open_, unread))
    if ready:
        return Served(problems=tuple(_without_hostnames(endpoint, vpc) for endpoint, _ in ready), unknowns=open_)
    without = [endpoint for endpoint, _ in claims if endpoint.private_names is False and endpoint.state == _SERVES]
    return Served(problems=tuple(_without_names(endpoint, question.host) for endpoint in without), unknowns=open_)


def answer(question: Question, served: Served) -> Resolution:
    """The addresses of the endpoint that claims the name."""
    if served.endpoint is None:
        raise ValueError("no endpoint claims the name")
    families = _PRIVATELY.get(served.endpoint.records, _BOTH)
    found, unknowns = _addresses(question, served.endpoint, "", families)
    unknowns = (*served.unknowns, *unknowns)
    return Resolution(question.host, Kind.ENDPOINT, found, served.endpoint.id, (), unknowns)


def publicly(question: Question, vpc: Vpc, served: Served) -> Resolution:
    """What the name becomes where nothing private claims it."""
    network, host = question.network, question.host
    if network.endpoints is None:
        return undecided(question, *served.unknowns)
    if own := endpoint_named(question):
        return own
    if strange := [endpoint for endpoint in _of(question, vpc) if _may_own(endpoint, host)]:
        why = (
            f"{each.id} (of the type {each.kind}) may answer for {host}: its names are not known" for each in strange
        )
        return undecided(question, *why, component=strange[0].id)
    if _OWN_NAME.search(host):
        return undecided(
            question, f"{host} is the own name of an endpoint that was not read: its addresses are private"
        )
    for endpoint in _of(question, vpc):
        if endpoint.kind == "gateway" and _by_gateway(endpoint, host) and _carries(question, vpc, endpoint):
            listed, unknowns = _listed(question, endpoint)
            return Resolution(
                host, Kind.GATEWAY, question.public or listed, endpoint.id, (), served.unknowns + unknowns
            )
    component = served.problems[0].component if served.problems else ""
    return Resolution(host, Kind.PUBLIC, question.public, component, served.problems, served.unknowns)


def endpoint_named(question: Question) -> Resolution | None:
    """The endpoint whose own name (`vpce-….vpce.amazonaws.com`) the host is, in any VPC; a zonal name is one zone's."""
    host = question.host
    for _, endpoint in sorted((question.network.endpoints or {}).items()):
        if any(_own(name) and service_names.matches(name, host) for name in endpoint.names):
            zone = _zone(question, endpoint, host)
            families = _FAMILIES.get(endpoint.records, _BOTH)
            found, unknowns = _addresses(question, endpoint, zone, families)
            return Resolution(host, Kind.ENDPOINT, found, endpoint.id, (), unknowns)
    return None


def _of(question: Question, vpc: Vpc) -> Iterator[Endpoint]:
    mine = (endpoint for endpoint in (question.network.endpoints or {}).values() if endpoint.vpc == vpc.id)
    return iter(sorted(mine, key=lambda endpoint: endpoint.id))


def _doubts(question: Question, vpc: Vpc) -> Iterator[str]:
    """Why an endpoint that does not tell all of itself may answer for the name, or carry what it leads to."""
    known = sorted((question.network.endpoints or {}).values(), key=lambda endpoint: endpoint.id)
    for endpoint in known:
        if endpoint.vpc in (vpc.id, "") and endpoint.state not in DEAD and _may_claim(endpoint, question.host):
            told = {
                "VPC": endpoint.vpc,
                "type": endpoint.kind in _KINDS,
                "service": endpoint.service or endpoint.kind not in ("interface", "gateway"),
                "PrivateDnsEnabled": endpoint.kind != "interface" or endpoint.private_names is not None,
            }
            lacking = [what for what, is_known in told.items() if not is_known]
            if lacking:
                yield f"{endpoint.id} may answer for {question.host}: its {' and '.join(lacking)} is not known"


def _may_claim(endpoint: Endpoint, host: str) -> bool:
    """Whether the names or the service of an endpoint fit the host, as far as they were told."""
    listed = [name for name in endpoint.names if not _own(name)]
    if any(service_names.matches(name, host) for name in listed) or endpoint.kind in _OTHER_KINDS:
        return any(service_names.matches(name, host) for name in listed)
    if not endpoint.service:
        return is_aws(host) and not listed
    private = any(service_names.matches(name, host) for name in service_names.private(endpoint.service))
    return (private and endpoint.kind != "gateway") or (_by_gateway(endpoint, host) and endpoint.kind != "interface")


def _by_gateway(endpoint: Endpoint, host: str) -> bool:
    return any(service_names.matches(pattern, host) for pattern in service_names.gateway(endpoint.service))


def _carries(question: Question, vpc: Vpc, endpoint: Endpoint) -> bool:
    """Whether a gateway endpoint is on the way to its service: it works, or may, or a route leads to it all the same."""
    tables = [each for each in (question.network.tables or {}).values() if each.vpc == vpc.id]
    routed = any(route.target == endpoint.id for table in tables for route in table.routes)
    return routed or endpoint.state not in DEAD


def _own(name: str) -> bool:
    return name.removeprefix("*.").startswith("vpce-")


def _claim(endpoint: Endpoint, host: str) -> int:
    """How specific the zone is that private DNS of this endpoint would answer the host from; -1 for none."""
    if endpoint.kind != "interface":
        return -1
    listed = [name for name in endpoint.names if not _own(name)]
    names = listed if endpoint.private_names and listed else service_names.private(endpoint.service)
    fitting = [name for name in names if service_names.matches(name, host)]
    return max((depth(name.removeprefix("*.")) for name in fitting), default=-1)


def _may_own(endpoint: Endpoint, host: str) -> bool:
    """Endpoints of other types bring zones of their own, for names that are not AWS's."""
    usual = ("interface", "gateway", "gatewayloadbalancer")
    named = any(service_names.matches(name, host) for name in endpoint.names)
    return endpoint.kind not in usual and (named or (endpoint.private_names is not False and not is_aws(host)))


def _zone(question: Question, endpoint: Endpoint, host: str) -> str:
    label = host.removeprefix("*.").partition(".")[0]
    subnets = (question.network.subnets or {}).get
    zones = {found.zone for subnet in endpoint.subnets if (found := subnets(subnet)) and found.zone}
    return next((zone for zone in sorted(zones) if label.endswith(f"-{zone}")), "")


def _addresses(
    question: Question, endpoint: Endpoint, zone: str, recorded: frozenset[int]
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The addresses of an endpoint's interfaces (of one zone, where it is given) that records tell, and what was not read."""
    network, found, unread = question.network, set[Block](), []
    carried = _FAMILIES.get(endpoint.families, _BOTH)
    families = carried & recorded
    if carried == _BOTH and endpoint.records not in _RECORDS:
        unread.append(f"which records the names of {endpoint.id} have was not told in words that are known")
    for id in sorted(endpoint.interfaces):
        interface = (network.interfaces or {}).get(id)
        if interface is None:
            unread.append(network.missing("interface", "NetworkInterfaces", id) + f", which is one of {endpoint.id}")
            continue
        subnet = (network.subnets or {}).get(interface.subnet)
        if not zone or (subnet and subnet.zone == zone):
            found.update(block for block in interface.addresses if block.family in families)
    if not endpoint.interfaces:
        unread.append(f"{endpoint.id} names no interface, so that its addresses are not known")
    return tuple(sorted(found)), tuple(unread)


def _listed(question: Question, endpoint: Endpoint) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    lists = (question.network.prefix_lists or {}).values()
    listed = next((each for each in sorted(lists, key=lambda each: each.id) if each.name == endpoint.service), None)
    if listed is None or listed.blocks is None:
        return (), (question.network.missing("the prefix list", "PrefixLists", f"of {endpoint.service}"),)
    return tuple(sorted(listed.blocks)), ()


def _reply(vpc: Vpc) -> str:
    return f"VpcAttribute/{vpc.id}.enableDnsHostnames"


def _state(endpoint: Endpoint) -> str:
    return f"{endpoint.id} is in the state {endpoint.state!r}: whether its private DNS answers is not known"


def _without_hostnames(endpoint: Endpoint, vpc: Vpc) -> Problem:
    words = f"enableDnsHostnames is off in {vpc.id}, so that the private DNS of {endpoint.id} does not work"
    commands = dns_remedies.attribute(vpc.id, "enable-dns-hostnames")
    return Problem("dns.vpc-hostnames-off", vpc.id, words, commands)


def _without_names(endpoint: Endpoint, host: str) -> Problem:
    words = f"private DNS of {endpoint.id} ({endpoint.service}) is off, so that {host} is a public name"
    return Problem("dns.private-names-off", endpoint.id, words, dns_remedies.private_names(endpoint.id))
