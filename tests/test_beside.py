"""`handler = doctor.beside(handler)`: invisible until it is asked, back in time, and never wrongly at ease."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import doctor
from doctor.demo.embedded import EmbeddedAWS
from tests.emulated import ROOT, children, gone

INVISIBLE = '''
import json, os, signal, sys, threading

def state():
    return {
        "modules": sorted(sys.modules), "path": list(sys.path), "environ": dict(os.environ), "cwd": os.getcwd(),
        "threads": [thread.name for thread in threading.enumerate()],
        "signals": [repr(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "descriptors": sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else [],
        "hooks": [repr(sys.excepthook), repr(sys.stdout), repr(threading.excepthook)],
    }

class Raised(BaseException):
    pass

raised, returned, context = Raised(), object(), object()
seen = []

def application(event, context):
    """The application's own words."""
    seen.append((event, context))
    if isinstance(event, dict) and "raise" in event:
        raise raised
    return returned

import doctor
wrapped = doctor.beside(application)
ours = sorted(name for name in sys.modules if name.partition(".")[0] == "doctor")
before = state()
events = [{}, {"Doctor": 1}, {"Records": [{"doctor": {}}]}, ["doctor"], "doctor", b"doctor", None, 0, {"raise": 1}]
same = []
for event in events:
    try:
        got = wrapped(event, context)
    except Raised as error:
        got = returned if error is raised and error.__cause__ is error.__context__ is None else None
    same.append(got is returned and seen[-1][0] is event and seen[-1][1] is context)
after = state()
print(json.dumps({"ours": ours, "before": before, "after": after, "same": same, "doc": wrapped.__doc__,
                  "name": wrapped.__name__}))
