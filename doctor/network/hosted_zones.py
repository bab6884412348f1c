"""What a private hosted zone answers: its records, its wildcards, what it hands on.

Facts: Route 53 developer guide, "Considerations when working with a private hosted zone" (a matching zone without
the record is the end: no public resolver is asked), "Choosing a routing policy", "Values specific for weighted records" (a
weight of 0), "How Amazon Route 53 chooses records when health checking is configured"; RFC 4592 for wildcards.
"""

from collections.abc import Iterator

from doctor.network.blocks import Block, block
from doctor.network.resolution import Turns
from doctor.network.zones import Record, Zone, covers, depth

# Route 53 API reference, ResourceRecordSet, Type: all that hold no address and lead to none.
_OTHERS = frozenset(
    ["SOA", "TXT", "NS", "MX", "NAPTR", "PTR", "SRV", "SPF", "CAA", "DS", "TLSA", "SSHFP", "SVCB", "HTTPS"]
)


def most_specific(zones: tuple[Zone, ...], host: str) -> tuple[Zone, ...]:
    """The zones that the resolver asks for the host: those of the longest name; several only where they share it."""
    fitting = [zone for zone in zones if covers(zone.name, host)]
    deepest = max((depth(zone.name) for zone in fitting), default=0)
    return tuple(sorted((zone for zone in fitting if depth(zone.name) == deepest), key=lambda zone: zone.id))


def delegated(zone: Zone, host: str) -> Record | None:
    """The NS record below the zone's top that hands the host on."""
    handed = [
        record
        for record in zone.records or ()
        if record.kind == "NS" and record.name.endswith(f".{zone.name}") and covers(record.name, host)
    ]
    return max(handed, key=lambda record: depth(record.name), default=None)


def lookup(zone: Zone, host: str) -> tuple[Record, ...] | None:
    """The record sets of the host, of any type: its own, else the nearest wildcard's. None: there is no such name."""
    by_name: dict[str, list[Record]] = {}
    for record in sorted(zone.records or (), key=lambda record: (record.name, record.kind, record.values)):
        by_name.setdefault(record.name, []).append(record)
    if host in by_name:
        return tuple(by_name[host])
    existing = {zone.name, *by_name, *(ancestor for name in by_name for ancestor in _upward(name, zone.name))}
    if host in existing:
        return ()
    encloser = next(ancestor for ancestor in _upward(host, zone.name) if ancestor in existing)
    wildcard = by_name.get(f"*.{encloser}")
    return tuple(wildcard) if wildcard else None


def answered(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Those that Route 53 ever answers with: a weight of 0 waits for the others to be unhealthy, which some never are."""
    busy = {record.kind for record in records if record.chosen == "weight"}
    return tuple(record for record in records if record.chosen != "idle" or record.kind not in busy)


def turns(records: tuple[Record, ...]) -> Turns:
    """Whether one of several records is the whole answer. Several of one name and type always have a routing policy, which
    older recordings do not tell."""
    found = set[str]()
    for kind in {record.kind for record in records}:
        alike = [record.chosen for record in records if record.kind == kind]
        found |= set(alike) - {"many"} if len(alike) > 1 else set()
    if not found:
        return Turns.NONE
    return Turns.EACH if found <= {"weight", "idle"} else Turns.SOME


def addresses(records: tuple[Record, ...]) -> tuple[Block, ...]:
    """What A and AAAA records hold. A value that is no address is left out."""
    return tuple(sorted({found for record in records if record.kind in ("A", "AAAA") for found in _blocks(record)}))


def silent(record: Record) -> bool:
    """Whether a record may lead to an address that it does not tell, or is of a type that nobody knows."""
    if record.kind in ("A", "AAAA"):
        return not record.alias and not any(_blocks(record))
    return not (record.alias or record.values) if record.kind == "CNAME" else record.kind not in _OTHERS


def _blocks(record: Record) -> Iterator[Block]:
    for value in record.values:
        try:
            yield block(value)
        except ValueError:
            continue


def _upward(name: str, top: str) -> Iterator[str]:
    """The names above a name, nearest first, up to the zone's own."""
    while name != top and name:
        name = name.partition(".")[2]
        yield name
