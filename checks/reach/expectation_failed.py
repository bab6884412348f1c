from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.reach import Reach, Tcp


@check(
    "reach.expectation-failed",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "If the host must not be reached, close the path: egress rules of the function's group, routes, a firewall. If it may "
        'be, take `"reachable": false` out of DOCTOR_TARGETS.',
    ),
)
def expectation_failed(reach: Reach) -> Iterator[Observation]:
    """What must not be reached cannot be reached.

    A negative expectation, `"reachable": false`, guards isolation: a function that must not reach the internet, a test
    environment that must not reach production. What was declared reachable and is not is told by the rung that fails.
    """
    target = reach.concerns
    connected = [probe for probe in reach.probes if probe.tcp is Tcp.CONNECTED]
    decided = [probe for probe in reach.probes if probe.tcp is not Tcp.FORBIDDEN]
    if reach.expected:
        yield ok(target, f"{target} is declared reachable; the checks of each rung judge it")
    elif connected:
        yield problem(target, f"{target} is declared unreachable, and {connected[0].address} accepts connections")
    elif decided or not reach.probes:
        yield ok(target, f"{target} is declared unreachable, and it is")
    else:
        yield unknown(target, f"{target} was not probed: {reach.probes[0].detail}")
