from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, boundary, check
from doctor.evidence.reach import Probe, Reach, Tcp
from doctor.rung import Rung


@check(
    "reach.connect-timeout",
    severity=Severity.BREAKS,
    follows=(
        "network.*",
        "dns.public-answer",
        "dns.stale-answer",
        "client.global-sts-host",
        "client.legacy-host",
        "client.proxy-unreachable",
        "client.proxy-captures-endpoint",
    ),
    remedy=Remedy(
        "Something on the path drops packets in silence. A private address: look at the endpoint's security group (ingress "
        "443 from the function), then the function's egress and the network ACLs. A public address: the subnet needs a NAT "
        "gateway, or an endpoint with private DNS.",
        commands=(
            "aws lambda get-function-configuration --function-name FUNCTION --query VpcConfig",
            "aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC",
            "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET",
        ),
    ),
)
def connect_timeout(reach: Reach) -> Iterator[Observation]:
    """The host answers the first packet of a connection.

    No answer to the first packet, not even a refusal: security group, network ACL, missing route, blackhole, public subnet
    without NAT all look the same from inside. boto3 says

        ConnectTimeoutError: Connect timeout on endpoint URL

    after attempts x addresses x connect_timeout, 180 seconds and more by default, so the function's own timeout usually
    comes first: `Task timed out after 30.00 seconds`. What waits without a limit of its own, such as psycopg2, is told by the
    kernel after about two minutes:

        [Errno 110] Connection timed out

    Source: measured; the VPC drops silently (Amazon VPC user guide, "Security groups", "Network ACLs").
    """
    yield _RUNG.judge(reach)


def _candidates(probes: tuple[Probe, ...]) -> tuple[str, ...]:
    addresses = [boundary.as_address(probe.address) for probe in probes]
    if None in addresses:  # the proxy, which client.proxy-unreachable looks at
        return ()
    if all(address and address.is_private for address in addresses):
        return (
            "network.endpoint-ingress-blocked",
            "network.egress-blocked",
            "network.acl-return-blocked",
            "network.acl-egress-blocked",
            "dns.stale-answer",
            "network.no-route",
        )
    return (
        "network.no-route",
        "network.public-subnet",
        "dns.public-answer",
        "network.egress-blocked",
        "network.nat-without-internet",
        "network.blackhole-route",
    )


def _separate(reach: Reach) -> tuple[Separation, ...]:
    return (
        Separation(
            "aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC "
            "--query 'VpcEndpoints[].[ServiceName,State,PrivateDnsEnabled]'",
            "an available endpoint with private DNS: its security group decides; none: the route table does",
        ),
        Separation(
            "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET --query 'RouteTables[].Routes'",
            f"no route that covers {reach.host}: no path; an internet gateway for IPv4: the function has no public address",
        ),
    )


_RUNG = Rung(
    failed=lambda probe: probe.tcp is Tcp.TIMEOUT,
    passed=lambda probe: probe.tcp is Tcp.CONNECTED,
    fault="does not answer TCP: packets are dropped on the way there or back",
    healthy="accepts TCP connections",
    dead=True,
    candidates=_candidates,
    separate=_separate,
)
