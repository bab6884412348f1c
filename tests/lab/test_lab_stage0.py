"""The doctor whose own pydantic-core cannot be loaded still answers, in the real runtime, and names the fault."""

import shutil
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pydantic_core
import pytest
from laboratory import CHECKOUT, Laboratory
from pydantic import TypeAdapter

from doctor.verdict import Verdict

EVENT = {"doctor": {"targets": ["sqs"], "budget_seconds": 3}}
_INSTALLED = Path(pydantic_core.__file__).parents[1]
_E_MACHINE = slice(18, 20)  # in the ELF header
_AARCH64, _X86_64 = b"\xb7\x00", b"\x3e\x00"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A deployment package with its own copy of pydantic, which the function finds before the installed one."""
    for part in ("handler.py", "doctor", "checks"):
        (tmp_path / part).symlink_to(CHECKOUT / part)
    for library in ("pydantic", "pydantic_core"):
        shutil.copytree(_INSTALLED / library, tmp_path / library, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def extension(package: Path) -> Path:
    return next((package / "pydantic_core").glob("_pydantic_core.*.so"))


def for_another_cpu(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[_E_MACHINE] = _X86_64 if content[_E_MACHINE] == _AARCH64 else _AARCH64
    file.write_bytes(content)


def verdict(lab: Laboratory, package: Path) -> dict[str, Any]:
    reply: dict[str, Any] = lab.doctor(package).invoke(EVENT).reply
    assert "status" in reply, reply
    jsonschema.validate(reply, TypeAdapter(Verdict).json_schema())
    return reply


def first(reply: dict[str, Any], check: str) -> dict[str, Any]:
    assert reply["status"] == "unhealthy", reply["headline"]
    assert [diagnosis["check"] for diagnosis in reply["diagnoses"]] == [check]
    diagnosis: dict[str, Any] = reply["diagnoses"][0]
    return diagnosis


def test_the_copy_works_unbroken(lab: Laboratory, package: Path) -> None:
    """What follows is the doing of the fault, not of the copying."""
    told = verdict(lab, package)
    assert told["status"] == "healthy", told["headline"]


def test_another_python(lab: Laboratory, package: Path) -> None:
    built = extension(package)
    ours = sys.implementation.cache_tag
    foreign = built.rename(built.with_name(built.name.replace(ours, "cpython-399")))
    named = first(verdict(lab, package), "package.wrong-abi")
    assert named["subjects"] == [f"pydantic_core/{foreign.name}"]
    assert ours in named["headline"]


def test_another_cpu_behind_the_right_name(lab: Laboratory, package: Path) -> None:
    for_another_cpu(extension(package))
    named = first(verdict(lab, package), "package.wrong-architecture")
    assert named["subjects"] == [f"pydantic_core/{extension(package).name}"]
    assert "x86_64" in named["headline"]
    assert "arm64" in named["headline"]


def test_another_cpu_by_name_and_header(lab: Laboratory, package: Path) -> None:
    """As pip leaves it on an arm64 laptop: Python does not even look at a file with this tag."""
    built = extension(package)
    for_another_cpu(built)
    swapped = {"x86_64": "aarch64", "aarch64": "x86_64"}
    here = next(cpu for cpu in swapped if cpu in built.name)
    foreign = built.rename(built.with_name(built.name.replace(here, swapped[here])))
    named = first(verdict(lab, package), "package.wrong-architecture")
    assert named["subjects"] == [f"pydantic_core/{foreign.name}"]


@pytest.mark.parametrize("stub_folder", [True, False])
@pytest.mark.sampled(2)
def test_missing(lab: Laboratory, package: Path, stub_folder: bool) -> None:
    """Newer pydantic-core ships a folder of stubs under the extension's name, which changes the loader's words."""
    extension(package).unlink()
    stubs = package / "pydantic_core" / "_pydantic_core"
    if stub_folder:
        stubs.mkdir(exist_ok=True)
    else:
        shutil.rmtree(stubs, ignore_errors=True)
    named = first(verdict(lab, package), "package.import-fails")
    assert named["subjects"] == ["pydantic"]
    assert "pydantic_core._pydantic_core" in named["headline"]


@pytest.mark.long
def test_a_warm_sandbox_says_the_same_again(lab: Laboratory, package: Path) -> None:
    """The failed import leaves half a library in the process that the next invocation meets."""
    extension(package).unlink()
    once, again = verdict(lab, package), verdict(lab, package)
    assert first(again, "package.import-fails")["headline"] == once["headline"]
