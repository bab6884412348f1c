"""The shape that DESIGN promises: imports run one way, checks are pure, parents stay light."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from doctor import evidence, location, registry

ROOT = Path(__file__).parent.parent

# `verdict ← request ← world ← supervise, evidence ← check ← registry ← examine ← diagnose ← casefile, render ← handler`.
# A module may import what stands in an earlier row. What is not named here belongs to the last row.
ROWS = [
    "arn encode decode",
    "verdict hosts isolation.bounded isolation.child aws_domains garbage location schedule login redact shared_configuration",
    "diagnosis.placeholders runtime render.plain_text isolation.zygote strict_json probe.authorities probe.forbidden",
    "request isolation.supervise error_atlas call_timeouts",
    "network.*",
    "policies.*",
    "evidence",
    "world",
    "evidence.*",
    "probe.http_head probe.dial declare isolation.collect",
    "probe.ladder",
    "areas.open_ways",
    "registry areas.reach areas.client areas.network areas.resource diagnosis.telling diagnosis.sight",
    "areas.dns areas.permission.*",
    "judge",
    "rerun diagnosis.clearance isolation.run_checks join diagnosis.suspects",
    "diagnosis.causes",
    "diagnosis.candidates",
    "diagnosis.diagnose isolation.gather",
    "diagnosis.headline",
    "examine stage0",
    "casefile",
    "render.*",
    "answer wrap",
]
# Within one row: evidence builds on evidence, a model of networks or policies on its parts, a renderer on its words.
_MAY_LOOK_AROUND = ("areas.permission.", "evidence.", "network.", "policies.", "render.")


def row(module: str) -> int:
    for number, names in enumerate(ROWS):
        if module in names.split():
            return number
    for number, names in enumerate(ROWS):
        if any(name.endswith(".*") and module.startswith(name[:-1]) for name in names.split()):
            return number
    return len(ROWS)


def imports(file: Path) -> Iterator[str]:
    """What a file imports when it is imported: neither for type checkers nor inside a function."""
    waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (_resolved(node.module or "", alias.name) for alias in node.names)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _resolved(package: str, name: str) -> str:
    """`from doctor import judge` imports a module, `from doctor.judge import judge` a name of one."""
    if package.partition(".")[0] != "doctor":
        return package
    path = ROOT.joinpath(*package.split("."), name)
    return f"{package}.{name}" if path.with_suffix(".py").is_file() or path.is_dir() else package


def modules() -> list[tuple[str, Path]]:
    package = ROOT / "doctor"
    found = []
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package).with_suffix("").parts
        found.append((".".join(parts).removesuffix(".__init__"), file))
    return [(name, file) for name, file in found if name != "__init__"]


def test_imports_run_one_way() -> None:
    wrong = [
        f"doctor.{name} (row {row(name)}) imports {imported} (row {row(imported.removeprefix('doctor.'))})"
        for name, file in modules()
        for imported in imports(file)
        if imported.startswith("doctor.")
        for there in [row(imported.removeprefix("doctor."))]
        if there > row(name)
        or (there == row(name) < len(ROWS) and not (name.startswith(_MAY_LOOK_AROUND) and there == row(name)))
    ]
    assert not wrong


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {name: {there.removeprefix("doctor.") for there in imports(file)} for name, file in modules()}
    for name, direct in graph.items():
        seen, waiting = set[str](), list(direct & set(graph))
        while waiting:
            there = waiting.pop()
            assert there != name, f"doctor.{name} imports itself"
            if there not in seen:
                seen.add(there)
                waiting.extend(graph[there] & set(graph))


IMPURE = {
    "asyncio",
    "ftplib",
    "http",
    "io",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "select",
    "selectors",
    "shutil",
}
IMPURE |= {"signal", "smtplib", "socket", "socketserver", "ssl", "subprocess", "sys", "tempfile", "threading", "time"}
IMPURE |= {"urllib.request", "ctypes", "importlib", "concurrent", "sqlite3", "pickle", "glob"}


@pytest.mark.parametrize(
    "file", sorted((ROOT / "checks").rglob("*.py")), ids=lambda file: f"{file.parent.name}.{file.stem}"
)
def test_a_check_imports_the_doctor_and_pure_standard_library(file: Path) -> None:
    for imported in imports(file):
        top = imported.partition(".")[0]
        assert top == "doctor" or top in sys.stdlib_module_names, imported
        assert not {imported, top} & IMPURE, imported
    called = {
        node.func.id
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"open", "exec", "eval", "compile", "__import__", "print", "input"}


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after a statement."""
    program = f"import sys; {statement}\nprint(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


