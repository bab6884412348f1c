"""The command line: exit codes, where output goes, and what bad input gets."""

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import click
import pytest

from doctor import location, registry
from doctor.console import schema

cli = location.module(location.part("cli.py"), "doctor.cli")

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


def test_every_schema_that_is_published_can_be_asked_for() -> None:
    (offered,) = (each.type for each in cli.schema.params if each.name == "name")
    assert isinstance(offered, click.Choice)
    assert tuple(offered.choices) == tuple(schema.TYPES)


def test_inconclusive_is_three() -> None:
    done = doctor("examine", "--only", "credentials.rejected", "--budget", "5", AWS_EC2_METADATA_DISABLED="true")
    assert done.returncode == 3
    assert "inconclusive" in done.stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["examine", "--target", "nosuchservice"], "--target number 1"),
        (["examine", "--target", "a.b:443", "--target", "1.2.3.4.5:99"], "--target number 2, host"),
        (["examine", "--target", '{"host": "a", "host": "b"}'], "--target number 1, host"),
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
        (["path", "--to", "sqs"], "--from"),
        (["path", "--from", "eni-1", "--to", "sqs", "--protocol", "sctp"], "--protocol"),
        (["path", "--from", "eni-1", "--to", "sqs", "--source-port", "0"], "--source-port"),
        (["snapshot"], "DIR"),
        (["examine", "orders", "--via", "carrier-pigeon"], "--via"),
        (["examine", "--via", "deployed"], "--via"),
        (["examine", "--inside", "pyproject.toml"], "--inside"),
        (["examine", "--doctor-function", "doctor"], "--doctor-function"),
        (["examine", "orders", "--doctor-function", "doctor"], "--via deployed"),
        (["examine", "orders", "--via", "deployed", "--inside", "pyproject.toml"], "--inside"),
        (["examine", "orders", "--inside", "no-such-file.json"], "no-such-file.json"),
        (["examine", "orders", "--inside", "pyproject.toml"], "pyproject.toml"),
        (["replay", "no-such-file.json"], "no-such-file.json"),
    ],
)
def test_bad_input_is_two_and_names_what_to_mend(words: list[str], named: str) -> None:
    done = doctor(*words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that bad input gets, in this process."""
    code = cli.run(words)
    out, said = capsys.readouterr()
    assert (code, out, said.count("\n")) == (2, "", 1), said
    return said


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["examine"], "doctor: FUNCTION: is empty: write the name or the ARN of a function, or leave FUNCTION out"),
        (["examine", "--region"], "doctor: --region: is empty: write a region, such as eu-west-1"),
        (["examine", "--profile"], "doctor: --profile: is empty: write the name of an AWS profile"),
        (["examine", "jobs", "--via", "deployed", "--doctor-function"], "doctor: --doctor-function: is empty"),
        (["path", "--from", "eni-1", "--to", "sqs", "--region"], "doctor: --region: is empty"),
        (["snapshot", "network", "--function"], "doctor: --function: is empty"),
        (["snapshot", "network", "--profile"], "doctor: --profile: is empty"),
    ],
)
def test_a_variable_of_the_shell_that_is_not_set_is_no_name(
    words: list[str], says: str, empty: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, *words, empty).startswith(says)


# What people paste in a target's place, and the form that the refusal tells.
PASTED = [
    ("https://sqs.eu-west-1.amazonaws.com/1/jobs", ": is a URL: write host and port alone, sqs.eu-west-1.amazonaws.com:443"),
    ("http://db.internal:8080", ": is a URL: write host and port alone, db.internal:8080"),
    ("postgres://me:hunter2@db.internal/x?y", ": is a URL: write host and port alone, db.internal:PORT"),
    ("2600::1:443", ": may end in a port or not: write [2600::1]:443, or [2600::1:443]:443"),
    ("https://-/", ": is a URL: write host and port alone, HOST:443"),
    ("arn:aws:sqs:eu-west-1:123456789012:jobs", ": is an ARN: write the name of a boto3 client such as sqs, or {"),
    ("arn:x", ": is an ARN: write the name of a boto3 client, or {"),
    ("s3://files/key", ': is an address of S3: write s3, or {"service": "s3", "resource": "files"}'),
    ("db:abc", ", port: must be a whole number"),
    ("db.internal:", ", port: must be a whole number"),
    ("db.internal:https", ", port: must be a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("pasted", "says"), PASTED)
def test_the_form_of_a_target_is_told_to_who_writes_another(
    pasted: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"--target number 1": ("examine", "--target"), "--to": ("path", "--from", "eni-1", "--to")}
    for field, words in asked.items():
        said = refused(capsys, *words, pasted)
        assert said.startswith(f"doctor: {field}{says}")
        assert "hunter2" not in said
    assert refused(capsys, "policy", "--target", pasted).startswith(f"doctor: --target number 1{says}")


def test_two_reports_for_one_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "report")
    for other in (tmp_path / "report", tmp_path / "link", tmp_path / ".." / tmp_path.name / "report"):
        said = refused(capsys, *QUICK, "--output", f"json={tmp_path / 'report'}", "--output", f"markdown={other}")
        assert said.startswith("doctor: --output: ")
        assert "cannot hold two reports" in said
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


@pytest.mark.parametrize("outputs", [[], ["--output", "json"], ["--output", "terminal", "--output", "casefile=x"]])
def test_a_size_for_what_is_not_cut_is_refused(outputs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, *QUICK, *outputs, "--max-bytes", "300").startswith("doctor: --max-bytes: cuts Markdown and")


def test_a_size_cuts_the_markdown_beside_other_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.md"
    asked = ["--only", "credentials.*", "--output", "json", "--output", f"markdown={report}", "--max-bytes", "300"]
    cli.run([*QUICK, *asked])
    assert json.loads(capsys.readouterr().out)["findings"]
    assert 0 < report.stat().st_size <= 300


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


def test_a_case_file_is_blamed_for_what_stands_in_it(tmp_path: Path) -> None:
    """Nobody typed `--only`, nor knows the words of a library."""
    case, broken = tmp_path / "case.json", tmp_path / "broken.json"
    doctor(*QUICK, "--output", f"casefile={case}")
    plain = json.loads(case.read_text())

    def said(*options: str, **changed: object) -> str:
        broken.write_text(json.dumps(plain | changed))
        done = doctor("replay", str(broken), *options)
        assert done.returncode == 2
        return done.stderr.removeprefix("doctor: ").removeprefix(f"{broken}: ")

    later = plain["request"] | {"only": ["later.check"]}
    assert said(request=later) == (
        "request.only[0]: 'later.check' matches no check; `doctor checks` lists them; --only chooses others\n"
    )
    assert said("--only", "dns.none-such", request=later).startswith(
        "--only number 1: 'dns.none-such' matches no check"
    )
    assert said(evidence="x") == "evidence: must be a list\n"
    assert said(evidence=[5]) == "evidence[0]: must be an object\n"
    assert said(later=1) == "later: is no field here: replay it with the doctor that wrote it\n"


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


@pytest.mark.parametrize("check_id", registry.built_in())
def test_every_check_has_a_page(check_id: str) -> None:
    from doctor.console import catalogue

    page = catalogue.entry(check_id, "terminal")
    assert page.startswith(f"{check_id}  (")
    assert "Remedy" in page
    assert json.loads(catalogue.entry(check_id, "json"))["id"] == check_id


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_completed(shell: str) -> None:
    done = doctor("completion", shell)
    assert done.returncode == 0
    assert "doctor" in done.stdout


def test_completion_knows_checks_formats_and_demonstrations() -> None:
    def offered(*words: str) -> set[str]:
        done = doctor(
            _DOCTOR_COMPLETE="bash_complete", COMP_WORDS=" ".join(["doctor", *words]), COMP_CWORD=str(len(words))
        )
        assert done.returncode == 0, done.stderr
        return {line.removeprefix("plain,") for line in done.stdout.splitlines()}

    assert offered("explain", "dns.n") == {"dns.name-not-found", "dns.no-address"}
    assert offered("examine", "--only", "dns.n") == {"dns.name-not-found", "dns.no-address"}
    assert "dns.*" in offered("policy", "--skip", "dns")
    assert offered("replay", "--output", "ju") == {"junit"}
    assert offered("demo", "missing") == {"missing-token"}
    assert offered("path", "--output", "j") == {"json"}
    assert offered("examine", "--via", "") == {"outside", "deployed"}


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe, heard = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()), daemon=True)
    reader.start()
    assert doctor(*QUICK, "--output", f"json={pipe}").returncode == 0
    reader.join(10)
    assert pipe.is_fifo()
    assert json.loads(heard[0])["status"] == "healthy"


def test_a_link_is_followed_and_stays_one(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    real, link = tmp_path / "far" / "real.json", tmp_path / "link.json"
    link.symlink_to(real)
    for _ in ("a dangling link", "a link to a file"):
        assert doctor(*QUICK, "--output", f"json={link}").returncode == 0
        assert link.is_symlink()
        assert json.loads(real.read_text())["status"] == "healthy"
        real.write_text("old")
        real.chmod(0o640)
    assert doctor(*QUICK, "--output", f"json={link}").returncode == 0
    assert real.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["real.json"]


def test_a_file_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing" / "file")
    for name in ("circle", "nowhere", "x" * 300):
        done = doctor(*QUICK, "--output", f"json={tmp_path / name}")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "--output" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["circle", "nowhere"]


def in_shell(command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")} | environ
    words = ["bash", "-c", f'doctor() {{ {shlex.quote(sys.executable)} -m doctor "$@"; }}; {command}']
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=plain, timeout=60, check=False)


@pytest.mark.parametrize("words", ["checks", shlex.join(QUICK), "--help", "--version", "explain dns.no-address"])
@pytest.mark.parametrize("sink", [">&-", "> /dev/full"])
def test_an_answer_that_nobody_takes_is_three(words: str, sink: str) -> None:
    done = in_shell(f"doctor {words} {sink}")
    assert done.returncode == 3
    assert done.stderr.startswith("doctor: ")
    assert done.stderr.count("\n") == 1, done.stderr


def test_a_closed_standard_output_does_not_hinder_a_file(tmp_path: Path) -> None:
    done = in_shell(f"doctor {shlex.join(QUICK)} --output json={tmp_path / 'a.json'} <&- >&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "a.json").read_text())["status"] == "healthy"


@pytest.mark.parametrize("words", ["checks", "--help"])
def test_a_reader_that_left_is_told_nothing(words: str) -> None:
    done = in_shell(f"doctor {words} | true; exit ${{PIPESTATUS[0]}}")
    assert done.returncode in (0, 3)  # the pipe may have taken all of it before the reader left
    assert done.stderr == ""


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
)
def test_no_encoding_refuses_an_answer(environ: dict[str, str]) -> None:
    for words in (shlex.join(QUICK), "explain --error 'Errno -3'"):
        done = in_shell(f"doctor {words} | cat; exit ${{PIPESTATUS[0]}}", **environ)
        assert (done.returncode, done.stderr) == (0, "")
    assert "--only" in in_shell("doctor examine --only 'dns.✓'", **environ).stderr


def test_without_docstrings_there_is_no_documentation() -> None:
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "doctor", "checks"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "docstrings" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        ("KeyboardInterrupt", 130, "doctor: interrupted, nothing was decided\n"),
        (
            "ValueError(os.environ['DB_PASSWORD'] + chr(10) + 'x')",
            3,
            "doctor: internal error: ValueError: ***\\x0ax\n",
        ),
    ],
)
def test_what_happens_while_loading_is_one_line(raised: str, code: int, said: str) -> None:
    """As if a signal came, or something broke, before any command is there to catch it."""
    program = (
        "import os; from doctor import location\n"
        f"def fails(*_): raise {raised}\n"
        "location.module = fails\n"
        "from doctor.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.defpath, "DB_PASSWORD": "correct-horse-battery"},
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == said


def with_plugins(folder: Path) -> dict[str, str]:
    (folder / "acme_code.py").write_text(PLUGIN)
    for name in ("acme-doctor", "broken-doctor"):
        information = folder / f"{name.replace('-', '_')}-1.2.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        entry = "slow_answer" if name == "acme-doctor" else "nothing_such"
        (information / "entry_points.txt").write_text(f"[lambda_doctor.checks]\nx = acme_code:{entry}\n")
    return {"PYTHONPATH": str(folder)}


PLUGIN = '''
from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok
from doctor.evidence.environment import Environment


@check("acme-doctor.slow-answer", severity=Severity.RISKS, remedy=Remedy("Ask Acme."))
def slow_answer(environment: Environment) -> Iterator[Observation]:
    """Acme answers in time."""
    yield ok("Acme", "it does")
'''


def test_third_parties_checks_are_listed_and_explained(tmp_path: Path) -> None:
    environ = with_plugins(tmp_path)
    for words, named in ((("--plugin", "acme-doctor"), {}), ((), {"DOCTOR_PLUGINS": "acme-doctor"})):
        listed = doctor("checks", *words, **environ, **named)
        assert (listed.returncode, listed.stderr) == (0, "")
        assert "acme-doctor.slow-answer" in listed.stdout
        page = doctor("explain", "acme-doctor.slow-answer", *words, **environ, **named)
        assert page.returncode == 0, page.stderr
        assert "Acme answers in time." in page.stdout
        assert "Ask Acme." in page.stdout
    assert "acme-doctor" not in doctor("checks", **environ).stdout
    near = doctor("explain", "acme-doctor.slow-answr", "--plugin", "acme-doctor", **environ)
    assert near.returncode == 2
    assert "did you mean acme-doctor.slow-answer" in near.stderr


@pytest.mark.parametrize("name", ["broken-doctor", "no-such-distribution"])
def test_a_plugin_that_fails_is_one_line_and_three(tmp_path: Path, name: str) -> None:
    environ = with_plugins(tmp_path)
    for words in (("checks",), ("explain", f"{name}.anything")):
        done = doctor(*words, "--plugin", name, **environ)
        assert done.returncode == 3
        assert name in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
    assert doctor("explain", "dns.no-address", "--plugin", name, **environ).returncode == 0


def test_a_saved_reply_is_replayed_by_its_case_file(tmp_path: Path) -> None:
    case, reply = tmp_path / "case.json", tmp_path / "reply.json"
    first = doctor(*QUICK, "--output", f"casefile={case}", "--output", "json", AWS_PROFILE="nobody")
    reply.write_text(json.dumps(json.loads(first.stdout) | {"casefile": json.loads(case.read_text())}))
    again = doctor("replay", str(reply), "--output", "json")
    assert again.returncode == 1
    assert json.loads(again.stdout)["findings"] == json.loads(first.stdout)["findings"]
    reply.write_text(first.stdout)
    bare = doctor("replay", str(reply))
    assert bare.returncode == 2
    assert "is a verdict" in bare.stderr
    assert "include_casefile" in bare.stderr
    assert "--output casefile" in bare.stderr


def test_no_summary_of_a_command_is_cut() -> None:
    said = doctor("--help", COLUMNS="80").stdout
    assert "..." not in said.partition("Commands:")[2]
    assert all(len(line) <= 80 for line in said.splitlines())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["examine", "--target", "sqz"],
            "--target number 1: 'sqz' is not the name of a boto3 client; did you mean sqs",
        ),
        (["examine", "--target", "database"], "any other host is written HOST:PORT"),
        (["path", "--from", "eni-1", "--to", "database"], "--to: 'database' is not the name of a boto3 client; "),
        (
            ["path", "--from", "eni-1", "--to", "sqs", "--snapshot", "none"],
            "none: is not there; `doctor snapshot DIR` ",
        ),
        (
            ["policy", "--only", "nope.*"],
            "doctor: --only number 1: 'nope.*' matches no check; `doctor checks` lists them",
        ),
        (["examine", "--only", "acme-doctor.*"], "matches no check; a third party's are known where its distribution"),
        (["examine", "--output", "json="], "--output: after = there is no file: write FORMAT=FILE, or FORMAT alone"),
        (["examine", "--output", "json=no/a.json"], "--output: the folder of 'no/a.json' is not there: make it"),
        (["examine", "--output", "json=."], "--output: '.' is a folder: name a file in it"),
        (
            ["explain", "--error", " "],
            "--error: holds no text: write the error's behind --error, or '-' and pipe it in",
        ),
        (["snapshot", "empty.json"], "empty.json: is there already, and is no folder"),
        (
            ["examine", "arn:aws:lambda:eu-west-1:123456789012:function:f", "--region", "us-east-1"],
            "--region: the function's ARN is of eu-west-1, and not of us-east-1: leave --region out",
        ),
        (["examine", "--only", "dsn.*"], "--only number 1: 'dsn.*' matches no check; did you mean dns.*?"),
        (["explain", "acme-doctor.slow-answer"], "a third party's is explained with --plugin DISTRIBUTION"),
        (["replay", "empty.json"], "empty.json: schema_version: is missing"),
        (["diff", "empty.json", "empty.json"], "empty.json: schema_version: this is neither"),
    ],
)
def test_what_was_misspelt_is_told_apart(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.json").write_text("{}")
    assert cli.run(words) == 2
    assert told in capsys.readouterr().err


def test_a_text_that_no_check_knows_leads_to_an_examination(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "--error", "it does not work"]) == 3
    said = capsys.readouterr().out
    assert said.startswith("No check of this version knows this text.")
    assert "\n   $ doctor examine FUNCTION --via deployed\n" in said
    assert "put your own in place of FUNCTION" in said


def test_a_policy_without_a_statement_is_told_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in ((["--only", "package.import-fails"], True), (["--only", "dns.*"], False)):
        cli.run(["policy", *words])
        printed = capsys.readouterr()
        assert (json.loads(printed.out)["Statement"] == []) is told
        assert ("need no permission" in printed.err) is told
