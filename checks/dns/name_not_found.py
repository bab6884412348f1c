import shlex
from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, aws_domains, check, not_applicable, ok, problem, unknown
from doctor.evidence.names import Names, Reply


@check(
    "dns.name-not-found",
    severity=Severity.BREAKS,
    follows=(
        "client.region-unknown",
        "dns.private-zone-shadows",
        "dns.resolver-rule-diverts",
        "dns.firewall-blocks",
        "dns.custom-resolver",
        "client.endpoint-override",
    ),
    remedy=Remedy(
        "Compare the name with the service's endpoint list. A misspelt region makes a name that nobody has; if the name is "
        "right, a private hosted zone, a resolver rule or a DNS Firewall of this VPC hides it.",
        commands=(
            "aws route53 list-hosted-zones-by-vpc --vpc-id VPC --vpc-region REGION",
            "aws route53resolver list-resolver-rule-associations",
            "aws route53resolver list-firewall-rule-group-associations",
        ),
    ),
)
def name_not_found(names: Names) -> Iterator[Observation]:
    """The host's name exists for this resolver.

    The resolver answers NXDOMAIN, and boto3 shows only

        EndpointConnectionError: Could not connect to the endpoint URL (Errno -2, Name or service not known)

    within milliseconds; the same text covers a dead resolver, a closed port and a name without addresses, which this
    check tells apart by asking each nameserver of resolv.conf itself.
    """
    denying = [lookup.nameserver for lookup in names.lookups if lookup.reply is Reply.NOT_FOUND]
    replies = {lookup.reply for lookup in names.lookups}
    exists = Reply.NO_ADDRESS in replies and not replies & {Reply.NOT_FOUND, Reply.RESOLVED}
    if names.literal:
        yield ok(names.concerns, names.exempt)
    elif names.exempt:
        yield not_applicable(names.concerns, names.exempt)
    elif names.addresses:
        yield ok(names.concerns, f"{names.host} exists: {', '.join(names.addresses[:3])}")
    elif exists or names.system.reply is Reply.NO_ADDRESS:
        yield ok(names.concerns, f"{names.host} exists, without an address")
    elif denying or names.system.reply is Reply.NOT_FOUND:
        by = f" (NXDOMAIN from {', '.join(sorted(set(denying)))})" if denying else " (getaddrinfo says so)"
        aws = aws_domains.is_aws(names.host)
        yield problem(
            names.concerns,
            f"{names.host} does not exist for this resolver{by}",
            candidates=_HIDING if aws else _HIDING[1:],
            separate=_separate(names.host),
            remedy=None if aws else _OF_OTHERS,
        )
    else:
        yield unknown(names.concerns, f"no resolver said whether {names.host} exists")


_OF_OTHERS = Remedy(
    "Compare the name with what its owner writes: a misspelt one nobody has. If it is right, ask whether it is a private one "
    "that another resolver knows, such as a VPN's or a company's; in a function a private hosted zone, a resolver rule or a DNS "
    "Firewall of the VPC may hide it.",
    commands=("cat /etc/resolv.conf", "aws route53resolver list-resolver-rule-associations"),
)
_HIDING = (
    "client.region-unknown",
    "dns.private-zone-shadows",
    "dns.firewall-blocks",
    "dns.resolver-rule-diverts",
    "dns.custom-resolver",
)


def _separate(host: str) -> tuple[Separation, ...]:
    return (
        Separation(
            f"dig +short {shlex.quote(host)} @1.1.1.1",
            "an answer from a public resolver: the name is right, the resolver or the VPC here hides it",
        ),
        Separation(
            "aws route53 list-hosted-zones-by-vpc --vpc-id VPC --vpc-region REGION",
            "a zone that covers the name: it shadows AWS's",
        ),
    )
