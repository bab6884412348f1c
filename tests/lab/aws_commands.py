"""`aws …` commands carried out by boto3, as the AWS CLI would: what a remedy tells to run is run.

Options become parameters by the service's own model. Of the CLI's own inventions those are here that remedies use: `$(…)`
with `--query` and `--output text`, `file://`, the shorthand `Key=value,…`, `aws s3 mb`, `aws … wait`, and EC2's `--port`;
and of the shell's `name=$(…)` with `"$name"`, and `[ … = … ] && … || …`.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped]
from botocore import xform_name

_OWN = ("--region", "--query", "--output")  # the CLI's, and no operation's
_PUT_IN = re.compile(r"\b[A-Z][A-Z_]+\b")
_ASSIGNED = re.compile(r"(\w+)=\$\((.*)\)")
_VARIABLE = re.compile(r"\$([a-z]+)")
_CHOSEN = re.compile(r'\[ "(?P<one>[^"]*)" = (?P<other>\S+) \] && (?P<then>.+) \|\| (?P<else>.+)')
_INNER = re.compile(r"\$\(((?:[^()]|\([^()]*\))*)\)")
_TCP = ("--protocol", ["tcp"])  # of a network ACL's entry, which takes a number
_OF_A_RULE = ("--protocol", "--port", "--cidr", "--source-group")
Client = Callable[[str, str], Any]
Options = dict[str, list[str]]


def run(commands: Iterable[str], client: Client, words: Mapping[str, str]) -> list[str]:
    """Run commands in one shell; `client` makes a boto3 client of a service in a region ("": the usual one).

    `words` are what the reader puts in the place of words in capitals. Gives what each command would print with
    `--output text`. Raises botocore's ClientError where AWS refuses, KeyError where there is no such option or variable.
    """
    variables: dict[str, str] = {}
    printed = []
    for command in commands:
        written = _PUT_IN.sub(lambda found: words.get(found[0], found[0]), command)
        meant = _VARIABLE.sub(lambda found: variables[found[1]], written)
        assigned = _ASSIGNED.fullmatch(meant)
        printed.append(_run(assigned[2] if assigned else meant, client))
        if assigned:
            variables[assigned[1]] = printed[-1]
    return printed


def _run(command: str, client: Client) -> str:
    """What the command would print with `--output text`."""
    command = _INNER.sub(lambda inner: _run(inner[1], client), command)
    if chosen := _CHOSEN.fullmatch(command):
        return _run(chosen["then"] if chosen["one"] == chosen["other"] else chosen["else"], client)
    program, service, operation, *rest = shlex.split(command)
    assert program == "aws", command
    options, bare = _options(rest)
    region = (options.get("--region") or [""])[0]
    made = client("s3" if service == "s3api" else service, region)
    if (service, operation) == ("s3", "mb"):
        made.create_bucket(Bucket=bare[0].removeprefix("s3://"))
        return ""
    if operation == "wait":
        made.get_waiter(bare[0].replace("-", "_")).wait(**_parameters(made, _waited(made, bare[0]), options))
        return ""
    reply = getattr(made, operation.replace("-", "_"))(**_parameters(made, operation, options))
    query = (options.get("--query") or ["@"])[0]
    return str(jmespath.search(query, reply))


def _options(words: list[str]) -> tuple[Options, list[str]]:
    options: Options = {}
    bare: list[str] = []
    for word in words:
        if word.startswith("--"):
            options[word] = []
        else:
            (options[list(options)[-1]] if options else bare).append(word)
    return options, bare


def _waited(client: Any, name: str) -> str:
    """The operation that a waiter asks."""
    told = client._get_waiter_config()["waiters"]
    wanted = "".join(part.title() for part in name.split("-"))
    return xform_name(told[wanted]["operation"], "-")


def _parameters(client: Any, operation: str, options: Options) -> dict[str, Any]:
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation.replace("-", "_")])
    members = {f"--{xform_name(name, '-')}": (name, shape) for name, shape in model.input_shape.members.items()}
    found: dict[str, Any] = {}
    if set(options) & set(_OF_A_RULE) and "--ip-permissions" in members:
        found["IpPermissions"] = [_rule(options)]
        options = {name: values for name, values in options.items() if name not in _OF_A_RULE}
    for option, values in options.items():
        if option in _OWN:
            continue
        if option == "--ingress":  # of an ACL's entry, whose member is Egress
            found["Egress"] = False
            continue
        name, shape = members[option]
        found[name] = "6" if (option, values) == _TCP else _value(shape, values)
    return found


def _rule(options: Options) -> dict[str, Any]:
    port = int(options["--port"][0])
    rule: dict[str, Any] = {"IpProtocol": options["--protocol"][0], "FromPort": port, "ToPort": port}
    if "--source-group" in options:
        return rule | {"UserIdGroupPairs": [{"GroupId": options["--source-group"][0]}]}
    return rule | {"IpRanges": [{"CidrIp": options["--cidr"][0]}]}


def _value(shape: Any, words: list[str]) -> Any:
    if shape.type_name == "boolean":
        return words[:1] != ["false"]
    text = words[0]
    if text.startswith("file://"):
        text = Path(text.removeprefix("file://")).read_text()
    if shape.type_name == "integer":
        return int(text)
    if shape.type_name == "string":
        return text
    if text[0] in "{[" and ('"' in text or len(text) == len("{}")):
        return json.loads(text)
    return _shorthand(shape, words)


def _shorthand(shape: Any, words: list[str]) -> Any:
    if shape.type_name == "list":
        inner = _parts(words[0][1:-1]) if words[0][0] == "[" else words
        return [_value(shape.member, [word]) for word in inner]
    text = words[0][1:-1] if words[0][0] == "{" else words[0]
    pairs = dict(part.split("=", 1) for part in _parts(text))
    if shape.type_name == "map":
        return pairs
    return {name: _value(shape.members[name], [value]) for name, value in pairs.items()}


def _parts(text: str) -> list[str]:
    """What stands between the commas, but for those within brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts
