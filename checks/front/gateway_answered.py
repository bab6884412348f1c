from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.reach import Http, Reach

_GIVEN_UP = (502, 503, 504)


@check(
    "front.gateway-answered",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "Look behind the front: at the duration of the function's invocations (29 s is the REST default), its errors, and "
        "whether the front may invoke it. Raising the front's timeout only hides a call that hangs.",
        commands=("aws logs filter-log-events --log-group-name /aws/lambda/FUNCTION --filter-pattern REPORT",),
    ),
)
def gateway_answered(reach: Reach) -> Iterator[Observation]:
    """The application itself wrote the answer, and not the front that stopped waiting for it.

        504 {"message": "Endpoint request timed out"} (API Gateway)
        502 Bad Gateway; 504 Gateway Time-out in HTML (nginx, load balancers)

    The headers of an answer betray who wrote it: apigw-requestid, x-amz-cf-id, server: awselb/2.0, server: nginx.
    """
    target = reach.concerns
    answers = [probe for probe in reach.probes if probe.http is Http.ANSWERED]
    gave_up = [probe for probe in answers if probe.answered_by and probe.status in _GIVEN_UP]
    if reach.service is not None or not reach.expected:
        yield not_applicable(target, f"{target} is no function of yours that should answer")
    elif not answers:
        yield not_applicable(target, f"{target} was not asked for an HTTP answer, or gave none")
    elif gave_up:
        first = gave_up[0]
        words = f"{target} answered {first.status} with the headers of {first.answered_by}"
        yield problem(target, f"{words}: the front gave up on the function, unless that itself sends such a status")
    elif any(probe.status in _GIVEN_UP for probe in answers):
        yield unknown(target, f"{target} answered {answers[0].status}, and no header tells who wrote that")
    else:
        yield ok(target, f"{target} answers without a front giving up")
