"""The servers that both sides are measured against, each in a process of its own.

`python -m bench.servers KIND [FOLDER]` prints its port and serves until its standard input ends. Certificates are
made by trustme; `FOLDER/root.pem` is the authority to trust.
"""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import trustme

from bench.compare import ROOT

_WORKERS = 16
HANDSHAKE, ANSWER = 0.05, 0.08  # seconds that the slow server takes before its ServerHello, and before it answers

_REQUEST_ID = b"01234567-89ab-cdef-0123-456789abcdef"
_CALLER = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:sts::123456789012:assumed-role/bench/session</Arn><UserId>AROA:session</UserId>"
    b"<Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>"
    + _REQUEST_ID
    + b"</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)
_REPLY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nx-amzn-RequestId: %s\r\nContent-Length: %d\r\n%s\r\n"
)


@contextlib.contextmanager
def serving(kind: str, folder: Path) -> Iterator[int]:
    """The port of a server of this kind while the context lasts."""
    command = [sys.executable, "-m", "bench.servers", kind, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


class _Http(asyncio.Protocol):
    """Answers every request with the same bytes: the identity that STS tells. `delay` is seconds before it does."""

    delay = 0.0
    _transport: asyncio.Transport | None = None
    _received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.data_received(b"")  # after start_tls, a quick client's request is there first

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, ended, body = self._received.partition(b"\r\n\r\n")
        if not (ended and self._transport):
            return
        headers = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        if len(body) < int(headers.get(b"content-length", 0)):
            return
        self._received = b""
        closing = headers.get(b"connection", b"").strip() == b"close"
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._answer, closing)
        else:
            self._answer(closing)

    def _answer(self, closing: bool) -> None:
        assert self._transport
        said = b"Connection: close\r\n" if closing else b""
        self._transport.write(_REPLY % (_REQUEST_ID, len(_CALLER), said) + _CALLER)
        if closing:
            self._transport.close()


class _SlowHttp(_Http):
    delay = ANSWER


async def _listen(kind: str, context: ssl.SSLContext) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    if kind == "http":
        return await loop.create_server(_Http, "127.0.0.1", 0, backlog=1024)
    return await loop.create_server(lambda: _Hesitant(context, float(kind)), "0.0.0.0", 0, backlog=1024)


class _Hesitant(asyncio.Protocol):
    """Waits before it shakes hands. On 127.0.0.1 that is `pause`; on other loopback addresses a tenth of it."""

    def __init__(self, context: ssl.SSLContext, pause: float) -> None:
        self._context = context
        self._pause = pause

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        first = transport.get_extra_info("sockname")[0] == "127.0.0.1"
        loop = asyncio.get_running_loop()
        loop.call_later(self._pause if first else self._pause / 10, self._begin, transport)

    def _begin(self, transport: asyncio.Transport) -> None:
        self._task = asyncio.get_running_loop().create_task(self._shake_hands(transport))

    async def _shake_hands(self, transport: asyncio.Transport) -> None:
        loop, protocol = asyncio.get_running_loop(), _SlowHttp()
        with contextlib.suppress(OSError):  # a client that only connected is gone by now
            secured = await loop.start_tls(transport, protocol, self._context, server_side=True)
            if secured:
                protocol.connection_made(secured)


def _context(folder: Path) -> ssl.SSLContext:
    root = trustme.CA(organization_name="Bench")
    root.cert_pem.write_to_path(folder / "root.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    root.issue_cert("localhost", *(f"127.0.0.{number}" for number in range(1, 17))).configure_cert(context)
    return context


async def _serve(kind: str, folder: Path) -> None:
    async with await _listen(kind, _context(folder)) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def _serve_quickly(kind: str, folder: Path) -> None:
    """For probes by the thousand: processes that accept in turns and block, so that the server is not the limit."""
    context = _context(folder)
    context.num_tickets = 0
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    for _ in range(_WORKERS):
        if not os.fork():
            _accept(listener, context if kind == "https" else None)
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _accept(listener: socket.socket, context: ssl.SSLContext | None) -> NoReturn:
    while True:
        connection, _ = listener.accept()
        if context is None:
            connection.close()
            continue
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as stream:
            stream.recv(65536)
            stream.sendall(_REPLY % (_REQUEST_ID, len(_CALLER), b"Connection: close\r\n") + _CALLER)


if __name__ == "__main__":
    if sys.argv[1] in ("accept", "https"):
        _serve_quickly(sys.argv[1], Path(sys.argv[2]))
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
