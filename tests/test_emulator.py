"""Functions in the real runtime: emulator, runtime client, process by process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doctor.demo import emulator
from doctor.demo.emulator import EmulatorError, Function
from tests.emulated import NO_EMULATOR, children, gone, need_emulator

CODE = """
import os, subprocess, sys, time

def echo(event, context):
    print("spoken by the function")
    return {"event": event, "left": context.get_remaining_time_in_millis(), "arn": context.invoked_function_arn}

def state(event, context):
    return {"environ": dict(os.environ), "cwd": os.getcwd(), "path": sys.path}

def fails(event, context):
    raise LookupError(event)

def ends(event, context):
    os._exit(3)

def hangs(event, context):
    print("hangs now", flush=True)
    time.sleep(600)

def starts(event, context):
    own_session = subprocess.Popen(["sleep", "600"], start_new_session=True)
    return [os.getpid(), subprocess.Popen(["sleep", "600"]).pid, own_session.pid]
"""
ASK = """
import http.client, sys, time
while True:
    asked = http.client.HTTPConnection(sys.argv[1])
    try:
        asked.request("POST", "/2015-03-31/functions/function/invocations", "{}")
        sys.exit(asked.getresponse().status)
    except ConnectionRefusedError:
        time.sleep(0.01)
    except (ConnectionError, http.client.HTTPException):
        sys.exit(0)
"""
Make = Callable[..., Function]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    need_emulator()
    (tmp_path / "function.py").write_text(CODE)
    return lambda name, environ=None, **more: Function(tmp_path, f"function.{name}", environ or {}, **more)


@pytest.mark.parametrize("event", [{}, [], "ä\n\u2028", None, 0, {"deep": [[{"é": 1.5}]]}])
def test_an_event_goes_in_and_the_reply_comes_out(make: Make, event: Any) -> None:
    with make("echo") as function:
        reply = function.invoke(event)
        assert reply["event"] == event
        assert 0 < reply["left"] <= 30_000
        assert ":function:doctor" in reply["arn"]
        assert "spoken by the function" in function.log()


def test_the_environment_is_a_functions_and_nothing_of_ours(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONLY_OURS", "1")
    monkeypatch.setenv("AWS_PROFILE", "ours")
    with make("state", {"GIVEN": "a value\nof two lines", "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE"}) as function:
        state = function.invoke({})
    environ = state["environ"]
    assert environ["GIVEN"] == "a value\nof two lines"
    assert environ["AWS_ACCESS_KEY_ID"] == "ASIAEXAMPLE"
    assert environ["AWS_LAMBDA_FUNCTION_NAME"] == "doctor"
    assert environ["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")
    assert environ["HOME"] != os.environ["HOME"]
    assert not {"ONLY_OURS", "AWS_PROFILE"} & set(environ)
    assert state["cwd"] == str(tmp_path)
    assert str(Path(emulator.__file__).parents[2]) in state["path"]


def test_what_the_function_raises_comes_back_as_the_runtimes_error(make: Make) -> None:
    with make("fails") as function:
        reply = function.invoke("nothing found")
    assert (reply["errorType"], reply["errorMessage"]) == ("LookupError", "nothing found")


@pytest.mark.parametrize(
    ("handler", "error"),
    [("ends", "Runtime.ExitError"), ("absent", "Runtime.HandlerNotFound")],
)
def test_a_function_that_ends_or_is_not_there(make: Make, handler: str, error: str) -> None:
    with make(handler) as function:
        assert function.invoke({})["errorType"] == error


def test_a_function_that_outlives_its_timeout_is_an_error_of_the_emulator(make: Make) -> None:
    with make("hangs", timeout=1) as function, pytest.raises(EmulatorError, match="timed out"):
        function.invoke({})


def test_two_emulators_do_not_meet(make: Make) -> None:
    with make("echo") as one, make("state", {"SECOND": "yes"}) as other:
        assert one.invoke("first")["event"] == "first"
        assert other.invoke({})["environ"]["SECOND"] == "yes"


def test_all_that_ran_is_gone_afterwards_whatever_group_or_session_it_leads(make: Make) -> None:
    before = children()
    with make("starts") as function:
        started = function.invoke({})
        assert not any(gone(pid, within=0) for pid in started)
    assert all(gone(pid) for pid in started)
    assert children() == before


def test_a_busy_function_is_ended_too(make: Make) -> None:
    with make("hangs") as function:
        asking = subprocess.Popen([sys.executable, "-c", ASK, function._address])
        while "hangs now" not in function.log():
            assert asking.poll() is None, function.log()
        family = emulator._family(function._process.pid)
    assert len(family) == 2, "the emulator and the runtime"
    assert all(gone(pid) for pid in family)
    asking.wait(10)  # reset, or told that the runtime ended


def test_the_named_program_decides_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need_emulator()
    monkeypatch.setenv("DOCTOR_EMULATOR", NO_EMULATOR)
    assert emulator.find() is None
    with pytest.raises(EmulatorError, match="make setup"):
        Function(tmp_path, "function.echo", {}).__enter__()
    monkeypatch.setenv("DOCTOR_EMULATOR", sys.executable)
    assert emulator.find() == Path(sys.executable)


def test_a_program_in_the_working_folder_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = emulator.find()
    planted = tmp_path / ".cache" / f"aws-lambda-rie-{emulator.architecture()}"
    planted.parent.mkdir()
    planted.write_text("#!/bin/sh\n")
    planted.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert emulator.find() == found != planted


def test_a_program_that_is_no_emulator_is_reported_with_its_last_words(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho this is something else\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("DOCTOR_EMULATOR", str(program))
    with make("echo") as function, pytest.raises(EmulatorError, match="this is something else"):
        function.invoke({})


def test_a_prefix_is_put_before_the_command(make: Make) -> None:
    with make("state", prefix=["env", "PREFIXED=yes"]) as function:
        assert function.invoke({})["environ"]["PREFIXED"] == "yes"


def test_importing_it_is_cheap() -> None:
    program = "import sys, json, doctor.demo.emulator; print(json.dumps(sorted(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"boto3", "botocore", "pydantic", "awslambdaric"} & set(json.loads(said.stdout))
