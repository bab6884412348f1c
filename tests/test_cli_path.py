"""`doctor path` on folders of replies: the contract's JSON and exit codes, the picture, and what bad input gets."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from doctor import location
from doctor.console.schema import schema
from doctor.network.area import EPHEMERAL
from tests.hostile import TERMINAL, UNICODE

cli = location.module(location.part("cli.py"), "doctor.cli")

Replies = dict[str, Any]
FUNCTION = "subnet-a+sg-function"
SQS = "sqs.us-east-1.amazonaws.com"
OPEN = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def entry(number: int, *, egress: bool, action: str = "allow", ports: tuple[int, int] | None = None) -> Replies:
    limits = {"Protocol": "6", "PortRange": {"From": ports[0], "To": ports[1]}} if ports else {"Protocol": "-1"}
    return {"RuleNumber": number, "Egress": egress, "RuleAction": action, "CidrBlock": "0.0.0.0/0", **limits}


def subnet(id: str, block: str) -> Replies:
    return {
        "SubnetId": id,
        "VpcId": "vpc-1",
        "AvailabilityZone": "us-east-1a",
        "CidrBlock": block,
        "Ipv6CidrBlockAssociationSet": [],
        "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"},
    }


def group(id: str, *, ingress: list[Replies], egress: list[Replies]) -> Replies:
    return {"GroupId": id, "VpcId": "vpc-1", "OwnerId": "1", "IpPermissions": ingress, "IpPermissionsEgress": egress}


def interface(id: str, subnet: str, address: str, guard: str, **more: Any) -> Replies:
    return {
        "NetworkInterfaceId": id,
        "SubnetId": subnet,
        "VpcId": "vpc-1",
        "Status": "in-use",
        "SourceDestCheck": True,
        "Groups": [{"GroupId": guard}],
        "PrivateIpAddresses": [{"PrivateIpAddress": address}],
        "Ipv6Addresses": [],
        **more,
    }


def sound() -> Replies:
    """A function's subnet, and one with an interface endpoint for SQS and a database; nothing leads out of the VPC."""
    from_function = {"FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": "sg-function", "UserId": "1"}]}
    return {
        "Vpcs": [
            {
                "VpcId": "vpc-1",
                "OwnerId": "1",
                "CidrBlock": "10.0.0.0/16",
                "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}],
                "DhcpOptionsId": "dopt-1",
            }
        ],
        "VpcAttribute/vpc-1.enableDnsSupport": {"VpcId": "vpc-1", "EnableDnsSupport": {"Value": True}},
        "VpcAttribute/vpc-1.enableDnsHostnames": {"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": True}},
        "VpcEncryptionControls": [],
        "Subnets": [subnet("subnet-a", "10.0.1.0/24"), subnet("subnet-b", "10.0.2.0/24")],
        "RouteTables": [
            {
                "RouteTableId": "rtb-1",
                "VpcId": "vpc-1",
                "Associations": [{"Main": True, "AssociationState": {"State": "associated"}}],
                "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}],
            }
        ],
        "NetworkAcls": [
            {
                "NetworkAclId": id,
                "VpcId": "vpc-1",
                "IsDefault": id == "acl-a",
                "Associations": [{"SubnetId": of}],
                "Entries": [entry(100, egress=True), entry(100, egress=False)],
            }
            for id, of in (("acl-a", "subnet-a"), ("acl-b", "subnet-b"))
        ],
        "SecurityGroups": [
            group("sg-function", ingress=[], egress=[OPEN]),
            group("sg-endpoint", ingress=[{"IpProtocol": "tcp", **from_function}], egress=[]),
        ],
        "NetworkInterfaces": [
            interface("eni-endpoint", "subnet-b", "10.0.2.20", "sg-endpoint", InterfaceType="vpc_endpoint"),
            interface("eni-instance", "subnet-a", "10.0.1.5", "sg-function", Attachment={"InstanceId": "i-1"}),
        ],
        "VpcEndpoints": [
            {
                "VpcEndpointId": "vpce-1",
                "VpcId": "vpc-1",
                "VpcEndpointType": "Interface",
                "ServiceName": "com.amazonaws.us-east-1.sqs",
                "State": "available",
                "SubnetIds": ["subnet-b"],
                "NetworkInterfaceIds": ["eni-endpoint"],
                "Groups": [{"GroupId": "sg-endpoint"}],
                "DnsEntries": [{"DnsName": SQS}],
                "PrivateDnsEnabled": True,
                "IpAddressType": "ipv4",
            }
        ],
        "DhcpOptions": [
            {
                "DhcpOptionsId": "dopt-1",
                "DhcpConfigurations": [{"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}],
            }
        ],
        "HostedZoneSummaries/vpc-1": [],
        **{name: [] for name in ("NatGateways", "InternetGateways", "PrefixLists", "VpcPeeringConnections")},
        **{name: [] for name in ("ResolverRules", "ResolverRuleAssociations", "FirewallRuleGroupAssociations")},
        **{name: [] for name in ("FirewallDomainLists", "FirewallConfigs", "ProfileAssociations")},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[Replies], str]:
    """Writes replies as files of a snapshot."""

    def write(replies: Replies) -> str:
        for key, content in replies.items():
            file = tmp_path / "snapshot" / f"{key}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(content if isinstance(content, dict) else {key.partition("/")[0]: content}))
        return str(tmp_path / "snapshot")

    return write


Walk = Callable[..., tuple[int, Any]]


@pytest.fixture
def walk(folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str]) -> Walk:
    """The exit code and the JSON object, which the published schema knows."""

    def walked(replies: Replies, to: str, start: str = FUNCTION, *more: str) -> tuple[int, Any]:
        code = cli.run(["path", "--snapshot", folder(replies), "--from", start, "--to", to, *more, "--output", "json"])
        said = json.loads(capsys.readouterr().out)
        jsonschema.validate(said, schema("path"))
        assert list(said) == ["reachable", "share", "forward", "return", "blockers", "unknowns"]
        return code, said

    return walked


