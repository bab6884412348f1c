"""What was not read makes a verdict undecided, and never another one."""

from dataclasses import fields, replace

import pytest

from doctor.network.model import Network
from doctor.network.path import analyse
from tests.network.cases import ALL, Case

# What is so rare that it is taken for absent, and named: else every path of an older snapshot would be undecided.
ASSUMED = {"encryption": "encryption controls of vpc-"}
SECTIONS = [field.name for field in fields(Network) if field.name not in ("region", "unread", "derived")]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_that_was_not_read_never_turns_a_verdict_round(section: str) -> None:
    for case in ALL:
        full = analyse(case.network, case.flow)
        blind = analyse(replace(case.network, **{section: None}), case.flow)
        if any(each.startswith(ASSUMED.get(section, "-")) for each in blind.assumed) and not blind.unknowns:
            continue  # the assumption is named, and `doctor path` tells it among what is not known
        assert blind.reachable in (full.reachable, None), (case.name, blind)
        if blind.reachable is None:
            assert blind.unknowns, case.name
            assert blind.share is None, case.name


@pytest.mark.parametrize("section", SECTIONS)
def test_a_reason_names_the_action_that_was_denied(section: str) -> None:
    """Where a section decides, its reason stands in the unknowns."""
    reasons = {key: f"denied: ec2:Describe{key}" for key in REPLIES.get(section, ())}
    told = set()
    for case in ALL:
        if case.share != 1:
            continue
        blind = analyse(replace(case.network, **{section: None}, unread=reasons), case.flow)
        if blind.reachable is None:
            told |= {reason for reason in reasons.values() if any(reason in each for each in blind.unknowns)}
    assert bool(told) == bool(REPLIES.get(section))


# Which reply tells of a section; sections that are not here decide nothing of a path by their absence.
REPLIES = {
    "vpcs": ("Vpcs", "VpcAttribute"),
    "subnets": ("Subnets", "TransitGatewayVpcAttachments"),
    "groups": ("SecurityGroups",),
    "acls": ("NetworkAcls",),
    "tables": ("RouteTables",),
    "interfaces": ("NetworkInterfaces",),
    "endpoints": ("VpcEndpoints",),
    "nats": ("NatGateways",),
    "internet_gateways": ("InternetGateways",),
    "egress_only_gateways": ("EgressOnlyInternetGateways",),
    "peerings": ("VpcPeeringConnections",),
    "encryption": ("VpcEncryptionControls",),
    "prefix_lists": ("PrefixLists",),
    "attachments": ("TransitGatewayAttachments",),
    "transit_tables": ("TransitGatewayRoutes",),
}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_nothing_at_all_was_read(case: Case) -> None:
    path = analyse(Network(), case.flow)
    if not case.flow.whole:
        assert path.reachable is False  # the source itself has no address of the family
        return
    assert path.reachable is None
    assert path.unknowns


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_what_is_named_and_does_not_exist_crashes_nothing(case: Case) -> None:
    """Sections that were read and are empty: replies of another account, or that contradict each other."""
    for section in SECTIONS:
        analyse(replace(case.network, **{section: {}}), case.flow)
    path = analyse(replace(case.network, **{section: {} for section in SECTIONS}), case.flow)
    assert path.reachable is not True
