"""The verdict is back in time, whatever hangs: everything that can hang does, at once, as collectors and as checks."""

import ctypes
import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, ClassVar, TypeVar

import pytest

import handler
from doctor import casefile, registry
from doctor.declare import Check, Need, Observation, ok
from doctor.evidence import Evidence, Facts, Missing, Reason
from doctor.examine import Examination, Run, examine
from doctor.isolation.gather import gather
from doctor.isolation.run_checks import Ahead, run_checks
from doctor.request import Request
from doctor.schedule import Schedule
from doctor.verdict import InvalidRequest, Outcome, Status
from doctor.world import World, now
from tests.invented import rule
from tests.leftovers import nothing_is_left  # noqa: F401 - a fixture for every test here

pytestmark = pytest.mark.alone

BUDGET = 1.0
LATE = 0.1  # seconds after the budget; DESIGN's promise

Work = Callable[[], Iterator[object]]
Given = TypeVar("Given")


@dataclass(frozen=True, kw_only=True)
class Plain(Facts):
    """Evidence that is always there."""

    kind: ClassVar[str] = "plain"

    word: str = "seen"

    @classmethod
    def collect(cls, world: World) -> Iterator["Plain | Missing"]:
        yield cls()


# The ways to hang. Two of them spin, as many as the smallest machine that runs these tests has cores.


class _NameServer(ctypes.Structure):
    """struct sockaddr_in of netinet/in.h."""

    _fields_ = (
        ("family", ctypes.c_uint16),
        ("port", ctypes.c_uint16),
        ("address", ctypes.c_ubyte * 4),
        ("zero", ctypes.c_char * 8),
    )


class _Resolver(ctypes.Structure):
    """The first members of struct __res_state of resolv.h."""

    _fields_ = (
        ("retrans", ctypes.c_int),
        ("retry", ctypes.c_int),
        ("options", ctypes.c_ulong),
        ("nscount", ctypes.c_int),
        ("nsaddr_list", _NameServer * 3),
    )


def ask_only(port: int) -> None:
    """Point this thread's C resolver to a nameserver on loopback, with the patience of resolv.conf's defaults."""
    libc = ctypes.CDLL(None)
    libc.__res_init()
    libc.__res_state.restype = ctypes.POINTER(_Resolver)
    state = libc.__res_state().contents
    state.retrans, state.retry, state.nscount = 5, 2, 1
    server = state.nsaddr_list[0]
    server.family, server.port = socket.AF_INET, socket.htons(port)
    server.address = (ctypes.c_ubyte * 4)(127, 0, 0, 1)


def resolves() -> Iterator[object]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        ask_only(silent.getsockname()[1])
        yield socket.getaddrinfo("silent.example.com", 443)


def receives() -> Iterator[object]:
    ours, _theirs = socket.socketpair()
    yield ours.recv(1)


def spins() -> Iterator[object]:
    while True:
        pass
    yield


def backtracks() -> Iterator[object]:
    yield re.match(r"(a|aa)+$", "a" * 60 + "b")


def sleeps_in_c() -> Iterator[object]:
    yield ctypes.PyDLL(None).sleep(60)  # PyDLL keeps the interpreter's lock


def exits() -> Iterator[object]:
    os._exit(3)
    yield


def leaves() -> Iterator[object]:
    raise SystemExit(0)
    yield


HANGS: dict[str, Work] = {
    "resolves": resolves,
    "receives": receives,
    "spins": spins,
    "backtracks": backtracks,
    "sleeps": sleeps_in_c,
}
ENDS: dict[str, Work] = {"exits": exits, "leaves": leaves}


def collector(name: str, work: Work) -> type[Facts]:
    def collect(cls: type[Facts], world: World) -> Iterator[object]:
        yield from work()

    made = type(name, (Facts,), {"kind": name, "collect": classmethod(collect), "__annotations__": {}})
    return dataclass(frozen=True, kw_only=True)(made)


def check(id: str, kind: type[Facts], work: Callable[[], Iterator[Observation]]) -> Check:
    return replace(rule(id), needs=(Need("facts", kind, True),), judge=lambda facts: work())


def says_ok() -> Iterator[Observation]:
    yield ok("subject", "all is well")


def floods(word: str) -> Callable[[], Iterator[Observation]]:
    return lambda: (ok("subject", word) for _ in count())


@dataclass(frozen=True, kw_only=True)
class Floods(Facts):
    """A collector that never stops."""

    kind: ClassVar[str] = "floods"

    word: str = "x"

    @classmethod
    def collect(cls, world: World) -> Iterator["Floods | Missing"]:
        for _ in count():
            yield cls()


@dataclass(frozen=True, kw_only=True)
class Gushes(Floods):
    """The same, with much to say each time."""

    kind: ClassVar[str] = "gushes"

    word: str = "x" * 200_000


