"""Rule 2 of DESIGN's reasoning: what the configuration predicts and what a probe saw, judged together, cell by cell."""

import time
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from doctor import registry
from doctor.diagnosis.clearance import Answer, answers
from doctor.evidence import Facts, Vantage
from doctor.evidence.names import Names, Reply
from doctor.evidence.reach import Reach, Tcp
from doctor.examine import Run, judge_again
from doctor.network.model import Network
from doctor.request import Request
from doctor.schedule import Schedule
from doctor.verdict import Confidence, Diagnosis, Finding, Outcome, Severity, Source, Status, Verdict
from doctor.world import World
from tests.evidence import sealed
from tests.evidence.build import (
    HOST,
    OUTSIDE,
    PARTNER_HOST,
    REJECTED,
    SILENT,
    caller,
    endpoint,
    in_vpc,
    looked,
    paths,
    probe,
    reach,
    replies,
    system,
)
from tests.evidence.network import CLOSED, HALF_ANSWERED, ISOLATED, LIVE, OUT, SOUND, acl
from tests.network.build import DATABASE, changed, entry

TARGET, SECOND, PUBLIC = f"{HOST}:443", "10.0.12.10", "52.94.133.131"
EGRESS = CLOSED
INGRESS = changed(SOUND, "groups", "sg-e", ingress=())
WITHOUT_NAMES = changed(ISOLATED, "endpoints", "vpce-sqs", private_names=False)
CONFIGURED = (in_vpc(), replies())


def got(*addresses: str, host: str = HOST) -> Names:
    return looked(host, system(Reply.RESOLVED, *addresses))


def stands(address: str = LIVE, **more: Any) -> Any:
    return probe(address=address, **more)


def silent(address: str = LIVE) -> Any:
    return replace(SILENT, address=address)


def inside(*probes: Any) -> tuple[Facts, ...]:
    """What the sandbox saw: these addresses, and what came of each."""
    return got(*(each.address for each in probes)), reach(*probes)


def outside(network: Network, *addresses: str, **more: Any) -> tuple[Facts, ...]:
    """What the configuration tells of the ways to what the sandbox got."""
    return *CONFIGURED, paths(network, seen=addresses, **more)


def judged(
    *facts: Facts, vantage: Vantage | None = None, only: tuple[str, ...] = ("network.*", "dns.*", "reach.*")
) -> Verdict:
    schedule = Schedule(time.monotonic(), 20.0)
    world = World(request=Request(only=only, function="jobs"), until=schedule.gathered, environ={})
    known = sealed(*facts)
    if vantage:
        known = tuple(replace(item, vantage=vantage) if item.source is Source.INSIDE else item for item in known)
    return judge_again(Run(world=world, schedule=schedule, verify=" ".join), known).verdict


def one(verdict: Verdict, check: str) -> Finding:
    (found,) = (finding for finding in verdict.findings if finding.check == check)
    return found


def grave(verdict: Verdict) -> list[str]:
    return [each.check for each in verdict.diagnoses if each.severity is Severity.BREAKS]


class TestBothFail:
    """The named blocker, certain from two sides that do not know of each other."""

    @pytest.mark.parametrize(
        ("network", "address", "answer", "explains"),
        [
            (EGRESS, LIVE, "network.egress-blocked", {"reach.connect-timeout"}),
            (INGRESS, LIVE, "network.endpoint-ingress-blocked", {"reach.connect-timeout"}),
            (WITHOUT_NAMES, PUBLIC, "dns.private-names-off", {"dns.public-answer", "reach.connect-timeout"}),
            (
                changed(SOUND, "acls", "acl-1", entries=(OUT, entry(100, "tcp 443"))),
                LIVE,
                "network.acl-return-blocked",
                {"reach.connect-timeout"},
            ),
        ],
    )
    def test_the_blocker_is_named(self, network: Network, address: str, answer: str, explains: set[str]) -> None:
        verdict = judged(*outside(network, address), *inside(silent(address)))
        first = verdict.diagnoses[0]
        assert verdict.status is Status.UNHEALTHY
        assert (first.check, first.confidence, first.could_also_be) == (answer, Confidence.CERTAIN, ())
        assert {id_.partition("@")[0] for id_ in first.explains} >= explains
        assert grave(verdict) in ([answer], [answer, "network.no-route"])

    def test_an_address_that_nobody_carries_is_an_old_answer(self) -> None:
        verdict = judged(*outside(SOUND, "10.0.11.99"), *inside(silent("10.0.11.99")))
        assert verdict.diagnoses[0].check == "dns.stale-answer"
        assert "reach.connect-timeout@" + TARGET in verdict.diagnoses[0].explains

    def test_a_public_answer_where_an_endpoint_stands(self) -> None:
        verdict = judged(*outside(ISOLATED, PUBLIC), *inside(silent(PUBLIC)))
        assert verdict.diagnoses[0].check == "dns.public-answer"
        assert "reach.connect-timeout@" + TARGET in verdict.diagnoses[0].explains

    def test_what_was_predicted_and_not_tried_is_only_likely(self) -> None:
        first = judged(*outside(EGRESS)).diagnoses[0]
        assert (first.check, first.confidence) == ("network.egress-blocked", Confidence.LIKELY)


