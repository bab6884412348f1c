"""The folder that `sam build` deploys, built by the same make target and run in Lambda's own runtime."""

import importlib.metadata
import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doctor.demo.emulator import Function, find
from doctor.evidence.imports import machine_of
from doctor.runtime import architecture

ROOT = Path(__file__).parent.parent
OWN = f"python{sys.version_info.major}.{sys.version_info.minor}"
LEFT_OUT = re.search(r"^LEFT_OUT := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
ENVIRON = dict(os.environ)  # as it was before the tests cleaned it: pip may need a proxy, and its cache


def build(folder: Path, runtime: str, machine: str) -> str:
    """What make says while it builds. As `sam build` does: parameters in the environment."""
    asked = {"ARTIFACTS_DIR": str(folder), "RUNTIME": runtime, "ARCHITECTURE": machine, "PYTHON": sys.executable}
    environ = {name: value for name, value in ENVIRON.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    made = subprocess.run(
        ["make", "--makefile", str(ROOT / "Makefile"), "build-DoctorFunction"],
        cwd=ROOT,
        env=environ | asked,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stdout


def tags(folder: Path) -> dict[str, set[str]]:
    """Distribution → the tags of the wheel that it came from."""
    wheels = folder.glob("*.dist-info/WHEEL")
    return {wheel.parent.name: set(re.findall(r"^Tag: (\S+)", wheel.read_text(), re.MULTILINE)) for wheel in wheels}


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built for the interpreter that runs the tests, so that it can be run."""
    folder = tmp_path_factory.mktemp("artifact") / "DoctorFunction"
    assert "will not use it" not in build(folder, OWN, architecture())
    return folder


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has nothing but Lambda's runtime client, as a sandbox has."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    client = ("awslambdaric", "simplejson", "snapshot_restore_py")  # not installed but on Linux
    here = (found.files or () for found in importlib.metadata.distributions() if found.name.replace("-", "_") in client)
    for file in itertools.chain.from_iterable(here):
        if ".." not in file.parts and "__pycache__" not in file.parts:
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), site / file)
    return folder / "bin" / "python"


@pytest.fixture
def running(artifact: Path, bare: Path) -> Iterator[Function]:
    if find() is None:
        pytest.skip("the Lambda runtime emulator runs on Linux only")
    environ = {"PYTHONPATH": str(artifact), "DOCTOR_TARGETS": "[]", "DOCTOR_FUNCTIONS": "[]"}
    with Function(artifact, "handler.handler", environ, python=str(bare)) as function:
        yield function


def ask(running: Function) -> Any:
    return running.invoke({"doctor": {"only": ["package.*", "credentials.*"], "budget_seconds": 20}})


def test_answers_in_lambdas_runtime(running: Function) -> None:
    verdict = ask(running)
    assert verdict["error"] is None, verdict
    assert verdict["runtime"]["function"] == "doctor"
    assert verdict["runtime"]["boto3"] == importlib.metadata.version("boto3")  # the lock's, and the only one in reach
    imports = {
        item["subject"]: item["outcome"] for item in verdict["findings"] if item["check"] == "package.import-fails"
    }
    assert imports
    assert set(imports.values()) == {"ok"}, verdict["findings"]
    assert verdict["timings"]["total"] < 20


def test_it_is_the_artifacts_own_pydantic_that_answered(artifact: Path, running: Function) -> None:
    (compiled,) = artifact.glob("pydantic_core/_pydantic_core*.so")
    aside = compiled.rename(compiled.with_suffix(".aside"))
    try:
        verdict = ask(running)
    finally:
        aside.rename(compiled)
    assert verdict["status"] == "unhealthy"
    assert verdict["diagnoses"][0]["check"] == "package.import-fails"
    assert "pydantic_core" in json.dumps(verdict["diagnoses"][0])


def test_every_module_that_travels_can_be_imported_there(artifact: Path, bare: Path) -> None:
    program = (
        "import pkgutil, importlib, doctor, handler\n"
        "from doctor import registry\n"
        "for found in pkgutil.walk_packages(doctor.__path__, 'doctor.'): importlib.import_module(found.name)\n"
        "print(*map(lambda name: registry.load(name).id, registry.built_in()))"
    )
    done = subprocess.run(
        [bare, "-c", program], cwd=artifact, env={"PATH": os.defpath}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == len(list((ROOT / "checks").glob("*/[a-z]*.py")))


def test_only_the_function_travels(artifact: Path) -> None:
    ours = {path.name for path in artifact.iterdir() if not path.name.endswith(".dist-info")}
    assert {"handler.py", "doctor", "checks", "boto3", "pydantic", "dns"} <= ours
    assert not {"cli.py", "tests", "bin", "locks", "click", "rich", "moto", "doctor.egg-info"} & ours
    assert [name for name in LEFT_OUT if (artifact / name).exists()] == []
    assert [path for path in artifact.rglob("tests") if path.is_dir()] == []


def test_nothing_of_the_doctor_is_lost(artifact: Path) -> None:
    def sources(root: Path) -> set[str]:
        found = (path.relative_to(root) for top in ("doctor", "checks") for path in (root / top).rglob("*.py"))
        return {str(path) for path in found if not any(path.is_relative_to(name) for name in LEFT_OUT)}

    assert sources(artifact) == sources(ROOT)
    assert all((ROOT / name).exists() for name in LEFT_OUT), "the Makefile leaves out what is no longer there"


def test_bytecode_is_there_unchecked_and_says_nothing_of_the_builder(artifact: Path) -> None:
    sources = list(artifact.rglob("*.py"))
    assert len(sources) > 500
    for source in sources:
        bytecode = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert bytecode[:4] == importlib.util.MAGIC_NUMBER
        assert int.from_bytes(bytecode[4:8], "little") == 0b01, f"{source} is checked against its source"
        assert str(artifact).encode() not in bytecode
    assert len(list(artifact.rglob("*.pyc"))) == len(sources), "bytecode of other interpreters or modules travels"


def test_wheels_are_those_of_the_runtime(artifact: Path) -> None:
    found = tags(artifact)
    (core,) = (found[name] for name in found if name.startswith("pydantic_core"))
    platform = {"arm64": "aarch64"}.get(architecture(), architecture())
    assert f"cp{sys.version_info.major}{sys.version_info.minor}" in next(iter(core)).split("-")[0]
    assert all(tag.endswith(platform) for tag in core)
    assert {machine_of(path) for path in artifact.rglob("*.so")} == {architecture()}


@pytest.mark.long
@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
@pytest.mark.parametrize("runtime", ["python3.11", "python3.12", "python3.13", "python3.14"])
def test_builds_for_every_runtime_that_the_template_offers(tmp_path: Path, runtime: str, machine: str) -> None:
    built_for_another(tmp_path, runtime, machine)


@pytest.mark.long
def test_builds_for_another_runtime_and_architecture_and_says_what_that_costs(tmp_path: Path) -> None:
    other = "python3.13" if OWN != "python3.13" else "python3.12"
    said = built_for_another(tmp_path, other, "arm64")
    assert said.strip().splitlines()[-1].startswith(f"The bytecode is {OWN}'s and {other} will not use it")


def built_for_another(folder: Path, runtime: str, machine: str) -> str:
    said = build(folder, runtime, machine)
    compiled = [path for path in folder.rglob("*.so") if ".cpython-" in path.name]
    abi = "cpython-" + runtime.removeprefix("python").replace(".", "")
    assert compiled
    assert all(f".{abi}-" in path.name for path in compiled), compiled
    assert {machine_of(path) for path in folder.rglob("*.so")} == {machine}
    platform = {"arm64": "aarch64"}.get(machine, machine)
    anywhere = {tag for found in tags(folder).values() for tag in found if not tag.endswith("-none-any")}
    assert all(re.fullmatch(rf"manylinux(2014|_2_17)_{platform}", tag.rsplit("-", 1)[1]) for tag in anywhere), anywhere
    return said
