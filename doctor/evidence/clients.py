"""What a bare boto3 client costs: its creation, its first call by phases, and what is left of them in its second.

STS is called, as an instrument: it is no target, and where it is out of reach the evidence of the targets decides.
"""

import contextlib
import functools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.evidence.caller import Answer, failed, host_of
from doctor.evidence.calls.guard import only_probeable, overridden
from doctor.evidence.calls.replies import bound_replies
from doctor.evidence.settings.client_patience import Patience
from doctor.isolation import bounded
from doctor.redact import brief
from doctor.world import World

# proc(5): nanoseconds on a CPU, nanoseconds in the queue for one, turns. Linux has it, and only where it keeps count.
_QUEUE = Path("/proc/thread-self/schedstat")


class Phase(StrEnum):
    """What a call consists of, in order. A kept connection goes through the last one only."""

    DNS = "dns"  # getaddrinfo; of the proxy's name where there is one
    CONNECT = "connect"  # TCP, dead addresses that were tried first included
    TLS = "tls"  # the handshake, verification included
    FIRST_BYTE = "first_byte"  # from the request's last byte to the answer's head


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that was sent. Times are seconds; `took` is all of it, signing and reading the answer included.

    A phase that did not happen, or did not come to its end, is None. `stopped_in` is the phase in which a call without
    an answer came to its end, or still was.
    """

    answer: Answer
    took: float
    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    stopped_in: Phase | None = None
    error: str = ""
    message: str = ""

    def spent(self, phase: Phase) -> float | None:
        """The seconds of one phase."""
        seconds: float | None = getattr(self, phase.value)
        return seconds


@dataclass(frozen=True, kw_only=True)
class Clients(Facts):
    """A client on the default chain. `creation` is seconds; None where none was created. `failure` says what was not done.

    Creation leaves out the reading of botocore's data files, which all children share. It ends before the first call
    begins, one thread does both, and no other thread of its process has work. What other processes take of the CPU
    meanwhile is in no figure: `lag` is the seconds for which the thread stood in the queue for a CPU, and they are taken
    off. None where the kernel does not tell; then figures hold them.
    `defaults` is how patient a client is that passes no Config of its own; this one does, and calls no more than once.
    """

    kind: ClassVar[str] = "clients"
    actions: ClassVar[tuple[str, ...]] = ("sts:GetCallerIdentity",)
    preload: ClassVar[str] = "doctor.isolation.preload"

    creation: float | None = None
    host: str = ""
    first: Call | None = None
    second: Call | None = None
    failure: str = ""
    lag: float | None = None
    defaults: Patience | None = None

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Create a client and call twice."""
        most = world.left(0.5, most=8)
        attempt = _Attempt(most)
        bounded.within(most, functools.partial(attempt.run, world))
        first, second, *_ = (*(sent.call(most) for sent in list(attempt.sent)), None, None)
        yield cls(
            creation=attempt.creation,
            host=attempt.host,
            first=first,
            second=second,
            failure=attempt.failure or ("" if first else f"no request was sent within {most:.1f} s"),
            lag=None if attempt.lag is None else round(attempt.lag, 4),
            defaults=attempt.defaults,
        )


@dataclass
class _Sent:
    """A call under way: what is known of it at any moment, since nobody waits for its end."""

    began: float = field(default_factory=time.monotonic)
    took: float | None = None
    phases: dict[Phase, float] = field(default_factory=dict)
    now: Phase | None = None
    outcome: dict[str, Any] = field(default_factory=dict)

    def call(self, most: float) -> Call:
        """What has come of it."""
        unended = {"answer": Answer.UNREACHABLE, "message": f"no answer when the {most:.1f} s for both calls were over"}
        phases: dict[str, Any] = {
            str(phase): round(spent, 4) for phase, spent in dict(self.phases).items() if phase is not self.now
        }
        took = time.monotonic() - self.began if self.took is None else self.took
        return Call(took=round(took, 4), stopped_in=self.now, **(self.outcome or unended), **phases)


