from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.areas.network import filled, not_walked, place, scope, short
from doctor.areas.open_ways import is_open, shut
from doctor.declare import Nearness
from doctor.evidence.paths import Paths
from doctor.network import remedies
from doctor.network.serving import GATEWAYS, service_of
from doctor.network.ways import Way

_TEMPLATE = """\
Endpoint:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcId: VPC
    VpcEndpointType: Interface
    ServiceName: SERVICE
    SubnetIds: !Ref PrivateSubnets
    SecurityGroupIds: [!Ref EndpointSecurityGroup]
    PrivateDnsEnabled: true"""
_GATEWAY_TEMPLATE = """\
Endpoint:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcId: VPC
    VpcEndpointType: Gateway
    ServiceName: SERVICE
    RouteTableIds: !Ref PrivateRouteTables"""

_GROUP = "ENDPOINT_GROUP"  # of which nothing is known

_REMEDY = Remedy(
    "Make a VPC endpoint for the service: a gateway endpoint for S3 and DynamoDB, which is free, an interface endpoint with "
    "private DNS for all others, with a security group that admits the function on 443. Or give the subnets a NAT gateway.",
    commands=("aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC --query 'VpcEndpoints[].ServiceName'",),
    template=_TEMPLATE,
)


@check("network.endpoint-missing", severity=Severity.BREAKS, nearness=Nearness.ENDPOINT, remedy=_REMEDY)
def endpoint_missing(paths: Paths) -> Iterator[Observation]:
    """A subnet without a way out has an endpoint for each service that the function calls.

    In an isolated VPC each service needs an endpoint of its own, and the one that was forgotten is the one that hangs:
    `ConnectTimeoutError: Connect timeout on endpoint URL: "https://secretsmanager.us-east-1.amazonaws.com/"`, `Task timed
    out after 30.00 seconds`.

    Its name still resolves, to public addresses that no route leads to. A VPC without an endpoint for a service that nobody
    calls, or with a NAT gateway, lacks nothing.

    Source: PrivateLink guide, "AWS services that integrate with AWS PrivateLink", "Gateway endpoints".
    """
    service, target = service_of(paths.host), paths.concerns
    isolated = [way for way in shut(paths) if _has_no_route(way)]
    if exempt := not_walked(paths):
        yield exempt
    elif not service:
        yield not_applicable(target, f"{paths.host} is no AWS service of a Region: no endpoint is made for it")
    elif paths.endpoints:
        yield ok(target, f"{paths.vpc} has {paths.endpoints[0].id} for {service}")
    elif isolated and paths.endpoints is None:
        yield unknown(target, short([f"the VPC endpoints of {paths.vpc} were not read"]))
    elif isolated:
        words = f"{paths.vpc} has no endpoint for {service}, and no route leads out {scope(paths, isolated)}"
        yield problem(
            paths.vpc,
            words,
            **place(isolated),
            remedy=_remedy(service, isolated, paths),
        )
    elif reasons := [why for way in paths.ways if not is_open(paths, way.subnet) for why in way.path.unknowns]:
        yield unknown(target, short(reasons))
    else:
        yield ok(target, f"no subnet needs an endpoint for {service}")


def _has_no_route(way: Way) -> bool:
    return any(each.check == "network.no-route" and each.direction == "forward" for each in way.path.blockers)


def _remedy(service: str, isolated: list[Way], paths: Paths) -> Remedy:
    """With the endpoint that is lacking: one subnet in each zone, or the tables that shall lead to it."""
    if service.rpartition(".")[2] in GATEWAYS:
        tables = sorted({way.table for way in isolated if way.table})
        commands: tuple[str, ...] = (remedies.gateway_endpoint(paths.vpc, service, tables),)
        template = _GATEWAY_TEMPLATE
    else:
        by_zone = {way.zone: way.subnet for way in reversed(isolated)}
        subnets = sorted(by_zone.values())
        made, group = _group(service, paths)
        command = remedies.interface_endpoint(paths.vpc, service, subnets, (_GROUP,)).replace(_GROUP, group)
        commands, template = (*made, command), _TEMPLATE
    written = Remedy(_REMEDY.text, template=template.replace("SERVICE", service))
    return filled(written, paths.vpc, paths, commands)


def _group(service: str, paths: Paths) -> tuple[tuple[str, ...], str]:
    """The commands that make a security group for the endpoint, and how commands name it; none for one that is there."""
    if paths.admitting:
        return (), paths.admitting
    if not paths.groups:
        return (), _GROUP
    name = f"{service.rpartition('.')[2]}-endpoint"
    made = remedies.security_group(paths.vpc, name, f"Lets the function {paths.function} in on {paths.port}")
    found = f'"$({remedies.group_named(paths.vpc, name)})"'
    opened = remedies.group_ingress(_GROUP, "tcp", paths.port, min(paths.groups)).replace(_GROUP, found)
    return (made, opened), found
