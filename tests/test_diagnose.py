"""DESIGN's "Contract: the reasoning", rule by rule, on invented findings."""

from collections.abc import Sequence
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor import registry
from doctor.declare import Check, Nearness, Observation, ok, problem
from doctor.diagnosis import diagnose
from doctor.diagnosis.clearance import Answer
from doctor.evidence import Evidence, Vantage
from doctor.evidence import caller as callers
from doctor.judge import Judged, engine_finding, judge, lower, stamp
from doctor.verdict import Confidence, FailOn, Finding, Outcome, Separation, Severity, Source, Status
from tests.invented import EVERYWHERE, HERE, THERE, fine, outcome_of, reasoned, roots, rule, seen

ANSWERED = (Answer(HERE, "10.0.0.1"),)
HALF_ANSWERED = Answer(HERE, "10.0.0.1", "subnet-a")


class TestAnAuthenticatedAnswerClears:
    """Rule 1."""

    @pytest.mark.parametrize("area", ["dns", "network", "reach"])
    @pytest.mark.parametrize("outcome", [Outcome.PROBLEM, Outcome.UNKNOWN])
    def test_names_paths_and_reach(self, area: str, outcome: Outcome) -> None:
        reasoning = reasoned(seen(f"{area}.fault", outcome=outcome, addresses=("10.0.0.1",)), answers=ANSWERED)
        assert outcome_of(reasoning, f"{area}.fault") is Outcome.OK
        assert not reasoning.diagnoses

    @pytest.mark.parametrize("area", ["credentials", "client", "permission", "identity", "function", "doctor"])
    def test_nothing_else(self, area: str) -> None:
        reasoning = reasoned(seen(f"{area}.fault"), answers=ANSWERED)
        assert outcome_of(reasoning, f"{area}.fault") is Outcome.PROBLEM

    def test_only_its_own_target(self) -> None:
        assert roots(reasoned(seen("reach.fault", targets=(THERE,)), answers=ANSWERED)) == ["reach.fault"]

    @pytest.mark.parametrize("addresses", [("10.0.0.2",), ("10.0.0.1", "10.0.0.2")])
    def test_only_its_own_address(self, addresses: tuple[str, ...]) -> None:
        assert roots(reasoned(seen("reach.fault", addresses=addresses), answers=ANSWERED)) == ["reach.fault"]

    def test_every_address_that_answered(self) -> None:
        answers = (*ANSWERED, Answer(HERE, "10.0.0.2"))
        assert not roots(reasoned(seen("reach.fault", addresses=("10.0.0.1", "10.0.0.2")), answers=answers))

    @pytest.mark.parametrize(
        ("subnet", "cleared"), [("subnet-a", True), (None, True), ("subnet-b", False)], ids=["same", "unsaid", "other"]
    )
    def test_only_its_own_subnet(self, subnet: str | None, cleared: bool) -> None:
        reasoning = reasoned(seen("network.fault", subnet=subnet), answers=(HALF_ANSWERED,))
        assert (outcome_of(reasoning, "network.fault") is Outcome.OK) is cleared

    @pytest.mark.parametrize("severity", [Severity.RISKS, Severity.HINTS])
    def test_only_what_breaks(self, severity: Severity) -> None:
        reasoning = reasoned(seen("network.fault", severity=severity), answers=ANSWERED)
        assert outcome_of(reasoning, "network.fault") is Outcome.PROBLEM

    def test_a_fault_of_all_targets_only_when_all_answered(self) -> None:
        silent = seen("dns.fault", targets=EVERYWHERE)
        assert roots(reasoned(silent, answers=ANSWERED)) == ["dns.fault"]
        assert not roots(reasoned(silent, answers=(*ANSWERED, Answer(THERE, "10.0.0.9"))))

    def test_nothing_where_no_target_is_known(self) -> None:
        assert roots(reasoned(seen("dns.fault", targets=EVERYWHERE), targets=())) == ["dns.fault"]

    @pytest.mark.parametrize("denial", ["permission.endpoint-policy", "permission.resource-policy"])
    def test_not_the_wrong_route_behind_a_policys_denial(self, denial: str) -> None:
        public = seen("dns.public-answer")
        assert "dns.public-answer" in roots(reasoned(public, seen(denial), answers=ANSWERED))
        assert "dns.public-answer" not in roots(reasoned(public, seen(denial, targets=(THERE,)), answers=ANSWERED))
        assert "dns.public-answer" not in roots(
            reasoned(public, seen(denial, outcome=Outcome.UNKNOWN), answers=ANSWERED)
        )

    def test_the_wrong_route_where_the_roles_own_policy_denies(self) -> None:
        denied = seen("permission.identity-policy")
        assert roots(reasoned(seen("dns.public-answer"), denied, answers=ANSWERED)) == ["permission.identity-policy"]

    def test_and_what_was_cleared_explains_nothing_and_keeps_its_words(self) -> None:
        rules = [rule("client.effect", follows=["network.cause"])]
        reasoning = reasoned(seen("network.cause"), seen("client.effect"), rules=rules, answers=ANSWERED)
        assert roots(reasoning) == ["client.effect"]
        (cleared,) = (finding for finding in reasoning.findings if finding.outcome is Outcome.OK)
        assert "network.cause on subject" in cleared.message

    def test_a_refusal_of_the_credentials_is_never_a_network_fault(self) -> None:
        reasoning = reasoned(
            seen("credentials.rejected", targets=EVERYWHERE),
            seen("network.egress-blocked", sources=[Source.CONTROL]),
            seen("reach.no-response"),
            answers=ANSWERED,
        )
        assert roots(reasoning) == ["credentials.rejected"]


