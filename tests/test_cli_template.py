"""`doctor examine FUNCTION --template FILE`, on a function in moto: drift, none, and what bad input gets."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from doctor import location

cli = location.module(location.part("cli.py"), "doctor.cli")
REGION, CHECK = "us-east-1", "function.configuration-drifted"
VARIABLES = {
    "STAGE": "prod",
    "PASSWORD": "correct horse battery",
    "DATABASE_URL": "postgres://app:hunter2hunter2@8.8.4.4/x",
}
TEMPLATE = """\
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {{Runtime: python3.13, MemorySize: {memory}}}
Resources:
  Queue: {{Type: AWS::SQS::Queue}}
  Jobs:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Timeout: 30
      Environment:
        Variables:
          STAGE: {stage}
          PASSWORD: !Ref Queue
          DATABASE_URL: !Sub '{{{{resolve:ssm:database}}}}'
  Mails: {{Type: AWS::Serverless::Function, Properties: {{Handler: mails.handler}}}}
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    keys = {
        "AWS_ACCESS_KEY_ID": "ASIAQEXAMPLEOPERATOR",
        "AWS_SECRET_ACCESS_KEY": "s" * 40,
        "AWS_SESSION_TOKEN": "t" * 100,
    }
    for name, value in (keys | {"AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}).items():
        monkeypatch.setenv(name, value)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("app.py", "")
    with mock_aws():
        trust = {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        }
        role = boto3.client("iam", REGION).create_role(RoleName="jobs", AssumeRolePolicyDocument=json.dumps(trust))
        boto3.client("lambda", REGION).create_function(
            FunctionName="shop-Jobs-AbC123dEf456",
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="app.handler",
            Code={"ZipFile": held.getvalue()},
            Environment={"Variables": VARIABLES},
            Timeout=30,
            MemorySize=512,
        )
        yield


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(*arguments: str) -> tuple[int, str, str]:
        code = cli.run(["examine", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def written(folder: Path, *, memory: int = 512, stage: str = "prod") -> str:
    file = folder / "template.yaml"
    file.write_text(TEMPLATE.format(memory=memory, stage=stage))
    return str(file)


@pytest.mark.usefixtures("deployed")
def test_drift_is_found_told_and_verified_with_the_same_template(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, memory=1024, stage="dev")
    asked = ("shop-Jobs-AbC123dEf456", "--template", file, "--only", CHECK, "--fail-on", "risks", "--output", "json")
    code, out, _ = run(*asked)
    verdict = json.loads(out)
    (diagnosis,) = verdict["diagnoses"]
    assert (code, verdict["status"], diagnosis["check"]) == (1, "unhealthy", CHECK)
    (problem,) = (each for each in verdict["findings"] if each["outcome"] == "problem")
    assert problem["sources"] == ["artifact", "control"]
    assert "memory is 512 MB, the template's is 1024 MB" in problem["message"]
    assert "variables with another value than the template's: STAGE" in problem["message"]
    assert f"--template {file}" in diagnosis["verify"]
    assert not [value for value in ("hunter2hunter2", "correct horse") if value in out]


@pytest.mark.usefixtures("deployed")
def test_a_case_file_holds_the_comparison_and_no_value(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case.json"
    run(
        "shop-Jobs-AbC123dEf456",
        "--template",
        written(tmp_path, stage="dev"),
        "--output",
        f"casefile={case}",
        "--quiet",
    )
    said = case.read_text()
    assert not [value for value in ("hunter2hunter2", "correct horse", '"dev"', '"prod"') if value in said]
    assert cli.run(["replay", str(case), "--only", CHECK, "--fail-on", "risks", "--output", "json"]) == 1
    (diagnosis,) = json.loads(capsys.readouterr().out)["diagnoses"]
    assert (diagnosis["check"], "STAGE" in diagnosis["headline"]) == (CHECK, True)


@pytest.mark.usefixtures("deployed")
def test_what_is_as_its_template_says_is_healthy_and_hosts_from_variables_are_told(run: Run, tmp_path: Path) -> None:
    code, out, err = run("shop-Jobs-AbC123dEf456", "--template", written(tmp_path), "--output", "json")
    verdict = json.loads(out)
    found = {(each["check"], each["outcome"]) for each in verdict["findings"]}
    assert (CHECK, "ok") in found
    assert code == 0, verdict["headline"]
    line = "doctor: targets that variables of the function name: 8.8.4.4:5432 (DATABASE_URL); --target names others"
    assert line in err
    _, _, quiet = run("shop-Jobs-AbC123dEf456", "--quiet", "--output", "json")
    assert "DATABASE_URL" not in quiet


@pytest.mark.usefixtures("deployed")
def test_without_a_template_the_check_is_not_asked(run: Run) -> None:
    code, out, _ = run("shop-Jobs-AbC123dEf456", "--only", CHECK, "--output", "json")
    assert code == 3
    assert "function.*" in json.loads(out)["not_asked"]


def test_a_template_needs_a_function(run: Run, tmp_path: Path) -> None:
    code, _, err = run("--template", written(tmp_path))
    assert code == 2
    assert "--template is what FUNCTION is compared with" in err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            TEMPLATE.format(memory=1, stage="x"),
            "does not tell which of its functions orders is; it declares Jobs, Mails",
        ),
        ("Resources: [", "is not YAML: "),
        ("Resources: {A: 1, A: 2}", "'A' stands there twice (line 1)"),
        ("Resources: " + "[" * 5000, "is nested more than 100 deep (line 1)"),
        ("x" * 5_000_000, "is larger than 1 MB"),
        ("\x1b[2J: 1", "is not YAML: "),
        (None, "does not exist"),
    ],
)
def test_bad_input_is_two_in_one_line_before_aws_is_asked(
    run: Run, tmp_path: Path, content: str | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    file = tmp_path / "template.yaml"
    if content is not None:
        file.write_text(content)
    code, out, err = run("orders", "--template", str(file))
    assert (code, out) == (2, "")
    assert err.startswith(f"doctor: --template {file}: ")
    assert words in err
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_the_region_of_an_arn_is_known(tmp_path: Path) -> None:
    from doctor.template import functions

    file = tmp_path / "template.yaml"
    file.write_text(
        "Resources: {A: {Type: AWS::Lambda::Function, Properties: {Runtime: !Sub 'python-${AWS::Region}'}}}"
    )
    facts: Any = functions.declared(file, "arn:aws:lambda:eu-west-1:123456789012:function:jobs", None).facts
    assert facts.runtime == "python-eu-west-1"
