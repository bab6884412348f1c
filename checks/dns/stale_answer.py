from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, hosts, not_applicable, ok, problem, unknown
from doctor.areas.network import exempt, short
from doctor.evidence.names import Names
from doctor.evidence.paths import Paths
from doctor.network.resolution import Kind

_REMEDY = Remedy(
    "Find who still tells the old address: a hosts file, a record in a private zone that somebody wrote by hand, a resolver "
    "or a process that keeps answers beyond their time. What is written by hand should be an alias of the endpoint's name.",
    commands=(
        "aws ec2 describe-network-interfaces --filters Name=private-ip-address,Values=ADDRESS "
        "--query 'NetworkInterfaces[].[NetworkInterfaceId,Description,Status]'",
        "aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ENDPOINT --query 'VpcEndpoints[].NetworkInterfaceIds'",
    ),
)
# Somebody else's records answer on purpose, which `dns.private-zone-shadows` and `dns.resolver-rule-diverts` judge.
_OTHERS = (Kind.PRIVATE_ZONE, Kind.DIVERTED)


@check("dns.stale-answer", severity=Severity.BREAKS, remedy=_REMEDY)
def stale_answer(names: Names, paths: Paths) -> Iterator[Observation]:
    """A private answer for a service is an address of the endpoint's own interfaces.

    An endpoint that was made anew, or lost a subnet, has other addresses, and whoever kept the old ones calls nobody:
    `ConnectTimeoutError: Connect timeout on endpoint URL`, `EndpointConnectionError: Could not connect to the endpoint URL`
    (Errno 113), on every call or, where one of several addresses is old, on some.

    Source: PrivateLink guide, "Access an AWS service using an interface VPC endpoint" (one interface and its addresses for
    each subnet).
    """
    target = paths.concerns
    meant = [each for each in paths.endpoints or () if each.kind == "interface"]
    private = [each for each in names.addresses if _is_private(each)]
    sound = {address for each in meant for address in each.addresses or ()}
    old = [each for each in private if each not in sound]
    if words := exempt(paths) or names.exempt:
        yield not_applicable(target, words)
    elif paths.endpoints is None:
        yield unknown(target, short([f"the VPC endpoints of {paths.vpc} were not read"]))
    elif not meant:
        yield not_applicable(target, f"{paths.vpc} has no interface endpoint for {paths.host}")
    elif not names.addresses:
        yield unknown(target, f"not reached: {paths.host} has no address inside")
    elif not private:
        yield not_applicable(target, f"{paths.host} has no private address inside")
    elif not old:
        yield ok(target, f"{', '.join(private[:3])} belong to {meant[0].id}")
    elif paths.answer and paths.answer.kind in _OTHERS:
        yield not_applicable(target, f"{paths.answer.component} answers for {paths.host}, and not {meant[0].id}")
    elif any(each.addresses is None for each in meant):
        yield unknown(target, short([f"the interfaces of {meant[0].id} were not read"]))
    else:
        yield _problem(meant[0].id, old, len(old) < len(names.addresses), paths)


def _is_private(text: str) -> bool:
    """Carrier-grade addresses too, which VPCs may use (RFC 6598), and whatever else is not the internet's."""
    address = hosts.without_zone(text)
    return address is not None and not address.is_global


def _problem(endpoint: str, old: list[str], sound_ones: bool, paths: Paths) -> Observation:
    named = ", ".join(old[:3])
    commands = (each.replace("ADDRESS", old[0]).replace("ENDPOINT", endpoint) for each in _REMEDY.commands)
    return problem(
        endpoint,
        f"inside, {paths.host} leads to {named}, which no interface of {endpoint} carries",
        severity=Severity.RISKS if sound_ones else None,
        addresses=tuple(old),
        remedy=Remedy(_REMEDY.text, commands=tuple(commands)),
    )