class TestOpenAndSilent:
    """What the configuration rules out is no candidate, and what it does not tell stays one."""

    def test_the_symptom_is_what_is_left(self) -> None:
        verdict = judged(*outside(SOUND, LIVE), *inside(silent()))
        first = verdict.diagnoses[0]
        assert first.check == "reach.connect-timeout"
        ruled_out = {each.check for each in verdict.findings if each.outcome is Outcome.OK}
        assert {"network.egress-blocked", "network.acl-return-blocked", "dns.stale-answer"} <= ruled_out
        assert not ruled_out & set(first.could_also_be)
        assert one(verdict, "network.model-contradicted").outcome is Outcome.UNKNOWN

    def test_what_was_not_read_remains(self) -> None:
        unread = replace(SOUND, acls=None, unread={"NetworkAcls": "denied: ec2:DescribeNetworkAcls"})
        first = judged(*outside(unread, LIVE), *inside(silent())).diagnoses[0]
        assert first.check == "reach.connect-timeout"
        acls = {f"network.acl-{way}-blocked" for way in ("return", "egress", "ingress")}
        assert acls <= set(first.could_also_be)
        assert not {"network.egress-blocked", "dns.stale-answer"} & set(first.could_also_be), "those were decided"
        told, *more = first.separate
        asked = " ".join(each.command for each in more)
        assert "describe-network-acls" in asked
        assert "IpPermissionsEgress" not in asked, "that was decided"
        assert told.command.startswith("doctor examine jobs --via deployed")
        assert all(f"--only {candidate}" in told.command for candidate in first.could_also_be)

    def test_interfaces_with_old_groups_are_named_beside_it(self) -> None:
        stale = replies(
            NetworkInterfaces=[
                {**each, "Groups": [{"GroupId": "sg-old"}]} for each in replies().replies["NetworkInterfaces"]
            ]
        )
        verdict = judged(in_vpc(), stale, paths(SOUND, seen=(LIVE,)), *inside(silent()))
        assert [each.check for each in verdict.diagnoses] == [
            "reach.connect-timeout",
            "network.interface-groups-differ",
        ]


