"""The AWS CLI commands that mend name resolution in a VPC, with real ids."""

from collections.abc import Collection
from shlex import quote

from doctor.network.zones import FirewallGroup, FirewallRule, ResolverRule, Zone

_OWN_RECORDS = ("NS", "SOA")  # every zone has these, and none is deleted that has others
_AMAZON = "Key=domain-name-servers,Values=AmazonProvidedDNS"


def private_names(endpoint: str) -> tuple[str, ...]:
    """Turn on an endpoint's private DNS."""
    return (f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {quote(endpoint)} --private-dns-enabled",)


def attribute(vpc: str, option: str) -> tuple[str, ...]:
    """Turn on an attribute of a VPC; `option` is `enable-dns-support` or `enable-dns-hostnames`."""
    return (f"aws ec2 modify-vpc-attribute --vpc-id {quote(vpc)} --{option} Value=true",)


def amazon_resolver(vpc: str) -> tuple[str, ...]:
    """Let a VPC ask Amazon's resolver: DHCP options cannot be changed, only replaced."""
    return (
        f"options=$(aws ec2 create-dhcp-options --dhcp-configurations {_AMAZON} "
        "--query DhcpOptions.DhcpOptionsId --output text)",
        f'aws ec2 associate-dhcp-options --dhcp-options-id "$options" --vpc-id {quote(vpc)}',
    )


def leave_zone(zone: Zone, vpc: str, region: str) -> tuple[str, ...]:
    """Take a private zone out of a VPC, whose names are then public ones again.

    From its last VPC Route 53 takes none (API reference, DisassociateVPCFromHostedZone): there a zone without any record goes
    itself. What else a zone answers for is shown before it is taken away.
    """
    id, where = quote(zone.id), quote(f"VPCRegion={region},VPCId={vpc}")
    left = f"aws route53 disassociate-vpc-from-hosted-zone --hosted-zone-id {id} --vpc {where}"
    if any(record.kind not in _OWN_RECORDS for record in zone.records or ()):
        return f"aws route53 list-resource-record-sets --hosted-zone-id {id}", left
    many = f"$(aws route53 get-hosted-zone --id {id} --query 'length(VPCs)' --output text)"
    return (f'[ "{many}" = 1 ] && aws route53 delete-hosted-zone --id {id} || {left}',)


def resolve_here(rule: ResolverRule, vpc: str, host: str) -> tuple[str, ...]:
    """Let the VPC's resolver answer for the host: a system rule below the one that forwards, or that one gone."""
    if rule.domain == host:
        return (
            f"aws route53resolver disassociate-resolver-rule --resolver-rule-id {quote(rule.id)} --vpc-id {quote(vpc)}",
        )
    return (
        f"rule=$(aws route53resolver create-resolver-rule --creator-request-id {quote(f'{vpc}-{host}')} "
        f"--rule-type SYSTEM --domain-name {quote(host)} --query ResolverRule.Id --output text)",
        f'aws route53resolver associate-resolver-rule --resolver-rule-id "$rule" --vpc-id {quote(vpc)}',
    )


def let_through(group: FirewallGroup, rule: FirewallRule, entry: str, host: str) -> tuple[str, ...]:
    """Take the host off the list that blocks it; where a wildcard holds it, allow it before that rule is asked."""
    if entry == host:
        return (
            f"aws route53resolver update-firewall-domains --firewall-domain-list-id {quote(rule.list)} "
            f"--operation REMOVE --domains {quote(host)}",
        )
    return (
        f"list=$(aws route53resolver create-firewall-domain-list --name {quote(_label(host))} "
        "--query FirewallDomainList.Id --output text)",
        f'aws route53resolver update-firewall-domains --firewall-domain-list-id "$list" --operation ADD --domains {quote(host)}',
        *_earlier(group, rule),
        f"aws route53resolver create-firewall-rule --firewall-rule-group-id {quote(group.id)} "
        f'--firewall-domain-list-id "$list" --name {quote(_label(host))} --action ALLOW --priority {_place(group, rule)}',
    )


def _label(host: str) -> str:
    return f"allow-{host.replace('.', '-')}"[:64]


def _place(group: FirewallGroup, rule: FirewallRule) -> int:
    """A free priority before the rule's, else the rule's own, which is then moved away."""
    taken = {other.priority for other in group.rules or ()}
    return next((number for number in range(rule.priority - 1, 0, -1) if number not in taken), rule.priority)


def _earlier(group: FirewallGroup, rule: FirewallRule) -> tuple[str, ...]:
    """Where no number is free before the rule, it moves behind the others that stand close to it."""
    if _place(group, rule) != rule.priority:
        return ()
    taken = {other.priority for other in group.rules or ()}
    free = _free_after(rule.priority, taken)
    return (
        f"aws route53resolver update-firewall-rule --firewall-rule-group-id {quote(group.id)} "
        f"--firewall-domain-list-id {quote(rule.list)} --priority {free}",
    )


def _free_after(number: int, taken: Collection[int]) -> int:
    return next(later for later in range(number + 1, number + len(taken) + 2) if later not in taken)
