"""One direction of a security group, laid out so that a hundred thousand rules are asked in milliseconds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from doctor.network.model import ALL_PORTS, GroupRule
from doctor.network.protocols import CARRIERS, UNKNOWN, protocol

# First and last address, first and last port, protocol, and the list or group that stands for the addresses.
Row = tuple[int, int, int, int, str, str]


@dataclass(slots=True)
class Columns:
    """First and last addresses, first and last ports, each a list of its own.

    A tuple for each rule would wake the garbage collector, which then walks everything that was read, again and again.
    """

    lows: list[int] = field(default_factory=list)
    highs: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)

    def matching(self, start: int, end: int, port: int) -> list[tuple[int, int, int, int]]:
        """Those that hold the port and one of the addresses."""
        return [
            (low, high, first, last)
            for low, high, first, last in zip(self.lows, self.highs, self.firsts, self.lasts, strict=True)
            if low <= end and start <= high and first <= port <= last
        ]


@dataclass(slots=True)
class Rules:
    """`rows` by protocol and family: rules that name addresses. `named` have prefix lists or groups beside.

    `strange` have a protocol that nobody knows. Rules for protocols other than TCP and UDP only count.
    """

    count: int = 0
    rows: dict[tuple[str, int], Columns] = field(default_factory=dict)
    named: list[GroupRule] = field(default_factory=list)
    strange: list[GroupRule] = field(default_factory=list)


def laid_out(rules: Sequence[GroupRule]) -> Rules:
    """The rules in the order in which they came."""
    laid = Rules(count=len(rules))
    rows: dict[tuple[str, int], Columns] = defaultdict(Columns)
    word, name = None, UNKNOWN
    for rule in rules:
        spelled, ports, blocks, lists, groups = rule
        if spelled is not word:  # most are spelled like the one before
            word, name = spelled, protocol(spelled)
        if name == UNKNOWN:
            laid.strange.append(rule)
        elif name in CARRIERS:
            first, last = ALL_PORTS if name == "all" else ports
            for family, low, high in blocks:
                columns = rows[name, family]
                columns.lows.append(low)
                columns.highs.append(high)
                columns.firsts.append(first)
                columns.lasts.append(last)
            if lists or groups:
                laid.named.append(rule)
    laid.rows = dict(rows)
    return laid


def ports_of(rule: GroupRule, name: str) -> tuple[int, int]:
    """A rule for all protocols is for all ports, whatever it says."""
    return ALL_PORTS if name == "all" else rule.ports
