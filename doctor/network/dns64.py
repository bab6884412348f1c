"""DNS64: the addresses that the resolver makes up, in some subnets, for names that have none of IPv6.

Source: VPC user guide, "DNS64 and NAT64": it answers with the IPv6 addresses of a name that has some, and else puts
64:ff9b::/96 before those of IPv4, which only a NAT gateway translates back; EC2 API reference, Subnet.EnableDns64. Clients
with both families try IPv6 first (RFC 6724).
"""

from collections.abc import Sequence
from dataclasses import replace

from doctor.network.blocks import Block, block
from doctor.network.destinations import Destinations
from doctor.network.ends import Source

PREFIX = block("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits


def told(source: Source, known: Sequence[Block], found: Destinations) -> Destinations:
    """What a source in this subnet gets for a name with these addresses: those found, and those made of them."""
    if not (source.dns64 and _concerned(source, known)):
        return found
    made = tuple(replace(each, address=_made(each.address)) for each in found.to if each.address.family == 4)
    kept = found.to if any(each.family == 4 for each in source.blocks) else ()
    note = f"the resolver makes IPv6 addresses of those of IPv4 in {source.subnet} (DNS64)"
    return replace(found, to=(*kept, *made), notes=(*found.notes, note))


def untold(source: Source, known: Sequence[Block]) -> tuple[str, ...]:
    """Why it is not known what this source gets."""
    if source.dns64 is not None or not _concerned(source, known):
        return ()
    return (f"whether the resolver makes IPv6 addresses in {source.subnet} (EnableDns64) was not told",)


def ipv4_of(address: Block) -> Block | None:
    """The address that a made one stands for; None for every other one."""
    if not PREFIX.covers(address):
        return None
    return Block(4, address.first - PREFIX.first, address.last - PREFIX.first)


def _concerned(source: Source, known: Sequence[Block]) -> bool:
    return any(each.family == 6 for each in source.blocks) and all(each.family == 4 for each in known)


def _made(address: Block) -> Block:
    return Block(6, PREFIX.first + address.first, PREFIX.first + address.last)
