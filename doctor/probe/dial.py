"""Three TCP connects to an address at the same moment, and a few addresses at a time, all in one loop.

What makes connections fail by turns is decided for each by its own packets or source port: loss, a network ACL that
lets back a part of the ephemeral ports, one dead path or backend among several, a NAT gateway short of ports. Three at
once meet all of that as three in a row do, which are over within milliseconds too, and compare better: same moment,
same host. A host that is away for seconds, or a burst that swallows all three alike, neither of them tells.
"""

import errno
import os
import select
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

TRIES = range(3)
# A first packet that nobody answers is sent again after a second (RFC 6298, 2.1; Linux's TCP_TIMEOUT_INIT). What stands
# this many seconds later than the fastest has lost a packet, though the kernel repaired it; distance is alike for all.
_LOST = 0.9
_KIND = socket.SOCK_STREAM | getattr(socket, "SOCK_NONBLOCK", 0)  # Linux saves a system call; macOS has no such kind
_BREATH = 0.05  # seconds after which the caller is heard, whose other work also ends


class Call(NamedTuple):
    """Whom to connect to, and for how many seconds at most. The caller has asked `forbidden` about the address."""

    address: str
    port: int
    patience: float


@dataclass(slots=True, eq=False)
class Line:
    """How three connects to one address ended: `tries` holds the error of each, None where it stood.

    `took` is seconds: of the fastest that stood, or of the first try where none did. `number` counts the calls.
    Whoever gets the line closes `stands`, the fastest's socket, which does not block.
    """

    number: int
    call: Call
    until: float
    took: float = 0.0
    stands: socket.socket | None = None
    tries: list[Exception | None] = field(default_factory=lambda: [None for _ in TRIES])
    waiting: int = len(TRIES)

    def settle(self, one: "_Try", error: Exception | None, now: float) -> None:
        """One try has ended; the line lasts until the last of them has."""
        self.waiting -= 1
        if error is None and self.stands is None:
            self.stands, self.took, self.until = one.raw, now - one.begun, min(self.until, now + _LOST)
            return
        one.raw.close()
        self.tries[one.place] = error
        if one.place == 0 and self.stands is None:
            self.took = now - one.begun


class _Try(NamedTuple):
    line: Line
    place: int
    raw: socket.socket
    begun: float


def dial(calls: Iterable[Call], at_once: int) -> Iterator[list[Line]]:
    """Connect to all, `at_once` addresses at a time; those that have just ended, and none where nothing did for a while.

    A call is taken when its turn comes, and the wait is looked at after each: what others do is not in anybody's time.
    """
    waiting, poll = enumerate(calls), select.poll()
    lines: list[Line] = []
    tries: dict[int, _Try] = {}  # by descriptor
    while True:
        begun = next(waiting, None) if len(lines) < at_once else None
        if begun:
            line = Line(*begun, time.monotonic() + begun[1].patience)
            lines.append(line)
            for descriptor, one in _begin(line):
                tries[descriptor] = one
                poll.register(descriptor, select.POLLOUT)
        elif not lines:
            return
        ready = poll.poll(0 if begun else _wait(lines) * 1000)
        now = time.monotonic()
        for descriptor, events in ready:
            poll.unregister(descriptor)
            one = tries.pop(descriptor)
            one.line.settle(one, None if events == select.POLLOUT else _error(one.raw), now)
        for descriptor in [number for number, one in tries.items() if one.line.until <= now]:
            poll.unregister(descriptor)
            one = tries.pop(descriptor)
            one.line.settle(one, TimeoutError("timed out"), now)
        ended = [line for line in lines if not line.waiting]
        if ended or not begun:
            lines = [line for line in lines if line.waiting]
            yield ended


def _wait(lines: list[Line]) -> float:
    return min(max(0.0, min([line.until for line in lines]) - time.monotonic()), _BREATH)


def _begin(line: Line) -> Iterator[tuple[int, _Try]]:
    """Send the first packets; the tries that wait for an answer, with their descriptors."""
    where = line.call.address, line.call.port
    family = socket.AF_INET6 if ":" in line.call.address else socket.AF_INET
    try:
        sockets = [_unblocked(family) for _ in TRIES]
    except OSError as error:  # no IPv6 in this kernel, or no descriptor left
        line.tries, line.waiting = [error for _ in TRIES], 0
        return
    for place, raw in enumerate(sockets):
        one = _Try(line, place, raw, time.monotonic())
        try:
            code = raw.connect_ex(where)
        except Exception as error:  # noqa: BLE001 - one address that fails oddly must not hide the others
            line.settle(one, error, time.monotonic())
            continue
        if code == errno.EINPROGRESS:
            yield raw.fileno(), one
        else:
            line.settle(one, OSError(code, os.strerror(code)) if code else None, time.monotonic())


def _unblocked(family: int) -> socket.socket:
    raw = socket.socket(family, _KIND)
    if raw.getblocking():
        raw.setblocking(False)
    return raw


def _error(raw: socket.socket) -> OSError | None:
    number = raw.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return OSError(number, os.strerror(number)) if number else None