'''
FACTORIES = {
    "sound": "import boto3\n    return boto3.client('dynamodb')",
    "sound-resource": "import boto3\n    return boto3.resource('dynamodb')",
    "exits": "import sys\n    sys.exit('no configuration')",
    "dies": "import os\n    os._exit(0)",
    "hangs": "import time\n    time.sleep(600)",
    "hangs-and-will-not-end": "import signal, time\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n"
    "    time.sleep(600)",
    "raises": "raise LookupError('no configuration')",
    "interrupts": "raise KeyboardInterrupt",
    "returns-nothing": "return None",
    "returns-another-thing": "return object()",
    "returns-what-has-every-attribute": "from unittest.mock import MagicMock\n    return MagicMock()",
    "closes-everything": "import os\n    os.closerange(0, 4096)",
    "prints": 'import sys\n    print(\'{"status": "healthy"}\')\n    sys.stdout.flush()\n    return None',
}


def application(event: Any, context: Any) -> str:
    del event, context
    return "the application's"


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAWS]:
    with EmbeddedAWS() as embedded:
        yield embedded


@pytest.fixture
def sandbox(aws: EmbeddedAWS, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """This process as a function's sandbox whose role is sound; the folder is its code's."""
    environ = {**aws.environ, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    environ |= {"AWS_LAMBDA_FUNCTION_NAME": "orders", "DOCTOR_ALLOW_LOCAL": "1", "DOCTOR_TARGETS": '["dynamodb"]'}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def ask(budget: float = 10.0, context: Any = None, **request: Any) -> dict[str, Any]:
    verdict = doctor.beside(application)({"doctor": {"budget_seconds": budget, **request}}, context)
    assert isinstance(verdict, dict)
    return verdict


def hinder(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Have every new interpreter run this first, as the hooks of monitoring layers do."""
    (folder / "sitecustomize.py").write_text(program)
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.fixture(scope="module")
def untouched() -> dict[str, Any]:
    environ = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    said = subprocess.run(
        [sys.executable, "-c", INVISIBLE], env=environ, capture_output=True, text=True, check=True, cwd="/"
    )
    assert not said.stderr
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_other_events_reach_the_application_as_the_same_objects(untouched: dict[str, Any]) -> None:
    assert untouched["same"] == [True] * 9


def test_until_it_is_asked_it_imports_two_small_modules_and_changes_nothing(untouched: dict[str, Any]) -> None:
    assert untouched["ours"] == ["doctor", "doctor.wrap"]
    assert untouched["before"] == untouched["after"]
    heavy = {"boto3", "botocore", "pydantic", "ssl", "dns", "asyncio", "multiprocessing"}
    assert not heavy & {name.partition(".")[0] for name in untouched["after"]["modules"]}


def test_the_wrapped_handler_keeps_its_name_and_words(untouched: dict[str, Any]) -> None:
    assert (untouched["name"], untouched["doc"]) == ("application", "The application's own words.")


@pytest.mark.usefixtures("sandbox")
def test_an_examination_leaves_the_process_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    doctor.beside(application)  # which imports doctor.wrap
    environ, path, cwd, modules = dict(os.environ), list(sys.path), Path.cwd(), set(sys.modules)
    descriptors = set(os.listdir("/proc/self/fd"))
    assert ask()["status"] == "healthy"
    assert (dict(os.environ), sys.path, Path.cwd()) == (environ, path, cwd)
    assert set(sys.modules) - modules == set()
    assert set(os.listdir("/proc/self/fd")) == descriptors
    out, err = capfd.readouterr()
    assert [json.loads(line)["_aws"] is not None for line in out.splitlines()] == [True], "the metric, and nothing else"
    assert not err


def named(sandbox: Path, monkeypatch: pytest.MonkeyPatch, factory: str) -> None:
    (sandbox / "configured.py").write_text(f"def client():\n    {FACTORIES[factory]}\n")
    monkeypatch.setenv("DOCTOR_CLIENT_FACTORY", "configured:client")


@pytest.mark.parametrize("factory", ["sound", "sound-resource"])
def test_a_sound_factory_is_healthy(sandbox: Path, monkeypatch: pytest.MonkeyPatch, factory: str) -> None:
    named(sandbox, monkeypatch, factory)
    verdict = ask()
    assert verdict["status"] == "healthy", verdict["headline"]
    differs = [f for f in verdict["findings"] if f["check"] == "credentials.application-client-differs"]
    assert [finding["outcome"] for finding in differs] == ["ok"]


@pytest.mark.alone
@pytest.mark.parametrize(
    "factory",
    [
        pytest.param(name, marks=() if name == "raises" else pytest.mark.long)
        for name in sorted(set(FACTORIES) - {"sound", "sound-resource"})
    ],
)
def test_a_factory_that_builds_no_client_is_never_healthy(
    sandbox: Path, monkeypatch: pytest.MonkeyPatch, factory: str
) -> None:
    named(sandbox, monkeypatch, factory)
    before, started, budget = children(), time.monotonic(), 3.0
    verdict = ask(budget)
    assert time.monotonic() - started < budget + 0.3  # as below
    assert verdict["status"] == "inconclusive", verdict["headline"]
    assert not verdict["diagnoses"]
    undecided = [f for f in verdict["findings"] if f["check"] == "credentials.application-client-differs"]
    assert [finding["outcome"] for finding in undecided] == ["unknown"]
    assert children() == before


@pytest.mark.parametrize("name", ["", "configured", ":client", "absent:client", "configured:absent", "configured:A.b"])
@pytest.mark.sampled(3)
def test_a_factory_that_is_not_there_is_never_healthy(
    sandbox: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (sandbox / "configured.py").write_text("A = 1\n")
    monkeypatch.setenv("DOCTOR_CLIENT_FACTORY", name)
    assert ask()["status"] == ("inconclusive" if name else "healthy")  # an empty name is none


@pytest.mark.alone
@pytest.mark.parametrize(
    ("budget", "remaining"), [(1.0, None), (10.0, 1.2)], ids=["its budget", "what the invocation has left"]
)
def test_an_examination_that_hangs_before_it_begins_is_ended_in_time(
    sandbox: Path, monkeypatch: pytest.MonkeyPatch, budget: float, remaining: float | None
) -> None:
    hinder(
        sandbox,
        monkeypatch,
        f"import os, time\nopen({str(sandbox / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n",
    )
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 1000 * (remaining or 900))
    started = time.monotonic()
    verdict = ask(budget, context)
    # 0.1 that the examination may be late by, 0.2 for a busy machine to start and bury a process
    assert time.monotonic() - started < min(budget, remaining or budget) + 0.3
    assert verdict["status"] == "inconclusive"
    assert "did not end within" in verdict["headline"]
    assert gone(int((sandbox / "pid").read_text()), within=0)


def test_it_answers_although_something_else_talks_on_its_way_out(
    sandbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinder(sandbox, monkeypatch, "import atexit\natexit.register(print, 'goodbye from a layer')\n")
    assert ask()["status"] == "healthy"


def test_where_its_interpreter_ends_early_the_headline_says_what_it_said(
    sandbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinder(
        sandbox, monkeypatch, "import os, sys\nprint('a layer ends this', file=sys.stderr, flush=True)\nos._exit(5)\n"
    )
    verdict = ask()
    assert verdict["status"] == "inconclusive"
    assert "a layer ends this" in verdict["headline"]
    assert "5" in verdict["headline"]


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("asked", [7, "everything", ["x"], {"budget_seconds": "long"}, {"only": ["no.such"]}])
def test_a_request_that_makes_no_sense_gets_a_verdict(asked: Any) -> None:
    verdict = doctor.beside(application)({"doctor": asked}, None)
    assert (verdict["status"], verdict["error"]["type"]) == ("inconclusive", "InvalidRequest")


@pytest.mark.usefixtures("sandbox")
def test_an_event_that_is_no_json_gets_a_verdict() -> None:
    verdict = doctor.beside(application)({"doctor": {"targets": [object()]}}, None)
    assert verdict["status"] == "inconclusive"


@pytest.mark.usefixtures("sandbox")
def test_a_handler_of_any_kind_can_be_wrapped() -> None:
    class Handler:
        def __call__(self, event: Any, context: Any) -> Any:
            return event, context

    make: Callable[[Any, Any], Any] = doctor.beside(Handler())
    assert make(1, 2) == (1, 2)
