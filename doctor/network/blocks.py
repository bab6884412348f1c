"""Addresses as numbers: a block is a family with a first and a last address, both included.

Rules come by the hundred thousand, and `ipaddress` takes microseconds for each; the C library's parser takes a tenth.
"""

import socket
from typing import NamedTuple

FAMILIES = {4: (socket.AF_INET, 32), 6: (socket.AF_INET6, 128)}


class Block(NamedTuple):
    """A range of addresses of one family (4 or 6)."""

    family: int
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many addresses."""
        return self.last - self.first + 1

    def covers(self, other: "Block") -> bool:
        """Whether all of the other lies in this one."""
        return self.family == other.family and self.first <= other.first and other.last <= self.last

    def meets(self, other: "Block") -> bool:
        """Whether they share an address."""
        return self.family == other.family and self.first <= other.last and other.first <= self.last

    @property
    def length(self) -> int:
        """The prefix length of a block that is a CIDR."""
        return FAMILIES[self.family][1] - (self.size.bit_length() - 1)

    def __str__(self) -> str:
        kind, bits = FAMILIES[self.family]
        first = socket.inet_ntop(kind, self.first.to_bytes(bits // 8, "big"))
        if self.first == self.last:
            return first
        if self.size & (self.size - 1) == 0 and self.first % self.size == 0:
            return f"{first}/{self.length}"
        return f"{first}-{socket.inet_ntop(kind, self.last.to_bytes(bits // 8, 'big'))}"


EVERYWHERE = {4: Block(4, 0, 2**32 - 1), 6: Block(6, 0, 2**128 - 1)}


def _splits(bits: int) -> dict[str, tuple[int, int]]:
    """By prefix length as written: the mask of the network's bits, and the mask of the host's bits."""
    whole = (1 << bits) - 1
    hosts = {"": 0} | {str(length): whole >> length for length in range(bits + 1)}
    return {length: (whole ^ host, host) for length, host in hosts.items()}


_KINDS = {family: (kind, _splits(bits)) for family, (kind, bits) in FAMILIES.items()}
_parse, _number, _tuple = socket.inet_pton, int.from_bytes, tuple.__new__  # looked up once: a name each costs a tenth
REMEMBERED: dict[str, Block] = {}
# Rules repeat each other's CIDRs. Texts beyond this are read each time, so that nothing grows for ever: 15 MB at most.
_MOST_REMEMBERED = 1 << 16


def block(text: str) -> Block:
    """Read `10.0.0.0/16`, `2600:1f18::/56` or a single address. Host bits are cut off, as AWS does with rules.

    Raises:
        ValueError: it is neither.
    """
    found = REMEMBERED.get(text)
    if found is not None:
        return found
    address, slash, prefix = text.partition("/")
    family = 6 if ":" in address else 4
    kind, splits = _KINDS[family]
    try:
        network, host = splits[prefix]
        first = _number(_parse(kind, address), "big") & network
    except KeyError:
        raise ValueError(f"{text!r} has no prefix length from 0 to {FAMILIES[family][1]}") from None
    except (OSError, ValueError):
        raise ValueError(f"{text!r} is no address and no CIDR block") from None
    if not prefix and slash:
        raise ValueError(f"{text!r} has no prefix length from 0 to {FAMILIES[family][1]}")
    # Straight to the tuple: the named constructor alone takes as long as the parser.
    found = _tuple(Block, (family, first, first | host))
    if len(REMEMBERED) < _MOST_REMEMBERED:
        REMEMBERED[text] = found
    return found


# Where VPCs have their addresses (RFC 1918, RFC 6598 and RFC 4193): no internet gateway sends them out, and the lists of
# AWS services behind gateway endpoints hold none.
PRIVATE = tuple(map(block, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
# Together with those of a link (RFC 3927, RFC 4291): no route of the internet leads there.
_NOT_PUBLIC = (*PRIVATE, *map(block, ("169.254.0.0/16", "fe80::/10")))


def is_private(found: Block) -> bool:
    """Whether some address of the block is none of the internet's."""
    return any(private.meets(found) for private in _NOT_PUBLIC)
