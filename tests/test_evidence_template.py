"""What a template says of one of its functions, and how that meets what is deployed."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

import pytest

from doctor import registry
from doctor.evidence import Evidence, Missing, Reason, Vantage, named, revive
from doctor.evidence.template import Declared, Layer, Open, Several, Template
from doctor.judge import judge
from doctor.request import Request
from doctor.template import functions
from doctor.template.values import ABSENT, Unresolved, Values
from doctor.verdict import InvalidRequest, Outcome, Severity, Source
from doctor.world import World
from tests.evidence.build import sealed
from tests.evidence.function import drifted

PLAIN: dict[str, Any] = {"Runtime": "python3.13", "Handler": "app.handler"}
ARN = "arn:aws:lambda:us-east-1:123456789012:function:jobs"


def function(properties: dict[str, Any], kind: str = "AWS::Lambda::Function") -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def declared(folder: Path, template: dict[str, Any], name: str = "jobs", region: str | None = "us-east-1") -> Declared:
    file = folder / "template.json"
    file.write_text(json.dumps(template))
    return functions.declared(file, name, region)


def one(folder: Path, properties: dict[str, Any], **sections: Any) -> Declared:
    return declared(folder, {"Resources": {"Jobs": function(PLAIN | properties)}, **sections})


class TestValues:
    """What functions come to, by the template alone."""

    TEMPLATE: ClassVar[dict[str, Any]] = {
        "Parameters": {
            "Stage": {"Type": "String", "Default": "dev"},
            "Size": {"Type": "Number", "Default": 512},
            "Subnets": {"Type": "CommaDelimitedList", "Default": "subnet-1, subnet-2"},
            "Groups": {"Type": "List<AWS::EC2::SecurityGroup::Id>"},
            "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path/of/the/value"},
            "Strange": {"Type": "String", "Default": {"Ref": "Strange"}},
        },
        "Mappings": {"ByStage": {"dev": {"Memory": 256, "Loop": {"Fn::FindInMap": ["ByStage", "dev", "Loop"]}}}},
        "Conditions": {
            "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
            "IsNot": {"Fn::Not": [{"Condition": "IsDev"}]},
            "Both": {"Fn::And": [{"Condition": "IsDev"}, {"Condition": "IsNot"}]},
            "Either": {"Fn::Or": [{"Condition": "Hidden"}, {"Condition": "IsDev"}]},
            "Hidden": {"Fn::Equals": [{"Ref": "Groups"}, "x"]},
            "Circle": {"Fn::Not": [{"Condition": "Circle"}]},
        },
    }

    def of(self, value: Any, **pseudo: str) -> Any:
        return Values(self.TEMPLATE, {"Region": "us-east-1"} | pseudo).of(value)

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("plain", "plain"),
            ({"Ref": "Stage"}, "dev"),
            ({"Ref": "Size"}, 512),
            ({"Ref": "Subnets"}, ["subnet-1", "subnet-2"]),
            ({"Ref": "AWS::Region"}, "us-east-1"),
            ({"Ref": "AWS::NoValue"}, ABSENT),
            ({"Fn::Sub": "${Stage}-${AWS::Region}-${!Kept}"}, "dev-us-east-1-${Kept}"),
            ({"Fn::Sub": ["${A}${A}", {"A": {"Ref": "Size"}}]}, "512512"),
            ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-dev"),
            ({"Fn::Join": [",", {"Ref": "Subnets"}]}, "subnet-1,subnet-2"),
            ({"Fn::FindInMap": ["ByStage", {"Ref": "Stage"}, "Memory"]}, 256),
            ({"Fn::Select": ["1", {"Ref": "Subnets"}]}, "subnet-2"),
            ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
            ({"Fn::If": ["IsDev", 1, 2]}, 1),
            ({"Fn::If": ["IsNot", 1, 2]}, 2),
            ({"Fn::If": ["Both", 1, 2]}, 2),
            ({"Fn::If": ["Either", 1, 2]}, 1),
            ([1, {"Fn::If": ["IsNot", 1, {"Ref": "AWS::NoValue"}]}], [1]),
            ({"A": {"Ref": "AWS::NoValue"}, "B": {"Ref": "Stage"}}, {"B": "dev"}),
        ],
    )
    def test_what_the_template_tells_is_told(self, value: Any, expected: Any) -> None:
        assert self.of(value) == expected

    @pytest.mark.parametrize(
        ("value", "by"),
        [
            ({"Ref": "Queue"}, "!Ref Queue"),
            ({"Ref": "Groups"}, "!Ref Groups"),
            ({"Ref": "Stored"}, "!Ref Stored"),
            ({"Ref": "Strange"}, "!Ref Strange"),
            ({"Ref": "AWS::AccountId"}, "!Ref AWS::AccountId"),
            ({"Ref": ["no", "name"]}, "!Ref"),
            ({"Fn::GetAtt": ["Queue", "Arn"]}, "!GetAtt Queue.Arn"),
            ({"Fn::ImportValue": "secret-name"}, "!ImportValue"),
            ({"Fn::Sub": "${Queue.Arn}"}, "!Sub"),
            ({"Fn::Sub": "${Subnets}"}, "!Sub"),
            ({"Fn::Sub": 3}, "!Sub"),
            ({"Fn::Join": ["-", [{"Ref": "Queue"}]]}, "!Join"),
            ({"Fn::Join": "no list"}, "!Join"),
            ({"Fn::FindInMap": ["ByStage", "prod", "Memory"]}, "!FindInMap"),
            ({"Fn::FindInMap": ["ByStage", "dev", "Loop"]}, "!FindInMap"),
            ({"Fn::FindInMap": []}, "!FindInMap"),
            ({"Fn::Select": ["7", {"Ref": "Subnets"}]}, "!Select"),
            ({"Fn::Select": ["9" * 5000, {"Ref": "Subnets"}]}, "!Select"),
            ({"Fn::Split": ["", "a"]}, "!Split"),
            ({"Fn::If": ["Hidden", 1, 2]}, "!If Hidden"),
            ({"Fn::If": ["Circle", 1, 2]}, "!If Circle"),
            ({"Fn::If": ["Nowhere", 1, 2]}, "!If Nowhere"),
            ({"Fn::NewThing": 1}, "!NewThing"),
            ({"Fn::Transform": {"Name": "AWS::Include"}}, "!Transform"),
            ({"A": 1, "Fn::Transform": {"Name": "AWS::Include"}}, "Fn::Transform"),
            ("{{resolve:secretsmanager:db:SecretString:password}}", "a dynamic reference"),
            ({"Fn::Sub": "{{resolve:ssm:${Stage}}}"}, "a dynamic reference"),
        ],
    )
    def test_what_only_a_deployment_knows_is_unresolved_and_says_by_what(self, value: Any, by: str) -> None:
        assert self.of(value) == Unresolved(by)

    def test_the_account_is_told_by_a_functions_arn(self) -> None:
        assert self.of({"Fn::Sub": "${AWS::AccountId}"}, AccountId="123456789012") == "123456789012"

    def test_what_doubles_at_each_step_ends_soon(self) -> None:
        text: Any = "x"
        for _ in range(40):
            text = {"Fn::Sub": ["${A}${A}", {"A": text}]}
        conditions = {f"C{number}": {"Fn::And": [{"Condition": f"C{number + 1}"}] * 9} for number in range(30)}
        started = time.monotonic()
        assert self.of(text) == Unresolved("!Sub")
        assert Values({"Conditions": conditions}, {}).of({"Fn::If": ["C0", 1, 2]}) == Unresolved("!If C0")
        assert time.monotonic() - started < 1


class TestWhichFunction:
    TWO: ClassVar[dict[str, Any]] = {
        "Resources": {"Jobs": function(PLAIN), "Mails": function(PLAIN), "Queue": {"Type": "AWS::SQS::Queue"}}
    }

    def chosen(self, folder: Path, template: dict[str, Any], name: str) -> str:
        return declared(folder, template, name).facts.logical_id

    @pytest.mark.parametrize("name", ["jobs", ARN, f"{ARN}:live", "123456789012:function:jobs", "jobs:7"])
    def test_the_one_of_its_name(self, name: str, tmp_path: Path) -> None:
        template = {"Resources": {"A": function({"FunctionName": "mails"}), "B": function({"FunctionName": "jobs"})}}
        assert self.chosen(tmp_path, template, name) == "B"

    def test_a_name_from_a_parameters_default(self, tmp_path: Path) -> None:
        names = {"A": {"Fn::Sub": "jobs-${Stage}"}, "B": {"Fn::Sub": "mails-${Stage}"}}
        template = {
            "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
            "Resources": {id: function({"FunctionName": name}) for id, name in names.items()},
        }
        assert self.chosen(tmp_path, template, "mails-dev") == "B"
        assert self.chosen(tmp_path, template, "mails-prod") == "B"  # the stack was given another stage

    def test_a_name_of_which_the_template_tells_a_part(self, tmp_path: Path) -> None:
        names = {
            "A": {"Fn::Sub": "${AWS::StackName}-jobs"},
            "B": {"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, "mails"]]},
        }
        template = {"Resources": {id: function({"FunctionName": name}) for id, name in names.items()}}
        assert self.chosen(tmp_path, template, "prod-mails") == "B"
        assert self.chosen(tmp_path, template, "prod-jobs") == "A"

    @pytest.mark.parametrize("name", ["shop-Mails-AbC123dEf456", "shop-prod-Mails-1A2B3C4D5E6F"])
    def test_a_name_that_cloudformation_made(self, name: str, tmp_path: Path) -> None:
        assert self.chosen(tmp_path, self.TWO, name) == "Mails"

    def test_a_long_logical_id_that_cloudformation_cut(self, tmp_path: Path) -> None:
        long = {
            "Resources": {"NotificationsDispatcherFunction": function(PLAIN), "NotificationsOther": function(PLAIN)}
        }
        found = self.chosen(tmp_path, long, "a-stack-of-a-long-name-NotificationsDispatcherF-AbC123dEf456")
        assert found == "NotificationsDispatcherFunction"

    def test_the_only_one_there_is(self, tmp_path: Path) -> None:
        assert one(tmp_path, {"FunctionName": {"Ref": "Given"}}).facts.logical_id == "Jobs"

    def test_the_only_one_is_not_it_where_its_name_is_another(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidRequest, match="does not tell which of its functions jobs is; it declares Jobs"):
            one(tmp_path, {"FunctionName": "mails"})

    @pytest.mark.parametrize("name", ["jobs", "shop-Other-AbC123dEf456", "shop-AbC123dEf456"])
    def test_else_the_logical_ids_are_listed(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(InvalidRequest, match=f"which of its functions {name} is; it declares Jobs, Mails$"):
            declared(tmp_path, self.TWO, name)

    def test_a_template_without_a_function_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidRequest, match="declares no function"):
            declared(tmp_path, {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Strange": 3}})


class TestSettings:
    def test_what_is_written_is_read(self, tmp_path: Path) -> None:
        found = one(
            tmp_path,
            {
                "MemorySize": 1024,
                "Timeout": "30",
                "Architectures": ["arm64"],
                "EphemeralStorage": {"Size": 2048},
                "Role": "arn:aws:iam::123456789012:role/own/jobs",
                "Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:deps:7"],
                "VpcConfig": {"SubnetIds": ["subnet-b", "subnet-a"], "SecurityGroupIds": ["sg-1"]},
                "Environment": {"Variables": {"A": "x", "B": True, "C": 3}},
            },
        )
        facts = found.facts
        assert (facts.runtime, facts.handler, facts.architecture) == ("python3.13", "app.handler", "arm64")
        assert (facts.memory, facts.timeout, facts.storage, facts.role) == (1024, 30, 2048, "jobs")
        assert facts.layers == (Layer(name="deps", version=7, owner="…9012"),)
        assert (facts.subnets, facts.groups) == (Several(known=("subnet-a", "subnet-b")), Several(known=("sg-1",)))
        assert (facts.variables, facts.literal, facts.open) == (("A", "B", "C"), ("A", "B", "C"), ())
        assert found.values == {"A": "x", "B": "true", "C": "3"}

    def test_what_is_left_out_has_lambdas_defaults(self, tmp_path: Path) -> None:
        facts = one(tmp_path, {}).facts
        assert (facts.memory, facts.timeout, facts.storage, facts.architecture) == (128, 3, 512, "x86_64")
        assert (facts.layers, facts.subnets, facts.groups, facts.variables) == ((), Several(), Several(), ())
        assert (facts.role, facts.open, facts.assumed) == ("", (), ())

    def test_an_image_has_neither_runtime_nor_handler(self, tmp_path: Path) -> None:
        for image in ({"PackageType": "Image"}, {"Code": {"ImageUri": "x"}}, {"ImageUri": {"Ref": "Image"}}):
            facts = one(tmp_path, image).facts
            assert (facts.runtime, facts.handler) == ("", "")

    def test_sam_merges_its_globals(self, tmp_path: Path) -> None:
        """SAM developer guide, "Globals": maps are merged, lists joined, all else replaced."""
        layer = "arn:aws:lambda:us-east-1:123456789012:layer:{}:1".format
        template = {
            "Transform": "AWS::Serverless-2016-10-31",
            "Globals": {
                "Function": {
                    "Runtime": "python3.12",
                    "Timeout": 20,
                    "Layers": [layer("all")],
                    "VpcConfig": {"SecurityGroupIds": ["sg-all"]},
                    "Environment": {"Variables": {"A": "1", "B": "1"}},
                }
            },
            "Resources": {
                "Jobs": function(
                    {
                        "Timeout": 60,
                        "Handler": "app.handler",
                        "Layers": [layer("own")],
                        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-own"]},
                        "Environment": {"Variables": {"B": "2", "C": "2"}},
                    },
                    "AWS::Serverless::Function",
                ),
                "Plain": function({"FunctionName": "plain"}),
            },
        }
        found = declared(tmp_path, template, "shop-Jobs-AbC123dEf456")
        assert (found.facts.runtime, found.facts.timeout) == ("python3.12", 60)
        assert [each.name for each in found.facts.layers or ()] == ["all", "own"]
        assert found.facts.groups == Several(known=("sg-all", "sg-own"))
        assert found.values == {"A": "1", "B": "2", "C": "2"}
        assert declared(tmp_path, template, "plain").facts.runtime == ""

    def test_a_function_of_the_globals_is_replaced_and_not_merged(self, tmp_path: Path) -> None:
        template = {
            "Globals": {"Function": {"VpcConfig": {"Fn::If": ["A", {}, {}]}, "Layers": {"Ref": "Layers"}}},
            "Resources": {"Jobs": function({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "AWS::Serverless::Function")},
        }
        facts = declared(tmp_path, template).facts
        assert facts.subnets == Several(known=("subnet-1",))
        assert facts.open == (Open(setting="layers", by="!Ref Layers"),)

    def test_what_functions_hide_stays_open(self, tmp_path: Path) -> None:
        hidden = {"Ref": "Hidden"}
        found = one(
            tmp_path,
            {
                "Runtime": hidden,
                "Handler": hidden,
                "MemorySize": hidden,
                "Timeout": "soon",
                "Architectures": [hidden],
                "EphemeralStorage": hidden,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Layers": hidden,
                "VpcConfig": {"SubnetIds": hidden, "SecurityGroupIds": ["sg-1", hidden]},
                "Environment": {"Variables": hidden},
            },
        )
        facts = found.facts
        assert (facts.runtime, facts.handler, facts.architecture, facts.role) == ("", "", "", "")
        assert (facts.memory, facts.timeout, facts.storage) == (None, None, None)
        assert (facts.variables, facts.layers, facts.subnets) == (None, None, None)
        assert facts.groups == Several(known=("sg-1",), more=1)
        assert {each.setting for each in facts.open} == {
            *("runtime", "handler", "memory", "timeout", "architecture", "temporary storage"),
            *("role", "variables", "layers", "subnets", "security groups"),
        }

    def test_variables_that_a_condition_decides_about_may_be_there_or_not(self, tmp_path: Path) -> None:
        nothing = {"Ref": "AWS::NoValue"}
        found = one(
            tmp_path,
            {
                "Environment": {
                    "Variables": {
                        "HIDDEN": {"Fn::If": ["Unknown", "x", nothing]},
                        "BY_DEFAULT": {"Fn::If": ["IsDev", "x", nothing]},
                        "NEVER": nothing,
                        "NAMED": {"Ref": "Queue"},
                        "STAGE": {"Ref": "Stage"},
                        "SECRET": "{{resolve:secretsmanager:db}}",
                        "REGION": {"Ref": "AWS::Region"},
                    }
                }
            },
            Parameters={"Stage": {"Type": "String", "Default": "dev"}},
            Conditions={"IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}},
        )
        assert found.facts.variables == ("NAMED", "REGION", "SECRET", "STAGE")
        assert found.facts.optional == ("BY_DEFAULT", "HIDDEN", "NEVER")
        assert found.values == {"REGION": "us-east-1"}  # a stack may have been given another stage

    def test_what_follows_from_a_parameters_default_is_assumed(self, tmp_path: Path) -> None:
        size = {"Size": {"Type": "Number", "Default": 512}}
        facts = one(tmp_path, {"MemorySize": {"Ref": "Size"}, "Timeout": 5}, Parameters=size).facts
        assert (facts.memory, facts.assumed) == (512, ("memory",))

    @pytest.mark.parametrize("transform", ["Datadog", ["AWS::Serverless-2016-10-31", {"Name": "Datadog"}]])
    def test_a_macro_may_change_everything(self, transform: Any, tmp_path: Path) -> None:
        facts = one(tmp_path, {}, Transform=transform).facts
        assert not facts.tells
        assert {each.by for each in facts.open} == {"the macro Datadog"}
        include = one(tmp_path, {"Fn::Transform": {"Name": "AWS::Include"}}).facts
        assert not include.tells

    @pytest.mark.parametrize("arn", ["own-layer", "arn:aws:lambda:us-east-1:1:layer:x:y", "arn:aws:s3:::x"])
    def test_what_is_no_layer_is_not_known_to_be_one(self, arn: str, tmp_path: Path) -> None:
        facts = one(tmp_path, {"Layers": [arn]}).facts
        assert (facts.layers, facts.hidden_layers) == ((), 1)

    def test_an_arn_may_leave_region_and_account_to_the_stack(self, tmp_path: Path) -> None:
        spelled = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:layer:deps:7"
        role = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/jobs"}
        facts = one(tmp_path, {"Layers": [{"Fn::Sub": spelled}], "Role": role}).facts
        assert (facts.layers, facts.role) == ((Layer(name="deps", version=7),), "jobs")

    @pytest.mark.parametrize("strange", [None, 3, "text", [1], {"A": {"B": 1}}])
    @pytest.mark.parametrize(
        "property_", ["MemorySize", "Runtime", "Layers", "VpcConfig", "Environment", "Architectures", "Code", "Role"]
    )
    def test_strange_properties_break_nothing(self, property_: str, strange: Any, tmp_path: Path) -> None:
        assert one(tmp_path, {property_: strange}).facts.logical_id == "Jobs"
        assert (
            declared(tmp_path, {"Resources": {"Jobs": {**function({}), "Properties": strange}}}).facts.logical_id
            == "Jobs"
        )


def test_no_value_of_a_variable_enters_the_evidence(tmp_path: Path) -> None:
    """Neither the template's nor the deployed one, nor anything that is made of them."""
    found = one(tmp_path, {"Environment": {"Variables": {"PASSWORD": "correct horse battery", "STAGE": "dev"}}})
    world = World(request=Request(function="jobs"), until=0.0, environ={}, template=found)
    (facts,) = Template.collect(world)
    text = json.dumps(asdict(facts)) + repr(found) + repr(world)
    assert "correct horse battery" not in text
    assert found.differing({"PASSWORD": "correct horse battery", "STAGE": "prod", "OTHER": "x"}) == ("STAGE",)


