"""Names against a real nameserver on loopback that answers in every way there is. getaddrinfo itself is the laboratory's."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from doctor.evidence import names
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.names import Lookup, Names, Reply
from doctor.request import Request
from doctor.world import World
from tests.evidence import sealed

ADDRESS = "10.0.0.1"
MANY = [f"10.1.{number // 250}.{number % 250}" for number in range(4000)]  # 64 kB of records
RCODES = {"nx": "NXDOMAIN", "servfail": "SERVFAIL", "refused": "REFUSED", "formerr": "FORMERR", "notimp": "NOTIMP"}


IPV4 = {
    "found": [("found.example.", "A", [ADDRESS])],
    "both": [("both.example.", "A", [ADDRESS])],
    "large": [("large.example.", "A", MANY)],
    "chain": [
        ("chain.example.", "CNAME", ["one.example."]),
        ("one.example.", "CNAME", ["two.example."]),
        ("two.example.", "A", [ADDRESS]),
    ],
    "dangling": [("dangling.example.", "CNAME", ["nothing.example."])],
    "stranger": [("stranger.example.", "A", ["10.6.6.6"])],
}
IPV6 = {"both": [("both.example.", "AAAA", ["2600:1f18::1"])], "dangling": IPV4["dangling"]}


def answered(wire: bytes, over_tcp: bool) -> bytes | None:
    """What the server says about a name, by the name's first label; None is silence."""
    query = dns.message.from_wire(wire)
    (question,) = query.question
    kind = question.name.labels[0].decode()
    if kind == "silent":
        return None
    if kind == "garbage":
        return b"\xff" * 40
    if kind == "other":
        query.question = dns.message.make_query("elsewhere.example", "A").question
    reply = dns.message.make_response(query)
    reply.set_rcode(dns.rcode.from_text(RCODES.get(kind, "NOERROR")))
    records = (IPV4 if question.rdtype == dns.rdatatype.A else IPV6).get(kind, [])
    reply.answer = [dns.rrset.from_text(name, 60, "IN", type_, *values) for name, type_, values in records]
    if kind == "stranger":
        reply.id ^= 1
    if kind == "large" and not over_tcp:
        reply.answer = []
        reply.flags |= dns.flags.TC
    return reply.to_wire(max_size=65535)


class OverUdp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, listener = self.request
        if reply := answered(wire, over_tcp=False):
            listener.sendto(reply, self.client_address)


class OverTcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if reply := answered(self.rfile.read(int.from_bytes(self.rfile.read(2), "big")), over_tcp=True):
            self.wfile.write(len(reply).to_bytes(2, "big") + reply)


