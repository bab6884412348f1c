from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.dns import Misnaming
from doctor.evidence.paths import Paths

_FAULT = Misnaming(
    check="dns.resolver-rule-diverts",
    healthy="no resolver rule sends the name elsewhere",
    about=(
        "resolver rule",
        "Profile",
    ),
    remedy=Remedy(
        "Let the VPC's own resolver answer for AWS's names: a SYSTEM rule for the name below the one that forwards, "
        "associated with this VPC.",
        commands=(
            "aws route53resolver list-resolver-rule-associations --filters Name=VPCId,Values=VPC",
            "aws route53resolver get-resolver-rule --resolver-rule-id COMPONENT",
        ),
    ),
)


@check("dns.resolver-rule-diverts", severity=Severity.RISKS, remedy=_FAULT.remedy)
def resolver_rule_diverts(paths: Paths) -> Iterator[Observation]:
    """No resolver rule of the VPC sends the target's name elsewhere.

    A rule that forwards `.` or `amazonaws.com` to a company's resolvers sends the names of AWS services there too. What
    comes back is public addresses instead of the endpoint's, or nothing where that resolver does not reach the internet:
    `ConnectTimeoutError: Connect timeout on endpoint URL`, `EndpointConnectionError: Could not connect to the endpoint URL
    (Errno -3, Temporary failure in name resolution)`.

    The most specific rule wins, and over the zone of an endpoint's private DNS only one for the same name or a longer one.

    Source: Route 53 developer guide, "Forwarding rules", "Domain names that Resolver creates autodefined system rules for".
    """
    yield from _FAULT.judge(paths)
