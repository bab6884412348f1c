"""The laboratory's servers: names, and what answers at each of the endpoints' addresses.

They run in threads of the process inside the namespace; its end is theirs.
"""

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
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

_HOSTS = tuple(map(places.host, places.SERVICES))


class Zone:
    """What the resolvers say. A name that is not in it does not exist; all resolvers agree.

    A name's value is its IPv4 addresses; none means that the name exists without one.
    """

    def __init__(self) -> None:
        self.names: Mapping[str, list[str]] = {}

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        addresses = self.names.get(question.name.to_text(omit_final_dot=True).lower())
        if addresses is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif addresses and question.rdtype == dns.rdatatype.A:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", *addresses))
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

    _serve(socketserver.ThreadingUDPServer((address, 53), OverUdp))
    _serve(socketserver.ThreadingTCPServer((address, 53), OverTcp))


def certificates(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Servers' contexts, of a root that functions trust through `root.pem` in the folder, and of one that they do not."""
    trusted, stranger = trustme.CA(organization_name="Laboratory"), trustme.CA(organization_name="Inspecting Proxy")
    trusted.cert_pem.write_to_path(folder / "root.pem")
    return _context(trusted), _context(stranger)


def _context(root: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    root.issue_cert(*_HOSTS).configure_cert(context)
    return context


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: standard error is for what goes wrong."""


def amazon(context: ssl.SSLContext, *addresses: str) -> None:
    """moto as AWS: one set of services, whatever the name, at several addresses."""
    application = DomainDispatcherApplication(create_backend_app)
    for address in addresses:
        server = make_server(address, 443, application, threaded=True, request_handler=_Quiet)
        # The handshake belongs into the connection's own thread, not into accept().
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        _serve(server)


def hold(address: str, context: ssl.SSLContext | None) -> None:
    """Accept on port 443, shake hands if there is a context for it, read what comes, and never answer."""

    class Silent(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            for _ in _read(self.request, context):
                pass

    server = socketserver.ThreadingTCPServer((address, 443), Silent)
    server.daemon_threads = True
    _serve(server)


def _read(connection: socket.socket, context: ssl.SSLContext | None) -> Iterator[bytes]:
    try:
        stream = context.wrap_socket(connection, server_side=True) if context else connection
        with stream:
            while data := stream.recv(4096):
                yield data
    except OSError:  # the client gave up, or did not trust us
        return


def _serve(server: socketserver.BaseServer) -> None:
    threading.Thread(target=server.serve_forever, daemon=True).start()
