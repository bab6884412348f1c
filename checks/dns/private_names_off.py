from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.dns import Misnaming
from doctor.evidence.paths import Paths

_TEMPLATE = """\
Endpoint:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcEndpointType: Interface
    PrivateDnsEnabled: true"""

_FAULT = Misnaming(
    check="dns.private-names-off",
    healthy="no interface endpoint stands whose private DNS is off",
    about=(
        "VPC endpoints",
        "private DNS answers",
    ),
    remedy=Remedy(
        "Turn on private DNS at the endpoint, which needs enableDnsSupport and enableDnsHostnames, or call the "
        "endpoint's own name (endpoint_url). With a NAT gateway the function works without; then it is a matter of "
        "cost.",
        commands=("aws ec2 modify-vpc-endpoint --vpc-endpoint-id COMPONENT --private-dns-enabled",),
        template=_TEMPLATE,
    ),
)


@check("dns.private-names-off", severity=Severity.BREAKS, remedy=_FAULT.remedy)
def private_names_off(paths: Paths) -> Iterator[Observation]:
    """The interface endpoint of a service that the function calls has private DNS.

    An interface endpoint without private DNS is there and nobody uses it: the SDK calls the service's usual name, which
    resolves to public addresses. In a subnet without a way out they are never reached: `ConnectTimeoutError: Connect
    timeout on endpoint URL: "https://sqs.us-east-1.amazonaws.com/"`.

    Where a NAT gateway carries the calls nothing is broken, and this is a hint. CloudFormation leaves PrivateDnsEnabled off
    unless the template says otherwise; the console turns it on.

    Source: EC2 API reference, `CreateVpcEndpoint` (PrivateDnsEnabled); PrivateLink guide, "Access an AWS service using an
    interface VPC endpoint".
    """
    yield from _FAULT.judge(paths)
