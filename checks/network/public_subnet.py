from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault, beside_endpoint
from doctor.evidence.paths import Paths

_TEMPLATE = """\
DefaultRoute:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: !Ref PrivateRouteTable
    DestinationCidrBlock: 0.0.0.0/0
    NatGatewayId: !Ref NatGateway"""

_FAULT = Fault(
    check="network.public-subnet",
    closer="an internet gateway that carries public IPv4 addresses alone",
    passed=lambda hop: hop.component.startswith("rtb-") and " internet-gateway " not in hop.rule,
    remedy=Remedy(
        "Put the function into private subnets whose default route leads to a NAT gateway, or give the VPC an "
        "endpoint for the service. Assigning public addresses in the subnet does nothing for a function.",
        commands=(
            "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET "
            "--query 'RouteTables[].Routes'",
            "aws lambda update-function-configuration --function-name FUNCTION "
            "--vpc-config SubnetIds=PRIVATE_SUBNETS,SecurityGroupIds=GROUPS",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.public-subnet",
    severity=Severity.BREAKS,
    remedy=_FAULT.remedy,
)
def public_subnet(paths: Paths) -> Iterator[Observation]:
    """Public IPv4 addresses are reached through NAT, never straight through an internet gateway.

    A function's interface has a private address alone, whatever `MapPublicIpOnLaunch` says, and an internet gateway carries
    only what has a public one. An instance in the same "public" subnet works, and the function beside it does not:

        Connect timeout on endpoint URL

    IPv6 is another matter: where the function may use it, ::/0 to an internet gateway is a way out. A function in public
    subnets that calls nothing outside, or only endpoints, is healthy.

    Source: Lambda developer guide, "Enable internet access for VPC-connected Lambda functions".
    """
    yield from (beside_endpoint(seen, paths) for seen in _FAULT.judge(paths))
