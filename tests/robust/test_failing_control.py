"""Whatever AWS call of the control side fails, in whatever way: a verdict in time, and never a false healthy.

Here the command line is timed as a whole; the calls below AWS's fail in `test_failing_calls`. A sound account in moto is
examined from outside. EC2 answers in two pages, so that a page may fail whose predecessor did not.
"""

import contextlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import exceptions
from click.testing import CliRunner
from moto import mock_aws
from moto.core.models import botocore_stubber

import cli
from doctor import registry
from doctor.isolation import child, zygote
from doctor.isolation.child import FORKS
from tests.network.account import REGION
from tests.robust import outside
from tests.robust.faults import FAULTS, NOISE, Harness, Injection, UnforeseenError

BUDGET, LATE = 3.0, 0.1  # seconds; DESIGN's promise
_ENVIRON = {
    "AWS_ACCESS_KEY_ID": "ASIAQEXAMPLEOPERATOR",
    "AWS_SECRET_ACCESS_KEY": "s" * 40,
    "AWS_SESSION_TOKEN": "t" * 100,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_BODIES = {"end": b"", "garbage": NOISE, "nothing": b"{}", "error": b'{"__type": "InternalFailure", "message": "no"}'}
Verdict = dict[str, Any]
Call = tuple[str, str, int]

pytestmark = pytest.mark.skipif(
    not FORKS, reason="the harness reaches children that are forked; elsewhere they are spawned"
)


class Runs:
    """Examinations of one sound function, in each of which one call may fail."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._log, self._casefile = os.open(folder / "calls", os.O_CREAT | os.O_RDWR | os.O_APPEND), folder / "case"
        self._harness = Harness({}, {}, {}, self._log)
        for module in (child, zygote):
            patch.setattr(module, "serve", self._harness.counted(child.serve))
        self._lists = dict(_lists_of_pages())
        self._answer = botocore_stubber.process_request
        patch.setattr(botocore_stubber, "process_request", self._answering)
        outside.deploy(patch)
        self.sound = self.run(None)
        self.calls = self._calls()
        again = (set(_leaves(self.sound)) ^ set(_leaves(self.run(None))) for _ in range(2))
        self.restless = {place for differing in again for place, _ in differing}  # such as the time of a read

    def run(self, injection: Injection | None) -> Verdict:
        """One examination: its verdict, the evidence, the seconds it took, and whether the call really failed."""
        os.ftruncate(self._log, 0)
        self._harness.injection = injection
        asked = ["examine", "orders", "--via", "outside", "--budget", str(BUDGET), "--output", "json"]
        started = time.monotonic()
        asked += ["--output", f"casefile={self._casefile}"]
        done = CliRunner(env=_ENVIRON).invoke(cli.doctor, asked, standalone_mode=False)
        spent = time.monotonic() - started
        assert done.exception is None, done.exception
        evidence = json.loads(self._casefile.read_text())["evidence"]
        return {**json.loads(done.stdout), "evidence": evidence, "spent": spent, "fired": "!" in self._counted()}

    def _counted(self) -> str:
        os.lseek(self._log, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._log)) as log:
            return log.read()

    def _calls(self) -> list[Call]:
        lines = (line.split() for line in self._counted().splitlines())
        return sorted({(task, door, int(number)) for task, door, number in lines})

    def _answering(self, request: Any) -> Any:
        fault = self._harness.fails("aws")
        if fault == "timeout":
            time.sleep(BUDGET)  # no limit of the doctor's own is shorter than its budget's
            raise exceptions.ReadTimeoutError(endpoint_url=request.url)
        if fault == "reset":
            raise exceptions.ConnectionClosedError(endpoint_url=request.url)
        if fault == "exception":
            raise UnforeseenError
        if fault:
            return 200, {}, _BODIES[fault]
        return _recorded(request) or self._page(request)

    def _page(self, request: Any) -> Any:
        """EC2's answer in two pages, the second one empty."""
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        asked = re.search(r"Action=(\w+)", body)
        if not asked or asked[1] not in self._lists or "//ec2." not in request.url:
            return self._answer(request)
        ending = f"</{asked[1]}Response>"
        if "NextToken=more" in body:
            return 200, {}, f"<{asked[1]}Response><requestId>second</requestId><{self._lists[asked[1]]}/>{ending}"
        status, headers, reply = self._answer(request)
        text = reply.decode() if isinstance(reply, bytes) else reply
        return status, headers, text.replace(ending, f"<nextToken>more</nextToken>{ending}")


def _lists_of_pages() -> Iterator[tuple[str, str]]:
    """The operations of EC2 that answer in pages, and how the list of a page is called on the wire."""
    ec2 = boto3.client("ec2", region_name=REGION)
    for name, operation in ec2.meta.method_to_api_mapping.items():
        if ec2.can_paginate(name):
            (key, *_) = ec2.get_paginator(name).result_keys
            shape = ec2.meta.service_model.operation_model(operation).output_shape
            yield operation, shape.members[key.expression].serialization["name"]


def _recorded(request: Any) -> Any:
    target = request.headers.get("X-Amz-Target", b"")
    host = request.url.partition("://")[2].partition("/")[0]
    told = outside.recorded(host, target.decode() if isinstance(target, bytes) else target)
    return told and (200, {}, told)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as aws:
        for name, value in _ENVIRON.items():
            patch.setenv(name, value)
        aws.enter_context(mock_aws())
        yield Runs(tmp_path_factory.mktemp("control"), patch)


def why_not_healthy(runs: Runs, told: Verdict) -> list[str]:
    """What a healthy verdict passes over: a conclusion that is gone, or other evidence, without a word about it."""
    fine, now = _deciding(runs.sound), _deciding(told)
    before = {(each["id"], each["outcome"]) for each in runs.sound["findings"]}
    news = {
        each["check"]
        for each in told["findings"]
        if each["outcome"] in ("problem", "unknown") and (each["id"], each["outcome"]) not in before
    }
    gone = [f"{id_} is gone" for id_, check in fine.items() if id_ not in now and check not in news]
    differing = {place for place, _ in set(_leaves(runs.sound)) ^ set(_leaves(told))} - runs.restless
    unsaid = _read(fine.values()) - _read(news)
    return gone + [f"{kind} differs" for kind in sorted({kind for kind, *_ in differing} & unsaid)]


def _read(checks: Iterable[str]) -> set[str]:
    """The kinds of evidence from which these checks conclude.

    Of the network most is of no concern to these targets: what concerns them is in `paths`, which is held to every leaf.
    """
    return {need.facts.kind for check in checks for need in registry.load(check).needs} - {"network"}


def _deciding(verdict: Verdict) -> dict[str, str]:
    return {
        each["id"]: each["check"]
        for each in verdict["findings"]
        if each["outcome"] == "ok" and each["severity"] == "breaks"
    }


def _leaves(verdict: Verdict) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every value of the evidence, by kind, target and path.

    Of what was not read of the role only which part: moto simulates nothing, so a simulation is unread for one reason or other.
    """
    for item in verdict["evidence"]:
        facts = item.get("facts", "missing")
        if item["kind"] == "permissions" and "unread" in facts:
            facts = {**facts, "unread": sorted(each["part"] for each in facts["unread"])}
        yield from _within(facts, (item["kind"], str(item.get("target"))))


def _within(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(value, dict | list):
        yield path, repr(value)
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _within(inner, (*path, str(key)))


def must_hold(runs: Runs, call: Call, fault: str) -> list[str]:
    """What is wrong with a run in which this call failed so."""
    told = runs.run(Injection(*call, fault))
    wrong = [] if told["fired"] else ["the call was not made"]
    if told["spent"] > BUDGET + LATE:  # by the clock of who asked, the report and its two files included
        wrong.append(f"{told['spent']:.2f} s, and it tells {told['timings']['total']} s")
    if told["status"] == "healthy":
        wrong += why_not_healthy(runs, told)
    return wrong


def _all(runs: Runs) -> list[tuple[Call, str]]:
    return [(call, fault) for call in runs.calls for fault in FAULTS]


def _wrong(runs: Runs, chosen: list[tuple[Call, str]]) -> dict[str, list[str]]:
    return {
        " ".join(map(str, (*call, fault))): flaws for call, fault in chosen if (flaws := must_hold(runs, call, fault))
    }


@pytest.mark.long
def test_without_a_fault_it_is_healthy(runs: Runs) -> None:
    assert runs.sound["status"] == "healthy", runs.sound["headline"]
    assert len(runs.calls) >= 30
    assert why_not_healthy(runs, runs.run(None)) == []


def test_a_sample_of_calls_that_fail(runs: Runs) -> None:
    """From every part of what can fail, each time in another way."""
    every = _all(runs)
    step = len(every) // 3 + 1
    assert _wrong(runs, [every[place + number] for number, place in enumerate(range(0, len(every) - 3, step))]) == {}


@pytest.mark.long
def test_every_call_fails_in_every_way(runs: Runs) -> None:
    assert _wrong(runs, _all(runs)) == {}


@pytest.mark.long
def test_every_call_succeeds_and_tells_nothing(runs: Runs) -> None:
    assert _wrong(runs, [(call, fault) for call in runs.calls for fault in ("nothing", "error")]) == {}
