"""Cases of the area `front`."""

from dataclasses import replace

from doctor.evidence.front import Front
from doctor.evidence.reach import Http, Reach
from tests.evidence.build import Cases, probe, reach


def site(**changed: object) -> Reach:
    """A host of the deployer's own."""
    return replace(reach(probe(request_id=False, **changed)), host="api.example", service=None)


CASES: dict[str, Cases] = {
    "front.gateway-answered": Cases(
        failing=[
            (site(status=504, answered_by="API Gateway"),),
            (site(status=502, answered_by="nginx"),),
            (site(status=503, answered_by="Application Load Balancer"),),
        ],
        passing=[
            (site(status=200),),
            (site(status=500, answered_by="API Gateway"),),
            (site(status=404, answered_by="CloudFront", http=Http.ANSWERED),),
        ],
    ),
    "front.path-prefix": Cases(
        failing=[
            (Front(kind_of_front="an HTTP API", prefix="/prod"),),
            (Front(kind_of_front="a REST API", prefix="/v1"),),
        ],
        passing=[(Front(kind_of_front="a function URL"),), (Front(kind_of_front="an Application Load Balancer"),)],
    ),
}
