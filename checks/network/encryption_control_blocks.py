from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, problem
from doctor.areas.network import Fault, filled
from doctor.declare import Nearness
from doctor.evidence.function import Function
from doctor.evidence.paths import Paths
from doctor.verdict import Outcome

_CODE = "DisallowedByVpcEncryptionControl"  # StateReasonCode and LastUpdateStatusReasonCode (Lambda API reference)
_TEMPLATE = """\
EncryptionControl:
  Type: AWS::EC2::VPCEncryptionControl
  Properties:
    VpcId: VPC
    Mode: enforce
    LambdaExclusionInput: enable"""

_FAULT = Fault(
    check="network.encryption-control-blocks",
    assumption="encryption controls",
    closer="an encryption control of the VPC",
    remedy=Remedy(
        "Exclude Lambda, and whichever gateway the way takes, from the VPC's encryption control, or set it to monitor.",
        commands=(
            "aws ec2 describe-vpc-encryption-controls --vpc-ids VPC",
            "aws ec2 modify-vpc-encryption-control --vpc-encryption-control-id CONTROL --lambda-exclusion enable",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.encryption-control-blocks",
    severity=Severity.BREAKS,
    nearness=Nearness.GATEWAY,
    remedy=_FAULT.remedy,
)
def encryption_control_blocks(paths: Paths, function: Function | None) -> Iterator[Observation]:
    """The VPC's encryption control admits the function and the gateways on its way.

    An encryption control in the mode `enforce` lets nothing carry unencrypted traffic but what was excluded by kind:
    Lambda, NAT gateways, internet gateways, peering and others each by itself. The function then fails with

        StateReasonCode: DisallowedByVpcEncryptionControl

    or its packets are dropped at the gateway, as a Connect timeout on endpoint URL.

    Source: VPC user guide, "VPC encryption controls"; EC2 API reference, `VpcEncryptionControlExclusions`.
    """
    if function and paths.vpc and _CODE in (function.state_code, function.update_code):
        words = f"Lambda says {_CODE} of {function.name} in {paths.vpc}"
        yield problem(paths.vpc, words, targets=("*",), remedy=filled(_FAULT.remedy, paths.vpc, paths, ()))
        yield from (each for each in _FAULT.judge(paths) if each.outcome is Outcome.PROBLEM)
    else:
        yield from _FAULT.judge(paths)
