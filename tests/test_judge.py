"""Evidence meets checks: which facts a check is called with, once for each vantage and target."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from doctor import judge as judging
from doctor.declare import Check, Nearness, Need, Observation, check, ok, otherwise, problem, unknown
from doctor.evidence import Evidence, Facts, Missing, Reason, Vantage, revive
from doctor.judge import judge, once
from doctor.verdict import Outcome, Remedy, Severity, Source, finding_id
from tests.invented import HERE, THERE, fine, rule, seen


@dataclass(frozen=True, kw_only=True)
class Whole(Facts):
    """Facts of the whole process."""

    kind: ClassVar[str] = "whole"

    word: str = "w"


@dataclass(frozen=True, kw_only=True)
class Aimed(Facts):
    """Facts of one target."""

    kind: ClassVar[str] = "aimed"
    per_target: ClassVar[bool] = True
    after: ClassVar[tuple[type[Facts], ...]] = (Whole,)

    target: str = HERE

    @property
    def concerns(self) -> str:
        return self.target


@dataclass(frozen=True, kw_only=True)
class Control(Whole):
    """What the control plane says."""

    kind: ClassVar[str] = "control"
    source: ClassVar[Source] = Source.CONTROL


def sealed(*facts: Facts, function: str | None = None, subnet: str | None = None) -> tuple[Evidence, ...]:
    vantage = Vantage(function=function, subnet=subnet)
    return tuple(Evidence.of(fact, vantage=vantage, at="", took=0) for fact in facts)


def asks(*needs: tuple[type[Facts], bool]) -> Check:
    """A check that says which evidence it was called with."""

    def tell(**given: Facts | None) -> Iterator[Observation]:
        words = [getattr(facts, "word", getattr(facts, "target", "none")) for facts in given.values()]
        yield ok("subject", " ".join(words))

    kinds = tuple(Need(kind.kind, kind, required) for kind, required in needs)
    return replace(rule("area.fault"), needs=kinds, judge=tell)


def told(check: Check, *known: Evidence | Missing) -> list[tuple[str, str, tuple[str, ...]]]:
    found = [item.finding for item in judge(check, known)]
    return [(finding.outcome.value, finding.message, finding.targets) for finding in found]


def test_whole_evidence_concerns_every_target() -> None:
    assert told(asks((Whole, True)), *sealed(Whole())) == [("ok", "w", ("*",))]


def test_aimed_evidence_is_judged_target_by_target() -> None:
    known = sealed(Aimed(), Aimed(target=THERE), Whole())
    assert told(asks((Aimed, True), (Whole, True)), *known) == [
        ("ok", f"{HERE} w", (HERE,)),
        ("ok", f"{THERE} w", (THERE,)),
    ]


def test_a_target_whose_evidence_is_missing_is_unknown_and_named() -> None:
    lost = Missing(kind="aimed", reason=Reason.OUT_OF_TIME, target=THERE)
    here, there = told(asks((Aimed, True)), *sealed(Aimed()), lost)
    assert here[0] == "ok"
    assert (there[0], there[2]) == ("unknown", (THERE,))
    assert "in time" in there[1]


@pytest.mark.parametrize("kind", ["aimed", "whole"])
def test_where_not_even_targets_are_known_the_loss_is_told(kind: str) -> None:
    ((outcome, message, targets),) = told(asks((Aimed, True)), Missing(kind=kind, reason=Reason.CRASHED, detail="boom"))
    assert (outcome, targets) == ("unknown", ("*",))
    assert "boom" in message


def test_a_denial_names_the_action_to_allow() -> None:
    lost = Missing(kind="whole", reason=Reason.DENIED, action="ec2:DescribeVpcs")
    assert "allow ec2:DescribeVpcs" in told(asks((Whole, True)), lost)[0][1]


def test_without_targets_a_check_of_targets_does_not_apply() -> None:
    assert told(asks((Aimed, True)))[0][0] == "not-applicable"


def test_what_is_optional_may_be_missing() -> None:
    lost = Missing(kind="control", reason=Reason.DENIED, action="x:Y")
    assert told(asks((Whole, True), (Control, False)), *sealed(Whole()), lost) == [("ok", "w none", ("*",))]


def says(*outcomes: Outcome) -> Callable[[Whole], Iterator[Observation]]:
    def made_do(whole: Whole) -> Iterator[Observation]:
        for outcome in outcomes:
            yield Observation(outcome=outcome, subject=outcome.value, message=f"made do with {whole.word}")

    return made_do


class TestMakingDo:
    """Where none of a check's own evidence is there, other evidence may still show a problem."""

    CHECK = otherwise(says(*Outcome))(asks((Control, True)))
    DENIED = Missing(kind="control", reason=Reason.DENIED, action="x:Y", source=Source.CONTROL)
    NOT_ASKED = Missing(kind="control", reason=Reason.NOT_ASKED, source=Source.CONTROL)

    def test_its_own_evidence_decides_alone(self) -> None:
        assert told(self.CHECK, *sealed(Whole(), Control(word="c"))) == [("ok", "c", ("*",))]

    def test_only_problems_are_told_and_what_is_lacking(self) -> None:
        problem, lost = told(self.CHECK, *sealed(Whole()), self.DENIED)
        assert problem == ("problem", "made do with w", ("*",))
        assert (lost[0], "allow x:Y" in lost[1]) == ("unknown", True)

    def test_what_nobody_asked_for_is_not_lacking(self) -> None:
        assert [outcome for outcome, *_ in told(self.CHECK, *sealed(Whole()))] == ["problem"]
        assert told(otherwise(says(Outcome.OK))(asks((Control, True))), *sealed(Whole()), self.NOT_ASKED) == []

    def test_without_either_it_is_unknown(self) -> None:
        lost = Missing(kind="whole", reason=Reason.CRASHED)
        for known in ((), (self.NOT_ASKED,), (lost,), (self.DENIED, lost)):
            assert {outcome for outcome, *_ in told(self.CHECK, *known)} == {"unknown"}

    def test_it_speaks_of_either_side_and_takes_the_evidence_of_both(self) -> None:
        assert [self.CHECK.speaks({side}) for side in (Source.CONTROL, Source.INSIDE, Source.ARTIFACT)] == [
            True,
            True,
            False,
        ]
        assert self.CHECK.kinds == (Control, Whole)