class _Attempt:
    """The thread's work. What it has measured can be read while it hangs."""

    def __init__(self, most: float) -> None:
        self.patience = max(0.5, most / 3)  # so that nobody waits for us who does not wait for the caller's identity
        self.creation: float | None = None
        self.host = self.failure = ""
        self.sent: list[_Sent] = []
        self.lag: float | None = None
        self.defaults: Patience | None = None

    def run(self, world: World) -> None:
        """Create, then call, and call again on the connection that was kept."""
        with self._timed(world):
            try:
                client = self._create(world)
            except Exception as error:  # noqa: BLE001 - no region, no such profile, a blank bundle: all are evidence
                self.failure = brief(error)
                return
            self.failure = overridden(world, "sts")
            client.meta.events.register("before-send.sts.GetCallerIdentity", self._sending)
            while not self.failure and len(self.sent) < 2 and self._call(client):
                pass

    def _create(self, world: World) -> Any:
        """A client as an application makes it, but that botocore's data files were read before, which is half of it."""
        from botocore.config import Config  # children only

        bound_replies()
        started, patience = _clock(), self.patience
        config = Config(connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 1})
        session = world.session()
        client = session.client("sts", config=config)
        self.creation, self.lag = round(_clock() - started, 4), _queued()
        self.defaults = Patience.of(session.client("sts"))  # the data that it needs are read; it takes milliseconds
        return client

    def _sending(self, request: Any, **_: object) -> None:
        """From here on phases count; what fetched the credentials went before, and was no call of ours."""
        self.host = host_of(request.url)
        self.sent.append(_Sent())

    def _call(self, client: Any) -> bool:
        """Whether it was answered."""
        before, started = len(self.sent), _clock()
        outcome: dict[str, Any] = {"answer": Answer.ACCEPTED}
        try:
            client.get_caller_identity()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what an application would get
            said = failed(error)
            outcome = {"answer": said["answer"], "error": said.get("code") or said["error"], "message": said["message"]}
        self.lag = _queued()
        if len(self.sent) == before:
            self.failure = f"{outcome.get('error')}: {outcome.get('message')}"
            return False
        self.sent[-1].took, self.sent[-1].outcome = _clock() - started, outcome
        return outcome["answer"] is not Answer.UNREACHABLE

    @contextlib.contextmanager
    def _timed(self, world: World) -> Iterator[None]:
        """Time what urllib3 calls for each phase. Names are held to the same rule as in every signed call."""
        import http.client  # children only: it loads ssl
        import ssl

        resolve = only_probeable(socket.getaddrinfo, allow_loopback=world.allow_local)
        doors: tuple[tuple[Any, str, Phase, Callable[..., Any]], ...] = (
            (socket, "getaddrinfo", Phase.DNS, resolve),
            (socket.socket, "connect", Phase.CONNECT, socket.socket.connect),
            (ssl.SSLContext, "wrap_socket", Phase.TLS, ssl.SSLContext.wrap_socket),
            (http.client.HTTPConnection, "getresponse", Phase.FIRST_BYTE, http.client.HTTPConnection.getresponse),
        )
        with contextlib.ExitStack() as after:
            for owner, name, phase, door in doors:
                after.callback(setattr, owner, name, getattr(owner, name))
                setattr(owner, name, self._timing(threading.get_ident(), phase, door))
            yield

    def _timing(self, own: int, phase: Phase, door: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(door)
        def timing(*given: Any, **named: Any) -> Any:
            if threading.get_ident() != own or not self.sent or self.sent[-1].outcome:
                return door(*given, **named)
            sent, started = self.sent[-1], _clock()
            sent.now = phase
            try:
                done = door(*given, **named)
            finally:
                sent.phases[phase] = sent.phases.get(phase, 0.0) + _clock() - started
            sent.now = None
            return done

        return timing


def _clock() -> float:
    """Seconds that have passed for this thread, but for those that it stood in the queue for a CPU."""
    return time.monotonic() - (_queued() or 0.0)


def _queued() -> float | None:
    """Seconds that this thread has stood in the queue for a CPU, where the kernel tells."""
    try:
        return int(_QUEUE.read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None
