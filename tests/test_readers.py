"""What children that judge find ready in their zygote."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from doctor import judge as judging
from doctor import registry, zygote
from doctor.evidence import Evidence, Facts, revive
from doctor.hear import hear
from doctor.judge import judge
from doctor.schedule import Schedule
from doctor.verdict import Outcome
from tests.evidence import CASES, sealed
from tests.test_judge import Whole, asks

ROOT = Path(__file__).parent.parent
READY = """
from doctor import registry
checks = [registry.load(check_id) for check_id in registry.built_in()]
from doctor import evidence, readers
made = evidence._adapter.cache_info().misses
for check in checks:
    for need in check.needs:
        evidence._adapter(need.facts)
print(made, evidence._adapter.cache_info().misses - made)
"""


def test_every_kind_that_a_check_needs_is_ready_to_be_read() -> None:
    done = subprocess.run([sys.executable, "-c", READY], capture_output=True, text=True, check=True, cwd=ROOT)
    made, missed = map(int, done.stdout.split())
    assert made > 10
    assert missed == 0


@pytest.mark.parametrize("check_id", ["credentials.rejected", "dns.no-address", "reach.connect-timeout"])
def test_a_child_of_the_zygote_finds_what_a_child_of_ours_finds(check_id: str) -> None:
    checks = [registry.load(id_) for id_ in registry.built_in() if not id_.startswith("doctor.")]
    known = sealed(*CASES[check_id].failing[0])
    direct = hear(checks, known, Schedule(time.monotonic(), 20))
    with zygote.early("doctor.readers"):
        shared = hear(checks, known, Schedule(time.monotonic(), 20), "doctor.readers")
    assert shared == direct
    assert any(item.finding.outcome is Outcome.PROBLEM and item.finding.check == check_id for item in shared)


def test_what_many_checks_need_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[type[Facts]] = []

    def reading(kind: type[Facts], evidence: Evidence) -> Facts:
        read.append(kind)
        return revive(kind, evidence)

    monkeypatch.setattr(judging, "revive", reading)
    checks = tuple(asks((Whole, True)) for _ in range(5))
    said = [item for item in judging.Judging(checks, sealed(Whole(word="seen")))() if "done" in item]
    assert len(said) == 5
    assert all("judged" in item for item in said)
    assert read == [Whole]


def test_facts_that_cannot_be_read_crash_each_check_that_needs_them() -> None:
    (evidence,) = sealed(Whole())
    checks = (asks((Whole, True)), asks((Whole, True)))
    said = [item for item in judging.Judging(checks, (replace(evidence, facts={"word": 7}),))() if "done" in item]
    assert ["crashed" in item for item in said] == [True, True]
    with pytest.raises(ValueError, match="word"):
        judge(checks[0], (replace(evidence, facts={"word": 7}),))