class TestTwoSides:
    """Rule 2."""

    RULES = (rule("reach.timeout", follows=["network.*"]),)

    def test_both_fail_and_the_blocker_is_named(self) -> None:
        reasoning = reasoned(seen("network.blocked", sources=[Source.CONTROL]), seen("reach.timeout"), rules=self.RULES)
        assert roots(reasoning) == ["network.blocked"]
        assert reasoning.diagnoses[0].explains == (seen("reach.timeout").finding.id,)
        assert reasoning.diagnoses[0].confidence is Confidence.CERTAIN

    def test_one_side_missing_leaves_the_causes_that_remain_possible(self) -> None:
        alone = reasoned(seen("reach.timeout", candidates=["network.a", "network.b"]), rules=self.RULES)
        assert alone.diagnoses[0].could_also_be == ("network.a", "network.b")
        assert alone.diagnoses[0].confidence is Confidence.POSSIBLE

    def test_what_the_other_side_rules_out_is_no_candidate(self) -> None:
        timeout = seen("reach.timeout", candidates=["network.a", "network.b"])
        reasoning = reasoned(timeout, fine("network.a", sources=[Source.CONTROL]), rules=self.RULES)
        assert reasoning.diagnoses[0].could_also_be == ("network.b",)
        assert reasoning.diagnoses[0].confidence is Confidence.LIKELY

    def test_what_is_open_on_another_target_rules_out_nothing(self) -> None:
        timeout = seen("reach.timeout", candidates=["network.a", "network.b"])
        reasoning = reasoned(timeout, fine("network.a", targets=(THERE,)), rules=self.RULES)
        assert reasoning.diagnoses[0].could_also_be == ("network.a", "network.b")

    @pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.NOT_APPLICABLE])
    def test_what_nobody_decided_stays_possible(self, outcome: Outcome) -> None:
        timeout = seen("reach.timeout", candidates=["network.a", "network.b"])
        reasoning = reasoned(timeout, seen("network.a", outcome=outcome), rules=self.RULES)
        assert "network.a" in reasoning.diagnoses[0].could_also_be

    def test_a_contradicted_model_explains_nothing(self) -> None:
        reasoning = reasoned(
            seen("network.model-contradicted"),
            seen("reach.timeout"),
            rules=[rule("reach.timeout", follows=["network.*"])],
        )
        assert set(roots(reasoning)) == {"network.model-contradicted", "reach.timeout"}


