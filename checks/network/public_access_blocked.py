from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
Exclusion:
  Type: AWS::EC2::VPCBlockPublicAccessExclusion
  Properties:
    VpcId: VPC
    InternetGatewayExclusionMode: allow-egress"""

_FAULT = Fault(
    check="network.public-access-blocked",
    assumption="Block Public Access",
    closer="VPC Block Public Access",
    remedy=Remedy(
        "Exempt the subnet or VPC with an exclusion that allows egress, or change the mode to block-ingress, under "
        "which NAT and egress-only gateways go on working. Ask whoever governs the account: the mode may be set for "
        "the whole organization.",
        commands=(
            "aws ec2 describe-vpc-block-public-access-options",
            "aws ec2 describe-vpc-block-public-access-exclusions",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.public-access-blocked",
    severity=Severity.BREAKS,
    nearness=Nearness.GATEWAY,
    remedy=_FAULT.remedy,
)
def public_access_blocked(paths: Paths) -> Iterator[Observation]:
    """VPC Block Public Access leaves the way to the target open.

    Block Public Access closes the internet gateways of a whole account and Region in one stroke, above routes, groups and
    ACLs, which all look right. `block-bidirectional` stops what goes out by NAT as well; `block-ingress` stops only what
    comes in. What it stops is dropped in silence: `ConnectTimeoutError: Connect timeout on endpoint URL`.

    VPC endpoints are not concerned, nor is what goes to another VPC by peering or by a transit gateway: none of it passes
    through an internet gateway. So the mode of that other VPC does not matter either.

    Source: VPC user guide, "Block public access to VPCs and subnets", "VPC BPA basics".
    """
    yield from _FAULT.judge(paths)
