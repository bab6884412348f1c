from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, call_timeouts, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function

# A load balancer and a function URL wait for as long as the function runs.
_FRONT = "API Gateway"


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

    API Gateway stops waiting after 30 seconds for an HTTP API, which nobody can raise, and after 29 for a REST API, which
    for regional and private ones can be raised. The function runs on, is paid for, and nobody reads its answer. Which fronts
    call it is told by its own resource policy, which does not tell one kind of API from the other.
    """
    name, timeout = function.name, function.timeout
    if not function.exists:
        yield not_applicable(name, f"there is no function {name}")
    elif lost := function.why_unread("invokers"):
        yield unknown(name, f"who invokes {name} was not read ({lost.detail}){lost.allow}")
    elif _FRONT not in function.invokers:
        yield not_applicable(name, f"the policy of {name} lets no front in that stops waiting")
    elif timeout is None:
        yield unknown(name, f"the timeout of {name} was not told")
    else:
        words = f"{name} may take {timeout} s, and {_FRONT} waits {call_timeouts.REST_API:.0f} s"
        if timeout > call_timeouts.REST_API:
            yield problem(name, f"{words}, unless its quota was raised", remedy=_remedy(name))
        else:
            yield ok(name, words)
