"""A path for a person at a terminal, hop by hop, and as the contract's JSON object."""

from collections.abc import Iterable, Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console
from rich.table import Table
from rich.text import Text

from doctor.network.result import Blocker, Hop
from doctor.network.trace import Trace
from doctor.render.page import blank
from doctor.render.plain_text import visible

_STRICT = ConfigDict(frozen=True, extra="forbid")
_SAID = {
    True: ("✓", "bold green", "reachable"),
    False: ("✗", "bold red", "not reachable"),
    None: ("?", "bold yellow", "undecided"),
}
_VERDICTS = {"passes": ("✓", "green"), "blocks": ("✗", "red"), "partly": ("✗", "red"), "unknown": ("?", "yellow")}
_MOST_ADDRESSES = 8
# What an id's first part tells (EC2 API reference, each resource's own id).
_KINDS = {
    "acl": "network ACL",
    "rtb": "route table",
    "subnet": "subnet",
    "eni": "network interface of the target",
    "nat": "NAT gateway",
    "igw": "internet gateway",
    "eigw": "egress-only internet gateway",
    "vpce": "VPC endpoint",
    "pcx": "peering connection",
    "vgw": "VPN gateway",
    "tgw": "transit gateway",
    "tgw-attach": "attachment to the transit gateway",
    "tgw-rtb": "route table of the transit gateway",
}
_AT = {"acl": ", "}


class HopForm(BaseModel):
    """One component on the way, the rule that decided there, and what it decided."""

    model_config = _STRICT

    component: str
    rule: str
    verdict: str


class BlockerForm(BaseModel):
    """What stops connections: the check that knows the fault, the component, the direction, and the fault in words."""

    model_config = _STRICT

    check: str
    component: str
    direction: str
    detail: str


class PathForm(BaseModel):
    """Whether connections pass. `share` is the fraction of (source address x source port) that does, null if undecided.

    Where a name has several addresses, the worst way to any of them decides, and its hops and its share are told;
    blockers and unknowns are those of all ways.
    """

    model_config = _STRICT

    reachable: bool | None
    share: float | None = Field(ge=0, le=1)
    forward: tuple[HopForm, ...]
    back: tuple[HopForm, ...] = Field(serialization_alias="return")
    blockers: tuple[BlockerForm, ...]
    unknowns: tuple[str, ...]


def form(trace: Trace) -> dict[str, object]:
    """The contract's object as plain data."""
    made = PathForm(
        reachable=trace.reachable,
        share=trace.share,
        forward=_hops(trace.worst.forward),
        back=_hops(trace.worst.back),
        blockers=tuple(
            BlockerForm(check=each.check, component=each.component, direction=each.direction, detail=each.detail)
            for each in trace.blockers
        ),
        unknowns=trace.unknowns,
    )
    return made.model_dump(mode="json", by_alias=True)


def _hops(hops: Iterable[Hop]) -> tuple[HopForm, ...]:
    return tuple(HopForm(component=hop.component, rule=hop.rule, verdict=hop.verdict) for hop in hops)


def render(trace: Trace, *, colour: bool, width: int) -> str:
    """The picture as text, `width` columns wide; commands are never wrapped."""
    console, page = blank(colour=colour, width=width)
    mark, style, word = _SAID[trace.reachable]
    ends = f"{trace.asked.start} to {trace.asked.to} over {trace.asked.protocol}"
    word = "partly reachable" if trace.share and trace.share < 1 else word
    console.print(Text(f"{mark} {word}", style).append(f"  {visible(ends)}", "default"))
    for line in (*_share(trace), *_resolved(trace)):
        console.print(Text(f"  {visible(line)}", "dim"))
    _way(console, f"forward: the connection, from {trace.asked.start} to {trace.asked.to}", trace.worst.forward)
    _way(console, f"return: what answers it, from {trace.asked.to} back to {trace.asked.start}", trace.worst.back)
    _stoppers(console, "Blockers", trace.blockers)
    _stoppers(console, "May stop it, and cannot be read from here", trace.suspects)
    _lines(console, "Not known", "?", "yellow", trace.unknowns)
    _lines(console, "Notes", "-", "dim", trace.notes)
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().removesuffix("\n").split("\n"))


def _share(trace: Trace) -> Iterator[str]:
    """What a share between nothing and all means for a function: so many of its connections hang."""
    if trace.share and trace.share < 1:
        yield f"{min(max(round(100 * (1 - trace.share), 1), 0.1), 99.9):g} % of connections hang"


def _resolved(trace: Trace) -> Iterator[str]:
    """What the name became, and which of its addresses the picture is of."""
    if trace.resolution is None or not trace.addresses:
        return
    shown = ", ".join(trace.addresses[:_MOST_ADDRESSES])
    more = f" and {len(trace.addresses) - _MOST_ADDRESSES} more" if len(trace.addresses) > _MOST_ADDRESSES else ""
    if trace.found and trace.found.assumed:
        yield f"{trace.asked.host} is a public name, and {shown}{more} in place of its addresses"
    else:
        yield f"{trace.asked.host} is {shown}{more}{f' ({trace.by})' if trace.by else ''}"
    if len(trace.addresses) > 1:
        yield f"of all ways the worst decides, which is to {trace.worst_address}"


def _way(console: Console, title: str, hops: Sequence[Hop]) -> None:
    if not hops:
        return
    console.print(Text(f"\n{visible(title)}", "bold"))
    routed = next((number for number, hop in enumerate(hops) if hop.component.startswith("rtb-")), len(hops))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=3, justify="right")
    grid.add_column(no_wrap=True, max_width=40)
    grid.add_column(width=7)
    grid.add_column(ratio=1, overflow="fold")
    for number, hop in enumerate(hops):
        mark, style = _VERDICTS.get(hop.verdict, ("?", "yellow"))
        words = ": ".join(filter(None, (_called(hop, before_route=number < routed), hop.rule)))
        grid.add_row(
            Text(mark, style), Text(visible(hop.component)), Text(visible(hop.verdict), style), Text(visible(words))
        )
    console.print(grid)


def _called(hop: Hop, *, before_route: bool) -> str:
    """What kind of component this is, whose, and which way the packets cross it."""
    start = hop.component.rpartition("-")[0]
    if start in ("subnet", "eni") and before_route:
        return "where it starts"
    if start == "sg":
        return f"security group of the {'source' if before_route else 'target'}"
    return f"{_KINDS[start]}{_AT.get(start, ' ')}{hop.place}".rstrip(" ,") if start in _KINDS else ""


def _stoppers(console: Console, title: str, blockers: Sequence[Blocker]) -> None:
    if blockers:
        console.print(Text(f"\n{title}", "bold"))
    for number, blocker in enumerate(blockers, 1):
        where = f"  {visible(blocker.component)}, {visible(blocker.direction)}"
        console.print(Text(f" {number}. {visible(blocker.check)}", "bold").append(where, "not bold dim"))
        _told(console, "", "default", blocker.detail)
        for command in blocker.commands:
            console.print(Text(f"    $ {visible(command)}", "cyan"), soft_wrap=True)


def _lines(console: Console, title: str, mark: str, style: str, said: Sequence[str]) -> None:
    if said:
        console.print(Text(f"\n{title}", "bold"))
    for line in said:
        _told(console, mark, style, line)


def _told(console: Console, mark: str, style: str, line: str) -> None:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=3, justify="right", style=style)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(mark, Text(visible(line)))
    console.print(grid)