class TestSeverityIsACeiling:
    """Rule 3."""

    @given(ceiling=st.sampled_from(Severity), wished=st.none() | st.sampled_from(Severity))
    def test_an_observation_never_rises_above_its_check(self, ceiling: Severity, wished: Severity | None) -> None:
        result = lower(ceiling, wished)
        assert result.weight <= ceiling.weight
        assert result.weight == min(ceiling.weight, wished.weight if wished else ceiling.weight)

    def test_of_stamped_findings_too(self) -> None:
        grave = problem("subject", "words", severity=Severity.BREAKS)
        stamped = stamp(rule("a.b", severity=Severity.HINTS), grave, sources=())
        assert stamped.finding.severity is Severity.HINTS


class TestFollows:
    """Rule 4."""

    @staticmethod
    def effect(*follows: str) -> Check:
        return rule("client.effect", follows=follows)

    def explained(self, cause: Judged, effect: Judged, *follows: str) -> bool:
        reasoning = reasoned(cause, effect, rules=[self.effect(*follows)])
        (found,) = (finding for finding in reasoning.findings if finding.check == "client.effect")
        assert (found.explained_by is None) is ("client.effect" in roots(reasoning))
        assert found.explained_by in (None, cause.finding.id)
        return found.explained_by is not None

    @pytest.mark.parametrize(
        ("pattern", "explains"),
        [
            ("network.cause", True),
            ("network.*", True),
            ("*", True),
            ("network.c*", True),
            ("network.other", False),
            ("dns.*", False),
            ("network", False),
            ("network.caus", False),
        ],
    )
    def test_an_id_or_a_wildcard(self, pattern: str, explains: bool) -> None:
        assert self.explained(seen("network.cause"), seen("client.effect"), pattern) is explains

    def test_a_wildcard_never_means_a_hint_but_a_name_may(self) -> None:
        hint, effect = (seen(id_, severity=Severity.HINTS) for id_ in ("network.cause", "client.effect"))
        assert not self.explained(hint, effect, "network.*")
        assert self.explained(hint, effect, "network.cause")

    @pytest.mark.parametrize("cause", Severity)
    @pytest.mark.parametrize("effect", Severity)
    def test_only_of_equal_or_higher_severity(self, cause: Severity, effect: Severity) -> None:
        explains = self.explained(
            seen("network.cause", severity=cause), seen("client.effect", severity=effect), "network.cause"
        )
        assert explains is (cause.weight >= effect.weight)

    @pytest.mark.parametrize(
        ("cause", "effect", "explains"),
        [
            ((HERE,), (HERE,), True),
            ((HERE, THERE), (THERE,), True),
            ((HERE,), (THERE,), False),
            (EVERYWHERE, (HERE,), True),
            ((HERE,), EVERYWHERE, True),
        ],
    )
    def test_only_where_targets_meet(self, cause: Sequence[str], effect: Sequence[str], explains: bool) -> None:
        found = self.explained(
            seen("network.cause", targets=cause), seen("client.effect", targets=effect), "network.cause"
        )
        assert found is explains

    @pytest.mark.parametrize(
        ("cause", "effect", "explains"),
        [
            ("subnet-a", "subnet-a", True),
            ("subnet-a", "subnet-b", False),
            (None, "subnet-b", True),
            ("subnet-a", None, True),
        ],
    )
    def test_only_in_the_same_subnet_where_known(self, cause: str | None, effect: str | None, explains: bool) -> None:
        found = self.explained(
            seen("network.cause", subnet=cause), seen("client.effect", subnet=effect), "network.cause"
        )
        assert found is explains

    @pytest.mark.parametrize(
        ("cause", "effect", "explains"),
        [
            (["10.0.0.1"], ["10.9.9.9"], True),
            (["10.0.0.1"], ["2600::1"], False),
            (["2600::1"], ["2600::2"], True),
            (["10.0.0.1", "2600::1"], ["2600::2"], True),
            ([], ["2600::1"], True),
            (["10.0.0.1"], [], True),
        ],
    )
    def test_only_in_the_same_address_family_where_known(
        self, cause: list[str], effect: list[str], explains: bool
    ) -> None:
        found = self.explained(
            seen("network.cause", addresses=cause), seen("client.effect", addresses=effect), "network.cause"
        )
        assert found is explains

    @pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE])
    def test_only_a_problem_explains(self, outcome: Outcome) -> None:
        assert not self.explained(seen("network.cause", outcome=outcome), seen("client.effect"), "network.cause")

    def test_a_check_never_explains_itself(self) -> None:
        rules = [rule("client.effect", follows=["client.*"])]
        reasoning = reasoned(seen("client.effect", subject="one"), seen("client.effect", subject="two"), rules=rules)
        assert reasoning.diagnoses[0].subjects == ("one", "two")

    def test_a_chain_has_one_root_that_explains_all(self) -> None:
        chain = ["dns.one", "network.two", "reach.three", "client.four"]
        rules = [rule(effect, follows=[cause]) for cause, effect in pairwise(chain)]
        (diagnosis,) = reasoned(*map(seen, chain), rules=rules).diagnoses
        assert diagnosis.check == "dns.one"
        assert {id_.partition("@")[0] for id_ in diagnosis.explains} == set(chain[1:])

    def test_twelve_timeouts_behind_one_group_are_one_diagnosis(self) -> None:
        targets = [f"service-{number}.example:443" for number in range(12)]
        timeouts = [seen("reach.timeout", subject=target, targets=(target,)) for target in targets]
        blocked = seen("network.blocked", subject="sg-0abc", targets=targets, sources=[Source.CONTROL])
        rules = [rule("reach.timeout", follows=["network.*"])]
        (diagnosis,) = reasoned(*timeouts, blocked, rules=rules, targets=targets).diagnoses
        assert (diagnosis.check, diagnosis.subjects, len(diagnosis.explains)) == ("network.blocked", ("sg-0abc",), 12)

    def test_twelve_timeouts_without_a_cause_are_one_diagnosis_too(self) -> None:
        targets = [f"service-{number}.example:443" for number in range(12)]
        (diagnosis,) = reasoned(
            *(seen("reach.timeout", subject=target, targets=(target,)) for target in targets), targets=targets
        ).diagnoses
        assert diagnosis.targets == tuple(sorted(targets))
        assert "11 more" in diagnosis.headline

    def test_a_circle_is_cut_once(self) -> None:
        circle = ["a.one", "a.two", "a.three"]
        rules = [rule(id_, follows=[circle[number - 1]]) for number, id_ in enumerate(circle)]
        (diagnosis,) = reasoned(*map(seen, circle), rules=rules).diagnoses
        assert len(diagnosis.explains) == 2

    def test_a_circle_with_a_cause_outside_is_no_root(self) -> None:
        rules = [rule("a.one", follows=["a.two", "z.cause"]), rule("a.two", follows=["a.one"])]
        assert roots(reasoned(seen("a.one"), seen("a.two"), seen("z.cause"), rules=rules)) == ["z.cause"]


