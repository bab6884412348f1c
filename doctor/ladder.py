"""One address, rung by rung, on a blocking socket: the truest clock that Python has for each phase."""

import base64
import contextlib
import email.utils
import errno
import functools
import importlib.util
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from doctor.evidence import proxy
from doctor.evidence.reach import Certificate, Http, Probe, Tcp, Tls

_MOST_HEADER = 65536
_LOADING = threading.Lock()  # `functools.cache` alone would let each of several threads read the authorities
_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to climb. `patience` is seconds for each rung; `sdk_trust` means botocore's CA bundle, not the system's.

    `proxy` is the URL of the proxy to go through, as the deployer's environment spells it.
    """

    host: str
    port: int
    tls: bool
    http: bool
    sdk_trust: bool
    patience: float
    proxy: str | None = None


def climb(plan: Plan, address: str, environ: Mapping[str, str]) -> Probe:
    """Connect, shake hands, ask once; stop at the first rung that fails."""
    said: dict[str, Any]
    raw, said = _connect(plan, address)
    if raw is None:
        return Probe(address=address, **said)
    with contextlib.closing(raw):
        if plan.proxy and (refusal := _through(plan, raw)):
            return Probe(address=address, **said | {"tcp": Tcp.PROXY_REFUSED, "detail": refusal})
        if not plan.tls:
            return Probe(address=address, **said)
        stream, shaken = _shake_hands(plan, raw, environ)
        said |= shaken
        if stream is None:
            return Probe(address=address, **said)
        with contextlib.closing(stream):
            return Probe(address=address, **said, **(_ask(plan, stream) if plan.http else {}))


def _connect(plan: Plan, address: str) -> tuple[socket.socket | None, dict[str, Any]]:
    """The first connection that stands, of up to three; the others tell a hard fault from a flaky one."""
    stands: socket.socket | None = None
    tries: list[Tcp] = []
    first: dict[str, Any] = {}
    for patience in (plan.patience, plan.patience / 3, plan.patience / 3):
        started = time.monotonic()
        try:
            raw = _dial(plan, address, patience)
        except OSError as error:
            tries.append(_tcp(error))
            first = first or {"tcp": tries[0], "tcp_took": _since(started), "detail": _text(error)}
        else:
            tries.append(Tcp.CONNECTED)
            if stands is None:
                stands, first = raw, {"tcp": Tcp.CONNECTED, "tcp_took": _since(started)}
            else:
                raw.close()
    if stands:
        stands.settimeout(plan.patience)
        stands.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the request waits for a delayed ACK
    return stands, {**first, "tries": tuple(tries)}


def _dial(plan: Plan, address: str, patience: float) -> socket.socket:
    if plan.proxy:
        return socket.create_connection(proxy.place(plan.proxy), timeout=patience)
    raw = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    raw.settimeout(patience)
    try:
        raw.connect((address, plan.port))
    except OSError:
        raw.close()
        raise
    return raw


def _through(plan: Plan, raw: socket.socket) -> str:
    """Ask the proxy for a tunnel (RFC 9110, CONNECT); what it answers where it gives none."""
    url = urlsplit(plan.proxy or "")
    lines = [f"CONNECT {plan.host}:{plan.port} HTTP/1.1", f"Host: {plan.host}:{plan.port}"]
    if url.username is not None:
        pair = f"{unquote(url.username)}:{unquote(url.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}")
    try:
        raw.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        head = _head(raw, plan.patience)
    except OSError as error:
        return f"the proxy gave no tunnel: {_text(error)}"
    status = head.partition(b"\r\n")[0].decode("latin-1")[:80]
    return "" if status.split(" ")[1:2] == ["200"] else f"the proxy answered: {status or 'nothing'}"


def _tcp(error: OSError) -> Tcp:
    if isinstance(error, TimeoutError):
        return Tcp.TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return Tcp.REFUSED
    unreachable = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return Tcp.UNREACHABLE if error.errno in unreachable else Tcp.FAILED


def _shake_hands(
    plan: Plan, raw: socket.socket, environ: Mapping[str, str]
) -> tuple[ssl.SSLSocket | None, dict[str, Any]]:
    try:
        context = _trust(plan, environ)
    except OSError as error:
        return None, {"tls": Tls.NO_TRUST, "detail": _text(error)}
    stream = context.wrap_socket(raw, server_hostname=plan.host, do_handshake_on_connect=False)
    started = time.monotonic()
    try:
        _within(plan.patience, stream)
    except (OSError, ValueError) as error:
        outcome = _tls(error)
        detail, certificate = _text(error), _shown(stream)
        stream.close()
        return None, {
            "tls": outcome,
            "tls_took": _since(started),
            "detail": detail,
            "certificate": certificate,
        }
    return stream, {
        "tls": Tls.VERIFIED,
        "tls_took": _since(started),
        "certificate": _certificate(stream.getpeercert()),
    }


def _within(patience: float, stream: ssl.SSLSocket) -> None:
    """A handshake under one deadline: a peer that sends a byte a second would outlast a timeout for each read."""
    until = time.monotonic() + patience
    stream.setblocking(False)
    while (left := until - time.monotonic()) > 0:
        try:
            stream.do_handshake()
        except ssl.SSLWantReadError:
            select.select([stream], [], [], left)
        except ssl.SSLWantWriteError:
            select.select([], [stream], [], left)
        else:
            return
    raise TimeoutError("the handshake did not finish")


def _trust(plan: Plan, environ: Mapping[str, str]) -> ssl.SSLContext:
    """The trust that would judge this host: botocore's for AWS services, Python's own for other hosts."""
    bundle = None
    if plan.sdk_trust:
        bundle = environ.get("AWS_CA_BUNDLE") or environ.get("REQUESTS_CA_BUNDLE") or _botocore_bundle()
    with _LOADING:
        return _context(bundle, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@functools.cache
def _context(bundle: str | None, *defaults: str | None) -> ssl.SSLContext:
    """Read the authorities once for all probes, not for each. OpenSSL itself reads the variables of `defaults`."""
    return ssl.create_default_context(cafile=bundle)


def _botocore_bundle() -> str | None:
    """certifi's bundle where it is installed, else the one in botocore (`botocore.httpsession.where`)."""
    for package, file in (("certifi", "cacert.pem"), ("botocore", "cacert.pem")):
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or ()) if found else ():
            if Path(folder, file).is_file():
                return str(Path(folder, file))
    return None


