from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.network import Fault
from doctor.declare import Nearness
from doctor.evidence.paths import Paths

_TEMPLATE = """\
EndpointIngress:
  Type: AWS::EC2::SecurityGroupIngress
  Properties:
    GroupId: COMPONENT
    IpProtocol: tcp
    FromPort: PORT
    ToPort: PORT
    SourceSecurityGroupId: !Ref FunctionSecurityGroup"""

_FAULT = Fault(
    check="network.endpoint-ingress-blocked",
    closer="the security groups of a VPC endpoint",
    remedy=Remedy(
        "Let the function's security group in at the endpoint's: TCP 443, source the function's group. The endpoint "
        "needs no outbound rule.",
        commands=(
            "aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC "
            "--query 'VpcEndpoints[].[ServiceName,Groups]'",
        ),
        template=_TEMPLATE,
    ),
)


@check(
    "network.endpoint-ingress-blocked",
    severity=Severity.BREAKS,
    nearness=Nearness.ENDPOINT,
    remedy=_FAULT.remedy,
)
def endpoint_ingress_blocked(paths: Paths) -> Iterator[Observation]:
    """The security groups of the target's VPC endpoint admit the function.

    An interface endpoint is made with the VPC's default group unless another is named, and that one admits its own bearers
    alone. The name resolves to the endpoint's private address, where every packet is dropped: `ConnectTimeoutError: Connect
    timeout on endpoint URL: "https://sqs.us-east-1.amazonaws.com/"`.

    It is the commonest fault of a private VPC, and looks from inside like any other silence. What opens it is one inbound
    rule at the endpoint. Its outbound rules, and the function's inbound ones, do not matter: groups are stateful.

    Source: PrivateLink guide, "Access an AWS service using an interface VPC endpoint", security groups; VPC user guide,
    "Security groups".
    """
    yield from _FAULT.judge(paths)
