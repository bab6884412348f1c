"""A name whose records take turns: a client gets one address, and has no other to try where that one is closed.

Source: Route 53 developer guide, "Choosing a routing policy" (only multivalue answers and simple records are answered
together), "Values specific for weighted records", "How Amazon Route 53 chooses records when health checking is configured".
"""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from doctor.network import names, read_naming
from doctor.network.resolution import Turns
from doctor.network.zones import Record
from tests.network.account import REGION, Account
from tests.network.test_examine_function import account, examine  # noqa: F401 - a fixture
from tests.network.test_names import network, zone

NAME = {"host": "db.internal", "port": 5432, "tls": False}
OPEN, CLOSED = "10.0.3.77", "10.0.3.88"
WATCHED = {"HealthCheckId": "11111111-2222-3333-4444-555555555555"}


def recorded(account: Account, first: dict[str, Any], second: dict[str, Any], *, closed: str = CLOSED) -> None:  # noqa: F811
    """The name has one address that lets the function in, and another one that does not."""
    route53: Any = boto3.client("route53", region_name=REGION)
    made = route53.create_hosted_zone(
        Name="internal",
        CallerReference="one",
        VPC={"VPCRegion": REGION, "VPCId": account.vpc},
        HostedZoneConfig={"PrivateZone": True},
    )
    for policy, address in ((first, OPEN), (second, closed)):
        group = account.security_group(address)
        if address != CLOSED:
            account.allow_in(group, 5432, group=account.group)
        account.interface(account.endpoints, address, group)
        record = {"Name": "db.internal", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address}]}
        change = {"Action": "CREATE", "ResourceRecordSet": record | policy | {"SetIdentifier": address}}
        route53.change_resource_record_sets(HostedZoneId=made["HostedZone"]["Id"], ChangeBatch={"Changes": [change]})
    account.deploy()


def weight(number: int, **more: str) -> dict[str, Any]:
    return {"Weight": number, **more}


MANY = {"MultiValueAnswer": True}
PRIMARY, SECONDARY = {"Failover": "PRIMARY"}, {"Failover": "SECONDARY"}


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        pytest.param(weight(9), weight(1), 1, id="a tenth of the calls gets the closed one"),
        pytest.param(weight(0), weight(0), 1, id="without any weight, half of them"),
        pytest.param(weight(1), weight(0), 0, id="a weight of 0 is never answered"),
        pytest.param(weight(1, **WATCHED), weight(0), 3, id="but where all others are unhealthy"),
        pytest.param(PRIMARY | WATCHED, SECONDARY, 3, id="a stand-by, whose time may come"),
        pytest.param(MANY, MANY, 0, id="both in one answer"),
    ],
)
def test_an_address_that_is_answered_alone_must_be_open(
    first: dict[str, Any],
    second: dict[str, Any],
    code: int,
    account: Callable[[list[Any]], Account],  # noqa: F811
) -> None:
    made = account([NAME])
    recorded(made, first, second)
    done, verdict = examine("--only", "network.*")
    assert done == code, verdict["headline"]
    if code == 1:
        assert verdict["diagnoses"][0]["check"] == "network.target-ingress-blocked"
        assert f"({CLOSED})" in verdict["diagnoses"][0]["headline"]
    if code == 3:
        assert "answered with one address at a time" in verdict["headline"]


def test_addresses_that_are_all_open_may_take_turns(account: Callable[[list[Any]], Account]) -> None:  # noqa: F811
    made = account([NAME])
    recorded(made, PRIMARY | WATCHED, SECONDARY, closed="10.0.3.99")
    done, verdict = examine("--only", "network.*")
    assert (done, verdict["status"]) == (0, "healthy"), verdict["headline"]


def alias(to: str, chosen: str) -> Record:
    return Record(name="db.internal", kind="A", alias=to, chosen=chosen)


def at(name: str, *values: str, chosen: str = "") -> Record:
    return Record(name=f"{name}.internal", kind="A", values=values, chosen=chosen)


@pytest.mark.parametrize(
    ("records", "turns"),
    [
        ((at("db", "10.0.0.1", "10.0.0.2"),), Turns.NONE),
        ((at("db", "10.0.0.1", chosen="weight"),), Turns.NONE),
        ((at("db", "10.0.0.1", chosen="weight"), at("db", "10.0.0.2", chosen="weight")), Turns.EACH),
        ((at("db", "10.0.0.1", chosen="weight"), at("db", "10.0.0.2", chosen="circumstance")), Turns.SOME),
        ((at("db", "10.0.0.1"), at("db", "10.0.0.2")), Turns.SOME),
        ((alias("a.internal", "weight"), alias("b.internal", "weight"), at("a", "10.0.0.1"), at("b", "10.0.0.2")), Turns.EACH),
        (
            (alias("a.internal", "weight"), alias("b.internal", "weight"), at("a", "10.0.0.1", "10.0.0.3"), at("b", "10.0.0.2")),
            Turns.SOME,
        ),
        ((alias("a.internal", ""), at("a", "10.0.0.1", chosen="weight"), at("a", "10.0.0.2", chosen="weight")), Turns.EACH),
    ],
)  # fmt: skip
def test_what_a_name_leads_to_takes_turns_as_its_records_do(records: tuple[Record, ...], turns: Turns) -> None:
    found = names.resolve(network(naming=zone(*records, name="internal")), "vpc-1", "db.internal")
    assert found.addresses
    assert found.turns is turns


def test_the_policies_of_records_are_read() -> None:
    plain = {"Name": "db.internal.", "Type": "A", "ResourceRecords": [{"Value": "10.0.0.1"}]}
    named = plain | {"SetIdentifier": "one"}
    watched = {"AliasTarget": {"DNSName": "x.", "EvaluateTargetHealth": True}}
    rows = [
        (plain, ""),
        (named | {"Weight": 1}, "weight"),
        (named | {"Weight": 0}, "idle"),
        (named | {"Weight": 1} | WATCHED, "circumstance"),
        (named | {"Weight": 0} | watched, "circumstance"),
        (named | {"Region": "us-east-1"}, "circumstance"),
        (named | MANY, "many"),
    ]
    replies = {
        "Vpcs": [{"VpcId": "vpc-1"}],
        "HostedZoneSummaries/vpc-1": [{"HostedZoneId": "Z1", "Name": "internal."}],
        "HostedZoneRecords/Z1": [row for row, _ in rows],
    }
    found = read_naming.naming(replies)
    assert found is not None
    assert found.zones is not None
    assert [record.chosen for record in found.zones["vpc-1"][0].records or ()] == [chosen for _, chosen in rows]
