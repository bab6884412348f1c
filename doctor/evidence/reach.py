"""The ladder above the name: TCP, TLS, one unauthenticated HTTP request, for each address by itself.

Each rung has its own deadline and its own enumerated outcome; the first that fails is the symptom. An answer with
an AWS request id behind a certificate that the SDK itself would trust clears the network for that address.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from doctor.aws_domains import is_aws
from doctor.evidence import Facts, Missing, Shared
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.names import Names
from doctor.evidence.proxy import complete, serving
from doctor.probe import forbidden
from doctor.redact import brief
from doctor.world import World

if TYPE_CHECKING:
    from doctor.probe.ladder import Plan

Job = tuple[Endpoint, str]  # an address of it

_MOST_ADDRESSES = 16  # of one target
_VIA_PROXY = "the proxy"
_AT_ONCE = 8  # more TLS handshakes at once than this measure the CPU, not the network


class Tcp(StrEnum):
    """How a TCP connect ended."""

    CONNECTED = "connected"
    TIMEOUT = "timeout"  # no answer at all: something drops packets
    REFUSED = "refused"  # RST: the host is there, the port is closed
    UNREACHABLE = "unreachable"  # ENETUNREACH, EHOSTUNREACH
    PROXY_REFUSED = "proxy-refused"  # the proxy answered CONNECT with something else than 200
    FORBIDDEN = "forbidden"  # the doctor does not probe such an address
    FAILED = "failed"


class Tls(StrEnum):
    """How a TLS handshake ended."""

    VERIFIED = "verified"
    UNTRUSTED = "untrusted"  # no chain to a trusted root
    WRONG_NAME = "wrong-name"
    EXPIRED = "expired"
    NOT_TLS = "not-tls"
    TIMEOUT = "timeout"
    RESET = "reset"
    FAILED = "failed"
    NO_TRUST = "no-trust-store"  # the configured CA bundle cannot be read


class Http(StrEnum):
    """What followed one request without credentials."""

    ANSWERED = "answered"
    SILENT = "silent"
    CLOSED = "closed"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What the peer showed, trusted or not. Names are foreign text; `expires` is as the certificate writes it."""

    subject: str
    issuer: str
    names: tuple[str, ...] = ()
    expires: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One address climbed. Phase times are seconds; a rung that was not reached is None.

    `tries` holds the outcome of each TCP connect, `skew` the seconds that the server's clock is ahead of ours, and
    `answered_by` the kind of front that the answer's headers betray. Behind a proxy, `address` is the proxy's.
    """

    address: str
    tcp: Tcp
    tcp_took: float
    tls: Tls | None = None
    tls_took: float = 0.0
    http: Http | None = None
    http_took: float = 0.0
    certificate: Certificate | None = None
    status: int | None = None
    request_id: bool = False
    server: str = ""
    detail: str = ""
    tries: tuple[Tcp, ...] = ()
    skew: float | None = None
    answered_by: str = ""

    @property
    def carries(self) -> bool:
        """Whether every rung that was tried succeeded; rungs above a failed one are never tried."""
        return self.tcp is Tcp.CONNECTED and self.tls in (None, Tls.VERIFIED) and self.http in (None, Http.ANSWERED)


@dataclass(frozen=True, kw_only=True)
class Reach(Facts):
    """One target's addresses, each with how far it came. No probes: the name gave no address.

    Without `tls` TCP is the last rung, since TLS is never spoken to this target.
    """

    kind: ClassVar[str] = "reach"
    shared: ClassVar[Shared] = Shared.NETWORK
    per_target: ClassVar[bool] = True
    after: ClassVar[tuple[type[Facts], ...]] = (Endpoint, Names)

    host: str
    port: int
    service: str | None = None
    overridden: str = ""
    expected: bool = True
    proxied: bool = False
    tls: bool = True
    probes: tuple[Probe, ...] = ()

    @property
    def concerns(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def answered(self) -> tuple[str, ...]:
        # What must not be reached is at fault because it answers.
        if not is_aws(self.host) or not self.expected:
            return ()
        return tuple(probe.address for probe in self.probes if probe.tls is Tls.VERIFIED and probe.request_id)

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Climb every address of every target; a target is told as soon as its last address is done."""
        endpoints = {endpoint.concerns: endpoint for endpoint in world.seen(Endpoint)}
        addresses = {names.concerns: names.addresses[:_MOST_ADDRESSES] for names in world.seen(Names)}
        addresses |= {target: (_VIA_PROXY,) for target, endpoint in endpoints.items() if endpoint.proxied}
        done: dict[str, list[Probe]] = {target: [] for target in endpoints if target in addresses}
        for target in [target for target in done if not addresses[target]]:
            yield cls._of(endpoints[target], done.pop(target))
        jobs = [(endpoints[target], address) for target in done for address in addresses[target]]
        for endpoint, probe in _probes(world, jobs):
            target = endpoint.concerns
            done[target].append(probe)
            if len(done[target]) == len(addresses[target]):
                yield cls._of(endpoint, sorted(done[target], key=lambda probe: probe.address))

    @classmethod
    def _of(cls, endpoint: Endpoint, probes: list[Probe]) -> Self:
        return cls(
            host=endpoint.host,
            port=endpoint.port,
            service=endpoint.service,
            overridden=endpoint.overridden,
            expected=endpoint.expected,
            proxied=endpoint.proxied,
            tls=_shakes_hands(endpoint),
            probes=tuple(probes),
        )


