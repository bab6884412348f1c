"""The laboratory's servers: names, and what answers at each of the endpoints' addresses.

They run in threads of the process inside the namespace; its end is theirs.
"""

import base64
import socketserver
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import places
import trustme
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import peers

_HOSTS = tuple(map(places.host, places.SERVICES))


class Zone:
    """What the resolvers say. A name that is not in it does not exist; all resolvers agree.

    A name's value is its addresses; none means that the name exists without one. SERVFAIL and REFUSED stand for themselves.
    """

    def __init__(self) -> None:
        self.names: Mapping[str, list[str]] = {}

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        values = self.names.get(question.name.to_text(omit_final_dot=True).lower())
        if values is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif set(values) & {places.SERVER_FAILURE, places.REFUSED}:
            reply.set_rcode(dns.rcode.from_text(values[0]))
        else:
            kind = dns.rdatatype.to_text(question.rdtype)
            if addresses := [value for value in values if kind == ("AAAA" if ":" in value else "A")]:
                reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *addresses))
        return reply.to_wire()


def resolve(zone: Zone, address: str) -> None:
    """A nameserver on port 53, UDP and TCP. Bound to one address: from another its answers would be ignored."""

    class OverUdp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, listener = self.request
            listener.sendto(zone.answer(wire), self.client_address)

    class OverTcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            wire = self.rfile.read(int.from_bytes(self.rfile.read(2), "big"))
            reply = zone.answer(wire)
            self.wfile.write(len(reply).to_bytes(2, "big") + reply)

    serve(socketserver.ThreadingUDPServer((address, 53), OverUdp))
    serve(socketserver.ThreadingTCPServer((address, 53), OverTcp))


@dataclass(frozen=True)
class Contexts:
    """Servers' TLS: of a root that functions trust, for AWS's names, another name, or no longer; and of a strange root."""

    trusted: ssl.SSLContext
    misnamed: ssl.SSLContext
    expired: ssl.SSLContext
    strange: ssl.SSLContext


def certificates(folder: Path, hosts: tuple[str, ...] = _HOSTS) -> Contexts:
    """New certificates for these hosts; functions trust their root through `root.pem` in the folder."""
    root, stranger = trustme.CA(organization_name="Laboratory"), trustme.CA(organization_name="Inspecting Proxy")
    root.cert_pem.write_to_path(folder / "root.pem")
    now = datetime.now(UTC)
    return Contexts(
        trusted=_context(root.issue_cert(*hosts)),
        misnamed=_context(root.issue_cert("internal.example")),
        expired=_context(
            root.issue_cert(*hosts, not_before=now - timedelta(days=30), not_after=now - timedelta(days=1))
        ),
        strange=_context(stranger.issue_cert(*hosts)),
    )


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: standard error is for what goes wrong."""


def amazon(context: ssl.SSLContext, *addresses: str) -> None:
    """moto as AWS: one set of services, whatever the name, at several addresses."""
    application = DomainDispatcherApplication(create_backend_app)
    for address in addresses:
        server = make_server(address, 443, application, threaded=True, request_handler=Quiet)
        # The handshake belongs into the connection's own thread, not into accept().
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        serve(server)


def faulty(contexts: Contexts) -> None:
    """Everything that is at fault on port 443."""
    takes = peers.stays_silent
    behaviours = {
        places.UNTRUSTED: peers.over_tls(contexts.strange, takes),
        places.WRONG_NAME: peers.over_tls(contexts.misnamed, takes),
        places.EXPIRED: peers.over_tls(contexts.expired, takes),
        places.NEVER_ANSWERS: peers.over_tls(contexts.trusted, takes),
        places.NEVER_SHAKES_HANDS: takes,
        places.RESETS: peers.resets,
        places.CLOSES: peers.over_tls(contexts.trusted, peers.ends),
        places.PLAIN: peers.says(peers.answer("400 Bad Request", body="This port speaks HTTP.")),
        places.BLOCKS: peers.over_tls(contexts.trusted, peers.says(BLOCKED)),
        places.REDIRECTS: peers.over_tls(contexts.trusted, peers.says(LOGIN)),
    }
    for address, behave in behaviours.items():
        peers.listen(behave, address, 443)
    peers.unsteady(places.UNSTEADY, 443, peers.over_tls(contexts.trusted, peers.says(FROM_AWS)))


BLOCKED = peers.answer(
    "403 Forbidden", "Server: squid", "Content-Type: text/html", body="<html>Blocked by policy</html>"
)
LOGIN = peers.answer("302 Found", "Location: https://portal.internal/login")
FROM_AWS = peers.answer("404 Not Found", "x-amzn-RequestId: 5f7c1e52-0000-4000-8000-000000000000")


def proxies() -> None:
    """Proxies, all but one of which let nothing through without more ado."""
    aws = (places.AWS, 443)
    behaviours = {
        places.PROXY: peers.proxies(aws),
        places.REFUSING_PROXY: peers.proxies(None, refusal=peers.answer("403 Forbidden")),
        places.ASKING_PROXY: peers.proxies(aws, wants=f"Basic {base64.b64encode(b'user:word-of-passage').decode()}"),
    }
    for address, behave in behaviours.items():
        peers.listen(behave, address, places.PROXY_PORT)


def serve(server: socketserver.BaseServer) -> None:
    threading.Thread(target=server.serve_forever, daemon=True).start()
