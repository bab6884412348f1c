"""From the contents of Route 53 replies to a `Naming`. Replies are hostile until they are read.

Some lists do not tell whose they are, so that their keys name it: `HostedZoneSummaries/<vpc>` is what
ListHostedZonesByVPC says of a VPC (without `/<vpc>` it is the only one's), and `HostedZoneRecords/<zone>`,
`FirewallRules/<group>` and `FirewallDomains/<list>` are what is listed in each. `FirewallDomains` are texts, or the
replies that hold them under `Domains`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from doctor.network.reply import Replies, flag, inner, items, kind, name, names, number, objects, text, word
from doctor.network.zones import FirewallGroup, FirewallRule, Naming, Profile, Record, ResolverRule, Zone, plain
from doctor.verdict import InvalidRequest

Thing = TypeVar("Thing")
_GONE = ("deleting", "deleted", "failed", "overridden")
_THREATS = ("DnsThreatProtection", "FirewallThreatProtectionId")  # what a rule without a list looks for
_TYPES = {"TYPE1": "A", "TYPE28": "AAAA"}  # types of queries may be written as numbers (FirewallRule, Qtype)
# Of a rule that tells nothing, what CNAMEs lead to is inspected (FirewallRule, FirewallDomainRedirectionAction).
_TRUSTING = {"trust_redirection_domain": True, "inspect_redirection_domain": False, "": False}
_LISTS = (
    "HostedZones",
    "HostedZoneSummaries",
    "ResolverRules",
    "FirewallRuleGroupAssociations",
    "ProfileAssociations",
    "FirewallConfigs",
)


def naming(replies: Replies) -> Naming | None:
    """What the replies tell of names; None where there is no such reply. A key that is not there was not read.

    Raises:
        InvalidRequest: a reply or an item is not what AWS sends; `field` tells where.
    """
    if not any(key.partition("/")[0] in _LISTS for key in replies):
        return None
    pairs = _optional(replies, "ResolverRuleAssociations", _association)
    rules = _associated_rules(replies, pairs)
    read = {rule for _, item in objects(replies, "ResolverRules") if (rule := text(item, "Id"))}
    configs = _optional(replies, "FirewallConfigs", _fails_open)
    return Naming(
        zones=_zones(replies),
        loose=_read(replies, "HostedZones", lambda item: _private_zone(item, replies)),
        rules=rules,
        firewalls=_optional(replies, "FirewallRuleGroupAssociations", lambda item: _group(item, replies)),
        profiles=_optional(replies, "ProfileAssociations", _profile),
        fails_open=None if configs is None else dict(configs),
        strays=tuple(sorted({pair for pair in pairs or () if rules is not None and pair[0] not in read})),
    )


def _read(replies: Replies, key: str, reader: Callable[[dict[str, Any]], Thing | None]) -> tuple[Thing, ...]:
    found = []
    for where, item in objects(replies, key):
        try:
            thing = reader(item)
        except ValueError as error:
            raise InvalidRequest(where, str(error)) from None
        if thing is not None:
            found.append(thing)
    return tuple(found)


def _optional(replies: Replies, key: str, reader: Callable[[dict[str, Any]], Thing | None]) -> tuple[Thing, ...] | None:
    return _read(replies, key, reader) if key in replies else None


def _zones(replies: Replies) -> dict[str, tuple[Zone, ...]] | None:
    """Zones by VPC; None where no VPC was asked about."""
    plainly, start = "HostedZoneSummaries", "HostedZoneSummaries/"
    of = {key.removeprefix(start): key for key in sorted(replies) if key.startswith(start)}
    vpcs = [text(item, "VpcId") for _, item in objects(replies, "Vpcs")]
    if plainly in replies and len(vpcs) == 1:
        of.setdefault(vpcs[0], plainly)
    return {vpc: _read(replies, key, lambda item: _zone(item, replies)) for vpc, key in of.items()} or None


def _zone(item: dict[str, Any], replies: Replies) -> Zone:
    owner = inner(item, "Owner")
    return _zone_of(
        name(item, "HostedZoneId"), item, text(owner, "OwningAccount") or text(owner, "OwningService"), replies
    )


def _private_zone(item: dict[str, Any], replies: Replies) -> Zone | None:
    return _zone_of(name(item, "Id"), item, "", replies) if inner(item, "Config").get("PrivateZone") is True else None


def _zone_of(id: str, item: dict[str, Any], owner: str, replies: Replies) -> Zone:
    zone = id.rpartition("/")[2]
    records = _optional(replies, f"HostedZoneRecords/{zone}", _record)
    return Zone(id=zone, name=plain(name(item, "Name")), owner=owner, records=records)


def _record(item: dict[str, Any]) -> Record:
    kind_ = name(item, "Type").upper()
    values = names(item, "ResourceRecords", "Value")
    return Record(
        name=plain(name(item, "Name")),
        kind=kind_,
        values=tuple(map(plain, values)) if kind_ in ("CNAME", "NS") else values,
        alias=plain(text(inner(item, "AliasTarget"), "DNSName")),
        chosen=_chosen(item) if text(item, "SetIdentifier") else "",
    )


def _chosen(item: dict[str, Any]) -> str:
    """How Route 53 picks this one of several records; one without a health check always counts as healthy."""
    if flag(item, "MultiValueAnswer"):
        return "many"
    watched = text(item, "HealthCheckId") or flag(inner(item, "AliasTarget"), "EvaluateTargetHealth")
    weight = number(item, "Weight")
    if weight is None or watched:
        return "circumstance"
    return "weight" if weight else "idle"


def _associated_rules(replies: Replies, pairs: tuple[tuple[str, str], ...] | None) -> tuple[ResolverRule, ...] | None:
    by_rule: dict[str, list[str]] = {}
    for rule, vpc in pairs or ():
        by_rule.setdefault(rule, []).append(vpc)

    def read(item: dict[str, Any]) -> ResolverRule | None:
        if word(item, "Status") in _GONE:
            return None
        id = name(item, "Id")
        vpcs = None if pairs is None else tuple(sorted(by_rule.get(id, ())))
        targets = tuple(text(target, "Ip") or text(target, "Ipv6") for target in items(item, "TargetIps"))
        domain = plain(name(item, "DomainName"))
        return ResolverRule(id=id, domain=domain, kind=word(item, "RuleType"), targets=targets, vpcs=vpcs)

    return _optional(replies, "ResolverRules", read)


def _association(item: dict[str, Any]) -> tuple[str, str] | None:
    return None if word(item, "Status") in _GONE else (name(item, "ResolverRuleId"), name(item, "VPCId"))


def _group(item: dict[str, Any], replies: Replies) -> FirewallGroup | None:
    if word(item, "Status") in _GONE:
        return None
    id = name(item, "FirewallRuleGroupId")
    managed = {
        text(each, "Id") for _, each in objects(replies, "FirewallDomainLists") if text(each, "ManagedOwnerName")
    }
    rules = _optional(replies, f"FirewallRules/{id}", lambda rule: _firewall_rule(rule, managed, replies))
    status = word(item, "Status")
    return FirewallGroup(
        id=id,
        vpc=name(item, "VpcId"),
        priority=number(item, "Priority") or 0,
        rules=rules,
        status="" if status in ("", "complete", "updating") else status,
    )


def _firewall_rule(item: dict[str, Any], managed: set[str], replies: Replies) -> FirewallRule | None:
    """A rule; those that AWS is still making, or could not make, decide nothing yet."""
    if word(item, "Status") in ("creating", "creation_failed"):
        return None
    listed, record = text(item, "FirewallDomainListId"), text(item, "Qtype").upper()
    return FirewallRule(
        priority=number(item, "Priority") or 0,
        action=word(item, "Action"),
        list=listed,
        domains=_domains(replies, listed),
        name=text(item, "Name"),
        response=word(item, "BlockResponse"),
        override=plain(text(item, "BlockOverrideDomain")),
        record=_TYPES.get(record, record),
        managed=listed in managed or any(text(item, key) for key in _THREATS),
        trusting=_TRUSTING.get(word(item, "FirewallDomainRedirectionAction")),
    )


def _domains(replies: Replies, listed: str) -> tuple[str, ...] | None:
    key = f"FirewallDomains/{listed}"
    if not listed or key not in replies:
        return None
    if not isinstance(replies[key], list | tuple):
        raise InvalidRequest(key, f"is {kind(replies[key])}, not a list")
    found: list[str] = []
    for place, item in enumerate(replies[key]):
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            found += names(item, "Domains")
        else:
            raise InvalidRequest(f"{key}[{place}]", f"is {kind(item)}, not text")
    return tuple(map(plain, found))


def _profile(item: dict[str, Any]) -> Profile | None:
    if word(item, "Status") in _GONE:
        return None
    return Profile(id=name(item, "ProfileId"), vpc=name(item, "ResourceId"), name=text(item, "Name"))


def _fails_open(item: dict[str, Any]) -> tuple[str, bool]:
    return name(item, "ResourceId"), word(item, "FirewallFailOpen") == "enabled"
