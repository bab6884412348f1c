"""Doors to the world that fail at one chosen call: sockets, names, files, TLS and AWS's replies, in a run's children.

`install` replaces the doors once, in the process that children are forked from; a child counts its calls from the moment
when its task begins. The k-th call of one kind in one task then fails in one of five ways, each as the world would do it:
a connect that times out meets a listener that swallows packets, an end of file is an empty read, garbage is bytes that
nobody would send.
"""

import builtins
import errno
import io
import os
import random
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from doctor.isolation import child, zygote
from doctor.isolation.child import Task

FAULTS = ("timeout", "reset", "end", "garbage", "exception")
NOISE = random.Random(5).randbytes(4096)
_FOR_EVER = 60.0  # seconds; the child is killed long before

Address = tuple[str, int]


class UnforeseenError(Exception):
    """What nobody has thought of."""


@dataclass(frozen=True)
class Injection:
    """Which call fails, and how. Calls of a kind are numbered from 0 within their task."""

    task: str
    door: str
    number: int
    fault: str


@dataclass
class Harness:
    """The doors. `routes` leads addresses that nobody has to servers on loopback, `names` hosts to such addresses.

    `faulty` holds the addresses of servers that swallow packets, close, and talk nonsense.
    """

    routes: Mapping[Address, Address]
    names: Mapping[str, str]
    faulty: Mapping[str, Address]
    log: int  # a descriptor: each counted call is a line, `!` at the one that failed
    injection: Injection | None = None
    task: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    lock: Any = field(default_factory=threading.Lock)
    inside: Any = field(default_factory=threading.local)

    def fails(self, door: str) -> str:
        """Count a call; how it fails, or nothing."""
        if not self.task or getattr(self.inside, "door", ""):
            return ""
        with self.lock:
            number = self.counts[door]
            self.counts[door] += 1
        hit = self.injection and (self.task, door, number) == (
            self.injection.task,
            self.injection.door,
            self.injection.number,
        )
        os.write(self.log, f"{self.task} {door} {number}{' !' if hit else ''}\n".encode())
        return self.injection.fault if hit and self.injection else ""

    def through(self, door: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Go through the true door; what it calls in turn is the same call."""
        before = getattr(self.inside, "door", "")
        self.inside.door = door.__name__
        try:
            return door(*given, **named)
        finally:
            self.inside.door = before

    def install(self) -> None:
        """Replace all doors, and have children count."""
        child.serve = zygote.serve = self.counted(child.serve)
        self._sockets()
        self._tls()
        self._files()
        self._names()
        self._aws()

    def counted(self, serve: Callable[[Task, int], NoReturn]) -> Callable[[Task, int], NoReturn]:
        """What children do, who count from now on."""

        def serving(task: Task, pipe: int) -> NoReturn:
            self.task = task.name
            serve(task, pipe)

        return serving

    def _replace(self, owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        setattr(owner, name, make(getattr(owner, name)))

    def _sockets(self) -> None:
        self._replace(socket.socket, "__init__", self._creating)
        self._replace(socket.socket, "connect", self._connecting)
        self._replace(socket.socket, "connect_ex", self._connecting)
        for name in ("send", "sendall", "sendto"):
            self._replace(socket.socket, name, self._sending)
        for name in ("recv", "recv_into", "recvfrom"):
            self._replace(socket.socket, name, self._receiving)

    def _tls(self) -> None:
        self._replace(ssl.SSLSocket, "do_handshake", self._shaking_hands)
        self._replace(ssl.SSLContext, "load_verify_locations", self._trusting)
        for name in ("send", "sendall"):
            self._replace(ssl.SSLSocket, name, self._sending)
        for name in ("recv", "recv_into"):
            self._replace(ssl.SSLSocket, name, self._receiving)

    def _files(self) -> None:
        self._replace(builtins, "open", self._opening)
        io.open = builtins.open

    def _creating(self, create: Callable[..., Any]) -> Callable[..., Any]:
        def creating(raw: socket.socket, *given: Any, **named: Any) -> None:
            fault = "" if "fileno" in named or len(given) > 3 else self.fails("socket")
            self.through(create, raw, *given, **named)
            if fault in ("end", "garbage"):
                socket.socket.close(raw)  # a descriptor that is none
            elif fault:
                raise _errors(fault, errno.EMFILE)

        return creating

    def _connecting(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        def connecting(raw: socket.socket, address: Any) -> Any:
            fault = self.fails("connect")
            to = self.routes.get(address[:2], address)
            stream = raw.type & socket.SOCK_STREAM and not raw.type & socket.SOCK_DGRAM
            if fault in ("timeout", "end", "garbage") and stream:
                return self.through(connect, raw, self.faulty[fault])
            if fault in ("reset", "timeout") and connect.__name__ == "connect_ex":
                return errno.ECONNRESET
            if fault and (fault not in ("end", "garbage") or not stream):
                raise _errors(fault, errno.ENETUNREACH)
            return self.through(connect, raw, to)

        connecting.__name__ = connect.__name__
        return connecting

    def _sending(self, send: Callable[..., Any]) -> Callable[..., Any]:
        def sending(raw: socket.socket, data: Any, *rest: Any) -> Any:
            fault = self.fails("send")
            if fault == "timeout":
                return _waits(raw, len(data))
            if fault in ("reset", "end", "exception"):
                raise _errors(fault, errno.EPIPE)
            return self.through(send, raw, NOISE[: len(data)] if fault else data, *rest)

        sending.__name__ = send.__name__
        return sending

    def _receiving(self, receive: Callable[..., Any]) -> Callable[..., Any]:
        def receiving(raw: socket.socket, first: Any, *rest: Any) -> Any:
            fault = self.fails("recv")
            if fault in ("reset", "exception"):
                raise _errors(fault, errno.ECONNRESET)
            if fault == "timeout" and raw.gettimeout() != 0:
                return _waits(raw, 0)
            got = self.through(receive, raw, first, *rest)
            if fault == "timeout":
                raise BlockingIOError(errno.EAGAIN, "the packet was lost")
            return _changed(got, first, b"" if fault == "end" else NOISE) if fault else got

        receiving.__name__ = receive.__name__
        return receiving

    def _shaking_hands(self, shake: Callable[..., Any]) -> Callable[..., Any]:
        def shaking(stream: ssl.SSLSocket, *given: Any, **named: Any) -> Any:
            fault = self.fails("handshake")
            if fault == "timeout":
                return _waits(stream, 0)
            if fault == "end":
                raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "EOF occurred in violation of protocol")
            if fault == "garbage":
                error = ssl.SSLError(ssl.SSL_ERROR_SSL, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
                error.reason = "WRONG_VERSION_NUMBER"
                raise error
            if fault:
                raise _errors(fault, errno.ECONNRESET)
            return self.through(shake, stream, *given, **named)

        return shaking

    def _opening(self, opens: Callable[..., Any]) -> Callable[..., Any]:
        def opening(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
            fault = self.fails("open")
            if fault == "timeout":  # as of a file system whose server is gone
                time.sleep(_FOR_EVER)
            if fault in ("reset", "exception"):
                raise _errors(fault, errno.EIO)
            opened = self.through(opens, file, mode, *given, **named)
            if not fault or set(mode) & set("wax+"):
                return opened
            opened.close()
            data = io.BytesIO(b"" if fault == "end" else NOISE)
            return data if "b" in mode else io.TextIOWrapper(data, named.get("encoding"), named.get("errors"))

        return opening

    def _trusting(self, load: Callable[..., Any]) -> Callable[..., Any]:
        """OpenSSL opens bundles itself."""

        def trusting(context: ssl.SSLContext, *given: Any, **named: Any) -> None:
            fault = self.fails("open")
            if fault == "timeout":
                time.sleep(_FOR_EVER)
            if fault in ("reset", "exception"):
                raise _errors(fault, errno.EIO)
            if fault:
                raise ssl.SSLError(ssl.SSL_ERROR_SSL, "[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found")
            self.through(load, context, *given, **named)

        return trusting

    def _names(self) -> None:
        resolve = socket.getaddrinfo

        def resolving(host: Any, port: Any, *given: Any, **named: Any) -> Any:
            fault = self.fails("resolve")
            if fault == "timeout":  # no limit bounds it
                time.sleep(_FOR_EVER)
            if fault == "reset":
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            if fault == "exception":
                raise UnforeseenError
            if fault:
                return [] if fault == "end" else [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("\0garbage", port))]
            if host in self.names:
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.names[host], port))]
            return self.through(resolve, host, port, *given, **named)

        socket.getaddrinfo = resolving

    def _aws(self) -> None:
        from botocore import exceptions, httpsession

        def answering(send: Callable[..., Any]) -> Callable[..., Any]:
            def sending(session: Any, request: Any) -> Any:
                fault = self.fails("aws")
                if fault == "timeout":
                    time.sleep(float(session._timeout.read_timeout or _FOR_EVER))
                    raise exceptions.ReadTimeoutError(endpoint_url=request.url)
                if fault == "reset":
                    raise exceptions.ConnectionClosedError(endpoint_url=request.url)
                if fault == "exception":
                    raise UnforeseenError
                reply = send(session, request)
                if fault:
                    reply._content = b"" if fault == "end" else NOISE
                return reply

            return sending

        self._replace(httpsession.URLLib3Session, "send", answering)


def _errors(fault: str, number: int) -> Exception:
    if fault == "exception":
        return UnforeseenError()
    if fault == "timeout":
        return TimeoutError("timed out")
    return OSError(errno.ECONNRESET if fault == "reset" else number, "injected")


def _waits(raw: socket.socket, done: int) -> int:
    """What a call does that nobody answers: wait as long as it may; a packet that need not wait is lost."""
    patience = raw.gettimeout()
    if patience == 0:
        return done
    time.sleep(_FOR_EVER if patience is None else patience)
    raise TimeoutError("timed out")


def _changed(got: Any, first: Any, data: bytes) -> Any:
    """Other data in what a call gave, in the form of that call."""
    if isinstance(got, tuple):
        return data, *got[1:]
    if isinstance(got, int):
        count = min(len(data), len(first))
        memoryview(first).cast("B")[:count] = data[:count]
        return count
    return data