COLLECTORS = {
    **{name: collector(name, work) for name, work in (HANGS | ENDS).items()},
    "floods": Floods,
    "gushes": Gushes,
}
CHECKS = {
    check.id: check
    for check in (
        *(check(f"hang.{name}", Plain, work) for name, work in (HANGS | ENDS).items()),  # type: ignore[arg-type]
        check("hang.floods", Plain, floods("again")),
        check("hang.gushes", Plain, floods("x" * 200_000)),
        *(check(f"need.{name}", kind, says_ok) for name, kind in COLLECTORS.items()),
        check("aaa.first", Plain, says_ok),
        check("hang.middle", Plain, says_ok),
        check("zzz.last", Plain, says_ok),
    )
}
LOAD = registry.load
HEALTHY = {"aaa.first", "hang.middle", "zzz.last"}


def load(check_id: str, distribution: str = "") -> Check:
    """The registry with these checks. It has a name, so that what travels to a zygote finds it there."""
    return CHECKS[check_id] if check_id in CHECKS else LOAD(check_id, distribution)


def examined(checks: dict[str, Check], monkeypatch: pytest.MonkeyPatch, budget: float) -> tuple[Examination, float]:
    monkeypatch.setattr(registry, "built_in", lambda: tuple(sorted(checks)))
    monkeypatch.setattr(registry, "load", load)
    schedule = Schedule(time.monotonic(), budget)
    world = World(request=Request(budget_seconds=budget), until=schedule.gathered, environ={"PATH": os.defpath})
    examination = examine(Run(world=world, schedule=schedule, verify=" ".join))
    return examination, schedule.spent


def in_time(run: Callable[[], tuple[Given, float]], until: float = BUDGET) -> Given:
    """What a run gave within seconds. One that was late is run once more: a machine may stand still for a moment.

    A doctor that is late of its own doing is late twice.
    """
    given, spent = run()
    if spent > until + LATE:
        given, spent = run()
    assert spent <= until + LATE
    return given


def heard(run: tuple[Examination, float]) -> tuple[Examination, float]:
    """The run, and its time; that is endless where not even the first of the healthy checks had its turn."""
    examination, spent = run
    fine = {finding.check for finding in examination.verdict.findings if finding.outcome is Outcome.OK}
    return examination, spent if "aaa.first" in fine else float("inf")


FLOODS = {"floods", "gushes"}


def must_hold(examination: Examination) -> None:
    verdict = examination.verdict
    assert verdict.status is Status.INCONCLUSIVE
    undecided = {f.id for f in verdict.findings if f.outcome is Outcome.UNKNOWN}
    assert undecided >= {f"doctor.out-of-time@{name}" for name in HANGS}
    for check_id in CHECKS.keys() - HEALTHY:
        # Stopped or crashed at its own work, without its evidence, or never begun because time was up.
        own = {f"{engine}@{check_id}" for engine in ("doctor.out-of-time", "doctor.check-crashed")}
        kind = check_id.removeprefix("need.")
        if kind in FLOODS:  # what it had sent in time counts, as long as its own end is told
            own |= {f"{engine}@{kind}" for engine in ("doctor.out-of-time", "doctor.check-crashed")}
        assert undecided & (own | {f"{check_id}@{kind}"}), check_id
    fine = {finding.check for finding in verdict.findings if finding.outcome is Outcome.OK}
    # Those behind the hung ones, where the machine leaves them a turn; and what floods sent before it was stopped.
    assert fine <= HEALTHY | {f"need.{kind}" for kind in FLOODS}
    assert not verdict.diagnoses


@pytest.mark.parametrize("turn", range(4))
def test_a_verdict_in_time_whatever_hangs(turn: int, monkeypatch: pytest.MonkeyPatch) -> None:
    must_hold(in_time(lambda: heard(examined(CHECKS, monkeypatch, BUDGET))))


def test_with_a_little_more_time_all_that_is_healthy_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    examination = in_time(lambda: heard(examined(CHECKS, monkeypatch, 4.0)), 4.0)
    must_hold(examination)
    assert {finding.check for finding in examination.verdict.findings if finding.outcome is Outcome.OK} == HEALTHY


