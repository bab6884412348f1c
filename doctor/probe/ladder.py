"""One address, rung by rung. Above TCP the socket blocks: the truest clock that Python has for each phase."""

import base64
import contextlib
import errno
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import unquote, urlsplit

from doctor.evidence import proxy
from doctor.evidence.reach import Certificate, Http, Probe, Tcp, Tls
from doctor.probe import authorities, dial
from doctor.probe.http_head import head_of, on_one_line, read
from doctor.redact import brief

# This machine, or a router with an ICMP message, says that there is no way; EACCES, EPERM and EINVAL are local routes
# and filters of the kinds prohibit and blackhole (ip-route(8), measured).
_NO_WAY = (
    *(errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL),
    *(errno.EAFNOSUPPORT, errno.EACCES, errno.EPERM, errno.EINVAL),
)
# X509_V_ERR_* of OpenSSL's x509_vfy.h: 9 not yet valid, 10 expired, 62 host and 64 address mismatch
_VERIFY_CODES = {9: Tls.EXPIRED, 10: Tls.EXPIRED, 62: Tls.WRONG_NAME, 64: Tls.WRONG_NAME}
# How OpenSSL's sslerr.h names what the peer said, and how its texts do; Python knows names for some of them only.
_ALERTS, _ALERT_TEXTS = ("SSLV3_ALERT_", "TLSV1_", "TLSV13_ALERT_"), ("sslv3 alert ", "tlsv1 alert ", "tlsv13 alert ")
_READ: dict[bytes, Certificate | None] = {}  # trusted certificates of this process, by their DER
_OTHER_LANGUAGES = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


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
    line = _to_proxy(plan) if plan.proxy else _to(plan, address)
    said, raw = _said(line), line.stands
    if raw is None:
        return Probe(address=address, **said)
    with contextlib.closing(raw):
        raw.settimeout(plan.patience)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the request waits for a delayed ACK
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


def connect(climbs: Iterable[tuple[Plan, str]], at_once: int) -> Iterator[list[tuple[int, Probe]]]:
    """The first rung alone, of all plans at their addresses; each probe with its number, as `dial.dial` hands it over."""
    for lines in dial.dial((_call(plan, address) for plan, address in climbs), at_once):
        for line in lines:
            if line.stands:
                line.stands.close()
        yield [(line.number, Probe(address=line.call.address, **_said(line))) for line in lines]


def _call(plan: Plan, address: str) -> dial.Call:
    return dial.Call(address, plan.port, plan.patience)


def _to(plan: Plan, address: str) -> dial.Line:
    (line,) = chain.from_iterable(dial.dial([_call(plan, address)], 1))
    return line


def _to_proxy(plan: Plan) -> dial.Line:
    """One try after another: the proxy's name is resolved for each, as for every call."""
    line = dial.Line(0, dial.Call("", 0, plan.patience), 0.0, tries=[])
    patience = plan.patience
    for _ in dial.TRIES:
        started = time.monotonic()
        try:
            raw = proxy.connect(plan.proxy or "", patience)
        except OSError as error:
            line.tries.append(error)
            line.took = line.took or time.monotonic() - started
        else:
            line.tries.append(None)
            if line.stands:
                raw.close()
            else:
                line.stands, line.took = raw, time.monotonic() - started
        # Later tries are given less time, but never less than a distant proxy has just shown to need.
        patience = min(plan.patience, max(plan.patience / 3, 3 * (line.took if line.stands else 0.0)))
    return line


def _said(line: dial.Line) -> dict[str, Any]:
    tries = tuple([_tcp(error) if error else Tcp.CONNECTED for error in line.tries])
    took = round(line.took, 6)
    if line.stands:
        return {"tcp": Tcp.CONNECTED, "tcp_took": took, "tries": tries}
    detail = next(_text(error) for error in line.tries if error)
    return {"tcp": tries[0], "tcp_took": took, "tries": tries, "detail": detail}


