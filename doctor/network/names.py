"""How a host name resolves for an interface in a VPC, as far as what was read tells.

The order is the resolver's: whom the VPC asks (DHCP options), whether that one listens (enableDnsSupport), what DNS
Firewall lets through, then the most specific of resolver rules, private hosted zones and the zones that AWS keeps for
endpoints with private DNS; at last public names, where a gateway endpoint takes the addresses of its prefix list.

Sources: VPC user guide, "DNS attributes for your VPC", "DHCP option sets"; EC2 API reference, `CreateVpcEndpoint`
(PrivateDnsEnabled associates a private hosted zone, and needs both attributes); Route 53 developer guide,
"Considerations when working with a private hosted zone" and "Domain names that Resolver creates autodefined system
rules for" (a zone has a rule of its own, so a forwarding rule wins over it only from the same name downwards).
"""

from dataclasses import replace

from doctor.network import dns_firewall, dns_remedies, endpoint_names, hosted_zones, zone_answers
from doctor.network.beyond import DhcpOptions
from doctor.network.blocks import Block
from doctor.network.dns_firewall import Ruling
from doctor.network.model import Network, Vpc
from doctor.network.resolution import Kind, Problem, Question, Resolution, settled, undecided
from doctor.network.zones import FirewallGroup, Naming, ResolverRule, Zone, covers, depth, plain

_AMAZON = ("amazonprovideddns", "169.254.169.253", "fd00:ec2::253")
_HARMLESS = ("system", "recursive", "delegate")  # of these no rule takes a name away from what the VPC's resolver knows
# The resolver answers for these itself, whatever a rule for a name above them says.
_OWN_NAMES = ("ec2.internal", "compute.internal", "compute-1.internal", "compute-1.amazonaws.com", "localhost")


def resolve(network: Network, vpc: str, host: str, *, public: tuple[Block, ...] = ()) -> Resolution:
    """What the host's name becomes in the VPC. `public` is what a public resolver said, where one was asked.

    `kind` is what follows from all that was read; where `unknowns` are not empty, what was not read could change it.
    """
    name = plain(host)
    return network.once(
        ("names", vpc, name, public), lambda: _asked(Question(network, vpc, name, tuple(sorted(public))))
    )


def _asked(question: Question) -> Resolution:
    network = question.network
    vpc = (network.vpcs or {}).get(question.vpc)
    if vpc is None:
        return undecided(question, network.missing("VPC", "Vpcs", question.vpc))
    problems, unknowns = _custom_resolvers(network, vpc)
    if problems:
        return Resolution(question.host, Kind.UNKNOWN, component=vpc.dhcp_options, problems=problems, unknowns=unknowns)
    if vpc.dns_support is None:
        unknowns += (_attribute(network, vpc, "enableDnsSupport"),)
    elif not vpc.dns_support:
        words = f"enableDnsSupport is off in {vpc.id}, so that Amazon's resolver does not answer there"
        off = Problem("dns.vpc-support-off", vpc.id, words, dns_remedies.attribute(vpc.id, "enable-dns-support"))
        return Resolution(question.host, Kind.NOWHERE, component=vpc.id, problems=(off,), unknowns=unknowns)
    answer = _filtered(question, vpc)
    return replace(answer, unknowns=tuple(dict.fromkeys(unknowns + answer.unknowns)))


def _custom_resolvers(network: Network, vpc: Vpc) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """A problem where others than Amazon's resolver are asked: what they answer stands in no configuration of AWS."""
    options = (network.dhcp_options or {}).get(vpc.dhcp_options)
    if options is None or not options.resolvers:
        return (), (network.missing("DHCP options", "DhcpOptions", vpc.dhcp_options),)
    others = _others(options, vpc)
    if not others:
        return (), ()
    words = f"{options.id} sends the queries of {vpc.id} to {', '.join(others)}"
    problem = Problem("dns.custom-resolver", options.id, words, dns_remedies.amazon_resolver(vpc.id))
    return (problem,), (f"what {', '.join(others)} answer ({options.id}) stands in no configuration of AWS",)


