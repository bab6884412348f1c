"""How long one call of botocore may hang, and the timeouts that keep it within a limit. Arithmetic only, in seconds.

botocore bounds neither a call nor its attempts, but each step of an attempt: every address of the host is tried for
`connect` seconds, the handshake with the one that connects may take as long again, and each wait for a part of the answer
`read` seconds (measured; urllib3's `create_connection`). Name resolution comes on top, and no timeout of botocore's bounds it.
"""

import math
from dataclasses import dataclass

# The seconds that API Gateway waits for a function (developer guide, "Quotas"). For regional and private REST APIs they can
# be raised, for HTTP APIs they cannot.
REST_API, HTTP_API = 29.0, 30.0
GATEWAYS = {"a REST API": REST_API, "an HTTP API": HTTP_API}

# What AWS's SDKs wait for a connection within a region (botocore's sdk-default-configuration.json, mode `in-region`). It
# outlasts one lost SYN, which the kernel sends again after a second (RFC 6298).
_CONNECT = 1.1
_LEAST_READ, _MOST_READ = 1.0, 60.0  # the latter is botocore's default
_USABLE = 0.9  # of a limit: a call that hangs until the last moment leaves no time to tell of it
_LONGEST_PAUSE = 20.0  # of the modes `standard` and `adaptive` (botocore.retries.standard)
_MOST_ATTEMPTS = 64  # that are reckoned with one by one; a sum of more is longer than any function runs


def pauses(attempts: int, mode: str = "standard") -> float:
    """The most that botocore sleeps between attempts: 1, 2, 4 … seconds, which only the mode `legacy` lets grow for ever.

    Newer versions sleep a twentieth of it after a failed connection; the older ones' is the bound for all.
    """
    waits = (float(1 << attempt) for attempt in range(min(attempts, _MOST_ATTEMPTS) - 1))
    return sum(wait if mode == "legacy" else min(wait, _LONGEST_PAUSE) for wait in waits)


def unconnected(attempts: int, addresses: int, connect: float, mode: str = "standard") -> float:
    """The longest hang while every packet is dropped."""
    return attempts * max(1, addresses) * connect + pauses(attempts, mode)


def mute(attempts: int, read: float, mode: str = "standard") -> float:
    """The longest hang while the service connects at once and gives no answer."""
    return attempts * read + pauses(attempts, mode)


def longest(attempts: int, addresses: int, connect: float, read: float, mode: str = "standard") -> float:
    """The longest hang whatever falls silent: the last address connects, shakes hands, each in its last moment, and is mute."""
    return attempts * ((max(1, addresses) + 1) * connect + read) + pauses(attempts, mode)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """What to pass to botocore's `Config`. `attempts` counts tries, the first included."""

    connect: float
    read: float
    attempts: int

    @property
    def config(self) -> str:
        """As it is written."""
        retries = f'{{"total_max_attempts": {self.attempts}, "mode": "standard"}}'
        return f"Config(connect_timeout={self.connect:g}, read_timeout={self.read:g}, retries={retries})"

    def most(self, addresses: int) -> float:
        """The longest hang of a call to a host with so many addresses."""
        return longest(self.attempts, addresses, self.connect, self.read)

    def told(self, addresses: int) -> str:
        """The sum behind `most`, for people."""
        steps = f"({count(max(1, addresses), 'address')} + 1 handshake) x {self.connect:g} s + {self.read:g} s for the answer"
        rest = f" + {paused:g} s of pauses" if (paused := pauses(self.attempts)) else ""
        return f"{count(self.attempts, 'attempt')} x ({steps}){rest} = {self.most(addresses):.1f} s"


def fitting(attempts: int, addresses: int, limit: float) -> Timeouts | None:
    """The most patient timeouts with which no call hangs longer than `limit`; None where there are none worth having.

    As many of `attempts` as fit, since a connection that went stale needs a second one. Less than 1.1 seconds to connect, or
    less than one to answer, would fail calls that are merely slow.
    """
    for tries in range(max(1, min(attempts, _MOST_ATTEMPTS)), 0, -1):
        share = (limit * _USABLE - pauses(tries)) / tries
        read = min(_MOST_READ, math.floor((share - (max(1, addresses) + 1) * _CONNECT) * 10) / 10)
        if read >= _LEAST_READ:
            return Timeouts(_CONNECT, read, tries)
    return None


def least(addresses: int) -> int:
    """The shortest limit, in whole seconds, within which `fitting` finds something for so many addresses."""
    return math.ceil(((max(1, addresses) + 1) * _CONNECT + _LEAST_READ) / _USABLE)


def count(number: int, word: str) -> str:
    """`1 address`, `2 addresses`."""
    return f"{number} {word}{'' if number == 1 else 'es' if word.endswith('s') else 's'}"
