"""Children: they stream, they end when they must, and nothing of them is left."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from doctor import registry
from doctor.isolation import child, supervise
from doctor.isolation.child import Task
from doctor.isolation.supervise import Children, End, How, Item
from tests.leftovers import nothing_is_left  # noqa: F401 - a fixture for every test here

pytestmark = pytest.mark.alone

PATIENCE = 10.0  # seconds for what must end by itself


def task(
    work: Callable[[], Iterator[object]], *, name: str = "task", seconds: float = PATIENCE, preload: str = ""
) -> Task:
    return Task(name=name, work=work, until=time.monotonic() + seconds, preload=preload)


def run(*tasks: Task) -> tuple[dict[str, list[object]], dict[str, End]]:
    items: dict[str, list[object]] = {task.name: [] for task in tasks}
    ends: dict[str, End] = {}
    with Children() as children:
        children.start(tasks)
        while (event := children.next()) is not None:
            if isinstance(event, Item):
                items[event.task].append(event.payload)
            else:
                assert event.task not in ends
                ends[event.task] = event
    assert set(ends) == set(items)
    return items, ends


def counts() -> Iterator[int]:
    yield from (1, 2, 3)


def says_and_hangs() -> Iterator[str]:
    yield "before"
    time.sleep(60)
    yield "after"


def test_items_come_in_order_and_then_the_end() -> None:
    items, ends = run(task(counts))
    assert items == {"task": [1, 2, 3]}
    assert ends["task"].how is How.FINISHED


def test_items_are_streamed_while_the_task_still_works() -> None:
    with Children() as children:
        children.start([task(says_and_hangs)])
        started = time.monotonic()
        assert children.next() == Item("task", "before")
        assert time.monotonic() - started < 5


def test_what_was_sent_before_the_end_of_time_counts() -> None:
    items, ends = run(task(says_and_hangs, seconds=0.3))
    assert items["task"] == ["before"]
    assert ends["task"].how is How.OUT_OF_TIME


def test_tasks_run_at_once_and_each_has_its_own_end_of_time() -> None:
    started = time.monotonic()
    names = [str(number) for number in range(6)]
    _, ends = run(*(task(says_and_hangs, name=name, seconds=0.4) for name in names), task(counts))
    assert time.monotonic() - started < 2
    assert {name: ends[name].how for name in names} == dict.fromkeys(names, How.OUT_OF_TIME)
    assert ends["task"].how is How.FINISHED


def test_tasks_may_start_while_others_run() -> None:
    with Children() as children:
        children.start([task(says_and_hangs, name="first")])
        assert children.next() == Item("first", "before")
        children.start([task(counts, name="second")])
        assert children.next() == Item("second", 1)


@dataclass(frozen=True)
class Noting:
    """Notes in a file when it begins and when it ends; `hangs` keeps it from ending."""

    file: Path
    name: str
    hangs: bool = False

    def __call__(self) -> Iterator[object]:
        for word in ("begins", "ends"):
            with self.file.open("a") as file:
                file.write(f"{self.name} {word}\n")
            yield word
            if self.hangs:
                time.sleep(60)


def in_turns(turn: float, *tasks: Task) -> dict[str, End]:
    with Children(turn) as children:
        children.start(tasks)
        events = iter(children.next, None)
        return {event.task: event for event in events if isinstance(event, End)}


@pytest.mark.parametrize("preload", ["", "json"])
def test_a_lane_is_for_one_at_a_time_and_the_lowest_rank_goes_first(preload: str, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    waiting = [
        replace(task(Noting(file, name), name=name, preload=preload), rank=rank)
        for name, rank in (("c", 2), ("a", 0), ("d", 2), ("b", 1))
    ]
    ends = in_turns(PATIENCE, *waiting)
    assert {end.how for end in ends.values()} == {How.FINISHED}
    assert file.read_text().splitlines() == [f"{name} {word}" for name in "abcd" for word in ("begins", "ends")]


def test_a_lane_may_be_wider(tmp_path: Path) -> None:
    one, two = (task(Noting(tmp_path / name, name, hangs=True), name=name, seconds=0.6) for name in ("one", "two"))
    with Children(PATIENCE, width=2) as children:
        children.start([one, two, task(Noting(tmp_path / "three", "three"), name="three", seconds=0.3)])
        how = {event.task: event.how for event in iter(children.next, None) if isinstance(event, End)}
    assert how == dict.fromkeys(("one", "two", "three"), How.OUT_OF_TIME)
    assert (tmp_path / "one").exists()
    assert (tmp_path / "two").exists()
    assert not (tmp_path / "three").exists()


def test_who_hangs_has_its_turn_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    stuck = task(Noting(file, "stuck", hangs=True), name="stuck", seconds=1.5)
    ends = in_turns(0.2, stuck, task(Noting(file, "next"), name="next"))
    assert (ends["stuck"].how, ends["next"].how) == (How.OUT_OF_TIME, How.FINISHED)
    assert file.read_text().split() == ["stuck", "begins", "next", "begins", "next", "ends"]


def test_whose_turn_does_not_come_in_time_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    stuck = task(Noting(file, "stuck", hangs=True), name="stuck", seconds=0.6)
    ends = in_turns(PATIENCE, stuck, task(Noting(file, "late"), name="late", seconds=0.3))
    assert (ends["late"].how, ends["late"].detail) == (How.OUT_OF_TIME, "its turn did not come in time")
    assert "late" not in file.read_text()


def test_lanes_do_not_wait_for_each_other(tmp_path: Path) -> None:
    stuck = task(Noting(tmp_path / "one", "stuck", hangs=True), name="stuck", seconds=0.6)
    ends = in_turns(PATIENCE, stuck, replace(task(Noting(tmp_path / "two", "other"), name="other"), lane="two"))
    assert ends["other"].how is How.FINISHED


def test_without_tasks_nothing_happens() -> None:
    with Children() as children:
        children.start([])
        assert children.next() is None


def raises() -> Iterator[object]:
    yield 1
    raise ValueError("what went wrong")


def leaves() -> Iterator[object]:
    yield 1
    raise SystemExit(3)


def exits() -> Iterator[object]:
    yield 1
    os._exit(3)


def is_killed() -> Iterator[object]:
    yield 1
    os.kill(os.getpid(), 9)
    yield 2


def sends_what_is_no_json() -> Iterator[object]:
    yield 1
    yield {object()}


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (raises, "ValueError: what went wrong at test_supervise.py:"),
        (leaves, "SystemExit: 3"),
        (exits, "exit status 3"),
        (is_killed, "signal 9"),
        (sends_what_is_no_json, "TypeError"),
    ],
)
def test_a_crash_says_what_happened_and_keeps_what_was_sent(work: Callable[[], Iterator[object]], words: str) -> None:
    items, ends = run(task(work))
    assert items["task"] == [1]
    assert ends["task"].how is How.CRASHED
    assert words in ends["task"].detail


def is_told_no() -> Iterator[object]:
    yield 1
    yield from registry.plugin("no-such-distribution")


def test_what_the_doctor_says_to_users_names_no_line_of_its_own_code() -> None:
    _, ends = run(task(is_told_no))
    assert "no installed distribution 'no-such-distribution'" in ends["task"].detail
    assert ".py:" not in ends["task"].detail


@pytest.fixture(autouse=True)
def _bytes_go_raw(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that yields bytes writes them to its pipe as they are."""
    in_frames = child._send

    def send(pipe: int, word: str, value: object) -> None:
        if isinstance(value, bytes):
            os.write(pipe, value)
        else:
            in_frames(pipe, word, value)

    monkeypatch.setattr(child, "_send", send)