def _others(options: DhcpOptions, vpc: Vpc) -> tuple[str, ...]:
    """The resolvers that are not Amazon's, which is at the second address of the VPC's range as well."""
    own = {str(Block(4, block.first + 2, block.first + 2)) for block in vpc.blocks if block.family == 4}
    return tuple(sorted(name for name in options.resolvers if name.lower() not in {*_AMAZON, *own}))


def _attribute(network: Network, vpc: Vpc, name: str) -> str:
    return network.missing(f"the attribute {name} of VPC", f"VpcAttribute/{vpc.id}.{name}", vpc.id)


def _filtered(question: Question, vpc: Vpc) -> Resolution:
    """DNS Firewall judges queries for IPv4 and IPv6 apart."""
    naming = question.network.naming or Naming()
    if naming.firewalls is None:
        why = question.network.missing("DNS Firewall", "FirewallRuleGroupAssociations", f"of {vpc.id}")
        return settled(_decided(question, vpc, naming), unknowns=(why,))
    groups = tuple(group for group in naming.firewalls if group.vpc == vpc.id)
    rulings = {family: _ruling(groups, question, family) for family in (4, 6)}
    trusted = tuple(family for family, ruling in rulings.items() if ruling.trusts)
    question = replace(question, trusted=tuple(sorted({*question.trusted, *trusted})))
    unknowns = tuple(why for ruling in rulings.values() for why in ruling.unknowns)
    shut = {family: ruling for family, ruling in rulings.items() if ruling.blocks}
    problems = tuple(dict.fromkeys(_blocked(question, ruling) for ruling in shut.values()))
    if len(shut) < len(rulings):
        answer = _decided(question, vpc, naming)
        left = tuple(block for block in answer.addresses if block.family not in shut)
        notes = answer.notes + _fails_closed(naming, groups, vpc)
        if 4 not in shut and answer.kind is Kind.PUBLIC:
            unknowns += dns_firewall.inspects_on(groups, question.host, rulings[4])
        if 4 in shut and answer.kind is Kind.PUBLIC and not left:
            answer = replace(answer, kind=Kind.UNKNOWN)
            unknowns += (f"whether {question.host} has an address other than the IPv4 ones was not told",)
        return settled(replace(answer, addresses=left, notes=notes), problems=problems, unknowns=unknowns)
    rule = rulings[4].rule
    kind = Kind.DIVERTED if rule and rule.response == "override" else Kind.NOWHERE
    return Resolution(question.host, kind, component=problems[0].component, problems=problems, unknowns=unknowns)


def _ruling(groups: tuple[FirewallGroup, ...], question: Question, family: int) -> Ruling:
    if family in question.trusted:
        return Ruling()
    return dns_firewall.judge(groups, question.host, "A" if family == 4 else "AAAA", question.chain)


def _fails_closed(naming: Naming, groups: tuple[FirewallGroup, ...], vpc: Vpc) -> tuple[str, ...]:
    if not groups or naming.fails_open is None or naming.fails_open.get(vpc.id):
        return ()
    return (f"DNS Firewall fails closed in {vpc.id}: while it is impaired, every name there is answered with SERVFAIL",)


def _blocked(question: Question, ruling: Ruling) -> Problem:
    group, rule = ruling.group, ruling.rule
    if group is None or rule is None:
        raise ValueError("a ruling that blocks names its rule")
    entry = dns_firewall.entry_for(rule, question.host)
    answer = (
        f"answers {rule.override}" if rule.response == "override" else f"answers {rule.response.upper() or 'nothing'}"
    )
    words = f"DNS Firewall {group.id} blocks {question.host} (rule {rule.priority}, entry {entry}) and {answer}"
    return Problem("dns.firewall-blocks", group.id, words, dns_remedies.let_through(group, rule, entry, question.host))