class TestOrder:
    """Rule 5: each step decides only where those before it are equal."""

    @staticmethod
    def first(*judged: Judged, rules: Sequence[Check] = ()) -> str:
        orders = {tuple(roots(reasoned(*order, rules=rules))) for order in permutations(judged)}
        assert len(orders) == 1
        return orders.pop()[0]

    def test_severity_first(self) -> None:
        grave = seen("z.grave", sources=[Source.ARTIFACT])
        wide = seen("a.wide", severity=Severity.RISKS, targets=(HERE, THERE), sources=[Source.INSIDE, Source.CONTROL])
        assert self.first(grave, wide) == "z.grave"

    @pytest.mark.parametrize("wide", [(HERE, THERE), EVERYWHERE])
    def test_then_the_number_of_targets(self, wide: Sequence[str]) -> None:
        many = seen("z.many", targets=wide, sources=[Source.ARTIFACT])
        assert self.first(seen("a.one", sources=[Source.INSIDE, Source.CONTROL]), many) == "z.many"

    def test_then_the_evidence(self) -> None:
        ladder = [[Source.CONTROL, Source.INSIDE], [Source.INSIDE], [Source.CONTROL], [Source.ARTIFACT]]
        for better, worse in pairwise(ladder):
            assert self.first(seen("z.better", sources=better), seen("a.worse", sources=worse)) == "z.better"

    def test_then_nearness(self) -> None:
        for near, far in pairwise(Nearness):
            rules = [rule("z.near", nearness=near), rule("a.far", nearness=far)]
            assert self.first(seen("z.near"), seen("a.far"), rules=rules) == "z.near"

    def test_then_the_id(self) -> None:
        assert self.first(seen("b.fault"), seen("a.fault")) == "a.fault"


