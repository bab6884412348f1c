from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function

# Seconds that API Gateway waits for a function: 29 for REST APIs unless their quota was raised, 30 for HTTP APIs
# (API Gateway developer guide, "Quotas"). A load balancer waits for as long as the function runs.
_PATIENCE = {"API Gateway": 29}


def _remedy(function: str) -> Remedy:
    return Remedy(
        "Let the function give up before its front does, so that the caller gets its error and not a bare 504; what takes "
        "longer belongs behind a queue.",
        commands=(f"aws lambda update-function-configuration --function-name {function} --timeout 28",),
    )


@check(
    "function.timeout-beyond-gateway",
    severity=Severity.RISKS,
    remedy=_remedy("FUNCTION"),
)
def timeout_beyond_gateway(function: Function) -> Iterator[Observation]:
    """A function behind an HTTP front answers, or gives up, before the front does.

        504 {"message": "Endpoint request timed out"}

    API Gateway stops waiting after 29 seconds (REST, unless the quota was raised) or 30 (HTTP). The function runs on,
    is paid for, and nobody reads its answer. Which fronts call it is told by its own resource policy.
    """
    name, timeout = function.name, function.timeout
    waits = [(front, _PATIENCE[front]) for front in function.invokers if front in _PATIENCE]
    if not function.exists:
        yield not_applicable(name, f"there is no function {name}")
    elif lost := function.why_unread("invokers"):
        allow = f"; allow {lost.action}" if lost.action else ""
        yield unknown(name, f"who invokes {name} was not read ({lost.detail}){allow}")
    elif not waits:
        yield not_applicable(name, f"the policy of {name} lets no front in that stops waiting")
    elif timeout is None:
        yield unknown(name, f"the timeout of {name} was not told")
    for front, patience in waits if timeout is not None else ():
        words = f"{name} may take {timeout} s, and {front} waits {patience} s"
        if timeout is not None and timeout > patience:
            yield problem(name, f"{words}, unless its quota was raised", remedy=_remedy(name))
        else:
            yield ok(name, words)
