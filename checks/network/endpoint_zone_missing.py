from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.areas.network import filled, not_walked, place, short
from doctor.declare import Nearness
from doctor.evidence.paths import Paths
from doctor.network import remedies
from doctor.network.serving import Serving

_REMEDY = Remedy(
    "Add a subnet of the missing zone to the endpoint, at the price of one more interface; or leave it, knowing the cost.",
    commands=("aws ec2 modify-vpc-endpoint --vpc-endpoint-id COMPONENT --add-subnet-ids SUBNET",),
)


@check("network.endpoint-zone-missing", severity=Severity.HINTS, nearness=Nearness.ENDPOINT, remedy=_REMEDY)
def endpoint_zone_missing(paths: Paths) -> Iterator[Observation]:
    """The interface endpoint has an interface in each of the function's zones.

    An endpoint in another zone works: private DNS gives all of its addresses, and the VPC's local route leads to each. What
    crosses zones costs by the gigabyte and about a millisecond, and when the endpoint's only zone fails, so does
    `EndpointConnectionError: Could not connect to the endpoint URL` for the functions of every other zone.

    Source: PrivateLink guide, "Access an AWS service using an interface VPC endpoint" (subnets and Availability Zones).
    """
    found = [each for each in paths.endpoints or () if paths.answer and each.id == paths.answer.component]
    if exempt := not_walked(paths):
        yield exempt
    elif paths.endpoints is None:
        yield unknown(paths.concerns, short([f"the VPC endpoints of {paths.vpc} were not read"]))
    elif not found or found[0].kind != "interface":
        yield not_applicable(paths.concerns, f"{paths.host} leads to no interface endpoint of {paths.vpc}")
    else:
        yield _judged(found[0], paths)


def _judged(endpoint: Serving, paths: Paths) -> Observation:
    away = {way.subnet: way for way in paths.ways if way.zone not in endpoint.zones}
    zones = sorted({way.zone for way in away.values()})
    if "" in zones or not endpoint.zones:
        return unknown(endpoint.id, short([f"the zones of {endpoint.id} or of a subnet were not read"]))
    if not zones:
        return ok(endpoint.id, f"{endpoint.id} has an interface in each zone of {paths.function}")
    first = sorted({way.zone: way.subnet for way in reversed(list(away.values()))}.values())
    command = remedies.endpoint(endpoint.id, "--add-subnet-ids", *first)
    return problem(
        endpoint.id,
        f"{endpoint.id} has no interface in {', '.join(zones)}: calls from {', '.join(sorted(away))} cross to another zone",
        subnet=place(away.values())["subnet"],
        remedy=filled(_REMEDY, endpoint.id, paths, (command,)),
    )
