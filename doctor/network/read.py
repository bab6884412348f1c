"""From the contents of describe-* replies to a `Network`. Replies are hostile until they are read."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, TypeVar, cast

from doctor.garbage import uncollected
from doctor.network import contradictions, read_naming, read_places, read_routes, read_rules
from doctor.network.beyond import EncryptionControl
from doctor.network.model import Interface, Network, Subnet, Vpc
from doctor.network.reply import Replies, flag, inner, items, objects, text, word
from doctor.verdict import InvalidRequest

Thing = TypeVar("Thing")
_SECTIONS: dict[str, dict[str, Callable[[dict[str, Any]], Any]]] = {
    "vpcs": {"Vpcs": read_places.vpc},
    "subnets": {"Subnets": read_places.subnet},
    "groups": {"SecurityGroups": read_rules.group},
    "acls": {"NetworkAcls": read_rules.acl},
    "tables": {"RouteTables": read_routes.table},
    "interfaces": {"NetworkInterfaces": read_places.interface},
    "endpoints": {"VpcEndpoints": read_places.endpoint},
    "nats": {"NatGateways": read_places.nat},
    "internet_gateways": {"InternetGateways": read_places.internet_gateway},
    "egress_only_gateways": {"EgressOnlyInternetGateways": read_places.egress_only_gateway},
    "vpn_gateways": {"VpnGateways": read_places.vpn_gateway},
    "peerings": {"VpcPeeringConnections": read_places.peering},
    "prefix_lists": {"PrefixLists": read_routes.prefix_list},
    "transit_gateways": {"TransitGateways": read_routes.transit_gateway},
    "attachments": {
        "TransitGatewayAttachments": read_routes.attachment,
        "TransitGatewayVpcAttachments": read_routes.vpc_attachment,
    },
    "transit_tables": {"TransitGatewayRouteTables": read_routes.transit_table},
    "dhcp_options": {"DhcpOptions": read_places.dhcp_options},
}
# Replies that carry no parent's id: their key in `Replies` is `<name>/<parent>`.
_OF_PARENTS: dict[str, tuple[str, Callable[[str, dict[str, Any]], Any]]] = {
    "ManagedPrefixListEntries": ("prefix_lists", read_routes.entries),
    "TransitGatewayRoutes": ("transit_tables", read_routes.transit_routes),
}
_ZONE_ID = re.compile(r"[a-z0-9]+-az\d+")
_NOT_TOLD: tuple[Any, ...] = ("", None)
_STATES = ("state", "associated")
_ATTRIBUTES = {"enableDnsSupport": "dns_support", "enableDnsHostnames": "dns_hostnames"}


@dataclass(frozen=True, slots=True)
class _Found:
    """One thing and where it stood."""

    where: str
    thing: Any


@uncollected()
def network(replies: Replies, *, region: str = "", unread: Mapping[str, str] | None = None) -> Network:
    """The network that replies describe: their lists by their own top-level key, or by `<name>/<parent>`.

    A key that is not there was not read, and its section is None. `unread` says why. The region is that of the subnets,
    where all are of one and none is given.

    Raises:
        InvalidRequest: a reply or an item is not what AWS sends, or two contradict each other; `field` tells where.
    """
    sections = {section: _section(section, readers, replies) for section, readers in _SECTIONS.items()}
    vpcs = cast("dict[str, Vpc] | None", sections["vpcs"])
    contradictions.settle(sections)
    _at_home(sections)
    mode = _account_wide(replies)
    sections["vpcs"] = None if vpcs is None else _with_attributes(vpcs, replies, mode)
    subnets = cast("dict[str, Subnet] | None", sections["subnets"])
    if subnets is not None and mode:
        telling = {key for key, vpc in (vpcs or {}).items() if vpc.internet and mode != "off"}
        silent = {key: each for key, each in subnets.items() if not each.internet and each.vpc not in telling}
        sections["subnets"] = {**subnets, **{key: replace(each, internet=mode) for key, each in silent.items()}}
    if sections["interfaces"]:
        sections["interfaces"] = _with_instances(sections["interfaces"], replies)
    return Network(
        region=region or _region((subnets or {}).values()),
        unread=dict(unread or {}),
        encryption=_encryption(replies),
        naming=read_naming.naming(replies),
        **sections,
    )


def _at_home(sections: dict[str, Any]) -> None:
    """Things that do not tell their VPC are in that of their subnets; and zones that some subnets tell by name alone, and
    others by id alone, cannot be told apart by those ids."""
    subnets: Mapping[str, Subnet] = sections["subnets"] or {}
    for section in contradictions.IN_SUBNETS:
        known = {id: each for id, each in (sections[section] or {}).items() if not each.vpc}
        homes = {
            id: {subnets[of].vpc for of in contradictions.subnets_of(each) if of in subnets}
            for id, each in known.items()
        }
        found = {id: replace(each, vpc=min(homes[id])) for id, each in known.items() if len(homes[id]) == 1}
        sections[section] = {**sections[section], **found} if found else sections[section]
    ids = {id for id, each in subnets.items() if _ZONE_ID.fullmatch(each.zone)}
    if ids and len(ids) < len(subnets):
        sections["subnets"] = {id: replace(each, zone="") if id in ids else each for id, each in subnets.items()}


def _account_wide(replies: Replies) -> str:
    """The mode of Block Public Access of what does not tell its own; "" where it was not read for the account."""
    modes = {word(item, "InternetGatewayBlockMode") for _, item in objects(replies, "VpcBlockPublicAccessOptions")}
    return "off" if modes == {"off"} else " or ".join(sorted(modes | {"off by an exclusion"})) if modes - {""} else ""


def _section(section: str, readers: Mapping[str, Callable[[dict[str, Any]], Any]], replies: Replies) -> Any:
    """What all replies that tell of a section say, by id; None where there is none."""
    found: list[_Found] = []
    for key, reader in readers.items():
        found += _once(_read(key, reader, replies))
    for key in _of_parents(replies, [name for name, (of, _) in _OF_PARENTS.items() if of == section]):
        listing, parent = key.split("/", 1)
        if replies[key] is None:
            raise InvalidRequest(key, "is null, not a list")
        found += _each([(key, {"items": replies[key]})], partial(_OF_PARENTS[listing][1], parent))
    if section == "attachments":
        for key in _of_parents(replies, ["TransitGatewayAssociations"]):
            found += _read(key, partial(read_routes.association, key.split("/", 1)[1]), replies)
    read = any(key in replies for key in readers)
    return {each.thing.id: each.thing for each in _once(found)} if found or read else None


def _of_parents(replies: Replies, listings: Iterable[str]) -> list[str]:
    starts = tuple(f"{listing}/" for listing in listings)
    return sorted(key for key in replies if starts and key.startswith(starts))


def _read(key: str, reader: Callable[[dict[str, Any]], Any], replies: Replies) -> list[_Found]:
    return list(_each(objects(replies, key), reader))


def _each(listed: Iterable[tuple[str, dict[str, Any]]], reader: Callable[[dict[str, Any]], Any]) -> Iterator[_Found]:
    for where, item in listed:
        try:
            yield _Found(where, reader(item))
        except ValueError as error:
            raise InvalidRequest(f"{where}{_identity(item)}", str(error)) from None


def _identity(item: dict[str, Any]) -> str:
    """The first id that an item carries, for messages."""
    ids = (value for key, value in item.items() if isinstance(key, str) and key.endswith("Id"))
    found = next((value for value in ids if isinstance(value, str) and "-" in value), "")
    return f" ({found[:100]})" if found else ""


def _once(found: Iterable[_Found]) -> list[_Found]:
    """Every thing once, by its id."""
    known: dict[str, _Found] = {}
    for each in found:
        id = each.thing.id
        known[id] = _joined(known[id], each) if id in known else each
    return list(known.values())


def _joined(known: _Found, later: _Found) -> _Found:
    """One thing of which two replies tell: what one did not read, the other may have.

    A state may have changed between two different replies; then it is both, a word that no evaluator knows.

    Raises:
        InvalidRequest: both read it, and it is not the same.
    """
    elsewhere = known.where.partition("[")[0] != later.where.partition("[")[0]
    added: dict[str, Any] = {}
    for field in fields(known.thing):
        here, there = getattr(known.thing, field.name), getattr(later.thing, field.name)
        if here == there or there in _NOT_TOLD:
            continue
        if here in _NOT_TOLD:
            added[field.name] = there
        elif elsewhere and field.name in _STATES:
            added[field.name] = " or ".join(sorted((here, there)))
        else:
            raise InvalidRequest(later.where, f"{known.thing.id} is there twice, with a different {field.name}")
    return _Found(known.where, replace(known.thing, **added))


def _with_attributes(vpcs: Mapping[str, Vpc], replies: Replies, mode: str) -> dict[str, Vpc]:
    """VPCs with what was asked for each alone, and with the account's Block Public Access where they tell none."""
    found: dict[str, dict[str, Any]] = {key: {"internet": vpc.internet or mode} for key, vpc in vpcs.items()}
    for key in _of_parents(replies, ["VpcAttribute"]):
        vpc, _, attribute = key.split("/", 1)[1].partition(".")
        for where, item in objects(replies, key):
            if attribute in _ATTRIBUTES and vpc in found:
                try:
                    value = flag(inner(item, attribute[:1].upper() + attribute[1:]), "Value")
                except ValueError as error:
                    raise InvalidRequest(where, str(error)) from None
                found[vpc][_ATTRIBUTES[attribute]] = value
    return {key: replace(vpc, **found[key]) for key, vpc in vpcs.items()}


