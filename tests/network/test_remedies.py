"""The commands: quoted for a shell, of options that the AWS CLI derives from the EC2 API, with real ids."""

import re
import shlex

import pytest
from botocore import xform_name
from botocore.session import Session

from doctor.network import remedies
from doctor.network.blocks import Block, block
from doctor.network.path import analyse
from tests.network.cases import ALL

EC2 = Session().get_service_model("ec2")
OPERATIONS = {xform_name(name, "-"): EC2.operation_model(name) for name in EC2.operation_names}
# Options that the AWS CLI has in place of IpPermissions, RuleNumber's direction and two booleans (its own customisations).
SHORTHAND = {
    "protocol",
    "port",
    "cidr",
    "source-group",
    "egress",
    "ingress",
    "no-source-dest-check",
    "port-range",
    "private-dns-enabled",
}
BLOCKERS = [blocker for case in ALL for blocker in analyse(case.network, case.flow).blockers]
ASSIGNED, VARIABLE = re.compile(r"(\w+)=\$\((.*) --query (\S+) --output text\)"), re.compile(r'"\$(\w+)"')
COMMANDS = sorted({ASSIGNED.sub(r"\2", command) for blocker in BLOCKERS for command in blocker.commands})


def test_there_are_commands_for_most_faults() -> None:
    assert len({shlex.split(command)[2] for command in COMMANDS}) >= 15


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one_of_the_cli_with_options_of_its_api(command: str) -> None:
    words = shlex.split(command)
    assert words[:2] == ["aws", "ec2"]
    if words[2] == "wait":
        waiter = Session().create_client("ec2", "us-east-1")._get_waiter_config()["waiters"]
        named = waiter["".join(part.title() for part in words[3].split("-"))]["operation"]
        words[2:4] = [xform_name(named, "-")]
    operation = OPERATIONS[words[2]]
    options = [word.removeprefix("--") for word in words[3:] if word.startswith("--")]
    known = {xform_name(name, "-") for name in operation.input_shape.members}
    assert set(options) <= known | SHORTHAND, command
    assert len(options) == len(set(options))
    required = {xform_name(name, "-") for name in operation.input_shape.required_members}
    assert required <= set(options) | {"egress"}, command


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_survives_a_shell(command: str) -> None:
    plain = VARIABLE.sub(r"\1", command)
    assert shlex.join(shlex.split(plain)) == plain


def test_what_a_command_names_an_earlier_one_has_made() -> None:
    named = 0
    for blocker in BLOCKERS:
        made: dict[str, str] = {}
        for command in blocker.commands:
            assert set(VARIABLE.findall(command)) <= set(made), command
            named += len(VARIABLE.findall(command))
            if found := ASSIGNED.fullmatch(command):
                made[found[1]] = found[3]
                shape = OPERATIONS[shlex.split(found[2])[2]].output_shape
                for name in found[3].split("."):
                    shape = shape.members[name]
    assert named


def test_hostile_ids_stay_one_word() -> None:
    command = remedies.group_egress("sg-1; rm -rf /", "tcp", 443, block("10.0.0.1"))
    assert "sg-1; rm -rf /" in shlex.split(command)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [("10.0.1.4", "10.0.1.254", "10.0.1.0/24"), ("10.0.0.7", "10.0.0.7", "10.0.0.7/32"), ("::1", "::1", "::1/128")],
)
def test_a_range_is_named_by_the_block_around_it(first: str, last: str, text: str) -> None:
    low, high = block(first), block(last)
    assert remedies.cidr(Block(low.family, low.first, high.last)) == text


def test_an_acl_entry_takes_a_free_number_below_the_one_that_decided() -> None:
    def number(*taken: int, before: int) -> str:
        command = remedies.acl_entry(
            "acl-1", taken, before, egress=True, protocol="tcp", ports=(443, 443), far=block("0.0.0.0/0")
        )
        found = re.search(r"--rule-number (\S+)", command)
        assert found is not None
        return found[1]

    assert number(100, before=100) == "99"
    assert number(99, 100, before=100) == "98"
    assert number(1, before=1) == "NUMBER"
