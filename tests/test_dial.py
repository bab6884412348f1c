"""Three connects at once on real sockets: what is told of each, and how long it lasts."""

import errno
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from doctor.probe import dial
from doctor.probe.dial import Call, Line
from tests import peers

pytestmark = pytest.mark.alone

HERE = "127.0.0.1"


@pytest.fixture
def narrow() -> Iterator[socket.socket]:
    """A listener whose queue holds one connection; further first packets are swallowed until somebody accepts."""
    with socket.socket() as listener:
        listener.bind((HERE, 0))
        listener.listen(0)
        yield listener


@pytest.fixture
def full(narrow: socket.socket) -> Iterator[int]:
    """The port of a listener that swallows every packet."""
    with socket.socket() as first:
        first.connect(narrow.getsockname())
        yield narrow.getsockname()[1]


def dialled(*calls: Call, at_once: int = 8) -> list[Line]:
    lines = [line for ended in dial.dial(calls, at_once) for line in ended]
    for line in lines:
        if line.stands:
            line.stands.close()
    return sorted(lines, key=lambda line: line.number)


def kinds(line: Line) -> list[type[Exception] | None]:
    return [type(error) if error else None for error in line.tries]


def test_a_lost_packet_counts_though_the_kernel_repairs_it(narrow: socket.socket) -> None:
    """The first one stands. The others' packets are lost; a second later they are sent again, and would be taken."""

    def accept() -> None:
        narrow.accept()[0].close()

    accepting = threading.Timer(0.3, accept)
    accepting.start()
    started = time.monotonic()
    (line,) = dialled(Call(HERE, narrow.getsockname()[1], 3.0))
    took = time.monotonic() - started
    accepting.join()
    assert kinds(line) == [None, TimeoutError, TimeoutError]
    assert line.took < 0.3
    assert 0.9 <= took < 1.3


def test_silence_costs_one_patience(full: int) -> None:
    started = time.monotonic()
    (line,) = dialled(Call(HERE, full, 0.4))
    assert kinds(line) == [TimeoutError] * 3
    assert line.took == pytest.approx(0.4, abs=0.1)
    assert time.monotonic() - started < 0.6


def test_a_distant_host_is_not_called_flaky(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers come one by one, the last after three times the first's time."""
    poll = select.poll

    class Far:
        def __init__(self) -> None:
            self._poll = poll()
            self.register, self.unregister = self._poll.register, self._poll.unregister

        def poll(self, wait: float) -> list[tuple[int, int]]:
            time.sleep(0.2 if wait else 0.0)
            return self._poll.poll(wait)[:1] if wait else []

    monkeypatch.setattr(select, "poll", Far)
    with peers.listening(peers.stays_silent) as port:
        (line,) = dialled(Call(HERE, port, 3.0))
    assert kinds(line) == [None] * 3
    assert line.took == pytest.approx(0.2, abs=0.1)


def test_some_at_a_time_and_each_in_its_turn(full: int) -> None:
    taken, ended, most = 0, 0, 0

    def calls() -> Iterator[Call]:
        nonlocal taken, most
        for _ in range(5):
            taken += 1
            most = max(most, taken - ended)
            yield Call(HERE, full, 0.1)

    heard = 0
    for lines in dial.dial(calls(), 2):
        ended += len(lines)
        heard += not lines
    assert (taken, ended, most) == (5, 5, 2)
    assert heard, "the caller is heard while nothing happens"


def test_what_cannot_even_be_tried_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    make = dial._unblocked

    def without_ipv6(family: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return make(family)

    monkeypatch.setattr(dial, "_unblocked", without_ipv6)
    with peers.listening(peers.stays_silent) as port:
        lines = dialled(Call(HERE, 70000, 1.0), Call("2001:db8::1", 443, 1.0), Call(HERE, port, 1.0))
    assert [kinds(line) for line in lines] == [[OverflowError] * 3, [OSError] * 3, [None] * 3]


def test_the_caller_gets_the_connection_that_stands() -> None:
    with peers.listening(peers.says(b"hello")) as port:
        ((line,),) = [lines for lines in dial.dial([Call(HERE, port, 1.0)], 1) if lines]
        assert line.stands
        with line.stands as stands:
            stands.settimeout(1.0)
            stands.sendall(b"?")
            assert stands.recv(5) == b"hello"
