from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.areas.reach import Rung
from doctor.evidence.reach import Reach, Tcp


@check(
    "reach.connection-refused",
    severity=Severity.BREAKS,
    follows=("client.endpoint-override", "client.proxy-unreachable", "client.proxy-captures-endpoint"),
    remedy=Remedy(
        "The host is there and nothing listens on that port: start the service, or correct host and port in the function's "
        "configuration. AWS's own endpoints never refuse port 443, so for those the name leads to the wrong host."
    ),
)
def connection_refused(reach: Reach) -> Iterator[Observation]:
    """Something listens on the host's port.

    A packet came back that says no: route and security groups let it through, both ways.

        EndpointConnectionError: Could not connect to the endpoint URL (Errno 111, Connection refused)

    boto3's text is the same as for a name that does not exist; errno and the milliseconds tell them apart.
    """
    yield _RUNG.judge(reach)


_RUNG = Rung(
    failed=lambda probe: probe.tcp is Tcp.REFUSED,
    passed=lambda probe: probe.tcp is Tcp.CONNECTED,
    fault="refuses the connection: the host is reached, the port is closed",
    healthy="accepts TCP connections",
    dead=True,
)
