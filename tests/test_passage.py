"""How the ways of a target are judged: severity by effect, honest unknowns, remedies with real names."""

from dataclasses import replace
from typing import Any

import pytest

from doctor import registry
from doctor.areas import network as passage
from doctor.declare import Observation
from doctor.evidence.paths import Paths
from doctor.network.model import Network
from doctor.network.zones import Naming
from doctor.verdict import Outcome, Remedy, Severity, Source
from tests.evidence.build import PARTNER_HOST, S3_HOST, in_vpc, paths, sound_vpc
from tests.evidence.network import ISOLATED, ONE_ISOLATED, SOUND, TO_NAT, acl, outside
from tests.network.build import INTERNET_6, changed, entry, having, route, routed, rule

ALL = [id_ for id_ in registry.built_in() if id_.startswith("network.")]
NETWORK = [id_ for id_ in ALL if registry.load(id_).sources == {Source.CONTROL}]
PATH_CHECKS = [id_ for id_ in NETWORK if Paths in {need.facts for need in registry.load(id_).needs}]
DNS = [f"dns.{name}" for name in ("private-names-off", "vpc-support-off", "vpc-hostnames-off", "custom-resolver")]
DNS += [f"dns.{name}" for name in ("private-zone-shadows", "resolver-rule-diverts", "firewall-blocks")]


def observed(check_id: str, facts: Paths) -> list[Observation]:
    check = registry.load(check_id)
    return list(check(**{need.parameter: facts if need.facts is Paths else None for need in check.needs}))


def only(check_id: str, facts: Paths) -> Observation:
    (seen,) = observed(check_id, facts)
    return seen


class TestApplicability:
    @pytest.mark.parametrize("check_id", PATH_CHECKS + DNS)
    def test_outside_a_vpc_there_is_nothing_to_judge(self, check_id: str) -> None:
        seen = only(check_id, Paths(host="a.example", port=443, function="jobs"))
        assert seen.outcome is Outcome.NOT_APPLICABLE
        assert "jobs is in no VPC" in seen.message

    @pytest.mark.parametrize("check_id", PATH_CHECKS + DNS)
    def test_what_shall_be_unreachable_is_no_fault(self, check_id: str) -> None:
        assert only(check_id, replace(outside(ISOLATED), expected=False)).outcome is Outcome.NOT_APPLICABLE

    @pytest.mark.parametrize("check_id", PATH_CHECKS + DNS)
    def test_where_a_proxy_is_called_the_target_itself_is_not(self, check_id: str) -> None:
        seen = only(check_id, paths(ISOLATED, PARTNER_HOST, proxied=True))
        assert (seen.outcome, "proxy" in seen.message) == (Outcome.NOT_APPLICABLE, True)


class TestTheName:
    """What `doctor path` leaves open about a name, no examination lets pass."""

    @pytest.mark.parametrize(
        "less",
        [
            {"vpcs": None},
            {"dhcp_options": None},
            {"naming": None},
            {"naming": Naming(zones={}, rules=(), firewalls=(), profiles=())},
            {"naming": Naming(zones={"vpc-1": ()}, rules=None, firewalls=(), profiles=())},
            {"naming": Naming(zones={"vpc-1": ()}, rules=(), firewalls=None, profiles=())},
            {"naming": Naming(zones={"vpc-1": ()}, rules=(), firewalls=(), profiles=None)},
        ],
        ids=str,
    )
    def test_a_name_that_may_become_something_else_is_undecided(self, less: dict[str, Any]) -> None:
        assert self._open(paths(sound_vpc(**less)))

    def test_what_was_read_is_decided(self) -> None:
        assert not self._open(paths())

    def test_what_the_sandbox_got_is_decided_whatever_was_not_read(self) -> None:
        assert not self._open(paths(sound_vpc(dhcp_options=None), seen=("10.0.2.9",)))

    @pytest.mark.parametrize(("read", "outcome"), [({}, Outcome.OK), ({"dhcp_options": None}, Outcome.UNKNOWN)])
    def test_an_isolation_is_kept_only_where_the_name_is_decided(self, read: dict[str, Any], outcome: Outcome) -> None:
        outside_alone = registry.load("reach.expectation-failed").otherwise
        assert outside_alone is not None
        closed = acl("subnet-fa", entry(100, "tcp 80", egress=True))
        shut = replace(sound_vpc(**read), acls=closed.acls)
        ways = paths(shut, function=in_vpc(subnets=("subnet-fa",)))
        assert [way.path.reachable for way in ways.ways if way.path.reachable is not False] == []
        (seen,) = outside_alone(paths=replace(ways, expected=False))
        assert seen.outcome is outcome

    def _open(self, facts: Paths) -> list[str]:
        said = [(id_, each) for id_ in PATH_CHECKS + DNS for each in observed(id_, facts)]
        return [
            id_
            for id_, each in said
            if each.outcome is Outcome.UNKNOWN and (each.severity or registry.load(id_).severity) is Severity.BREAKS
        ]


