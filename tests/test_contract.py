"""What every check owes: a place in the catalogue, an explanation, a remedy, and to have been seen failing and passing."""

import base64
import fnmatch
import json
import os
import re
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import pytest
import yaml

from doctor import casefile, registry
from doctor.areas.dns import Misnaming
from doctor.areas.network import Fault
from doctor.declare import Check, Observation, ok
from doctor.evidence import Evidence, Facts, Missing, Reason
from doctor.examine import Examination, Run, judge_again
from doctor.judge import Judged, Judging, judge
from doctor.redact import Redactor
from doctor.render import emf, health, junit, markdown, terminal
from doctor.render import json as json_form
from doctor.request import Request
from doctor.schedule import Schedule
from doctor.verdict import Outcome, Severity, Status
from doctor.world import World
from tests.evidence import CASES, sealed

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT.parent / "shared" / "catalogue.yaml"
IDS = registry.built_in()
ENGINE = "doctor"


@pytest.fixture(scope="module")
def catalogue() -> dict[str, dict[str, Any]]:
    if not CATALOGUE.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("the catalogue must lie beside the checkout, in ../shared/catalogue.yaml")
        pytest.skip("the catalogue does not lie beside this checkout")
    areas: dict[str, dict[str, Any]] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return {f"{area}.{fault}": entry for area, faults in areas.items() for fault, entry in faults.items()}


def load(check_id: str) -> Check:
    return registry.load(check_id)


def judged(check_id: str, facts: tuple[Facts, ...]) -> list[Judged]:
    return judge(load(check_id), sealed(*facts))


def named(check_id: str, which: str) -> list[Any]:
    cases = CASES[check_id].failing if which == "failing" else CASES[check_id].passing
    return [pytest.param(check_id, facts, id=f"{check_id}-{number}") for number, facts in enumerate(cases)]


FAILING = [case for check_id in CASES for case in named(check_id, "failing")]
PASSING = [case for check_id in CASES for case in named(check_id, "passing")]


def test_every_check_has_cases_and_no_case_lost_its_check() -> None:
    """A new check needs an entry in `tests/evidence/<area>.py`: one that was never seen failing has proved nothing."""
    assert set(IDS) == set(CASES)
    for check_id, cases in CASES.items():
        assert cases.failing, check_id
        assert cases.passing, check_id


@pytest.mark.parametrize(("check_id", "facts"), FAILING)
def test_is_seen_failing(check_id: str, facts: tuple[Facts, ...]) -> None:
    # What the engine could not do is no fault of the function's.
    wanted = Outcome.UNKNOWN if check_id.startswith(f"{ENGINE}.") else Outcome.PROBLEM
    assert wanted in {item.finding.outcome for item in judged(check_id, facts)}


@pytest.mark.parametrize(("check_id", "facts"), PASSING)
def test_is_seen_passing(check_id: str, facts: tuple[Facts, ...]) -> None:
    assert {item.finding.outcome for item in judged(check_id, facts)} <= {Outcome.OK, Outcome.NOT_APPLICABLE}
    assert Outcome.OK in {item.finding.outcome for item in judged(check_id, facts)}


