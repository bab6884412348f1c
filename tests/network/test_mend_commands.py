"""What a security group's remedy opens: what stands behind the way that the packets take, and no more."""

from dataclasses import replace

import pytest

from doctor import registry
from doctor.areas.network import filled
from doctor.declare import Observation
from doctor.evidence.paths import Paths
from doctor.judge import Judged
from doctor.network import remedies
from doctor.network.blocks import block
from doctor.network.model import Network, SecurityGroup
from doctor.network.path import analyse
from doctor.network.resolution import Kind, general
from doctor.verdict import Remedy
from tests.evidence.build import in_vpc, paths
from tests.evidence.network import CLOSED, SOUND, TO_NAT, database, outside, s3
from tests.invented import HERE, THERE, reasoned, seen
from tests.network import mends
from tests.network.build import FAR, changed, flow, having, peered, routed, rule, transited

OUT, IN = "authorize-security-group-egress --group-id sg-f", "authorize-security-group-ingress --group-id"


def only(check_id: str, facts: Paths) -> tuple[Observation, Remedy]:
    check = registry.load(check_id)
    (seen_,) = check(**{need.parameter: facts if need.facts is Paths else None for need in check.needs})
    assert seen_.remedy is not None
    return seen_, seen_.remedy


def opened(kind: str, id: str, port: int = 443) -> str:
    return f"aws ec2 {OUT} --ip-permissions 'IpProtocol=tcp,FromPort={port},ToPort={port},{kind}=[{{{id}}}]'"


class TestEgress:
    @pytest.mark.parametrize(
        ("facts", "command", "template"),
        [
            (s3(CLOSED), opened("PrefixListIds", "PrefixListId=pl-s3"), "DestinationPrefixListId: pl-s3"),
            (paths(CLOSED), opened("UserIdGroupPairs", "GroupId=sg-e"), "DestinationSecurityGroupId: sg-e"),
            (database(CLOSED), opened("UserIdGroupPairs", "GroupId=sg-db", 5432), "DestinationSecurityGroupId: sg-db"),
            (outside(CLOSED), f"aws ec2 {OUT} --protocol tcp --port 443 --cidr 0.0.0.0/0", "CidrIp: 0.0.0.0/0"),
        ],
        ids=["gateway endpoint", "interface endpoint", "database", "internet"],
    )
    def test_it_opens_what_the_packets_are_for(self, facts: Paths, command: str, template: str) -> None:
        _, remedy = only("network.egress-blocked", facts)
        assert remedy.commands == (command,)
        assert remedy.template.endswith(f"    {template}")

    def test_over_the_internet_a_service_has_no_list_to_rely_on(self) -> None:
        """S3 by NAT: the gateway endpoint is there, and no route of these subnets leads to it."""
        by_nat = changed(routed(CLOSED, "rtb-f", TO_NAT), "endpoints", "vpce-s3", tables=())
        assert only("network.egress-blocked", s3(by_nat))[1].commands[0].endswith("--cidr 0.0.0.0/0")

    def test_a_list_that_was_named_wrongly_is_replaced_by_that_of_the_route(self) -> None:
        wrong = replace(SOUND.prefix_lists["pl-s3"], id="pl-db", name="other", blocks=(block("52.94.0.0/22"),))  # type: ignore[index]
        listed = having(changed(SOUND, "groups", "sg-f", egress=(rule("tcp 443", "pl-db"),)), "prefix_lists", wrong)
        assert only("network.prefix-list-mismatch", s3(listed))[1].commands[0].endswith("PrefixListId=pl-s3}]'")

    @pytest.mark.parametrize("network", [peered(), transited()], ids=["peering", "transit gateway"])
    def test_beyond_the_vpc_it_is_the_address(self, network: Network) -> None:
        _, remedy = only("network.egress-blocked", database(changed(network, "groups", "sg-f", egress=()), FAR))
        assert remedy.commands == (f"aws ec2 {OUT} --protocol tcp --port 5432 --cidr {FAR}/32",)
        assert remedy.template.endswith(f"    CidrIp: {FAR}/32")

    @pytest.mark.parametrize(
        "network",
        [
            changed(CLOSED, "interfaces", "eni-db", groups=(), kind="network_load_balancer"),
            changed(CLOSED, "groups", "sg-db", owner="999999999999"),
        ],
        ids=["no group", "another account's group"],
    )
    def test_without_a_group_to_name_it_is_the_address(self, network: Network) -> None:
        assert only("network.egress-blocked", database(network))[1].commands[0].endswith("--cidr 10.0.11.20/32")

    @pytest.mark.parametrize("kind", [Kind.PUBLIC, Kind.GATEWAY, Kind.ENDPOINT, None])
    def test_a_public_name_with_a_private_address_opens_no_internet(self, kind: Kind | None) -> None:
        """As the host of a database has."""
        command = remedies.group_egress("sg-f", "tcp", 5432, block("10.0.11.20"))
        assert general(command, "10.0.11.20", kind) == command

    def test_ipv6_has_a_property_of_its_own(self) -> None:
        six = outside(CLOSED, public=("2606:2800::1",), function=in_vpc(ipv6=True))
        _, remedy = only("network.egress-blocked", six)
        assert remedy.commands[0].endswith("Ipv6Ranges=[{CidrIpv6=::/0}]'")
        assert remedy.template.endswith("    CidrIpv6: ::/0")

    def test_what_is_explained_without_a_function_opens_nothing_wide(self) -> None:
        assert "0.0.0.0/0" not in registry.load("network.egress-blocked").remedy.template


