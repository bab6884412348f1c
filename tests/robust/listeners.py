"""The sound world that the children of a failing run meet: a nameserver, AWS behind TLS, a database's port.

They run in a process of their own, forked before anything else starts, which ends with its parent.
"""

import ctypes
import json
import os
import signal
import socket
import socketserver
import threading
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from tests import peers
from tests.robust.certificates import Authority
from tests.robust.dns_messages import A, Question, record

SQS, STS, PLAIN = "sqs.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com", "db.internal"
NAMES = {SQS: "10.9.0.1", STS: "10.9.0.2", PLAIN: "10.9.0.3"}
BUNDLE = "root.pem"

_ID = "5f7c1e52-0000-4000-8000-000000000000"
_IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/jobs/x</Arn>"
    "<Account>123456789012</Account></GetCallerIdentityResult>"
    f"<ResponseMetadata><RequestId>{_ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)

_GRANTED = peers.answer("200 OK", f"x-amzn-RequestId: {_ID}", "Content-Type: text/xml", body=_IDENTITY).replace(
    b"Connection: close", b"Connection: keep-alive"
)


@dataclass(frozen=True)
class Ports:
    """Where all is."""

    dns: int
    routes: dict[tuple[str, int], tuple[str, int]]
    faulty: dict[str, tuple[str, int]]


def start(folder: Path) -> Ports:
    """Start them all. The root certificate is written into the folder named by AWS_CA_BUNDLE."""
    read, write = os.pipe()
    if not os.fork():
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        os.close(read)
        os.write(write, json.dumps(_serve(folder)).encode())
        os.close(write)
        threading.Event().wait()
    os.close(write)
    with os.fdopen(read) as told:
        dns, aws, plain, silent, ends, nonsense = json.load(told)
    here = "127.0.0.1"
    routes = {(NAMES[SQS], 443): (here, aws), (NAMES[STS], 443): (here, aws), (NAMES[PLAIN], 5432): (here, plain)}
    return Ports(dns, routes, {"timeout": (here, silent), "end": (here, ends), "garbage": (here, nonsense)})


_held: list[socket.socket] = []


def _serve(folder: Path) -> list[int]:
    root = Authority()
    Path(os.environ.get("AWS_CA_BUNDLE", folder / BUNDLE)).write_bytes(root.pem)
    context = root.issue([x509.DNSName(SQS), x509.DNSName(STS)]).context()
    behaviours = (peers.over_tls(context, _amazon), peers.stays_silent)
    aws, plain = (peers.listen(behave).server_address[1] for behave in behaviours)
    silent = socket.create_server(("127.0.0.1", 0), backlog=0)
    _held.extend([silent, socket.create_connection(silent.getsockname())])  # its queue is full
    ends, nonsense = (peers.listen(behave).server_address[1] for behave in (_ends, _babbles))
    return [_nameserver(), aws, plain, silent.getsockname()[1], ends, nonsense]


def _ends(_: socket.socket) -> None:
    """Close at once."""


def _babbles(connection: socket.socket) -> None:
    connection.sendall(bytes(range(256)) * 8)
    peers.stays_silent(connection)


def _amazon(connection: socket.socket) -> None:
    """Answer every request of a connection: a signed one with an identity, any other as one for an unknown path."""
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
        if b"Action=GetCallerIdentity" in data:
            connection.sendall(_GRANTED)
            data = b""
        elif data.startswith(b"GET ") and b"\r\n\r\n" in data:
            connection.sendall(peers.answer("404 Not Found", f"x-amzn-RequestId: {_ID}"))
            return


class _Resolves(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, listener = self.request
        question = Question.read(wire)
        host = _host(question.section)
        address = NAMES.get(host)
        records = [record(socket.inet_aton(address), A)] if address and question.type_ == A else []
        listener.sendto(question.reply(*records, flags=0x8180 | (0 if address else 3)), self.client_address)


def _host(section: bytes) -> str:
    labels, place = [], 0
    while length := section[place]:
        labels.append(section[place + 1 : place + 1 + length].decode())
        place += length + 1
    return ".".join(labels)


def _nameserver() -> int:
    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), _Resolves)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])
