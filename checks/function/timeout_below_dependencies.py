from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.names import Names
from doctor.evidence.reach import Reach
from doctor.evidence.sandbox import Sandbox


@check(
    "function.timeout-below-dependencies",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Raise the function's timeout above its slowest dependency, or make the dependency answer sooner. The default of 3 s "
        "is for functions that call nobody.",
        commands=("aws lambda update-function-configuration --function-name FUNCTION --timeout 30",),
    ),
)
def timeout_below_dependencies(names: Names, reach: Reach, sandbox: Sandbox) -> Iterator[Observation]:
    """One call to the slowest dependency fits into the function's time.

        Task timed out after 3.00 seconds

    One call from nothing: name, connection, handshake, first answer, as measured here. What takes more than half of the
    time that this invocation had leaves no room for a second try, a slower day, or the work itself.
    """
    target = reach.concerns
    calls = [probe.tcp_took + probe.tls_took + probe.http_took for probe in reach.probes if probe.carries]
    if sandbox.remaining is None:
        yield not_applicable(target, "outside a function there is no timeout")
    elif not calls:
        yield unknown(target, f"not reached: no call to {target} came to its end", severity=Severity.HINTS)
    elif (took := names.system.took + max(calls)) > sandbox.remaining / 2:
        yield problem(
            target, f"one call to {target} took {took:.1f} s, and this invocation had {sandbox.remaining:.1f} s"
        )
    else:
        yield ok(
            target, f"one call to {target} took {took:.2f} s of the {sandbox.remaining:.1f} s that this invocation had"
        )
