"""What private hosted zones answer in a VPC, with aliases and CNAMEs followed."""

from collections.abc import Callable
from dataclasses import replace

from doctor.network import dns_remedies, endpoint_names, hosted_zones
from doctor.network.blocks import Block
from doctor.network.endpoint_names import Served
from doctor.network.model import Vpc
from doctor.network.resolution import Kind, Problem, Question, Resolution, Turns, settled, undecided
from doctor.network.zones import Record, Zone, covers, depth

_LONGEST_CHAIN = 8  # names that lead to each other
_MOST_TARGETS, _MOST_FURTHER = 8, 2  # of one name, and of one that a name led to: each is followed to its end
Follow = Callable[[Question], Resolution]


def answer(question: Question, vpc: Vpc, zones: tuple[Zone, ...], served: Served, follow: Follow) -> Resolution:
    """What the most specific zones (several only where they share a name) say; `follow` resolves a CNAME's target."""
    zone, host = zones[0], question.host
    if len(zones) > 1 or (served.endpoint and served.depth == depth(zone.name)):
        rivals = [each.id for each in zones] + ([served.endpoint.id] if served.endpoint else [])
        why = f"{' and '.join(rivals)} both answer for {zone.name}: which one wins is not documented"
        return undecided(question, why, component=zone.id)
    if why := _unreadable(zone, vpc):
        return undecided(question, why, component=zone.id)
    if handed := hosted_zones.delegated(zone, host):
        why = f"hosted zone {zone.id} hands {handed.name} on to {', '.join(handed.values)}"
        return undecided(question, why, component=zone.id)
    records = hosted_zones.lookup(zone, host)
    if records is None:
        return _hidden(question, vpc, zone, f"has no {host}")
    found = _recorded(question, zone, records, follow)
    return (
        _hidden(question, vpc, zone, f"has no address of {host}")
        if found.kind is Kind.NOWHERE and found.certain
        else found
    )


def _hidden(question: Question, vpc: Vpc, zone: Zone, lacks: str) -> Resolution:
    """A zone that answers for a name and knows no address of it: the resolver asks nobody else."""
    words = f"hosted zone {zone.id} ({zone.name}) answers in {vpc.id}, and {lacks}: no public resolver is asked"
    commands = dns_remedies.leave_zone(zone, vpc.id, question.network.region)
    hides = Problem("dns.private-zone-shadows", zone.id, words, commands)
    return Resolution(question.host, Kind.NOWHERE, component=zone.id, problems=(hides,))


def _unreadable(zone: Zone, vpc: Vpc) -> str:
    if zone.records is None:
        return f"the records of hosted zone {zone.id} ({zone.name}) were not read"
    if not vpc.dns_hostnames:
        state = "off" if vpc.dns_hostnames is False else "unread"
        return f"private zones need enableDnsHostnames, which is {state} in {vpc.id}: what {zone.id} answers is unknown"
    return ""


def _recorded(question: Question, zone: Zone, records: tuple[Record, ...], follow: Follow) -> Resolution:
    """The addresses that the records hold or lead to. No record of an address: the name exists, and leads nowhere."""
    records = hosted_zones.answered(records)
    found, unknowns, problems = set(hosted_zones.addresses(records)), list[str](), list[Problem]()
    unknowns += [
        f"what the {record.kind} record of {question.host} ({zone.id}) says was not told in words that are known"
        for record in records
        if hosted_zones.silent(record)
    ]
    led = {record.alias for record in records if record.alias and record.kind in ("A", "AAAA")}
    led |= {value for record in records if record.kind == "CNAME" for value in (*record.values, record.alias) if value}
    if len(led) > (_MOST_FURTHER if question.chain else _MOST_TARGETS):
        why = f"{question.host} leads to {len(led)} names ({zone.id}), more than are followed"
        return undecided(question, why, component=zone.id)
    cnames = {value for record in records if record.kind == "CNAME" for value in record.values}
    ends = [replace(question, host=each, public=(), chain=(*question.chain, question.host)) for each in sorted(led)]
    followed = {each.host: _led(each, zone, follow, alias=each.host not in cnames) for each in ends}
    for target, further in followed.items():
        found.update(further.addresses)
        unknowns += further.unknowns
        problems += further.problems
        if not further.addresses and not further.unknowns:
            unknowns.append(f"{question.host} leads to {target} ({zone.id}), whose addresses are not known")
    kind = Kind.PRIVATE_ZONE if found or led else Kind.NOWHERE
    answer = Resolution(question.host, kind, _sorted(found), zone.id, turns=_turns(records, tuple(followed.values())))
    return settled(answer, problems=tuple(problems), unknowns=tuple(unknowns))


def _turns(records: tuple[Record, ...], followed: tuple[Resolution, ...]) -> Turns:
    """Whether the addresses are answered one at a time, here or further on; several behind one name come together again."""
    own = hosted_zones.turns(records)
    further = {each.turns for each in followed} - {Turns.NONE}
    if further:
        return Turns.SOME if own or len(followed) > 1 else further.pop()
    return Turns.SOME if own and any(len(each.addresses) > 1 for each in followed) else own


def _led(question: Question, zone: Zone, follow: Follow, *, alias: bool) -> Resolution:
    """Where a record leads. Route 53 itself looks an alias up, and the VPC's resolver a CNAME."""
    if question.host in question.chain or len(question.chain) > _LONGEST_CHAIN:
        return undecided(question, f"{' -> '.join((*question.chain, question.host))} does not come to an end")
    if not alias:
        return follow(question)
    if covers(zone.name, question.host):
        return _recorded(question, zone, hosted_zones.lookup(zone, question.host) or (), follow)
    return endpoint_names.endpoint_named(question) or Resolution(question.host, Kind.PUBLIC)


def _sorted(found: set[Block]) -> tuple[Block, ...]:
    return tuple(sorted(found))