def _through(plan: Plan, raw: socket.socket) -> str:
    """Ask the proxy for a tunnel (RFC 9110, CONNECT); what it answers where it gives none."""
    url = urlsplit(plan.proxy or "")
    where = f"[{plan.host}]:{plan.port}" if ":" in plan.host else f"{plan.host}:{plan.port}"
    lines = [f"CONNECT {where} HTTP/1.1", f"Host: {where}"]
    if url.username is not None:
        pair = f"{unquote(url.username)}:{unquote(url.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}")
    try:
        raw.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        head = head_of(raw, plan.patience)
    except OSError as error:
        return f"the proxy gave no tunnel: {_text(error)}"
    status = on_one_line(head.partition(b"\n")[0].decode("latin-1"), 80)
    if status.startswith("HTTP/1.") and status.split(" ")[1:2] == ["200"]:
        return ""
    return f"the proxy answered: {status or 'nothing'}"


def _tcp(error: Exception) -> Tcp:
    if isinstance(error, TimeoutError):
        return Tcp.TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return Tcp.REFUSED
    if isinstance(error, socket.gaierror):  # the proxy's own name; targets come as addresses
        return Tcp.UNREACHABLE
    return Tcp.UNREACHABLE if getattr(error, "errno", None) in _NO_WAY else Tcp.FAILED


def _shake_hands(
    plan: Plan, raw: socket.socket, environ: Mapping[str, str]
) -> tuple[ssl.SSLSocket | None, dict[str, Any]]:
    try:
        context = authorities.trusted(environ, sdk=plan.sdk_trust)
    except OSError as error:
        return None, {"tls": Tls.NO_TRUST, "detail": _text(error)}
    stream, started = None, time.monotonic()
    try:
        raw.getpeername()  # of a connection that was reset meanwhile `wrap_socket` would take the socket and lose it
        # Like urllib3, which takes the root's dot away: no certificate holds it.
        stream = context.wrap_socket(raw, server_hostname=plan.host.removesuffix("."), do_handshake_on_connect=False)
        stream.settimeout(plan.patience)  # CPython counts it for the whole handshake, however it drips in
        stream.do_handshake()
    except (OSError, ValueError) as error:
        outcome = _tls(error)
        detail, certificate = _text(error), _shown(stream) if stream else None
        (stream or raw).close()
        return None, {
            "tls": outcome,
            "tls_took": _since(started),
            "detail": detail,
            "certificate": certificate,
        }
    return stream, {
        "tls": Tls.VERIFIED,
        "tls_took": _since(started),
        "certificate": _verified(stream),
    }


def _tls(error: Exception) -> Tls:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY_CODES.get(error.verify_code, Tls.UNTRUSTED)
    if isinstance(error, TimeoutError):
        return Tls.TIMEOUT
    if isinstance(error, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Tls.RESET
    if getattr(error, "errno", None) == errno.ENOTCONN:  # it was reset before the handshake began
        return Tls.RESET
    reason = getattr(error, "reason", None) or ""
    if reason.startswith(_ALERTS) or any(words in str(error) for words in _ALERT_TEXTS):  # the peer itself ended it
        return Tls.RESET
    return Tls.NOT_TLS if reason in _OTHER_LANGUAGES else Tls.FAILED


def _verified(stream: ssl.SSLSocket) -> Certificate | None:
    """The trusted certificate, read once for all addresses that show the same: that is a twentieth of a probe."""
    encoded = stream.getpeercert(binary_form=True) or b""
    if encoded not in _READ:
        _READ[encoded] = _certificate(stream.getpeercert())
    return _READ[encoded]


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
        head = head_of(stream, plan.patience)
    except TimeoutError:
        return {"http": Http.SILENT, "http_took": _since(started)}
    except OSError as error:
        return {"http": Http.CLOSED, "http_took": _since(started), "detail": _text(error)}
    if not head:
        return {"http": Http.CLOSED, "http_took": _since(started)}
    return {"http_took": _since(started), **read(head)}


def _text(error: Exception) -> str:
    return on_one_line(brief(error, 200), 300)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 6)
