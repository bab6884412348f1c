from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, problem, unknown
from doctor.areas.dns import effect
from doctor.areas.network import Fault, addresses, filled, short
from doctor.declare import Nearness
from doctor.evidence.paths import Paths
from doctor.network.serving import DEAD, Serving
from doctor.verdict import Outcome

_FAULT = Fault(
    check="network.endpoint-unavailable",
    closer="a VPC endpoint that is not available",
    remedy=Remedy(
        "Look at the endpoint's state and last error. One that waits for acceptance is accepted by the service's owner; one "
        "that was rejected, failed or expired must be made anew.",
        commands=(
            "aws ec2 describe-vpc-endpoints --vpc-endpoint-ids COMPONENT "
            "--query 'VpcEndpoints[].[VpcEndpointId,State,LastError]'",
        ),
    ),
)


@check("network.endpoint-unavailable", severity=Severity.BREAKS, nearness=Nearness.ENDPOINT, remedy=_FAULT.remedy)
def endpoint_unavailable(paths: Paths) -> Iterator[Observation]:
    """Each VPC endpoint for the service is in the state `available`.

    While an endpoint is pending, waits for acceptance, was rejected or has failed, it passes nothing. Its private DNS does
    not answer either, so that the service's name leads to public addresses, which an isolated subnet does not reach:
    `ConnectTimeoutError: Connect timeout on endpoint URL`.

    Source: EC2 API reference, `VpcEndpoint` (State).
    """
    seen = list(_FAULT.judge(paths))
    told = {each.subject for each in seen if each.outcome is Outcome.PROBLEM}
    usable = any(each.state == "available" for each in paths.endpoints or ())
    idle = [each for each in paths.endpoints or () if each.state != "available" and each.id not in told]
    if not paths.ways or usable or not idle:
        yield from seen
        return
    yield from (each for each in seen if each.outcome is Outcome.PROBLEM)
    yield from (_idle(each, paths) for each in idle)


def _idle(endpoint: Serving, paths: Paths) -> Observation:
    if endpoint.state not in DEAD:
        reason = f"{endpoint.id} is in the state {endpoint.state or 'that was not told'}"
        return unknown(endpoint.id, short([reason]))
    severity, words = effect(paths)
    return problem(
        endpoint.id,
        f"{endpoint.id} ({endpoint.service}) is in the state {endpoint.state}; {words}",
        severity=severity,
        addresses=addresses(paths.ways),
        remedy=filled(_FAULT.remedy, endpoint.id, paths, ()),
    )