class TestStsIsAnInstrument:
    """Rule 6."""

    @staticmethod
    def judged(answer: callers.Answer, *, declared: bool, instrument: str = "sts") -> Finding:
        identity = callers.Identity(instrument=instrument, answer=answer, code="UnrecognizedClientException")
        facts = callers.Caller(identity=identity, sts_declared=declared)
        evidence = Evidence.of(facts, vantage=Vantage(), at="2026-01-01T00:00:00+00:00", took=0.1)
        (found,) = judge(registry.load("credentials.rejected"), (evidence,))
        return found.finding

    def test_undeclared_and_unreachable_it_is_a_hint_that_decides_nothing(self) -> None:
        finding = self.judged(callers.Answer.UNREACHABLE, declared=False)
        assert (finding.outcome, finding.severity) == (Outcome.UNKNOWN, Severity.HINTS)
        assert diagnose.status([finding, fine("reach.connects").finding], FailOn.RISKS) is Status.HEALTHY

    def test_declared_and_unreachable_it_is_undecided(self) -> None:
        finding = self.judged(callers.Answer.UNREACHABLE, declared=True)
        assert (finding.outcome, finding.severity) == (Outcome.UNKNOWN, Severity.BREAKS)

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [(callers.Answer.ACCEPTED, Outcome.OK), (callers.Answer.REJECTED, Outcome.PROBLEM)],
    )
    def test_another_services_answer_judges_the_credentials_as_well(
        self, answer: callers.Answer, outcome: Outcome
    ) -> None:
        assert self.judged(answer, declared=False, instrument="sqs").outcome is outcome


class TestStatus:
    """Rule 7."""

    @pytest.mark.parametrize("fail_on", [FailOn.BREAKS, FailOn.RISKS, FailOn.HINTS])
    @pytest.mark.parametrize("severity", Severity)
    @pytest.mark.parametrize(
        ("outcome", "status"), [(Outcome.PROBLEM, Status.UNHEALTHY), (Outcome.UNKNOWN, Status.INCONCLUSIVE)]
    )
    def test_a_finding_decides_from_fail_on_upwards(
        self, fail_on: FailOn, severity: Severity, outcome: Outcome, status: Status
    ) -> None:
        findings = [seen("a.b", outcome=outcome, severity=severity).finding, fine("c.d").finding]
        decides = severity.weight >= Severity(fail_on.value).weight
        assert diagnose.status(findings, fail_on) is (status if decides else Status.HEALTHY)

    def test_a_problem_outweighs_an_unknown(self) -> None:
        findings = [seen("a.b").finding, seen("c.d", outcome=Outcome.UNKNOWN).finding]
        assert diagnose.status(findings, FailOn.BREAKS) is Status.UNHEALTHY

    def test_an_explained_problem_counts(self) -> None:
        reasoning = reasoned(
            seen("network.cause", outcome=Outcome.PROBLEM),
            seen("reach.effect"),
            rules=[rule("reach.effect", follows=["network.*"])],
        )
        explained = [finding for finding in reasoning.findings if finding.explained_by]
        assert len(explained) == 1
        assert diagnose.status(explained, FailOn.BREAKS) is Status.UNHEALTHY

    def test_nothing_that_ran_is_not_healthy(self) -> None:
        assert diagnose.status([], FailOn.BREAKS) is Status.INCONCLUSIVE
        idle = seen("a.b", outcome=Outcome.NOT_APPLICABLE).finding
        assert diagnose.status([idle], FailOn.BREAKS) is Status.INCONCLUSIVE
        assert diagnose.status([], FailOn.NEVER) is Status.INCONCLUSIVE

    def test_never_fails_on_nothing(self) -> None:
        assert diagnose.status([seen("a.b").finding], FailOn.NEVER) is Status.HEALTHY

    def test_the_engines_own_findings_are_unknown_and_no_examination(self) -> None:
        crashed = engine_finding("doctor.check-crashed", "a.b", "it crashed", Severity.HINTS).finding
        assert crashed.outcome is Outcome.UNKNOWN
        assert diagnose.status([crashed], FailOn.BREAKS) is Status.INCONCLUSIVE


