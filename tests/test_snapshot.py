"""A folder of replies: read as the AWS CLI and boto3 write them, refused by name where it is no snapshot."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor import strict_json
from doctor.console import snapshot
from doctor.verdict import InvalidRequest
from tests.network.test_read import READ, REPLIES

VPCS = {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}
SUBNETS = {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "AvailabilityZone": "us-east-1a"}]}


def put(folder: Path, **files: Any) -> Path:
    """Files by name, `__` standing for a folder's slash."""
    for name, content in files.items():
        file = folder / f"{name.replace('__', '/')}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def tree(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    snapshot.write(tmp_path / "new" / "snapshot", REPLIES)
    found = snapshot.read(tmp_path / "new" / "snapshot")
    assert found.replies == REPLIES
    assert replace(found.network(), unread={}) == READ


def test_a_missing_file_is_not_read_and_an_empty_list_is(tmp_path: Path) -> None:
    found = snapshot.read(put(tmp_path, a=VPCS, b={"NatGateways": []}))
    assert found.network().nats == {}
    assert found.network().groups is None
    command = f"aws ec2 describe-security-groups > {tmp_path}/SecurityGroups.json"
    assert found.unread["SecurityGroups"] == f"no SecurityGroups.json in the snapshot: {command} writes it"
    assert "NatGateways" not in found.unread


def test_names_of_files_mean_nothing_but_for_a_parents_id(tmp_path: Path) -> None:
    both = VPCS | SUBNETS | {"NextToken": None, "ResponseMetadata": {"RequestId": "1"}}
    lists = {"PrefixLists": [{"PrefixListId": "pl-1", "PrefixListName": "offices"}]}
    put(tmp_path, everything=both, lists=lists, ManagedPrefixListEntries__pl_1={"Entries": [{"Cidr": "192.0.2.0/24"}]})
    (tmp_path / "ManagedPrefixListEntries" / "pl_1.json").rename(tmp_path / "ManagedPrefixListEntries" / "pl-1.json")
    found = snapshot.read(tmp_path)
    assert set(found.replies) == {"Vpcs", "Subnets", "PrefixLists", "ManagedPrefixListEntries/pl-1"}
    assert [str(each) for each in (found.network().prefix_lists or {})["pl-1"].blocks or ()] == ["192.0.2.0/24"]


def test_boto3s_moments_are_written_as_the_cli_does(tmp_path: Path) -> None:
    nat = {"NatGatewayId": "nat-1", "CreateTime": datetime(2026, 1, 1, tzinfo=UTC)}
    snapshot.write(tmp_path, {"NatGateways": [nat]})
    assert snapshot.read(tmp_path).replies["NatGateways"][0]["CreateTime"] == "2026-01-01T00:00:00+00:00"


def test_attributes_of_a_vpc_carry_its_id_or_are_named_by_it(tmp_path: Path) -> None:
    put(tmp_path, a=VPCS, support={"VpcId": "vpc-1", "EnableDnsSupport": {"Value": True}})
    folder = tmp_path / "VpcAttribute"
    folder.mkdir()
    (folder / "vpc-1.enableDnsHostnames.json").write_text(json.dumps({"EnableDnsHostnames": {"Value": False}}))
    vpc = (snapshot.read(tmp_path).network().vpcs or {})["vpc-1"]
    assert (vpc.dns_support, vpc.dns_hostnames) == (True, False)


@pytest.mark.parametrize("place", ["us-east-1", "accounts/111122223333/us-east-1"])
def test_regions_and_accounts_are_folders(tmp_path: Path, place: str) -> None:
    put(tmp_path / place, vpcs=VPCS, subnets=SUBNETS)
    put(tmp_path / place / "TransitGatewayRoutes", tgw={"Routes": []})
    put(tmp_path / "notes", other=VPCS)
    found = snapshot.read(tmp_path)
    assert found.region == "us-east-1"
    assert found.network().region == "us-east-1"
    assert set(found.replies) == {"Vpcs", "Subnets", "TransitGatewayRoutes/tgw"}
    assert found.files["Vpcs"] == (f"{place}/vpcs.json",)


