"""Peers that are hostile after the handshake: what each answers to the request, and what must be made of it."""

import gzip
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from doctor.evidence.reach import Http
from tests import peers
from tests.peers import Behaviour, answer, says
from tests.robust.climbed import REQUEST_ID

NOT_AWS = "reach.not-aws"
UNDECIDED = "reach.not-aws?"
SILENT = "reach.no-response"
CLOSED = "reach.connection-reset"


@dataclass(frozen=True)
class Row:
    """One hostile peer; the class of its answer, its status, whether AWS's request id was seen, and what breaks."""

    name: str
    says: Behaviour
    http: Http
    status: int | None = None
    request_id: bool = False
    finding: str = ""


def aws(name: str, head: bytes, status: int = 404) -> Row:
    """An odd answer that bears AWS's request id all the same."""
    return Row(name, says(head), Http.ANSWERED, status, True)


def stranger(name: str, behave: bytes | Behaviour, status: int) -> Row:
    """An answer without one. A success or a redirect may come from AWS's own front, so that it decides nothing."""
    behaves = says(behave) if isinstance(behave, bytes) else behave
    finding = NOT_AWS if status >= 400 or not status else UNDECIDED
    return Row(name, behaves, Http.ANSWERED, status, False, finding)


def garbled(name: str, said: bytes) -> Row:
    """What is no HTTP."""
    return Row(name, says(said), Http.MALFORMED, finding=NOT_AWS)


def closed(name: str, behave: Behaviour) -> Row:
    """The end without an answer."""
    return Row(name, behave, Http.CLOSED, finding=CLOSED)


def silent(name: str, behave: Behaviour) -> Row:
    """No whole head within the patience."""
    return Row(name, behave, Http.SILENT, finding=SILENT)


def head(*lines: str, status: str = "404 Not Found") -> bytes:
    """The head of an answer, without the length that `peers.answer` adds."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def then(first: bytes, behave: Behaviour) -> Behaviour:
    """Read the request, say something, and go on otherwise."""

    def both(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(first)
        behave(connection)

    return both


def without_end(piece: Callable[[int], bytes], pause: float = 0.0) -> Behaviour:
    """One piece after another, until the client goes."""

    def behave(connection: socket.socket) -> None:
        number = 0
        while True:
            connection.sendall(piece(number))
            number += 1
            time.sleep(pause)

    return behave


def resets(connection: socket.socket) -> None:
    """Cut the connection beneath TLS, without reading."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


_LONG = "x" * 60_000
BOMB = gzip.compress(bytes(50_000_000), 9)  # fifty kilobytes that become fifty megabytes

ENDLESS = [
    Row("headers without end", peers.floods, Http.ANSWERED, 200, False, UNDECIDED),
    stranger(
        "one header without end", then(b"HTTP/1.1 403 Forbidden\r\nX-Long: ", without_end(lambda _: b"x" * 4096)), 403
    ),
    silent("headers that drip", then(head()[:-2], without_end(lambda n: b"X-%d: y\r\n" % n, 0.02))),
    silent("a byte a second", peers.drips(head(REQUEST_ID) * 9, 1.0)),
    silent("twenty bytes a second", peers.drips(head(REQUEST_ID, f"X-Long: {_LONG}"), 0.05)),
    silent("a status line without an end", then(b"HTTP/1.1 200 OK", peers.stays_silent)),
    silent("a head without its empty line", then(head(REQUEST_ID)[:-2], peers.stays_silent)),
    silent("half a line end", then(head(REQUEST_ID)[:-1], peers.stays_silent)),
    silent("carriage returns alone", then(head(REQUEST_ID).replace(b"\n", b""), peers.stays_silent)),
    silent("nothing", peers.stays_silent),
    garbled("a status line of 60 kB", f"HTTP/1.1 {_LONG}\r\n\r\n".encode()),
    garbled("line ends without end", b"\r\n" * 40_000),
    stranger("a reason of 60 kB", head(status=f"503 {_LONG}"), 503),
    stranger("a header of 60 kB", head(f"X-Long: {_LONG}", status="503 x"), 503),
    stranger("a header name of 60 kB", head(f"{_LONG}: x", status="503 x"), 503),
    stranger("four thousand headers", head(*(f"X-{n}: y" for n in range(4000)), status="503 x"), 503),
    Row(
        "the request id behind 100 kB of headers",
        says(head(f"X: {_LONG}", f"Y: {_LONG}", REQUEST_ID)),
        Http.ANSWERED,
        404,
        False,
        NOT_AWS,
    ),
    aws("the request id before 100 kB of headers", head(REQUEST_ID, f"X: {_LONG}", f"Y: {_LONG}")),
    stranger("a body without end", then(head(status="403 x"), without_end(lambda _: b"x" * 4096)), 403),
]