HEAVY = {"boto3", "botocore", "dns", "ssl", "click", "rich", "urllib3", "asyncio", "multiprocessing", "yaml"}


@pytest.mark.parametrize("statement", ["import doctor", "import handler", "from doctor import beside; beside(print)"])
def test_nothing_heavy_is_imported_before_the_first_examination(statement: str) -> None:
    assert not loaded_by(statement) & (HEAVY | {"pydantic", "pydantic_core", "_ssl", "_socket"})


def test_an_application_beside_us_pays_for_nothing() -> None:
    ours = loaded_by("from doctor import beside; beside(lambda event, context: event)({}, None)")
    assert not ours - loaded_by("import functools, json, os, subprocess, time, importlib, typing") - {"doctor"}


@pytest.mark.parametrize("statement", ["from doctor import answer", "from doctor import examine, casefile"])
def test_the_parent_of_a_run_loads_no_sdk_no_tls_and_starts_no_thread(statement: str) -> None:
    assert not loaded_by(statement) & HEAVY
    assert not loaded_by(f"{statement}; import threading; assert threading.active_count() == 1") & HEAVY


def test_loading_every_check_keeps_the_parent_light() -> None:
    assert (
        not loaded_by("from doctor import answer, registry; [registry.load(id) for id in registry.built_in()]") & HEAVY
    )


def test_a_whole_run_keeps_the_parent_light() -> None:
    run = "import time; from doctor import answer; answer.answer({'doctor': {'budget_seconds': 3}}, None, time.monotonic(), {})"
    assert not loaded_by(run) & HEAVY


def test_a_whole_run_needs_no_pydantic() -> None:
    """Its import takes longer than all else that a parent does, and memory beside the process that holds botocore."""
    run = (
        "import contextlib, io, handler\n"
        "with contextlib.redirect_stdout(io.StringIO()): verdict = handler.handler({'doctor': {'only': ['credentials.*', "
        "'client.*'], 'targets': ['sqs'], 'budget_seconds': 10, 'include_casefile': True}}, None)\n"
        "assert verdict['findings'] and not verdict['error'], verdict"
    )
    assert not loaded_by(run) & (HEAVY | {"pydantic", "pydantic_core", "email", "zipfile"})


def test_lambdas_init_phase_loads_what_a_first_run_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
    needed = ("doctor.examine", *(f"doctor.checks.{id.replace('-', '_')}" for id in registry.built_in()))
    assert (
        not loaded_by(f"import handler; missing = set({needed}) - set(sys.modules); assert not missing, missing")
        & HEAVY
    )


def test_what_lies_among_the_kinds_of_evidence_is_one() -> None:
    """Modules that kinds share have packages of their own, so that nobody has to open a file to know which it is."""
    names = [file.stem for file in (ROOT / "doctor" / "evidence").glob("*.py") if file.stem != "__init__"]
    assert {name: evidence.named(name).kind for name in names} == {name: name for name in names}


LONGEST_MODULE, LONGEST_FUNCTION = 300, 40


def source_files() -> list[Path]:
    return sorted(
        [*(ROOT / "doctor").rglob("*.py"), *(ROOT / "checks").rglob("*.py"), ROOT / "handler.py", ROOT / "cli.py"]
    )


def test_sizes() -> None:
    for file in source_files():
        text = file.read_text(encoding="utf-8")
        assert text.count("\n") <= LONGEST_MODULE, file.name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                end = node.end_lineno or node.lineno
                assert end - node.lineno + 1 - _docstring_lines(node) <= LONGEST_FUNCTION, f"{file.name}: {node.name}"


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return len((ast.get_docstring(node, clean=False) or "").splitlines())


def test_location_finds_the_parts_of_this_checkout() -> None:
    assert location.part("checks") == ROOT / "checks"
    assert location.part("handler.py") == ROOT / "handler.py"
    with pytest.raises(FileNotFoundError, match="nothing-such"):
        location.part("nothing-such")
    assert importlib.util.find_spec("doctor") is not None
