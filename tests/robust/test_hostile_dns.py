"""Every hostile nameserver has its class and its finding, and none takes more than its share of the time."""

import contextlib
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doctor.evidence import names
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.names import Lookup, Names, Reply
from doctor.request import Request
from doctor.world import World
from tests.robust.dns_inputs import ROWS, Row
from tests.robust.dns_messages import Question
from tests.robust.judged import said, sealed

UNTIL = 2.0  # seconds of a collector; a nameserver gets 0.15 of them, all questions together half
UNTIL_HEAVY = 6.0  # seconds for what takes a busy machine long to read
LATE = 0.1
AT_ONCE, HEAVY_AT_ONCE = 12, 2  # targets; each has three threads
CHECKS = tuple(f"dns.{name}" for name in ("server-failure", "resolver-silent", "name-not-found", "no-address"))
# What glibc tells an application whose nameserver behaves so; it has one word for whatever is neither yes nor no.
_OF_LIBC = {Reply.NOT_FOUND: socket.EAI_NONAME, Reply.NO_ADDRESS: socket.EAI_NODATA}  # type: ignore[attr-defined]


class OverUdp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, listener = self.request
        question = Question.read(wire)
        row = ROWS[int(question.key[1:])]
        for datagram in row.udp(question):
            _gone.wait(row.pause)
            listener.sendto(datagram, self.client_address)


class OverTcp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError):
            wire = self.request.recv(4096)
            question = Question.read(wire[2:])
            row = ROWS[int(question.key[1:])]
            for part in row.over_tcp(question):
                _gone.wait(row.pause)
                self.request.sendall(part)
            if row.hold:
                self.request.recv(1)
            if row.cut:
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.request.close()


_gone = threading.Event()


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where all hostile nameservers are met: the name that is asked for tells which of them answers."""
    tcp = _Tcp(("127.0.0.1", 0), OverTcp)
    udp = _Udp(tcp.server_address, OverUdp)  # type: ignore[arg-type]
    udp.max_packet_size = 65535
    _gone.clear()
    for server in (tcp, udp):
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield udp.server_address[1]
    _gone.set()
    for server in (tcp, udp):
        server.shutdown()
        server.server_close()


def _libc(host: str, *args: Any, **kwargs: Any) -> Any:
    if kwargs.get("flags") == socket.AI_NUMERICHOST:
        return _RESOLVE(host, *args, **kwargs)
    row = ROWS[int(host.partition(".")[0][1:])]
    if row.reply is Reply.RESOLVED:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))]
    raise socket.gaierror(_OF_LIBC.get(row.reply, socket.EAI_AGAIN), "as glibc says")


_RESOLVE = socket.getaddrinfo


@pytest.fixture(scope="module")
def seen(port: int, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Names]:
    """What was made of every row, a few at a time; those that wait for an end of patience wait together."""
    resolv_conf = tmp_path_factory.mktemp("hostile") / "resolv.conf"
    resolv_conf.write_text("nameserver 127.0.0.1\n")
    found: dict[str, Names] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", _libc)
        patch.setattr(names, "_DNS_PORT", port)
        for chosen in _batches():
            found |= _collected([ROWS[number] for number in chosen], chosen, resolv_conf)
    return found


def _batches() -> Iterator[list[int]]:
    groups: dict[tuple[bool, bool], list[int]] = {}
    for number, row in enumerate(ROWS):
        groups.setdefault((row.heavy, row.reply is Reply.SILENT), []).append(number)
    for (heavy, _), numbers in groups.items():
        size = HEAVY_AT_ONCE if heavy else AT_ONCE
        yield from (numbers[start : start + size] for start in range(0, len(numbers), size))


def _collected(rows: list[Row], numbers: list[int], resolv_conf: Path) -> dict[str, Names]:
    endpoints = [Endpoint(host=f"r{number}.example", port=443, tls=True) for number in numbers]
    time_ = UNTIL_HEAVY if any(row.heavy for row in rows) else UNTIL
    began = time.monotonic()
    world = World(request=Request(), until=began + time_, environ={}, known=sealed(*endpoints), resolv_conf=resolv_conf)
    found = [item for item in Names.collect(world) if isinstance(item, Names)]
    assert time.monotonic() - began <= time_ / 2 + LATE, [row.name for row in rows]
    return {row.name: item for row, item in zip(rows, found, strict=True)}


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_is_classified(row: Row, seen: dict[str, Names]) -> None:
    lookups: tuple[Lookup, ...] = seen[row.name].lookups
    assert {lookup.record for lookup in lookups} == {"A", "AAAA"}
    assert {lookup.reply for lookup in lookups} == {row.reply}, lookups
    assert all(text.isprintable() for lookup in lookups for text in (*lookup.aliases, lookup.detail))
    assert said(CHECKS, seen[row.name]) == row.finding
    for lookup in lookups:
        assert bool(lookup.addresses) == (row.reply is Reply.RESOLVED)
        assert row.addresses in (None, len(lookup.addresses)), lookup
        assert lookup.took <= (UNTIL_HEAVY if row.heavy else UNTIL) * 0.5
