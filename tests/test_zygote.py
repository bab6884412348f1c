"""A zygote that gets ready before its tasks are known, and worlds that travel to it."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from emulated import children as living

from doctor import zygote
from doctor.child import FORKS, Task
from doctor.evidence import Evidence
from doctor.request import HostTarget, Request, ServiceTarget
from doctor.supervise import Children, Item
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
    assert ready not in living()


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
