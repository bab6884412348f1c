"""What may stand at the other end of a connection: servers that behave in one way each, on real sockets."""

import contextlib
import select
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

Behaviour = Callable[[socket.socket], None]
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time at all: close sends RST (socket(7))


def listen(behave: Behaviour, address: str = "127.0.0.1", port: int = 0) -> socketserver.ThreadingTCPServer:
    """A server that treats every connection so, in a thread of its own; `server_address` tells where."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):  # the client gave up, or did not trust us
                behave(self.request)

    class Server(socketserver.ThreadingTCPServer):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        allow_reuse_address = True
        daemon_threads = True

        def shutdown_request(self, request: Any) -> None:
            request.close()  # without the usual FIN before it: a reset must stay one

    server = Server((address, port), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@contextlib.contextmanager
def listening(behave: Behaviour) -> Iterator[int]:
    """The port on loopback at which the behaviour is met."""
    server = listen(behave)
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def stays_silent(connection: socket.socket) -> None:
    """Read what comes, and never answer."""
    while connection.recv(4096):
        pass


def resets(connection: socket.socket) -> None:
    """Take the first bytes and cut the connection, as a filter does that dislikes a name."""
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def ends(connection: socket.socket) -> None:
    """Take the first bytes and close."""
    connection.recv(4096)


def says(*parts: bytes) -> Behaviour:
    """Take the first bytes, say all parts, and close."""

    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        for part in parts:
            connection.sendall(part)

    return behave


def drips(data: bytes, every: float) -> Behaviour:
    """A byte at a time, until the client goes or there are no more."""

    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        for byte in data:
            connection.sendall(bytes([byte]))
            if select.select([connection], [], [], every)[0] and not connection.recv(1):
                return

    return behave


def floods(connection: socket.socket) -> None:
    """A header that never ends."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: and more\r\n" * 100)


def over_tls(context: ssl.SSLContext, behave: Behaviour) -> Behaviour:
    """Shake hands first."""

    def secured(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as stream:
            behave(stream)

    return secured


def answer(status: str, *headers: str, body: str = "") -> bytes:
    """An HTTP answer."""
    head = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", body]
    return "\r\n".join(head).encode()


def proxies(towards: tuple[str, int] | None, *, refusal: bytes = b"", wants: str = "") -> Behaviour:
    """A proxy that tunnels every CONNECT to one place, whatever is asked; or answers all with a refusal.

    `wants` is the Proxy-Authorization that it insists on.
    """

    def behave(connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (chunk := connection.recv(4096)):
                return
            head += chunk
        if wants and f"proxy-authorization: {wants}".lower() not in head.decode("latin-1").lower():
            connection.sendall(answer("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="proxy"'))
        elif refusal or towards is None:
            connection.sendall(refusal or answer("502 Bad Gateway"))
        else:
            with socket.create_connection(towards, timeout=5) as there:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _join(connection, there)

    return behave


def _join(one: socket.socket, other: socket.socket) -> None:
    across = {one: other, other: one}
    while True:
        for ready in select.select([one, other], [], [], 30)[0] or [one]:
            data = ready.recv(65536)
            if not data:
                return
            across[ready].sendall(data)


def unsteady(address: str, port: int, behave: Behaviour) -> None:
    """Serve one connection at a time: while it lasts there is no listener, and the next ones are refused or dropped.

    The backlog holds a single connection, so that of three in a row at least one fails, however the threads run.
    """

    def serve() -> None:
        while True:
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((address, port))
                listener.listen(0)
                ready.set()
                connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                behave(connection)

    ready = threading.Event()
    threading.Thread(target=serve, daemon=True).start()
    ready.wait(5)