CUT = [
    closed("a reset instead of an answer", peers.resets),
    closed("the end instead of an answer", peers.ends),
    closed("a reset at once", resets),
    closed("a reset in the midst of the head", then(b"HTTP/1.1 200", resets)),
    closed("a reset after the head", then(head(REQUEST_ID)[:-2], resets)),
    garbled("the end after one byte", b"H"),
    garbled("the end within the version", b"HTTP/1."),
    garbled("the end within the status", b"HTTP/1.1 40"),
    Row("the end after the status line", says(b"HTTP/1.1 404 Not Found\r\n"), Http.ANSWERED, 404, False, NOT_AWS),
    Row("the end within the request id's name", says(head("x-amzn-Requ")[:-4]), Http.ANSWERED, 404, False, NOT_AWS),
    aws("the end within the request id", head(REQUEST_ID)[:-5]),
    aws("the end before the empty line", head(REQUEST_ID)[:-2]),
]

_NO_STATUS = {
    "a page without a head": b"<!DOCTYPE html><html><body>Welcome</body></html>",
    "a head without a status line": b"Server: squid\r\nContent-Length: 0\r\n\r\n",
    "an empty line first": b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    "a space first": b" HTTP/1.1 200 OK\r\n\r\n",
    "a byte order mark first": b"\xef\xbb\xbfHTTP/1.1 200 OK\r\n\r\n",
    "small letters": b"http/1.1 200 ok\r\n\r\n",
    "a request": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "version 0.9": b"HTTP/0.9 200 OK\r\n\r\n",
    "version 2": b"HTTP/2 200 OK\r\n\r\n",
    "version 3": b"HTTP/3.0 200 OK\r\n\r\n",
    "no version": b"HTTP/ 200 OK\r\n\r\n",
    "another protocol": b"RTSP/1.0 200 OK\r\n\r\n",
    "a shoutcast": b"ICY 200 OK\r\n\r\n",
    "HTTP/2 frames": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
    "SSH": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "SMTP": b"220 mail.example ESMTP\r\n\r\n",
    "Redis": b"-ERR unknown command\r\n\r\n",
    "JSON": b'{"message": "no"}\r\n\r\n',
    "XML": b"<Error><Code>403</Code></Error>\r\n\r\n",
    "gzip": gzip.compress(b"HTTP/1.1 200 OK\r\n\r\n"),
    "TLS inside TLS": b"\x15\x03\x03\x00\x02\x02\x28",
    "zeros": bytes(600),
    "ones": b"\xff" * 600,
    "every byte": bytes(range(256)) * 3,
    "escapes for a terminal": b"\x1b[2J\x1b]0;title\x07\r\n\r\n",
    "the status before the version": b"200 HTTP/1.1 OK\r\n\r\n",
    "tabs for spaces": b"HTTP/1.1\t200\tOK\r\n\r\n",
    "two spaces": b"HTTP/1.1  200 OK\r\n\r\n",
}
NO_STATUS = [garbled(f"answers with {words}", said) for words, said in _NO_STATUS.items()]

