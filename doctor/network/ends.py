"""The two ends of a path, and the connections between them."""

from dataclasses import dataclass
from functools import cached_property

from doctor.network.area import EPHEMERAL, Area, Rectangle
from doctor.network.blocks import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where connections start: an interface, or any interface that a function may have in a subnet.

    `blocks` are the addresses that it may have, of both families; `public` the IPv4 addresses that an internet gateway
    maps to it, which a function's interface never has. `ports` are the source ports, first and last.
    Of `untold` families it may have addresses that no reply tells. `dns64` is as of its subnet.
    """

    subnet: str
    vpc: str
    zone: str
    groups: tuple[str, ...]
    blocks: tuple[Block, ...]
    public: tuple[Block, ...] = ()
    interface: str = ""
    ports: tuple[int, int] = EPHEMERAL
    untold: tuple[int, ...] = ()
    dns64: bool | None = False

    def __hash__(self) -> int:
        """Of what tells sources apart in practice: paths are looked up by the ten thousand."""
        return hash((self.subnet, self.groups, self.interface))


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One address and port. `protocol` is `tcp` or `udp`."""

    address: Block
    port: int
    protocol: str = "tcp"


@dataclass(frozen=True, kw_only=True)
class Flow:
    """All connections from a source to a destination."""

    source: Source
    destination: Destination

    @cached_property
    def near(self) -> tuple[Block, ...]:
        """The source's addresses of the destination's family."""
        return tuple(block for block in self.source.blocks if block.family == self.destination.address.family)

    @cached_property
    def whole(self) -> Area:
        """Every connection that was asked about; empty where the source has no address of that family."""
        return Area(tuple(Rectangle(block.first, block.last, *self.source.ports) for block in self.near))

    def among(self, blocks: tuple[Block, ...]) -> Area:
        """The connections whose source address is in one of the blocks."""
        family = self.destination.address.family
        ports = self.source.ports
        return self.whole & Area.of(
            Rectangle(block.first, block.last, *ports) for block in blocks if block.family == family
        )
