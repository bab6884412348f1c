"""What DNS Firewall does to a query: groups by their priority, rules by theirs, and the first that matches decides.

Facts: API reference of Route 53 Resolver, `FirewallRule` and `FirewallRuleGroupAssociation` (lowest setting first,
actions, responses, query types; FirewallDomainRedirectionAction: a rule inspects what CNAMEs lead to, unless it trusts
it), `UpdateFirewallDomains` (an entry may begin with an asterisk); developer guide, "How Route 53 Resolver DNS Firewall
works". What a public name leads to by CNAMEs is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from doctor.aws_domains import is_aws
from doctor.network.zones import FirewallGroup, FirewallRule

Type = Literal["A", "AAAA"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What decided about one type of query: a group with a rule, or none. `unknowns` say what could decide earlier."""

    group: FirewallGroup | None = None
    rule: FirewallRule | None = None
    unknowns: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the query gets no true answer."""
        return self.rule is not None and self.rule.action == "block"

    @property
    def trusts(self) -> bool:
        """Whether it lets through whatever the name leads to as well."""
        return self.rule is not None and self.rule.trusting is True and not self.blocks


def judge(groups: tuple[FirewallGroup, ...], host: str, record: Type, chain: tuple[str, ...] = ()) -> Ruling:
    """The ruling of a VPC's groups on a query for the host's addresses; `chain` are the CNAMEs that led to it."""
    unknowns: list[str] = []
    rescues: list[str] = []  # unread lists that could let the host through before a rule that blocks it
    for group, rule in _ordered(groups, unknowns):
        if (rule.record and rule.record != record) or (chain and rule.trusting):
            continue
        if group.status and (rule.domains is None or any(_meets(entry, host) for entry in rule.domains)):
            unknowns.append(f"the association of DNS Firewall group {group.id} is in the state {group.status}")
            continue
        if rule.domains is None:
            where = unknowns if rule.action == "block" else rescues
            where.extend(_undecided(group, rule, host))
        elif not any(_meets(entry, host) for entry in rule.domains):
            continue
        elif rule.action not in ("allow", "alert", "block"):
            unknowns.append(f"DNS Firewall group {group.id} has a rule with the unknown action {rule.action!r}")
        elif rule.trusting is None:
            unknowns.append(f"DNS Firewall group {group.id} has a rule that treats redirections in a way nobody knows")
        else:
            return Ruling(group=group, rule=rule, unknowns=(*unknowns, *(rescues if rule.action == "block" else ())))
    return Ruling(unknowns=tuple(unknowns))


def inspects_on(groups: tuple[FirewallGroup, ...], host: str, ruling: Ruling) -> tuple[str, ...]:
    """Why a public name that a list of allowed names lets through may be blocked all the same: what its CNAMEs lead to is
    inspected as well, and blocked where it is not on the list. AWS's own names are taken for what they lead to."""
    walls = (
        each for each in groups for rule in each.rules or () if rule.action == "block" and "*" in (rule.domains or ())
    )
    wall = next(walls, None)
    if wall is None or ruling.rule is None or ruling.trusts or is_aws(host):
        return ()
    return (
        f"DNS Firewall {wall.id} blocks all names but those of a list: whether {host} leads to others was not told",
    )


def entry_for(rule: FirewallRule, host: str) -> str:
    """The entry of the rule's list that names the host, most specific first; empty where there is none."""
    found = [entry for entry in rule.domains or () if _meets(entry, host)]
    return max(found, key=lambda entry: (entry == host, len(entry), entry), default="")


def _ordered(groups: tuple[FirewallGroup, ...], unknowns: list[str]) -> Iterator[tuple[FirewallGroup, FirewallRule]]:
    for group in sorted(groups, key=lambda group: (group.priority, group.id)):
        if group.rules is None:
            unknowns.append(f"the rules of DNS Firewall group {group.id} were not read")
        for rule in sorted(group.rules or (), key=lambda rule: (rule.priority, rule.list)):
            yield group, rule


def _undecided(group: FirewallGroup, rule: FirewallRule, host: str) -> Iterator[str]:
    """Why a rule whose list nobody can read leaves the query open. AWS's lists of threats do not hold its own names."""
    if not (rule.managed and is_aws(host)):
        what = f"the domain list {rule.list}" if rule.list else "what a managed protection looks for"
        yield f"DNS Firewall group {group.id} may {rule.action} {host}: {what} was not read"


def _meets(entry: str, host: str) -> bool:
    return host.endswith(entry[1:]) if entry.startswith("*") else host == entry
