"""The wheel in a project that has modules of the same names: theirs stay theirs, ours stay ours."""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from doctor import registry

ROOT = Path(__file__).parent.parent

# A project as people have them, with three names that the doctor's checkout uses too.
PROJECT = {
    "handler.py": "import checks.stock\n\ndef handler(event, context):\n    return {'theirs': checks.stock.level(event)}\n",
    "cli.py": "OWNER = 'the project'\n",
    "checks/__init__.py": "",
    "checks/stock.py": "def level(event):\n    return event['order'] + 1\n",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the checkout by the backend that pyproject.toml names; without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def project(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked beside the project's own modules, as function packages are made."""
    folder = tmp_path_factory.mktemp("project")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-index", "--no-deps", "--target", str(folder), str(wheel)], check=True)
    for name, text in PROJECT.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def python(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """An interpreter in the project's folder. The checkout is not in its reach."""
    environ = {"PATH": os.defpath, "PYTHONPATH": str(project), "HOME": os.environ["HOME"], "AWS_REGION": "us-east-1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def told(project: Path, program: str) -> Any:
    """What a program prints as JSON on its last line."""
    done = python(project, "-c", program)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_installs_one_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    (metadata,) = {name.partition("/")[0] for name in names} - {"doctor"}
    assert metadata.endswith(".dist-info")
    assert {"doctor/checks/credentials/rejected.py", "doctor/cli.py", "doctor/handler.py", "doctor/py.typed"} <= set(
        names
    )
    assert not [name for name in names if "test" in name.lower() or "__pycache__" in name]


def test_every_source_is_in_the_wheel(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("doctor/")}
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "doctor").rglob("*.py")}
    sources |= {f"doctor/{path.relative_to(ROOT)}" for path in (ROOT / "checks").rglob("*.py")}
    assert sources <= packed


def test_declares_the_command_and_its_extras(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    read = {name.rpartition("/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
    assert "doctor = doctor.__main__:main" in archive.read(read["entry_points.txt"]).decode()
    metadata = archive.read(read["METADATA"]).decode()
    assert "Name: lambda-network-doctor\n" in metadata
    assert "Requires-Dist: click>=8.1; extra == 'cli'" in metadata


def test_the_projects_modules_are_its_own_and_ours_are_ours(project: Path) -> None:
    found = told(
        project,
        "import importlib, json, handler, cli, checks.stock, doctor\n"
        "from doctor import location, registry\n"
        "ours = [importlib.import_module('doctor.handler'), doctor]\n"
        "loaded = registry.load('credentials.rejected')\n"
        "print(json.dumps({'theirs': [m.__file__ for m in (handler, cli, checks.stock)], 'owner': cli.OWNER,"
        " 'ours': [m.__file__ for m in ours], 'parts': [str(location.part(n)) for n in ('checks', 'cli.py', 'handler.py')],"
        " 'built_in': registry.built_in(), 'loaded': loaded.id, 'again': handler is __import__('handler')}))",
    )
    assert found["theirs"] == [str(project / name) for name in ("handler.py", "cli.py", "checks/stock.py")]
    assert found["owner"] == "the project"
    assert found["ours"] == [str(project / "doctor" / name) for name in ("handler.py", "__init__.py")]
    assert found["parts"] == [str(project / "doctor" / name) for name in ("checks", "cli.py", "handler.py")]
    assert tuple(found["built_in"]) == registry.built_in()
    assert found["loaded"] == "credentials.rejected"
    assert found["again"]


def test_beside_the_projects_handler(project: Path) -> None:
    found = told(
        project,
        "import json, doctor, handler\n"
        "both = doctor.beside(handler.handler)\n"
        "theirs = both({'order': 41}, None)\n"
        "ours = both({'doctor': {'only': ['package.*'], 'budget_seconds': 15}}, None)\n"
        "print(json.dumps([theirs, ours]))",
    )
    theirs, verdict = found
    assert theirs == {"theirs": 42}
    assert verdict["error"] is None, verdict
    assert {finding["check"].partition(".")[0] for finding in verdict["findings"]} == {"package"}
    assert {finding["outcome"] for finding in verdict["findings"]} <= {"ok", "not-applicable"}, verdict["findings"]


def test_the_handler_is_deployable_by_its_name_in_the_wheel(project: Path) -> None:
    verdict = told(
        project,
        "import importlib, json\n"
        "entry = importlib.import_module('doctor.handler').handler\n"
        "print(json.dumps(entry({'doctor': {'only': ['package.*'], 'budget_seconds': 15}}, None)))",
    )
    assert verdict["findings"]


def test_the_command_runs_in_the_project(project: Path) -> None:
    shown = python(project, "-m", "doctor", "--help")
    assert shown.returncode == 0, shown.stderr
    assert "examine" in shown.stdout
    listed = python(project, "-m", "doctor", "checks")
    assert listed.returncode == 0, listed.stderr
    assert all(check_id in listed.stdout for check_id in registry.built_in())


def test_these_tests_would_notice_the_checkout(project: Path) -> None:
    """The checkout's own `handler` is not what an interpreter in the project finds."""
    assert importlib.util.find_spec("doctor") is not None
    assert told(project, "import json, doctor; print(json.dumps(doctor.__file__))").startswith(str(project))
