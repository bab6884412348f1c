from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, problem
from doctor.areas.dns import Misnaming, leads_to_nobody
from doctor.areas.network import addresses, exempt, filled
from doctor.evidence.names import Names
from doctor.evidence.paths import Paths

_FAULT = Misnaming(
    check="dns.private-zone-shadows",
    healthy="no private hosted zone hides the name",
    about=(
        "hosted zone",
        "private zone",
        "Profile",
    ),
    remedy=Remedy(
        "Add the record to the private zone, or take the zone out of this VPC. Route 53 keeps a zone's last VPC "
        "(LastVPCAssociation): one without records is deleted then, of another one the records must go first. A zone for one "
        "host name, instead of a whole domain, hides nothing else.",
        commands=(
            "aws route53 list-hosted-zones-by-vpc --vpc-id VPC --vpc-region REGION",
            "aws route53 list-resource-record-sets --hosted-zone-id COMPONENT",
        ),
    ),
)


@check("dns.private-zone-shadows", severity=Severity.BREAKS, remedy=_FAULT.remedy)
def private_zone_shadows(paths: Paths, names: Names | None) -> Iterator[Observation]:
    """No private hosted zone of the VPC hides the target's name.

    Where a private zone covers a name, it alone answers: what it does not hold does not exist, and no public resolver is
    asked. A zone made for one endpoint in the domain of all (`us-east-1.amazonaws.com`, or a company's own) hides every
    other name: `EndpointConnectionError: Could not connect to the endpoint URL (Errno -2, Name or service not known)`. One
    whose record for an AWS service was not kept up leads to an address that is nobody's: `ConnectTimeoutError`.

    Source: Route 53 developer guide, "Considerations when working with a private hosted zone".
    """
    if paths.answer and not exempt(paths) and leads_to_nobody(paths):
        found = addresses(paths.ways)
        heard = " and the sandbox hears it" if names and set(names.addresses) == set(found) else ""
        yield problem(
            paths.answer.component,
            f"{paths.answer.component} answers for {paths.host} with {', '.join(found)}{heard}, which no interface carries",
            addresses=found,
            remedy=filled(_FAULT.remedy, paths.answer.component, paths, ()),
        )
        return
    yield from _FAULT.judge(paths)
