import ipaddress
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.names import Names, Reply


@check(
    "dns.libc-disagrees",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Look for the name in /etc/hosts and nsswitch.conf, and for search domains in resolv.conf that answer to anything; a "
        "dot at the end of a name keeps the search list out.",
        commands=("getent ahosts HOST", "grep HOST /etc/hosts", "cat /etc/resolv.conf"),
    ),
)
def libc_disagrees(names: Names) -> Iterator[Observation]:
    """The C library and the nameservers tell the same about a name.

    boto3 asks the C library, which reads /etc/hosts, nsswitch.conf and search domains before and beside the resolver. Tools
    such as dig do not, so that "DNS is fine" and

        Connect timeout on endpoint URL; SSLError: hostname doesn't match

    can both be true. Answers that rotate, as those of public services do, are no disagreement where they overlap or
    where both are public.
    """
    asked = {address for lookup in names.lookups for address in lookup.addresses}
    found = set(names.system.addresses)
    settled = any(lookup.reply in (Reply.RESOLVED, Reply.NOT_FOUND, Reply.NO_ADDRESS) for lookup in names.lookups)
    if names.literal or names.proxied:
        yield not_applicable(names.concerns, f"{names.host} is not resolved here")
    elif not settled:
        yield unknown(
            names.concerns,
            f"no nameserver told about {names.host}, so there is nothing to compare",
            severity=Severity.HINTS,
        )
    elif found and not asked:
        words = f"getaddrinfo finds {', '.join(sorted(found)[:3])} for {names.host}, and no nameserver knows an address"
        yield problem(names.concerns, words)
    elif asked and names.system.reply in (Reply.NOT_FOUND, Reply.NO_ADDRESS):
        words = f"nameservers know {names.host} ({', '.join(sorted(asked)[:3])}), and getaddrinfo does not"
        yield problem(names.concerns, words)
    elif found and asked and found.isdisjoint(asked) and (_private(found) != _private(asked) or _private(found)):
        words = f"getaddrinfo finds {', '.join(sorted(found)[:3])} for {names.host}, nameservers {', '.join(sorted(asked)[:3])}"
        yield problem(names.concerns, words)
    else:
        yield ok(names.concerns, f"getaddrinfo and the nameservers agree about {names.host}")


def _private(addresses: set[str]) -> bool:
    return all(ipaddress.ip_address(address).is_private for address in addresses)
