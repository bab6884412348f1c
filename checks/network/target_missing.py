from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check
from doctor.areas.dns import leads_to_nobody
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths
from doctor.verdict import Outcome

_FAULT = Fault(
    check="network.target-missing",
    closer="an address that no interface carries",
    remedy=Remedy(
        "Compare the address with where the target lives today: the name's record may be stale, the instance, task or "
        "database replaced, the endpoint removed. A record that follows the target (an alias, a service's own name) "
        "does not age.",
        commands=("aws ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values=ADDRESS",),
    ),
)


@check(
    "network.target-missing",
    severity=Severity.BREAKS,
    nearness=Nearness.TARGET,
    remedy=_FAULT.remedy,
)
def target_missing(paths: Paths) -> Iterator[Observation]:
    """A private target's address is carried by a network interface.

    An address inside the VPC that no interface has is nobody's: packets to it are dropped where they arrive. So are those
    to an interface that is attached to nothing, and to a NAT gateway's own address or a function's, which take no
    connections.
    `ConnectTimeoutError: Connect timeout on endpoint URL`, `[Errno 113] No route to host`.

    Left behind by a replaced database, task or endpoint whose name still points to the old address, or by an address that
    was written down.

    Source: EC2 API reference, `DescribeNetworkInterfaces`, which lists every interface of the VPC that this account can
    see.
    """
    for seen in _FAULT.judge(paths):
        by_zone = seen.outcome is Outcome.PROBLEM and leads_to_nobody(paths)
        yield replace(seen, severity=Severity.HINTS) if by_zone else seen  # `dns.private-zone-shadows` names the zone
