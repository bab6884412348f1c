"""Whose inside it is: what counts of the evidence that a request brings along, and which party tells the control side."""

import json
import socket
import time
from dataclasses import asdict, replace
from typing import Any

import pytest

import handler
from doctor.evidence import Evidence, Facts, Missing, Reason, Vantage
from doctor.evidence.caller import Identity
from doctor.evidence.calls.function_parts import Role
from doctor.evidence.function import Function
from doctor.evidence.paths import Paths
from doctor.evidence.platform import Platform
from doctor.evidence.provenance.age import current, seen
from doctor.evidence.provenance.place import at_home, placed
from doctor.join import join, needed, stands_elsewhere
from doctor.network.result import Blocker, Path
from doctor.network.ways import Way
from doctor.request import AnyTarget, HostTarget, Request, ServiceTarget
from doctor.verdict import Source
from doctor.world import World, now
from tests.evidence.build import CONNECTS, PLATFORM, REJECTED, caller, identity, in_vpc, paths, replies

ITSELF = Vantage(function="jobs")
BESIDE = Vantage(function="doctor", subnets=("subnet-fa",), groups=("sg-f",))
APART = Vantage(function="doctor", subnets=("subnet-x",), groups=("sg-f",))
OTHER_GROUPS = Vantage(function="doctor", subnets=("subnet-fa",), groups=("sg-x",))
LAPTOP = Vantage()


def sealed(facts: Facts, vantage: Vantage = ITSELF, **changed: Any) -> Evidence:
    return replace(Evidence.of(facts, vantage=vantage, at=now(), took=0.1), **changed)


def world(*known: Evidence | Missing, function: str | None = "jobs", own: str = "") -> World:
    environ = {"AWS_LAMBDA_FUNCTION_NAME": own} if own else {}
    return World(request=Request(function=function), until=time.monotonic() + 5, environ=environ, known=known)


def lost(kind: str, **changed: Any) -> Missing:
    return Missing(kind=kind, reason=Reason.DENIED, source=Source.CONTROL, vantage=ITSELF, **changed)


GATHERED = (sealed(in_vpc()),)


class TestFromInside:
    @pytest.mark.parametrize(
        ("vantage", "reach", "credentials"),
        [
            (ITSELF, True, True),
            (replace(ITSELF, function="arn:aws:lambda:us-east-1:123456789012:function:jobs"), True, True),
            (BESIDE, True, False),
            (APART, False, False),
            (OTHER_GROUPS, False, False),
            (Vantage(function="doctor"), False, False),
            (LAPTOP, False, False),
        ],
        ids=["itself", "by its ARN", "beside it", "another subnet", "other groups", "nobody knows where", "a laptop"],
    )
    def test_what_counts(self, vantage: Vantage, reach: bool, credentials: bool) -> None:
        brought = (sealed(CONNECTS, vantage), sealed(caller(), vantage), sealed(PLATFORM, vantage))
        joined = join(world(*brought), GATHERED)
        counted = {item.kind for item in joined if isinstance(item, Evidence) and item.source is Source.INSIDE}
        assert counted == ({"reach"} if reach else set()) | ({"caller", "platform"} if credentials else set())
        assert {item.kind for item in joined} == {"reach", "caller", "platform", "function"}
        assert all(item.vantage == vantage for item in joined if item.source is Source.INSIDE), (
            "kept, and by whom it was seen"
        )

    def test_where_the_functions_own_place_is_not_known_nobody_shares_it(self) -> None:
        (item,) = join(world(sealed(CONNECTS, BESIDE)), ())
        assert isinstance(item, Missing)
        assert "was not read" in item.detail

    def test_why_it_does_not_count_is_told(self) -> None:
        told = [item for item in join(world(sealed(CONNECTS, APART)), GATHERED) if isinstance(item, Missing)]
        assert "function doctor in subnet-x, and says nothing of jobs" in told[0].detail
        told = [item for item in join(world(sealed(CONNECTS, OTHER_GROUPS)), GATHERED) if isinstance(item, Missing)]
        assert "function doctor with sg-x" in told[0].detail

    def test_nothing_brought_changes_nothing(self) -> None:
        assert join(world(), GATHERED) is GATHERED

    def test_who_stands_elsewhere(self) -> None:
        assert stands_elsewhere((sealed(CONNECTS, BESIDE),), "jobs")
        assert not stands_elsewhere((sealed(CONNECTS, BESIDE), sealed(caller())), "jobs")
        assert not stands_elsewhere((sealed(CONNECTS, LAPTOP),), "jobs")
        assert not stands_elsewhere((sealed(CONNECTS, BESIDE),), None)
        assert not stands_elsewhere(GATHERED, "jobs")

    def test_a_place_is_told_by_the_configuration_of_who_looked(self) -> None:
        known = (sealed(in_vpc(name="doctor", subnets=("subnet-fb",))), sealed(CONNECTS, Vantage(function="doctor")))
        (reach,) = (item for item in placed(known) if item.kind == "reach")
        assert reach.vantage == Vantage(function="doctor", subnet="subnet-fb", subnets=("subnet-fb",), groups=("sg-f",))