def test_several_regions_come_together(tmp_path: Path) -> None:
    put(tmp_path / "us-east-1", vpcs=VPCS, subnets=SUBNETS)
    other = {"Vpcs": [{"VpcId": "vpc-2", "CidrBlock": "10.2.0.0/16"}]}
    put(tmp_path / "eu-west-1", vpcs=other, subnets={"Subnets": []})
    found = snapshot.read(tmp_path)
    assert set(found.network().vpcs or {}) == {"vpc-1", "vpc-2"}
    assert found.region == ""


def test_pages_belong_together_and_a_last_one_that_is_missing_is_not_read(tmp_path: Path) -> None:
    first = VPCS | {"NextToken": "more"}
    cut = snapshot.read(put(tmp_path, first=first, subnets=SUBNETS))
    assert "Vpcs" not in cut.replies
    assert cut.unread["Vpcs"] == "cut: first.json says that there is more"
    assert cut.network().vpcs is None
    put(tmp_path, second={"Vpcs": [{"VpcId": "vpc-2"}]})
    assert set(snapshot.read(tmp_path).network().vpcs or {}) == {"vpc-1", "vpc-2"}


def test_routes_that_one_search_could_not_give_are_not_read(tmp_path: Path) -> None:
    put(tmp_path, vpcs=VPCS, TransitGatewayRoutes__rtb={"Routes": [], "AdditionalRoutesAvailable": True})
    assert snapshot.read(tmp_path).unread["TransitGatewayRoutes/rtb"].startswith("cut:")


def test_what_is_no_reply_is_told(tmp_path: Path) -> None:
    assert snapshot.read(put(tmp_path, vpcs=VPCS, package={"name": "x"})).ignored == ("package.json",)


@pytest.mark.parametrize(
    ("files", "field", "message"),
    [
        ({"vpcs": '{"Vpcs": ['}, "vpcs.json", "is not JSON"),
        ({"vpcs": ""}, "vpcs.json", "is not JSON"),
        ({"vpcs": "[" * 100_000}, "vpcs.json", "nested too deeply"),
        ({"vpcs": '{"Vpcs": [], "Vpcs": []}'}, "vpcs.json.Vpcs", "stands there twice"),
        ({"vpcs": "[]"}, "vpcs.json", "is a list, not a reply"),
        ({"vpcs": {"Vpcs": {}}}, "vpcs.json: Vpcs", "is an object, not a list"),
        ({"FirewallRules__g": {"Rules": []}}, "FirewallRules/g.json", "holds no FirewallRules"),
        (
            {"VpcAttribute__v": {"VpcId": "w", "EnableDnsSupport": {}}},
            "VpcAttribute/v.json",
            "named by v, and tells of w",
        ),
        ({"VpcAttribute__v": {"VpcId": "v"}}, "VpcAttribute/v.json", "does not hold the attribute"),
        ({"notes": {"name": "x"}}, "", "holds no reply"),
    ],
)
def test_a_folder_that_is_no_snapshot_is_refused_by_name(
    tmp_path: Path, files: dict[str, Any], field: str, message: str
) -> None:
    put(tmp_path, **files)
    with pytest.raises(InvalidRequest, match=message) as raised:
        snapshot.read(tmp_path)
    assert raised.value.field == (field or str(tmp_path))


def test_no_folder_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("[]")
    cases = ((tmp_path / "none", "is not there"), (file, "is a file, and no folder"), (tmp_path, "holds no reply"))
    for folder, message in cases:
        with pytest.raises(InvalidRequest, match=message):
            snapshot.read(folder)


