from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_FAULT = Fault(
    check="network.nat-acl-blocked",
    closer="the network ACL of a NAT gateway's subnet",
    remedy=Remedy(
        "Let both legs through in the network ACL of the NAT gateway's subnet: in from the function's subnets to the "
        "target's port, out to the target, answers in to ports 1024-65535, answers out to the function's subnets on "
        "1024-65535.",
        commands=(
            "aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=NAT_SUBNET "
            "--query 'NetworkAcls[].Entries'",
        ),
    ),
)


@check(
    "network.nat-acl-blocked",
    severity=Severity.BREAKS,
    nearness=Nearness.GATEWAY,
    remedy=_FAULT.remedy,
)
def nat_acl_blocked(paths: Paths) -> Iterator[Observation]:
    """The network ACL of the NAT gateway's subnet passes both legs of a connection.

    A NAT gateway has no security group, and its subnet's ACL sees each connection twice: from the function to the gateway
    and from the gateway to the internet, and the answers of both. One missing rule of four drops packets:
    `ConnectTimeoutError: Connect timeout on endpoint URL`.

    The gateway connects from ports 1024 to 65535, so that a rule for 32768 to 65535 stops about half of the connections.

    Source: VPC user guide, "NAT gateway basics", "Troubleshoot NAT gateways", "Network ACLs" (ephemeral ports).
    """
    yield from _FAULT.judge(paths)
