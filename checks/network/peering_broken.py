from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
BackRoute:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: !Ref PeerRouteTable
    DestinationCidrBlock: !GetAtt Vpc.CidrBlock
    VpcPeeringConnectionId: !Ref Peering"""

_FAULT = Fault(
    check="network.peering-broken",
    closer="a peering connection's state or routes",
    remedy=Remedy(
        "Accept the peering connection, and give each side a route to the other's addresses. It carries the two VPCs' "
        "own CIDRs and nothing beyond: no NAT, no endpoint, no third VPC.",
        commands=(
            "aws ec2 describe-vpc-peering-connections "
            "--query 'VpcPeeringConnections[].[VpcPeeringConnectionId,Status.Code]'",
            "aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id COMPONENT",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.peering-broken",
    severity=Severity.BREAKS,
    nearness=Nearness.FAR_RETURN,
    remedy=_FAULT.remedy,
)
def peering_broken(paths: Paths) -> Iterator[Observation]:
    """The peering connection is active, and both sides route to each other.

    Three things must be there: an accepted connection, a route here, and a route back at the far side. The last is
    forgotten most, for it is another team's table; the request arrives and its answer is lost: `ConnectTimeoutError:
    Connect timeout on endpoint URL`, `[Errno 110] Connection timed out`.

    Source: VPC peering guide, "Update your route tables", "VPC peering limitations" (no transit).
    """
    yield from _FAULT.judge(paths)