def test_a_sound_way_is_zero_and_shows_both_directions(walk: Walk) -> None:
    code, said = walk(sound(), "sqs")
    assert (code, said["reachable"], said["share"]) == (0, True, 1.0), said
    assert said["blockers"] == said["unknowns"] == []
    passed = [hop["component"] for hop in said["forward"]]
    assert [each for each in passed if each.startswith(("sg-", "acl-", "rtb-"))] == [
        *("sg-function", "rtb-1", "acl-a", "acl-b", "sg-endpoint"),
    ]
    assert {hop["component"] for hop in said["return"]} >= {"acl-a", "acl-b"}
    assert all(hop["verdict"] == "passes" for hop in said["forward"] + said["return"])


@pytest.mark.parametrize("to", ["10.0.2.20:443", f"{SQS}:443", f"{SQS}"])
def test_an_address_and_a_host_lead_to_the_same_place(walk: Walk, to: str) -> None:
    assert walk(sound(), to) == walk(sound(), "sqs")


@pytest.mark.parametrize("start", ["eni-instance", "i-1"])
def test_interfaces_and_instances_are_sources(walk: Walk, start: str) -> None:
    code, said = walk(sound(), "sqs", start)
    assert code == 0
    assert said["forward"][0]["component"] == "eni-instance"


def test_every_blocker_is_named_with_its_direction(walk: Walk) -> None:
    replies = sound()
    replies["SecurityGroups"] = [group(id, ingress=[], egress=[]) for id in ("sg-function", "sg-endpoint")]
    replies["NetworkAcls"][1]["Entries"] = [entry(100, egress=False)]
    code, said = walk(replies, "10.0.2.20:443")
    assert (code, said["reachable"], said["share"]) == (1, False, 0.0)
    assert {(each["check"], each["component"], each["direction"]) for each in said["blockers"]} == {
        ("network.egress-blocked", "sg-function", "forward"),
        ("network.endpoint-ingress-blocked", "sg-endpoint", "forward"),
        ("network.acl-return-blocked", "acl-b", "return"),
    }


def half_of_the_ports() -> Replies:
    replies = sound()
    replies["NetworkAcls"][0]["Entries"] = [entry(100, egress=True), entry(100, egress=False, ports=(32768, 65535))]
    return replies


def test_a_share_is_told_and_one_source_port_decides_for_itself(walk: Walk) -> None:
    code, said = walk(half_of_the_ports(), "sqs")
    ports = EPHEMERAL[1] - EPHEMERAL[0] + 1
    assert (code, said["reachable"]) == (1, False)
    assert said["share"] == pytest.approx(32768 / ports, abs=1e-6)
    assert walk(half_of_the_ports(), "sqs", FUNCTION, "--source-port", "40000")[0] == 0
    assert walk(half_of_the_ports(), "sqs", FUNCTION, "--source-port", "2000")[1]["share"] == 0