class TestProblem:
    def test_it_says_what_stops_what_from_where(self) -> None:
        seen = only("network.no-route", outside(ONE_ISOLATED))
        assert seen.subject == "rtb-fb"
        assert "from 1 of 2 subnets (subnet-fb) to api.partner.example:443 (93.184.216.34)" in seen.message
        assert (seen.addresses, seen.subnet) == (("93.184.216.34",), "subnet-fb")
        assert only("network.no-route", outside(ISOLATED)).subnet is None

    def test_answers_that_are_lost_in_part_are_told_with_their_share(self) -> None:
        seen = only(
            "network.acl-return-blocked",
            paths(acl("subnet-fa", entry(100, egress=True), entry(100, "tcp 32768-65535"))),
        )
        assert "stops the answers to connections" in seen.message
        assert "50.8% pass" in seen.message

    def test_another_open_address_in_the_same_subnet_makes_it_a_risk(self) -> None:
        closed = acl("subnet-ea", entry(100, egress=True))
        assert only("network.acl-ingress-blocked", paths(closed)).severity is Severity.RISKS
        both = having(closed, "acls", replace(closed.acls["acl-own"], subnets=("subnet-ea", "subnet-eb")))  # type: ignore[index]
        assert only("network.acl-ingress-blocked", paths(both)).severity is None

    def test_what_the_sandbox_got_decides_and_not_what_it_should_have_got(self) -> None:
        """A resolver of one's own gives public addresses for a service whose endpoint is open and unused."""
        seen = only("network.no-route", paths(ISOLATED, seen=("52.94.133.131",)))
        assert (seen.severity, seen.addresses) == (None, ("52.94.133.131",))
        assert only("network.no-route", paths(ISOLATED, seen=("10.0.11.10",))).outcome is Outcome.OK

    def test_one_component_is_one_problem_however_many_addresses(self) -> None:
        (seen,) = observed("network.egress-blocked", paths(changed(SOUND, "groups", "sg-f", egress=())))
        assert seen.addresses == ("10.0.11.10", "10.0.12.10")


