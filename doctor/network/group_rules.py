"""What of a security group's rules is for one protocol and one port: a hundred thousand are sifted in milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from doctor.network.model import ALL_PORTS, GroupRule
from doctor.network.protocols import UNKNOWN, protocol

# First and last address, first and last port, protocol, and the list or group that stands for the addresses.
Row = tuple[int, int, int, int, str, str]


@dataclass(slots=True)
class Fitting:
    """`rows` by family: rules that name addresses. `named` have prefix lists or groups beside.

    `strange` are protocols of rules for this port that nobody knows; `untold`: one has a far end that is not known.
    `count` is of all rules, fitting or not.
    """

    count: int
    rows: dict[int, list[Row]] = field(default_factory=dict)
    named: list[GroupRule] = field(default_factory=list)
    strange: set[str] = field(default_factory=set)
    untold: bool = False


def fitting(rules: Sequence[GroupRule], carrier: str, port: int) -> Fitting:
    """Those that a connection of `tcp` or `udp` to the port may match, in the order in which they came."""
    found = Fitting(count=len(rules))
    names = {word: protocol(word) for word in {rule[0] for rule in rules}}
    whole = {word for word, name in names.items() if name == "all"}
    # Few rules are for the port, and nothing is made for the others.
    if whole:
        reached = [rule for rule in rules if rule[1][0] <= port <= rule[1][1] or rule[0] in whole]
    else:
        reached = [rule for rule in rules if rule[1][0] <= port <= rule[1][1]]
    for rule in reached:
        name = names[rule.protocol]
        if name == UNKNOWN:
            found.strange.add(rule.protocol)
        elif name in (carrier, "all"):
            first, last = ports_of(rule, name)
            for family, low, high in rule.blocks:
                found.rows.setdefault(family, []).append((low, high, first, last, name, ""))
            if rule.lists or rule.groups:
                found.named.append(rule)
            found.untold |= rule.untold
    return found


def ports_of(rule: GroupRule, name: str) -> tuple[int, int]:
    """A rule for all protocols is for all ports, whatever it says."""
    return ALL_PORTS if name == "all" else rule.ports
