from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.areas.dns import effect
from doctor.areas.network import filled, not_walked, place, short
from doctor.evidence.paths import Paths
from doctor.network import remedies
from doctor.network.resolution import Kind
from doctor.network.serving import GATEWAYS, Serving, service_of

_TEMPLATE = """\
GatewayEndpoint:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcId: VPC
    VpcEndpointType: Gateway
    ServiceName: SERVICE
    RouteTableIds: [TABLES]"""

_REMEDY = Remedy(
    "Associate the gateway endpoint with the route table of the function's subnets; AWS then keeps its route there.",
    commands=("aws ec2 modify-vpc-endpoint --vpc-endpoint-id COMPONENT --add-route-table-ids TABLE",),
    template=_TEMPLATE,
)


@check("network.gateway-endpoint-unrouted", severity=Severity.BREAKS, remedy=_REMEDY)
def gateway_endpoint_unrouted(paths: Paths) -> Iterator[Observation]:
    """The route table of each subnet knows the gateway endpoint of the service.

    A gateway endpoint for S3 or DynamoDB is nothing but a route, in the tables that it was associated with. New subnets
    with a table of their own are not among them, and their packets follow the default route, or none: `ConnectTimeoutError:
    Connect timeout on endpoint URL: "https://s3.us-east-1.amazonaws.com/"`.

    Where a NAT gateway carries them nothing breaks: it costs by the gigabyte what the endpoint does for free, which is
    worth a hint and no more.

    Source: PrivateLink guide, "Gateway endpoints" (routing).
    """
    if exempt := not_walked(paths):
        yield exempt
    elif service_of(paths.host).rpartition(".")[2] not in GATEWAYS:
        yield not_applicable(paths.concerns, f"no gateway endpoint is made for {paths.host}")
    elif paths.endpoints is None:
        yield unknown(paths.concerns, short([f"the VPC endpoints of {paths.vpc} were not read"]))
    elif paths.answer is None or paths.answer.kind is not Kind.GATEWAY:
        yield not_applicable(paths.concerns, f"in {paths.vpc} no gateway endpoint is meant for {paths.host}")
    else:
        gateways = [each for each in paths.endpoints if each.kind == "gateway"]
        yield from (_judged(each, paths) for each in gateways)


def _judged(gateway: Serving, paths: Paths) -> Observation:
    lacking = [way for way in paths.ways if way.table and way.table not in gateway.tables]
    tables = sorted({way.table for way in lacking})
    if not lacking and not all(way.table for way in paths.ways):
        return unknown(gateway.id, short(["the route table of a subnet was not read"]))
    if not lacking:
        return ok(gateway.id, f"the route table of each subnet leads to {gateway.id}")
    severity, words = effect(replace(paths, ways=tuple(lacking)))
    command = remedies.endpoint(gateway.id, "--add-route-table-ids", *tables)
    every = ", ".join(sorted({*gateway.tables, *tables}))
    template = _TEMPLATE.replace("SERVICE", gateway.service).replace("TABLES", every)
    return problem(
        gateway.id,
        f"{gateway.id} ({gateway.service}) has no route in {', '.join(tables)}; {words}",
        severity=severity,
        **place(lacking),
        remedy=filled(replace(_REMEDY, template=template), gateway.id, paths, (command,)),
    )
