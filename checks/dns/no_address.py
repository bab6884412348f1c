import shlex
from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, check, not_applicable, ok, problem, unknown
from doctor.aws_domains import is_aws
from doctor.evidence.environment import Environment
from doctor.evidence.names import Names, Reply
from doctor.probe import forbidden


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
def no_address(names: Names, environment: Environment | None) -> Iterator[Observation]:
    """The host's name leads to an address.

    The name exists and has no record that helps: another type only, or a firewall that answers with nothing.

        EndpointConnectionError: Could not connect to the endpoint URL (Errno -5, No address associated with hostname)

    boto3's text is that of a name that does not exist. An AWS name that leads to this machine or
    nowhere (127.0.0.1, 0.0.0.0) has none either: that is how filters answer for names that they block.
    """
    empty = [lookup for lookup in names.lookups if lookup.reply is Reply.NO_ADDRESS]
    local = environment.local_allowed if environment else False
    useless = is_aws(names.host) and all(forbidden.refusal(found, allow_loopback=local) for found in names.addresses)
    if names.exempt:
        yield not_applicable(names.concerns, names.exempt)
    elif names.addresses and useless:
        words = f"{names.host} leads to {', '.join(names.addresses[:3])}, where AWS is not"
        yield problem(names.concerns, words, candidates=_CANDIDATES, separate=_separate(names.host))
    elif names.addresses:
        yield ok(names.concerns, f"{names.host} has addresses: {', '.join(names.addresses[:3])}")
    elif names.system.reply is Reply.NO_ADDRESS or (empty and len(empty) == len(names.lookups)):
        words = f"{names.host} exists and has no address"
        yield problem(names.concerns, words, candidates=_CANDIDATES, separate=_separate(names.host))
    elif names.system.reply is Reply.NOT_FOUND:
        yield unknown(names.concerns, f"not reached: {names.host} does not exist")
    else:
        yield unknown(names.concerns, f"no resolver said whether {names.host} has an address")


_CANDIDATES = ("dns.firewall-blocks", "dns.private-zone-shadows", "dns.custom-resolver")


def _separate(host: str) -> tuple[Separation, ...]:
    return (
        Separation(
            f"dig {shlex.quote(host)} @1.1.1.1",
            "an answer from a public resolver: the name is sound, and this VPC hides it",
        ),
        Separation(
            "aws route53 list-hosted-zones-by-vpc --vpc-id VPC --vpc-region REGION", "a zone that covers the name"
        ),
    )