class TestCandidates:
    """Rule 8."""

    TELLS = (Separation("aws ec2 describe-vpc-endpoints", "which it is"),)

    def test_at_most_six_likeliest_first(self) -> None:
        named = [f"network.cause-{number}" for number in range(9)]
        (diagnosis,) = reasoned(seen("reach.timeout", candidates=named, separate=self.TELLS)).diagnoses
        assert diagnosis.could_also_be == tuple(named[:6])
        assert diagnosis.separate == self.TELLS

    def test_where_none_is_left_nothing_is_to_be_told_apart(self) -> None:
        timeout = seen("reach.timeout", candidates=["network.a"], separate=self.TELLS)
        (diagnosis,) = reasoned(timeout, fine("network.a")).diagnoses
        assert (diagnosis.could_also_be, diagnosis.separate) == ((), ())
        assert diagnosis.confidence is Confidence.CERTAIN

    def test_what_is_a_diagnosis_of_its_own_is_no_candidate_of_another(self) -> None:
        timeout = seen("reach.timeout", candidates=["network.a", "network.b"])
        reasoning = reasoned(timeout, seen("network.a"))
        found = next(diagnosis for diagnosis in reasoning.diagnoses if diagnosis.check == "reach.timeout")
        assert found.could_also_be == ("network.b",)

    def test_of_findings_of_one_kind_are_named_once(self) -> None:
        twice = [
            seen("reach.timeout", subject=target, targets=(target,), candidates=["network.a", "network.b"])
            for target in (HERE, THERE)
        ]
        (diagnosis,) = reasoned(*twice).diagnoses
        assert diagnosis.could_also_be == ("network.a", "network.b")


def test_the_diagnosis_carries_remedy_and_the_command_that_verifies_the_mend() -> None:
    rules = [rule("reach.effect", follows=["network.*"])]
    (diagnosis,) = reasoned(seen("network.cause"), seen("reach.effect"), rules=rules).diagnoses
    assert diagnosis.remedy.text == "mend network.cause"
    assert diagnosis.verify == "network.cause reach.effect"


# Properties, on whatever set of rules and findings.

IDS = [f"{area}.{name}" for area in ("dns", "network", "reach", "client") for name in ("one", "two")]
PATTERNS = st.sampled_from([*IDS, "network.*", "dns.*", "reach.*", "*"])
ADDRESSES = st.lists(st.sampled_from(["10.0.0.1", "10.0.0.2", "2600::1"]), max_size=2, unique=True)
RULES = st.fixed_dictionaries({id_: st.lists(PATTERNS, max_size=3) for id_ in IDS})
FINDINGS = st.lists(
    st.builds(
        seen,
        st.sampled_from(IDS),
        outcome=st.sampled_from(Outcome),
        subject=st.sampled_from(["one", "two"]),
        severity=st.sampled_from(Severity),
        targets=st.sampled_from([(HERE,), (THERE,), (HERE, THERE), EVERYWHERE]),
        addresses=ADDRESSES,
        subnet=st.sampled_from([None, "subnet-a", "subnet-b"]),
        sources=st.lists(st.sampled_from(Source), min_size=1, max_size=3, unique=True),
        candidates=st.lists(st.sampled_from(IDS), max_size=8, unique=True),
    ),
    max_size=10,
    unique_by=lambda judged: judged.finding.id,
)
ANSWERS = st.lists(
    st.builds(
        Answer,
        st.sampled_from([HERE, THERE]),
        st.sampled_from(["10.0.0.1", "2600::1"]),
        st.sampled_from([None, "subnet-a"]),
    ),
    max_size=3,
)


