"""Names: what each listed nameserver says, and what the C library makes of it.

boto3 resolves through getaddrinfo, which folds NXDOMAIN, SERVFAIL, REFUSED and silence into three error numbers.
So every nameserver of resolv.conf is asked directly as well, for A and AAAA, and getaddrinfo stands beside it.
"""

import contextlib
import random
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Self

from doctor import hosts
from doctor.evidence import Facts, Missing, Shared, resolver
from doctor.evidence.endpoint import Endpoint
from doctor.isolation import bounded
from doctor.world import World

_MOST_RECORDS = 64  # of a reply; a hostile server may send thousands
_DNS_PORT = 53
_TRIES = 2  # as many as the C library's (resolv.conf(5), attempts)


class Reply(StrEnum):
    """What a nameserver, or the C library, answered."""

    RESOLVED = "resolved"
    NOT_FOUND = "not-found"  # NXDOMAIN; EAI_NONAME
    NO_ADDRESS = "no-address"  # NOERROR without a record of this kind; EAI_NODATA
    SERVER_FAILURE = "server-failure"  # SERVFAIL
    REFUSED = "refused"  # REFUSED
    SILENT = "silent"  # nothing within the time
    CLOSED = "closed"  # the port is closed: an ICMP error came back
    TRY_AGAIN = "try-again"  # EAI_AGAIN, the C library's word for the four above
    MALFORMED = "malformed"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One question to one nameserver. `took` is seconds; `aliases` is the CNAME chain in order."""

    nameserver: str
    record: str
    reply: Reply
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    took: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemAnswer:
    """What getaddrinfo returned; `code` is its error number, `took` seconds."""

    reply: Reply
    addresses: tuple[str, ...] = ()
    code: int = 0
    took: float


@dataclass(frozen=True, kw_only=True)
class Names(Facts):
    """The names of one target. `literal` marks a target declared by address, `proxied` one that a proxy resolves.

    Not `expected` is one that was declared unreachable.
    """

    kind: ClassVar[str] = "names"
    shared: ClassVar[Shared] = Shared.NETWORK
    per_target: ClassVar[bool] = True
    after: ClassVar[tuple[type[Facts], ...]] = (Endpoint,)

    host: str
    port: int
    literal: bool = False
    proxied: bool = False
    expected: bool = True
    system: SystemAnswer
    lookups: tuple[Lookup, ...] = ()

    @property
    def concerns(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """What the C library found or, where it was still asking, any nameserver said. Its failure is an application's."""
        found = [address for lookup in self.lookups for address in lookup.addresses]
        return self.system.addresses or (() if self.fails else tuple(dict.fromkeys(found)))

    @property
    def exempt(self) -> str:
        """Why a missing name or address is no fault of this target; empty where it is one."""
        if self.proxied:
            return f"{self.host} is resolved by the proxy"
        if self.literal:
            return f"{self.host} is an address and needs no name"
        return "" if self.expected else f"{self.host} is declared unreachable, so no name is owed"

    @property
    def fails(self) -> bool:
        """Whether the C library came back without an address; not so where it was still asking at the end."""
        return self.system.reply not in (Reply.RESOLVED, Reply.SILENT)

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Resolve every target at once, each question in a thread that dies with this child."""
        nameservers = listed_nameservers(world)
        patience = world.left(0.15, most=3.0)
        endpoints = world.seen(Endpoint)
        for endpoint in [endpoint for endpoint in endpoints if endpoint.proxied]:
            nothing = SystemAnswer(reply=Reply.RESOLVED, took=0.0)
            yield cls(host=endpoint.host, port=endpoint.port, proxied=True, expected=endpoint.expected, system=nothing)
        ours = [endpoint for endpoint in endpoints if not endpoint.proxied]
        if nameservers and not all(_is_address(endpoint.host) for endpoint in ours):
            import dns.message  # before the threads and their clocks start
            import dns.query  # noqa: F401
        pending = [(endpoint, _Questions(endpoint, nameservers, patience)) for endpoint in ours]
        until = time.monotonic() + world.left(0.5, most=6.0)
        for endpoint, questions in pending:
            yield cls(
                host=endpoint.host,
                port=endpoint.port,
                literal=_is_address(endpoint.host),
                expected=endpoint.expected,
                system=questions.system(until),
                lookups=questions.lookups(until),
            )


def _is_address(host: str) -> bool:
    return hosts.as_address(host) is not None


class _Questions:
    """All questions about one host, asked at once; answers are collected until a moment."""

    def __init__(self, endpoint: Endpoint, nameservers: tuple[str, ...], patience: float) -> None:
        literal = _is_address(endpoint.host)
        self._started = time.monotonic()
        self._system = bounded.started(lambda: _ask_system(endpoint.host, endpoint.port))
        self._lookups = [
            (
                server,
                record,
                bounded.started(partial(_ask_server, server, endpoint.host, record, patience)),
            )
            for server in ([] if literal else nameservers)
            for record in ("A", "AAAA")
        ]

    def system(self, until: float) -> SystemAnswer:
        return self._system(until) or SystemAnswer(reply=Reply.SILENT, took=round(time.monotonic() - self._started, 4))

    def lookups(self, until: float) -> tuple[Lookup, ...]:
        waited = round(time.monotonic() - self._started, 4)
        return tuple(
            answer(until) or Lookup(nameserver=server, record=record, reply=Reply.SILENT, took=waited)
            for server, record, answer in self._lookups
        )


def listed_nameservers(world: World) -> tuple[str, ...]:
    """The nameservers of resolv.conf that the C library uses; none where it cannot be read."""
    try:
        return resolver.nameservers(world.resolv_conf.read_text(encoding="utf-8", errors="replace").splitlines())
    except OSError:
        return ()


def _ask_system(host: str, port: int) -> SystemAnswer:
    started = time.monotonic()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        replies = {
            socket.EAI_NONAME: Reply.NOT_FOUND,
            getattr(socket, "EAI_NODATA", -5): Reply.NO_ADDRESS,
            socket.EAI_AGAIN: Reply.TRY_AGAIN,
        }
        code = error.errno or 0
        return SystemAnswer(reply=replies.get(code, Reply.OTHER), code=code, took=_since(started))
    except (OSError, UnicodeError):
        return SystemAnswer(reply=Reply.OTHER, took=_since(started))
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    return SystemAnswer(reply=Reply.RESOLVED, addresses=addresses[:_MOST_RECORDS], took=_since(started))


def _connected(nameserver: str) -> socket.socket:
    """Like the C library's: only to a connected socket does the kernel tell that the port is closed."""
    plug = socket.socket(socket.AF_INET6 if ":" in nameserver else socket.AF_INET, socket.SOCK_DGRAM)
    plug.setblocking(False)
    try:
        plug.connect((nameserver, _DNS_PORT))
    except OSError:
        plug.close()
        raise
    return plug