_NO_NUMBERS = (
    "",
    "2",
    "20",
    "2000",
    "99999999999",
    "-20",
    "+200",
    "0x1",
    "2e2",
    "2.0",
    "OK",
    "two",
    "²00",
    "1 2",
    "20\0",
    "\xb2\xb3\xb9",
    "???",
)
NUMBERS = [
    *(garbled(f"status {text!r}", f"HTTP/1.1 {text}\r\n\r\n".encode("latin-1")) for text in _NO_NUMBERS),
    *(
        stranger(f"status {number:03}", head(status=f"{number:03}"), number)
        for number in (0, 99, 299, 304, 399, 418, 451, 599, 600, 999)
    ),
    stranger("a zero byte inside the version", b"HTTP/1.\x001 403 No\r\n\r\n", 403),
    stranger("a status without a reason", head(status="403"), 403),
    stranger("a reason of bytes above ASCII", head(status="403 Verboten \xfc\xff"), 403),
    stranger("a reason with escapes", head(status="403 \x1b[2J\x07"), 403),
    stranger("a reason with a zero byte", head(status="403 No\0Yes"), 403),
    aws("a status that AWS never uses", head(REQUEST_ID, status="777 Seven"), 777),
]

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
INTERIM = [
    aws("one interim answer first", _CONTINUE + head(REQUEST_ID)),
    aws("two interim answers first", _CONTINUE + _HINTS + head(REQUEST_ID)),
    aws("fifty interim answers first", _CONTINUE * 50 + head(REQUEST_ID)),
    stranger("an interim answer, then a stranger's", _CONTINUE + head(status="403 Forbidden"), 403),
    Row(
        "interim answers without end", then(b"", without_end(lambda _: _CONTINUE)), Http.ANSWERED, 100, False, UNDECIDED
    ),
    silent("interim answers that drip", then(b"", without_end(lambda _: _CONTINUE, 0.05))),
    silent("an interim answer and silence", then(_CONTINUE, peers.stays_silent)),
    Row("an interim answer and the end", says(_CONTINUE), Http.ANSWERED, 100, False, UNDECIDED),
    stranger("a change of protocols", head("Upgrade: h2c", status="101 Switching Protocols"), 101),
]

HEADERS = [
    Row(
        "a request id in a folded line", says(head("X-Other: a", f" {REQUEST_ID}")), Http.ANSWERED, 404, False, NOT_AWS
    ),
    Row("a request id behind a tab", says(head("X-Other: a", f"\t{REQUEST_ID}")), Http.ANSWERED, 404, False, NOT_AWS),
    Row(
        "a request id in another's value", says(head(f"X-Other: a\x85{REQUEST_ID}")), Http.ANSWERED, 404, False, NOT_AWS
    ),
    Row(
        "a request id behind a vertical tab",
        says(head(f"X-Other: a\x0b{REQUEST_ID}")),
        Http.ANSWERED,
        404,
        False,
        NOT_AWS,
    ),
    Row(
        "a request id behind a form feed", says(head(f"X-Other: a\x0c{REQUEST_ID}")), Http.ANSWERED, 404, False, NOT_AWS
    ),
    Row("a request id in the reason", says(head(status=f"404 {REQUEST_ID}")), Http.ANSWERED, 404, False, NOT_AWS),
    Row("a request id in the body", says(head() + REQUEST_ID.encode()), Http.ANSWERED, 404, False, NOT_AWS),
    Row(
        "a request id with a space before its colon",
        says(head("x-amzn-RequestId : 1")),
        Http.ANSWERED,
        404,
        False,
        NOT_AWS,
    ),
    Row("a request id of spaces", says(head("x-amzn-RequestId:    ")), Http.ANSWERED, 404, False, NOT_AWS),
    Row("a request id under another name", says(head("x-request-id: 1b2c")), Http.ANSWERED, 404, False, NOT_AWS),
    aws("a request id without a space", head("X-AMZN-REQUESTID:1b2c")),
    aws("a request id twice", head(REQUEST_ID, "x-amzn-RequestId: 3d4e")),
    aws("a request id of escapes", head("x-amz-request-id: \x1b[2J")),
    aws("a header without a colon beside it", head("no colon here", REQUEST_ID)),
    aws("a header without a name beside it", head(": nothing", REQUEST_ID)),
    aws("bytes above ASCII beside it", head("X-Name: \xe9\xff\xfe", REQUEST_ID)),
    aws("a zero byte beside it", head("X-Name: a\0b", REQUEST_ID)),
    aws("line feeds alone", head(REQUEST_ID).replace(b"\r\n", b"\n")),
    aws("mixed line ends", f"HTTP/1.1 404 x\n{REQUEST_ID}\r\nX: y\n\r\n".encode()),
    aws("version 1.0", head(REQUEST_ID).replace(b"1.1", b"1.0")),
    stranger("a server's name with escapes", head("Server: \x1b[2J\x07\x9b31m<script>", status="502 x"), 502),
    stranger("a server's name of 60 kB", head(f"Server: {_LONG}", status="502 x"), 502),
    stranger(
        "a server's name that overrides the direction", head("Server: a", status="502 x") + "\u202e".encode(), 502
    ),
    *(
        stranger(f"the date {date!r}", head(f"Date: {date}", status="502 x"), 502)
        for date in (
            "",
            "0",
            "-1",
            "yesterday",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "Mon, 99 Foo 99999 99:99:99 +9999",
            "Mon, 01 Jan 0000 00:00:00 GMT",
            "\x85" * 50,
            "1" * 5000,
        )
    ),
]