class TestClosedAndPassing:
    """A connection that stands is a fact: the model is wrong, and breaks nothing."""

    def assert_contradicted(self, verdict: Verdict, blocker: str) -> None:
        told = one(verdict, "network.model-contradicted")
        assert (told.outcome, told.severity) == (Outcome.PROBLEM, Severity.HINTS)
        assert set(told.sources) == {Source.CONTROL, Source.INSIDE}
        assert blocker in told.message
        assert one(verdict, blocker).outcome is Outcome.OK
        assert not [each for each in verdict.findings if each.explained_by == told.id], "it explains nothing"
        assert not grave(verdict)
        assert verdict.status is Status.HEALTHY

    @pytest.mark.parametrize(
        ("network", "blocker"),
        [(EGRESS, "network.egress-blocked"), (INGRESS, "network.endpoint-ingress-blocked")],
    )
    def test_an_answer_of_aws_clears_what_the_model_holds(self, network: Network, blocker: str) -> None:
        self.assert_contradicted(judged(*outside(network, LIVE), *inside(stands())), blocker)

    def test_so_does_a_connection_to_a_host_of_ones_own(self) -> None:
        shut = changed(SOUND, "groups", "sg-db", ingress=())
        connected = Reach(host=DATABASE, port=5432, probes=(stands(DATABASE, tls=None, http=None, request_id=False),))
        way = paths(shut, DATABASE, 5432)
        names = Names(host=DATABASE, port=5432, literal=True, system=system(Reply.RESOLVED, DATABASE))
        self.assert_contradicted(judged(*CONFIGURED, way, names, connected), "network.target-ingress-blocked")

    def test_a_connection_alone_clears_nothing_above_the_network(self) -> None:
        untrusted = stands(tls="untrusted", http=None, request_id=False)
        verdict = judged(*outside(EGRESS, LIVE), *inside(untrusted))
        assert grave(verdict) == ["reach.certificate-untrusted"]
        assert one(verdict, "network.egress-blocked").outcome is Outcome.OK

    def test_what_must_not_be_reached_is_at_fault_all_the_same(self) -> None:
        reached = replace(reach(stands()), expected=False)
        verdict = judged(*CONFIGURED, replace(paths(EGRESS, seen=(LIVE,)), expected=False), got(LIVE), reached)
        assert "reach.expectation-failed" in grave(verdict)
        assert one(verdict, "network.model-contradicted").outcome is Outcome.NOT_APPLICABLE


class TestDeclaredUnreachable:
    """What was tried decides, and where nothing was, the configured way."""

    @staticmethod
    def unwanted(network: Network, *probes: Any) -> Verdict:
        way = replace(paths(network, seen=(LIVE,)), expected=False)
        return judged(*CONFIGURED, way, got(LIVE), replace(reach(*probes), expected=False))

    @pytest.mark.parametrize("network", [SOUND, CLOSED])
    def test_what_got_through_is_at_fault_whatever_is_configured(self, network: Network) -> None:
        verdict = self.unwanted(network, stands())
        assert grave(verdict) == ["reach.expectation-failed"]
        assert one(verdict, "reach.expectation-failed").sources == (Source.INSIDE,)

    @pytest.mark.parametrize("network", [SOUND, CLOSED])
    def test_what_was_dropped_in_silence_is_not(self, network: Network) -> None:
        verdict = self.unwanted(network, silent())
        assert one(verdict, "reach.expectation-failed").outcome is Outcome.OK
        assert (verdict.status, grave(verdict)) == (Status.HEALTHY, [])
        assert f"{TARGET} is not reached, as declared" in verdict.headline

    def test_what_only_the_configuration_tells_of_is_judged_by_it(self) -> None:
        tried = (got(LIVE), replace(reach(silent()), expected=False))
        untried = replace(paths(SOUND, PARTNER_HOST), expected=False)
        verdict = judged(*CONFIGURED, replace(paths(SOUND, seen=(LIVE,)), expected=False), untried, *tried)
        found = {each.targets: each.outcome for each in verdict.findings if each.check == "reach.expectation-failed"}
        assert found == {(TARGET,): Outcome.OK, (f"{PARTNER_HOST}:443",): Outcome.PROBLEM}


