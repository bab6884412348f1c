from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
NatGateway:
  Type: AWS::EC2::NatGateway
  Properties:
    SubnetId: !Ref PublicSubnet
    AllocationId: !GetAtt ElasticIp.AllocationId"""

_FAULT = Fault(
    check="network.nat-unavailable",
    closer="a NAT gateway that does not work",
    remedy=Remedy(
        "Make a public NAT gateway in a public subnet of this VPC and point the route to it. A NAT instance must have "
        "its source/destination check off.",
        commands=(
            "aws ec2 describe-nat-gateways --filter Name=vpc-id,Values=VPC "
            "--query 'NatGateways[].[NatGatewayId,State,ConnectivityType,FailureMessage]'",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.nat-unavailable",
    severity=Severity.BREAKS,
    nearness=Nearness.GATEWAY,
    remedy=_FAULT.remedy,
)
def nat_unavailable(paths: Paths) -> Iterator[Observation]:
    """The NAT gateway on the way is available, and is a public one where the internet is meant.

    A gateway that failed, for want of an address in its subnet or of an Elastic IP, or that was deleted, keeps its routes
    and passes nothing. One made for private connectivity has no public address: an internet gateway drops what it sends.
    Both end in `ConnectTimeoutError: Connect timeout on endpoint URL`.

    A failed gateway vanishes from the console within an hour or so, and its route turns into a blackhole.

    Source: VPC user guide, "NAT gateways", "Troubleshoot NAT gateways"; EC2 user guide, "NAT instances".
    """
    yield from _FAULT.judge(paths)
