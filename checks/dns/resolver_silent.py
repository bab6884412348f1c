from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.names import Lookup, Names, Reply


@check(
    "dns.resolver-silent",
    severity=Severity.BREAKS,
    follows=("dns.vpc-support-off", "dns.custom-resolver"),
    remedy=Remedy(
        "Turn enableDnsSupport on, or set the VPC's DHCP options back to AmazonProvidedDNS. A resolver of your own must be "
        "reachable from the function's subnets on UDP and TCP 53, there and back.",
        commands=(
            "aws ec2 describe-vpc-attribute --vpc-id VPC --attribute enableDnsSupport",
            "aws ec2 modify-vpc-attribute --vpc-id VPC --enable-dns-support",
        ),
    ),
)
def resolver_silent(names: Names) -> Iterator[Observation]:
    """Each nameserver in resolv.conf answers when it is asked.

    A resolver that says nothing costs ten seconds an attempt, which no boto3 timeout bounds (measured: connect_timeout=2
    changed nothing), and ends in

        EndpointConnectionError: Could not connect to the endpoint URL (Errno -3, Temporary failure in name resolution)

    or, more often, in the function's own timeout. Where another nameserver answers, each new name still waits for the
    silent one first.
    """
    servers: dict[str, list[Lookup]] = {}
    for lookup in names.lookups:
        servers.setdefault(lookup.nameserver, []).append(lookup)
    if names.literal or names.proxied:
        yield not_applicable("resolver", names.exempt)
    elif not servers and names.system.reply is Reply.RESOLVED:
        yield not_applicable("resolver", "resolv.conf lists no nameserver, and the C library resolves without one")
    elif not servers:
        yield unknown("resolver", "resolv.conf lists no nameserver, so none could be asked")
    silent = [server for server, lookups in servers.items() if all(map(_unanswered, lookups))]
    for number, server in enumerate(servers):
        if server not in silent:
            yield _answering(server, servers[server])
            continue
        severity, effect = _effect(names, number, servers[server], alone=len(silent) == len(servers))
        yield problem(
            server,
            f"the resolver {server} does not answer, {effect}",
            targets=("*",),
            severity=severity,
            candidates=("dns.vpc-support-off", "dns.custom-resolver"),
            separate=(
                Separation(
                    "aws ec2 describe-vpc-attribute --vpc-id VPC --attribute enableDnsSupport",
                    "false: the VPC has no resolver; true: the resolver is one of your own, or its path is closed",
                ),
            ),
        )


def _answering(server: str, lookups: list[Lookup]) -> Observation:
    """Firewalls that drop what they do not know leave questions for IPv6 unanswered, and the C library waits for them."""
    lost = dict.fromkeys(lookup.record for lookup in lookups if _unanswered(lookup))
    if not lost:
        return ok(server, f"the resolver {server} answers")
    words = f"the resolver {server} leaves questions for {', '.join(lost)} unanswered, and each new name waits for them"
    return problem(server, words, targets=("*",), severity=Severity.HINTS)


def _effect(names: Names, number: int, lookups: list[Lookup], *, alone: bool) -> tuple[Severity, str]:
    """The C library asks the nameservers in order, and waits only for one that keeps silent (resolv.conf(5))."""
    if alone and names.system.reply is Reply.RESOLVED:
        return Severity.RISKS, f"though the C library finds {names.host} by other means or later"
    if alone:
        return Severity.BREAKS, "so no name can be resolved"
    if number == 0 and any(lookup.reply is Reply.SILENT for lookup in lookups):
        return Severity.RISKS, "so each new name waits for it before the next is asked"
    return Severity.HINTS, "and will be missed when the others fail"


def _unanswered(lookup: Lookup) -> bool:
    return lookup.reply in (Reply.SILENT, Reply.CLOSED)
