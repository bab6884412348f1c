from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

from doctor import Observation, Remedy, Severity, check, ok
from doctor.areas.dns import Misnaming
from doctor.evidence.names import Names
from doctor.evidence.paths import Paths
from doctor.evidence.resolver import Resolver
from doctor.verdict import Outcome

_FAULT = Misnaming(
    check="dns.custom-resolver",
    healthy="the VPC asks Amazon's own resolver",
    about=("DHCP options", "stands in no configuration"),
    remedy=Remedy(
        "Set the VPC's DHCP options back to AmazonProvidedDNS and send a company's own names to its resolvers by resolver "
        "rules; or let that resolver forward AWS's names to the VPC's (base address plus two).",
        commands=(
            "aws ec2 describe-dhcp-options --dhcp-options-ids COMPONENT",
            "aws ec2 create-dhcp-options --dhcp-configurations Key=domain-name-servers,Values=AmazonProvidedDNS",
            "aws ec2 associate-dhcp-options --dhcp-options-id NEW_OPTIONS --vpc-id VPC",
        ),
    ),
)


@check("dns.custom-resolver", severity=Severity.RISKS, remedy=_FAULT.remedy)
def custom_resolver(paths: Paths, resolver: Resolver | None, names: Names | None) -> Iterator[Observation]:
    """The VPC's DHCP options name AmazonProvidedDNS, or a resolver that forwards AWS's names to it.

    Private DNS of endpoints, private hosted zones and DNS Firewall live in Amazon's resolver. A resolver of one's own knows
    none of them: it gives public addresses for AWS's names, or no answer once its own path is closed: `ConnectTimeoutError:
    Connect timeout on endpoint URL`, `EndpointConnectionError: Could not connect to the endpoint URL (Errno -3, Temporary
    failure in name resolution)`.

    What such a resolver answers stands in no configuration; that it forwards shows in the sandbox, which then gets the
    addresses of the endpoint's own interfaces. A link-local address in a sandbox's resolv.conf is none of
    one's own: it is how Lambda hands queries to the VPC's resolver.

    Source: VPC user guide, "DHCP option sets in Amazon VPC", "DNS attributes for your VPC".
    """
    asked = resolver.nameservers if resolver else ()
    for seen in _FAULT.judge(paths):
        if seen.outcome is Outcome.UNKNOWN and asked and all(map(_link_local, asked)):
            words = f"the sandbox asks {', '.join(asked)}, which hands on to the VPC's own resolver"
            yield ok(seen.subject, words)
        elif seen.outcome is not Outcome.OK and names and _forwards(names, paths):
            yield ok(seen.subject, f"inside, {paths.host} leads to its endpoint ({', '.join(names.addresses[:3])})")
        elif seen.outcome is Outcome.PROBLEM and asked:
            yield replace(seen, message=f"{seen.message}; the sandbox asks {', '.join(asked)}")
        else:
            yield seen


def _forwards(names: Names, paths: Paths) -> bool:
    """Whether the sandbox got addresses of the endpoint's interfaces, which the VPC's own resolver alone knows."""
    own = {address for each in paths.endpoints or () if each.private_names for address in each.addresses or ()}
    return bool(names.addresses) and own >= set(names.addresses)


def _link_local(server: str) -> bool:
    address = ip_address(server.partition("%")[0])
    return address.is_link_local or str(address) == "fd00:ec2::253"
