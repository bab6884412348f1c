"""How the C library is told to resolve: nameservers, search domains, options, and names that the hosts file pins."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from doctor import hosts
from doctor.evidence import Facts, Missing, Shared
from doctor.evidence.endpoint import Endpoint
from doctor.world import World

_MOST_NAMESERVERS = 3  # resolv.conf(5), MAXNS


@dataclass(frozen=True, kw_only=True)
class Resolver(Facts):
    """resolv.conf(5) and hosts(5). `timeout` is seconds for each try; `pinned` are hosts of targets in the hosts file."""

    kind: ClassVar[str] = "resolver"
    shared: ClassVar[Shared] = Shared.NETWORK
    after: ClassVar[tuple[type[Facts], ...]] = (Endpoint,)

    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    ndots: int = 1
    timeout: int = 5
    attempts: int = 2
    pinned: tuple[str, ...] = ()
    unreadable: str = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read the two files."""
        try:
            lines = world.resolv_conf.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            yield cls(unreadable=f"{world.resolv_conf}: {error.strerror}")
            return
        words = [line.split() for line in lines]
        search = [tuple(word[1:]) for word in words if word and word[0] in ("search", "domain")]
        options = [option for word in words if word[:1] == ["options"] for option in word[1:]]
        yield cls(
            nameservers=nameservers(lines),
            search=search[-1][:16] if search else (),
            pinned=_pinned(world.hosts, {endpoint.host for endpoint in world.seen(Endpoint)}),
            ndots=_number(options, "ndots", cls.ndots),
            timeout=_number(options, "timeout", cls.timeout),
            attempts=_number(options, "attempts", cls.attempts),
        )


def nameservers(lines: list[str]) -> tuple[str, ...]:
    """The nameservers that the C library uses, of resolv.conf's lines."""
    words = [line.split() for line in lines]
    servers = [word[1] for word in words if len(word) > 1 and word[0] == "nameserver"]
    return tuple(server for server in servers if hosts.without_zone(server))[:_MOST_NAMESERVERS]


def _number(options: list[str], name: str, default: int) -> int:
    values = [option.removeprefix(f"{name}:") for option in options if option.startswith(f"{name}:")]
    return min(int(values[-1]), 30) if values and values[-1].isdecimal() else default


def _pinned(hosts: Path, names: set[str]) -> tuple[str, ...]:
    try:
        lines = hosts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    listed = {name.lower() for line in lines for name in line.partition("#")[0].split()[1:]}
    return tuple(sorted(name for name in names if name.lower() in listed))
