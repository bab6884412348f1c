"""The paths from a source to all that a target's name becomes, and what they come to together."""

from dataclasses import dataclass, replace

from doctor.network import dns64, names
from doctor.network.blocks import block
from doctor.network.destinations import Destinations, destinations, told_apart
from doctor.network.ends import Destination, Flow, Source
from doctor.network.model import Network
from doctor.network.path import analyse
from doctor.network.resolution import Kind, Problem, Resolution, general, settled
from doctor.network.result import Blocker, Path

_GRAVITY = (False, None, True)
_BY = {
    Kind.ENDPOINT: "by the private DNS of {}",
    Kind.GATEWAY: "a public name that {} carries",
    Kind.PRIVATE_ZONE: "by the private hosted zone {}",
    Kind.PUBLIC: "a public name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One address, and the path to it."""

    address: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question. `start` is the source as it was spelled, `host` a name or an address."""

    start: str
    host: str
    port: int
    protocol: str = "tcp"

    @property
    def to(self) -> str:
        """`host:port`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All ways from a source to a target. The worst of them decides: a client cannot choose its address.

    `resolution` and `found` are None for a target that is an address. Where another address stands in for unknown ones
    and the ways differ, or what was not read could change what the name becomes, nothing is decided.
    """

    asked: Asked
    ways: tuple[Way, ...]
    resolution: Resolution | None = None
    found: Destinations | None = None

    @property
    def reachable(self) -> bool | None:
        """True only where every way is open, False where one is not, None where that is not known."""
        if self.resolution and self.resolution.kind is Kind.NOWHERE and self.resolution.certain:
            return False
        said = {way.path.reachable for way in self.ways}
        if not said or (self.resolution and not self.resolution.certain):
            return None
        if self.found and self.found.assumed and len(said) > 1:
            return None
        return next(verdict for verdict in _GRAVITY if verdict in said)

    @property
    def share(self) -> float | None:
        """The share of the worst way; None where nothing is decided."""
        if self.reachable is None:
            return None
        return self.worst.share if self.ways else 0.0

    @property
    def worst(self) -> Path:
        """The path that decides."""
        return self._worst.path if self.ways else Path(reachable=None, share=None)

    @property
    def worst_address(self) -> str:
        """The address to which the path that decides leads."""
        return self._worst.address if self.ways else ""

    @property
    def _worst(self) -> Way:
        def gravity(way: Way) -> tuple[int, float]:
            return _GRAVITY.index(way.path.reachable), 0.0 if way.path.share is None else way.path.share

        return min(self.ways, key=gravity)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where the name leads."""
        return tuple(way.address for way in self.ways)

    @property
    def by(self) -> str:
        """What decided about the name, in words."""
        if self.resolution is None or self.resolution.kind not in _BY:
            return ""
        return _BY[self.resolution.kind].format(self.resolution.component)

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Those of all ways, the worst way's first; where it is shut, behind them what keeps the name from a better answer."""
        ways = sorted(self.ways, key=lambda way: way.path is not self.worst)
        kind = self.resolution.kind if self.resolution else None
        found = [_for_all(blocker, way.address, kind) for way in ways for blocker in way.path.blockers]
        if self.reachable is False and self.resolution:
            found += map(_problem, self.resolution.problems)
        return tuple({(each.check, each.component, each.direction): each for each in reversed(found)}.values())[::-1]

    @property
    def suspects(self) -> tuple[Blocker, ...]:
        """Components on any way whose rules nobody can read from here."""
        return tuple(dict.fromkeys(suspect for way in self.ways for suspect in way.path.suspects))

    @property
    def unknowns(self) -> tuple[str, ...]:
        """What was not read about the name and about all ways; of an open one also what was taken for granted."""
        said = list(self.resolution.unknowns) if self.resolution else []
        said += [unknown for way in self.ways for unknown in way.path.unknowns]
        if not self.ways and self.found and self.found.reason and self.reachable is None:
            said.append(self.found.reason)
        if self.reachable is None and not said and self.found:
            said += self.found.notes
        if self.reachable is not False:
            said += [assumed for way in self.ways for assumed in way.path.assumed]
        return tuple(dict.fromkeys(said))

    @property
    def notes(self) -> tuple[str, ...]:
        """What else a reader wants to know, and what keeps a name from a better answer where that may not matter."""
        said = list(self.found.notes) if self.found else []
        if self.resolution and self.reachable is not False:
            said += [problem.detail for problem in self.resolution.problems]
        return tuple(dict.fromkeys([*said, *(note for way in self.ways for note in way.path.notes)]))


def trace(network: Network, source: Source, asked: Asked) -> Trace:
    """The ways from a source to an address, or to all that a host's name becomes in its VPC."""
    try:
        address = block(asked.host)
    except ValueError:
        return _to_host(network, source, asked)
    where = Destination(address=address, port=asked.port, protocol=asked.protocol)
    return Trace(asked=asked, ways=(_way(network, source, where),))


def _to_host(network: Network, source: Source, asked: Asked) -> Trace:
    if not source.vpc:
        reply = "NetworkInterfaces" if source.interface else "Subnets"
        unread = network.missing("the VPC of", reply, source.interface or source.subnet)
        path = Path(reachable=None, share=None, unknowns=(unread,))
        return Trace(asked=asked, ways=(Way(address=asked.host, path=path),))
    resolution = names.resolve(network, source.vpc, asked.host)
    families = tuple(sorted({*(each.family for each in source.blocks), *source.untold})) or (4, 6)
    if resolution.kind is Kind.PUBLIC and not resolution.addresses and 4 in families:
        families = (4,)  # what is on the internet has such an address; much of it has no other
    apart = told_apart(network, source)
    resolution = settled(resolution, unknowns=dns64.untold(source, resolution.addresses))
    found = destinations(resolution, asked.port, asked.protocol, families=families, apart=apart)
    found = dns64.told(source, resolution.addresses, found)
    ways = tuple(_way(network, source, where) for where in found.to)
    return Trace(asked=asked, ways=ways, resolution=resolution, found=found)


def _way(network: Network, source: Source, where: Destination) -> Way:
    return Way(address=str(where.address), path=analyse(network, Flow(source=source, destination=where)))


def _for_all(blocker: Blocker, address: str, kind: Kind | None) -> Blocker:
    """With commands that open more than the address that was walked to, where that one stands for others."""
    return replace(blocker, commands=tuple(general(command, address, kind) for command in blocker.commands))


def _problem(told: Problem) -> Blocker:
    """What keeps a name from its best answer, as what it is to the path."""
    where, commands = told.component, told.commands
    return Blocker(check=told.check, component=where, direction="forward", detail=told.detail, commands=commands)
