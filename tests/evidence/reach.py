"""Cases of the area `reach`."""

from dataclasses import replace
from typing import Any

from doctor.evidence.names import Reply
from doctor.evidence.paths import Paths
from doctor.evidence.reach import Certificate, Http, Probe, Reach, Tcp, Tls
from tests.evidence.build import (
    CONNECTS,
    HOST,
    OUTSIDE,
    PARTNER_HOST,
    PROXIED,
    SILENT,
    SILENT_OUTSIDE,
    Cases,
    bundle,
    function,
    in_vpc,
    names,
    paths,
    probe,
    reach,
    trust,
)
from tests.evidence.network import CLOSED, HALF_ANSWERED, ISOLATED, ONE_ISOLATED, SOUND
from tests.network.build import INTERNET_6

AMAZONS = Certificate(subject="sqs.us-east-1.amazonaws.com", issuer="Amazon, Amazon RSA 2048 M02")
OVER = Certificate(subject="sqs", issuer="Example Corp", expires="Jan  1 00:00:00 2026 GMT")
CONNECTED, TIMEOUT, REFUSED = Tcp.CONNECTED, Tcp.TIMEOUT, Tcp.REFUSED


def below_tls(tcp: Tcp, address: str = "10.0.0.1", **changed: Any) -> Probe:
    return probe(address=address, tcp=tcp, tls=None, http=None, status=None, request_id=False, **changed)


def at_tls(tls: Tls, certificate: Certificate | None = None) -> Probe:
    return probe(tls=tls, http=None, status=None, request_id=False, certificate=certificate)


def at_http(http: Http) -> Probe:
    return probe(http=http, status=None, request_id=False)


def page(status: int, certificate: Certificate | None = None) -> Probe:
    return probe(status=status, request_id=False, certificate=certificate, server="squid")


def unwanted(*probes: Probe) -> Reach:
    return replace(reach(*probes), expected=False)


def shut_off(*network: Any, host: str = PARTNER_HOST, **more: Any) -> Paths:
    """The configured ways to what must not be reached."""
    return paths(*network, host, expected=False, **more)


def host(*probes: Probe) -> Reach:
    return replace(reach(*probes), host="db.internal", service=None)


ELSEWHERE = probe(address="10.0.0.2")
UNREACHABLE = below_tls(Tcp.UNREACHABLE, detail="OSError: [Errno 101] Network is unreachable")
PROXY_REFUSED = below_tls(Tcp.PROXY_REFUSED, "the proxy", detail="the proxy answered: HTTP/1.1 403 Forbidden")
WITHOUT_IPV6 = below_tls(Tcp.UNREACHABLE, "2600:1f18::1", detail="OSError: [Errno 101] Network is unreachable")

