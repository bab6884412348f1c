from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, check, hosts, not_applicable, ok, problem, unknown
from doctor.areas.network import exempt, short
from doctor.areas.open_ways import is_open
from doctor.evidence.names import Names
from doctor.evidence.paths import Paths
from doctor.network.resolution import Kind
from doctor.network.serving import DEAD, Serving

_REMEDY = Remedy(
    "Let the function's queries reach the VPC's own resolver, and that one know the endpoint's private DNS: "
    "enableDnsSupport and enableDnsHostnames on, private DNS on, no other resolver, hosts file or rule in between. An "
    "endpoint that was just made is known after minutes, and a name that is cached by then stays for its time to live.",
    commands=(
        "aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ENDPOINT --query 'VpcEndpoints[].[State,PrivateDnsEnabled]'",
        "getent ahosts HOST",
    ),
)
_CANDIDATES = ("dns.custom-resolver", "dns.resolver-rule-diverts", "dns.libc-disagrees")


@check(
    "dns.public-answer",
    severity=Severity.BREAKS,
    follows=(
        "dns.private-names-off",
        "dns.vpc-support-off",
        "dns.vpc-hostnames-off",
        "dns.custom-resolver",
        "client.global-sts-host",
        "client.legacy-host",
    ),
    remedy=_REMEDY,
)
def public_answer(names: Names, paths: Paths) -> Iterator[Observation]:
    """A service that has an interface endpoint in the VPC resolves to that endpoint.

    The endpoint stands there and nobody calls it: inside the sandbox the service's name leads to public addresses. A subnet
    without a way out drops what is sent there: `ConnectTimeoutError: Connect timeout on endpoint URL`. With a NAT gateway
    calls succeed, cost money, and policies that ask for the endpoint (aws:SourceVpce) deny them.

    Source: PrivateLink guide, "Access an AWS service using an interface VPC endpoint" (private DNS).
    """
    target = paths.concerns
    meant = [each for each in paths.endpoints or () if each.kind == "interface" and each.state not in DEAD]
    public = [each for each in names.addresses if _is_public(each, meant)]
    if words := exempt(paths) or names.exempt:
        yield not_applicable(target, words)
    elif paths.endpoints is None:
        yield unknown(target, short([f"the VPC endpoints of {paths.vpc} were not read"]))
    elif not meant:
        yield not_applicable(target, f"{paths.vpc} has no interface endpoint for {paths.host} that is available")
    elif any(each.kind == "gateway" for each in paths.endpoints):
        yield not_applicable(target, f"a gateway endpoint carries the public addresses of {paths.host}")
    elif not names.addresses:
        yield unknown(target, f"not reached: {paths.host} has no address inside")
    elif public and _on_purpose(meant[0], paths):
        yield not_applicable(target, f"private DNS of {meant[0].id} is not meant for {paths.vpc} itself")
    elif public:
        yield _problem(meant[0], public, paths)
    else:
        yield ok(target, f"{paths.host} leads to {meant[0].id} ({', '.join(names.addresses[:3])})")


def _is_public(text: str, endpoints: list[Serving]) -> bool:
    """Whether an address is one of the internet's; a VPC's own may look like it: all of IPv6, and ranges brought along."""
    address = hosts.without_zone(text)
    if address is None or any(text in (each.addresses or ()) for each in endpoints):
        return False
    unread = any(each.addresses is None for each in endpoints)
    return address.is_global and not (unread and address.version == 6)


def _on_purpose(endpoint: Serving, paths: Paths) -> bool:
    """Whether the private DNS that is on is for inbound resolver endpoints alone (EC2 API reference, `DnsOptions`)."""
    answer = paths.answer
    plain = answer is not None and answer.kind is Kind.PUBLIC and not (answer.problems or answer.unknowns)
    return endpoint.private_names is not False and plain


def _problem(endpoint: Serving, public: list[str], paths: Paths) -> Observation:
    """Where private DNS is off on purpose and the way out is open, nothing is wrong but the bill."""
    spared = endpoint.private_names is False and all(is_open(paths, subnet) for subnet in paths.subnets)
    return problem(
        endpoint.id,
        f"inside, {paths.host} leads to {', '.join(public[:3])} on the internet, and not to {endpoint.id}",
        severity=Severity.HINTS if spared else None,
        addresses=tuple(public),
        candidates=_CANDIDATES,
        separate=(
            Separation(
                f"doctor examine {paths.function} --via deployed --only 'dns.*'",
                "which of resolver, rule and hosts file answers in the place of the endpoint's private DNS",
            ),
        ),
        remedy=Remedy(
            _REMEDY.text,
            commands=tuple(
                command.replace("ENDPOINT", endpoint.id).replace("HOST", paths.host) for command in _REMEDY.commands
            ),
        ),
    )
