from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.client import compared, judge_phase
from doctor.evidence.clients import Clients, Phase
from doctor.evidence.names import Names
from doctor.evidence.sandbox import Sandbox


@check(
    "client.slow-dns",
    severity=Severity.RISKS,
    remedy=Remedy(
        "Put the nameserver that answers first; take search domains away that only cost questions; keep connections, and with "
        "them names, between calls.",
        commands=("time getent ahosts HOST", "cat /etc/resolv.conf"),
    ),
)
def slow_dns(names: Names, sandbox: Sandbox, clients: Clients | None) -> Iterator[Observation]:
    """A name is resolved in a small part of the function's time.

    A silent first nameserver costs five seconds a name before the second is asked; search domains multiply that. No boto3
    timeout covers it:

        Task timed out after 3.00 seconds

    Judged against the time that this invocation had.
    """
    took = names.system.took if names.system.addresses else None
    seen = judge_phase("resolving", names.concerns, took, sandbox, carried=bool(names.exempt))
    yield compared(seen, clients, Phase.DNS)
