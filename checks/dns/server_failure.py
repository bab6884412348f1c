from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.names import Names, Reply

_FAILED = (Reply.SERVER_FAILURE, Reply.REFUSED, Reply.MALFORMED, Reply.OTHER)
_SETTLED = (Reply.RESOLVED, Reply.NOT_FOUND, Reply.NO_ADDRESS)


@check(
    "dns.server-failure",
    severity=Severity.BREAKS,
    follows=("dns.custom-resolver", "dns.resolver-rule-diverts", "dns.firewall-blocks", "dns.private-zone-shadows"),
    remedy=Remedy(
        "Ask the resolver itself why: a forwarder that does not reach its upstream gives SERVFAIL, one that does not serve "
        "this client REFUSED. AmazonProvidedDNS does neither for AWS's names.",
        commands=("dig HOST @RESOLVER", "aws ec2 describe-dhcp-options"),
    ),
)
def server_failure(names: Names) -> Iterator[Observation]:
    """The nameservers can and will resolve the host's name.

    It is there and cannot, or will not, resolve the name. The C library folds that into

        EndpointConnectionError: Could not connect to the endpoint URL (Errno -3, Temporary failure in name resolution)

    which a silent resolver gives too, ten seconds later; only a question of one's own shows the code.
    """
    if names.literal or names.proxied:
        yield not_applicable(names.concerns, f"{names.host} is not resolved here")
        return
    failed = {lookup.nameserver: lookup for lookup in names.lookups if lookup.reply in _FAILED}
    settled = any(lookup.reply in _SETTLED for lookup in names.lookups)
    if failed:
        told = ", ".join(
            f"{server} ({lookup.detail or lookup.reply.value})" for server, lookup in sorted(failed.items())
        )
        harmless = settled and names.system.reply is Reply.RESOLVED
        yield problem(
            names.concerns,
            f"{names.host} is not resolved by {told}",
            severity=Severity.RISKS if harmless else Severity.BREAKS,
            candidates=("dns.custom-resolver", "dns.resolver-rule-diverts"),
        )
    elif settled:
        yield ok(names.concerns, f"the resolver answers questions about {names.host}")
    elif names.system.reply is Reply.RESOLVED:
        yield ok(names.concerns, f"{names.host} is resolved, though no listed nameserver was asked")
    else:
        yield unknown(names.concerns, f"no resolver answered about {names.host}")
