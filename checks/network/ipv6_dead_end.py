from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.evidence.paths import Paths

_TEMPLATE = """\
IPv6Route:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: !Ref PrivateRouteTable
    DestinationIpv6CidrBlock: ::/0
    EgressOnlyInternetGatewayId: !Ref EgressOnlyGateway"""

_FAULT = Fault(
    check="network.ipv6-dead-end",
    closer="a missing way for IPv6",
    remedy=Remedy(
        "Give the subnet an IPv6 way out (::/0 to an egress-only internet gateway) and the function IPv6 "
        "(Ipv6AllowedForDualStack), or use a name that has IPv4 addresses.",
        commands=(
            "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET "
            "--query 'RouteTables[].Routes'",
            "aws lambda get-function-configuration --function-name FUNCTION --query VpcConfig.Ipv6AllowedForDualStack",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.ipv6-dead-end",
    severity=Severity.RISKS,
    remedy=_FAULT.remedy,
)
def ipv6_dead_end(paths: Paths) -> Iterator[Observation]:
    """Where the target's name has IPv6 addresses that the function uses, IPv6 leads there.

    0.0.0.0/0 carries no IPv6, a NAT gateway translates only 64:ff9b::/96, and a function has no IPv6 address unless its
    configuration says Ipv6AllowedForDualStack. A dual-stack name then costs a timeout before IPv4 is tried, and one with
    IPv6 addresses alone is never reached: `ConnectTimeoutError: Connect timeout on endpoint URL`, `[Errno 101] Network is
    unreachable`.

    ::/0 to an internet gateway is a way out for IPv6, as an egress-only gateway is. Neither knows the addresses that the
    resolver makes up in a subnet with DNS64 for names that have none of IPv6: only a NAT gateway does, so 64:ff9b::/96 must
    lead to one.

    Source: VPC user guide, "Egress-only internet gateways", "DNS64 and NAT64"; Lambda API reference, `VpcConfig`.
    """
    yield from _FAULT.judge(paths)