def _tls(error: Exception) -> Tls:
    if isinstance(error, ssl.SSLCertVerificationError):
        # X509_V_ERR_* of OpenSSL's x509_vfy.h: 10 expired, 62 host and 64 address mismatch
        return {10: Tls.EXPIRED, 62: Tls.WRONG_NAME, 64: Tls.WRONG_NAME}.get(error.verify_code, Tls.UNTRUSTED)
    if isinstance(error, TimeoutError):
        return Tls.TIMEOUT
    if isinstance(error, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Tls.RESET
    reason = getattr(error, "reason", None) or ""
    return Tls.NOT_TLS if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE") else Tls.FAILED


def _shown(stream: ssl.SSLSocket) -> Certificate | None:
    """The certificate that was not trusted. Public from Python 3.13 on, and only as DER; `_sslobj` reads it."""
    try:
        chain = stream._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
        return _certificate(chain[0].get_info()) if chain else None
    except (AttributeError, TypeError, IndexError, ValueError, OSError):
        return None


def _certificate(info: Any) -> Certificate | None:
    if not info:
        return None
    return Certificate(
        subject=_name(info.get("subject", ())),
        issuer=_name(info.get("issuer", ())),
        names=tuple(str(value)[:253] for _, value in info.get("subjectAltName", ())[:16]),
        expires=str(info.get("notAfter", "")),
    )


def _name(parts: Any) -> str:
    """Organisation and common name are what tells an inspecting proxy from AWS."""
    words = {key: value for part in parts for key, value in part}
    return ", ".join(str(words[key])[:128] for key in ("organizationName", "commonName") if key in words)


def _ask(plan: Plan, stream: ssl.SSLSocket) -> dict[str, Any]:
    started = time.monotonic()
    request = (
        f"GET / HTTP/1.1\r\nHost: {plan.host}\r\nUser-Agent: lambda-network-doctor\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    )
    try:
        stream.settimeout(plan.patience)
        stream.sendall(request.encode("ascii"))
        head = _head(stream, plan.patience)
    except TimeoutError:
        return {"http": Http.SILENT, "http_took": _since(started)}
    except OSError as error:
        return {"http": Http.CLOSED, "http_took": _since(started), "detail": _text(error)}
    if not head:
        return {"http": Http.CLOSED, "http_took": _since(started)}
    return {"http_took": _since(started), **_read(head)}


def _head(stream: socket.socket, patience: float) -> bytes:
    """The header of an answer, under one deadline and one limit, however it drips in."""
    head = b""
    until = time.monotonic() + patience
    while b"\r\n\r\n" not in head and len(head) < _MOST_HEADER:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer's header did not end")
        stream.settimeout(left)
        chunk = stream.recv(4096)
        if not chunk:
            break
        head += chunk
    return head


def _read(head: bytes) -> dict[str, Any]:
    status_line, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = status_line.split(" ", 2)
    if not words[0].startswith("HTTP/1.") or len(words) < 2 or not words[1].isdecimal() or len(words[1]) != 3:
        return {"http": Http.MALFORMED, "detail": "the answer is not HTTP"}
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {
        "http": Http.ANSWERED,
        "status": int(words[1]),
        "request_id": any(headers.get(name) for name in _REQUEST_IDS),
        "server": headers.get("server", "")[:64],
        "skew": _skew(headers.get("date", "")),
        "answered_by": _front(headers),
    }


def _skew(date: str) -> float | None:
    """Seconds that the server's clock is ahead of ours; its Date header counts whole seconds (RFC 9110)."""
    try:
        return round(email.utils.parsedate_to_datetime(date).timestamp() - time.time(), 1)
    except (ValueError, TypeError, OverflowError):
        return None


def _front(headers: Mapping[str, str]) -> str:
    """Who answered, by the headers that each front adds (their developer guides)."""
    server = headers.get("server", "").lower()
    if "apigw-requestid" in headers or "x-amz-apigw-id" in headers:
        return "API Gateway"
    if "x-amz-cf-id" in headers:
        return "CloudFront"
    if server.startswith("awselb"):
        return "Application Load Balancer"
    return "nginx" if server.startswith("nginx") else ""


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"


def _since(started: float) -> float:
    return round(time.monotonic() - started, 6)