def test_what_was_not_read_is_three_and_names_the_action(walk: Walk) -> None:
    replies = sound()
    del replies["NetworkAcls"]
    code, said = walk(replies, "sqs")
    assert (code, said["reachable"], said["share"]) == (3, None, None)
    assert any("NetworkAcls" in line and "ec2:DescribeNetworkAcls" in line for line in said["unknowns"]), said


def test_a_name_that_nobody_could_read_decides_nothing(walk: Walk) -> None:
    replies = sound()
    del replies["HostedZoneSummaries/vpc-1"]
    code, said = walk(replies, "sqs")
    assert (code, said["reachable"]) == (3, None)
    assert any("route53:ListHostedZonesByVPC" in line for line in said["unknowns"])


def test_an_address_that_no_interface_carries_is_no_target(walk: Walk) -> None:
    code, said = walk(sound(), "10.0.2.99:443")
    assert code == 1
    assert [each["check"] for each in said["blockers"]] == ["network.target-missing"]


def test_ipv6_is_judged_by_itself(walk: Walk) -> None:
    code, said = walk(sound(), "[2600:1f18::9]:443")
    assert code == 1
    assert [each["check"] for each in said["blockers"]] == ["network.ipv6-dead-end"]


def test_the_worst_of_several_addresses_decides(walk: Walk) -> None:
    replies = sound()
    shut = group("sg-shut", ingress=[], egress=[])
    replies["SecurityGroups"].append(shut)
    replies["NetworkInterfaces"].append(interface("eni-shut", "subnet-b", "10.0.2.21", "sg-shut"))
    replies["VpcEndpoints"][0]["NetworkInterfaceIds"].append("eni-shut")
    code, said = walk(replies, "sqs")
    assert (code, said["reachable"], said["share"]) == (1, False, 0.0)
    assert [each["component"] for each in said["blockers"]] == ["sg-shut"]
    assert "sg-shut" in {hop["component"] for hop in said["forward"]}


def test_a_public_name_without_a_way_out_names_the_private_name_that_is_off(walk: Walk) -> None:
    replies = sound()
    replies["VpcEndpoints"][0]["PrivateDnsEnabled"] = False
    code, said = walk(replies, "sqs")
    assert code == 1
    assert {each["check"] for each in said["blockers"]} >= {"network.no-route", "dns.private-names-off"}


def test_a_name_without_an_address_is_not_reachable(walk: Walk) -> None:
    replies = sound()
    replies["VpcAttribute/vpc-1.enableDnsSupport"]["EnableDnsSupport"]["Value"] = False
    code, said = walk(replies, "sqs")
    assert (code, said["share"], said["forward"]) == (1, 0.0, [])
    assert [(each["check"], each["component"]) for each in said["blockers"]] == [("dns.vpc-support-off", "vpc-1")]


def test_what_another_resolver_answers_is_not_known(walk: Walk) -> None:
    replies = sound()
    replies["DhcpOptions"][0]["DhcpConfigurations"][0]["Values"] = [{"Value": "192.168.0.53"}]
    code, said = walk(replies, "sqs")
    assert (code, said["reachable"], said["blockers"]) == (3, None, [])
    assert any("192.168.0.53" in line for line in said["unknowns"])
    assert walk(replies, "10.0.2.20:443")[0] == 0


