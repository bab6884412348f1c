from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.names import Names, Reply


@check(
    "dns.no-address",
    severity=Severity.BREAKS,
    follows=("dns.custom-resolver", "dns.resolver-rule-diverts", "dns.firewall-blocks", "dns.private-zone-shadows"),
    remedy=Remedy(
        "Add the missing record, or give the function the address family that the name has: IPv6 needs a dual-stack subnet "
        "and Ipv6AllowedForDualStack.",
        commands=("dig +short A HOST", "dig +short AAAA HOST"),
    ),
)
def no_address(names: Names) -> Iterator[Observation]:
    """The host's name leads to an address.

    The name exists and has no record that helps: another type only, or a firewall that answers with nothing.

        EndpointConnectionError: Could not connect to the endpoint URL (Errno -5, No address associated with hostname)

    boto3's text is that of a name that does not exist.
    """
    empty = [lookup for lookup in names.lookups if lookup.reply is Reply.NO_ADDRESS]
    if names.literal or names.proxied:
        yield not_applicable(names.concerns, f"{names.host} is not resolved here")
    elif names.system.addresses:
        yield ok(names.concerns, f"{names.host} has addresses: {', '.join(names.system.addresses[:3])}")
    elif names.system.reply is Reply.NO_ADDRESS or (empty and len(empty) == len(names.lookups)):
        yield problem(
            names.concerns,
            f"{names.host} exists and has no address",
            candidates=("dns.firewall-blocks", "dns.private-zone-shadows", "dns.custom-resolver"),
        )
    elif names.system.reply is Reply.NOT_FOUND:
        yield unknown(names.concerns, f"not reached: {names.host} does not exist")
    else:
        yield unknown(names.concerns, f"no resolver said whether {names.host} has an address")
