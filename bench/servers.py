"""The servers that both sides are measured against, each in a process of its own.

`python -m bench.servers KIND FOLDER` prints its port and serves until its standard input ends. Certificates are made by
trustme; `FOLDER/root.pem` is the authority to trust. KIND is `http` (a canned AWS), `tcp`, `https`, or the seconds that
a ClientHello waits.
"""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import trustme

from bench.compare import ROOT

_WORKERS = 32
HANDSHAKE, ANSWER = 0.05, 0.08  # seconds that the slow server takes before its ServerHello, and before it answers

_REQUEST_ID = b"01234567-89ab-cdef-0123-456789abcdef"
_CALLER = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:sts::123456789012:assumed-role/bench/session</Arn><UserId>AROA:session</UserId>"
    b"<Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>"
    + _REQUEST_ID
    + b"</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)
_REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nx-amzn-RequestId: %s\r\nContent-Length: %d\r\n%s\r\n"


@contextlib.contextmanager
def serving(kind: str, folder: Path) -> Iterator[int]:
    """The port of a server of this kind while the context lasts."""
    command = [sys.executable, "-m", "bench.servers", kind, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True
    ) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


class _Http(asyncio.Protocol):
    """Answers every request with the same bytes: the identity that STS tells."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, ended, body = self._received.partition(b"\r\n\r\n")
        if not ended:
            return
        headers = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        if len(body) < int(headers.get(b"content-length", 0)):
            return
        self._received = b""
        closing = headers.get(b"connection", b"").strip() == b"close"
        self._transport.write(_reply(b"Connection: close\r\n" if closing else b""))
        if closing:
            self._transport.close()


def _reply(header: bytes) -> bytes:
    return _REPLY % (_REQUEST_ID, len(_CALLER), header) + _CALLER


def _context(folder: Path) -> ssl.SSLContext:
    root = trustme.CA(organization_name="Bench")
    root.cert_pem.write_to_path(folder / "root.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    root.issue_cert("localhost", *(f"127.0.0.{number}" for number in range(1, 17))).configure_cert(context)
    return context


async def _canned_aws() -> None:
    async with await asyncio.get_running_loop().create_server(_Http, "127.0.0.1", 0, backlog=1024) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def _by_processes(context: ssl.SSLContext | None) -> None:
    """For probes by the thousand: processes that accept in turns and block, so that the server is not the limit."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    for _ in range(_WORKERS):
        if not os.fork():
            while True:
                _serve(listener.accept()[0], context)
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _by_threads(context: ssl.SSLContext, pause: float) -> None:
    """For timing: each ClientHello waits `pause` on 127.0.0.1, a tenth of it on other loopback addresses."""
    listener = socket.create_server(("", 0), backlog=1024)
    threading.Thread(target=_accept, args=(listener, context, pause), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


def _accept(listener: socket.socket, context: ssl.SSLContext, pause: float) -> NoReturn:
    while True:
        connection, _ = listener.accept()
        first = connection.getsockname()[0] == "127.0.0.1"
        threading.Thread(target=_serve, args=(connection, context, pause if first else pause / 10), daemon=True).start()


def _serve(connection: socket.socket, context: ssl.SSLContext | None, pause: float = 0.0) -> None:
    with connection, contextlib.suppress(OSError):
        if context is None or not connection.recv(1, socket.MSG_PEEK):
            return  # connecting was all
        time.sleep(pause)
        with context.wrap_socket(connection, server_side=True) as stream:
            stream.recv(65536)
            time.sleep(ANSWER if pause else 0.0)
            stream.sendall(_reply(b"Connection: close\r\n"))


def _main(kind: str, folder: Path) -> None:
    if kind == "http":
        asyncio.run(_canned_aws())
    elif kind == "tcp":
        _by_processes(None)
    elif kind == "https":
        _by_processes(_context(folder))
    else:
        _by_threads(_context(folder), float(kind))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
