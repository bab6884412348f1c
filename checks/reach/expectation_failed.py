from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem, unknown
from doctor.evidence.names import Names, Reply
from doctor.evidence.reach import Reach, Tcp, Tls


@check(
    "reach.expectation-failed",
    severity=Severity.BREAKS,
    remedy=Remedy(
        "If the host must not be reached, close the path: egress rules of the function's group, routes, a firewall. If it may "
        'be, take "reachable": false out of DOCTOR_TARGETS.',
    ),
)
def expectation_failed(reach: Reach, names: Names | None) -> Iterator[Observation]:
    """What must not be reached cannot be reached.

    A negative expectation, `"reachable": false`, guards isolation: a function that must not reach the internet, a test
    environment that must not reach production. What was declared reachable and is not is told by the rung that fails.

    A filter that reads the server name lets TCP connect and cuts the handshake; that keeps the host out of reach too.
    """
    target = reach.concerns
    reached = [probe for probe in reach.probes if probe.tcp is Tcp.CONNECTED and probe.tls not in _CUT]
    undecided = [probe for probe in reach.probes if probe.tcp in _UNDECIDED or probe.tls is Tls.NO_TRUST]
    if reach.expected:
        yield ok(target, f"{target} is declared reachable; the checks of each rung judge it")
    elif reached:
        yield problem(target, f"{target} is declared unreachable, and {reached[0].address} accepts connections")
    elif undecided:
        yield unknown(target, f"{target} was not probed at {undecided[0].address}: {undecided[0].detail}")
    elif reach.probes:
        how = (reach.probes[0].tls or reach.probes[0].tcp).value
        yield ok(target, f"{target} is declared unreachable, and it is: {how}")
    elif names and names.system.reply in (Reply.NOT_FOUND, Reply.NO_ADDRESS):
        yield ok(target, f"{target} is declared unreachable, and its name leads nowhere")
    else:
        yield unknown(target, f"{target} is declared unreachable; its name was not resolved, so no address was tried")


_CUT = (Tls.RESET, Tls.TIMEOUT, Tls.NO_TRUST)
_UNDECIDED = (Tcp.FORBIDDEN, Tcp.FAILED)