def test_the_published_schema_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["schema", "path"]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def picture(folder: str, to: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    cli.run(["path", "--snapshot", folder, "--from", FUNCTION, "--to", to, *more])
    return capsys.readouterr().out


def test_the_picture_shows_hops_share_and_remedies(
    folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = picture(folder(half_of_the_ports()), "sqs", capsys)
    assert said.startswith(f"✗ partly reachable  {FUNCTION} to {SQS}:443 over tcp\n  49.2 % of connections hang\n")
    assert f"{SQS} is 10.0.2.20 (by the private DNS of vpce-1)" in said
    assert f"\nforward: the connection, from {FUNCTION} to {SQS}:443\n" in said
    assert f"\nreturn: what answers it, from {SQS}:443 back to {FUNCTION}\n" in said
    assert re.search(r"✗ +acl-a +partly +network ACL, entering subnet-a: ", said)
    assert re.search(r"✓ +subnet-a +passes +where it starts: ", said)
    assert re.search(r"✓ +sg-function +passes +security group of the source: egress ", said)
    assert re.search(r"✓ +rtb-1 +passes +route table of subnet-a: ", said)
    assert re.search(r"✓ +acl-a +passes +network ACL, leaving subnet-a: ", said)
    assert re.search(r"✓ +acl-b +passes +network ACL, entering subnet-b: ", said)
    assert re.search(r"✓ +sg-endpoint +passes +security group of the target: ingress ", said)
    assert "1. network.acl-return-blocked  acl-a, return" in said
    assert "    $ aws ec2 create-network-acl-entry --network-acl-id acl-a " in said
    assert "\x1b" not in said


def test_an_unknown_address_is_not_passed_off_as_known(
    folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = picture(folder(sound()), "sns.us-east-1.amazonaws.com:443", capsys)
    assert "sns.us-east-1.amazonaws.com is a public name, and 203.0.113.1 in place of its addresses" in " ".join(
        said.split()
    )
    assert "203.0.113.1 stands for any on the internet" in " ".join(said.split())


@pytest.mark.parametrize("host", ["nosuch.invalid:443", "db.internal:5432", "example.com:443"])
def test_a_name_that_nobody_resolved_leads_nowhere_known(
    host: str, folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = picture(folder(sound()), host, capsys)
    assert said.startswith("? undecided")
    assert "no resolver told its addresses: name an address" in " ".join(said.split())


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "169.254.169.254", "224.0.0.1", "240.0.0.1", "[::1]"])
def test_what_nobody_can_have_is_no_destination(
    address: str, folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["path", "--snapshot", folder(sound()), "--from", "subnet-a+sg-function", "--to", f"{address}:443"]
    assert location.module(location.part("cli.py"), "doctor.cli").run(asked) == 2
    assert "never probed" in capsys.readouterr().err


def test_a_command_is_never_wrapped_and_a_file_has_no_colour(
    folder: Callable[[Replies], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doctor.console.present.wants_colour", lambda: True)
    replies = sound()
    replies["SecurityGroups"][0]["IpPermissionsEgress"] = []
    file = tmp_path / "picture.txt"
    words = [
        "--from",
        FUNCTION,
        "--to",
        "sqs",
        "--output",
        f"terminal={file}",
        "--output",
        f"json={tmp_path / 'a.json'}",
    ]
    assert cli.run(["path", "--snapshot", folder(replies), *words]) == 1
    said = file.read_text()
    assert "\x1b" not in said
    (command,) = [line for line in said.splitlines() if "$ aws" in line]
    assert "authorize-security-group-egress" in command
    assert json.loads((tmp_path / "a.json").read_text())["reachable"] is False


def test_colour_is_for_terminals(
    folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doctor.console.present.wants_colour", lambda: True)
    assert "\x1b[1;32m✓ reachable" in picture(folder(sound()), "sqs", capsys)


@pytest.mark.parametrize("text", [*TERMINAL, *UNICODE])
def test_hostile_names_do_not_reach_the_terminal(
    folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str], text: str
) -> None:
    replies = sound()
    hostile = f"rtb-{text}"
    replies["RouteTables"][0]["RouteTableId"] = hostile
    said = picture(folder(replies), "203.0.113.9:443", capsys)
    assert "rtb-" in said
    assert all(character == "\n" or character.isprintable() for character in said), repr(said)


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.run(["path", *words]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1, caught.err
    return caught.err


@pytest.mark.parametrize(
    ("start", "to", "named"),
    [
        ("eni-none", "sqs", "--from: the network interface eni-none does not exist"),
        ("i-none", "sqs", "--from: no network interface of the instance i-none"),
        ("subnet-none+sg-function", "sqs", "--from: the subnet subnet-none does not exist"),
        ("subnet-a+sg-none", "sqs", "--from: the security group sg-none does not exist"),
        ("subnet-a", "sqs", "--from: a function's source needs its security groups"),
        ("orders", "sqs", "--from: 'orders' is no source"),
        (FUNCTION, "nosuchservice", "--to: 'nosuchservice' is not the name of a boto3 client"),
        (FUNCTION, "1.2.3.4.5:99", "--to, host: "),
        (FUNCTION, "a.b:99999", "--to, port: "),
    ],
)
def test_bad_ends_are_two_and_named(
    folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str], start: str, to: str, named: str
) -> None:
    said = refused(["--snapshot", folder(sound()), "--from", start, "--to", to], capsys)
    assert said.startswith(f"doctor: {named}")


@pytest.mark.parametrize("to", ["10.0.2.20:443", f"{SQS}:443", "db.internal:5432"])
@pytest.mark.parametrize(("start", "file"), [(FUNCTION, "Subnets"), ("eni-instance", "NetworkInterfaces")])
def test_a_file_that_the_start_needs_is_named_with_the_command_that_writes_it(
    folder: Callable[[Replies], str], walk: Walk, start: str, file: str, to: str
) -> None:
    replies = sound()
    del replies[file]
    code, said = walk(replies, to, start)
    assert (code, said["reachable"]) == (3, None)
    command = {"Subnets": "describe-subnets", "NetworkInterfaces": "describe-network-interfaces"}[file]
    assert f"no {file}.json in the snapshot: aws ec2 {command} > " in said["unknowns"][0]
    assert f"/{file}.json writes it" in said["unknowns"][0]


def test_a_source_in_a_section_that_was_not_read_is_unknown(walk: Walk) -> None:
    replies = sound()
    del replies["NetworkInterfaces"]
    code, said = walk(replies, "10.0.2.20:443", "eni-instance")
    assert (code, said["reachable"]) == (3, None)


@pytest.mark.parametrize(
    ("file", "content", "named"),
    [
        ("Subnets.json", '{"Subnets": [', "Subnets.json: is not JSON"),
        ("Subnets.json", "[]", "Subnets.json: is a list"),
        ("more.json", '{"Subnets": [{"SubnetId": "subnet-a", "VpcId": "vpc-2"}]}', "subnet-a"),
    ],
)
def test_a_broken_folder_is_two_and_names_the_file(
    folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str], file: str, content: str, named: str
) -> None:
    where = folder(sound())
    Path(where, file).write_text(content)
    assert named in refused(["--snapshot", where, "--from", FUNCTION, "--to", "sqs"], capsys)


def test_what_is_no_snapshot_is_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for where in (tmp_path, tmp_path / "none"):
        said = refused(["--snapshot", str(where), "--from", FUNCTION, "--to", "sqs"], capsys)
        assert str(where) in said


def test_nobody_asks_aws_about_a_folder(folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["path", "--snapshot", folder(sound()), "--from", FUNCTION, "--to", "sqs", "--profile", "work"]
    assert cli.run(words) == 2
    assert "--profile" in capsys.readouterr().err


def test_only_its_own_formats_are_offered(folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--snapshot", folder(sound()), "--from", FUNCTION, "--to", "sqs", "--output", "markdown"]
    assert "there are terminal, json" in refused(words, capsys)


def test_a_service_needs_a_region_that_somebody_names(
    walk: Walk, capsys: pytest.CaptureFixture[str], folder: Any
) -> None:
    replies = sound()
    del replies["Subnets"]
    said = refused(["--snapshot", folder(replies), "--from", FUNCTION, "--to", "sqs"], capsys)
    assert said.startswith("doctor: --region: ")
    code, named = walk(replies, "sqs", FUNCTION, "--region", "us-east-1")
    assert (code, named["reachable"]) == (3, None)


def test_the_region_of_a_service_may_be_another(walk: Walk) -> None:
    code, said = walk(sound(), "sqs", FUNCTION, "--region", "eu-west-1")
    assert code == 1
    assert [each["check"] for each in said["blockers"]] == ["network.no-route"]


def test_what_was_taken_for_granted_is_among_what_is_not_known(walk: Walk) -> None:
    """Few replies tell of these, so an open way stays open; the object says what it rests on."""
    replies = sound()
    del replies["VpcEncryptionControls"]
    code, said = walk(replies, "sqs")
    assert (code, said["reachable"]) == (0, True)
    assert said["unknowns"] == ["encryption controls of vpc-1 were not read: taken for absent"]
    replies["SecurityGroups"][1]["IpPermissions"] = []
    code, said = walk(replies, "sqs")
    assert (code, said["unknowns"]) == (1, []), "what is closed anyway does not rest on it"


def test_what_was_cut_is_not_taken_for_absent(walk: Walk) -> None:
    replies = sound()
    replies["VpcEncryptionControls"] = {"VpcEncryptionControls": [], "NextToken": "more"}
    code, said = walk(replies, "sqs")
    assert (code, said["reachable"]) == (3, None)
    assert any("VpcEncryptionControls.json says that there is more" in each for each in said["unknowns"])


def test_a_rule_without_a_port_is_two_and_names_its_group(
    folder: Callable[[Replies], str], capsys: pytest.CaptureFixture[str]
) -> None:
    replies = sound()
    replies["SecurityGroups"][1]["IpPermissions"][0] |= {"FromPort": None, "ToPort": 80}
    said = refused(["--snapshot", folder(replies), "--from", FUNCTION, "--to", "10.0.2.20:443"], capsys)
    assert "SecurityGroups.json: " in said
    assert "sg-endpoint" in said


def _two_entries(replies: Replies) -> None:
    replies["NetworkAcls"][0]["Entries"].append(entry(100, egress=True, action="deny"))


def _another_vpc(replies: Replies) -> None:
    replies["Subnets"][0]["VpcId"] = "vpc-9"


def _another_subnet(replies: Replies) -> None:
    replies["NetworkInterfaces"][0]["PrivateIpAddresses"][0]["PrivateIpAddress"] = "10.0.1.20"


def _one_range(replies: Replies) -> None:
    replies["Subnets"][1]["CidrBlock"] = "10.0.1.0/24"


@pytest.mark.parametrize(
    ("contradict", "file", "named"),
    [
        (_two_entries, "NetworkAcls", "acl-a"),
        (_another_vpc, "NetworkAcls", "acl-a is in vpc-1 and names subnet-a, which is in vpc-9"),
        (_another_subnet, "NetworkInterfaces", "eni-endpoint is in subnet-b, and its address 10.0.1.20 is in subnet-a"),
        (_one_range, "Subnets", "subnet-b has 10.0.1.0/24, in the same VPC"),
    ],
)
def test_replies_that_contradict_each_other_are_two_and_name_what_does(
    contradict: Callable[[Replies], None],
    file: str,
    named: str,
    folder: Callable[[Replies], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    replies = sound()
    contradict(replies)
    said = refused(["--snapshot", folder(replies), "--from", FUNCTION, "--to", "10.0.2.20:443"], capsys)
    assert f"{file}.json: " in said
    assert named in said


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "169.254.1.1"])
def test_a_name_that_leads_to_no_host_is_not_reachable(walk: Walk, address: str) -> None:
    replies = with_nat(sound())
    replies["HostedZoneSummaries/vpc-1"] = [
        {"HostedZoneId": "Z1", "Name": "corp.internal.", "Owner": {"OwningAccount": "1"}}
    ]
    record = {"Name": "db.corp.internal.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address}]}
    replies["HostedZoneRecords/Z1"] = {"ResourceRecordSets": [record]}
    code, said = walk(replies, "db.corp.internal:5432")
    assert (code, said["reachable"]) == (1, False)
    assert {each["check"] for each in said["blockers"]} == {"network.no-route"}
    assert walk(replies, "93.184.216.34:443")[0] == 0


def with_nat(replies: Replies) -> Replies:
    """All that leaves the VPC goes by a NAT gateway in a subnet of its own."""

    def out(**via: str) -> Replies:
        return {"DestinationCidrBlock": "0.0.0.0/0", "State": "active", "Origin": "CreateRoute", **via}

    local = replies["RouteTables"][0]["Routes"][0]
    replies["Subnets"].append(subnet("subnet-p", "10.0.9.0/24"))
    replies["NetworkAcls"][0]["Associations"].append({"SubnetId": "subnet-p"})
    replies["RouteTables"][0]["Routes"].append(out(NatGatewayId="nat-1"))
    away = [{"Main": False, "SubnetId": "subnet-p", "AssociationState": {"State": "associated"}}]
    routes = [local, out(GatewayId="igw-1")]
    replies["RouteTables"].append({"RouteTableId": "rtb-p", "VpcId": "vpc-1", "Associations": away, "Routes": routes})
    pair = {"PrivateIp": "10.0.9.5", "PublicIp": "3.3.3.3", "NetworkInterfaceId": "eni-nat", "Status": "succeeded"}
    place = {"VpcId": "vpc-1", "SubnetId": "subnet-p"}
    replies["NatGateways"] = [{"NatGatewayId": "nat-1", "State": "available", "NatGatewayAddresses": [pair], **place}]
    attached = [{"VpcId": "vpc-1", "State": "available"}]
    replies["InternetGateways"] = [{"InternetGatewayId": "igw-1", "Attachments": attached}]
    return replies
