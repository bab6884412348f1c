from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.names import Lookup, Names, Reply

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
    if names.exempt:
        yield not_applicable(names.concerns, names.exempt)
        return
    failed = [lookup for lookup in names.lookups if lookup.reply in _FAILED]
    settled = [lookup for lookup in names.lookups if lookup.reply in _SETTLED]
    if failed:
        yield problem(
            names.concerns,
            f"{names.host} is not resolved by {_told(failed, settled)}",
            severity=_severity(names, failed, settled),
            candidates=("dns.custom-resolver", "dns.resolver-rule-diverts"),
            separate=(
                Separation(
                    "cat /etc/resolv.conf", "not the VPC's base address plus two, nor 169.254.169.253: your own"
                ),
                Separation(
                    "aws route53resolver list-resolver-rule-associations", "a rule that sends the name elsewhere"
                ),
            ),
        )
    elif names.system.reply in (Reply.TRY_AGAIN, Reply.OTHER) and settled:
        words = (
            f"the C library gets no answer about {names.host} (error {names.system.code}), though nameservers answer us"
        )
        yield problem(names.concerns, words)
    elif settled:
        yield ok(names.concerns, f"the resolver answers questions about {names.host}")
    elif names.system.reply is Reply.RESOLVED:
        yield ok(names.concerns, f"{names.host} is resolved, though no listed nameserver answered a question of ours")
    else:
        yield unknown(names.concerns, f"no resolver answered about {names.host}")


def _severity(names: Names, failed: list[Lookup], settled: list[Lookup]) -> Severity:
    """The C library asks the next nameserver at once, so a failure that another one makes good costs little."""
    if names.fails or not settled:
        return Severity.RISKS if names.system.reply is Reply.RESOLVED else Severity.BREAKS
    first = names.lookups[0].nameserver
    wholly = not any(lookup.nameserver == first for lookup in settled)
    return Severity.RISKS if wholly and any(lookup.nameserver == first for lookup in failed) else Severity.HINTS


def _told(failed: list[Lookup], settled: list[Lookup]) -> str:
    partly = {lookup.nameserver for lookup in settled}
    words = {
        f"{lookup.nameserver} ({f'{lookup.record}: ' * (lookup.nameserver in partly)}{lookup.detail or lookup.reply.value})"
        for lookup in failed
    }
    return ", ".join(sorted(words))
