from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function


def _remedy(function: str) -> Remedy:
    return Remedy(
        "Take the reserve of zero away, or set one above zero. Somebody may have set it as an emergency stop: ask first.",
        commands=(f"aws lambda delete-function-concurrency --function-name {function}",),
    )


@check(
    "function.concurrency-zero",
    severity=Severity.BREAKS,
    remedy=_remedy("FUNCTION"),
)
def concurrency_zero(function: Function) -> Iterator[Observation]:
    """The function may run: its reserved concurrency is not zero.

        TooManyRequestsException: Rate Exceeded. (ReservedFunctionConcurrentInvocationLimitExceeded, status 429)

    A reserve of zero throttles every call. The console's Throttle button sets it.
    """
    name = function.name
    if not function.exists:
        yield not_applicable(name, f"there is no function {name}")
    elif lost := function.why_unread("concurrency"):
        yield unknown(name, f"the reserved concurrency of {name} was not read ({lost.detail}){lost.allow}")
    elif function.reserved == 0:
        yield problem(name, f"the reserved concurrency of {name} is 0: every call is throttled", remedy=_remedy(name))
    else:
        reserve = "no reserved concurrency" if function.reserved is None else f"{function.reserved} reserved"
        yield ok(name, f"{name} has {reserve}")
