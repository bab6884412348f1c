from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check
from doctor.evidence.reach import Reach, Tcp
from doctor.rung import Rung


@check(
    "reach.unreachable",
    severity=Severity.BREAKS,
    follows=("network.*", "client.proxy-unreachable", "client.proxy-captures-endpoint"),
    remedy=Remedy(
        "Somebody on the way said so: this machine without a route for the address family, a router, or the proxy. Look at the "
        "route table of the function's subnet. A proxy that answers 407 wants user:password in HTTPS_PROXY; one that answers "
        "403 does not allow the host: allow it there or, where an endpoint serves it, name it in NO_PROXY.",
        commands=(
            "ip route get ADDRESS",
            "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET",
        ),
    ),
)
def unreachable(reach: Reach) -> Iterator[Observation]:
    """Nothing on the way says that the host cannot be reached.

    Not silence but a refusal to carry: no route here, or an ICMP answer from a router, or a proxy that opens no tunnel.

        EndpointConnectionError: Could not connect to the endpoint URL (Errno 101 Network is unreachable; Errno 113)
        ProxyConnectionError: Tunnel connection failed: 403 Forbidden

    A VPC drops in silence, so inside one this is nearly always IPv6 without a route, or a proxy.
    """
    yield _RUNG.judge(reach)


_RUNG = Rung(
    failed=lambda probe: probe.tcp in (Tcp.UNREACHABLE, Tcp.PROXY_REFUSED),
    passed=lambda probe: probe.tcp is Tcp.CONNECTED,
    fault="cannot be reached: the way there is refused",
    healthy="accepts TCP connections",
    dead=True,
    detail=lambda probe: probe.detail,
)
