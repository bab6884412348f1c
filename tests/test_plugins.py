"""Third parties' checks, from real distributions: found only when named, and no harm to anybody when they fail."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

GOOD = '''
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.environment import Environment


@check("acme-checks.region", severity=Severity.BREAKS, remedy=Remedy("Set it."), follows=("client.*",))
def region(environment: Environment) -> Iterator[Observation]:
    """A region is set.

    Or else: boom.
    """
    yield ok("region", "it is") if environment.region else problem("region", "it is not")
'''


def broken(body: str, *, id: str = "acme-checks.region") -> str:
    return GOOD.replace("acme-checks.region", id).replace('    yield ok("region"', f'    {body}\n    yield ok("region"')


def install(folder: Path, code: str, name: str = "Acme.Checks", entry: str = "acme_code:region") -> Path:
    """A distribution as pip leaves it on disk: a module, and a dist-info folder with its entry points."""
    (folder / "acme_code.py").write_text(code)
    information = folder / f"{name.replace('.', '_').replace('-', '_')}-1.2.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (information / "entry_points.txt").write_text(f"[lambda_doctor.checks]\nregion = {entry}\n")
    return folder


def examine(folder: Path, named: str, *only: str, budget: float = 5, **environ: str) -> dict[str, Any]:
    """The handler's verdict, in a fresh interpreter with these plug-ins on its path."""
    event = {"doctor": {"budget_seconds": budget, "only": list(only)}}
    program = "import handler, json, sys; print(json.dumps(handler.handler(json.load(sys.stdin), None)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=True,
        timeout=budget + 10,
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", "DOCTOR_PLUGINS": named, **environ},
    )
    verdict: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return verdict


def outcomes(verdict: dict[str, Any]) -> dict[str, str]:
    return {finding["id"]: finding["outcome"] for finding in verdict["findings"]}


def test_a_named_plugin_runs(tmp_path: Path) -> None:
    verdict = examine(install(tmp_path, GOOD), "acme-checks", "acme-checks.*")
    assert outcomes(verdict) == {"acme-checks.region@region": "problem"}
    assert verdict["plugins"] == ["acme-checks 1.2"]
    assert (verdict["status"], verdict["diagnoses"][0]["remedy"]["text"]) == ("unhealthy", "Set it.")


def test_its_findings_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    verdict = examine(
        install(tmp_path, GOOD),
        "acme-checks",
        "acme-checks.region",
        "credentials.profile-selected",
        AWS_REGION="eu-west-1",
    )
    assert outcomes(verdict)["acme-checks.region@region"] == "ok"
    assert verdict["status"] == "healthy"
    assert any(id_.startswith("credentials.profile-selected@") for id_ in outcomes(verdict))


@pytest.mark.parametrize("spelling", ["Acme.Checks", "acme_checks", "ACME-CHECKS", " acme-checks ,"])
def test_a_distribution_has_one_name_in_all_spellings(spelling: str, tmp_path: Path) -> None:
    assert "acme-checks.region@region" in outcomes(examine(install(tmp_path, GOOD), spelling, "acme-checks.*"))


def test_an_installed_plugin_that_nobody_named_is_not_even_imported(tmp_path: Path) -> None:
    trace = tmp_path / "imported"
    install(tmp_path, f"open({str(trace)!r}, 'w').close()\n{GOOD}")
    verdict = examine(tmp_path, "", "credentials.profile-selected")
    assert not trace.exists()
    assert verdict["plugins"] == []
    refused = examine(tmp_path, "", "acme-checks.*")
    assert (refused["error"]["field"], refused["status"]) == ("doctor.only[0]", "inconclusive")


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("raise ValueError('boom')", "doctor.check-crashed@acme-checks.region"),
        ("raise SystemExit(0)", "doctor.check-crashed@acme-checks.region"),
        ("import os; os._exit(0)", "doctor.check-crashed@acme-checks.region"),
        ("yield 'no observation'", "doctor.check-crashed@acme-checks.region"),
        ("return", "acme-checks.region@nothing"),
        ("while True: pass", "doctor.out-of-time@acme-checks.region"),
    ],
    ids=["raises", "leaves", "exits", "yields-text", "silent", "hangs"],
)
def test_one_that_fails_at_work_is_seen_and_costs_nobody_else(body: str, finding: str, tmp_path: Path) -> None:
    verdict = examine(
        install(tmp_path, broken(body)), "acme-checks", "acme-checks.*", "credentials.profile-selected", budget=2
    )
    found = outcomes(verdict)
    assert found[finding] == "unknown"
    assert found["credentials.profile-selected@AWS_PROFILE"] == "ok"
    assert verdict["status"] == "inconclusive"