def _probes(world: World, jobs: list[Job]) -> Iterator[tuple[Endpoint, Probe]]:
    """One probe for each job, as it is done. What the doctor may not probe gets no packet."""
    allowed = []
    for endpoint, address in jobs:
        if refused := _refusal(world, endpoint, address):
            yield endpoint, Probe(address=address, tcp=Tcp.FORBIDDEN, tcp_took=0.0, detail=refused)
        else:
            allowed.append((endpoint, address))
    yield from all_at_once(allowed, lambda endpoint, address: _plan(world, endpoint, address), world.environ)


def all_at_once(
    jobs: list[Job], plan: Callable[[Endpoint, str], Plan], environ: Mapping[str, str]
) -> Iterator[tuple[Endpoint, Probe]]:
    """Do all jobs, a few at a time, and hand over each as it is done.

    What ends with TCP is connected to right here, in one loop: threads would wait for each other more than for the
    network. What goes on has a thread, for a handshake blocks.
    """
    from doctor.probe import ladder  # loads ssl, which the parent never does

    connecting = [job for job in jobs if not _goes_on(job[0])]
    climbing = [job for job in jobs if _goes_on(job[0])]
    finished = _climbed(climbing, plan, environ)
    left = len(climbing)
    for connected in ladder.connect(((plan(*job), job[1]) for job in connecting), _AT_ONCE):
        for number, probe in connected:
            yield connecting[number][0], probe
        while not finished.empty():
            yield finished.get()
            left -= 1
    for _ in range(left):
        yield finished.get()


def _climbed(
    jobs: list[Job], plan: Callable[[Endpoint, str], Plan], environ: Mapping[str, str]
) -> queue.SimpleQueue[tuple[Endpoint, Probe]]:
    """Where the probes of these jobs will arrive."""
    waiting, finished = queue.SimpleQueue[Job](), queue.SimpleQueue[tuple[Endpoint, Probe]]()
    for job in jobs:
        waiting.put(job)

    def worker() -> None:
        while not waiting.empty():
            try:
                endpoint, address = waiting.get_nowait()
            except queue.Empty:
                return
            finished.put((endpoint, _climb(plan(endpoint, address), address, environ)))

    for _ in range(min(_AT_ONCE, len(jobs))):
        threading.Thread(target=worker, daemon=True).start()
    return finished


def _goes_on(endpoint: Endpoint) -> bool:
    """Whether TCP is not the last rung."""
    return endpoint.proxied or _shakes_hands(endpoint)


def _not_through(endpoint: Endpoint, proxy: str) -> str:
    """Why a call is not climbed through its proxy: what is not a tunnel over TCP is not the doctor's to speak."""
    if not endpoint.tls:
        return "calls in plain HTTP are handed to the proxy itself, which the doctor does not ask"
    if complete(proxy).startswith("https:"):
        return "the way to the proxy is TLS itself, which the doctor does not climb"
    return ""


def _platforms_own(world: World, address: str, port: int) -> str | None:
    """The runtime's own services are nobody's target, also where loopback is allowed; they may be named in any spelling."""
    taken = {world.environ.get(f"AWS_LAMBDA_{name}_API", "") for name in ("RUNTIME", "METADATA")}
    there = str(port) in {place.rpartition(":")[2] for place in taken}
    own = f"{address}:{port}" in taken or (there and forbidden.refusal(address, allow_loopback=False))
    return "Lambda's own services are never probed" if own else None


def _refusal(world: World, endpoint: Endpoint, address: str) -> str:
    """Why the doctor does not climb there; empty where it may."""
    if address == _VIA_PROXY:
        return _not_through(endpoint, _proxy(world, endpoint) or "")
    # The deployer's own endpoint may be loopback; it is connected to, and nothing more.
    refused = forbidden.refusal(address, allow_loopback=world.allow_local or bool(endpoint.overridden))
    return refused or _platforms_own(world, address, endpoint.port) or ""


def _proxy(world: World, endpoint: Endpoint) -> str | None:
    return serving(world.environ, endpoint.scheme, endpoint.host, endpoint.port)


def _shakes_hands(endpoint: Endpoint) -> bool:
    return endpoint.tls and (is_aws(endpoint.host) or not endpoint.overridden)


def _plan(world: World, endpoint: Endpoint, address: str) -> Plan:
    from doctor.probe import ladder

    return ladder.Plan(
        host=endpoint.host,
        port=endpoint.port,
        tls=_shakes_hands(endpoint),
        http=endpoint.service is not None or endpoint.port == 443,
        sdk_trust=is_aws(endpoint.host) or endpoint.service is not None,
        patience=world.left(0.2, most=3.0),
        proxy=_proxy(world, endpoint) if address == _VIA_PROXY else None,
    )


def _climb(plan: Plan, address: str, environ: Mapping[str, str]) -> Probe:
    from doctor.probe import ladder

    try:
        return ladder.climb(plan, address, environ)
    except Exception as error:  # noqa: BLE001 - one address that fails oddly must not hide the others
        return Probe(address=address, tcp=Tcp.FAILED, tcp_took=0.0, detail=brief(error))