class TestOnlyWhatPassed:
    """For each target, address and subnet by itself."""

    def test_another_subnet_is_not_excused(self) -> None:
        """The sandbox stands in the subnet that is open, as far as anybody can tell."""
        verdict = judged(*outside(acl("subnet-fa", OUT), LIVE), *inside(stands()))
        blocked = one(verdict, "network.acl-return-blocked")
        assert (blocked.outcome, blocked.subnet, blocked.severity) == (Outcome.PROBLEM, "subnet-fa", Severity.BREAKS)
        assert one(verdict, "network.model-contradicted").outcome is Outcome.OK
        assert verdict.status is Status.UNHEALTHY

    def test_nor_are_two_of_three(self) -> None:
        shut = changed(acl("subnet-fa", OUT), "acls", "acl-own", subnets=("subnet-fa", "subnet-fb"))
        three = in_vpc(subnets=("subnet-fa", "subnet-fb", "subnet-ea"))
        verdict = judged(three, replies(), paths(shut, seen=(LIVE,), function=three), *inside(stands()))
        assert one(verdict, "network.acl-return-blocked").outcome is Outcome.PROBLEM
        assert verdict.status is Status.UNHEALTHY

    def test_a_sandbox_that_is_known_to_stand_in_the_closed_one_is_a_contradiction_there(self) -> None:
        there = Vantage(function="doctor", subnet="subnet-fa", subnets=("subnet-fa",), groups=("sg-f",))
        verdict = judged(*outside(acl("subnet-fa", OUT), LIVE), *inside(stands()), vantage=there)
        assert one(verdict, "network.acl-return-blocked").outcome is Outcome.OK

    def test_half_of_the_ports_are_not_excused_by_one_that_passed(self) -> None:
        verdict = judged(*outside(HALF_ANSWERED, LIVE), *inside(stands()))
        assert one(verdict, "network.acl-return-blocked").outcome is Outcome.PROBLEM
        assert grave(verdict) == ["network.acl-return-blocked"]

    def test_another_address_is_not_excused(self) -> None:
        """One of the endpoint's two interfaces stands in a subnet that lets nothing in."""
        verdict = judged(*outside(acl("subnet-eb", OUT), LIVE, SECOND), *inside(stands(), silent(SECOND)))
        assert one(verdict, "network.acl-ingress-blocked").outcome is Outcome.PROBLEM
        assert one(verdict, "network.model-contradicted").outcome is Outcome.OK

    def test_another_target_is_not_excused(self) -> None:
        partner = paths(EGRESS, PARTNER_HOST, seen=(OUTSIDE,))
        dead = Reach(host=PARTNER_HOST, port=443, probes=(silent(OUTSIDE),))
        verdict = judged(*outside(EGRESS, LIVE), partner, *inside(stands()), got(OUTSIDE, host=PARTNER_HOST), dead)
        assert grave(verdict) == ["network.egress-blocked"]
        assert verdict.diagnoses[0].targets == (f"{PARTNER_HOST}:443",)

    def test_where_a_way_is_not_decided_the_sandbox_may_stand_there(self) -> None:
        blind = replace(SOUND, groups=None, unread={"SecurityGroups": "denied: ec2:DescribeSecurityGroups"})
        (known,) = sealed(paths(blind, seen=(LIVE,)))
        found = answers((known, *sealed(reach(stands()))))
        assert found == [Answer(TARGET, LIVE, "subnet-fa"), Answer(TARGET, LIVE, "subnet-fb")]


class TestBothPass:
    def test_the_network_is_well(self) -> None:
        verdict = judged(*outside(SOUND, LIVE), *inside(stands()))
        assert (verdict.status, verdict.diagnoses) == (Status.HEALTHY, ())
        assert "as seen from function jobs" in verdict.headline

    def test_then_it_is_the_credentials(self) -> None:
        every = ("network.*", "dns.*", "reach.*", "credentials.rejected", "identity.*")
        verdict = judged(*outside(SOUND, LIVE), *inside(stands()), caller(REJECTED), only=every)
        assert verdict.diagnoses[0].check == "credentials.rejected"
        assert one(verdict, "network.model-contradicted").outcome is Outcome.OK


