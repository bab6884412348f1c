"""template.yaml: as SAM would deploy it, by the translator that SAM uses, offline."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from doctor import registry, request
from doctor.console import policy

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    decoded, problems = decode(str(ROOT / "template.yaml"))
    assert not problems
    return json.loads(json.dumps(decoded))


@pytest.fixture(scope="module")
def function(template: dict[str, Any]) -> dict[str, Any]:
    return template["Resources"]["DoctorFunction"]


def defaults(template: dict[str, Any]) -> dict[str, str]:
    return {name: parameter["Default"] for name, parameter in template["Parameters"].items()}


def evidence_policy(template: dict[str, Any]) -> dict[str, Any]:
    policies = template["Resources"]["Role"]["Properties"]["Policies"]
    return next(item["PolicyDocument"] for item in policies if item["PolicyName"] == "Evidence")


def as_yaml(document: dict[str, Any]) -> str:
    lines = []
    for statement in document["Statement"]:
        lines += [f"- Sid: {statement['Sid']}", "  Effect: Allow", f"  Action: {json.dumps(statement['Action'])}"]
        lines += ['  Resource: "*"']
    return "\n".join(14 * " " + line for line in lines)


def lint(template: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("cfn-lint")
    return subprocess.run([tool, template], cwd=ROOT, capture_output=True, text=True, check=False)


def test_cfn_lint_has_nothing_to_say() -> None:
    linted = lint(ROOT / "template.yaml")
    assert (linted.returncode, linted.stdout) == (0, ""), linted.stdout + linted.stderr


def test_cfn_lint_would_object(tmp_path: Path) -> None:
    broken = tmp_path / "template.yaml"
    broken.write_text((ROOT / "template.yaml").read_text().replace("RetentionInDays: !Ref", "RetentionDays: !Ref"))
    assert "RetentionDays" in lint(broken).stdout


def test_the_policy_is_what_the_evidence_needs(template: dict[str, Any]) -> None:
    needed = policy.policy(map(registry.load, registry.built_in()))
    assert evidence_policy(template) == needed, f"write into template.yaml:\n{as_yaml(needed)}"


def test_the_role_has_network_permissions_only_with_subnets(template: dict[str, Any]) -> None:
    condition, managed, otherwise = template["Resources"]["Role"]["Properties"]["ManagedPolicyArns"]["Fn::If"]
    assert condition == "InVpc"
    assert [arn["Fn::Sub"].rpartition("/")[2] for arn in managed] == ["AWSLambdaVPCAccessExecutionRole"]
    assert otherwise == {"Ref": "AWS::NoValue"}


def test_stands_in_a_vpc_only_with_subnets_or_groups(template: dict[str, Any], function: dict[str, Any]) -> None:
    condition, placed, otherwise = function["Properties"]["VpcConfig"]["Fn::If"]
    assert (condition, otherwise) == ("InVpc", {"Ref": "AWS::NoValue"})
    assert placed == {"SubnetIds": {"Ref": "SubnetIds"}, "SecurityGroupIds": {"Ref": "SecurityGroupIds"}}
    assert defaults(template)["SubnetIds"] == defaults(template)["SecurityGroupIds"] == ""
    empty = [{"Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", {"Ref": name}]}, ""]}]} for name in placed]
    assert template["Conditions"]["InVpc"] == {"Fn::Or": empty}


def test_is_off_and_private_by_default(template: dict[str, Any], function: dict[str, Any]) -> None:
    assert defaults(template)["ScheduleState"] == "DISABLED"
    assert function["Properties"]["Events"]["Schedule"]["Properties"]["State"] == {"Ref": "ScheduleState"}
    assert "FunctionUrlConfig" not in function["Properties"]
    assert set(function["Properties"]["Events"]) == {"Schedule"}


def test_the_declarations_are_read_as_the_doctor_reads_them(template: dict[str, Any], function: dict[str, Any]) -> None:
    variables = function["Properties"]["Environment"]["Variables"]
    environ = {name: defaults(template)[value["Ref"]] for name, value in variables.items()}
    assert request.declared_targets(environ) == ()
    assert request.declared_functions(environ) == ()
    example = re.search(r"such as (\[.*\])\.", template["Parameters"]["Targets"]["Description"])
    assert example
    declared = {
        name: parameter["AllowedPattern"] for name, parameter in template["Parameters"].items() if name == "Targets"
    }
    assert re.search(declared["Targets"], example[1])
    assert len(request.declared_targets({"DOCTOR_TARGETS": example[1]})) == 3


def test_the_schedules_event_is_a_request(function: dict[str, Any]) -> None:
    event = json.loads(function["Properties"]["Events"]["Schedule"]["Properties"]["Input"])
    assert request.from_event(event, {}) == request.Request()


def test_make_builds_for_the_default_runtime_and_architecture(template: dict[str, Any]) -> None:
    built_for = dict(re.findall(r"^(RUNTIME|ARCHITECTURE) \?= (\S+)$", MAKEFILE, re.MULTILINE))
    assert built_for == {"RUNTIME": defaults(template)["Runtime"], "ARCHITECTURE": defaults(template)["Architecture"]}
    assert "RUNTIME=python3.12 ARCHITECTURE=arm64" in (ROOT / "template.yaml").read_text()


def test_sam_calls_a_target_that_exists(template: dict[str, Any], function: dict[str, Any]) -> None:
    assert function["Metadata"]["BuildMethod"] == "makefile"
    assert re.search(r"^build-DoctorFunction:", MAKEFILE, re.MULTILINE)
    module, _, name = function["Properties"]["Handler"].partition(".")
    assert re.search(rf"^def {name}\(", (ROOT / f"{module}.py").read_text(), re.MULTILINE)


def test_every_parameter_is_labelled_grouped_and_described(template: dict[str, Any]) -> None:
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"]) == sorted(interface["ParameterLabels"])
    assert all(parameter["Description"] for parameter in template["Parameters"].values())


def test_outputs_name_the_function_and_how_to_ask_it(template: dict[str, Any]) -> None:
    outputs = template["Outputs"]
    assert outputs["FunctionName"]["Value"] == {"Ref": "DoctorFunction"}
    assert outputs["FunctionArn"]["Value"] == {"Fn::GetAtt": ["DoctorFunction", "Arn"]}
    assert "aws lambda invoke" in outputs["Invoke"]["Value"]["Fn::Sub"]


def test_the_log_is_kept_for_a_stated_time(template: dict[str, Any], function: dict[str, Any]) -> None:
    assert template["Resources"]["LogGroup"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert function["Properties"]["LoggingConfig"]["LogGroup"] == {"Ref": "LogGroup"}
