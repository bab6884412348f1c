"""A zygote that gets ready before its tasks are known, and worlds that travel to it."""

import json
import os
import pickle
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import pytest
from emulated import children as living
from emulated import gone

from doctor.evidence import Evidence
from doctor.isolation import preload, zygote
from doctor.isolation.child import FORKS, Task, give_back
from doctor.isolation.supervise import Children, Item
from doctor.request import HostTarget, Request, ServiceTarget
from doctor.world import World

pytestmark = pytest.mark.skipif(not FORKS, reason="children are forked on Linux only")
PRELOAD = "this"  # in the standard library, and imported by nobody


@dataclass(frozen=True)
class Knows:
    def __call__(self) -> Iterator[tuple[bool, int]]:
        yield (PRELOAD in sys.modules, os.getppid())


def run(*works: Callable[[], Iterator[object]]) -> list[object]:
    with Children() as children:
        children.start(
            Task(name=str(number), work=work, until=time.monotonic() + 5, preload=PRELOAD)
            for number, work in enumerate(works)
        )
        found = []
        while (event := children.next()) is not None:
            if isinstance(event, Item):
                found.append(event.payload)
        return found


def test_tasks_are_served_by_the_zygote_that_waited_for_them() -> None:
    with zygote.early(PRELOAD):
        ready = zygote._early[PRELOAD].pid
        assert run(Knows(), Knows()) == [[True, ready]] * 2
    assert gone(ready)


def test_the_next_tasks_have_a_zygote_of_their_own() -> None:
    with zygote.early(PRELOAD):
        ready = zygote._early[PRELOAD].pid
        run(Knows(), Knows())
        assert all(loaded and parent != ready for loaded, parent in run(Knows(), Knows()))


def test_a_zygote_that_nobody_needs_is_gone_afterwards() -> None:
    before = living()
    with zygote.early(PRELOAD):
        assert living() - before
    assert living() == before
    assert not zygote._early


def test_a_dead_zygote_costs_what_it_would_have_shared() -> None:
    with zygote.early(PRELOAD):
        ready = zygote._early[PRELOAD].pid
        os.kill(ready, signal.SIGKILL)
        os.waitid(os.P_PID, ready, os.WEXITED | os.WNOWAIT)
        assert run(Knows(), Knows()) == [[False, os.getpid()]] * 2


def test_work_that_cannot_travel_is_forked() -> None:
    me = os.getpid()
    with zygote.early(PRELOAD):
        assert run(lambda: iter([os.getppid()])) == [me]


def test_a_world_travels_without_pydantic() -> None:
    request = Request(targets=(ServiceTarget(service="sqs"), HostTarget(host="db.internal", port=5432, tls=False)))
    program = (
        "import pickle, sys; world = pickle.load(sys.stdin.buffer); "
        "print([target.service for target in world.services], [target.port for target in world.hosts_named], "
        "'pydantic' in sys.modules)"
    )
    world = pickle.dumps(World(request=request, until=1.0, environ={}))
    done = subprocess.run([sys.executable, "-c", program], input=world, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "['sqs'] [5432] False"


def test_a_world_that_travelled_is_the_same_world() -> None:
    known = (Evidence(kind="sandbox", source="inside", facts={}, at="now", took=0.1),)
    world = World(request=Request(only=("dns.*",), budget_seconds=7), until=1.0, environ={"A": "b"}, known=known)
    travelled = pickle.loads(pickle.dumps(world))
    assert travelled == world
    assert travelled.knowing((), 2.0) == world.knowing((), 2.0)


def undocumented(model: Any) -> Any:
    """A model as botocore reads it, with no word of documentation and in plain dicts."""
    if isinstance(model, dict):
        return {
            name: "" if name == "documentation" and isinstance(part, str) else undocumented(part)
            for name, part in model.items()
        }
    return [undocumented(part) for part in model] if isinstance(model, list) else model


@pytest.mark.parametrize("service", ["sts", "sqs", "lambda", "iam", "s3"])
def test_models_are_botocore_s_own_without_their_documentation(service: str) -> None:
    # Read anew: a client of S3 changes the model that it was given.
    ours = botocore.loaders.Loader(file_loader=type(preload._LOADER.file_loader)())
    theirs = botocore.loaders.create_loader()
    for part in ("service-2", "endpoint-rule-set-1", "paginators-1"):
        read = theirs.load_service_model(service, part)
        lean = ours.load_service_model(service, part)
        assert lean == undocumented(read)
        assert json.dumps(lean) == json.dumps(undocumented(read))  # in their order as well


def test_what_a_service_calls_documentation_is_no_documentation(tmp_path: Path) -> None:
    told = {"documentation": "<p>long</p>", "members": {"documentation": {"shape": "String", "documentation": "text"}}}
    (tmp_path / "model.json").write_text(json.dumps(told))
    read = preload._Lean().load_file(str(tmp_path / "model"))
    assert read == {"documentation": "", "members": {"documentation": {"shape": "String", "documentation": ""}}}
    assert preload._Lean().load_file(str(tmp_path / "none")) is None


def test_models_that_were_done_with_are_dropped_and_those_of_all_are_kept() -> None:
    endpoints = preload._LOADER.load_data("endpoints")
    model = preload._LOADER.load_service_model("kms", "service-2")
    preload.forget()
    assert preload._LOADER.load_data("endpoints") is endpoints
    assert preload._LOADER.load_service_model("kms", "service-2") is not model


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have no such call")
def test_freed_memory_is_given_back() -> None:
    held = [bytes(2000) for _ in range(20_000)]
    kept = held[-1]  # at the end of the heap, which glibc shortens by itself
    before = _resident()
    del held
    give_back()
    assert before - _resident() > 20
    assert not any(kept)


def _resident() -> float:
    """MB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.parametrize("service", ["s3", "sqs"])
def test_a_client_has_all_that_an_application_s_has(service: str) -> None:
    place = {"region_name": "us-east-1", "aws_access_key_id": "none", "aws_secret_access_key": "none"}
    ours, theirs = preload.session().client(service, **place), boto3.Session().client(service, **place)
    assert ours.meta.method_to_api_mapping == theirs.meta.method_to_api_mapping
    assert ours.meta.endpoint_url == theirs.meta.endpoint_url
    assert ours.meta.config.__dict__.keys() == theirs.meta.config.__dict__.keys()
    assert ours.waiter_names == theirs.waiter_names
