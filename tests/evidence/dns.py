"""Cases of the area `dns`."""

from doctor.evidence.names import Reply
from doctor.evidence.resolver import Resolver
from tests.evidence.build import HOST, Cases, environment, looked, lookup, names, system

LITERAL = looked("10.0.0.1", system(Reply.RESOLVED, "10.0.0.1"), literal=True)
PARTNER = "api.partner.example"
NO_IPV6 = lookup(Reply.NO_ADDRESS, record="AAAA")
SECOND = "10.0.0.3"

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
        ],
        passing=[
            (names(Reply.RESOLVED, Reply.RESOLVED),),
            (names(Reply.NOT_FOUND, Reply.NOT_FOUND),),
            (names(Reply.TRY_AGAIN, Reply.SERVER_FAILURE),),
            # one datagram of two was lost
            (looked(HOST, system(Reply.RESOLVED, "10.0.0.1"), lookup(Reply.SILENT), NO_IPV6),),
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
}
