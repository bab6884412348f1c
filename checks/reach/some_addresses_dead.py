from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, hosts, not_applicable, ok, problem, unknown
from doctor.diagnosis.telling import telling
from doctor.evidence.reach import Probe, Reach, Tcp


@check(
    "reach.some-addresses-dead",
    severity=Severity.RISKS,
    follows=("network.*", "dns.stale-answer"),
    remedy=Remedy(
        "Find what is different about the dead addresses: the endpoint's interface in one zone, its security group, the ACL of "
        "its subnet, or IPv6. Until then, connect_timeout decides how long a call hangs before it tries the next address.",
        commands=(
            "aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[ServiceName,SubnetIds,NetworkInterfaceIds]'",
        ),
    ),
)
def some_addresses_dead(reach: Reach) -> Iterator[Observation]:
    """All addresses of the host carry calls, not only some.

    botocore tries the addresses one after the other, each for connect_timeout; with one of three dead, a third of the
    new connections is slow, or fails

        ConnectTimeoutError, intermittently

    Told here is what does not connect; an address that connects and then fails is told by the rung where it does. IPv6
    addresses without a route cost nothing where IPv4 carries: this machine itself says no, at once.
    """
    target = reach.concerns
    carried = any(probe.carries for probe in reach.probes)
    tried = [probe for probe in reach.probes if probe.tcp is not Tcp.FORBIDDEN]
    dead = [probe for probe in tried if probe.tcp is not Tcp.CONNECTED and not _without_route(probe)]
    if not reach.expected:
        yield not_applicable(target, f"{target} is declared unreachable")
    elif not tried:
        yield unknown(target, f"not reached: {reach.host} gave no address to connect to", severity=Severity.HINTS)
    elif not carried:
        yield not_applicable(target, f"no address of {target} carries a call, which other checks tell")
    elif dead:
        named = ", ".join(f"{probe.address} ({probe.tcp.value})" for probe in dead[:4])
        yield problem(
            target,
            f"{len(dead)} of {len(tried)} addresses of {target} do not connect: {named}",
            addresses=tuple(probe.address for probe in dead),
            candidates=(candidates := _candidates(dead)),
            separate=telling(candidates, dead[0].address, reach.port),
        )
    elif len(tried) < len(reach.probes):
        left = next(probe for probe in reach.probes if probe.tcp is Tcp.FORBIDDEN)
        yield unknown(target, f"{left.address} was not probed: {left.detail}", severity=Severity.HINTS)
    else:
        yield ok(target, f"every address of {target} connects")


# Stop IPv4 alone, all of it: `doctor.diagnosis.suspects` strikes them out where another address of IPv4 answered.
_WAYS_OUT = (
    "network.no-route",
    "network.public-subnet",
    "network.nat-unavailable",
    "network.nat-without-internet",
    "network.blackhole-route",
    "network.internet-gateway-missing",
    "network.nat-acl-blocked",
)


def _candidates(dead: list[Probe]) -> tuple[str, ...]:
    """What drops packets to some addresses of a host and not to others, likeliest first; nothing where somebody answers."""
    addresses = [found for probe in dead if (found := hosts.without_zone(probe.address))]
    if any(probe.tcp is not Tcp.TIMEOUT for probe in dead) or not addresses:
        return ()
    if all(address.version == 6 for address in addresses):
        return ("network.ipv6-dead-end", "network.no-route", "network.egress-blocked", "network.acl-egress-blocked")
    if all(address.is_global for address in addresses):
        ways_out = _WAYS_OUT if all(address.version == 4 for address in addresses) else ()
        return ("network.prefix-list-mismatch", "network.egress-blocked", "network.acl-return-blocked", *ways_out)
    return ("network.acl-ingress-blocked", "dns.stale-answer", "network.acl-return-blocked", "network.egress-blocked")


def _without_route(probe: Probe) -> bool:
    return ":" in probe.address and probe.tcp is Tcp.UNREACHABLE