@pytest.mark.parametrize("body", ["raise ValueError('boom')", "import os; os._exit(7)", "while True: pass"])
def test_a_mild_one_that_fails_at_work_leaves_no_run_healthy(body: str, tmp_path: Path) -> None:
    mild = broken(body).replace("Severity.BREAKS", "Severity.HINTS")
    verdict = examine(install(tmp_path, mild), "acme-checks", "acme-checks.*", "credentials.profile-selected", budget=4)
    assert (verdict["status"], "acme-checks.region" in verdict["headline"]) == ("inconclusive", True)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os; os._exit(0)", "without a word"),
        ("raise SystemExit(0)", "SystemExit"),
        ("raise RuntimeError('boom')", "boom"),
        ("import nothing_such", "nothing_such"),
        ("def", "SyntaxError"),
        ("while True: pass", "time"),
        ("region = 7", "is int, not a check"),
        ("", "region"),
        (broken("", id="acme.region"), "must start with the distribution's name"),
        (broken("", id="credentials.rejected"), "must start with the distribution's name"),
        (GOOD.replace("environment: Environment", "environment"), "annotate"),
        (GOOD.replace("environment: Environment", "environment: int"), "annotate"),
        (GOOD.replace('"""A region is set.', '"""').replace("Or else: boom.", ""), "docstring"),
    ],
    ids=[
        *("exits", "leaves", "raises", "lacks-a-module", "no-python", "hangs", "no-check", "not-there"),
        *("other-prefix", "built-in-id", "no-annotation", "no-evidence", "no-docstring"),
    ],
)
@pytest.mark.sampled(3)
def test_one_that_does_not_load_is_told_and_makes_the_run_inconclusive(code: str, words: str, tmp_path: Path) -> None:
    verdict = examine(install(tmp_path, code), "acme-checks", "credentials.profile-selected", budget=3)
    (failed,) = (finding for finding in verdict["findings"] if finding["check"] == "doctor.plugin-failed")
    assert (failed["id"], failed["outcome"]) == ("doctor.plugin-failed@acme-checks", "unknown")
    assert words in failed["message"]
    assert verdict["status"] == "inconclusive"
    assert outcomes(verdict)["credentials.profile-selected@AWS_PROFILE"] == "ok"


def test_one_that_is_not_installed_is_told(tmp_path: Path) -> None:
    verdict = examine(tmp_path, "acme-checks", "credentials.profile-selected")
    assert outcomes(verdict)["doctor.plugin-failed@acme-checks"] == "unknown"
    assert verdict["plugins"] == ["acme-checks"]


def test_one_that_lies_about_its_evidence_is_told(tmp_path: Path) -> None:
    lying = GOOD + "\nobject.__setattr__(region, 'severity', 'catastrophe')\n"
    verdict = examine(install(tmp_path, lying), "acme-checks", "credentials.profile-selected")
    assert outcomes(verdict)["doctor.plugin-failed@acme-checks"] == "unknown"


def test_what_it_says_is_redacted_too(tmp_path: Path) -> None:
    secret = "correct-horse-battery-staple"
    code = broken("import os; raise ValueError(os.environ['MY_PASSWORD'])")
    verdict = examine(install(tmp_path, code), "acme-checks", "acme-checks.*", MY_PASSWORD=secret)
    assert "doctor.check-crashed@acme-checks.region" in outcomes(verdict)
    assert secret not in json.dumps(verdict)