def _ask_server(nameserver: str, host: str, record: str, patience: float) -> Lookup:
    """One question, asked again where no answer came that can be read: datagrams are lost, as the C library knows too."""
    import dns.exception  # children only
    import dns.message
    import dns.query

    number = random.getrandbits(16)  # one for all tries: a late answer counts
    started = time.monotonic()
    said: dict[str, Any] = {}
    with contextlib.ExitStack() as opened:
        plug = None
        for _ in range(_TRIES):
            try:
                question = dns.message.make_query(host, record, id=number)
                plug = plug or opened.enter_context(_connected(nameserver))
                told = dns.query.udp_with_fallback(
                    question, nameserver, patience / _TRIES, _DNS_PORT, udp_sock=plug, one_rr_per_rrset=True
                )
                said = _read(told[0], record)
                break
            except dns.exception.Timeout:
                said = {"reply": Reply.SILENT}
            except OSError as error:
                plug, said = None, {"reply": Reply.CLOSED, "detail": error.strerror or str(error)}
            except Exception as error:  # noqa: BLE001 - beside its own, dnspython raises EOFError, TypeError, … on bad messages
                said = {"reply": Reply.MALFORMED, "detail": type(error).__name__}
    return Lookup(nameserver=nameserver, record=record, took=_since(started), **said)


def _read(reply: Any, record: str) -> dict[str, Any]:
    import dns.rcode

    rcode = reply.rcode()
    names, records = _followed(reply, record)
    found = dict.fromkeys(str(item.address) for item in records) if rcode == dns.rcode.NOERROR else {}
    addresses = tuple(found)[:_MOST_RECORDS]
    aliases = tuple(str(name).rstrip(".") for name in names[:_MOST_RECORDS])
    classes = {
        dns.rcode.NXDOMAIN: Reply.NOT_FOUND,
        dns.rcode.SERVFAIL: Reply.SERVER_FAILURE,
        dns.rcode.REFUSED: Reply.REFUSED,
        dns.rcode.NOERROR: Reply.RESOLVED if addresses else Reply.NO_ADDRESS,
    }
    detail = "" if rcode in classes else dns.rcode.to_text(rcode)
    return {
        "reply": classes.get(rcode, Reply.OTHER),
        "addresses": addresses,
        "aliases": aliases,
        "detail": detail,
    }


def _followed(reply: Any, record: str) -> tuple[list[Any], list[Any]]:
    """The aliases from the name that was asked for, in order, and the records at their end.

    The C library too takes nobody else's addresses out of an answer (glibc's `gaih_getanswer`).
    """
    import dns.rdataclass

    said: dict[tuple[Any, str], list[Any]] = {}
    for rrset in reply.answer:
        if rrset.rdclass == dns.rdataclass.IN:
            said.setdefault((rrset.name, rrset.rdtype.name), []).extend(rrset)
    aliases = [reply.question[0].name]
    while onward := said.pop((aliases[-1], "CNAME"), None):  # taken out, so that a loop ends
        aliases.append(onward[0].target)
    return aliases[1:], said.get((aliases[-1], record), [])


def _since(started: float) -> float:
    return round(time.monotonic() - started, 4)
