"""Security groups and network ACLs from their replies. Rules come by the hundred thousand."""

from functools import lru_cache
from operator import itemgetter
from typing import Any

from doctor.network.blocks import Block, block
from doctor.network.model import ALL_PORTS, Acl, AclEntry, GroupReference, GroupRule, SecurityGroup
from doctor.network.reply import absent, flag, inner, items, kind, name, names, number, text, word

# IANA's protocol numbers, as EC2 writes them (API reference, IpPermission and NetworkAclEntry).
_PROTOCOLS = {"-1": "all", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_WITH_PORTS = ("tcp", "udp")
_LAST_PORT = ALL_PORTS[1]
_TOLD = itemgetter(
    "IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"
)  # what EC2 says of a rule with ports
_FAR_ENDS = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
_PERMISSION = frozenset({"IpProtocol", "FromPort", "ToPort", *_FAR_ENDS})
_KEYS = len(_PERMISSION)
_tuple = tuple.__new__


def group(item: dict[str, Any]) -> SecurityGroup:
    """An item of SecurityGroups."""
    return SecurityGroup(
        id=name(item, "GroupId"),
        vpc=text(item, "VpcId"),
        owner=text(item, "OwnerId"),
        name=text(item, "GroupName"),
        ingress=tuple(map(_rule, items(item, "IpPermissions"))),
        egress=tuple(map(_rule, items(item, "IpPermissionsEgress"))),
        unread=absent(item, ingress="IpPermissions", egress="IpPermissionsEgress"),
    )


def _rule(permission: dict[str, Any]) -> GroupRule:
    """Nearly all rules are for one block and a port or two: they are read in half the time of the others."""
    try:
        protocol, first, last, (part,), more, lists, groups = _TOLD(permission)
        sound = protocol in _WITH_PORTS and type(first) is type(last) is int and 0 <= first <= last <= _LAST_PORT
        if sound and more == lists == groups == [] and len(permission) == _KEYS:
            # Straight to the tuple, past a constructor that takes its time.
            return _tuple(GroupRule, (protocol, (first, last), (block(part["CidrIp"]),), (), (), False))
    except (TypeError, ValueError, KeyError, AttributeError):
        pass  # another kind of rule, or what is not sound: that is told below
    protocol, ports = _span(permission.get("IpProtocol"), permission.get("FromPort"), permission.get("ToPort"))
    return GroupRule(
        protocol=protocol,
        ports=ports,
        blocks=(*_ranges(permission, "IpRanges", "CidrIp"), *_ranges(permission, "Ipv6Ranges", "CidrIpv6")),
        lists=names(permission, "PrefixListIds", "PrefixListId"),
        groups=tuple(map(_reference, items(permission, "UserIdGroupPairs"))),
        untold=_untold(permission),
    )


def _untold(permission: dict[str, Any]) -> bool:
    """Whether something that is not known may be a far end of a rule: it names none, though every rule has one, a list is
    null, or a key that nobody knows holds something. A list that is not there, beside another one, is an empty one."""
    none = not any(permission.get(key) for key in _FAR_ENDS)
    null = any(permission[key] is None for key in _FAR_ENDS if key in permission)
    return none or null or any(value for key, value in permission.items() if key not in _PERMISSION)


def _ranges(permission: dict[str, Any], key: str, of: str) -> tuple[Block, ...]:
    """The blocks of a list of ranges; most are sound, and what is wrong with the others is found out afterwards."""
    ranges = permission.get(key)
    if not isinstance(ranges, list):
        return tuple(block(name(part, of)) for part in items(permission, key))
    try:
        return tuple([block(part[of]) for part in ranges])
    except (KeyError, TypeError, AttributeError):
        return tuple(block(name(part, of)) for part in items(permission, key))


def _span(protocol: object, first: object, last: object) -> tuple[str, tuple[int, int]]:
    """Protocol and ports; of ICMP the same keys hold type and code, which no connection of ours has.

    Rules for TCP and UDP always name their ports (EC2 API reference, IpPermission: "you must specify a port range").
    """
    try:
        return _sound_span(protocol, first, last)
    except TypeError:  # a list or an object cannot be looked up
        raise ValueError(
            f"protocol and ports are {kind(protocol)}, {kind(first)} and {kind(last)}, not a word and two numbers"
        ) from None


@lru_cache(maxsize=4096, typed=True)
def _sound_span(protocol: object, first: object, last: object) -> tuple[str, tuple[int, int]]:
    if not isinstance(protocol, str) or not protocol:
        raise ValueError(f"the protocol is {kind(protocol)}, not a word")
    protocol = _PROTOCOLS.get(protocol.lower(), protocol.lower())
    if protocol not in _WITH_PORTS:
        return protocol, ALL_PORTS
    start, end = (number({"the port": port}, "the port") for port in (first, last))
    if start is None or end is None:
        raise ValueError(f"a rule for {protocol} has the ports {start} to {end}, and a rule for {protocol} names both")
    if start == -1 and end in (-1, _LAST_PORT):
        return protocol, ALL_PORTS
    if not 0 <= start <= end <= _LAST_PORT:
        raise ValueError(f"{start} to {end} is no range of ports")
    return protocol, (start, end)


def _reference(pair: dict[str, Any]) -> GroupReference:
    return GroupReference(
        group=text(pair, "GroupId") or name(pair, "GroupName"),
        owner=text(pair, "UserId"),
        vpc=text(pair, "VpcId"),
        peering=text(pair, "VpcPeeringConnectionId"),
        status=word(pair, "PeeringStatus"),
    )


def acl(item: dict[str, Any]) -> Acl:
    """An item of NetworkAcls."""
    return Acl(
        id=name(item, "NetworkAclId"),
        vpc=text(item, "VpcId"),
        default=flag(item, "IsDefault") or False,
        subnets=names(item, "Associations", "SubnetId"),
        entries=_each_number_once(tuple(map(_entry, items(item, "Entries")))),
        unread=absent(item, entries="Entries", subnets="Associations"),
    )


def _each_number_once(entries: tuple[AclEntry, ...]) -> tuple[AclEntry, ...]:
    """The first match decides, so two entries of one number, direction and family that differ leave nothing decided.

    Raises:
        ValueError: there are such; no network ACL has them (EC2 API reference, CreateNetworkAclEntry).
    """
    known: dict[tuple[int, bool, int], AclEntry] = {}
    for each in entries:
        place = each.number, each.egress, each.block.family
        if known.setdefault(place, each) != each:
            way = "outbound" if each.egress else "inbound"
            raise ValueError(
                f"two {way} entries for IPv{each.block.family} have the RuleNumber {each.number}, and differ"
            )
    return tuple(known.values())


def _entry(item: dict[str, Any]) -> AclEntry:
    rule, egress, action = number(item, "RuleNumber"), flag(item, "Egress"), word(item, "RuleAction")
    if rule is None or egress is None or action not in ("allow", "deny"):
        raise ValueError(f"an entry has the RuleNumber {rule}, Egress {egress} and RuleAction {action!r}")
    span = inner(item, "PortRange")
    # An entry without a range is for every port; half a range is nothing that AWS sends.
    first, last = ALL_PORTS if item.get("PortRange") is None else (span.get("From"), span.get("To"))
    protocol, ports = _span(item.get("Protocol"), first, last)
    return AclEntry(
        number=rule,
        egress=egress,
        allow=action == "allow",
        protocol=protocol,
        block=block(text(item, "CidrBlock") or name(item, "Ipv6CidrBlock")),
        ports=ports,
    )
