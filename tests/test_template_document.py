"""A template's file: what YAML and CloudFormation's tags become, and what hostile files get: one clear line."""

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctor.template import document
from doctor.verdict import InvalidRequest


def read(text: str | bytes, folder: Path) -> dict[str, Any]:
    file = folder / "template.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return document.read(file)


def resources(text: str, folder: Path) -> Any:
    return read(f"Resources:\n{text}", folder)["Resources"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref Queue", {"Ref": "Queue"}),
        ("!Sub '${A}-x'", {"Fn::Sub": "${A}-x"}),
        ("!Sub ['${A}', {A: !Ref B}]", {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}),
        ("!GetAtt Queue.Outputs.Arn", {"Fn::GetAtt": ["Queue", "Outputs.Arn"]}),
        ("!GetAtt [Queue, Arn]", {"Fn::GetAtt": ["Queue", "Arn"]}),
        ("!If [Big, 1, !Ref 'AWS::NoValue']", {"Fn::If": ["Big", 1, {"Ref": "AWS::NoValue"}]}),
        ("!Condition Big", {"Condition": "Big"}),
        ("!Transform {Name: 'AWS::Include'}", {"Fn::Transform": {"Name": "AWS::Include"}}),
        ("{'Fn::Join': ['-', [a, b]]}", {"Fn::Join": ["-", ["a", "b"]]}),
        ("2010-09-09", "2010-09-09"),  # a date is text to CloudFormation
        ("[30, 30.5, yes, null, '030']", [30, 30.5, True, None, "030"]),
    ],
)
def test_values_have_their_long_form(text: str, value: Any, tmp_path: Path) -> None:
    assert resources(f"  A: {text}", tmp_path)["A"] == value


def test_anchors_and_merges_are_written_out(tmp_path: Path) -> None:
    found = resources("  A: &a {X: 1, Y: 2}\n  B: {<<: *a, Y: 3}\n  C: {<<: [{X: 5}, *a], Z: *a}", tmp_path)
    assert found["B"] == {"X": 1, "Y": 3}
    assert found["C"] == {"X": 5, "Y": 2, "Z": {"X": 1, "Y": 2}}


def test_json_is_read_as_json(tmp_path: Path) -> None:
    assert read('\ufeff {"Resources": {"A": {"Ref": "B"}}}', tmp_path)["Resources"] == {"A": {"Ref": "B"}}


def test_the_template_of_this_project_is_one() -> None:
    assert "DoctorFunction" in document.read(Path(__file__).parent.parent / "template.yaml")["Resources"]


BOMB = "a: &a [x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{name}'] * 10)}]\n"
    for name, after in zip("abcdefghij", "bcdefghijk", strict=True)
)
HOSTILE: list[tuple[str | bytes, str]] = [
    (BOMB, "holds more than 100000 values once its aliases are written out"),
    ("Resources: " + "[" * 100_000, "is nested more than 100 deep (line 1)"),
    ("Resources: " + "{a: " * 100_000, "is nested more than 100 deep (line 1)"),
    ("- " * 10_000, "is nested more than 100 deep (line 1)"),
    ('{"Resources": ' + '{"a":' * 200 + "1" + "}" * 201, "is nested more than 100 deep"),
    ('{"Resources":' * 10_000, "is nested too deeply"),
    ("Resources: &x [*x]", "the anchor 'x' holds itself (line 1)"),
    ("Resources: {}\nResources: {}", "'Resources' stands there twice (line 2)"),
    ("Resources:\n  A: {B: 1, B: 2}", "'B' stands there twice (line 2)"),
    ('{"Resources": {"A": 1, "A": 2}}', "stands there twice"),
    ("Resources: {A: *gone}", "is not YAML: found undefined alias"),
    ("Resources: !!python/object/apply:os.system [true]", "is not YAML: could not determine a constructor"),
    ("Resources: !!binary aGk=", "tag:yaml.org,2002:binary is no tag of a template (line 1)"),
    ("Resources: !!set {a}", "tag:yaml.org,2002:set is no tag of a template (line 1)"),
    ("Resources: {? [a] : b}", "a key is no text (line 1)"),
    ("Resources: {<<: 3}", "<< merges something else than a map (line 1)"),
    ("Resources:\n\tA: 1", "that cannot start any token at line 2, column 1"),
    ("Resources: {A: 0x_}", "holds a value that is none"),
    ("Resources: {A: " + "9" * 5000 + "}", "holds a value that is none"),
    ("Resources: {A: \x01}", "is not YAML: "),
    ("Resources: {}\n---\nResources: {}", "is not YAML: "),
    (b"Resources: \xff\xfe", "is not UTF-8 text"),
    (b"Resources: \x00", "is not YAML: "),
    ("", "is no template: it has no map Resources"),
    ("just text", "is no template: it has no map Resources"),
    ("Resources: [1]", "is no template: it has no map Resources"),
    ("{}", "is no template: it has no map Resources"),
    ("{Resources: {}}", "is not JSON: "),
    ("x" * 5_000_000, "is larger than 1 MB, which is the largest template that CloudFormation takes"),
]


@pytest.mark.parametrize(("text", "words"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_refused_in_one_line_and_at_once(text: str | bytes, words: str, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidRequest) as refused:
        read(text, tmp_path)
    assert time.monotonic() - started < 2
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.field.startswith(str(tmp_path / "template.yaml"))


def test_a_megabyte_of_plain_yaml_is_read_or_refused_soon(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidRequest, match="more than 100000 values"):
        resources("".join(f"  A{number}: 1\n" for number in range(80_000)), tmp_path)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(("make", "words"), [("nothing", "does not exist"), ("folder", "is no file")])
def test_what_is_no_file_is_told(make: str, words: str, tmp_path: Path) -> None:
    place = tmp_path / make
    if make == "folder":
        place.mkdir()
    with pytest.raises(InvalidRequest, match=words):
        document.read(place)


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_bytes_are_a_template_or_a_clear_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode(errors="surrogatepass"))
    refused = ""
    try:
        found = document.read(file)
    except InvalidRequest as error:
        refused = str(error)
    assert "\n" not in refused
    assert refused or isinstance(found["Resources"], dict)