class TestControlSide:
    """One party tells each kind, so that no half of a reading stands beside another."""

    def test_who_was_asked_for_it_wins_over_who_volunteered(self) -> None:
        brought, own = sealed(in_vpc(memory=256)), sealed(in_vpc(memory=512), volunteered=True)
        assert join(world(brought, function=None, own="jobs"), (own,)) == (brought,)

    def test_a_reading_wins_over_a_denial(self) -> None:
        brought = (sealed(in_vpc()), sealed(paths()))
        denied = (lost("function"), lost("paths"), lost("network"))
        assert join(world(*brought, function=None, own="jobs"), denied) == (*brought, lost("network"))

    def test_what_was_read_here_wins_over_what_was_brought(self) -> None:
        here, brought = sealed(in_vpc(memory=512)), sealed(in_vpc(memory=256))
        assert join(world(brought), (here,)) == (here,)

    def test_what_was_said_of_another_function_is_not_said_of_this_one(self) -> None:
        assert join(world(sealed(in_vpc(name="doctor"), Vantage(function="doctor"))), GATHERED) == GATHERED


ARN = "arn:aws:lambda:{region}:{account}:function:jobs"


class TestOfTheSameName:
    """A name is only a name: another region or account has a function of it, too, and what that one saw is not this one's."""

    @pytest.mark.parametrize(
        ("examined", "seen_by", "counts"),
        [
            ("jobs", Vantage(function="jobs", region="us-east-1", account="…9012"), True),
            ("jobs", Vantage(function="jobs", region="eu-west-1", account="…9012"), False),
            ("jobs", Vantage(function="jobs", region="us-east-1", account="…1111"), False),
            (
                ARN.format(region="us-east-1", account="123456789012"),
                Vantage(function="jobs", region="us-east-1"),
                True,
            ),
            (
                ARN.format(region="us-east-1", account="123456789012"),
                Vantage(function="jobs", region="eu-west-1"),
                False,
            ),
            (ARN.format(region="us-east-1", account="123456789012"), Vantage(function="jobs", account="…1111"), False),
            ("jobs", Vantage(function=ARN.format(region="eu-west-1", account="123456789012")), False),
            ("jobs", Vantage(function=ARN.format(region="us-east-1", account="111122221111")), False),
            ("jobs", Vantage(function=ARN.format(region="us-east-1", account="123456789012")), True),
        ],
    )
    def test_region_and_account_are_compared(self, examined: str, seen_by: Vantage, counts: bool) -> None:
        ours = sealed(in_vpc(region="us-east-1", role=Role(name="jobs", account="…9012")))
        brought = (sealed(CONNECTS, seen_by), sealed(caller(), seen_by))
        joined = join(world(*brought, function=examined), (ours,))
        told = [item for item in joined if item.source is Source.INSIDE]
        assert [isinstance(item, Evidence) for item in told] == [counts] * 2
        if not counts:
            away = " in eu-west-1" if "eu-west-1" in str(seen_by) else " in the account …1111"
            assert all(isinstance(item, Missing) and f"{away}, and says nothing of" in item.detail for item in told)

    @pytest.mark.parametrize(
        ("who", "platform", "account"),
        [
            (identity(), Platform(), "…9012"),
            (identity(principal="user/ci"), Platform(), ""),
            (identity(), Platform(changed=("AWS_ACCESS_KEY_ID",)), ""),
            (REJECTED, Platform(), ""),
        ],
        ids=["its role", "somebody else's key", "another key in the role's place", "refused"],
    )
    def test_its_account_is_that_of_its_own_credentials(self, who: Identity, platform: Platform, account: str) -> None:
        (seen, *_) = at_home((sealed(CONNECTS), sealed(caller(who)), sealed(platform)), "eu-west-1")
        assert (seen.vantage.region, seen.vantage.account) == ("eu-west-1", account)

    def test_its_configuration_is_asked_for(self) -> None:
        seen_by = replace(ITSELF, region="us-east-1")
        assert needed(world(sealed(CONNECTS, seen_by))) == (Function,)
        assert needed(world(sealed(CONNECTS, ITSELF))) == ()