def both_servers() -> tuple[socketserver.BaseServer, socketserver.BaseServer]:
    """On one port. Where somebody else holds the number for UDP, another one is tried."""
    for _ in range(20):
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), OverTcp)
        try:
            return tcp, socketserver.ThreadingUDPServer(tcp.server_address, OverUdp)  # type: ignore[arg-type]
        except OSError:
            tcp.server_close()
    raise OSError("no port is free for TCP and UDP")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    servers = both_servers()
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield servers[0].server_address[1]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def asked(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Resolve names of targets with these nameservers; the C library is told to know nothing of them."""
    resolve = socket.getaddrinfo

    def numbers_only(host: str, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("flags") == socket.AI_NUMERICHOST:
            return resolve(host, *args, **kwargs)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", numbers_only)
    monkeypatch.setattr(names, "_DNS_PORT", port)

    def ask(*targets: Endpoint, resolv_conf: str = "nameserver 127.0.0.1\n", until: float = 3.0) -> list[Names]:
        (tmp_path / "resolv.conf").write_text(resolv_conf)
        world = World(
            request=Request(),
            until=time.monotonic() + until,
            environ={},
            known=sealed(*targets),
            resolv_conf=tmp_path / "resolv.conf",
        )
        return [found for found in Names.collect(world) if isinstance(found, Names)]

    return ask


def target(host: str, **changed: Any) -> Endpoint:
    return Endpoint(host=host, port=443, tls=True, **changed)


def ipv4(found: Names) -> Lookup:
    (lookup,) = (lookup for lookup in found.lookups if lookup.record == "A")
    return lookup


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("found", Reply.RESOLVED),
        ("both", Reply.RESOLVED),
        ("chain", Reply.RESOLVED),
        ("large", Reply.RESOLVED),
        ("nothing", Reply.NO_ADDRESS),
        ("dangling", Reply.NO_ADDRESS),
        ("nx", Reply.NOT_FOUND),
        ("servfail", Reply.SERVER_FAILURE),
        ("refused", Reply.REFUSED),
        ("formerr", Reply.OTHER),
        ("notimp", Reply.OTHER),
        ("garbage", Reply.MALFORMED),
        ("stranger", Reply.MALFORMED),
        ("other", Reply.MALFORMED),
        ("silent", Reply.SILENT),
    ],
)
def test_each_answer_has_its_class(asked: Any, name: str, reply: Reply) -> None:
    (found,) = asked(target(f"{name}.example"))
    assert ipv4(found).reply is reply, ipv4(found)
    assert ipv4(found).nameserver == "127.0.0.1"


def test_a_large_answer_comes_over_tcp_and_is_cut(asked: Any) -> None:
    (found,) = asked(target("large.example"), until=30.0)  # it takes two connections on a machine that may be busy
    assert 1 < len(ipv4(found).addresses) <= 64
    assert set(ipv4(found).addresses) <= set(MANY)


def test_a_chain_is_told_in_its_order(asked: Any) -> None:
    (found,) = asked(target("chain.example"))
    assert (ipv4(found).aliases, ipv4(found).addresses) == (("one.example", "two.example"), (ADDRESS,))


def test_both_families_are_asked(asked: Any) -> None:
    (found,) = asked(target("both.example"))
    assert {lookup.record: lookup.addresses for lookup in found.lookups} == {"A": (ADDRESS,), "AAAA": ("2600:1f18::1",)}


def test_a_closed_port_is_not_silence(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The C library learns of it at once, and goes on; so do we."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        closed = held.getsockname()[1]
    monkeypatch.setattr(names, "_DNS_PORT", closed)
    (found,) = asked(target("found.example"))
    assert ipv4(found).reply is Reply.CLOSED
    assert ipv4(found).took < 0.3


def test_silence_costs_its_share_of_the_time_and_no_more(asked: Any) -> None:
    started = time.monotonic()
    hosts = [target(f"silent.{number}.example") for number in range(20)]
    found = asked(*hosts, target("found.example"), until=2.0)
    assert time.monotonic() - started < 1.0
    assert [ipv4(one).reply for one in found] == [Reply.SILENT] * 20 + [Reply.RESOLVED]


def test_a_second_nameserver_is_asked_as_well(asked: Any) -> None:
    """In the order of resolv.conf, and no more than the three that the C library knows (MAXNS)."""
    listed = "".join(f"nameserver 127.0.0.{number}\n" for number in (1, 2, 3, 4))
    (found,) = asked(target("found.example"), resolv_conf=f"# comment\nsearch example\n{listed}")
    assert list(dict.fromkeys(lookup.nameserver for lookup in found.lookups)) == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]


@pytest.mark.parametrize("listed", ["", "nameserver\n", "nameserver resolver.internal\n", "\x00\xff\n"])
def test_no_nameserver_no_lookup(asked: Any, listed: str) -> None:
    (found,) = asked(target("found.example"), resolv_conf=listed)
    assert found.lookups == ()
    assert found.system.reply is Reply.TRY_AGAIN


def test_addresses_need_no_nameserver_and_proxies_names_none_of_ours(asked: Any) -> None:
    proxied, literal = asked(target(ADDRESS), target("nx.example", proxied=True))
    assert (proxied.proxied, proxied.lookups, proxied.addresses) == (True, (), ())
    assert (literal.literal, literal.lookups) == (True, ())


def test_what_an_application_cannot_resolve_leads_nowhere(asked: Any) -> None:
    """boto3 has the C library's answer and no other: addresses of our own asking would be called in vain."""
    (found,) = asked(target("found.example"))
    assert ipv4(found).addresses == (ADDRESS,)
    assert found.system.reply is Reply.TRY_AGAIN
    assert found.addresses == ()


def test_while_the_c_library_still_waits_the_nameserver_is_believed(
    asked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the first nameserver is silent, and the second answers us at once."""
    over, resolve = threading.Event(), socket.getaddrinfo

    def waits(host: str, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("flags") != socket.AI_NUMERICHOST:
            over.wait(30)
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", waits)
    (found,) = asked(target("found.example"), until=1.0)
    over.set()
    assert found.system.reply is Reply.SILENT
    assert found.addresses == (ADDRESS,)


def test_what_was_declared_unreachable_owes_no_name(asked: Any) -> None:
    (found,) = asked(target("nx.example", expected=False))
    assert not found.expected
    assert found.exempt
