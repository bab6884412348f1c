"""Where a path starts, as the command line names it: `eni-…`, `i-…`, or a function's `subnet-…+sg-…[+sg-…]`."""

import re

from doctor.network.blocks import Block
from doctor.network.ends import Source
from doctor.network.model import Interface, Network, Subnet

_ID = re.compile(r"[0-9A-Za-z-]+")
_FORMS = "name it as eni-…, i-… or subnet-…+sg-…[+sg-…]"
# The first four addresses and the last of a subnet are AWS's own (VPC user guide, "Subnet CIDR blocks").
_RESERVED_BELOW, _RESERVED_ABOVE = 4, 1


def source(network: Network, text: str) -> Source:
    """Read a source. What was not read gives one without addresses, from which nothing can be told.

    Raises:
        ValueError: the text is none of the three forms.
        LookupError: an id does not exist in what was read.
    """
    kind = text.partition("-")[0]
    if not all(_ID.fullmatch(part) for part in text.split("+")):
        raise ValueError(f"{text!r} is no source: {_FORMS}")
    if kind == "subnet":
        return _function(network, *text.split("+"))
    if kind not in ("eni", "i") or "+" in text:
        raise ValueError(f"{text!r} is no source: {_FORMS}")
    if network.interfaces is None:
        return Source(subnet="", vpc="", zone="", groups=(), blocks=(), interface=text)
    return of_interface(network, _instance(network, text) if kind == "i" else _interface(network, text))


def of_interface(network: Network, interface: Interface) -> Source:
    """An interface, with the addresses that it has."""
    subnet = (network.subnets or {}).get(interface.subnet)
    return Source(
        subnet=interface.subnet,
        vpc=interface.vpc,
        zone=subnet.zone if subnet else "",
        groups=tuple(sorted(interface.groups)),
        blocks=tuple(sorted(interface.addresses)),
        public=tuple(sorted(interface.public)),
        interface=interface.id,
        dns64=subnet.dns64 if subnet else None,
    )


def of_function(subnet: Subnet, groups: tuple[str, ...], *, families: tuple[int, ...] = (4, 6)) -> Source:
    """Any interface that a function may have in a subnet: every host address, never a public IPv4 address.

    Without Ipv6AllowedForDualStack a function has IPv4 alone.
    """
    return Source(
        subnet=subnet.id,
        vpc=subnet.vpc,
        zone=subnet.zone,
        groups=tuple(sorted(groups)),
        blocks=tuple(sorted(_hosts(block) for block in subnet.blocks if block.family in families)),
        untold=tuple(family for family in subnet.untold if family in families),
        dns64=subnet.dns64,
    )


def _function(network: Network, subnet: str, *groups: str) -> Source:
    if not groups or not all(group.startswith("sg-") for group in groups):
        raise ValueError(f"a function's source needs its security groups: {_FORMS}")
    for group in groups:
        if network.groups is not None and group not in network.groups:
            raise LookupError(f"the security group {group} does not exist in what was read")
    if network.subnets is None:
        return Source(subnet=subnet, vpc="", zone="", groups=tuple(sorted(groups)), blocks=())
    if subnet not in network.subnets:
        raise LookupError(f"the subnet {subnet} does not exist in what was read")
    return of_function(network.subnets[subnet], groups)


def _interface(network: Network, id: str) -> Interface:
    found = (network.interfaces or {}).get(id)
    if found is None:
        raise LookupError(f"the network interface {id} does not exist in what was read")
    return found


def _instance(network: Network, id: str) -> Interface:
    own = sorted(each.id for each in (network.interfaces or {}).values() if each.instance == id)
    if not own:
        raise LookupError(f"no network interface of the instance {id} exists in what was read")
    if len(own) > 1:
        raise ValueError(f"the instance {id} has several network interfaces, name one: {', '.join(own)}")
    return _interface(network, own[0])


def _hosts(block: Block) -> Block:
    if block.size <= _RESERVED_BELOW + _RESERVED_ABOVE:
        return block
    return Block(block.family, block.first + _RESERVED_BELOW, block.last - _RESERVED_ABOVE)
