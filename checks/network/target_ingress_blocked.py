from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
TargetIngress:
  Type: AWS::EC2::SecurityGroupIngress
  Properties:
    GroupId: COMPONENT
    IpProtocol: tcp
    FromPort: PORT
    ToPort: PORT
    SourceSecurityGroupId: !Ref FunctionSecurityGroup"""

_FAULT = Fault(
    check="network.target-ingress-blocked",
    closer="the target's own security groups",
    remedy=Remedy(
        "Let the function's security group in at the target's (database, cache, instance, load balancer): TCP and its "
        "port, source the function's group. Over a NAT gateway, or a transit gateway without referencing, name the "
        "addresses instead.",
        commands=("aws ec2 describe-security-groups --group-ids GROUP --query 'SecurityGroups[].IpPermissions'",),
        template=_TEMPLATE,
    ),
)


@check(
    "network.target-ingress-blocked",
    severity=Severity.BREAKS,
    nearness=Nearness.TARGET,
    remedy=_FAULT.remedy,
)
def target_ingress_blocked(paths: Paths) -> Iterator[Observation]:
    """The security groups of a private target admit the function.

    A database or cache whose group does not name the function's group or subnets drops its packets in silence:
    `ConnectTimeoutError: Connect timeout on endpoint URL`.

    A rule that names the function's group matches its private addresses inside the VPC, over peering in one Region, and
    over a transit gateway only where referencing is on; behind a NAT gateway the group is lost and the rule must name
    addresses.

    Source: VPC user guide, "Security group rules", "Security group referencing"; transit gateway guide, "Security group
    referencing".
    """
    yield from _FAULT.judge(paths)
