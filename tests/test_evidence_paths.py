"""Which targets are walked to, from what was read, and what is told where something is missing."""

import ipaddress
import socket
import time
from dataclasses import asdict, replace
from typing import Any

import pytest

from doctor import registry
from doctor.areas.permission.observations import way_to
from doctor.evidence import Evidence, Facts, Missing, Reason, Vantage, revive
from doctor.evidence import paths as evidence_paths
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.function import Named
from doctor.evidence.names import Reply
from doctor.evidence.network import Network
from doctor.evidence.paths import Paths
from doctor.evidence.settings.endpoint_overrides import Override
from doctor.network.model import Network as Model
from doctor.network.resolution import Kind
from doctor.request import HostTarget, Request, ServiceTarget
from doctor.verdict import Outcome, Source
from doctor.world import World
from tests.evidence import sealed
from tests.evidence.build import HOST, in_vpc, looked, paths, sound_vpc, system
from tests.evidence.permission import permissions
from tests.network.build import INTERNET_6, changed, lacking

REPLIES: dict[str, list[Any]] = {
    "Vpcs": [
        {
            "VpcId": "vpc-1",
            "OwnerId": "123456789012",
            "DhcpOptionsId": "dopt-1",
            "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}],
        }
    ],
    "VpcAttribute/vpc-1.enableDnsSupport": [{"EnableDnsSupport": {"Value": True}}],
    "VpcAttribute/vpc-1.enableDnsHostnames": [{"EnableDnsHostnames": {"Value": True}}],
    "DhcpOptions": [
        {
            "DhcpOptionsId": "dopt-1",
            "DhcpConfigurations": [{"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}],
        }
    ],
    "Subnets": [
        {"SubnetId": "subnet-fa", "VpcId": "vpc-1", "AvailabilityZone": "us-east-1a", "CidrBlock": "10.0.1.0/24"},
        {"SubnetId": "subnet-fb", "VpcId": "vpc-1", "AvailabilityZone": "us-east-1b", "CidrBlock": "10.0.2.0/24"},
    ],
    "SecurityGroups": [{"GroupId": "sg-f", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}],
    "RouteTables": [
        {
            "RouteTableId": "rtb-1",
            "VpcId": "vpc-1",
            "Associations": [{"Main": True, "AssociationState": {"State": "associated"}}],
            "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}],
        }
    ],
    "VpcEndpoints": [],
    "NetworkAcls": [],
    "NetworkInterfaces": [],
}
DATABASE = HostTarget(host="10.0.1.99", port=5432, tls=False)


def read(**changed_: Any) -> Network:
    usual: dict[str, Any] = {"region": "us-east-1", "vpcs": ("vpc-1",), "replies": REPLIES, "unread": {}}
    return Network(**(usual | changed_))


def world(
    *facts: Facts, targets: tuple[Any, ...] = (DATABASE,), function: str | None = "jobs", **environ: str
) -> World:
    known: tuple[Evidence | Missing, ...] = sealed(*facts)
    request = Request(targets=targets, function=function)
    return World(request=request, until=time.monotonic() + 20, environ=environ, known=known)


def collected(*facts: Facts, **more: Any) -> list[Paths | Missing]:
    return list(Paths.collect(world(*facts, **more)))


def one(found: list[Paths | Missing]) -> Paths:
    (seen,) = found
    assert isinstance(seen, Paths)
    return seen


class TestObservedEndpoint:
    """What a resolver of one's own answers stands in no configuration, and the sandbox has got it nevertheless."""

    PUBLIC, PRIVATE = "52.94.133.131", "10.9.0.7"
    BLIND = replace(sound_vpc(), dhcp_options=None)
    WITHOUT = lacking(BLIND, "endpoints", "vpce-sqs")

    @pytest.mark.parametrize(
        ("seen", "network", "endpoint"),
        [
            ((PUBLIC,), WITHOUT, ""),
            (("10.0.11.10", "10.0.12.10"), BLIND, "vpce-sqs"),
            # an endpoint of another VPC may have it
            ((PRIVATE,), WITHOUT, None),
            ((PUBLIC, PRIVATE), WITHOUT, None),
            # past its own endpoint, or by it in part
            ((PUBLIC,), BLIND, None),
            (("10.0.11.10", PUBLIC), BLIND, None),
            ((), WITHOUT, None),
            ((PUBLIC,), replace(BLIND, endpoints=None), None),
        ],
    )
    def test_it_is_told_by_what_the_sandbox_got(
        self, seen: tuple[str, ...], network: Model, endpoint: str | None
    ) -> None:
        found = paths(network, seen=seen)
        assert found.answer is not None
        assert found.answer.unknowns
        assert found.observed_endpoint == endpoint
        way = way_to(found)
        assert way.known == (endpoint is not None)
        assert not way.known or (way.endpoint, way.vpc) == (endpoint, "vpc-1" if endpoint else "")

    def test_then_no_endpoints_policy_is_asked(self) -> None:
        judged = registry.load("permission.endpoint-policy")
        (undecided,) = judged(permissions=permissions(), paths=self.sqs(()), network=None)
        assert undecided.outcome is Outcome.UNKNOWN
        (free,) = judged(permissions=permissions(), paths=self.sqs((self.PUBLIC,)), network=None)
        assert (free.outcome, "no VPC endpoint carries" in free.message) == (Outcome.NOT_APPLICABLE, True)

    def sqs(self, seen: tuple[str, ...]) -> Paths:
        return replace(paths(self.WITHOUT, seen=seen), service="sqs")


class TestTargets:
    def test_those_of_the_request_are_walked_to_from_each_subnet(self) -> None:
        seen = one(collected(in_vpc(), read()))
        assert seen.concerns == "10.0.1.99:5432"
        assert {(way.subnet, way.zone, way.table) for way in seen.ways} == {
            ("subnet-fa", "us-east-1a", "rtb-1"),
            ("subnet-fb", "us-east-1b", "rtb-1"),
        }
        assert all("network.egress-blocked" in {each.check for each in way.path.blockers} for way in seen.ways)
        assert seen.answer is None

    def test_without_any_those_that_the_functions_variables_name(self) -> None:
        named = (Named(host="10.0.2.7", port=6379, reachable=False), Named(service="sqs"))
        found = collected(in_vpc(targets=named, region="eu-west-3"), read(), targets=())
        assert [(each.concerns, each.expected) for each in found if isinstance(each, Paths)] == [
            ("10.0.2.7:6379", False),
            ("sqs.eu-west-3.amazonaws.com:443", True),
        ]

    def test_another_functions_region_counts_and_this_process_variables_do_not(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
        seen = one(collected(in_vpc(region="eu-west-3"), read(), targets=(ServiceTarget(service="sqs"),)))
        assert seen.concerns == "sqs.eu-west-3.amazonaws.com:443"

    def test_this_functions_own_variables_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://10.0.1.50:4566")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
        targets = (ServiceTarget(service="sqs"),)
        own = {"AWS_LAMBDA_FUNCTION_NAME": "jobs", "AWS_ENDPOINT_URL": "http://10.0.1.50:4566"}
        assert one(collected(in_vpc(), read(), targets=targets, function=None, **own)).concerns == "10.0.1.50:4566"

    def test_a_variable_of_the_other_function_that_puts_a_service_elsewhere_counts(self) -> None:
        override = Override(
            variable="AWS_ENDPOINT_URL_SQS",
            service="sqs",
            scheme="https",
            host="10.0.1.77",
            port=443,
            local=False,
            aws=False,
        )
        function = in_vpc(overrides=(override,))
        assert one(collected(function, read(), targets=(ServiceTarget(service="sqs"),))).concerns == "10.0.1.77:443"

    def test_a_service_that_nobody_knows_is_missing_of_this_kind(self) -> None:
        (lost,) = collected(in_vpc(), read(), targets=(ServiceTarget(service="no-such-service"),))
        assert isinstance(lost, Missing)
        assert (lost.kind, lost.source, lost.target) == ("paths", Source.CONTROL, "no-such-service")


class TestWhatIsMissing:
    def test_a_function_in_no_vpc_has_targets_and_no_ways(self) -> None:
        seen = one(collected(in_vpc(vpc="", subnets=(), groups=())))
        assert (seen.vpc, seen.ways, seen.concerns) == ("", (), "10.0.1.99:5432")

    def test_without_function_or_network_nothing_is_said(self) -> None:
        assert collected(read()) == []
        assert collected(in_vpc()) == []
        assert collected(in_vpc(exists=False), read()) == []

    def test_replies_that_are_none_of_awss_are_told(self) -> None:
        (lost,) = collected(in_vpc(), read(replies={**REPLIES, "Subnets": [{"SubnetId": 7}]}))
        assert isinstance(lost, Missing)
        assert (lost.reason, lost.target) == (Reason.CRASHED, None)
        assert "no model of the network" in lost.detail

    def test_what_was_not_read_leaves_the_way_undecided_with_its_reason(self) -> None:
        carrier = {
            "NetworkInterfaceId": "eni-1",
            "SubnetId": "subnet-fb",
            "VpcId": "vpc-1",
            "PrivateIpAddress": "10.0.2.200",
            "Groups": [{"GroupId": "sg-db"}],
        }
        known = {key: said for key, said in REPLIES.items() if key != "SecurityGroups"} | {
            "NetworkInterfaces": [carrier]
        }
        facts = read(replies=known, unread={"SecurityGroups": "denied: ec2:DescribeSecurityGroups"})
        seen = one(collected(in_vpc(), facts, targets=(HostTarget(host="10.0.2.200", port=443),)))
        assert {way.path.reachable for way in seen.ways} == {None}
        reason = "security group sg-f was not read (denied: ec2:DescribeSecurityGroups)"
        assert all(reason in way.path.unknowns for way in seen.ways)

    def test_targets_beyond_what_a_collector_may_send_are_missing_one_by_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(evidence_paths, "_MOST_BYTES", 3000)
        targets = tuple(HostTarget(host="10.0.1.99", port=port) for port in range(5000, 5005))
        found = collected(in_vpc(), read(), targets=targets)
        assert [type(each) for each in found] == [Paths, *[Missing] * 4]
        assert {each.target for each in found if isinstance(each, Missing)} == {
            f"10.0.1.99:{port}" for port in range(5001, 5005)
        }

    def test_a_subnet_that_nobody_saw_is_undecided(self) -> None:
        seen = one(collected(in_vpc(subnets=("subnet-gone",)), read()))
        assert [way.path.reachable for way in seen.ways] == [None]


class TestPublicNames:
    @pytest.fixture
    def looked_up(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        asked: list[str] = []

        def answer(host: str, *_: object, **__: object) -> list[Any]:
            asked.append(host)
            found = ("52.94.133.131", "10.1.2.3", "127.0.0.1")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    TARGETS = (HostTarget(host="api.partner.example"), DATABASE)

    def test_outside_a_function_they_are_looked_up_and_only_global_addresses_kept(self, looked_up: list[str]) -> None:
        found = collected(in_vpc(), read(), targets=self.TARGETS)
        seen = next(each for each in found if isinstance(each, Paths) and each.answer)
        assert looked_up == ["api.partner.example"]
        assert {way.address for way in seen.ways} == {"52.94.133.131"}
        assert all(ipaddress.ip_address(way.address).is_global for way in seen.ways)

    def test_inside_a_function_they_are_not(self, looked_up: list[str]) -> None:
        found = collected(in_vpc(), read(), targets=self.TARGETS, function=None, AWS_LAMBDA_FUNCTION_NAME="jobs")
        seen = next(each for each in found if isinstance(each, Paths) and each.answer)
        assert looked_up == []
        assert seen.ways == ()
        assert seen.answer is not None
        assert "no resolver told its addresses" in seen.answer.reason

    @pytest.mark.parametrize(
        ("host", "walked"), [("api.partner.example", set()), ("sns.us-east-1.amazonaws.com", {("203.0.113.1", True)})]
    )
    def test_a_resolver_that_fails_leaves_a_stand_in_for_names_of_aws_alone(
        self, host: str, walked: set[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> list[Any]:
            raise socket.gaierror(socket.EAI_AGAIN, "no resolver")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        seen = one(collected(in_vpc(), read(), targets=(HostTarget(host=host),)))
        assert {(way.address, way.assumed) for way in seen.ways} == walked


class TestWhatTheSandboxGot:
    NAMES = looked("api.partner.example", system(Reply.RESOLVED, "93.184.216.34"))
    TARGETS = (HostTarget(host="api.partner.example"),)

    def test_its_own_answers_are_walked_to(self) -> None:
        own = {"AWS_LAMBDA_FUNCTION_NAME": "jobs"}
        seen = one(collected(in_vpc(), read(), self.NAMES, targets=self.TARGETS, function=None, **own))
        assert {(way.address, way.seen, way.assumed) for way in seen.ways} == {("93.184.216.34", True, False)}

    @pytest.mark.parametrize(
        ("vantage", "counts"),
        [
            (Vantage(function="jobs"), True),
            (Vantage(function="doctor", subnets=("subnet-fb",), groups=("sg-f",)), True),
            (Vantage(function="doctor", subnets=("subnet-fb",), groups=("sg-f", "sg-e")), False),
            (Vantage(function="doctor", subnets=("subnet-fb", "subnet-x"), groups=("sg-f",)), False),
            (Vantage(function="doctor"), False),
            (Vantage(), False),
        ],
        ids=["itself", "beside it", "other groups", "another subnet", "nobody knows where", "a laptop"],
    )
    def test_brought_along_they_count_where_they_share_the_functions_network(
        self, vantage: Vantage, counts: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
        configured = world(in_vpc(), read(), targets=self.TARGETS)
        (names,) = sealed(self.NAMES)
        brought = replace(configured, known=(*configured.known, replace(names, vantage=vantage)))
        assert bool(one(list(Paths.collect(brought))).ways) is counts

    def test_they_stand_beside_the_configured_ones(self) -> None:
        seen = paths(seen=("10.0.11.10", "10.0.11.77"))
        assert {(way.address, way.seen) for way in seen.ways if way.subnet == "subnet-fa"} == {
            ("10.0.11.10", True),
            ("10.0.12.10", False),
            ("10.0.11.77", True),
        }


class TestFamilies:
    PUBLIC = ("93.184.216.34", INTERNET_6)

    def test_without_ipv6_only_ipv4_is_walked(self) -> None:
        assert {way.address for way in paths(host="a.example", public=self.PUBLIC).ways} == {"93.184.216.34"}

    def test_with_it_both_are(self) -> None:
        both = paths(host="a.example", public=self.PUBLIC, function=in_vpc(ipv6=True))
        assert {way.address for way in both.ways} == set(self.PUBLIC)

    def test_an_answer_of_ipv6_alone_is_a_dead_end_without(self) -> None:
        ways = paths(host="a.example", public=(INTERNET_6,)).ways
        assert {each.check for way in ways for each in way.path.blockers} == {"network.ipv6-dead-end"}


class TestFacts:
    def test_they_survive_the_plain_form(self) -> None:
        for facts in (
            paths(),
            paths(host="a.example"),
            paths(host="10.0.11.20"),
            paths(sound_vpc(nats=None), "a.example"),
        ):
            sealed_ = Evidence.of(facts, vantage=Vantage(), at="", took=0.0)
            assert revive(Paths, sealed_) == facts
            assert asdict(revive(Paths, sealed_)) == sealed_.facts

    def test_hops_are_kept_only_where_they_alone_tell_what_passed(self) -> None:
        assert not [way for way in paths().ways if way.path.forward or way.path.back]
        assert all(way.path.forward for way in paths(sound_vpc(nats=None), "a.example").ways)

    def test_a_proxied_target_is_not_walked_to(self) -> None:
        seen = paths(proxied=True)
        assert (seen.proxied, seen.ways, seen.answer) == (True, (), None)

    def test_the_answer_says_what_decided(self) -> None:
        seen = paths()
        assert seen.answer is not None
        assert (seen.answer.kind, seen.answer.component) == (Kind.ENDPOINT, "vpce-sqs")
        off = paths(changed(sound_vpc(), "vpcs", "vpc-1", dns_support=False))
        assert off.answer is not None
        assert "sqs.us-east-1.amazonaws.com has no address there" in off.answer.reason


class TestEndpointsNamed:
    def test_the_collector_names_its_own_the_same_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        here = world(targets=(ServiceTarget(service="sqs"), DATABASE), function=None)
        assert list(Endpoint.collect(here)) == list(Endpoint.named(here, here.hosts_named, here.services))
        assert [each.host for each in Endpoint.collect(here) if isinstance(each, Endpoint)] == ["10.0.1.99", HOST]