def _decided(question: Question, vpc: Vpc, naming: Naming) -> Resolution:
    """The most specific of what claims the name."""
    unknowns = _unread(question, vpc, naming)
    if profiles := sorted((profile.id, profile.name) for profile in naming.profiles or () if profile.vpc == vpc.id):
        names = ", ".join(f"{id} ({name})" if name else id for id, name in profiles)
        why = f"Route 53 Profile {names} may bring zones, rules and firewall groups into {vpc.id}, which were not read"
        return undecided(question, why, *unknowns, component=profiles[0][0])
    zones = hosted_zones.most_specific((naming.zones or {}).get(vpc.id, ()), question.host)
    claimed = max((depth(zone.name) for zone in zones), default=-1)
    served = endpoint_names.serving(question, vpc)
    own = _own_depth(question)
    rule = _rule(naming, vpc, question.host)
    if rule and depth(rule.domain) >= max(claimed, served.depth, own):
        return settled(_diverted(question, vpc, rule), unknowns=unknowns)
    if served.endpoint and (served.depth > claimed or (served.depth == claimed and all(map(_kept_by_aws, zones)))):
        return settled(endpoint_names.answer(question, served), unknowns=unknowns)
    if zones:
        return settled(zone_answers.answer(question, vpc, zones, served, _asked), unknowns=unknowns + served.unknowns)
    if own >= 0:
        return undecided(question, f"{question.host} is a name that the VPC's resolver keeps itself", *unknowns)
    return settled(endpoint_names.publicly(question, vpc, served), unknowns=unknowns)


def _own_depth(question: Question) -> int:
    """How specific the rule is that the resolver itself defines for the name; -1 for none."""
    regional = (f"{question.network.region}.compute.internal", f"{question.network.region}.compute.amazonaws.com")
    return max((depth(name) for name in (*_OWN_NAMES, *regional) if covers(name, question.host)), default=-1)


def _kept_by_aws(zone: Zone) -> bool:
    """An AWS service is named as its owner: the zone of an endpoint's private DNS, among others."""
    return "." in zone.owner


def _unread(question: Question, vpc: Vpc, naming: Naming) -> tuple[str, ...]:
    """The sections that could have claimed the name."""
    network, found = question.network, []
    if (naming.zones or {}).get(vpc.id) is None:
        loose = ", ".join(sorted(zone.id for zone in naming.loose if covers(zone.name, question.host)))
        words = f" (private zones of this account that fit {question.host}: {loose})" if loose else ""
        found.append(network.missing("private hosted zones", f"HostedZoneSummaries/{vpc.id}", f"of {vpc.id}") + words)
    if naming.rules is None:
        found.append(network.missing("resolver rules", "ResolverRules", f"of {vpc.id}"))
    if naming.profiles is None:
        found.append(network.missing("Route 53 Profiles", "ProfileAssociations", f"of {vpc.id}"))
    found.extend(
        f"resolver rule {rule}, which is associated with {vpc.id}, was not read"
        for rule, of in naming.strays
        if of == vpc.id
    )
    found.extend(
        network.missing(f"whether resolver rule {rule.id} is associated with", "ResolverRuleAssociations", vpc.id)
        for rule in naming.rules or ()
        if rule.vpcs is None and rule.kind not in _HARMLESS and covers(rule.domain, question.host)
    )
    return tuple(sorted(found))


def _rule(naming: Naming, vpc: Vpc, host: str) -> ResolverRule | None:
    """The most specific rule for the name; None where it lets the VPC's own resolver answer.

    A delegation rule only hands on what an NS record in a private zone names.
    """
    here = [rule for rule in naming.rules or () if vpc.id in (rule.vpcs or ()) and rule.kind != "delegate"]
    fitting = [rule for rule in here if covers(rule.domain, host)]
    best = max(fitting, key=_rank, default=None)
    return None if best is None or best.kind in ("system", "recursive") else best


def _rank(rule: ResolverRule) -> tuple[int, bool, bool, str]:
    """The more specific wins, and of one name what the deployer made: only the resolver itself makes recursive rules."""
    return depth(rule.domain), rule.kind != "recursive", rule.kind == "forward", rule.id


def _diverted(question: Question, vpc: Vpc, rule: ResolverRule) -> Resolution:
    name = f"resolver rule {rule.id} ({rule.domain or '.'})"
    if rule.kind != "forward":
        return undecided(question, f"{name} is of the kind {rule.kind!r}, which is not known here", component=rule.id)
    words = f"{name} sends {question.host} to {', '.join(sorted(rule.targets)) or 'other resolvers'}, whose answer is unknown"
    commands = dns_remedies.resolve_here(rule, vpc.id, question.host)
    problem = Problem("dns.resolver-rule-diverts", rule.id, words, commands)
    return Resolution(question.host, Kind.DIVERTED, component=rule.id, problems=(problem,))
