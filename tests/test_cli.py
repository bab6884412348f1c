"""The command line: exit codes, where output goes, and what bad input gets."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doctor import errors, registry

ROOT = Path(__file__).parent.parent
QUICK = ["examine", "--only", "credentials.profile-selected", "--budget", "5"]


def doctor(*words: str, given: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "-m", "doctor", *words],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=plain | environ,
        timeout=60,
        check=False,
    )


def test_healthy_is_zero_and_data_is_on_standard_output() -> None:
    done = doctor(*QUICK, "--output", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "healthy"
    assert done.stderr == ""


def test_unhealthy_is_one_in_every_format(tmp_path: Path) -> None:
    for form in ("terminal", "json", "markdown", "junit", "health", "emf", "casefile"):
        done = doctor(*QUICK, "--output", form, AWS_PROFILE="nobody")
        assert done.returncode == 1, (form, done.stderr)
        assert "nobody" in done.stdout or form == "emf"


def test_several_reports_at_once_and_one_of_them_on_standard_output(tmp_path: Path) -> None:
    report, case = tmp_path / "report.md", tmp_path / "case.json"
    done = doctor(*QUICK, "--output", f"markdown={report}", "--output", f"casefile={case}", "--output", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)
    assert report.read_text().startswith("## ")
    assert json.loads(case.read_text())["schema_version"] == "1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.json", "report.md"]


def test_inconclusive_is_three() -> None:
    done = doctor("examine", "--only", "credentials.rejected", "--budget", "5", AWS_EC2_METADATA_DISABLED="true")
    assert done.returncode == 3
    assert "inconclusive" in done.stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["examine", "--target", "nosuchservice"], "--target number 1"),
        (["examine", "--target", "a.b:443", "--target", "1.2.3.4.5:99"], "--target number 2, host"),
        (["examine", "--target", '{"host": "a", "host": "b"}'], "--target.host"),
        (["examine", "--target", "db.internal:99999"], "--target number 1, port"),
        (["examine", "--budget", "0"], "--budget"),
        (["examine", "--budget", "nan"], "--budget"),
        (["examine", "--only", "dns.nothing"], "--only number 1"),
        (["examine", "--skip", "typo*"], "--skip number 1"),
        (["examine", "--output", "pdf"], "--output"),
        (["examine", "--output", "json=/no/such/folder/x.json"], "--output"),
        (["examine", "--output", "json", "--output", "markdown"], "--output"),
        (["examine", "--fail-on", "everything"], "--fail-on"),
        (["explain", "dns.resolver-quiet"], "dns.resolver-silent"),
        (["explain"], "--error"),
        (["demo", "nothing"], "NAME"),
        (["schema", "everything"], "everything"),
        (["replay", "no-such-file.json"], "no-such-file.json"),
    ],
)
def test_bad_input_is_two_and_names_what_to_mend(words: list[str], named: str) -> None:
    done = doctor(*words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_bad_declared_targets_name_the_variable() -> None:
    done = doctor("examine", DOCTOR_TARGETS="[1]")
    assert done.returncode == 2
    assert "DOCTOR_TARGETS[0]" in done.stderr


def test_a_replay_gives_the_same_verdict_from_any_place(tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    first = doctor(*QUICK, "--output", f"casefile={case}", "--output", "json", AWS_PROFILE="nobody")
    again = doctor("replay", str(case), "--output", "json")
    assert again.returncode == first.returncode == 1
    kept = ("status", "headline", "diagnoses", "findings", "fail_on")
    before, after = json.loads(first.stdout), json.loads(again.stdout)
    assert {key: before[key] for key in kept} == {key: after[key] for key in kept}


def test_a_comparison_says_better_worse_and_incomparable(tmp_path: Path) -> None:
    good, bad, other = (tmp_path / name for name in ("good.json", "bad.json", "other.json"))
    doctor(*QUICK, "--output", f"json={good}")
    doctor(*QUICK, "--output", f"casefile={bad}", AWS_PROFILE="nobody")
    doctor(*QUICK, "--output", f"json={other}", AWS_LAMBDA_FUNCTION_NAME="jobs")
    assert doctor("diff", str(good), str(good)).returncode == 0
    worse = doctor("diff", str(good), str(bad))
    assert worse.returncode == 1
    assert worse.stdout.startswith("worse")
    assert doctor("diff", str(good), str(other)).returncode == 3


def test_an_interrupted_run_is_130() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
         "import os, sys; sys.argv = ['doctor', 'examine']\n"
         "from doctor import examine; examine.examine = lambda run: os.kill(os.getpid(), signal.SIGINT)\n"
         "from doctor.__main__ import main; main()"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in said
    assert signal.getsignal(signal.SIGINT) is not None


TEXTS: list[tuple[str, str, str]] = [
    ("NoRegionError: You must specify a region.", "client.region-missing", "dns"),
    ("PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY", "credentials.partial", "dns"),
    ("ProfileNotFound: The config profile (dev) could not be found", "credentials.profile-selected", "dns"),
    ("ExpiredTokenException: The security token included in the request is expired", "credentials.expired", "network"),
    ("SignatureDoesNotMatch: Signature not yet current", "credentials.clock-skew", "network"),
    ("No module named 'pydantic_core._pydantic_core'", "package.wrong-abi", "network"),
    ("[SSL: WRONG_VERSION_NUMBER] wrong version number", "reach.not-tls", "credentials"),
    ("[Errno 28] No space left on device", "function.temporary-space-full", ""),
    ('504 {"message": "Endpoint request timed out"}', "front.gateway-answered", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "first", "ruled_out"), TEXTS)
def test_an_error_text_leads_to_its_check(text: str, first: str, ruled_out: str) -> None:
    done = doctor("explain", "--error", text, "--output", "json")
    assert done.returncode == 0
    said: dict[str, Any] = json.loads(done.stdout)
    assert first in [candidate["check"] for candidate in said["candidates"]][:2]
    assert len(said["candidates"]) <= 6
    assert not ruled_out or any(entry.startswith(f"{ruled_out}.*") for entry in said["ruled_out"])


def test_an_answer_of_awss_own_clears_the_network() -> None:
    """The lesson of the first incident: this error was taken for a VPC fault for days."""
    text = "An error occurred (UnrecognizedClientException): The security token included in the request is invalid."
    read = errors.read(text)
    assert "credentials.missing-session-token" in [candidate.check for candidate in read.candidates]
    assert not any(candidate.check.startswith(("dns.", "network.", "reach.")) for candidate in read.candidates)


def test_an_unknown_text_is_three() -> None:
    assert doctor("explain", "--error", "-", given="the cat sat on the mat").returncode == 3


@pytest.mark.parametrize("check_id", registry.built_in())
def test_every_check_has_a_page(check_id: str) -> None:
    from doctor import catalogue

    page = catalogue.entry(check_id, "terminal")
    assert page.startswith(f"{check_id}  (")
    assert "Remedy" in page
    assert json.loads(catalogue.entry(check_id, "json"))["id"] == check_id


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_completed(shell: str) -> None:
    done = doctor("completion", shell)
    assert done.returncode == 0
    assert "doctor" in done.stdout