def _lies(*lines: str, body: bytes = b"", status: str = "403 Forbidden", name: str) -> Row:
    """An answer whose body is not what its head says. The head is all that the doctor reads."""
    return stranger(name, head(*lines, status=status) + body, int(status[:3]))


BODIES = [
    _lies("Content-Length: 9", body=b"<html>far more than nine", name="more than announced"),
    _lies("Content-Length: 99999999999", body=b"little", name="less than announced"),
    _lies("Content-Length: -1", name="less than nothing announced"),
    _lies("Content-Length: nine", name="a length in words"),
    _lies("Content-Length: 5", "Content-Length: 7", body=b"hello", name="two lengths"),
    _lies("Content-Length: 1" + "0" * 5000, name="a length of five thousand digits"),
    _lies(
        "Content-Length: 0",
        body=b"HTTP/1.1 200 OK\r\nx-amzn-RequestId: 1\r\n\r\n",
        name="a second answer behind an empty one",
    ),
    _lies("Transfer-Encoding: chunked", body=b"5\r\nhel", name="a chunk that is cut"),
    _lies("Transfer-Encoding: chunked", body=b"FFFFFFFFFFFFFFFF\r\nx", name="a chunk of all bytes that there are"),
    _lies("Transfer-Encoding: chunked", body=b"-5\r\nhello", name="a chunk of less than nothing"),
    _lies("Transfer-Encoding: chunked", body=b"zz\r\nhello", name="a chunk without a size"),
    _lies("Transfer-Encoding: chunked", "Content-Length: 3", body=b"0\r\n\r\n", name="chunks and a length"),
    _lies("Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n", name="chunks of chunks"),
    _lies("Transfer-Encoding: identity, gzip, x", body=b"x", name="codings of no known kind"),
    _lies("Content-Encoding: gzip", body=BOMB, name="a bomb in gzip"),
    _lies("Content-Encoding: gzip, gzip, gzip", body=gzip.compress(BOMB), name="a bomb in gzip in gzip"),
    _lies("Content-Encoding: deflate", body=b"no deflate", name="deflate that is none"),
    _lies("Content-Encoding: br", body=bytes(9), name="Brotli that is none"),
    _lies("Content-Type: text/html", body=b"<html>Blocked by policy", name="a page of a middlebox"),
    _lies("Location: https://portal.example/login", status="302 Found", name="a redirect to a portal"),
    _lies("Location: /", status="301 Moved", name="a redirect to itself"),
    _lies("Location: file:///etc/passwd", status="307 x", name="a redirect into files"),
    _lies("Location: http://169.254.169.254/", status="308 x", name="a redirect to the metadata service"),
    _lies("Refresh: 0; url=http://127.0.0.1/", status="200 OK", name="a refresh to this machine"),
    _lies("WWW-Authenticate: Negotiate", status="401 Unauthorized", name="a question for a password"),
    _lies(
        "Proxy-Authenticate: Basic",
        status="407 Proxy Authentication Required",
        name="a proxy's question for a password",
    ),
    _lies("Retry-After: 99999999", status="503 Slow Down", name="a request for years of patience"),
    _lies("Connection: Upgrade", "Upgrade: websocket", status="426 Upgrade Required", name="a demand for a websocket"),
    Row("sound, by AWS", says(answer("404 Not Found", REQUEST_ID)), Http.ANSWERED, 404, True),
]

ROWS = [*ENDLESS, *CUT, *NO_STATUS, *NUMBERS, *INTERIM, *HEADERS, *BODIES]