def test_text_that_is_not_utf_8_is_refused_and_a_byte_order_mark_is_not(tmp_path: Path) -> None:
    (tmp_path / "vpcs.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(VPCS).encode())
    assert "Vpcs" in snapshot.read(tmp_path).replies
    (tmp_path / "vpcs.json").write_bytes(json.dumps(VPCS).encode("utf-16"))
    with pytest.raises(InvalidRequest, match="is not UTF-8 text") as raised:
        snapshot.read(tmp_path)
    assert raised.value.field == "vpcs.json"


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, vpcs=VPCS, subnets=SUBNETS)
    for owner, name, most in (
        (snapshot, "MOST_FILES", 1),
        (snapshot, "MOST_BYTES", 10),
        (strict_json, "MOST_BYTES", 10),
    ):
        with monkeypatch.context() as smaller:
            smaller.setattr(owner, name, most)
            with pytest.raises(InvalidRequest, match=r"more than|larger than"):
                snapshot.read(tmp_path)


def test_a_pipe_is_no_file_to_wait_for(tmp_path: Path) -> None:
    put(tmp_path, vpcs=VPCS)
    os.mkfifo(tmp_path / "subnets.json")
    assert set(snapshot.read(tmp_path).replies) == {"Vpcs"}


def test_files_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    put(tmp_path, a=VPCS, b={"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "172.16.0.0/16"}]})
    with pytest.raises(InvalidRequest, match="vpc-1 is there twice, with a different blocks") as raised:
        snapshot.read(tmp_path).network()
    assert raised.value.field == "a.json, b.json: Vpcs[1]"


def test_two_answers_about_one_parent_must_be_the_same(tmp_path: Path) -> None:
    for region, routes in (("us-east-1", []), ("us-west-2", [])):
        put(tmp_path / region, vpcs={"Vpcs": []}, TransitGatewayRoutes__rtb={"Routes": routes})
    assert snapshot.read(tmp_path).replies["TransitGatewayRoutes/rtb"] == []
    put(tmp_path / "us-west-2", TransitGatewayRoutes__rtb={"Routes": [{"DestinationCidrBlock": "10.0.0.0/8"}]})
    with pytest.raises(InvalidRequest, match="contradicts another file") as raised:
        snapshot.read(tmp_path)
    assert raised.value.field == "us-west-2/TransitGatewayRoutes/rtb.json"


def test_a_later_snapshot_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    snapshot.write(tmp_path, REPLIES)
    snapshot.write(tmp_path, VPCS)
    assert list(tree(tmp_path)) == ["Vpcs.json"]


@pytest.mark.parametrize("strange", ["thesis.txt", "us-east-1/vpcs.json", "package.json", ".git/config"])
def test_a_folder_with_anything_else_is_not_written_to(tmp_path: Path, strange: str) -> None:
    (tmp_path / strange).parent.mkdir(exist_ok=True)
    (tmp_path / strange).write_text("{}")
    snapshot_before = tree(tmp_path)
    with pytest.raises(InvalidRequest, match="no part of a snapshot"):
        snapshot.write(tmp_path, VPCS)
    assert tree(tmp_path) == snapshot_before


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidRequest, match="is no folder"):
        snapshot.write(tmp_path / "file", VPCS)
    with pytest.raises(InvalidRequest, match="cannot be written"):
        snapshot.write(tmp_path / "file" / "below", VPCS)


@pytest.mark.parametrize(
    "key", ["HostedZoneRecords/../../x", "FirewallRules/", "Teapots", "Vpcs/vpc-1", "FirewallRules/.x"]
)
def test_an_id_leads_nowhere_else(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidRequest, match="is no reply of a snapshot"):
        snapshot.write(tmp_path / "new", {key: []})
    assert not (tmp_path / "new").exists()


def test_what_is_no_json_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be written as JSON"):
        snapshot.write(tmp_path / "new", VPCS | {"Subnets": [{"SubnetId": object()}]})
    assert not (tmp_path / "new").exists()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=60)
    | st.builds(lambda start: json.dumps(REPLIES["Vpcs"])[:start].encode(), st.integers(0, 400))
)
def test_any_bytes_are_replies_or_a_clear_error(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, a=VPCS)
    (tmp_path / "b.json").write_bytes(content)
    try:
        found = snapshot.read(tmp_path)
    except InvalidRequest as error:
        named = error.field
    else:
        named = "b.json" if found.ignored == ("b.json",) else ""
    assert named.startswith("b.json")