def _follow(follows: dict[str, list[str]]) -> list[Check]:
    return [rule(id_, follows=patterns) for id_, patterns in follows.items()]


@given(FINDINGS, RULES, ANSWERS)
def test_every_problem_is_a_root_or_explained_by_one(
    findings: list[Judged], follows: dict[str, list[str]], answers: list[Answer]
) -> None:
    reasoning = reasoned(*findings, rules=_follow(follows), answers=answers)
    problems = {finding.id: finding for finding in reasoning.findings if finding.outcome is Outcome.PROBLEM}
    diagnosed = {(diagnosis.check, diagnosis.severity): diagnosis for diagnosis in reasoning.diagnoses}
    for finding in problems.values():
        root, steps = finding, 0
        while root.explained_by:
            root, steps = problems[root.explained_by], steps + 1
            assert steps <= len(problems)
        diagnosis = diagnosed[root.check, root.severity]
        assert root.subject in diagnosis.subjects
        assert root is finding or finding.id in diagnosis.explains
    assert bool(problems) is bool(reasoning.diagnoses)
    assert all(finding.explained_by is None for finding in reasoning.findings if finding.id not in problems)


@given(FINDINGS, RULES, ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(
    findings: list[Judged], follows: dict[str, list[str]], answers: list[Answer], random: st.DataObject
) -> None:
    once = reasoned(*findings, rules=_follow(follows), answers=answers)
    random.shuffle(findings)  # type: ignore[attr-defined]
    random.shuffle(answers)  # type: ignore[attr-defined]
    again = reasoned(*findings, rules=_follow(follows), answers=answers)
    assert once.diagnoses == again.diagnoses
    assert sorted(map(repr, once.findings)) == sorted(map(repr, again.findings))


@given(FINDINGS, RULES, ANSWERS)
def test_an_unrelated_ok_changes_no_diagnosis(
    findings: list[Judged], follows: dict[str, list[str]], answers: list[Answer]
) -> None:
    before = reasoned(*findings, rules=_follow(follows), answers=answers)
    after = reasoned(*findings, fine("unrelated.check"), rules=_follow(follows), answers=answers)
    assert before.diagnoses == after.diagnoses


@given(FINDINGS, RULES)
def test_no_diagnosis_breaks_the_bounds(findings: list[Judged], follows: dict[str, list[str]]) -> None:
    reasoning = reasoned(*findings, rules=_follow(follows))
    decided = {f.check for f in reasoning.findings if f.outcome is Outcome.OK and set(f.targets) == set(EVERYWHERE)}
    for diagnosis in reasoning.diagnoses:
        assert len(diagnosis.could_also_be) <= 6
        assert decided.isdisjoint(diagnosis.could_also_be)
    weights = [diagnosis.severity.weight for diagnosis in reasoning.diagnoses]
    assert weights == sorted(weights, reverse=True)


@given(FINDINGS, st.sampled_from(FailOn))
def test_status_is_never_healthy_while_something_decisive_is_unknown(findings: list[Judged], fail_on: FailOn) -> None:
    plain = [judged.finding for judged in findings]
    decisive = {finding.outcome for finding in plain if finding.severity.reaches(fail_on)}
    status = diagnose.status(plain, fail_on)
    assert (status is Status.UNHEALTHY) is (Outcome.PROBLEM in decisive)
    if Outcome.UNKNOWN in decisive or not {f.outcome for f in plain} & {Outcome.OK, Outcome.PROBLEM}:
        assert status is not Status.HEALTHY


def test_observations_default_to_their_checks_severity() -> None:
    observation: Observation = ok("subject", "words")
    assert stamp(rule("a.b"), observation, sources=()).finding.severity is Severity.BREAKS
