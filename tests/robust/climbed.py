"""Hostile peers are climbed to as a run would, a few at a time; what came of each, and how long it took."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from doctor import registry
from doctor.evidence.reach import Probe, Reach
from doctor.probe.ladder import Plan, climb
from tests import peers
from tests.peers import Behaviour
from tests.robust.judged import said

HOST = "sqs.us-east-1.amazonaws.com"
HERE = "127.0.0.1"
PATIENCE = 0.5  # seconds for each rung
SLACK = 0.3  # seconds, of a busy machine
CHECKS = tuple(check for check in registry.built_in() if check.startswith("reach."))
AT_ONCE = 8  # as many as a run climbs to at once
REQUEST_ID = "x-amzn-RequestId: 1b2c"
FROM_AWS = peers.answer("404 Not Found", REQUEST_ID)


class Row(Protocol):
    """A hostile peer has a name, and behaves."""

    @property
    def name(self) -> str: ...

    @property
    def behave(self) -> Behaviour: ...


@dataclass(frozen=True)
class Climb:
    """What came of one: the probe, the seconds that it took, and the ids that the checks give."""

    probe: Probe
    took: float
    said: str


def climbed(rows: Sequence[Row], environ: Mapping[str, str]) -> dict[str, Climb]:
    """Climb to each peer, on a port of its own."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(lambda row: _one(row, environ), rows))
    return {row.name: Climb(probe, took, _judged(probe)) for row, (probe, took) in zip(rows, done, strict=True)}


def _one(row: Row, environ: Mapping[str, str]) -> tuple[Probe, float]:
    with peers.listening(row.behave) as port:
        plan = Plan(host=HOST, port=port, tls=True, http=True, sdk_trust=True, patience=PATIENCE)
        began = time.monotonic()
        probe = climb(plan, HERE, environ)
        return probe, time.monotonic() - began


def _judged(probe: Probe) -> str:
    return said(CHECKS, Reach(host=HOST, port=443, service="sqs", probes=(probe,)))


def in_time(climb: Climb) -> bool:
    """Whether each of the rungs above TCP took no more than its patience."""
    return climb.took <= 2 * PATIENCE + SLACK