class TestUnknown:
    UNREAD = replace(SOUND, nats=None, unread={"NatGateways": "denied: ec2:DescribeNatGateways"})

    def test_what_was_not_read_is_named_once_and_shortly(self) -> None:
        seen = only("network.nat-unavailable", outside(self.UNREAD))
        assert seen.outcome is Outcome.UNKNOWN
        assert seen.message == "not decided: NAT gateway nat-1 was not read (denied: ec2:DescribeNatGateways)"
        assert seen.severity is None

    @pytest.mark.parametrize("check_id", PATH_CHECKS)
    def test_no_reason_becomes_a_paragraph(self, check_id: str) -> None:
        blind = replace(SOUND, groups=None, acls=None, tables=None, interfaces=None, endpoints=None, subnets=None)
        for seen in observed(check_id, outside(blind)) + observed(check_id, paths(blind)):
            assert seen.outcome in (Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
            assert len(seen.message) < 500

    @pytest.mark.parametrize("check_id", ["network.egress-blocked", "network.acl-egress-blocked"])
    def test_stages_that_were_judged_are_ok_although_a_later_one_is_not(self, check_id: str) -> None:
        assert only(check_id, outside(self.UNREAD)).outcome is Outcome.OK
        assert only(check_id, outside(replace(self.UNREAD, groups=None, acls=None))).outcome is Outcome.UNKNOWN

    def test_a_doubtful_address_beside_an_open_one_decides_nothing(self) -> None:
        doubtful = paths(replace(SOUND, nats=None), seen=("10.0.11.10", "93.184.216.34"))
        assert {way.path.reachable for way in doubtful.ways} == {True, None}
        assert only("network.nat-unavailable", doubtful).severity is Severity.HINTS

    def test_without_an_address_the_reason_is_given(self) -> None:
        off = sound_vpc(vpcs=None)
        seen = only("network.no-route", paths(off))
        assert (seen.outcome, seen.severity) == (Outcome.UNKNOWN, None)
        assert "VPC vpc-1 was not read" in seen.message

    def test_where_a_check_of_dns_tells_why_there_is_none_it_decides_nothing(self) -> None:
        silent = changed(sound_vpc(), "vpcs", "vpc-1", dns_support=False)
        assert only("network.no-route", paths(silent)).severity is Severity.HINTS
        assert only("dns.vpc-support-off", paths(silent)).outcome is Outcome.PROBLEM


class TestAssumptions:
    """What nothing told of is taken for absent, and is not looked at: that is no ok, and decides nothing."""

    @pytest.mark.parametrize(
        ("check_id", "unread"),
        [
            ("network.encryption-control-blocks", {"encryption": None}),
            ("network.public-access-blocked", {"subnets": "", "vpcs": ""}),
        ],
    )
    def test_they_are_unknown_at_hints(self, check_id: str, unread: dict[str, object]) -> None:
        whole = sound_vpc()
        sections = {name: _modeless(getattr(whole, name)) if value == "" else value for name, value in unread.items()}
        seen = only(check_id, paths(sound_vpc(**sections), PARTNER_HOST, public=("93.184.216.34",)))
        assert (seen.outcome, seen.severity) == (Outcome.UNKNOWN, Severity.HINTS), seen.message
        assert "taken for" in seen.message


def _modeless(section: Any) -> Any:
    """As older replies have them: without a mode of Block Public Access."""
    return {id: replace(item, internet="") for id, item in section.items()}


class TestStandIns:
    """Nobody looked the public name up."""

    def test_rules_that_tell_addresses_apart_leave_it_open(self) -> None:
        narrow = changed(SOUND, "groups", "sg-f", egress=(rule("tcp 443", "52.0.0.0/8"),))
        seen = only("network.egress-blocked", paths(narrow, "kms.us-east-1.amazonaws.com"))
        assert seen.outcome is Outcome.UNKNOWN
        assert "that of kms.us-east-1.amazonaws.com is not known" in seen.message

    def test_what_stops_every_address_is_a_problem_without_one(self) -> None:
        narrow = changed(ISOLATED, "groups", "sg-f", egress=(rule("tcp 443", "52.0.0.0/8"),))
        seen = only("network.no-route", paths(narrow, "kms.us-east-1.amazonaws.com"))
        assert (seen.outcome, seen.addresses) == (Outcome.PROBLEM, ())
        assert "203.0.113.1 stands for its addresses" in seen.message

    def test_no_command_opens_a_range_for_documentation(self) -> None:
        closed = changed(SOUND, "groups", "sg-f", egress=())
        seen = only("network.egress-blocked", paths(closed, "kms.us-east-1.amazonaws.com"))
        assert seen.remedy is not None
        assert seen.remedy.commands[0].endswith("--port 443 --cidr 0.0.0.0/0")

    def test_an_address_that_the_sandbox_got_takes_their_place(self) -> None:
        seen = paths(SOUND, "kms.us-east-1.amazonaws.com", seen=("52.94.133.131",))
        assert {(way.address, way.seen, way.assumed) for way in seen.ways} == {("52.94.133.131", True, False)}


class TestRemedy:
    def test_commands_are_those_of_the_blocker_and_the_template_names_the_component(self) -> None:
        seen = only("network.endpoint-ingress-blocked", paths(changed(SOUND, "groups", "sg-e", ingress=())))
        assert seen.remedy is not None
        assert seen.remedy.commands == (
            "aws ec2 authorize-security-group-ingress --group-id sg-e --protocol tcp --port 443 --source-group sg-f",
        )
        assert "GroupId: sg-e" in seen.remedy.template
        assert "FromPort: 443" in seen.remedy.template

    def test_new_rules_of_one_acl_take_numbers_of_their_own(self) -> None:
        closed = acl("subnet-fa", entry(90, "tcp 443", egress=True, allow=False), entry(100, egress=True), entry(100))
        seen = only("network.acl-egress-blocked", paths(closed))
        assert seen.remedy is not None
        assert [command.split("--rule-number ")[1].split()[0] for command in seen.remedy.commands] == ["89", "88"]

    def test_words_inside_names_are_not_filled_in(self) -> None:
        remedy = Remedy("text", template="Type: AWS::EC2::VPCGatewayAttachment\nVpcId: VPC\nPort: PORT")
        assert passage.filled(remedy, "igw-1", outside(), ()).template.endswith(
            "VPCGatewayAttachment\nVpcId: vpc-1\nPort: 443"
        )

    @pytest.mark.parametrize("check_id", PATH_CHECKS)
    def test_no_placeholder_is_left_in_a_command_that_is_known(self, check_id: str) -> None:
        remedy = registry.load(check_id).remedy
        filled = passage.filled(remedy, "x-1", outside(), ())
        assert not [
            text
            for text in (*filled.commands, filled.template)
            for word in ("VPC", "COMPONENT")
            if word in text.split()
        ]


class TestSubnetsDisagree:
    def test_the_share_of_invocations_that_hang_is_named(self) -> None:
        three = in_vpc(subnets=("subnet-fa", "subnet-fb", "subnet-pa"))  # the last is a public one
        said = only("network.subnets-disagree", outside(function=three)).message
        assert "1 of 3 subnets (subnet-pa) does not reach" in said
        assert "about 33% of the invocations hang" in said

    def test_one_undecided_subnet_is_no_disagreement(self) -> None:
        three = in_vpc(subnets=("subnet-fa", "subnet-fb", "subnet-gone"))
        assert only("network.subnets-disagree", outside(function=three)).outcome is Outcome.UNKNOWN

    def test_one_subnet_alone_agrees_with_itself(self) -> None:
        alone = outside(ISOLATED, function=in_vpc(subnets=("subnet-fa",)))
        assert only("network.subnets-disagree", alone).outcome is Outcome.NOT_APPLICABLE


class TestOneCause:
    """What an endpoint's own check tells is not told as a missing way out as well."""

    WITHOUT_NAMES = changed(ISOLATED, "endpoints", "vpce-sqs", private_names=False)

    @pytest.mark.parametrize("network", [WITHOUT_NAMES, changed(ISOLATED, "endpoints", "vpce-sqs", state="failed")])
    def test_a_missing_route_is_a_hint_where_an_endpoint_is_at_fault(self, network: Network) -> None:
        seen = only("network.no-route", paths(network))
        assert (seen.outcome, seen.severity) == (Outcome.PROBLEM, Severity.HINTS)
        assert "an endpoint of vpc-1 is meant for it" in seen.message

    def test_so_is_a_public_subnet(self) -> None:
        public = routed(self.WITHOUT_NAMES, "rtb-f", route("0.0.0.0/0", "internet-gateway", "igw-1"))
        assert {seen.severity for seen in observed("network.public-subnet", paths(public))} == {Severity.HINTS}

    def test_without_an_endpoint_it_breaks(self) -> None:
        assert only("network.no-route", paths(ISOLATED, "kms.us-east-1.amazonaws.com")).severity is None

    def test_ipv6_alone_breaks_a_function_without_ipv6(self) -> None:
        seen = only("network.no-route", outside(public=(INTERNET_6,)))
        assert (seen.outcome, seen.severity, seen.subject) == (Outcome.PROBLEM, None, "jobs")
        undesired = replace(outside(public=(INTERNET_6,)), expected=False)
        assert only("network.no-route", undesired).outcome is Outcome.NOT_APPLICABLE


class TestEndpointChecks:
    def test_a_missing_endpoint_is_told_with_the_command_that_makes_it(self) -> None:
        seen = only("network.endpoint-missing", paths(ISOLATED, "kms.us-east-1.amazonaws.com"))
        assert seen.remedy is not None
        assert seen.remedy.commands == (
            "aws ec2 create-vpc-endpoint --vpc-id vpc-1 --vpc-endpoint-type Interface --service-name "
            "com.amazonaws.us-east-1.kms --subnet-ids subnet-fa subnet-fb --security-group-ids sg-e --private-dns-enabled",
        )

    def test_where_no_endpoint_s_group_lets_the_function_in_one_is_made_first(self) -> None:
        closed = paths(changed(ISOLATED, "groups", "sg-e", ingress=()), "kms.us-east-1.amazonaws.com")
        seen = only("network.endpoint-missing", closed)
        group = (
            '"$(aws ec2 describe-security-groups --filters Name=vpc-id,Values=vpc-1 Name=group-name,Values=kms-endpoint '
            "--query 'SecurityGroups[0].GroupId' --output text)\""
        )
        assert seen.remedy is not None
        made, opened, endpoint = seen.remedy.commands
        assert made == (
            "aws ec2 create-security-group --vpc-id vpc-1 --group-name kms-endpoint "
            "--description 'Lets the function jobs in on 443'"
        )
        assert opened == (
            f"aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 443 --source-group sg-f"
        )
        assert endpoint.endswith(f"--security-group-ids {group} --private-dns-enabled")

    def test_a_group_that_was_not_read_lets_nobody_in(self) -> None:
        assert (
            paths(changed(ISOLATED, "groups", "sg-e", unread=("ingress",)), "kms.us-east-1.amazonaws.com").admitting
            == ""
        )

    def test_endpoints_that_were_not_read_are_unknown(self) -> None:
        blind = replace(ISOLATED, endpoints=None)
        assert only("network.endpoint-missing", paths(blind, "kms.us-east-1.amazonaws.com")).outcome is Outcome.UNKNOWN
        assert only("network.gateway-endpoint-unrouted", paths(blind, S3_HOST)).outcome is Outcome.UNKNOWN

    def test_a_host_of_ones_own_needs_none(self) -> None:
        assert only("network.endpoint-missing", outside(ISOLATED)).outcome is Outcome.NOT_APPLICABLE

    def test_an_unrouted_gateway_endpoint_breaks_only_where_nothing_else_carries(self) -> None:
        unrouted = changed(routed(SOUND, "rtb-f", TO_NAT), "endpoints", "vpce-s3", tables=())
        assert only("network.gateway-endpoint-unrouted", paths(unrouted, S3_HOST)).severity is Severity.HINTS
        assert only("network.gateway-endpoint-unrouted", paths(routed(unrouted, "rtb-f"), S3_HOST)).severity is None
        # what stops the function before any route would stop it on the endpoint's as well
        closed = changed(unrouted, "groups", "sg-f", egress=())
        assert only("network.gateway-endpoint-unrouted", paths(closed, S3_HOST)).severity is Severity.HINTS

    def test_an_endpoint_that_waits_breaks_only_where_the_public_way_is_closed(self) -> None:
        pending = changed(SOUND, "endpoints", "vpce-sqs", state="pendingacceptance")
        assert only("network.endpoint-unavailable", paths(pending)).severity is Severity.HINTS
        assert only("network.endpoint-unavailable", paths(routed(pending, "rtb-f"))).severity is None
        strange = changed(SOUND, "endpoints", "vpce-sqs", state="resting")
        assert only("network.endpoint-unavailable", paths(strange)).outcome is Outcome.UNKNOWN


class TestNames:
    def test_a_wrong_answer_that_is_reached_all_the_same_is_a_hint(self) -> None:
        without = changed(SOUND, "endpoints", "vpce-sqs", private_names=False)
        assert only("dns.private-names-off", paths(without)).severity is Severity.HINTS
        assert only("dns.private-names-off", paths(routed(without, "rtb-f"))).severity is None
        assert (
            only("dns.private-names-off", paths(changed(without, "groups", "sg-f", egress=()))).severity
            is Severity.HINTS
        )
        assert only("dns.private-names-off", paths(replace(without, nats=None))).severity is Severity.RISKS

    @pytest.mark.parametrize(
        ("section", "checks"),
        [
            ({"dhcp_options": None}, {"dns.custom-resolver"}),
            ({"endpoints": None}, set(DNS)),
        ],
    )
    def test_an_unread_section_is_unknown_to_the_checks_that_it_concerns(
        self, section: dict[str, None], checks: set[str]
    ) -> None:
        said = {check_id: only(check_id, paths(replace(SOUND, **section))).outcome for check_id in DNS}  # type: ignore[arg-type]
        assert {check_id for check_id, outcome in said.items() if outcome is Outcome.UNKNOWN} == checks

    @pytest.mark.parametrize(
        ("part", "checks"),
        [
            ("zones", {"dns.private-zone-shadows"}),
            ("rules", {"dns.resolver-rule-diverts"}),
            ("firewalls", {"dns.firewall-blocks"}),
            ("profiles", {"dns.private-zone-shadows", "dns.resolver-rule-diverts", "dns.firewall-blocks"}),
        ],
    )
    def test_an_unread_part_of_naming_is_unknown_to_its_checks(self, part: str, checks: set[str]) -> None:
        assert SOUND.naming is not None
        blind: Network = replace(SOUND, naming=replace(SOUND.naming, **{part: None}))  # type: ignore[arg-type]
        said = {check_id: only(check_id, paths(blind)).outcome for check_id in DNS}
        assert {check_id for check_id, outcome in said.items() if outcome is Outcome.UNKNOWN} == checks

    @pytest.mark.parametrize("attribute", ["dns_support", "dns_hostnames"])
    def test_an_unread_attribute_is_unknown_to_its_check(self, attribute: str) -> None:
        blind = changed(SOUND, "vpcs", "vpc-1", **{attribute: None})
        wanted = {"dns_support": "dns.vpc-support-off", "dns_hostnames": "dns.vpc-hostnames-off"}[attribute]
        said = {check_id: only(check_id, paths(blind)).outcome for check_id in DNS}
        assert {check_id for check_id, outcome in said.items() if outcome is Outcome.UNKNOWN} == {wanted}

    def test_an_address_needs_no_name(self) -> None:
        assert only("dns.private-zone-shadows", paths(host="10.0.11.20", port=5432)).outcome is Outcome.NOT_APPLICABLE
