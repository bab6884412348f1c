from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
PublicDefaultRoute:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: COMPONENT
    DestinationCidrBlock: 0.0.0.0/0
    GatewayId: !Ref InternetGateway"""

_FAULT = Fault(
    check="network.nat-without-internet",
    closer="a NAT gateway without a way to the internet",
    remedy=Remedy(
        "Give the NAT gateway's subnet a default route to the VPC's internet gateway. A NAT gateway belongs into a "
        "public subnet, its clients into private ones.",
        commands=(
            "aws ec2 describe-nat-gateways --filter Name=vpc-id,Values=VPC "
            "--query 'NatGateways[].[NatGatewayId,SubnetId]'",
            "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=NAT_SUBNET "
            "--query 'RouteTables[].Routes'",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.nat-without-internet",
    severity=Severity.BREAKS,
    nearness=Nearness.GATEWAY,
    remedy=_FAULT.remedy,
)
def nat_without_internet(paths: Paths) -> Iterator[Observation]:
    """The NAT gateway's own subnet routes to an internet gateway.

    A NAT gateway follows the route table of the subnet that it was made in. In a private subnet, whose default route leads
    to a NAT gateway again or nowhere, it is available and carries nothing: `ConnectTimeoutError: Connect timeout on
    endpoint URL`.

    Source: VPC user guide, "Troubleshoot NAT gateways" (instances cannot access the internet).
    """
    yield from _FAULT.judge(paths)
