"""Cases of the area `reach`."""

from doctor.evidence.reach import Http, Tcp, Tls
from tests.evidence.build import CONNECTS, PROXIED, SILENT, SILENT_OUTSIDE, Cases, probe, reach

CASES: dict[str, Cases] = {
    "reach.certificate-untrusted": Cases(
        failing=[(reach(probe(tls=Tls.UNTRUSTED, http=None, certificate=PROXIED, request_id=False)),)],
        passing=[(CONNECTS,)],
    ),
    "reach.connect-timeout": Cases(
        failing=[(reach(SILENT),), (reach(SILENT_OUTSIDE),), (reach(probe(address="10.0.0.2"), SILENT),)],
        passing=[(CONNECTS,), (reach(probe(tls=Tls.UNTRUSTED, http=None)),)],
    ),
    "reach.connection-refused": Cases(
        failing=[(reach(probe(tcp=Tcp.REFUSED, tls=None, http=None)),)], passing=[(CONNECTS,)]
    ),
    "reach.no-response": Cases(failing=[(reach(probe(http=Http.SILENT, request_id=False)),)], passing=[(CONNECTS,)]),
}
