"""The sound world that the children of a failing run meet: a nameserver, AWS behind TLS, a database's port, a proxy.

They run in a process of their own, forked before anything else starts, which ends with its parent.
"""

import ctypes
import json
import os
import re
import signal
import socket
import socketserver
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography import x509

from tests import peers
from tests.peers import Behaviour
from tests.robust.certificates import Authority
from tests.robust.dns_messages import A, Question, record

SQS, STS, PLAIN = "sqs.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com", "db.internal"
GLOBAL_STS, PROXY = "sts.amazonaws.com", "proxy.internal"
# SNS is called by nobody: what its public address is decides on the way to it.
NAMES = {SQS: "10.9.0.1", STS: "10.9.0.2", PLAIN: "10.9.0.3", GLOBAL_STS: "10.9.0.4", PROXY: "10.9.0.5"}
NAMES |= {"sns.us-east-1.amazonaws.com": "52.94.0.1"}
CONTROL = ("lambda", "ec2", "route53resolver", "route53profiles", "network-firewall", "iam", "route53")
_GLOBAL = ("iam", "route53")
NAMES |= {f"{name}.{'' if name in _GLOBAL else 'us-east-1.'}amazonaws.com": "10.9.0.6" for name in CONTROL}
BUNDLE = "root.pem"
ACCOUNT, KEY = "123456789012", "ASIA3Q7JWF5KX2MB6TZD"
SECRET, TOKEN = "q0Vb7Tn4XcRz1LmKp9Yw2HsJd5Gf8AeUo3IiBv6N", "IQoJb3JpZ2lu" + "d1" * 40

_HERE = "127.0.0.1"
_ID = "5f7c1e52-0000-4000-8000-000000000000"
_IDENTITY = (
    f"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::{ACCOUNT}:assumed-role/jobs/x</Arn>"
    f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
    f"<ResponseMetadata><RequestId>{_ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)
_TOLD = {  # by what a signed request says that it wants
    b"GetCallerIdentity": ("text/xml", _IDENTITY),
    b"ListQueues": ("application/x-amz-json-1.0", json.dumps({"QueueUrls": []})),
    b"GetQueueAttributes": (
        "application/x-amz-json-1.0",
        json.dumps({"Attributes": {"VisibilityTimeout": "60"}}),
    ),
}
_ISSUED = {"AccessKeyId": KEY, "SecretAccessKey": SECRET, "Token": TOKEN, "Expiration": "2096-01-01T00:00:00Z"}
_ON_LOOPBACK = {b"/credentials": _ISSUED, b"/2026": {"AvailabilityZoneID": "use1-az1"}}


@dataclass(frozen=True)
class Ports:
    """Where all is, on loopback. `names` stand for hosts, and `routes` lead from their addresses to ports."""

    dns: int
    lambdas: int
    routes: dict[str, int]
    faulty: dict[str, int]

    @property
    def leading(self) -> dict[tuple[str, int], tuple[str, int]]:
        """The routes as sockets know them."""
        places = {place.partition(":")[::2]: port for place, port in self.routes.items()}
        return {(host, int(port)): (_HERE, there) for (host, port), there in places.items()}

    @property
    def failing(self) -> dict[str, tuple[str, int]]:
        """The faulty ones as sockets know them."""
        return {fault: (_HERE, port) for fault, port in self.faulty.items()}


def start(folder: Path, aws: Callable[[Authority], int]) -> Ports:
    """Start them all; `aws` serves AWS. The root certificate is written into the folder."""
    read, write = os.pipe()
    if not os.fork():
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        os.close(read)
        os.write(write, json.dumps(asdict(_serve(folder, aws))).encode())
        os.close(write)
        threading.Event().wait()
    os.close(write)
    with os.fdopen(read) as told:
        return Ports(**json.load(told))


def sound(root: Authority) -> int:
    """STS and SQS, as far as anybody asks; the port."""
    context = root.issue([x509.DNSName(SQS), x509.DNSName(STS)]).context()
    return _listen(peers.over_tls(context, _amazon))


_held: list[socket.socket] = []


def _serve(folder: Path, serve_aws: Callable[[Authority], int]) -> Ports:
    root = Authority()
    (folder / BUNDLE).write_bytes(root.pem)
    aws = serve_aws(root)
    silent, refusing = socket.create_server((_HERE, 0), backlog=0), socket.socket()
    refusing.bind((_HERE, 0))  # and does not listen
    _held.extend([silent, refusing, socket.create_connection(silent.getsockname())])  # its queue is full
    routes = {f"{address}:443": aws for address in NAMES.values()}
    routes |= {
        f"{NAMES[GLOBAL_STS]}:443": refusing.getsockname()[1],
        f"{NAMES[PLAIN]}:5432": _listen(peers.stays_silent),
        f"{NAMES[PROXY]}:3128": _listen(peers.proxies((_HERE, aws))),
    }
    faulty = {"timeout": silent.getsockname()[1], "end": _listen(_ends), "garbage": _listen(_babbles)}
    return Ports(dns=_nameserver(), lambdas=_listen(_on_loopback), routes=routes, faulty=faulty)


def _listen(behave: Behaviour) -> int:
    return int(peers.listen(behave).server_address[1])


def _ends(_: socket.socket) -> None:
    """Close at once."""


def _babbles(connection: socket.socket) -> None:
    connection.sendall(bytes(range(256)) * 8)
    peers.stays_silent(connection)


def _amazon(connection: socket.socket) -> None:
    """Answer every request of a connection: a signed one with what it asks for, any other as one for an unknown path."""
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
        head, end, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if not end or len(body) < int(length[1] if length else 0):
            continue
        wanted = next((told for action, told in _TOLD.items() if action in data), None)
        if wanted is None:
            connection.sendall(peers.answer("404 Not Found", f"x-amzn-RequestId: {_ID}"))
            return
        kind, text = wanted
        reply = peers.answer("200 OK", f"x-amzn-RequestId: {_ID}", f"Content-Type: {kind}", body=text)
        connection.sendall(reply.replace(b"Connection: close", b"Connection: keep-alive"))
        data = b""


def _on_loopback(connection: socket.socket) -> None:
    """What Lambda serves to its sandbox."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (chunk := connection.recv(4096)):
            return
        data += chunk
    told = next((told for path, told in _ON_LOOPBACK.items() if data.startswith(b"GET " + path)), None)
    found = peers.answer("200 OK", "Content-Type: application/json", body=json.dumps(told))
    connection.sendall(found if told else peers.answer("404 Not Found"))


class _Resolves(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, listener = self.request
        try:
            question = Question.read(wire)
            host = _host(question.section)
        except (IndexError, UnicodeDecodeError):
            return  # a garbled question
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
    server = socketserver.ThreadingUDPServer((_HERE, 0), _Resolves)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])
