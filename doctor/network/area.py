"""Which connections pass: sets of (source address x source port), as disjoint rectangles.

A network ACL that lets answers back to half of the ephemeral ports stops half of all connections, and a rule on the far
side may know only part of a subnet. Whether a path is open is therefore a share, and not a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

EPHEMERAL = (1024, 65535)  # what Lambda and NAT gateways connect from (VPC user guide, "Network ACLs", ephemeral ports)


class Rectangle(NamedTuple):
    """Addresses and ports, all bounds included. The family is the same within one area."""

    first_address: int
    last_address: int
    first_port: int
    last_port: int

    @property
    def size(self) -> int:
        """How many pairs."""
        return (self.last_address - self.first_address + 1) * (self.last_port - self.first_port + 1)

    def common(self, other: Rectangle) -> Rectangle | None:
        """What both hold."""
        found = Rectangle(
            max(self.first_address, other.first_address),
            min(self.last_address, other.last_address),
            max(self.first_port, other.first_port),
            min(self.last_port, other.last_port),
        )
        return found if found.first_address <= found.last_address and found.first_port <= found.last_port else None

    def without(self, other: Rectangle) -> Iterator[Rectangle]:
        """What is left when the other is cut out, in at most four parts."""
        cut = self.common(other)
        if cut is None:
            yield self
            return
        if self.first_address < cut.first_address:
            yield self._replace(last_address=cut.first_address - 1)
        if cut.last_address < self.last_address:
            yield self._replace(first_address=cut.last_address + 1)
        middle = self._replace(first_address=cut.first_address, last_address=cut.last_address)
        if self.first_port < cut.first_port:
            yield middle._replace(last_port=cut.first_port - 1)
        if cut.last_port < self.last_port:
            yield middle._replace(first_port=cut.last_port + 1)


@dataclass(frozen=True, slots=True)
class Area:
    """Disjoint rectangles. `&`, `|` and `-` are those of sets; an empty area is false."""

    parts: tuple[Rectangle, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[Rectangle]) -> Area:
        """The union of rectangles that may overlap."""
        found = cls()
        for part in parts:
            found |= cls((part,))
        return found

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def size(self) -> int:
        """How many pairs."""
        if len(self.parts) == 1:
            return self.parts[0].size
        return sum(part.size for part in self.parts)

    def __and__(self, other: Area) -> Area:
        if self.parts == other.parts:
            return self  # stage after stage lets all of one flow pass
        return Area(tuple(cut for mine in self.parts for theirs in other.parts if (cut := mine.common(theirs))))

    def __sub__(self, other: Area) -> Area:
        if not other.parts:
            return self
        left = self.parts
        for cut in other.parts:
            left = tuple(piece for part in left for piece in part.without(cut))
        return Area(left)

    def __or__(self, other: Area) -> Area:
        if not other.parts:
            return self
        return Area(self.parts + (other - self).parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Area) and self.size == other.size and not self - other

    def __hash__(self) -> int:
        return hash(self.size)
