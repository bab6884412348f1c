from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_FAULT = Fault(
    check="network.firewall-in-path",
    closer="an appliance whose rules cannot be read",
    suspected=True,
    remedy=Remedy(
        "Ask whoever runs the appliance for its logs, and whether it passes this target; for AWS Network Firewall "
        "look at the alert and flow logs of its endpoint.",
        commands=(
            "aws network-firewall list-firewalls",
            "aws ec2 describe-vpc-endpoints --filters Name=vpc-endpoint-type,Values=GatewayLoadBalancer",
        ),
    ),
)


@check(
    "network.firewall-in-path",
    severity=Severity.HINTS,
    nearness=Nearness.GATEWAY,
    remedy=_FAULT.remedy,
)
def firewall_in_path(paths: Paths) -> Iterator[Observation]:
    """No appliance whose rules cannot be read stands on the way.

    A gateway load balancer's endpoint, a network firewall, a NAT instance or a router set by a route server passes packets
    or drops them by rules that no VPC reply holds. Everything else on the way may be open, and still `ConnectTimeoutError:
    Connect timeout on endpoint URL`, `ConnectionResetError: [Errno 104] Connection reset by peer`.

    Inspection that opens TLS shows as an untrusted certificate instead. Whether the appliance is at fault only its own logs
    or a probe from inside can tell.

    Source: VPC user guide, "Middlebox routing"; Network Firewall developer guide, "Logging network traffic".
    """
    yield from _FAULT.judge(paths)
