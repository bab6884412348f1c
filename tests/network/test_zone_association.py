"""What a private hosted zone answers where it is associated with a VPC, and where it is not, or no longer."""

import socket
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from doctor import registry
from doctor.network import names, read_naming
from doctor.network.blocks import block
from doctor.network.resolution import Kind
from doctor.network.zones import Naming, Record, Zone
from tests.network.test_names import NAMING, PUBLIC, network

HOST = "api.partner.example"
RECORD = Record(name=HOST, kind="A", values=("10.0.5.5",))
HOLDS = Zone(id="Z1", name="partner.example", owner="1", records=(RECORD,))
EMPTY = replace(HOLDS, records=())


def answer(naming: Naming) -> Any:
    return names.resolve(network(naming=naming), "vpc-1", HOST, public=PUBLIC)


def test_while_it_is_associated_it_alone_answers() -> None:
    found = answer(replace(NAMING, zones={"vpc-1": (HOLDS,)}, loose=(HOLDS,)))
    assert (found.kind, found.addresses, found.component) == (Kind.PRIVATE_ZONE, (block("10.0.5.5"),), "Z1")
    hidden = answer(replace(NAMING, zones={"vpc-1": (EMPTY,)}, loose=(EMPTY,)))
    assert (hidden.kind, [each.check for each in hidden.problems]) == (Kind.NOWHERE, ["dns.private-zone-shadows"])


@pytest.mark.parametrize("zone", [HOLDS, EMPTY])
@pytest.mark.parametrize("others", [{}, {"vpc-2": True}])
def test_without_the_vpc_it_answers_nothing_there_and_the_name_is_the_public_one(
    zone: Zone, others: dict[str, bool]
) -> None:
    """A zone of the account that lost this VPC, or any it had, neither answers nor leaves a doubt."""
    found = answer(replace(NAMING, zones={"vpc-1": (), **dict.fromkeys(others, (zone,))}, loose=(zone,)))
    assert (found.kind, found.addresses) == (Kind.PUBLIC, PUBLIC)
    assert (found.problems, found.unknowns, found.certain) == ((), (), True)


def test_the_replies_say_the_same() -> None:
    zone = {"Id": "/hostedzone/Z1", "Name": "partner.example.", "Config": {"PrivateZone": True}}
    replies: dict[str, Any] = {
        "Vpcs": [{"VpcId": "vpc-1"}],
        "HostedZones": [zone],
        "HostedZoneSummaries/vpc-1": [],
        "HostedZoneRecords/Z1": [],
        **{name: [] for name in ("ResolverRules", "ResolverRuleAssociations", "FirewallRuleGroupAssociations")},
        "ProfileAssociations": [],
    }
    read = read_naming.naming(replies)
    assert read is not None
    assert answer(read).kind is Kind.PUBLIC
    unasked = read_naming.naming({key: value for key, value in replies.items() if key != "HostedZoneSummaries/vpc-1"})
    assert unasked is not None
    assert not answer(unasked).certain
    assert "Z1" in " ".join(answer(unasked).unknowns)


def test_route_53_keeps_the_last_vpc_and_the_remedy_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    with mock_aws():
        route53 = boto3.client("route53", "us-east-1")
        where = {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}
        made = route53.create_hosted_zone(Name="partner.example", CallerReference="1", VPC=where)
        with pytest.raises(ClientError) as refused:
            route53.disassociate_vpc_from_hosted_zone(HostedZoneId=made["HostedZone"]["Id"], VPC=where)
    assert refused.value.response["Error"]["Code"] == "LastVPCAssociation"
    assert "LastVPCAssociation" in registry.load("dns.private-zone-shadows").remedy.text
