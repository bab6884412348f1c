from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
Answers:
  Type: AWS::EC2::NetworkAclEntry
  Properties:
    NetworkAclId: COMPONENT
    Egress: false  # true at the target's subnet
    RuleNumber: NUMBER
    Protocol: 6
    PortRange: {From: 1024, To: 65535}
    CidrBlock: 0.0.0.0/0
    RuleAction: allow"""

_FAULT = Fault(
    check="network.acl-return-blocked",
    closer="a network ACL that drops answers",
    remedy=Remedy(
        "Let answers through to TCP 1024-65535: inbound in the network ACL of the function's subnet, outbound in that "
        "of the target's. Ports 32768-65535 are those of one operating system, not of Lambda.",
        commands=(
            "aws ec2 describe-network-acls --filters Name=vpc-id,Values=VPC "
            "--query 'NetworkAcls[].[NetworkAclId,Entries]'",
        ),
        template=_TEMPLATE,
    ),
    far=Nearness.FAR_RETURN,
)


@check(
    "network.acl-return-blocked",
    severity=Severity.BREAKS,
    nearness=Nearness.SUBNET_ACL,
    remedy=_FAULT.remedy,
)
def acl_return_blocked(paths: Paths) -> Iterator[Observation]:
    """Network ACLs let answers back to every port from 1024 to 65535.

    Network ACLs remember nothing of a connection: an answer is a packet of its own, to the port that the connection came
    from, and needs a rule of its own at the edge of each subnet. Without one the request arrives and the answer does not:
    `ConnectTimeoutError: Connect timeout on endpoint URL`.

    Lambda and NAT gateways connect from ports 1024 to 65535. The rule that is copied from examples, 32768 to 65535, drops
    the answers to 49.2% of the connections: the function hangs every other time, and no retry pattern explains it.

    Source: VPC user guide, "Network ACLs", ephemeral ports.
    """
    yield from _FAULT.judge(paths)