class TestAge:
    """What was seen long ago says what was so then."""

    @pytest.mark.parametrize(
        ("at", "words"),
        [
            ("2019-01-01T00:00:00.000+00:00", "days ago"),
            ("2026-11-22T10:58:00.000+00:00", "1 hour ago"),
            ("2026-11-22T11:01:00.000+00:00", ""),
            ("2026-11-22T12:30:00", ""),
            ("2026-11-22T15:30:00+02:00", "in 1 hour"),
            ("9999-12-31T23:59:59-14:00", "in 2912"),
            ("0001-01-01T00:00:00+14:00", "days ago"),
        ],
    )
    def test_what_is_too_old_is_missing_and_says_so(self, at: str, words: str) -> None:
        (item,) = current((sealed(CONNECTS, at=at),), "2026-11-22T12:00:00.000+00:00")
        assert isinstance(item, Missing if words else Evidence)
        assert not isinstance(item, Missing) or (words in item.detail and item.target and item.vantage == ITSELF)

    @pytest.mark.parametrize(
        ("inside", "words"),
        [("12:00:00", "at this moment"), ("11:59:10", "at this moment"), ("11:20:00", "40 minutes ago")],
    )
    def test_the_clock_of_the_rest_tells_when_it_was(self, inside: str, words: str) -> None:
        told = sealed(in_vpc(), at="2026-11-22T12:00:00.000+00:00")
        assert seen((sealed(CONNECTS, at=f"2026-11-22T{inside}.000+00:00"), told)) == words
        assert seen((told,)) == "at this moment"


class TestUntried:
    """A target that was asked for, and that nobody tried from inside, is unknown."""

    def untried(self, *targets: AnyTarget, known: tuple[Evidence | Missing, ...] = (sealed(CONNECTS),)) -> list[str]:
        asked = replace(world(*known), request=Request(function="jobs", targets=targets))
        return [item.detail for item in join(asked, GATHERED) if item.kind == "reach" and isinstance(item, Missing)]

    def test_it_is_named(self) -> None:
        kms, host = ServiceTarget(service="kms"), HostTarget(host="db.internal", port=5432, tls=False)
        assert self.untried(ServiceTarget(service="sqs"), kms) == ["kms was not tried from inside"]
        assert self.untried(kms, host) == ["kms, db.internal:5432 were not tried from inside"]

    def test_what_was_tried_is_not(self) -> None:
        assert self.untried(ServiceTarget(service="sqs")) == []
        assert self.untried() == []

    def test_what_is_missing_is_told_once(self) -> None:
        cut = Missing(kind="reach", reason=Reason.OUT_OF_TIME, vantage=ITSELF)
        assert self.untried(ServiceTarget(service="kms"), known=(cut, sealed(CONNECTS))) == [""]

    def test_who_looks_from_inside_needs_nobodys_word(self) -> None:
        asked = replace(world(sealed(in_vpc()), own="jobs"), request=Request(targets=(ServiceTarget(service="kms"),)))
        assert [item.kind for item in join(asked, (sealed(CONNECTS),))] == ["function", "reach"]


def test_control_evidence_handed_to_a_function_is_judged_with_what_it_sees_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other way round: the request brings the configuration, and the sandbox knows that it connects."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        blocker = Blocker(check="network.egress-blocked", component="sg-f", direction="forward", detail="no rule")
        shut = Path(reachable=False, share=0.0, blockers=(blocker,))
        way = Way(subnet="subnet-fa", zone="us-east-1a", address="127.0.0.1", path=shut, seen=True)
        told = Paths(host="127.0.0.1", port=port, function="jobs", vpc="vpc-1", subnets=("subnet-fa",), ways=(way,))
        environ = {
            "AWS_LAMBDA_FUNCTION_NAME": "jobs",
            "DOCTOR_ALLOW_LOCAL": "1",
            "DOCTOR_TARGETS": json.dumps([{"host": "127.0.0.1", "port": port, "tls": False}]),
        }
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        asked = {
            "only": ["network.egress-blocked", "network.model-contradicted", "reach.connect-timeout"],
            "evidence": [json.loads(json.dumps(asdict(sealed(each)))) for each in (in_vpc(), replies(), told)],
            "budget_seconds": 8,
        }
        verdict = handler.handler({"doctor": asked}, None)
    by_check = {each["check"]: each for each in verdict["findings"] if not each["check"].startswith("doctor.")}
    assert by_check["network.model-contradicted"]["outcome"] == "problem", verdict["headline"]
    assert set(by_check["network.model-contradicted"]["sources"]) == {"inside", "control"}
    assert by_check["network.egress-blocked"]["outcome"] == "ok"
    assert verdict["status"] == "healthy"
    assert capsys.readouterr().out == "", "a run with foreign evidence emits no metric"
