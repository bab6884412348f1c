from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
RequestsOut:
  Type: AWS::EC2::NetworkAclEntry
  Properties:
    NetworkAclId: COMPONENT
    Egress: true
    RuleNumber: NUMBER
    Protocol: 6
    PortRange: {From: PORT, To: PORT}
    CidrBlock: 0.0.0.0/0
    RuleAction: allow"""

_FAULT = Fault(
    check="network.acl-egress-blocked",
    closer="the network ACL of the function's subnet, which drops requests",
    passed=lambda hop: hop.component.startswith("acl-"),
    remedy=Remedy(
        "Let requests out in the network ACL of the function's subnet, by a rule with a lower number than the one "
        "that denies; then see that answers come back in to ports 1024-65535.",
        commands=(
            "aws ec2 describe-network-acls --filters Name=association.subnet-id,Values=SUBNET "
            "--query 'NetworkAcls[].Entries'",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.acl-egress-blocked",
    severity=Severity.BREAKS,
    nearness=Nearness.SUBNET_ACL,
    remedy=_FAULT.remedy,
)
def acl_egress_blocked(paths: Paths) -> Iterator[Observation]:
    """The network ACL of the function's subnet lets its requests out.

    ACLs are read from the lowest number, the first rule that matches decides, and what none names is denied. The packet is
    dropped in silence: `ConnectTimeoutError: Connect timeout on endpoint URL`.

    Rules for IPv4 never match IPv6. An ACL is not asked between two addresses of one subnet, nor for the VPC's own
    resolver. A security group that allows the same does not help: both must.

    Source: VPC user guide, "Network ACLs", "Network ACL rules".
    """
    yield from _FAULT.judge(paths)
