from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
FunctionEgress:
  Type: AWS::EC2::SecurityGroupEgress
  Properties:
    GroupId: COMPONENT
    IpProtocol: tcp
    FromPort: PORT
    ToPort: PORT
    DestinationSecurityGroupId: GROUP  # or DestinationPrefixListId, or CidrIp"""

_FAULT = Fault(
    check="network.egress-blocked",
    closer="the function's security groups",
    passed=lambda hop: hop.component.startswith("sg-") and hop.rule.startswith("egress"),
    remedy=Remedy(
        "Add an outbound rule to one of the function's security groups: TCP, the target's port, to the target's own group, "
        "to the prefix list of a gateway endpoint, or to addresses; to all of them only where it is on the internet. Answers "
        "need no rule.",
        commands=("aws ec2 describe-security-groups --group-ids GROUP --query 'SecurityGroups[].IpPermissionsEgress'",),
        template=_TEMPLATE,
    ),
)


@check(
    "network.egress-blocked",
    severity=Severity.BREAKS,
    nearness=Nearness.FUNCTION_GROUPS,
    remedy=_FAULT.remedy,
)
def egress_blocked(paths: Paths) -> Iterator[Observation]:
    """The function's security groups let connections out to the target's port.

    A rule in any one group is enough, and none in all of them drops the first packet in silence:

        Connect timeout on endpoint URL

    A group that the console makes lets everything out; one made by CloudFormation with a single egress rule, or by
    Terraform with none, lets out that rule alone. IPv4 rules say nothing of IPv6, and a rule that names another group opens
    the private addresses of its bearers, never their public ones. Groups are stateful: answers come back without a rule, so
    an inbound rule on the function's group changes nothing.

    Source: VPC user guide, "Security groups" and "Security group rules".
    """
    yield from _FAULT.judge(paths)
