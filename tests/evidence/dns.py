"""Cases of the area `dns`."""

from typing import Any

from doctor.evidence.names import Names, Reply
from doctor.evidence.paths import Paths
from doctor.evidence.resolver import Resolver
from doctor.network.beyond import DhcpOptions
from doctor.network.model import Network
from doctor.network.zones import FirewallGroup, FirewallRule, Naming, Record, ResolverRule, Zone
from tests.evidence.build import (
    HOST,
    PARTNER_HOST,
    Cases,
    environment,
    looked,
    lookup,
    names,
    paths,
    sound_vpc,
    system,
)
from tests.network.build import by_id, changed, routed, vpc

LITERAL = looked("10.0.0.1", system(Reply.RESOLVED, "10.0.0.1"), literal=True)
PARTNER = "api.partner.example"
NO_IPV6 = lookup(Reply.NO_ADDRESS, record="AAAA")
SECOND = "10.0.0.3"

SOUND = sound_vpc()
ISOLATED = routed(SOUND, "rtb-f")


def isolated(network: Network) -> Network:
    return routed(network, "rtb-f")


def attributes(**off: Any) -> Network:
    return sound_vpc(vpcs=by_id(vpc(dhcp_options="dopt-1", **off)))


def naming(**sections: object) -> Network:
    usual: dict[str, object] = {"zones": {"vpc-1": ()}, "rules": (), "firewalls": (), "profiles": ()}
    return sound_vpc(naming=Naming(**(usual | sections)))  # type: ignore[arg-type]


def zone(name: str, *records: Record) -> Network:
    return naming(zones={"vpc-1": (Zone(id="Z1", name=name, owner="123456789012", records=records),)})


def rule(domain: str, kind: str = "forward", *vpcs: str) -> Network:
    made = ResolverRule(id="rslvr-rr-1", domain=domain, kind=kind, targets=("10.9.0.2",), vpcs=vpcs or ("vpc-1",))
    return naming(rules=(made,))


def firewall(*domains: str, action: str = "block") -> Network:
    judging = FirewallRule(priority=1, action=action, response="nxdomain", list="rslvr-fdl-1", domains=domains)
    return naming(firewalls=(FirewallGroup(id="rslvr-frg-1", vpc="vpc-1", priority=101, rules=(judging,)),))


def resolvers(*servers: str) -> Network:
    return sound_vpc(dhcp_options=by_id(DhcpOptions(id="dopt-1", resolvers=servers)))


LIVE, OLD, ANYWHERE = "10.0.11.10", "10.0.11.99", "52.94.133.131"


def got(*addresses: str, **more: Any) -> Names:
    """What the sandbox's own resolver said."""
    return looked(HOST, system(Reply.RESOLVED, *addresses), **more)


def both(*addresses: str, network: Network | None = None) -> tuple[Names, Paths]:
    """The same answer on both sides: what the sandbox got, and the ways to it."""
    return got(*addresses), paths(network, seen=addresses)


WITHOUT_NAMES = changed(SOUND, "endpoints", "vpce-sqs", private_names=False)

