"""Cases of the area `network`: the ways through a VPC that is sound but for one thing, as the path analyser walks them."""

from dataclasses import replace
from typing import Any

from doctor.evidence.paths import Paths
from doctor.evidence.reach import Tls
from doctor.network.beyond import Attachment, EncryptionControl
from doctor.network.model import Endpoint, Network
from tests.evidence.build import (
    PARTNER_HOST,
    S3_HOST,
    SILENT,
    Cases,
    in_vpc,
    lambda_interface,
    paths,
    probe,
    reach,
    replies,
    sound_vpc,
)
from tests.network.build import (
    DATABASE,
    EVERYTHING,
    FAR,
    INTERNET_6,
    changed,
    entry,
    guarded,
    having,
    interface,
    lacking,
    peered,
    route,
    routed,
    rule,
    table,
    transited,
)

SOUND = sound_vpc()
TO_NAT = route("0.0.0.0/0", "nat", "nat-1")
ISOLATED = routed(SOUND, "rtb-f")
# subnet-fb alone has a table that leads nowhere
ONE_ISOLATED = having(SOUND, "tables", table("rtb-fb", subnets=("subnet-fb",)))
ONE_ISOLATED = changed(ONE_ISOLATED, "tables", "rtb-f", subnets=("subnet-fa",))
SECRETS = "secretsmanager.us-east-1.amazonaws.com"
OUT = entry(100, egress=True)


def outside(network: Network = SOUND, **more: Any) -> Paths:
    """To a host on the internet."""
    return paths(network, PARTNER_HOST, **more)


def database(network: Network = SOUND, host: str = DATABASE) -> Paths:
    return paths(network, host, 5432)


def s3(network: Network = SOUND, **more: Any) -> Paths:
    return paths(network, S3_HOST, **more)


def acl(subnet: str, *entries: Any) -> Network:
    return guarded(SOUND, subnet, *entries)


def through_an_appliance() -> Network:
    """The default route leads to an interface that forwards."""
    box = interface("eni-fw", "subnet-pa", "10.0.101.9", "sg-f", checks_addresses=False)
    return routed(having(SOUND, "interfaces", box), "rtb-f", route("0.0.0.0/0", "interface", "eni-fw"))


def without_zone() -> Network:
    """The transit gateway's attachment has no subnet in the zone of subnet-fb."""
    base = transited()
    near: Attachment = base.attachments["tgw-attach-1"]  # type: ignore[index]
    return having(base, "attachments", replace(near, subnets=("subnet-ea",)))


def enforced(*excluded: str) -> Network:
    control = EncryptionControl(vpc="vpc-1", mode="enforce", id="vpcec-1", state="available", excluded=excluded)
    return replace(SOUND, encryption={"vpc-1": control})


NAT_SUBNET_CLOSED = changed(SOUND, "subnets", "subnet-pa", internet="block-bidirectional")
S3_UNROUTED = changed(routed(SOUND, "rtb-f", TO_NAT), "endpoints", "vpce-s3", tables=())
PENDING = changed(SOUND, "endpoints", "vpce-sqs", state="pendingacceptance")
ONE_ZONE = changed(SOUND, "endpoints", "vpce-sqs", subnets=("subnet-ea",), interfaces=("eni-sqs-a",))
NO_IPV6_ROUTE = routed(SOUND, "rtb-f", TO_NAT)
DUAL = in_vpc(ipv6=True)
BOTH = ("93.184.216.34", INTERNET_6)
OWN_ENDPOINT = Endpoint(
    id="vpce-x", vpc="vpc-1", kind="interface", service="com.amazonaws.us-east-1.kms", state="failed"
)

LIVE = "10.0.11.10"
CLOSED = changed(SOUND, "groups", "sg-f", egress=())
HALF_ANSWERED = changed(
    acl("subnet-fa", OUT, entry(100, "tcp 32768-65535")), "acls", "acl-own", subnets=("subnet-fa", "subnet-fb")
)

