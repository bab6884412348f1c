"""The route tables of transit gateways: which attachment an address leads to.

Source: transit gateway guide, "How transit gateways work", route evaluation order: the longest prefix, then static before
propagated; a blackhole drops what it matches.
"""

from dataclasses import dataclass, replace

from doctor.network import remedies
from doctor.network.beyond import Attachment, TransitRoute
from doctor.network.blocks import Block, block
from doctor.network.ends import Flow
from doctor.network.model import Network
from doctor.network.result import Judgement
from doctor.network.stage import passes, stops, undecided

CHECK = "network.transit-gateway-broken"
_LIVE = frozenset({"active", "blackhole"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """The attachment that traffic of another one is handed to; "" where there is none, or it cannot be told."""

    judged: Judgement
    attachment: str = ""


def lead(network: Network, flow: Flow, entered: Attachment, to: Block) -> Led:
    """What becomes of packets to `to` that enter the gateway by an attachment."""
    unassociated = _association(network, flow, entered)
    if unassociated:
        return Led(judged=unassociated)
    table = (network.transit_tables or {}).get(entered.table)
    if table is None or table.routes is None:
        reason = network.missing("the routes of", "TransitGatewayRoutes", entered.table)
        return Led(judged=undecided(entered.table, reason))
    candidates, doubts = _candidates(network, table.routes, to)
    if doubts:
        return Led(judged=undecided(entered.table, *doubts))
    if not candidates:
        detail = f"{entered.table} has no route to {to}"
        return Led(judged=stops(flow, CHECK, entered.table, detail, _propagation(network, entered, to)))
    best = max((length, static) for length, static, _ in candidates)
    winners = [route for length, static, route in candidates if (length, static) == best]
    return _follow(network, flow, entered, to, winners)


def _association(network: Network, flow: Flow, entered: Attachment) -> Judgement | None:
    """The reason why no table routes what enters by an attachment; None where one does."""
    if entered.table and entered.associated in ("associated", ""):
        return None
    if entered.associated in ("disassociating", "disassociated"):
        detail = f"its association with {entered.table or 'a route table'} is {entered.associated}"
        return stops(flow, CHECK, entered.id, detail, _association_command(network, entered))
    if entered.table or entered.associated:
        return undecided(entered.id, f"the association of {entered.id} is in the state {entered.associated}")
    # Only the gateway's owner is told of associations: where others of this gateway show one, ours has none.
    shown = [each for each in (network.attachments or {}).values() if each.gateway == entered.gateway and each.table]
    if not shown:
        return undecided(entered.id, network.missing("the association of", "TransitGatewayAttachments", entered.id))
    detail = "the attachment is associated with no route table of the transit gateway"
    return stops(flow, CHECK, entered.id, detail, _association_command(network, entered))


def _association_command(network: Network, entered: Attachment) -> tuple[str, ...]:
    tables = sorted(each.id for each in (network.transit_tables or {}).values() if each.gateway == entered.gateway)
    return (remedies.associate(entered.table or (tables[0] if tables else "TABLE"), entered.id),)


def _candidates(
    network: Network, known: tuple[TransitRoute, ...], to: Block
) -> tuple[list[tuple[int, bool, TransitRoute]], list[str]]:
    """The routes that take all of the block, and what hinders the choice."""
    found, doubts = [], []
    for route in known:
        if route.state == "deleted":
            continue
        if isinstance(route.to, str):
            listed = (network.prefix_lists or {}).get(route.to)
            blocks = listed.blocks if listed else None
            if blocks is None:
                doubts.append(network.missing("prefix list", "PrefixLists", route.to))
        else:
            blocks = (route.to,)
        for each in blocks or ():
            if each.covers(to):
                found.append((each.length, route.static, route))
            elif each.meets(to):
                doubts.append(f"the route to {each} takes a part of {to} alone")
    return found, sorted(set(doubts))


def _follow(network: Network, flow: Flow, entered: Attachment, to: Block, winners: list[TransitRoute]) -> Led:
    table = entered.table
    strange = sorted({route.state for route in winners} - _LIVE)
    if strange:
        return Led(judged=undecided(table, f"the route of {table} to {to} is in the state {', '.join(strange)}"))
    black = min((str(route.to) for route in winners if route.state == "blackhole"), default="")
    if black and any(route.state != "blackhole" for route in winners):
        return Led(judged=undecided(table, f"of two like routes of {table} to {to} one is a blackhole"))
    if black:
        detail = f"the route of {table} to {black} is a blackhole"
        holding = _holding(network, entered, to) if "-" not in black else []
        commands = tuple(remedies.replace_transit_route(table, block(black), id) for id in holding[:1])
        return Led(judged=stops(flow, CHECK, table, detail, commands))
    attachments = sorted({id for route in winners for id in route.attachments})
    if len(attachments) != 1:
        ways = " or ".join(attachments) or "an attachment that was not told"
        return Led(judged=undecided(table, f"{table} sends {to} to {ways}"))
    return Led(judged=passes(flow, table, f"{to} to {attachments[0]}"), attachment=attachments[0])


def _propagation(network: Network, entered: Attachment, to: Block) -> tuple[str, ...]:
    """Let the attachment whose VPC holds the address announce it."""
    return tuple(remedies.propagate(entered.table, id) for id in _holding(network, entered, to)[:1])


def _holding(network: Network, entered: Attachment, to: Block) -> list[str]:
    """The attachments of the same gateway whose VPC holds the address."""
    here = (each for each in (network.attachments or {}).values() if each.gateway == entered.gateway)
    vpcs = network.vpcs or {}
    known = ((each.id, vpcs[each.resource]) for each in here if each.resource in vpcs)
    return sorted(id for id, vpc in known if any(each.covers(to) for each in vpc.blocks))


def as_answer(judged: Judgement) -> Judgement:
    """The same stage, met by the answer."""
    blockers = tuple(replace(blocker, direction="return") for blocker in judged.blockers)
    return replace(judged, hops=(), returning=judged.hops + judged.returning, blockers=blockers)
