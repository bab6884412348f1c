from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.dns import Misnaming
from doctor.evidence.paths import Paths

_FAULT = Misnaming(
    check="dns.firewall-blocks",
    healthy="DNS Firewall lets the name through",
    about=(
        "DNS Firewall",
        "Profile",
    ),
    remedy=Remedy(
        "Allow the name before the rule that blocks it, or take it off that rule's domain list.",
        commands=(
            "aws route53resolver list-firewall-rule-group-associations --vpc-id VPC",
            "aws route53resolver list-firewall-rules --firewall-rule-group-id COMPONENT",
        ),
    ),
)


@check("dns.firewall-blocks", severity=Severity.BREAKS, remedy=_FAULT.remedy)
def firewall_blocks(paths: Paths) -> Iterator[Observation]:
    """Route 53 Resolver DNS Firewall lets the target's name through.

    A rule group that is associated with the VPC answers for names that it blocks: NODATA, NXDOMAIN, or an address of its
    own. Allow-lists that end with a rule for `*` block whatever was forgotten: `EndpointConnectionError: Could not connect
    to the endpoint URL (Errno -2, Name or service not known; Errno -5)`.

    No security group and no network ACL shows it, since the packets to the resolver pass.

    Source: Route 53 developer guide, "Route 53 Resolver DNS Firewall", "Rule actions in DNS Firewall".
    """
    yield from _FAULT.judge(paths)
