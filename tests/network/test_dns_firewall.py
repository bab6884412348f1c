"""DNS Firewall by type of query and along CNAMEs.

Source: API reference of Route 53 Resolver, `FirewallRule`: `Qtype` (a type may be written as `TYPE28`),
`FirewallDomainRedirectionAction` (by default a rule inspects every name of a chain of CNAMEs, and the trusting one the
first alone).
"""

from dataclasses import replace
from typing import Any

import pytest

from doctor import registry
from doctor.evidence.paths import Paths
from doctor.network import read_naming
from doctor.network.resolution import Kind
from doctor.network.zones import FirewallRule, Naming, Record, Zone
from doctor.verdict import Outcome
from tests.evidence.build import paths, sound_vpc
from tests.network.test_names import NAMING, PUBLIC, block_rule, checks, network, resolved, shown, wall, walled

NAME, HOME = "db.internal", "orders.rds.internal"
CHAIN = Zone(
    id="Z1",
    name="internal",
    owner="1",
    records=(
        Record(name=NAME, kind="CNAME", values=(HOME,)),
        Record(name=HOME, kind="A", values=("10.0.3.77",)),
    ),
)
SNS = "sns.us-east-1.amazonaws.com"


def letting(domain: str, **changed: Any) -> FirewallRule:
    return block_rule(domain, priority=1, action="allow", list="rslvr-fdl-2", **changed)


def behind(*rules: FirewallRule) -> Naming:
    return replace(walled(wall(*rules)), zones={"vpc-1": (CHAIN,)})


def test_a_rule_that_trusts_redirection_lets_through_what_a_name_leads_to() -> None:
    found = resolved(network(naming=behind(letting(NAME, trusting=True), block_rule("*"))), NAME)
    assert (found.kind, shown(found), found.problems) == (Kind.PRIVATE_ZONE, ["10.0.3.77"], ())


def test_others_inspect_all_names_of_the_chain() -> None:
    found = resolved(network(naming=behind(letting(NAME), block_rule("*"))), NAME)
    assert (shown(found), checks(found)) == ([], ["dns.firewall-blocks"])
    assert HOME in found.problems[0].detail


def test_a_rule_that_trusts_redirection_blocks_nothing_but_what_was_asked_for() -> None:
    assert shown(resolved(network(naming=behind(block_rule(HOME, trusting=True))), NAME)) == ["10.0.3.77"]
    asked = resolved(network(naming=behind(block_rule(HOME, trusting=True))), HOME)
    assert (asked.kind, checks(asked)) == (Kind.NOWHERE, ["dns.firewall-blocks"])


def test_it_trusts_for_its_own_type_of_query_alone() -> None:
    both = replace(CHAIN, records=(*(CHAIN.records or ()), Record(name=HOME, kind="AAAA", values=("2600::1",))))
    naming = replace(behind(letting(NAME, trusting=True, record="A"), block_rule(HOME)), zones={"vpc-1": (both,)})
    assert shown(resolved(network(naming=naming), NAME)) == ["10.0.3.77"]


def test_a_rule_that_treats_redirections_in_an_unknown_way_decides_nothing() -> None:
    found = resolved(network(naming=behind(letting(NAME, trusting=None), block_rule("*.rds.internal"))), NAME)
    assert not found.certain
    assert "treats redirections in a way nobody knows" in found.unknowns[0]


def test_types_and_redirection_are_read() -> None:
    rule = {"FirewallDomainListId": "l-1", "Priority": 1, "Action": "BLOCK", "BlockResponse": "NODATA"}
    rules = [
        rule | {"Qtype": "TYPE1"},
        rule | {"Qtype": "TYPE28", "FirewallDomainRedirectionAction": "TRUST_REDIRECTION_DOMAIN"},
        rule | {"Qtype": "TYPE65", "FirewallDomainRedirectionAction": "INSPECT_REDIRECTION_DOMAIN"},
        rule | {"FirewallDomainRedirectionAction": "FOLLOW_REDIRECTION_DOMAIN"},
    ]
    association = {"FirewallRuleGroupId": "g-1", "VpcId": "vpc-1", "Priority": 101, "Status": "COMPLETE"}
    found = read_naming.naming({"FirewallRuleGroupAssociations": [association], "FirewallRules/g-1": rules})
    assert found is not None
    assert found.firewalls is not None
    told = [(each.record, each.trusting) for each in found.firewalls[0].rules or ()]
    assert told == [("A", False), ("AAAA", True), ("TYPE65", False), ("", None)]


@pytest.mark.parametrize("public", [(), PUBLIC])
def test_a_public_name_whose_ipv4_queries_are_blocked_has_no_address_that_could_stand_for_it(public: Any) -> None:
    found = resolved(network(naming=walled(wall(block_rule("*", record="A")))), SNS, public)
    assert (found.kind, found.addresses, found.certain) == (Kind.UNKNOWN, (), False)
    assert checks(found) == ["dns.firewall-blocks"]
    without_ipv6 = resolved(network(naming=walled(wall(block_rule("*", record="AAAA")))), SNS, public)
    assert (without_ipv6.kind, without_ipv6.addresses) == (Kind.PUBLIC, public)


@pytest.mark.parametrize(("type_", "breaks"), [("A", True), ("AAAA", False)])
def test_only_a_block_of_the_function_s_own_family_breaks_it(type_: str, breaks: bool) -> None:
    ways = paths(sound_vpc(naming=replace(NAMING, firewalls=(wall(block_rule("*", record=type_)),))), SNS)
    check = registry.load("dns.firewall-blocks")
    (seen,) = check(**{need.parameter: ways for need in check.needs if need.facts is Paths})
    assert (seen.outcome, seen.severity is None) == (Outcome.PROBLEM, breaks), seen.message


def test_a_public_name_on_a_list_of_allowed_ones_may_lead_to_names_that_are_not() -> None:
    host = "api.partner.example"

    def asked(*rules: FirewallRule, name: str = host) -> Any:
        return resolved(network(naming=walled(wall(*rules))), name, PUBLIC)

    doubtful = asked(letting(host), block_rule("*"))
    assert (doubtful.addresses, doubtful.certain) == (PUBLIC, False)
    assert "whether api.partner.example leads to others" in doubtful.unknowns[0]
    assert asked(letting(host, trusting=True), block_rule("*")).certain
    assert asked(letting(host), block_rule("*.bad.example")).certain
    assert asked(letting("*.amazonaws.com"), block_rule("*"), name=SNS).certain