def _with_instances(interfaces: Mapping[str, Interface], replies: Replies) -> dict[str, Interface]:
    """Interfaces with the instances that describe-instances names as theirs, where they do not tell themselves."""
    found = dict(interfaces)
    for where, reservation in objects(replies, "Reservations"):
        try:
            pairs = [
                (text(interface, "NetworkInterfaceId"), text(instance, "InstanceId"))
                for instance in items(reservation, "Instances")
                for interface in items(instance, "NetworkInterfaces")
            ]
        except ValueError as error:
            raise InvalidRequest(where, str(error)) from None
        for id, instance_id in pairs:
            if id in found and not found[id].instance:
                found[id] = replace(found[id], instance=instance_id)
    return found


def _encryption(replies: Replies) -> dict[str, EncryptionControl] | None:
    """Encryption controls, from their own reply or as describe-vpcs carries them along."""
    own = [each.thing for each in _read("VpcEncryptionControls", read_places.encryption, replies)]
    carried = [(where, item) for where, item in objects(replies, "Vpcs") if item.get("EncryptionControl") is not None]
    along = _each(
        carried, lambda item: read_places.encryption(inner(item, "EncryptionControl") | {"VpcId": item["VpcId"]})
    )
    told = {control.vpc for control in own}
    found = [*own, *(each.thing for each in along if each.thing.vpc not in told)]
    # Of one VPC there may be several: those that are deleted are listed for a while.
    return (
        {control.id or control.vpc: control for control in found}
        if found or "VpcEncryptionControls" in replies
        else None
    )


def _region(subnets: Iterable[Subnet]) -> str:
    """The region of zones such as `us-east-1a`, or of local ones such as `us-west-2-lax-1a`."""
    regions = {"-".join(subnet.zone.rstrip("abcdefghijklmnopqrstuvwxyz").split("-")[:3]) for subnet in subnets}
    return regions.pop() if len(regions) == 1 else ""
