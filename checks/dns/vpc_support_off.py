from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.dns import Misnaming
from doctor.evidence.paths import Paths

_TEMPLATE = """\
Vpc:
  Type: AWS::EC2::VPC
  Properties:
    EnableDnsSupport: true
    EnableDnsHostnames: true"""

_FAULT = Misnaming(
    check="dns.vpc-support-off",
    healthy="enableDnsSupport is on",
    about=("enableDnsSupport",),
    remedy=Remedy(
        "Turn enableDnsSupport on; nothing else in the VPC can resolve names without it, but a resolver of your own.",
        commands=("aws ec2 modify-vpc-attribute --vpc-id VPC --enable-dns-support Value=true",),
        template=_TEMPLATE,
    ),
)


@check("dns.vpc-support-off", severity=Severity.BREAKS, remedy=_FAULT.remedy)
def vpc_support_off(paths: Paths) -> Iterator[Observation]:
    """The VPC's attribute enableDnsSupport is on.

    With it off Amazon's resolver does not answer in this VPC, at none of its addresses, and every name fails after a wait
    that no boto3 timeout bounds: `EndpointConnectionError: Could not connect to the endpoint URL (Errno -3, Temporary
    failure in name resolution)`, `Task timed out after 30.00 seconds`.

    Private DNS of endpoints and private hosted zones need it as well.

    Source: VPC user guide, "DNS attributes for your VPC".
    """
    yield from _FAULT.judge(paths)