@dataclass(frozen=True, kw_only=True)
class Walked(Aimed):
    """What the control plane says of one target."""

    kind: ClassVar[str] = "walked"
    source: ClassVar[Source] = Source.CONTROL
    after: ClassVar[tuple[type[Facts], ...]] = (Control,)


def decides(outcome: Outcome) -> Callable[[Walked], Iterator[Observation]]:
    def in_its_place(walked: Walked) -> Iterator[Observation]:
        yield Observation(outcome=outcome, subject="subject", message=f"walked {walked.target}")

    return in_its_place


class TestMakingDoByTarget:
    """Where none of a check's own evidence tells of a target, other evidence decides about that target alone."""

    NOT_TRIED = Missing(kind="aimed", reason=Reason.NOT_ASKED)

    @staticmethod
    def check(outcome: Outcome) -> Check:
        return otherwise(decides(outcome))(asks((Aimed, True)))

    @pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.PROBLEM, Outcome.UNKNOWN])
    def test_all_that_it_decides_is_told(self, outcome: Outcome) -> None:
        assert told(self.check(outcome), *sealed(Walked())) == [(outcome.value, f"walked {HERE}", (HERE,))]

    def test_what_does_not_apply_is_not(self) -> None:
        assert told(self.check(Outcome.NOT_APPLICABLE), *sealed(Walked())) == []

    def test_its_own_evidence_decides_where_there_is_any(self) -> None:
        own, other = told(self.check(Outcome.PROBLEM), *sealed(Aimed(), Walked(), Walked(target=THERE)))
        assert own == ("ok", HERE, (HERE,))
        assert other == ("problem", f"walked {THERE}", (THERE,))

    def test_what_was_to_be_tried_and_was_not_stays_unknown(self) -> None:
        own, walked = told(self.check(Outcome.OK), *sealed(Walked()), self.NOT_TRIED)
        assert (own[0], walked[0]) == ("unknown", "ok")
        found = judge(self.check(Outcome.OK), (*sealed(Walked()), self.NOT_TRIED))
        assert found[0].finding.severity is found[1].finding.severity

    def test_where_the_other_evidence_is_denied_it_is_unknown(self) -> None:
        denied = Missing(kind="control", reason=Reason.DENIED, action="x:Y", source=Source.CONTROL)
        ((outcome, message, _),) = told(self.check(Outcome.OK), denied)
        assert (outcome, "allow x:Y" in message) == ("unknown", True)
        assert [outcome for outcome, *_ in told(self.check(Outcome.OK), *sealed(Aimed()), denied)] == ["ok"]

    def test_without_targets_it_does_not_apply_to_who_was_asked(self) -> None:
        assert told(self.check(Outcome.OK), *sealed(Control())) == []
        assert [outcome for outcome, *_ in told(self.check(Outcome.OK), *sealed(Whole()))] == ["not-applicable"]

    def test_a_run_that_asks_nobody_else_takes_its_own_alone(self) -> None:
        check = self.check(Outcome.OK)
        assert check.takes({Source.INSIDE}) == (Aimed,)
        assert check.takes({Source.INSIDE, Source.CONTROL}) == check.kinds == (Aimed, Walked)


