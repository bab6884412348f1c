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
    check="dns.vpc-hostnames-off",
    healthy="enableDnsHostnames is on where an endpoint has private DNS",
    about=("enableDnsHostnames",),
    remedy=Remedy(
        "Turn enableDnsHostnames on. Endpoints with private DNS and private hosted zones work in the VPC only with "
        "both attributes.",
        commands=("aws ec2 modify-vpc-attribute --vpc-id VPC --enable-dns-hostnames Value=true",),
        template=_TEMPLATE,
    ),
)


@check("dns.vpc-hostnames-off", severity=Severity.BREAKS, remedy=_FAULT.remedy)
def vpc_hostnames_off(paths: Paths) -> Iterator[Observation]:
    """The VPC's attribute enableDnsHostnames is on where an endpoint has private DNS.

    A VPC made by API, CloudFormation or Terraform has it off unless told otherwise. Private DNS of an endpoint then does
    not take effect, the service's name stays public, and in a subnet without a way out `ConnectTimeoutError: Connect
    timeout on endpoint URL`.

    Source: VPC user guide, "DNS attributes for your VPC"; EC2 API reference, `CreateVpcEndpoint` (PrivateDnsEnabled).
    """
    yield from _FAULT.judge(paths)