class TestIngress:
    def test_one_rule_lets_all_subnets_in(self) -> None:
        """Only the second subnet is shut, and the function has two groups: one of them is named, and no range."""
        network = having(SOUND, "groups", SecurityGroup(id="sg-g", vpc="vpc-1"))
        network = changed(network, "groups", "sg-e", ingress=(rule("tcp 443", "10.0.1.0/24"),))
        found, remedy = only(
            "network.endpoint-ingress-blocked", paths(network, function=in_vpc(groups=("sg-g", "sg-f")))
        )
        assert remedy.commands == (f"aws ec2 {IN} sg-e --protocol tcp --port 443 --source-group sg-f",)
        assert remedy.template.endswith("    SourceSecurityGroupId: sg-f")
        assert found.message.startswith("sg-e has no rule for ingress tcp 443 from sg-f: stops connections from 1 of 2")

    def test_where_a_part_is_let_in_the_rest_is_named_by_address(self) -> None:
        half = changed(SOUND, "groups", "sg-e", ingress=(rule("tcp 443", "10.0.1.0/25"),))
        (blocker,) = analyse(half, flow(half)).blockers
        assert "no rule for all of ingress tcp 443 from 10.0.1.4-10.0.1.254" in blocker.detail

    def test_where_groups_are_lost_on_the_way_every_subnet_is_named(self) -> None:
        """Sixteen are the most that a function has."""
        network = changed(transited(), "groups", "sg-2", ingress=())
        names: list[str] = []
        for number in range(1, 17):
            like = replace(network.subnets["subnet-fa"], id=f"subnet-{number}", blocks=(block(f"10.0.{number}.0/24"),))  # type: ignore[index]
            network, names = having(network, "subnets", like), [*names, like.id]
        network = changed(network, "tables", "rtb-f", subnets=tuple(names))
        facts = paths(network, FAR, 5432, function=in_vpc(subnets=tuple(names)))
        _, remedy = only("network.target-ingress-blocked", facts)
        assert [each.rpartition(" ")[2] for each in remedy.commands] == [f"10.0.{each}.0/24" for each in range(1, 17)]
        assert remedy.template.endswith("    CidrIp: 10.0.1.0/24")


@pytest.mark.parametrize(
    ("check_id", "facts", "network"),
    [
        ("network.egress-blocked", s3, CLOSED),
        ("network.egress-blocked", paths, CLOSED),
        ("network.egress-blocked", database, CLOSED),
        ("network.egress-blocked", outside, CLOSED),
        ("network.endpoint-ingress-blocked", paths, changed(SOUND, "groups", "sg-e", ingress=())),
    ],
)
def test_carried_out_they_leave_nothing_shut(check_id: str, facts: object, network: Network) -> None:
    assert callable(facts)
    mended = network
    for command in only(check_id, facts(network))[1].commands:
        mended = mends.run(mended, command)
    assert {way.path.reachable for way in facts(mended).ways} == {True}


def test_the_function_s_own_groups_are_not_for_the_reader_to_find() -> None:
    """Who moves a function to other subnets tells its groups once more (Lambda API reference, VpcConfig)."""
    facts = replace(paths(SOUND), groups=("sg-f", "sg-g"))
    moved = Remedy("Move.", ("aws lambda … SubnetIds=PRIVATE_SUBNETS,SecurityGroupIds=GROUPS",))
    assert filled(moved, "subnet-fa", facts, ()).commands[0].endswith(",SecurityGroupIds=sg-f,sg-g")


class TestOneDiagnosis:
    """Several targets that one closed group stops are one diagnosis, whose commands open each of them."""

    @staticmethod
    def stopped(subject: str, target: str, *commands: str, subnet: str = "subnet-fa") -> Judged:
        found = seen("network.egress-blocked", subject=subject, targets=(target,), subnet=subnet)
        return replace(found, remedy=Remedy("open it", commands))

    def test_the_rules_of_all_targets_are_told(self) -> None:
        first, second = f"aws ec2 {OUT} one", f"aws ec2 {OUT} two"
        (diagnosis,) = reasoned(self.stopped("sg-f", HERE, first), self.stopped("sg-f", THERE, second, first)).diagnoses
        assert diagnosis.remedy.commands == (first, second)

    def test_a_rule_in_one_group_is_enough(self) -> None:
        first, second = f"aws ec2 {OUT} one", "aws ec2 authorize-security-group-egress --group-id sg-g one"
        (diagnosis,) = reasoned(self.stopped("sg-f", HERE, first), self.stopped("sg-g", HERE, second)).diagnoses
        assert diagnosis.remedy.commands == (first,)

    def test_every_exemption_is_needed(self) -> None:
        """The subnet of the function and that of its NAT gateway stop the very same connections."""
        first, second = (f"aws ec2 create-vpc-block-public-access-exclusion --subnet-id {each}" for each in "ab")
        (diagnosis,) = reasoned(self.stopped("sn-a", HERE, first), self.stopped("sn-b", HERE, second)).diagnoses
        assert diagnosis.remedy.commands == (first, second)

    def test_commands_that_write_the_same_thing_anew_are_those_of_the_first(self) -> None:
        first, second = "aws iam put-role-policy one", "aws iam put-role-policy two"
        (diagnosis,) = reasoned(self.stopped("role", HERE, first), self.stopped("role", THERE, second)).diagnoses
        assert diagnosis.remedy.commands == (first,)
