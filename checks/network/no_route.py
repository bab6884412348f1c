from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, hosts, problem
from doctor.areas.network import Fault, beside_endpoint, filled, not_walked, place, scope
from doctor.areas.open_ways import shut
from doctor.evidence.paths import Paths
from doctor.network.remedies import IPV6_ROUTE, NEW_EGRESS_ONLY, default_route, egress_only_gateway
from doctor.verdict import Outcome

_TEMPLATE = """\
DefaultRoute:
  Type: AWS::EC2::Route
  Properties:
    RouteTableId: COMPONENT
    DestinationCidrBlock: 0.0.0.0/0
    NatGatewayId: !Ref NatGateway"""

_FAULT = Fault(
    check="network.no-route",
    closer="a missing route",
    remedy=Remedy(
        "Give the subnet's route table a way: a NAT gateway in a public subnet for the internet, a VPC endpoint for "
        "an AWS service, a peering connection or transit gateway for another network. Or move the function to subnets "
        "that have one.",
        commands=(
            "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET "
            "--query 'RouteTables[].Routes'",
        ),
        template=_TEMPLATE,
    ),
    template6=IPV6_ROUTE,
)


@check(
    "network.no-route",
    severity=Severity.BREAKS,
    follows=(
        "network.endpoint-missing",
        "network.gateway-endpoint-unrouted",
    ),
    remedy=_FAULT.remedy,
)
def no_route(paths: Paths) -> Iterator[Observation]:
    """The route table of each subnet leads to the target, and the target's leads back.

    A subnet without a route for an address drops what is sent there, in silence: `ConnectTimeoutError: Connect timeout on
    endpoint URL`, `Task timed out after 30.00 seconds`.

    It is what happens to a function that worked and was then put into a VPC: its subnets lead nowhere but to the VPC
    itself. A subnet that no route table names follows the VPC's main one. 0.0.0.0/0 is no route for IPv6, which needs ::/0;
    and a name that has IPv6 addresses alone is out of reach for a function without IPv6, whatever its routes. A function
    that is in no VPC has Lambda's routes, which lead to public addresses alone.

    Source: VPC user guide, "Configure route tables"; Lambda developer guide, "Giving Lambda functions access to resources
    in an Amazon VPC".
    """
    if _stranded(paths):
        words = (
            f"{paths.function} is in no VPC, and Lambda's own network leads to no private address such as {paths.host}"
        )
        yield problem(paths.function, words, remedy=_into_a_vpc(paths.function))
        return
    cut_off = [way for way in shut(paths) if {each.check for each in way.path.blockers} == {"network.ipv6-dead-end"}]
    seen = list(_FAULT.judge(paths))
    if not cut_off or not_walked(paths):
        yield from (beside_endpoint(each, paths) for each in seen)
        return
    yield from (each for each in seen if each.outcome is Outcome.PROBLEM)
    yield problem(
        paths.function,
        f"{paths.host} has IPv6 addresses alone, which {paths.function} cannot use {scope(paths, cut_off)}",
        **place(cut_off),
        remedy=_for_ipv6(paths),
    )


def _into_a_vpc(function: str) -> Remedy:
    return Remedy(
        "Put the function into a VPC from which the address is reached: subnets that route there, and a security group that "
        "the target lets in. What it calls on the internet needs NAT from then on.",
        commands=(
            f"aws lambda update-function-configuration --function-name {function} "
            "--vpc-config SubnetIds=SUBNETS,SecurityGroupIds=GROUP",
        ),
    )


def _stranded(paths: Paths) -> bool:
    address = hosts.as_address(paths.host)
    return bool(not paths.vpc and paths.expected and not paths.proxied and address and not address.is_global)


def _for_ipv6(paths: Paths) -> Remedy:
    """What a function lacks for IPv6, with what its subnets may lack."""
    vpc = f"SubnetIds={','.join(paths.subnets)},SecurityGroupIds={','.join(paths.groups) or 'GROUP'},Ipv6AllowedForDualStack=true"
    remedy = Remedy(
        "Give the function IPv6: subnets with an IPv6 CIDR whose route table leads ::/0 to an egress-only internet gateway, "
        "and Ipv6AllowedForDualStack. Or use a name that has IPv4 addresses.",
        commands=(
            f"aws lambda update-function-configuration --function-name FUNCTION --vpc-config {vpc}",
            egress_only_gateway(paths.vpc),
            default_route("create-route", "TABLE", 6, "egress-only-gateway", NEW_EGRESS_ONLY),
        ),
        template=IPV6_ROUTE.replace("COMPONENT", "!Ref PrivateRouteTable"),
    )
    return filled(remedy, paths.function, paths, ())