@pytest.mark.long
def test_a_verdict_in_time_two_hundred_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two may be late, or leave the healthy no turn, since a machine stands still now and then; each must be honest."""
    turns = [heard(examined(CHECKS, monkeypatch, BUDGET)) for _ in range(200)]
    for examination, _ in turns:
        must_hold(examination)
    assert len([spent for _, spent in turns if spent > BUDGET + LATE]) <= 2


def test_a_healthy_run_does_not_wait_for_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = {check_id: CHECKS[check_id] for check_id in HEALTHY}
    examination, spent = examined(checks, monkeypatch, 20)
    assert examination.verdict.status is Status.HEALTHY
    assert spent < 5


def test_what_was_gathered_before_the_hang_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def sees_and_hangs() -> Iterator[object]:
        yield Plain(word="before")
        yield from receives()

    kind = collector("plain", sees_and_hangs)
    schedule = Schedule(time.monotonic(), BUDGET)
    world = World(request=Request(), until=schedule.gathered, environ={})
    said: list[str] = []
    gathered = gather([kind], world, schedule, said.append, Ahead((), schedule.gathered))
    evidence, missing = gathered.known
    assert isinstance(evidence, Evidence)
    assert evidence.facts == {"word": "before"}
    assert isinstance(missing, Missing)
    assert (missing.kind, missing.reason) == ("plain", Reason.OUT_OF_TIME)
    assert said == ["plain: out of time"]
    assert schedule.spent <= BUDGET - schedule.reserve + LATE


@pytest.mark.parametrize("name", HANGS)
@pytest.mark.sampled(2)
def test_one_hung_check_costs_no_other_its_word(name: str) -> None:
    schedule = Schedule(time.monotonic(), BUDGET)
    known = (Evidence(kind="plain", source=Plain.source, facts={"word": "seen"}, at="", took=0),)
    checks = [CHECKS[f"hang.{name}"], *(CHECKS[id_] for id_ in sorted(HEALTHY))]
    findings = {judged.finding.id: judged.finding for judged in run_checks(checks, known, schedule)}
    assert {id_.partition("@")[0] for id_, found in findings.items() if found.outcome is Outcome.OK} == HEALTHY
    assert findings[f"doctor.out-of-time@hang.{name}"].outcome is Outcome.UNKNOWN
    assert schedule.spent <= BUDGET + LATE


def test_silence_in_a_resolver_is_really_getaddrinfos() -> None:
    """The proof rests on this: glibc asks our silent nameserver, and waits."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(10)
        port, child = silent.getsockname()[1], os.fork()
        if not child:
            try:
                ask_only(port)
                socket.getaddrinfo("silent.example.com", 443)
            finally:
                os._exit(0)
        try:
            assert b"\x06silent\x07example\x03com" in silent.recv(512)
            assert os.waitpid(child, os.WNOHANG) == (0, 0)
        finally:
            os.kill(child, 9)
            os.waitpid(child, 0)


@pytest.mark.parametrize("name", ["floods", "gushes"])
def test_a_flood_is_stopped_and_does_not_delay_the_verdict(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = {id_: CHECKS[id_] for id_ in (f"need.{name}", *HEALTHY)}
    examination = in_time(lambda: examined(checks, monkeypatch, BUDGET))
    (kept,) = (item for item in examination.known if item.kind == name)
    assert isinstance(kept, Missing)  # nothing of the flood is judged or recorded
    assert {f.check for f in examination.verdict.findings if f.outcome is Outcome.OK} >= HEALTHY


def asked_of_the_handler(**fields: object) -> tuple[dict[str, Any], float]:
    """The reply to a request, and the seconds until it was here, by the clock of who asked."""
    started = time.monotonic()
    reply = handler.handler({"doctor": {"budget_seconds": BUDGET, **fields}}, None)
    return reply, time.monotonic() - started


def stamped(answer: tuple[dict[str, Any], float]) -> tuple[tuple[dict[str, Any], float], float]:
    """The answer, and its time; that is endless where it took longer than it tells: told is what it took, to the last step."""
    reply, spent = answer
    return answer, spent if spent - 0.05 <= reply["timings"]["total"] else float("inf")


def reached(number: int) -> dict[str, object]:
    facts = {"host": f"host-{number}.internal", "port": 443, "probes": []}
    return {"kind": "reach", "source": "inside", "facts": facts, "at": now(), "took": 0.1}


LOST = {"kind": "reach", "reason": "denied"}


@pytest.mark.usefixtures("capsys")
class TestMuchToRead:
    """Evidence comes in with the request: reading it, judging it and writing of it are a part of the budget."""

    @pytest.mark.parametrize("item", [lambda number: LOST, reached], ids=["missing", "seen"])
    @pytest.mark.parametrize("count", [64, 1000])
    def test_as_much_as_a_request_may_hold(self, count: int, item: Callable[[int], dict[str, object]]) -> None:
        reply = in_time(lambda: asked_of_the_handler(evidence=[item(number) for number in range(count)]))
        assert reply["error"] is None
        assert reply["status"] != "healthy"

    def test_more_is_refused_before_it_is_read(self) -> None:
        reply = in_time(lambda: asked_of_the_handler(evidence=[LOST] * 10_000))
        assert reply["error"]["field"] == "doctor.evidence"
        assert "1000 entries or fewer" in reply["error"]["message"]

    def test_what_cannot_be_read_in_time_is_refused(self) -> None:
        with pytest.raises(InvalidRequest, match="longer to read than the budget allows"):
            casefile.brought_along((LOST,), "doctor.evidence", until=time.monotonic() - 1)


def test_writing_of_sixty_four_silent_targets_is_a_part_of_the_budget(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("", 0), backlog=128) as silent:
        port = silent.getsockname()[1]
        targets = [{"host": f"127.0.1.{number}", "port": port} for number in range(1, 65)]
        monkeypatch.setenv("DOCTOR_ALLOW_LOCAL", "1")
        monkeypatch.setenv("DOCTOR_TARGETS", json.dumps(targets))
        reply, spent = in_time(lambda: stamped(asked_of_the_handler(include_casefile=True)))
    assert reply["status"] != "healthy"
    assert len(reply["findings"]) > 64, "there was much to write of"
    assert reply["casefile"]["evidence"]
    assert reply["timings"]["total"] <= spent
    assert capsys.readouterr().out
