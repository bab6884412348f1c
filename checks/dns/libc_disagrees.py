import ipaddress
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.aws_domains import is_aws
from doctor.evidence.names import Names, Reply
from doctor.evidence.resolver import Resolver


@check(
    "dns.libc-disagrees",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Look for the name in /etc/hosts and nsswitch.conf, and for search domains in resolv.conf that answer to anything; a "
        "dot at the end of a name keeps the search list out.",
        commands=("getent ahosts HOST", "grep HOST /etc/hosts", "cat /etc/resolv.conf"),
    ),
)
def libc_disagrees(names: Names, resolver: Resolver | None) -> Iterator[Observation]:
    """The C library and the nameservers tell the same about a name.

    boto3 asks the C library, which reads /etc/hosts, nsswitch.conf and search domains before and beside the resolver. Tools
    such as dig do not, so that "DNS is fine" and

        Connect timeout on endpoint URL; SSLError: hostname doesn't match

    can both be true. Answers that rotate, as those of public services do, are no disagreement where they overlap or
    where both are public. A name without a dot is completed by the search list,
    which is no disagreement either.
    """
    asked = {address for lookup in names.lookups for address in lookup.addresses}
    found = set(names.system.addresses)
    settled = {lookup.nameserver for lookup in names.lookups if lookup.reply in _SETTLED}
    denied = settled - {lookup.nameserver for lookup in names.lookups if lookup.addresses}
    pinned = " (the hosts file names it)" if resolver and names.host in resolver.pinned else ""
    told = f"getaddrinfo finds {_some(found)} for {names.host}{pinned}"
    if names.literal or names.proxied or "." not in names.host.rstrip("."):
        yield not_applicable(names.concerns, names.exempt or f"{names.host} is completed by the search list")
    elif not asked and not denied:
        words = f"no nameserver told about {names.host}, so there is nothing to compare"
        yield unknown(names.concerns, words, severity=Severity.HINTS)
    elif found and not asked:
        yield problem(names.concerns, f"{told}, and no nameserver knows an address")
    elif asked and not denied and names.system.reply in (Reply.NOT_FOUND, Reply.NO_ADDRESS):
        yield problem(names.concerns, f"nameservers know {names.host} ({_some(asked)}), and getaddrinfo does not")
    elif found and asked and found.isdisjoint(asked) and (pinned or _elsewhere(names.host, found, asked)):
        yield problem(names.concerns, f"{told}, nameservers {_some(asked)}")
    else:
        yield ok(names.concerns, f"getaddrinfo and the nameservers agree about {names.host}")


_SETTLED = (Reply.RESOLVED, Reply.NOT_FOUND, Reply.NO_ADDRESS)


def _elsewhere(host: str, found: set[str], asked: set[str]) -> bool:
    """Whether other addresses are other places: public ones rotate, and an endpoint's private ones never do."""
    return _private(found) != _private(asked) or (_private(found) and is_aws(host))


def _private(addresses: set[str]) -> bool:
    return all(ipaddress.ip_address(address).is_private for address in addresses)


def _some(addresses: set[str]) -> str:
    return ", ".join(sorted(addresses)[:3])
