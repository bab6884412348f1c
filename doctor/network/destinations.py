"""Which addresses stand for a target: those that its name becomes, a few of a long list, or one that is taken for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from doctor.aws_domains import is_aws
from doctor.network.acls import acl_of
from doctor.network.blocks import Block, block, is_private
from doctor.network.ends import Destination, Source
from doctor.network.model import Network
from doctor.network.resolution import Kind, Resolution

# Ranges that are nobody's, for documentation: RFC 5737 (TEST-NET-3) and RFC 3849.
STAND_INS = {4: block("203.0.113.1"), 6: block("2001:db8::1")}
_MOST_ADDRESSES = 16  # of one name: an endpoint has one in each zone, and clients try no more
_MOST_BLOCKS = 3  # of a prefix list, whose blocks fare alike where its own route carries them
_MOST_TOLD_APART = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """What to analyse, in order. None: `reason` says why there is no address.

    `assumed` tells that no address is known and others stand in for it; `notes` name what was assumed.
    """

    to: tuple[Destination, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    assumed: bool = False


def destinations(
    resolution: Resolution,
    port: int,
    protocol: str = "tcp",
    *,
    families: tuple[int, ...] = (4, 6),
    apart: tuple[Block, ...] = (),
) -> Destinations:
    """The addresses to analyse for what a name becomes.

    `families` are those that the source may use: addresses of others count only where there are no more. `apart` are
    addresses that its rules tell apart (`told_apart`), each of which then stands for an unknown one as well.
    """
    notes = resolution.notes
    if resolution.kind is Kind.PUBLIC and not resolution.addresses and is_aws(resolution.host):
        found = tuple(STAND_INS[family] for family in families)
        found += tuple(each for each in apart if each.family in families)
        names = " and ".join(str(STAND_INS[family]) for family in families)
        note = f"the addresses of {resolution.host} are not known here: {names} stands for any on the internet"
        return Destinations(to=_to(found, port, protocol), notes=(*notes, note), assumed=True)
    known = sorted(set(resolution.addresses))
    usable = [each for each in known if each.family in families] or known
    picked = tuple(_picked(usable))
    if not picked:
        return Destinations(reason=_reason(resolution), notes=notes)
    if len(picked) < len(usable):
        notes += (f"{len(picked)} of the {len(usable)} addresses and blocks of {resolution.host} were walked to",)
    return Destinations(to=_to(picked, port, protocol), notes=notes)


def _to(addresses: Iterable[Block], port: int, protocol: str) -> tuple[Destination, ...]:
    return tuple(Destination(address=each, port=port, protocol=protocol) for each in dict.fromkeys(addresses))


def _picked(known: list[Block]) -> Iterator[Block]:
    """Single addresses as they are; of blocks the first address behind the network's own, of the first, middle and last."""
    single = [each for each in known if each.size == 1]
    yield from single[:_MOST_ADDRESSES]
    for family in (4, 6):
        wide = [each for each in known if each.size > 1 and each.family == family]
        places = {0, len(wide) // 2, len(wide) - 1} if wide else set()
        for place in sorted(places)[:_MOST_BLOCKS]:
            yield Block(family, wide[place].first + 1, wide[place].first + 1)


def _reason(resolution: Resolution) -> str:
    """Why a name has no address."""
    said = [problem.detail for problem in resolution.problems] + list(resolution.unknowns)
    told = f": {'; '.join(said[:2])}" if said else ""
    if resolution.kind is Kind.NOWHERE:
        return f"{resolution.host} has no address there{told}"
    if resolution.kind is Kind.DIVERTED:
        return f"another resolver answers for {resolution.host}{told}"
    if resolution.kind is Kind.PUBLIC:
        return f"{resolution.host} is no name of AWS, and no resolver told its addresses: name an address"
    return f"the addresses of {resolution.host} are not known{told}"


def told_apart(network: Network, source: Source) -> tuple[Block, ...]:
    """An address of each public block that the source's own rules name: they treat these otherwise than all others."""
    found = dict.fromkeys(_named(network, source))
    narrow = [each for each in found if each.length and not is_private(each)]
    first = (Block(each.family, each.first + (each.size > 1), each.first + (each.size > 1)) for each in sorted(narrow))
    return tuple(first)[:_MOST_TOLD_APART]


def _named(network: Network, source: Source) -> Iterator[Block]:
    for group in source.groups:
        for rule in known.egress if (known := (network.groups or {}).get(group)) else ():
            yield from rule.blocks
    acl = acl_of(network, source.subnet)
    if not isinstance(acl, str):
        yield from (entry.block for entry in acl.entries if entry.egress)
