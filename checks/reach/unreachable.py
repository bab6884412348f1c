import shlex
from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check
from doctor.areas.reach import Rung
from doctor.evidence.environment import Environment
from doctor.evidence.reach import Reach, Tcp


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
def unreachable(reach: Reach, environment: Environment | None) -> Iterator[Observation]:
    """Nothing on the way says that the host cannot be reached.

    Not silence but a refusal to carry: no route here, or an ICMP answer from a router, or a proxy that opens no tunnel.

        EndpointConnectionError: Could not connect to the endpoint URL (Errno 101 Network is unreachable; Errno 113)
        ProxyConnectionError: Tunnel connection failed: 403 Forbidden

    A VPC drops in silence, so inside one this is nearly always IPv6 without a route, or a proxy.
    """
    failed = next((probe for probe in reach.probes if _RUNG.failed(probe)), None)
    if failed and failed.tcp is Tcp.PROXY_REFUSED:
        variable = _naming(environment)
        fault = f"cannot be reached: the proxy that {variable} names opens no tunnel to it"
        yield replace(_RUNG, fault=fault).judge(reach, _of_proxy(variable, reach))
    else:
        yield _RUNG.judge(reach)


def _naming(environment: Environment | None) -> str:
    """The variable that names the proxy of HTTPS calls: the name in lower case wins (urllib's `getproxies_environment`)."""
    names = {variable.name for variable in environment.variables} if environment else set[str]()
    return "https_proxy" if "https_proxy" in names else "HTTPS_PROXY"


def _of_proxy(variable: str, reach: Reach) -> Remedy:
    return Remedy(
        f"The proxy answered, and not with a tunnel: 407 wants user:password in {variable}, 403 does not allow the host, and "
        f"404, 405 or 501 come from a server that is no proxy: correct {variable}. Where the host needs none, name it in "
        "NO_PROXY.",
        commands=(
            "env | grep -i _proxy",
            f'curl -sv --proxy "${variable}" https://{shlex.quote(reach.host)}:{reach.port} -o /dev/null',
        ),
    )


_RUNG = Rung(
    failed=lambda probe: probe.tcp in (Tcp.UNREACHABLE, Tcp.PROXY_REFUSED),
    passed=lambda probe: probe.tcp is Tcp.CONNECTED,
    fault="cannot be reached: the way there is refused",
    healthy="accepts TCP connections",
    dead=True,
    detail=lambda probe: probe.detail,
)
