"""Every way from a function's subnets to one target: what its name becomes there, and what stops packets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from doctor.network import dns64
from doctor.network.blocks import Block
from doctor.network.destinations import Destinations, destinations, told_apart
from doctor.network.ends import Destination, Flow, Source
from doctor.network.model import Network
from doctor.network.names import resolve
from doctor.network.path import analyse
from doctor.network.resolution import Kind, Resolution, settled
from doctor.network.routes import table_of
from doctor.network.ways import Answer, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A target by its name. `families` are those that the function may use.

    `public` is what the internet's resolvers say of it, `got` what the function's sandbox was told.
    """

    host: str
    port: int
    vpc: str
    families: tuple[int, ...] = (4,)
    public: tuple[Block, ...] = ()
    got: tuple[Block, ...] = ()


def to_address(network: Network, sources: Sequence[Source], address: Block, port: int) -> tuple[Way, ...]:
    """From each source to the address."""
    return tuple(_way(network, source, Destination(address=address, port=port)) for source in sources)


def to_name(network: Network, sources: Sequence[Source], name: Name) -> tuple[Answer, tuple[Way, ...]]:
    """From each source to all that the name becomes for it. What the sandbox was told is all that it can be there."""
    found = resolve(network, name.vpc, name.host, public=name.public)
    there = _destinations(network, sources, name, found)
    if name.got:
        planned = [replace(there, to=(), notes=found.notes) if there.assumed else there for _ in sources]
    else:
        planned = [dns64.told(source, found.addresses, there) for source in sources]
        why = (why for source in sources for why in dns64.untold(source, found.addresses))
        found = settled(found, unknowns=tuple(why))
    ways = (way for source, here in zip(sources, planned, strict=True) for way in _ways(network, source, here, name))
    notes = dict.fromkeys(note for here in planned or [there] for note in here.notes)
    return _answer(found, there.reason, tuple(notes)), tuple(ways)


def _destinations(network: Network, sources: Sequence[Source], name: Name, found: Resolution) -> Destinations:
    apart = dict.fromkeys(each for source in sources for each in told_apart(network, source) if each.family == 4)
    # Most names have no IPv6 address: nothing stands in for one.
    wanted = (4,) if found.kind is Kind.PUBLIC and not found.addresses else name.families
    return destinations(found, name.port, families=wanted, apart=tuple(apart))


def _ways(network: Network, source: Source, planned: Destinations, name: Name) -> Iterator[Way]:
    got = (Destination(address=each, port=name.port) for each in name.got)
    for to in dict.fromkeys((*planned.to, *got)):
        way, seen = _way(network, source, to), to.address in name.got
        yield replace(way, seen=seen, assumed=planned.assumed and not seen)


def _answer(found: Resolution, reason: str, notes: tuple[str, ...]) -> Answer:
    return Answer(
        kind=found.kind,
        component=found.component,
        reason=reason,
        problems=found.problems,
        unknowns=found.unknowns,
        notes=notes,
        turns=found.turns,
    )


def _way(network: Network, source: Source, to: Destination) -> Way:
    table = table_of(network, source.subnet)
    path = analyse(network, Flow(source=source, destination=to))
    if path.reachable is not None:  # then blockers tell all; sixteen subnets times twenty targets shall fit a pipe
        path = replace(path, forward=(), back=())
    return Way(
        subnet=source.subnet,
        zone=source.zone,
        address=str(to.address),
        path=path,
        table="" if isinstance(table, str) else table.id,
    )