def test_the_kind_is_found_by_its_name_and_survives_its_plain_form(tmp_path: Path) -> None:
    assert named("template") is Template
    found = one(tmp_path, {"Layers": ["arn:aws:lambda:us-east-1:1:layer:x:1"]}).facts
    sealed_ = Evidence.of(found, vantage=Vantage(), at="2026-01-01T00:00:00.000+00:00", took=0.1)
    assert sealed_.source is Source.ARTIFACT
    again = Evidence(**{**asdict(sealed_), "vantage": Vantage(), "facts": json.loads(json.dumps(sealed_.facts))})
    assert revive(Template, again) == found


def test_without_a_template_there_is_none() -> None:
    (found,) = Template.collect(World(request=Request(), until=0.0, environ={}))
    assert isinstance(found, Missing)
    assert found.reason is Reason.NOT_ASKED


class TestTheCheck:
    def said(self, written: dict[str, Any] | None = None, **changed: Any) -> list[tuple[Outcome, Severity, str]]:
        found = judge(registry.load("function.configuration-drifted"), sealed(*drifted(written, **changed)))
        return [(item.finding.outcome, item.finding.severity, item.finding.message) for item in found]

    def test_each_setting_is_told_with_both_values(self) -> None:
        ((outcome, severity, message),) = self.said({"timeout": 60}, memory=1024)
        assert (outcome, severity) == (Outcome.PROBLEM, Severity.RISKS)
        assert "jobs is not as Jobs in template.yaml" in message
        assert "memory is 1024 MB, the template's is 512 MB; timeout is 30 s, the template's is 60 s" in message

    def test_variables_are_told_by_name_alone(self) -> None:
        written = {"variables": ("QUEUE", "STAGE", "NEW"), "optional": ("MAYBE",)}
        ((_, _, message),) = self.said(written, differing=("STAGE", "QUEUE"))
        assert "variables only in the template: NEW" in message
        assert "variables with another value than the template's: STAGE" in message
        assert "QUEUE" not in message  # its value does not stand in the template

    def test_what_rests_on_defaults_is_a_hint(self) -> None:
        ((_, severity, message),) = self.said({"assumed": ("memory",)}, memory=1024)
        assert severity is Severity.HINTS
        assert "may have been given other values" in message
        ((_, severity, _),) = self.said({"assumed": ("memory",)}, memory=1024, timeout=31)
        assert severity is Severity.RISKS

    def test_what_is_open_is_unknown_and_no_drift(self) -> None:
        open_ = (Open(setting="subnets", by="!Ref Subnets"),)
        (first, second) = self.said({"open": open_, "subnets": None})
        assert first[0] is Outcome.OK
        assert second[:2] == (Outcome.UNKNOWN, Severity.HINTS)
        assert "subnets (!Ref Subnets)" in second[2]

    def test_behind_a_macro_nothing_is_ok(self, tmp_path: Path) -> None:
        hidden = one(tmp_path, {}, Transform="Datadog").facts
        found = judge(registry.load("function.configuration-drifted"), sealed(drifted()[0], hidden))
        assert [item.finding.outcome for item in found] == [Outcome.UNKNOWN]

    def test_variables_that_lambda_keeps_to_itself_are_unknown(self) -> None:
        said = self.said(variables=(), environment_error="AccessDeniedException")
        assert [outcome for outcome, _, _ in said] == [Outcome.OK, Outcome.UNKNOWN]
        assert "AccessDeniedException" in said[1][2]

    def test_layers_that_are_hidden_may_be_any(self) -> None:
        more = (
            Layer(name="deps", version=3, owner="…9012"),
            Layer(name="own", version=1),
            Layer(name="new", version=1),
        )
        assert self.said({"hidden_layers": 2}, layers=more)[0][0] is Outcome.OK
        ((outcome, _, message),) = self.said({"hidden_layers": 1}, layers=more)
        assert outcome is Outcome.PROBLEM
        assert "layers only deployed: new, own, beside 1 that the template does not name itself" in message

    def test_a_layer_of_another_account_is_another_layer(self) -> None:
        ((outcome, _, message),) = self.said(layers=(Layer(name="deps", version=3, owner="…0000"),))
        assert outcome is Outcome.PROBLEM
        assert "layer deps is only in the template; layers only deployed: deps" in message

    def test_the_remedy_sets_back_what_has_one_value(self) -> None:
        found = judge(registry.load("function.configuration-drifted"), sealed(*drifted(memory=1024, timeout=1)))
        remedy = found[0].remedy
        assert remedy is not None
        update = "aws lambda update-function-configuration --function-name jobs --memory-size 512 --timeout 30"
        assert remedy.commands[0] == update
        assert "template.yaml" in remedy.text

    def test_a_function_that_does_not_exist_has_drifted_nowhere(self) -> None:
        ((outcome, _, _),) = self.said(exists=False)
        assert outcome is Outcome.NOT_APPLICABLE