CASES: dict[str, Cases] = {
    "dns.libc-disagrees": Cases(
        failing=[
            (looked(HOST, system(Reply.RESOLVED, "10.9.9.9"), lookup(Reply.NOT_FOUND)),),
            (looked(HOST, system(Reply.RESOLVED, "10.9.9.9"), lookup(Reply.RESOLVED, "10.0.0.1"), NO_IPV6),),
            (looked(HOST, system(Reply.RESOLVED, "10.9.9.9"), lookup(Reply.RESOLVED, "52.94.1.1")),),
            (looked(HOST, system(Reply.NOT_FOUND), lookup(Reply.RESOLVED, "52.94.1.1"), NO_IPV6),),
            (
                looked(PARTNER, system(Reply.RESOLVED, "9.9.9.9"), lookup(Reply.RESOLVED, "8.8.8.8")),
                Resolver(pinned=(PARTNER,)),
            ),
        ],
        passing=[
            (looked(HOST, system(Reply.RESOLVED, "10.0.0.1"), lookup(Reply.RESOLVED, "10.0.0.1"), NO_IPV6),),
            # public services rotate their addresses, and so may a private name of one's own
            (looked(HOST, system(Reply.RESOLVED, "52.94.1.1"), lookup(Reply.RESOLVED, "52.94.1.2"), NO_IPV6),),
            (looked(PARTNER, system(Reply.RESOLVED, "10.0.0.1"), lookup(Reply.RESOLVED, "10.0.0.2")),),
            (looked(HOST, system(Reply.NOT_FOUND), lookup(Reply.NOT_FOUND)),),
            (
                looked(
                    HOST,
                    system(Reply.NOT_FOUND),
                    lookup(Reply.NOT_FOUND),
                    lookup(Reply.RESOLVED, "52.94.1.1", nameserver=SECOND),
                ),
            ),
        ],
    ),
    "dns.name-not-found": Cases(
        failing=[
            (names(Reply.NOT_FOUND, Reply.NOT_FOUND),),
            (names(Reply.TRY_AGAIN, Reply.NOT_FOUND),),
            (names(Reply.SILENT, Reply.NOT_FOUND),),
            (names(Reply.NOT_FOUND),),
            (looked(HOST, system(Reply.NOT_FOUND), lookup(Reply.RESOLVED, "10.0.0.1")),),
        ],
        passing=[
            (names(Reply.RESOLVED, Reply.RESOLVED),),
            (names(Reply.NO_ADDRESS, Reply.NO_ADDRESS),),
            (names(Reply.NOT_FOUND, Reply.NO_ADDRESS),),  # as musl says it
            (looked(HOST, system(Reply.SILENT), lookup(Reply.RESOLVED, "10.0.0.1")),),
            (LITERAL,),
        ],
    ),
    "dns.no-address": Cases(
        failing=[
            (names(Reply.NO_ADDRESS, Reply.NO_ADDRESS),),
            (names(Reply.NOT_FOUND, Reply.NO_ADDRESS),),
            (looked(HOST, system(Reply.RESOLVED, "0.0.0.0"), lookup(Reply.RESOLVED, "0.0.0.0")),),
            (looked(HOST, system(Reply.RESOLVED, "127.0.0.1")), environment()),
        ],
        passing=[
            (names(Reply.RESOLVED, Reply.RESOLVED),),
            (looked(HOST, system(Reply.RESOLVED, "2600:1f18::1"), NO_IPV6),),
            (looked(HOST, system(Reply.SILENT), lookup(Reply.RESOLVED, "10.0.0.1"), NO_IPV6),),
            (looked(HOST, system(Reply.RESOLVED, "127.0.0.1")), environment(local_allowed=True)),
            (looked("localhost", system(Reply.RESOLVED, "127.0.0.1")), environment()),
        ],
    ),
    "dns.resolver-silent": Cases(
        failing=[
            (names(Reply.TRY_AGAIN, Reply.SILENT),),
            (names(Reply.RESOLVED, Reply.SILENT),),
            (names(Reply.RESOLVED, Reply.SILENT, Reply.RESOLVED),),
            (names(Reply.RESOLVED, Reply.CLOSED, Reply.RESOLVED),),
            (names(Reply.RESOLVED, Reply.RESOLVED, Reply.SILENT),),
            # each question was asked twice
            (looked(HOST, system(Reply.RESOLVED, "10.0.0.1"), lookup(Reply.SILENT), NO_IPV6),),
        ],
        passing=[
            (names(Reply.RESOLVED, Reply.RESOLVED),),
            (names(Reply.NOT_FOUND, Reply.NOT_FOUND),),
            (names(Reply.TRY_AGAIN, Reply.SERVER_FAILURE),),
            # AmazonProvidedDNS under its other address
            (
                looked(
                    HOST,
                    system(Reply.RESOLVED, "10.0.0.1"),
                    lookup(Reply.RESOLVED, "10.0.0.1", nameserver="169.254.169.253"),
                ),
            ),
        ],
    ),
    "dns.server-failure": Cases(
        failing=[
            (names(Reply.TRY_AGAIN, Reply.SERVER_FAILURE),),
            (names(Reply.TRY_AGAIN, Reply.REFUSED),),
            (names(Reply.TRY_AGAIN, Reply.MALFORMED),),
            (names(Reply.OTHER, Reply.OTHER),),
            (names(Reply.RESOLVED, Reply.REFUSED, Reply.RESOLVED),),
            (names(Reply.RESOLVED, Reply.RESOLVED, Reply.REFUSED),),
            (looked(HOST, system(Reply.TRY_AGAIN), lookup(Reply.RESOLVED, "10.0.0.1"), NO_IPV6),),
        ],
        passing=[
            (names(Reply.RESOLVED, Reply.RESOLVED),),
            (names(Reply.NOT_FOUND, Reply.NOT_FOUND),),
            (names(Reply.NO_ADDRESS, Reply.NO_ADDRESS),),
            (names(Reply.RESOLVED, Reply.SILENT),),
        ],
    ),
    "dns.private-names-off": Cases(
        failing=[(paths(WITHOUT_NAMES),), (paths(isolated(WITHOUT_NAMES)),)],
        passing=[(paths(),), (paths(WITHOUT_NAMES, PARTNER_HOST),)],
    ),
    "dns.vpc-support-off": Cases(
        failing=[(paths(attributes(dns_support=False)),)],
        passing=[(paths(),)],
    ),
    "dns.vpc-hostnames-off": Cases(
        failing=[(paths(attributes(dns_hostnames=False)),), (paths(isolated(attributes(dns_hostnames=False))),)],
        passing=[(paths(),), (paths(attributes(dns_hostnames=False), PARTNER_HOST),)],
    ),
    "dns.custom-resolver": Cases(
        failing=[
            (paths(resolvers("10.9.0.2")),),
            (paths(resolvers("10.9.0.2"), seen=("10.0.11.10",)), Resolver(nameservers=("10.9.0.2",))),
        ],
        passing=[
            (paths(),),
            (paths(resolvers("169.254.169.253")),),
            (paths(resolvers("10.0.0.2")),),
            (paths(), Resolver(nameservers=("169.254.78.1",))),
            (paths(sound_vpc(dhcp_options=None)), Resolver(nameservers=("169.254.78.1",))),
        ],
    ),
    "dns.private-zone-shadows": Cases(
        failing=[
            (paths(zone("us-east-1.amazonaws.com"), "kms.us-east-1.amazonaws.com"),),
            (paths(zone("partner.example"), PARTNER_HOST),),
        ],
        passing=[
            (paths(),),
            (paths(zone("corp.example")),),
            (
                paths(
                    zone("partner.example", Record(name=PARTNER_HOST, kind="A", values=("10.0.11.20",))), PARTNER_HOST
                ),
            ),
        ],
    ),
    "dns.resolver-rule-diverts": Cases(
        failing=[(paths(rule("amazonaws.com"), "kms.us-east-1.amazonaws.com"),), (paths(rule(HOST)),)],
        passing=[
            (paths(),),
            (paths(rule("corp.example")),),
            (paths(rule("amazonaws.com", "system")),),
            (paths(rule("amazonaws.com", "forward", "vpc-2")),),
        ],
    ),
    "dns.firewall-blocks": Cases(
        failing=[(paths(firewall(HOST)),), (paths(firewall("*.amazonaws.com")),)],
        passing=[(paths(),), (paths(firewall(PARTNER_HOST)),), (paths(firewall(HOST, action="allow")),)],
    ),
    "dns.public-answer": Cases(
        failing=[
            both(ANYWHERE),
            both(ANYWHERE, network=ISOLATED),
            both(LIVE, ANYWHERE),
            both(ANYWHERE, network=WITHOUT_NAMES),
        ],
        passing=[both(LIVE), both(LIVE, "10.0.12.10"), both(OLD)],
    ),
    "dns.stale-answer": Cases(
        failing=[both(OLD), both(OLD, network=ISOLATED), both(LIVE, OLD), both("100.64.0.9")],
        passing=[both(LIVE), both(LIVE, "10.0.12.10")],
    ),
}
