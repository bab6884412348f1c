from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
RequestsIn:
  Type: AWS::EC2::NetworkAclEntry
  Properties:
    NetworkAclId: COMPONENT
    Egress: false
    RuleNumber: NUMBER
    Protocol: 6
    PortRange: {From: PORT, To: PORT}
    CidrBlock: !GetAtt Vpc.CidrBlock
    RuleAction: allow"""

_FAULT = Fault(
    check="network.acl-ingress-blocked",
    closer="the network ACL of the target's subnet, which drops requests",
    remedy=Remedy(
        "Let the function's subnets in at the network ACL of the target's subnet, on the target's port, by a rule "
        "with a lower number than the one that denies.",
        commands=(
            "aws ec2 describe-network-acls --filters Name=vpc-id,Values=VPC "
            "--query 'NetworkAcls[].[NetworkAclId,Associations[].SubnetId,Entries]'",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.acl-ingress-blocked",
    severity=Severity.BREAKS,
    nearness=Nearness.TARGET,
    remedy=_FAULT.remedy,
)
def acl_ingress_blocked(paths: Paths) -> Iterator[Observation]:
    """The network ACL of the subnet where the target lives lets requests in.

    The endpoint, database or transit gateway attachment stands in a subnet with an ACL of its own, often a database tier's
    that admits the application tier alone. A function in new subnets meets silence: `ConnectTimeoutError: Connect timeout
    on endpoint URL`.

    The security groups may be right all the same: an ACL judges addresses, knows no groups, and both must allow.

    Source: VPC user guide, "Network ACLs"; transit gateway guide, "Network ACLs for transit gateways".
    """
    yield from _FAULT.judge(paths)
