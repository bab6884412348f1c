"""What is advised where IPv6 has no way: an egress-only internet gateway and a route that names ::/0, never a NAT gateway."""

from pathlib import Path
from typing import Any

from doctor import registry
from doctor.judge import judge
from doctor.network.model import Network
from doctor.template.document import read
from doctor.verdict import Outcome, Remedy
from tests.evidence import sealed
from tests.evidence.build import in_vpc, paths, sound_vpc
from tests.network.build import INTERNET, INTERNET_6, lacking, route, routed

BARE = routed(sound_vpc(), "rtb-f")
MADE = (
    "gateway=$(aws ec2 create-egress-only-internet-gateway --vpc-id vpc-1 "
    "--query EgressOnlyInternetGateway.EgressOnlyInternetGatewayId --output text)"
)
CLOSED = lacking(BARE, "egress_only_gateways", "eigw-1")


def advised(check: str, network: Network, host: str = INTERNET_6, **target: Any) -> Remedy:
    found = judge(registry.load(check), sealed(paths(network, host, function=in_vpc(ipv6=True), **target)))
    (remedy,) = {item.remedy for item in found if item.finding.outcome is Outcome.PROBLEM}
    return remedy or registry.load(check).remedy


def test_a_missing_route_leads_to_the_gateway_that_is_there() -> None:
    remedy = advised("network.no-route", BARE)
    words = "create-route --route-table-id rtb-f --destination-ipv6-cidr-block ::/0"
    assert remedy.commands == (f"aws ec2 {words} --egress-only-internet-gateway-id eigw-1",)


def test_without_a_gateway_one_is_made() -> None:
    remedy = advised("network.no-route", CLOSED)
    assert remedy.commands == (
        MADE,
        "aws ec2 create-route --route-table-id rtb-f --destination-ipv6-cidr-block ::/0 "
        '--egress-only-internet-gateway-id "$gateway"',
    )


def test_the_snippet_is_of_ipv6_and_real_ids(tmp_path: Path) -> None:
    remedy = advised("network.no-route", CLOSED)
    file = tmp_path / "snippet.yaml"
    file.write_text("Resources:\n" + "".join(f"  {line}\n" for line in remedy.template.splitlines()))
    resources = read(file)["Resources"]
    assert resources["EgressOnlyGateway"] == {
        "Type": "AWS::EC2::EgressOnlyInternetGateway",
        "Properties": {"VpcId": "vpc-1"},
    }
    assert resources["IPv6Route"]["Properties"] == {
        "RouteTableId": "rtb-f",
        "DestinationIpv6CidrBlock": "::/0",
        "EgressOnlyInternetGatewayId": {"Ref": "EgressOnlyGateway"},
    }


def test_ipv4_keeps_its_own() -> None:
    remedy = advised("network.no-route", BARE, INTERNET)
    assert "NatGatewayId" in remedy.template
    assert "EgressOnly" not in remedy.template
    assert not any("ipv6" in command for command in remedy.commands)


def test_a_blackhole_for_ipv6_gets_another_gateway() -> None:
    gone = routed(CLOSED, "rtb-f", route("::/0", "egress-only-gateway", "eigw-0", state="blackhole"))
    remedy = advised("network.blackhole-route", gone)
    assert remedy.commands == (
        MADE,
        "aws ec2 replace-route --route-table-id rtb-f --destination-ipv6-cidr-block ::/0 "
        '--egress-only-internet-gateway-id "$gateway"',
    )
    assert "DestinationIpv6CidrBlock: ::/0" in remedy.template
    there = routed(BARE, "rtb-f", route("::/0", "egress-only-gateway", "eigw-0", state="blackhole"))
    assert advised("network.blackhole-route", there).commands == (remedy.commands[1].replace('"$gateway"', "eigw-1"),)


def test_a_blackhole_for_ipv4_keeps_its_own() -> None:
    gone = routed(BARE, "rtb-f", route("0.0.0.0/0", "nat", "nat-0", state="blackhole"))
    remedy = advised("network.blackhole-route", gone, INTERNET)
    assert "NatGatewayId" in remedy.template
    assert "::/0" not in " ".join((*remedy.commands, remedy.template))


def test_a_name_of_ipv6_alone_tells_a_function_of_ipv4_what_it_lacks() -> None:
    found = judge(registry.load("network.no-route"), sealed(paths(host="api.partner.example", public=(INTERNET_6,))))
    (problem,) = (item for item in found if item.finding.outcome is Outcome.PROBLEM)
    remedy = problem.remedy
    assert remedy is not None
    assert "Ipv6AllowedForDualStack=true" in remedy.commands[0]
    assert "SubnetIds=subnet-fa,subnet-fb" in remedy.commands[0]
    assert "create-egress-only-internet-gateway --vpc-id vpc-1" in remedy.commands[1]
    assert "EgressOnlyInternetGatewayId" in remedy.template
    assert "NatGateway" not in remedy.template