class TestOneSide:
    """The causes that remain possible, likeliest first, each with a command that tells."""

    def alone(self, *facts: Facts) -> Diagnosis:
        verdict = judged(*facts)
        (only,) = grave(verdict)
        first = verdict.diagnoses[0]
        assert first.check == only
        return first

    @pytest.mark.parametrize(
        ("facts", "likely"),
        [
            (inside(silent()), ("network.endpoint-ingress-blocked", "network.egress-blocked", "dns.stale-answer")),
            (inside(silent(PUBLIC)), ("network.endpoint-missing", "dns.private-names-off", "network.egress-blocked")),
            (
                (got("52.216.0.7", host="s3.us-east-1.amazonaws.com"),
                 Reach(host="s3.us-east-1.amazonaws.com", port=443, service="s3", probes=(silent("52.216.0.7"),))),
                ("network.gateway-endpoint-unrouted", "network.egress-blocked", "network.endpoint-missing"),
            ),
            (
                (got(DATABASE, host="db.internal"), Reach(host="db.internal", port=5432, probes=(silent(DATABASE),))),
                ("network.target-ingress-blocked", "network.egress-blocked", "network.target-missing"),
            ),
            (
                (got(OUTSIDE, host=PARTNER_HOST), Reach(host=PARTNER_HOST, port=443, probes=(silent(OUTSIDE),))),
                ("network.no-route", "network.egress-blocked", "network.public-subnet"),
            ),
            (
                (got("2600:1f18::9", host=PARTNER_HOST), Reach(host=PARTNER_HOST, port=443, probes=(silent("2600:1f18::9"),))),
                ("network.ipv6-dead-end", "network.no-route", "network.egress-blocked"),
            ),
        ],
        ids=["private service", "public service", "gateway service", "private host", "public host", "ipv6"],
    )  # fmt: skip
    def test_from_inside(self, facts: tuple[Facts, ...], likely: tuple[str, ...]) -> None:
        first = self.alone(*facts)
        assert first.check == "reach.connect-timeout"
        assert first.confidence is Confidence.POSSIBLE
        assert first.could_also_be[:3] == likely
        assert len(first.could_also_be) <= 6
        told = first.separate[0]
        assert told.command.startswith("doctor examine jobs --via deployed ")
        assert set(registry.built_in()) >= {word for word in told.command.split() if "." in word}
        assert len(first.separate) > 1, "and what an engineer without this doctor would type"

    def test_a_proxy_that_is_silent_has_no_address_to_guess_from(self) -> None:
        through = replace(reach(replace(SILENT, address="the proxy", tcp=Tcp.TIMEOUT)), proxied=True)
        assert self.alone(got(LIVE), through).could_also_be == ()

    @pytest.mark.parametrize(
        ("network", "answer"),
        [
            (EGRESS, "network.egress-blocked"),
            (INGRESS, "network.endpoint-ingress-blocked"),
            (WITHOUT_NAMES, "dns.private-names-off"),
        ],
    )
    def test_from_outside(self, network: Network, answer: str) -> None:
        first = self.alone(*outside(network))
        assert (first.check, first.confidence) == (answer, Confidence.LIKELY)


class TestADoctorBeside:
    """It shares the network, and nothing else."""

    HERE = Vantage(function="doctor", subnet="subnet-fa", subnets=("subnet-fa",), groups=("sg-f",))

    def test_names_and_reach_count_and_credentials_are_not_asked(self) -> None:
        every = ("network.*", "dns.*", "reach.*", "credentials.*", "client.*", "identity.*")
        seen = (endpoint(), *inside(stands()))
        verdict = judged(*outside(SOUND, LIVE), *seen, vantage=self.HERE, only=every)
        assert verdict.status is Status.HEALTHY
        assert {"credentials.*", "client.region-missing", "identity.caller-unknown"} <= set(verdict.not_asked)
        assert "function doctor" in verdict.headline
        assert "Of jobs itself nothing was seen from inside" in verdict.headline

    def test_its_subnet_is_the_findings(self) -> None:
        verdict = judged(*outside(EGRESS, LIVE), *inside(silent()), vantage=self.HERE)
        assert one(verdict, "reach.connect-timeout").subnet == "subnet-fa"
        assert verdict.diagnoses[0].check == "network.egress-blocked"


def test_a_candidate_is_left_out_only_where_all_targets_are_decided() -> None:
    other = Reach(host="sns.us-east-1.amazonaws.com", port=443, service="sns", probes=(silent("10.0.11.11"),))
    verdict = judged(*outside(SOUND, LIVE), *inside(silent()), got("10.0.11.11", host=other.host), other)
    first = verdict.diagnoses[0]
    assert len(first.targets) == 2
    assert "network.egress-blocked" in first.could_also_be


def test_every_candidate_is_a_check_and_every_command_names_one() -> None:
    """Of the checks that name candidates, whatever they saw."""
    rows = [inside(silent()), inside(silent(PUBLIC))]
    for first in chain.from_iterable(judged(*facts).diagnoses for facts in rows):
        assert set(first.could_also_be) <= set(registry.built_in())