@pytest.mark.parametrize("check_id", IDS)
class TestDeclaration:
    def test_its_id_is_its_path(self, check_id: str) -> None:
        area, _, fault = check_id.partition(".")
        assert (ROOT / "checks" / area / f"{fault.replace('-', '_')}.py").is_file()
        assert re.fullmatch(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*", check_id)
        assert load(check_id).id == check_id

    def test_it_stands_in_the_catalogue(self, check_id: str, catalogue: dict[str, dict[str, Any]]) -> None:
        assert check_id in catalogue, f"{check_id} has no entry in the catalogue of faults, ../shared/catalogue.yaml"
        entry, check = catalogue[check_id], load(check_id)
        assert check.severity is Severity(entry["severity"])
        assert set(check.follows) == set(entry.get("follows", ()))
        sides = {need.facts.source.value for need in check.needs}
        assert sides <= set(entry["from"]), "evidence of a side that the catalogue does not name"
        assert {source.value for source in check.sources} <= set(entry.get("needs", entry["from"]))

    def test_it_says_what_is_healthy_and_explains_with_an_error_text(self, check_id: str) -> None:
        check = load(check_id)
        assert len(check.healthy) > 10
        assert "\n" not in check.healthy
        assert len(check.explanation) > 80

    def test_the_catalogues_error_text_can_be_found(self, check_id: str, catalogue: dict[str, dict[str, Any]]) -> None:
        """`doctor explain --error TEXT` searches what the check says."""
        entry = catalogue.get(check_id, {})  # that it is there is another test's
        words = re.findall(r"\w+(?:Error|Exception|Failed|TokenId|Timeout)\b", entry.get("text", ""))
        missing = [word for word in words if word not in load(check_id).explanation]
        assert len(missing) < max(1, len(words)), f"none of {words} is in the explanation"

    def test_it_says_what_to_do(self, check_id: str) -> None:
        remedy = load(check_id).remedy
        assert len(remedy.text) > 20
        assert all(command.strip() == command and "\n" not in command for command in remedy.commands)

    def test_what_it_judges_by_bears_its_id(self, check_id: str) -> None:
        """A fault tells its blockers from others' by the id that the engine calls the check by."""
        module = sys.modules[load(check_id).judge.__module__]
        faults = [value for value in vars(module).values() if isinstance(value, Fault | Misnaming)]
        assert {fault.check for fault in faults} <= {check_id}
        assert len(faults) == ("_FAULT" in vars(module))

    def test_whatever_goes_wrong_is_unknown_and_never_healthy(self, check_id: str) -> None:
        check = load(check_id)
        for need in check.needs:
            for reason in Reason:
                lost = Missing(kind=need.facts.kind, reason=reason, action="ec2:DescribeVpcs")
                outcomes = {item.finding.outcome for item in judge(check, (lost,))}
                assert outcomes <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}
                if need.required and not any(other.facts.per_target for other in check.needs):
                    assert outcomes == {Outcome.UNKNOWN}
        assert {item.finding.outcome for item in judge(check, ())} <= {Outcome.UNKNOWN, Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize(("check_id", "facts"), FAILING + PASSING)
def test_findings_are_fit_for_the_diagnosis(
    check_id: str, facts: tuple[Facts, ...], catalogue: dict[str, dict[str, Any]]
) -> None:
    known = judged(check_id, facts)
    assert len({item.finding.id for item in known}) == len(known), "two findings of one id"
    for item in known:
        assert item.finding.severity.weight <= load(check_id).severity.weight
        assert item.finding.message
        assert "\n" not in item.finding.message
        assert set(item.candidates) <= set(catalogue), "a candidate that the catalogue does not know"
        assert check_id not in item.candidates
        if item.finding.outcome is Outcome.PROBLEM and item.candidates:
            assert item.separate, "candidates without a way to tell them apart"


@pytest.mark.parametrize(("check_id", "facts"), FAILING + PASSING)
def test_evidence_survives_the_case_file(check_id: str, facts: tuple[Facts, ...]) -> None:
    plain = json.loads(json.dumps([asdict(item) for item in sealed(*facts)]))
    assert casefile.brought_along(tuple(plain), "evidence") == tuple(
        Evidence(**{**asdict(item), "vantage": item.vantage, "facts": item.facts}) for item in sealed(*facts)
    )


def test_follows_name_what_exists_and_never_in_a_circle(catalogue: dict[str, dict[str, Any]]) -> None:
    followed = {
        check_id: {there for pattern in entry.get("follows", ()) for there in fnmatch.filter(catalogue, pattern)}
        for check_id, entry in catalogue.items()
    }
    for check_id, entry in catalogue.items():
        assert all(fnmatch.filter(catalogue, pattern) for pattern in entry.get("follows", ()))
        seen, waiting = set[str](), list(followed[check_id])
        while waiting:
            there = waiting.pop()
            assert there != check_id, f"{check_id} explains itself"
            if there not in seen:
                seen.add(there)
                waiting.extend(followed[there])


class TestWhateverACheckDoes:
    """Silence, a crash, too much, or something else than observations: unknown, never ok."""

    @staticmethod
    def run(monkeypatch: pytest.MonkeyPatch, work: Any) -> Any:
        check = replace(load("credentials.profile-selected"), judge=work)
        monkeypatch.setattr(registry, "built_in", lambda: (check.id,))
        load_other = registry.load
        monkeypatch.setattr(registry, "load", lambda id_, *rest: check if id_ == check.id else load_other(id_, *rest))
        known = sealed(*CASES[check.id].passing[0])
        schedule = Schedule(time.monotonic(), 2.0)
        world = World(request=Request(), until=schedule.gathered, environ={})
        return judge_again(Run(world=world, schedule=schedule, verify=" ".join), known).verdict

    def test_the_proof_can_tell(self, monkeypatch: pytest.MonkeyPatch) -> None:
        verdict = self.run(monkeypatch, lambda environment: iter([ok("subject", "fine")]))
        assert verdict.status is Status.HEALTHY

    @pytest.mark.parametrize(
        "work",
        [
            lambda environment: iter(()),
            lambda environment: 1 / 0,
            lambda environment: iter([1]),
            lambda environment: None,
            lambda environment: (ok("subject", "again") for _ in range(10**6)),
            lambda environment: os._exit(0),
            lambda environment: iter([Observation(outcome="fine", subject="s", message="m")]),  # type: ignore[arg-type]
            lambda environment: iter([ok("s", "m", severity="fatal")]),  # type: ignore[arg-type]
            lambda environment: iter([ok("s", b"bytes")]),  # type: ignore[arg-type]
        ],
        ids=["silent", "raises", "numbers", "nothing", "endless", "exits", "outcome", "severity", "bytes"],
    )
    def test_it_is_unknown(self, work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        verdict = self.run(monkeypatch, work)
        assert verdict.status is Status.INCONCLUSIVE
        assert {finding.outcome for finding in verdict.findings} == {Outcome.UNKNOWN}


# Secrets, planted wherever something may carry them, must reach no output.

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzzzCANARYK",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjCANARY" + "a1B2" * 40,
    "DB_PASSWORD": 'canary "quoted" pass\\word/ü',
    "GITHUB_TOKEN": "ghp_" + "cAnArY0123" * 4,
    "API_KEY": "canary-api-key-0001",
    "DATABASE_URL": "postgres://app:canary-url-password@db.internal/app",
    "SIGNING_PRIVATE": "-----BEGIN PRIVATE KEY-----\ncanarycanarycanary\n-----END PRIVATE KEY-----",
    "SESSION_COOKIE": "canary-cookie-value",
    "SMTP_CONNECTION": "smtp://u:canary-smtp@mail.example",
}


def spellings(value: str) -> set[str]:
    data = value.encode()
    return {
        value,
        json.dumps(value)[1:-1],
        quote(value, safe=""),
        quote_plus(value),
        base64.b64encode(data).decode(),
        data.hex(),
        repr(value)[1:-1],
    }


def planted() -> list[str]:
    values = [urlsplit(value).password or value if "://" in value else value for value in SECRETS.values()]
    return sorted({spelling for value in values for spelling in spellings(value)})


def outputs(verdict: Any, known: Any, request: Request) -> dict[str, str]:
    return {
        "json": json_form.render(verdict),
        "reply": json.dumps(json_form.plain(verdict), ensure_ascii=False),
        "emf": emf.render(verdict),
        "terminal": terminal.render(verdict, colour=False, width=10_000),
        "markdown": markdown.render(verdict),
        "junit": junit.render(verdict),
        "health": health.render(verdict),
        "casefile": json.dumps(
            casefile.record(request, Examination(verdict, known, Redactor(SECRETS))), ensure_ascii=False
        ),
    }


@pytest.mark.parametrize("check_id", CASES)
def test_no_secret_reaches_an_output(check_id: str) -> None:
    """Every text of a failing case's evidence is replaced by one that holds all secrets in all spellings."""
    everything = " ".join(planted())
    facts = CASES[check_id].failing[0]
    hostile = tuple(
        Evidence(**{**asdict(item), "vantage": item.vantage, "facts": _poisoned(item.facts, everything)})
        for item in sealed(*facts)
    )
    schedule = Schedule(time.monotonic(), 5.0)
    request = Request(only=(check_id,))
    world = World(request=request, until=schedule.gathered, environ=SECRETS)
    lost = Missing(kind="caller", reason=Reason.CRASHED, detail=everything)
    examination = judge_again(Run(world=world, schedule=schedule, verify=" ".join), (*hostile, lost))
    texts = outputs(examination.verdict, examination.known, request)
    assert any("***" in text for text in texts.values())
    for sink, text in texts.items():
        assert not [secret for secret in planted() if secret in text], sink
        assert "canary" not in text.lower(), sink


_FREE = re.compile("message|detail|subject|issuer|server|error|factory|principal|expires|provider|missing|file")


def _poisoned(value: Any, secret: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _poisoned(item, secret, name) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_poisoned(item, secret, key) for item in value]
    return f"{value} {secret}" if type(value) is str and _FREE.fullmatch(key) else value


def test_a_crash_tells_no_secret() -> None:
    def crashes(environment: Facts) -> Any:
        raise ValueError(f"cannot parse {SECRETS['DB_PASSWORD']}")

    check = replace(load("credentials.profile-selected"), judge=crashes)
    said = list(Judging((check,), sealed(*CASES[check.id].passing[0]))())
    assert Redactor(SECRETS).plain(said)[-1]["crashed"] == "ValueError: cannot parse ***"
