from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.evidence.paths import Paths
from doctor.network.remedies import IPV6_ROUTE

_TEMPLATE = """\
DefaultRoute:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: COMPONENT
    DestinationCidrBlock: 0.0.0.0/0
    NatGatewayId: !Ref NatGateway"""

_FAULT = Fault(
    check="network.blackhole-route",
    closer="a blackhole route",
    passed=lambda hop: hop.component.startswith("rtb-"),
    remedy=Remedy(
        "Point the route to something that exists, or delete it so that a wider one takes over: NAT gateway, "
        "endpoint, peering connection, instance or interface are gone or detached.",
        commands=(
            "aws ec2 describe-route-tables --filters Name=route.state,Values=blackhole "
            "--query 'RouteTables[].[RouteTableId,Routes]'",
        ),
        template=_TEMPLATE,
    ),
    template6=IPV6_ROUTE,
)


@check(
    "network.blackhole-route",
    severity=Severity.BREAKS,
    follows=(
        "network.nat-unavailable",
        "network.peering-broken",
        "network.transit-gateway-broken",
    ),
    remedy=_FAULT.remedy,
)
def blackhole_route(paths: Paths) -> Iterator[Observation]:
    """The route that wins for the target's address is active.

    When a NAT gateway, a peering connection or an interface is deleted, its routes stay behind in the state `blackhole`.
    Such a route still wins by its prefix, and what it takes is dropped, though a wider route would carry it:
    `ConnectTimeoutError: Connect timeout on endpoint URL`.

    Source: EC2 API reference, `Route` (State: blackhole tells that the target is not available); VPC user guide, "Route
    priority".
    """
    yield from _FAULT.judge(paths)
