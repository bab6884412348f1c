"""locks/: every pin is hashed, says nothing about where it was made, and satisfies pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("function", "dev", "emulator", "awscli")


def text(lock: str) -> str:
    return (ROOT / "locks" / f"{lock}.txt").read_text()


def pins(lock: str) -> dict[str, tuple[Requirement, int]]:
    """Name → the pin and how many hashes it has."""
    joined = re.sub(r"\\\n\s*", " ", text(lock))
    found = {}
    for line in joined.splitlines():
        if line and not line.lstrip().startswith("#"):
            pin, *hashes = re.split(r"\s+--hash=sha256:(?=[0-9a-f]{64}(?:\s|$))", line.strip())
            requirement = Requirement(pin)
            found[canonicalize_name(requirement.name)] = (requirement, len(hashes))
    return found


def requirements(lock: str) -> list[Requirement]:
    project = PROJECT["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    lines = {
        "function": project["dependencies"],
        "dev": [*project["dependencies"], *extras, *PROJECT["dependency-groups"]["dev"]],
        "emulator": [],
        "awscli": [],
    }[lock]
    return [requirement for line in lines if (requirement := Requirement(line)).name != project["name"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_hashed(lock: str) -> None:
    found = pins(lock)
    assert found
    for pin, hashes in found.values():
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
        assert hashes >= 1, f"{pin} has no hash"


@pytest.mark.parametrize("lock", LOCKS)
def test_no_host_and_no_path_stands_in_a_lock(lock: str) -> None:
    assert not re.search(r"://|^\s*-|(?:^|\s)/|@ ", re.sub(r"\\\n\s*--hash=\S+", "", text(lock)), re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_satisfies_pyproject(lock: str) -> None:
    found = pins(lock)
    for requirement in requirements(lock):
        pin, _ = found[canonicalize_name(requirement.name)]
        version = next(iter(pin.specifier)).version
        assert requirement.specifier.contains(version), f"{pin} does not satisfy {requirement}: run `make lock`"


def test_what_is_tested_is_what_is_deployed() -> None:
    tested = pins("dev")
    for name, (pin, _) in pins("function").items():
        assert tested[name][0].specifier == pin.specifier


def test_no_command_line_and_no_test_tool_is_deployed() -> None:
    assert not {"click", "rich", "moto", "pytest", "awslambdaric"} & set(pins("function"))


def test_the_emulators_wheel_is_the_one_that_make_lock_asks_for() -> None:
    (pin, _) = pins("emulator")["aws-sam-cli"]
    assert str(pin) in (ROOT / "Makefile").read_text()
