from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, not_applicable, ok, problem, unknown
from doctor.evidence.reach import Reach


@check(
    "reach.some-addresses-dead",
    severity=Severity.RISKS,
    follows=("network.*", "dns.stale-answer"),
    remedy=Remedy(
        "Find what is different about the dead addresses: the endpoint's interface in one zone, its security group, the ACL of "
        "its subnet, or IPv6. Until then, connect_timeout decides how long a call hangs before it tries the next address.",
        commands=(
            "aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[ServiceName,SubnetIds,NetworkInterfaceIds]'",
        ),
    ),
)
def some_addresses_dead(reach: Reach) -> Iterator[Observation]:
    """All addresses of the host carry calls, not only some.

    botocore tries the addresses one after the other, each for connect_timeout; with one of three dead, a third of the
    new connections is slow, or fails

        ConnectTimeoutError, intermittently
    """
    target = reach.concerns
    dead = [probe for probe in reach.probes if not probe.carries]
    if not reach.expected:
        yield not_applicable(target, f"{target} is declared unreachable")
    elif not reach.probes:
        yield unknown(
            target, f"not reached: the name {reach.host} gave no address to connect to", severity=Severity.HINTS
        )
    elif not dead:
        yield ok(target, f"every address of {target} connects")
    elif len(dead) == len(reach.probes):
        yield not_applicable(target, f"no address of {target} carries a call, which other checks tell")
    else:
        named = ", ".join(probe.address for probe in dead[:4])
        yield problem(
            target,
            f"{len(dead)} of {len(reach.probes)} addresses of {target} carry no call: {named}",
            addresses=tuple(probe.address for probe in dead),
        )