CASES: dict[str, Cases] = {
    "network.egress-blocked": Cases(
        failing=[
            (paths(changed(SOUND, "groups", "sg-f", egress=())),),
            (outside(changed(SOUND, "groups", "sg-f", egress=(rule("tcp 443", "10.0.0.0/16"),))),),
        ],
        passing=[
            (paths(),),
            (outside(changed(SOUND, "groups", "sg-f", egress=(rule("tcp 443", "0.0.0.0/0"),))),),
            # what is not known lies behind what this check looks at
            (outside(replace(SOUND, nats=None)),),
        ],
    ),
    "network.endpoint-ingress-blocked": Cases(
        failing=[(paths(changed(SOUND, "groups", "sg-e", ingress=(rule("tcp 443", "10.9.0.0/16"),))),)],
        passing=[(paths(),), (paths(changed(SOUND, "groups", "sg-e", ingress=(rule("tcp 443", "10.0.0.0/16"),))),)],
    ),
    "network.target-ingress-blocked": Cases(
        failing=[(database(changed(SOUND, "groups", "sg-db", ingress=())),)],
        passing=[(database(),)],
    ),
    "network.target-missing": Cases(failing=[(database(host="10.0.11.99"),)], passing=[(database(),)]),
    "network.acl-egress-blocked": Cases(
        failing=[(paths(acl("subnet-fa", entry(90, "tcp 443", egress=True, allow=False), *EVERYTHING)),)],
        passing=[(paths(),), (paths(acl("subnet-fa", *EVERYTHING)),)],
    ),
    "network.acl-ingress-blocked": Cases(
        failing=[(paths(acl("subnet-ea", OUT, entry(100, "tcp 443", to="10.9.0.0/16"))),)],
        passing=[(paths(),)],
    ),
    "network.acl-return-blocked": Cases(
        failing=[
            (paths(acl("subnet-fa", OUT, entry(100, "tcp 32768-65535"))),),
            (paths(acl("subnet-ea", entry(100, "tcp 443"))),),
        ],
        passing=[(paths(),), (paths(acl("subnet-fa", OUT, entry(100, "tcp 1024-65535"))),)],
    ),
    "network.no-route": Cases(
        failing=[
            *((outside(ISOLATED),), (outside(ONE_ISOLATED),), (paths(ISOLATED, SECRETS),)),
            *((Paths(host=host, port=5432, function="jobs"),) for host in ("10.0.3.77", "100.64.1.1", "fd12::1")),
        ],
        passing=[(outside(),), (paths(ISOLATED),)],
    ),
    "network.blackhole-route": Cases(
        failing=[(outside(routed(SOUND, "rtb-f", replace(TO_NAT, state="blackhole"))),)],
        passing=[(outside(),), (paths(routed(SOUND, "rtb-f", replace(TO_NAT, state="blackhole"))),)],
    ),
    "network.public-subnet": Cases(
        failing=[(outside(routed(SOUND, "rtb-f", route("0.0.0.0/0", "internet-gateway", "igw-1"))),)],
        passing=[(outside(),), (paths(routed(SOUND, "rtb-f", route("0.0.0.0/0", "internet-gateway", "igw-1"))),)],
    ),
    "network.internet-gateway-missing": Cases(
        failing=[
            (outside(lacking(SOUND, "internet_gateways", "igw-1")),),
            (outside(changed(SOUND, "internet_gateways", "igw-1", attached={})),),
        ],
        passing=[(outside(),)],
    ),
    "network.nat-unavailable": Cases(
        failing=[
            (outside(changed(SOUND, "nats", "nat-1", state="failed")),),
            (outside(lacking(SOUND, "nats", "nat-1")),),
        ],
        passing=[(outside(),), (paths(lacking(SOUND, "nats", "nat-1")),)],
    ),
    "network.nat-without-internet": Cases(failing=[(outside(routed(SOUND, "rtb-p")),)], passing=[(outside(),)]),
    "network.nat-acl-blocked": Cases(
        failing=[(outside(acl("subnet-pa")),), (outside(acl("subnet-pa", OUT, entry(100, "tcp 443"))),)],
        passing=[(outside(),), (outside(acl("subnet-pa", *EVERYTHING)),)],
    ),
    "network.endpoint-missing": Cases(
        failing=[
            (paths(ISOLATED, SECRETS),),
            (paths(ONE_ISOLATED, SECRETS),),
            (s3(lacking(ISOLATED, "endpoints", "vpce-s3")),),
        ],
        passing=[(paths(ISOLATED),), (paths(SOUND, SECRETS),), (s3(ISOLATED),)],
    ),
    "network.endpoint-unavailable": Cases(
        failing=[
            (paths(PENDING),),
            (paths(routed(PENDING, "rtb-f")),),
            (s3(changed(SOUND, "endpoints", "vpce-s3", state="deleting")),),
        ],
        passing=[(paths(),), (s3(),), (paths(having(SOUND, "endpoints", OWN_ENDPOINT)),)],
    ),
    "network.gateway-endpoint-unrouted": Cases(
        failing=[(s3(S3_UNROUTED),), (s3(routed(S3_UNROUTED, "rtb-f")),)],
        passing=[(s3(),)],
    ),
    "network.gateway-endpoint-other-region": Cases(
        failing=[(s3(changed(SOUND, "endpoints", "vpce-s3", service_region="eu-west-1")),)],
        passing=[(s3(),), (s3(changed(SOUND, "endpoints", "vpce-s3", service_region="us-east-1")),)],
    ),
    "network.prefix-list-mismatch": Cases(
        failing=[(outside(changed(SOUND, "groups", "sg-f", egress=(rule("tcp 443", "pl-s3"),))),)],
        passing=[(s3(changed(SOUND, "groups", "sg-f", egress=(rule("tcp 443", "pl-s3"),))),), (outside(),)],
    ),
    "network.subnets-disagree": Cases(
        failing=[
            (outside(ONE_ISOLATED),),
            (paths(acl("subnet-fa", OUT, entry(100, "tcp 32768-65535"))),),
        ],
        passing=[(outside(),), (outside(ISOLATED),)],
    ),
    "network.endpoint-zone-missing": Cases(failing=[(paths(ONE_ZONE),)], passing=[(paths(),)]),
    "network.interface-groups-differ": Cases(
        failing=[(in_vpc(), replies(NetworkInterfaces=[lambda_interface("eni-1", "subnet-fa", "sg-old")]))],
        passing=[
            (in_vpc(), replies()),
            # an interface of a version that was published before stands beside the right one
            (
                in_vpc(subnets=("subnet-fa",)),
                replies(
                    NetworkInterfaces=[
                        lambda_interface("eni-1", "subnet-fa", "sg-old"),
                        lambda_interface("eni-2", "subnet-fa", "sg-f"),
                    ]
                ),
            ),
        ],
    ),
    "network.addresses-exhausted": Cases(
        failing=[
            (in_vpc(), replies(Subnets=[{"SubnetId": "subnet-fa", "AvailableIpAddressCount": 0}])),
            (in_vpc(state_code="SubnetOutOfIPAddresses"), replies()),
        ],
        passing=[(in_vpc(), replies())],
    ),
    "network.peering-broken": Cases(
        failing=[
            (database(changed(peered(), "peerings", "pcx-1", state="pending-acceptance"), FAR),),
            (database(routed(peered(), "rtb-2"), FAR),),
        ],
        passing=[(database(peered(), FAR),)],
    ),
    "network.transit-gateway-broken": Cases(
        failing=[(database(without_zone(), FAR),), (database(routed(transited(), "rtb-2"), FAR),)],
        passing=[(database(transited(), FAR),)],
    ),
    "network.public-access-blocked": Cases(
        failing=[(outside(NAT_SUBNET_CLOSED),)],
        passing=[
            (outside(),),
            (paths(NAT_SUBNET_CLOSED),),
            (outside(changed(SOUND, "subnets", "subnet-pa", internet="block-ingress")),),
        ],
    ),
    "network.encryption-control-blocks": Cases(
        failing=[(paths(enforced()),), (paths(), in_vpc(state_code="DisallowedByVpcEncryptionControl"))],
        passing=[(paths(enforced("lambda")),), (paths(), in_vpc())],
    ),
    "network.firewall-in-path": Cases(failing=[(outside(through_an_appliance()),)], passing=[(outside(),)]),
    "network.ipv6-dead-end": Cases(
        failing=[
            (outside(NO_IPV6_ROUTE, public=BOTH, function=DUAL),),
            (outside(public=(INTERNET_6,)),),  # the function has no IPv6 at all
        ],
        passing=[
            (outside(public=BOTH, function=DUAL),),
            (outside(NO_IPV6_ROUTE, public=BOTH),),
        ],
    ),
    "network.model-contradicted": Cases(
        failing=[
            (paths(CLOSED, seen=(LIVE,)), reach(probe(address=LIVE))),
            # TCP alone is enough: what answers above it is another question
            (paths(CLOSED, seen=(LIVE,)), reach(probe(address=LIVE, tls=Tls.UNTRUSTED, http=None, request_id=False))),
        ],
        passing=[
            (paths(seen=(LIVE,)), reach(probe(address=LIVE))),
            (paths(CLOSED, seen=(LIVE,)), reach(replace(SILENT, address=LIVE))),
            # the sandbox may stand in the other subnet, or have had the luck of the right port
            (paths(acl("subnet-fa"), seen=(LIVE,)), reach(probe(address=LIVE))),
            (paths(HALF_ANSWERED, seen=(LIVE,)), reach(probe(address=LIVE))),
        ],
    ),
}
