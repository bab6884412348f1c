"""Cases of the area `dns`."""

from doctor.evidence.names import Reply
from tests.evidence.build import Cases, names

CASES: dict[str, Cases] = {
    "dns.name-not-found": Cases(
        failing=[(names(Reply.NOT_FOUND, Reply.NOT_FOUND),), (names(Reply.TRY_AGAIN, Reply.NOT_FOUND),)],
        passing=[(names(Reply.RESOLVED, Reply.RESOLVED),), (names(Reply.NO_ADDRESS, Reply.NO_ADDRESS),)],
    ),
    "dns.resolver-silent": Cases(
        failing=[(names(Reply.TRY_AGAIN, Reply.SILENT),), (names(Reply.RESOLVED, Reply.SILENT, Reply.RESOLVED),)],
        passing=[(names(Reply.RESOLVED, Reply.RESOLVED),), (names(Reply.NOT_FOUND, Reply.NOT_FOUND),)],
    ),
}
