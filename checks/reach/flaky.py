from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, hosts, not_applicable, ok, problem, unknown
from doctor.diagnosis.telling import telling
from doctor.evidence.reach import Probe, Reach, Tcp


@check(
    "reach.flaky",
    severity=Severity.RISKS,
    follows=("network.*",),
    remedy=Remedy(
        "Repeat the run a few times. A network ACL that lets back a part of the ephemeral ports, a NAT gateway short of ports, "
        "or a lossy link fails some connections and not others.",
        commands=("aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET",),
    ),
)
def flaky(reach: Reach) -> Iterator[Observation]:
    """Connecting three times gives the same result three times.

    Each address is connected to three times. A closed port or a missing route fails every time; what fails now and then
    shows as

        ConnectTimeoutError or EndpointConnectionError, intermittently, and retries that help
    """
    target = reach.concerns
    mixed = [probe for probe in reach.probes if len(set(probe.tries)) > 1]
    if not reach.expected or reach.overridden:
        yield not_applicable(target, f"{target} is not judged by repetition")
    elif not any(probe.tries for probe in reach.probes):
        yield unknown(target, f"not reached: no address of {target} was tried", severity=Severity.HINTS)
    elif mixed:
        first = mixed[0]
        told = ", ".join(outcome.value for outcome in first.tries)
        yield problem(
            target,
            f"connections to {target} succeed and fail by turns ({first.address}: {told})",
            addresses=tuple(probe.address for probe in mixed),
            candidates=(candidates := _candidates(mixed)),
            separate=telling(candidates, first.address, reach.port),
        )
    else:
        yield ok(target, f"repeated connections to {target} agree")


def _candidates(mixed: list[Probe]) -> tuple[str, ...]:
    """What drops some connections to one address by their own port, likeliest first; a refusal is somebody's answer."""
    outcomes = {outcome for probe in mixed for outcome in probe.tries}
    addresses = [hosts.without_zone(probe.address) for probe in mixed]
    if outcomes != {Tcp.CONNECTED, Tcp.TIMEOUT} or None in addresses:
        return ()
    beyond = all(address is not None and address.is_global for address in addresses)
    return ("network.acl-return-blocked", *(("network.nat-acl-blocked",) if beyond else ()), "network.firewall-in-path")
