from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
Attachment:
  Type: AWS::EC2::VPCGatewayAttachment
  Properties:
    VpcId: VPC
    InternetGatewayId: COMPONENT"""

_FAULT = Fault(
    check="network.internet-gateway-missing",
    closer="an internet gateway that is missing or detached",
    remedy=Remedy(
        "Attach an internet gateway to the VPC and point the public subnet's default route to it.",
        commands=(
            "aws ec2 describe-internet-gateways --filters Name=attachment.vpc-id,Values=VPC",
            "aws ec2 attach-internet-gateway --internet-gateway-id GATEWAY --vpc-id VPC",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.internet-gateway-missing",
    severity=Severity.BREAKS,
    nearness=Nearness.GATEWAY,
    remedy=_FAULT.remedy,
)
def internet_gateway_missing(paths: Paths) -> Iterator[Observation]:
    """The internet gateway that the way out ends at is attached to this VPC.

    A NAT gateway can be available, and the route to it right, while the internet gateway behind it was detached or deleted.
    Nothing leaves the VPC, and the function sees `ConnectTimeoutError: Connect timeout on endpoint URL`.

    The same holds for an egress-only internet gateway, which carries IPv6 out.

    Source: VPC user guide, "Enable internet access for a VPC using an internet gateway", "Troubleshoot NAT gateways".
    """
    yield from _FAULT.judge(paths)