def sends_raw(data: bytes, *, end: bool = True) -> Callable[[], Iterator[object]]:
    def work() -> Iterator[object]:
        yield "before"
        yield data
        if not end:
            time.sleep(60)
        os._exit(0)

    return work


def frame(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


@pytest.mark.parametrize(
    "garbage",
    [
        frame(b"not json"),
        frame(b"[]"),
        frame(b"{}"),
        frame(b"7"),
        frame(b"\xff\xfe"),
        frame(b'{"pid": "many"}'),
        frame(b'{"pid": null}'),
        frame(b'{"pid": {}}'),
        frame(b'{"pid": -1}'),
        frame(b'{"pid": 0}'),
        frame(b'{"pid": true}'),
        frame(b'{"pid": 1e300}'),
        frame(b"[" * 50_000),
        frame(b""),
    ],
    ids=[
        "text",
        "list",
        "empty",
        "number",
        "no-utf8",
        "pid",
        "null-pid",
        "object-pid",
        "everybody",
        "us",
        "true",
        "huge",
        "deep",
        "nothing",
    ],
)
def test_garbage_on_the_pipe_is_a_crash_of_that_task(garbage: bytes) -> None:
    items, ends = run(task(sends_raw(garbage, end=False)), task(counts, name="other"))
    assert ends["task"].how is How.CRASHED
    assert (items["task"], items["other"]) == (["before"], [1, 2, 3])


def test_a_frame_that_stops_half_way_is_waited_for_and_then_a_crash() -> None:
    items, ends = run(task(sends_raw(frame(b'{"item": 1}')[:-3])))
    assert (items["task"], ends["task"].how) == (["before"], How.CRASHED)
    items, ends = run(task(sends_raw(frame(b'{"item": 1}')[:2], end=False), seconds=0.3))
    assert (items["task"], ends["task"].how) == (["before"], How.OUT_OF_TIME)


def test_a_frame_in_pieces_is_put_together() -> None:
    def work() -> Iterator[object]:
        for byte in frame(b'{"item": "whole"}'):
            yield bytes([byte])
        yield "after"

    assert run(task(work))[0]["task"] == ["whole", "after"]


def test_an_item_larger_than_a_pipe_arrives_whole() -> None:
    large = "x" * 900_000
    assert run(task(lambda: iter([large])))[0]["task"] == [large]


def test_a_header_that_promises_gigabytes_costs_nothing() -> None:
    _, ends = run(task(sends_raw(b"\xff\xff\xff\xff" + b"x" * 100, end=False), seconds=0.3))
    assert ends["task"].how is How.OUT_OF_TIME


def endless_items() -> Iterator[object]:
    while True:
        yield {"noise": "x"}


def endless_bytes() -> Iterator[object]:
    while True:
        yield "x" * 100_000


@pytest.mark.parametrize(("work", "words"), [(endless_items, "1000 items"), (endless_bytes, "1 MB")])
def test_a_task_that_never_stops_talking_is_stopped(work: Callable[[], Iterator[object]], words: str) -> None:
    items, ends = run(task(work), task(counts, name="other"))
    assert ends["task"].how is How.RAN_AWAY
    assert words in ends["task"].detail
    assert len(items["task"]) <= supervise.MOST_ITEMS
    assert items["other"] == [1, 2, 3]


def has_a_child_that_stays(own_group: bool) -> Callable[[], Iterator[object]]:
    def work() -> Iterator[object]:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        if own_group:
            subprocess.Popen(["sleep", "60"])
        yield "started"
        time.sleep(60)

    return work


@pytest.mark.parametrize("preload", ["", "json"])
def test_grandchildren_die_too(preload: str) -> None:
    items, ends = run(
        task(has_a_child_that_stays(True), seconds=0.5, preload=preload), task(counts, name="b", preload=preload)
    )
    assert (items["task"], ends["task"].how) == (["started"], How.OUT_OF_TIME)


def test_grandchildren_of_a_task_that_finished_die_too() -> None:
    def work() -> Iterator[object]:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        yield "started"

    assert run(task(work))[1]["task"].how is How.FINISHED


def test_leaving_early_kills_what_runs() -> None:
    def start_and_fail() -> None:
        with Children() as children:
            children.start([task(has_a_child_that_stays(True)), task(says_and_hangs, name="other", preload="json")])
            children.next()
            raise KeyError

    with pytest.raises(KeyError):
        start_and_fail()


def test_prints_and_standard_input_go_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> Iterator[object]:
        os.write(1, b"from a child")
        os.write(2, b"from a child")
        subprocess.run(["echo", "from a grandchild"], check=True)
        yield os.read(0, 100).decode()

    assert run(task(work))[0]["task"] == [""]
    assert capfd.readouterr() == ("", "")


def test_an_interrupt_is_the_parents_to_answer() -> None:
    def work() -> Iterator[object]:
        os.kill(os.getpid(), 2)
        yield "still here"

    assert run(task(work))[0]["task"] == ["still here"]


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that notes each process that imports it."""
    log = tmp_path / "imports"
    (tmp_path / "heavy_for_a_test.py").write_text(f"import os\nopen({str(log)!r}, 'a').write(f'{{os.getpid()}}\\n')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return log


def knows_heavy() -> Iterator[object]:
    yield ["heavy_for_a_test" in sys.modules, os.getppid()]


def test_tasks_that_share_a_preload_share_one_parent_that_imports_it_once(heavy: Path) -> None:
    shared = [task(knows_heavy, name=name, preload="heavy_for_a_test") for name in "abc"]
    items, ends = run(*shared, task(knows_heavy, name="alone"))
    seen = [items[name][0] for name in "abc"]
    assert all(end.how is How.FINISHED for end in ends.values())
    assert seen[0] == seen[1] == seen[2]
    assert seen[0] == [True, int(heavy.read_text())]
    assert items["alone"] == [[False, os.getpid()]]
    assert "heavy_for_a_test" not in sys.modules


@pytest.mark.parametrize(
    "code",
    ["raise ImportError('broken')", "raise RuntimeError", "def", ""],
    ids=["import", "runtime", "syntax", "none"],
)
def test_a_preload_that_fails_leaves_its_tasks_to_report(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if code:
        (tmp_path / "heavy_and_broken.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    items, ends = run(*(task(counts, name=name, preload="heavy_and_broken") for name in "ab"))
    assert items == {"a": [1, 2, 3], "b": [1, 2, 3]}
    assert {end.how for end in ends.values()} == {How.FINISHED}


@pytest.mark.parametrize(
    ("code", "how"),
    [("import os; os._exit(1)", How.CRASHED), ("raise SystemExit", How.CRASHED), ("while True: pass", How.OUT_OF_TIME)],
    ids=["exits", "leaves", "hangs"],
)
def test_a_preload_that_takes_its_process_along_costs_its_own_tasks_only(
    code: str, how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "heavy_and_deadly.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    shared = [task(counts, name=name, preload="heavy_and_deadly", seconds=0.5) for name in "ab"]
    items, ends = run(*shared, task(counts, name="other"))
    assert {ends["a"].how, ends["b"].how} == {how}
    assert items["other"] == [1, 2, 3]


class Spawned:
    """Work that can be pickled."""

    def __call__(self) -> Iterator[object]:
        yield {"forked": os.getppid() == self.parent, "modules": "pytest" in sys.modules}

    def __init__(self) -> None:
        self.parent = os.getpid()


class SpawnedAndHanging(Spawned):
    def __call__(self) -> Iterator[object]:
        yield from super().__call__()
        time.sleep(60)


class TestSpawned:
    """Where a fork is no option: a new interpreter for each task."""

    @pytest.fixture(autouse=True)
    def _spawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(supervise, "FORKS", False)

    def test_a_picklable_task_works_and_ends(self) -> None:
        items, ends = run(task(Spawned(), name="a"), task(Spawned(), name="b"))
        assert {end.how for end in ends.values()} == {How.FINISHED}
        assert len(items["a"]) == len(items["b"]) == 1

    def test_a_hanging_one_is_killed(self) -> None:
        items, ends = run(task(SpawnedAndHanging(), seconds=3.0))
        assert (len(items["task"]), ends["task"].how) == (1, How.OUT_OF_TIME)

    def test_what_cannot_be_pickled_is_an_error_here_and_leaves_no_child(self) -> None:
        with pytest.raises((AttributeError, TypeError)), Children() as children:
            children.start([task(lambda: iter([socket.AF_INET]))])


def test_a_task_knows_nothing_of_its_siblings_pipes() -> None:
    """Else a sibling that hangs would keep a dead task's pipe open, and hide its end."""
    started = time.monotonic()
    _, ends = run(
        task(says_and_hangs, name="sibling", preload="json", seconds=1.5), task(exits, name="dead", preload="json")
    )
    assert ends["dead"].how is How.CRASHED
    assert ends["sibling"].how is How.OUT_OF_TIME
    with Children() as children:
        children.start([task(says_and_hangs, name="sibling", preload="json"), task(exits, name="dead", preload="json")])
        while not (isinstance(event := children.next(), End) and event.task == "dead"):
            assert time.monotonic() - started < PATIENCE
    assert time.monotonic() - started < 5


def test_frames_are_json_with_their_length_in_front() -> None:
    buffer = bytearray(frame(json.dumps({"item": 1}).encode()) + b"\x00\x00")
    assert list(supervise._frames(buffer)) == [b'{"item": 1}']
    assert buffer == b"\x00\x00"