def test_each_vantage_is_judged_by_itself_with_the_other_sides_evidence() -> None:
    inside = [*sealed(Whole(word="a"), function="a"), *sealed(Whole(word="b"), function="b", subnet="subnet-b")]
    found = judge(asks((Whole, True), (Control, True)), (*inside, *sealed(Control(word="c"))))
    assert [(item.finding.message, item.finding.subnet) for item in found] == [("a c", None), ("b c", "subnet-b")]
    assert {item.finding.sources for item in found} == {(Source.CONTROL, Source.INSIDE)}


def test_the_latest_of_two_observations_of_one_thing_counts() -> None:
    assert told(asks((Whole, True)), *sealed(Whole(word="old"), Whole(word="new"))) == [("ok", "new", ("*",))]


def test_malformed_facts_are_an_error_and_never_ok() -> None:
    (evidence,) = sealed(Whole())
    with pytest.raises(ValueError, match="word"):
        judge(asks((Whole, True)), (replace(evidence, facts={"word": 7}),))


def test_what_many_checks_need_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[type[Facts]] = []

    def reading(kind: type[Facts], evidence: Evidence) -> Facts:
        read.append(kind)
        return revive(kind, evidence)

    monkeypatch.setattr(judging, "revive", reading)
    checks = tuple(asks((Whole, True)) for _ in range(5))
    said = [item for item in judging.Judging(checks, sealed(Whole(word="seen")))() if "done" in item]
    assert len(said) == 5
    assert all("judged" in item for item in said)
    assert read == [Whole]


def test_facts_that_cannot_be_read_crash_each_check_that_needs_them() -> None:
    (evidence,) = sealed(Whole())
    checks = (asks((Whole, True)), asks((Whole, True)))
    said = [item for item in judging.Judging(checks, (replace(evidence, facts={"word": 7}),))() if "done" in item]
    assert ["crashed" in item for item in said] == [True, True]


class TestOnce:
    def test_the_worst_of_one_id_is_kept(self) -> None:
        every = [seen("a.b", outcome=outcome) for outcome in Outcome]
        assert [item.finding.outcome for item in once(every)] == [Outcome.PROBLEM]
        assert [item.finding.outcome for item in once(reversed(every))] == [Outcome.PROBLEM]

    def test_ok_is_weaker_than_unknown(self) -> None:
        (kept,) = once([fine("a.b"), seen("a.b", outcome=Outcome.UNKNOWN)])
        assert kept.finding.outcome is Outcome.UNKNOWN

    def test_different_ids_stay(self) -> None:
        assert len(once([fine("a.b"), fine("a.c"), fine("a.b", subject="other")])) == 3


def test_ids_are_stable_whatever_the_order_of_targets() -> None:
    assert finding_id("a.b", "s", (HERE, THERE)) == finding_id("a.b", "s", (THERE, HERE)) == f"a.b@s@{HERE}@{THERE}"
    assert finding_id("a.b", "s", ("*",)) == "a.b@s"
    assert finding_id("a.b", HERE, (HERE,)) == f"a.b@{HERE}"


class TestDeclaring:
    """A check that is declared wrongly is told when it is imported."""

    REMEDY = Remedy("Do it.")

    def declare(self, judge: object) -> Check:
        return check("area.fault", severity=Severity.BREAKS, remedy=self.REMEDY)(judge)  # type: ignore[arg-type]

    def test_annotations_say_what_is_needed(self) -> None:
        def fault(whole: Whole, control: Control | None) -> Iterator[Observation]:
            """All is well.

            Or not.
            """
            yield ok("s", "m")

        declared = self.declare(fault)
        assert [(need.parameter, need.facts, need.required) for need in declared.needs] == [
            ("whole", Whole, True),
            ("control", Control, False),
        ]
        assert (declared.healthy, declared.explanation, declared.area) == ("All is well", "Or not.", "area")
        assert declared.sources == {Source.INSIDE}
        assert declared.nearness is Nearness.TARGET

    def test_what_it_refuses(self) -> None:
        def undocumented(whole: Whole) -> Iterator[Observation]:
            yield ok("s", "m")

        def blank(whole: Whole) -> Iterator[Observation]:
            """ """
            yield ok("s", "m")

        def bare(whole) -> Iterator[Observation]:  # type: ignore[no-untyped-def]
            """All is well."""
            yield ok("s", "m")

        def foreign(whole: int) -> Iterator[Observation]:
            """All is well."""
            yield ok("s", "m")

        def either(whole: Whole | Control) -> Iterator[Observation]:
            """All is well."""
            yield ok("s", "m")

        def none() -> Iterator[Observation]:
            """All is well."""
            yield ok("s", "m")

        for judge_ in (undocumented, blank, bare, foreign, either, none):
            with pytest.raises(TypeError, match=r"area\.fault"):
                self.declare(judge_)


def test_the_four_outcomes_have_words_of_their_own() -> None:
    assert [made("s", "m").outcome for made in (ok, problem, unknown)] == [Outcome.OK, Outcome.PROBLEM, Outcome.UNKNOWN]
