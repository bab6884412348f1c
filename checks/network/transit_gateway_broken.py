from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_FAULT = Fault(
    check="network.transit-gateway-broken",
    closer="a transit gateway's attachments or routes",
    remedy=Remedy(
        "See that the attachment has a subnet in each of the function's zones, that its route table leads to the far "
        "attachment, that the far one's leads back, and that the far VPC routes its answers to the gateway.",
        commands=(
            "aws ec2 describe-transit-gateway-vpc-attachments --filters Name=vpc-id,Values=VPC "
            "--query 'TransitGatewayVpcAttachments[].[TransitGatewayAttachmentId,State,SubnetIds]'",
            "aws ec2 search-transit-gateway-routes --transit-gateway-route-table-id TABLE "
            "--filters Name=type,Values=static,propagated",
        ),
    ),
)


@check(
    "network.transit-gateway-broken",
    severity=Severity.BREAKS,
    nearness=Nearness.FAR_RETURN,
    remedy=_FAULT.remedy,
)
def transit_gateway_broken(paths: Paths) -> Iterator[Observation]:
    """The transit gateway has an attachment in the zone, and routes both ways.

    A packet crosses four places: the subnet's route, the attachment in the same zone, the gateway's route table that this
    attachment is associated with, and the far VPC; the answer crosses all of them again by tables of its own. A subnet in a
    zone without an attachment reaches nothing by way of the gateway, so that one of three zones hangs:
    `ConnectTimeoutError: Connect timeout on endpoint URL`, now and then.

    Source: transit gateway guide, "Transit gateway attachments to a VPC", "How transit gateways work".
    """
    yield from _FAULT.judge(paths)
