from collections.abc import Iterator

from doctor import Observation, Remedy, Separation, Severity, check, hosts
from doctor.areas.reach import Rung
from doctor.diagnosis.telling import telling
from doctor.evidence.reach import Probe, Reach, Tcp
from doctor.network.serving import GATEWAYS


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


# Likeliest first, as far as the address itself tells; what else the run met is held against them in
# `doctor.diagnosis.suspects`, and what the configuration rules out the diagnosis leaves out, so that where it is all open the
# last ones remain.
_ANYWHERE = (
    "network.acl-egress-blocked",
    "network.acl-return-blocked",
    "network.prefix-list-mismatch",
    "network.interface-groups-differ",
    "network.firewall-in-path",
    "network.encryption-control-blocks",
)
_PRIVATE_SERVICE = (
    "network.endpoint-ingress-blocked",
    "network.egress-blocked",
    "dns.stale-answer",
    "network.acl-return-blocked",
    "network.endpoint-unavailable",
    "network.acl-ingress-blocked",
    "dns.private-zone-shadows",
    "network.acl-egress-blocked",
    "network.no-route",
)
_PRIVATE_HOST = (
    "network.target-ingress-blocked",
    "network.egress-blocked",
    "network.target-missing",
    "network.peering-broken",
    "network.no-route",
    "network.acl-ingress-blocked",
    "network.transit-gateway-broken",
    "network.acl-return-blocked",
    "network.acl-egress-blocked",
)
_WAYS_OUT = (
    "network.public-subnet",
    "network.nat-unavailable",
    "network.nat-acl-blocked",
    "network.nat-without-internet",
    "network.blackhole-route",
    "network.internet-gateway-missing",
    "network.public-access-blocked",
)
_GATEWAY_SERVICE = (
    "network.gateway-endpoint-unrouted",
    "network.egress-blocked",
    "network.endpoint-missing",
    *_WAYS_OUT,
    "network.gateway-endpoint-other-region",
)
_PUBLIC_SERVICE = (
    "network.endpoint-missing",
    "dns.private-names-off",
    "network.egress-blocked",
    *_WAYS_OUT,
    "dns.vpc-hostnames-off",
    "dns.custom-resolver",
    "dns.public-answer",
)
_PUBLIC_HOST = ("network.no-route", "network.egress-blocked", *_WAYS_OUT)
_IPV6 = ("network.ipv6-dead-end", "network.no-route", "network.egress-blocked")


def _candidates(reach: Reach, probes: tuple[Probe, ...]) -> tuple[str, ...]:
    addresses = [found for probe in probes if (found := hosts.without_zone(probe.address))]
    if len(addresses) < len(probes):  # the proxy, which client.proxy-unreachable looks at
        return ()
    if all(not address.is_global for address in addresses):
        named: tuple[str, ...] = _PRIVATE_SERVICE if reach.service else _PRIVATE_HOST
    elif all(address.version == 6 for address in addresses):
        named = _IPV6
    elif reach.service in GATEWAYS:
        named = _GATEWAY_SERVICE
    else:
        named = _PUBLIC_SERVICE if reach.service else _PUBLIC_HOST
    return tuple(dict.fromkeys((*named, *_ANYWHERE)))


def _separate(reach: Reach) -> tuple[Separation, ...]:
    silent = tuple(probe for probe in reach.probes if probe.tcp is Tcp.TIMEOUT)
    return telling(_candidates(reach, silent), silent[0].address, reach.port)


_RUNG = Rung(
    failed=lambda probe: probe.tcp is Tcp.TIMEOUT,
    passed=lambda probe: probe.tcp is Tcp.CONNECTED,
    fault="does not answer TCP: packets are dropped on the way there or back",
    healthy="accepts TCP connections",
    dead=True,
    candidates=_candidates,
    separate=_separate,
)
