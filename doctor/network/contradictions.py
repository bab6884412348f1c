"""What replies say of each other must agree. Else the order in which things are listed would decide."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from doctor.network.blocks import Block
from doctor.network.model import Interface, Subnet
from doctor.verdict import InvalidRequest

# What names the subnets that it stands in or belongs to, each of which is in the same VPC, and the reply that tells of it.
IN_SUBNETS = {
    "tables": "RouteTables",
    "acls": "NetworkAcls",
    "interfaces": "NetworkInterfaces",
    "endpoints": "VpcEndpoints",
    "nats": "NatGateways",
}


def settle(sections: Mapping[str, Any]) -> None:
    """Hold sections of a network, by their name, against each other.

    Raises:
        InvalidRequest: two contradict each other; `field` and message name both by their ids.
    """
    subnets: Mapping[str, Subnet] = sections["subnets"] or {}
    for section, reply in IN_SUBNETS.items():
        for each in (sections[section] or {}).values():
            for subnet in subnets_of(each):
                known = subnets.get(subnet)
                if known and each.vpc and known.vpc and known.vpc != each.vpc:
                    said = f"{each.id} is in {each.vpc} and names {subnet}, which is in {known.vpc}"
                    raise InvalidRequest(f"{reply}[{each.id}]", said)
    ranges = _ranges(subnets.values())
    for interface in (sections["interfaces"] or {}).values():
        if home := subnets.get(interface.subnet):
            _at_home(interface, home, ranges.get(home.vpc, []))


def subnets_of(thing: Any) -> tuple[str, ...]:
    """The subnets that a thing of any kind names."""
    return thing.subnets if hasattr(thing, "subnets") else (thing.subnet,)


def _ranges(subnets: Iterable[Subnet]) -> dict[str, list[tuple[Block, str]]]:
    """The blocks of subnets and whose they are, by VPC and in their order; no two of a VPC meet (VPC user guide, "Subnet
    CIDR blocks")."""
    found: dict[str, list[tuple[Block, str]]] = {}
    for subnet in subnets:
        if subnet.vpc:
            found.setdefault(subnet.vpc, []).extend((block, subnet.id) for block in subnet.blocks)
    for blocks in found.values():
        blocks.sort()
        for (one, of), (next_, other) in pairwise(blocks):
            if of != other and one.meets(next_):
                raise InvalidRequest(f"Subnets[{other}]", f"{of} has {one} and {other} has {next_}, in the same VPC")
    return found


def _at_home(interface: Interface, home: Subnet, ranges: list[tuple[Block, str]]) -> None:
    """No interface has an address of another subnet than its own."""
    for address in interface.addresses:
        if any(block.covers(address) for block in home.blocks):
            continue
        place = bisect_right(ranges, address, key=lambda each: each[0])
        # One address sorts behind the block that begins with it only where it is that block, so both neighbours are asked.
        near = [each for each in ranges[max(place - 1, 0) : place + 1] if each[0].covers(address)]
        for _, other in near:
            said = f"{interface.id} is in {home.id}, and its address {address} is in {other}"
            raise InvalidRequest(f"NetworkInterfaces[{interface.id}]", said)
