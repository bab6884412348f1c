import math
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.function import Function
from doctor.evidence.names import Names
from doctor.evidence.reach import Reach
from doctor.evidence.sandbox import Sandbox


def _remedy(function: str, seconds: int) -> Remedy:
    return Remedy(
        "Raise the function's timeout above its slowest dependency, or make the dependency answer sooner. The default of 3 s "
        "is for functions that call nobody.",
        commands=(f"aws lambda update-function-configuration --function-name {function} --timeout {seconds}",),
    )


@check("function.timeout-below-dependencies", severity=Severity.RISKS, remedy=_remedy("FUNCTION", 30))
def timeout_below_dependencies(
    names: Names, reach: Reach, sandbox: Sandbox | None, function: Function | None
) -> Iterator[Observation]:
    """One call to the slowest dependency fits into the function's time.

        Task timed out after 3.00 seconds

    One call from nothing: name, connection, handshake, first answer, as measured here. What takes more than half of the
    time that the function has leaves no room for a second try, a slower day, or the work itself. Its time is its
    configured timeout, where that was read, else what this invocation had.
    """
    target = reach.concerns
    calls = [probe.tcp_took + probe.tls_took + probe.http_took for probe in reach.probes if probe.carries]
    had = _time(sandbox, function)
    if had is None and sandbox is None:
        yield unknown(target, "neither the sandbox's remaining time nor the function's timeout was read")
    elif had is None:
        yield not_applicable(target, "outside a function there is no timeout")
    elif not calls:
        yield unknown(target, f"not reached: no call to {target} came to its end", severity=Severity.HINTS)
    elif (took := names.system.took + max(calls)) > had[0] / 2:
        remedy = _remedy(function.name if function else "FUNCTION", math.floor(2 * took) + 1)
        yield problem(target, f"one call to {target} took {took:.1f} s, and {had[1]}", remedy=remedy)
    else:
        yield ok(target, f"one call to {target} took {took:.2f} s, and {had[1]}")


def _time(sandbox: Sandbox | None, function: Function | None) -> tuple[float, str] | None:
    """Seconds that the function has, and words for them."""
    if function and function.timeout is not None:
        return function.timeout, f"{function.name} may take {function.timeout} s"
    if sandbox and sandbox.remaining is not None:
        return sandbox.remaining, f"this invocation had {sandbox.remaining:.1f} s"
    return None
