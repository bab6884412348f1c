"""What a host name becomes: the question, and the answer with what decided it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from doctor.network.blocks import Block, block, is_private

if TYPE_CHECKING:  # evidence is made of what is here, and every run imports that
    from doctor.network.model import Network


class Kind(StrEnum):
    """Who answers for the name."""

    ENDPOINT = "endpoint"  # private DNS, or an endpoint's own name: the addresses of its interfaces
    GATEWAY = "gateway"  # a public name whose addresses lie in a gateway endpoint's prefix list
    PRIVATE_ZONE = "private-zone"
    PUBLIC = "public"
    NOWHERE = "nowhere"  # no address: NXDOMAIN, NODATA, a resolver that is off
    DIVERTED = "diverted"  # another resolver answers, or a firewall's own words
    UNKNOWN = "unknown"


class Turns(StrEnum):
    """Whether the addresses of a name are answered together, or one at a time."""

    NONE = ""  # together: a client tries them one after the other
    EACH = "each"  # one at a time, and each at some time, as by weight
    SOME = "some"  # one at a time, by health or place: some perhaps never


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps the name from its best answer: the check that tells it, and the commands that mend it."""

    check: str
    component: str
    detail: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """`addresses` are all that are known: none for a public name about which no public resolver was asked.

    `component` is what decided (vpce-…, a zone, a rule, a group, DHCP options, a VPC). With `unknowns`, the rest is
    what follows from what was read, and what was not read could change it. `notes` are for the reader and decide nothing.
    `turns` tells whether one of the addresses is the whole answer.
    """

    host: str
    kind: Kind
    addresses: tuple[Block, ...] = ()
    component: str = ""
    problems: tuple[Problem, ...] = ()
    unknowns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    turns: Turns = Turns.NONE

    @property
    def certain(self) -> bool:
        """Whether nothing that was left unread could make it another."""
        return self.kind is not Kind.UNKNOWN and not self.unknowns


@dataclass(frozen=True, slots=True)
class Question:
    """A name asked for in a VPC. `public` is what a public resolver said, `chain` the CNAMEs that led here.

    `trusted` are the families for which DNS Firewall let the first name of the chain through with all that it leads to.
    """

    network: Network
    vpc: str
    host: str
    public: tuple[Block, ...] = ()
    chain: tuple[str, ...] = ()
    trusted: tuple[int, ...] = ()


def undecided(question: Question, *why: str, component: str = "") -> Resolution:
    """An answer that nothing that was read decides."""
    return Resolution(question.host, Kind.UNKNOWN, component=component, unknowns=why)


def settled(answer: Resolution, *, problems: tuple[Problem, ...] = (), unknowns: tuple[str, ...] = ()) -> Resolution:
    """The answer with more to say about it, each thing once."""
    return replace(
        answer,
        problems=tuple(dict.fromkeys(problems + answer.problems)),
        unknowns=tuple(dict.fromkeys(unknowns + answer.unknowns)),
    )


def general(command: str, address: str, kind: Kind | None) -> str:
    """A command that opens one address, for all of them where a public name has others by the hour, or none is known.

    A public name that leads to a private address, as a database's does, is no reason to open the internet.
    """
    if kind not in (Kind.PUBLIC, Kind.GATEWAY) or is_private(block(address)):
        return command
    wide = "::/0" if ":" in address else "0.0.0.0/0"
    return command.replace(f"{address}/{128 if ':' in address else 32}", wide)