CASES: dict[str, Cases] = {
    "reach.certificate-untrusted": Cases(
        failing=[
            (reach(at_tls(Tls.UNTRUSTED, PROXIED)),),
            (reach(at_tls(Tls.EXPIRED, OVER)), trust()),
            (reach(at_tls(Tls.NO_TRUST)), trust(bundle(error="FileNotFoundError: No such file or directory"))),
            (reach(at_tls(Tls.UNTRUSTED, AMAZONS)), trust(bundle())),
            (reach(ELSEWHERE, at_tls(Tls.UNTRUSTED, PROXIED)),),
        ],
        passing=[(CONNECTS,)],
    ),
    "reach.certificate-wrong-name": Cases(
        failing=[(reach(at_tls(Tls.WRONG_NAME, PROXIED)),), (reach(at_tls(Tls.WRONG_NAME)),)],
        passing=[(CONNECTS,)],
    ),
    "reach.connect-timeout": Cases(
        failing=[
            (reach(SILENT),),
            (reach(SILENT_OUTSIDE),),
            (reach(SILENT, below_tls(REFUSED, "10.0.0.2")),),
            (reach(below_tls(TIMEOUT, "the proxy")),),
        ],
        # where another address carries calls, `reach.some-addresses-dead` tells of the silent one
        passing=[(CONNECTS,), (reach(at_tls(Tls.UNTRUSTED)),), (reach(ELSEWHERE, SILENT),)],
    ),
    "reach.connection-refused": Cases(failing=[(reach(below_tls(REFUSED)),)], passing=[(CONNECTS,)]),
    "reach.connection-reset": Cases(
        failing=[(reach(at_tls(Tls.RESET)),), (reach(at_http(Http.CLOSED)),)],
        passing=[(CONNECTS,), (host(at_http(Http.MALFORMED)),)],
    ),
    "reach.expectation-failed": Cases(
        failing=[
            (unwanted(probe()),),
            (unwanted(SILENT, ELSEWHERE),),
            (unwanted(below_tls(CONNECTED)), names(Reply.RESOLVED)),
            (unwanted(at_tls(Tls.UNTRUSTED)),),
            # nobody has tried it from inside
            (shut_off(SOUND),),
            (shut_off(SOUND, host=OUTSIDE),),
            (shut_off(SOUND, seen=(OUTSIDE,)),),
            (shut_off(ONE_ISOLATED),),  # one open subnet is enough
            (shut_off(HALF_ANSWERED, host=HOST),),  # and so is a half of the connections
            (
                shut_off(SOUND, public=(), host="secretsmanager.us-east-1.amazonaws.com"),
            ),  # whatever its address: all of the internet is open
            (shut_off(SOUND, host=OUTSIDE, function=function()),),
            (in_vpc(), unwanted(probe()), replace(shut_off(ISOLATED), host=HOST)),
        ],
        passing=[
            (CONNECTS,),
            (reach(SILENT),),
            (shut_off(ISOLATED),),
            (shut_off(CLOSED),),
            (shut_off(ISOLATED, host="secretsmanager.us-east-1.amazonaws.com"),),
            (shut_off(SOUND, host=INTERNET_6),),
            (shut_off(SOUND, host="10.0.0.1", function=function()),),
            (unwanted(SILENT), replace(shut_off(SOUND), host=HOST)),  # what was tried says more than what is configured
            (unwanted(SILENT),),
            (unwanted(below_tls(REFUSED)),),
            (unwanted(at_tls(Tls.RESET)),),  # a filter by name
            (unwanted(), names(Reply.NOT_FOUND)),
        ],
    ),
    "reach.flaky": Cases(
        failing=[
            (reach(probe(tries=(CONNECTED, TIMEOUT, CONNECTED))),),
            (reach(below_tls(TIMEOUT, tries=(TIMEOUT, REFUSED, TIMEOUT))),),
        ],
        passing=[
            (reach(probe(tries=(CONNECTED,) * 3)),),
            (reach(below_tls(TIMEOUT, tries=(TIMEOUT,) * 3)),),
        ],
    ),
    "reach.handshake-timeout": Cases(failing=[(reach(at_tls(Tls.TIMEOUT)),)], passing=[(CONNECTS,)]),
    "reach.no-response": Cases(failing=[(reach(at_http(Http.SILENT)),)], passing=[(CONNECTS,)]),
    "reach.not-aws": Cases(
        failing=[
            (reach(page(403, PROXIED)),),
            (reach(page(503)),),
            (reach(at_http(Http.MALFORMED)),),
            (reach(ELSEWHERE, page(403, PROXIED)),),
        ],
        passing=[(CONNECTS,), (reach(page(404, AMAZONS)),), (reach(page(200, AMAZONS)),)],
    ),
    "reach.not-tls": Cases(failing=[(reach(at_tls(Tls.NOT_TLS)),)], passing=[(CONNECTS,)]),
    "reach.some-addresses-dead": Cases(
        failing=[
            (reach(ELSEWHERE, SILENT),),
            (reach(ELSEWHERE, below_tls(REFUSED)),),
            (reach(ELSEWHERE, UNREACHABLE),),
        ],
        passing=[(CONNECTS,), (reach(ELSEWHERE, at_tls(Tls.UNTRUSTED)),), (reach(probe(), WITHOUT_IPV6),)],
    ),
    "reach.unreachable": Cases(
        failing=[(reach(UNREACHABLE),), (reach(WITHOUT_IPV6),), (reach(PROXY_REFUSED),)],
        passing=[(CONNECTS,)],
    ),
}
