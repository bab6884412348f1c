"""No packet goes to a forbidden address, however it is written and whatever a name leads to: counted in the firewall."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.robust.spellings import ANSWERS, FAMILIES, SPELLINGS

ROOT = Path(__file__).parents[2]
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
_TOOLS = ("unshare", "setpriv", "ip", "nft", "mount")
_TRIAL = "ip link add type veth && mount --bind /dev/null /etc/resolv.conf && nft add table inet trial"

Report = dict[str, Any]


def _namespaces() -> list[str]:
    own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    kinds = ["--net", "--mount", "--pid", "--mount-proc"]
    return ["setpriv", "--pdeathsig", "KILL", "unshare", *own_user, *kinds, "--fork", "--kill-child", "--"]


def missing() -> str:
    """Which means this machine lacks; nothing where it has all."""
    if sys.platform != "linux":
        return "network namespaces exist on Linux only"
    if absent := [tool for tool in _TOOLS if not shutil.which(tool, path=_PATH)]:
        return f"not installed: {', '.join(absent)} (`make lab-deps`)"
    tried = subprocess.run(
        [*_namespaces(), "sh", "-c", _TRIAL], capture_output=True, text=True, env={"PATH": _PATH}, check=False
    )
    return f"no namespaces with a firewall on this machine: {tried.stderr.strip()}" if tried.returncode else ""


@pytest.fixture(scope="module", params=[4, pytest.param(1, marks=pytest.mark.long)], ids=["a quarter", "all"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What the wall counted: of what takes a run, a part or all."""
    if reason := missing():
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"the firewall must count in CI: {reason}")
        pytest.skip(reason)
    environ = {"PATH": _PATH, "PYTHONPATH": os.pathsep.join((str(ROOT), *(path for path in sys.path if path)))}
    command = [
        *_namespaces(),
        sys.executable,
        "-m",
        "tests.robust.wall",
        str(tmp_path_factory.mktemp("wall")),
        str(request.param),
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=ROOT, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    told: Report = json.loads(done.stdout)
    return told


def test_there_are_enough_spellings() -> None:
    assert len(SPELLINGS) >= 150
    assert len(ANSWERS) >= 50
    assert len(FAMILIES) >= 10


def _grown(report: Report, start: int) -> dict[str, int]:
    before, after = report["counts"][start : start + 2]
    return {name: after[name] - before[name] for name in after}


def test_no_packet_goes_to_a_forbidden_address(report: Report) -> None:
    counts = _grown(report, 0)
    assert (counts["forbidden"], counts["other"]) == (0, 0), report["runs"]
    assert counts["names"] > 0, "the named exception: resolv.conf's server"
    assert counts["declared"] > 0, "an answer that is both public and forbidden is connected to where it is public"


def test_the_wall_can_tell(report: Report) -> None:
    counts = _grown(report, 2)
    assert counts["forbidden"] >= 2
    assert counts["other"] >= 1


def test_every_spelling_is_refused_or_forbidden(report: Report) -> None:
    """What is no host is refused before anything begins, and what is one is resolved and not connected to."""
    runs = report["runs"]
    assert len(runs["spellings"]["refused"]) >= 80
    spelled = [run for name, run in runs.items() if name.startswith(("spelled", "named", "AWS"))]
    assert sum(run["forbidden"] for run in spelled) >= 40
    assert [run["reached"] for run in spelled] == [[]] * len(spelled)
    assert not [run for run in spelled if run["status"] == "healthy"]


@pytest.mark.parametrize("kind", ["turn-public", "turn-forbidden", "mixed-public", "mixed-forbidden"])
def test_rebinding_gains_nothing(kind: str, report: Report) -> None:
    """Of the answers that come by turns or at once, the public ones alone are connected to."""
    runs = [run for name, run in report["runs"].items() if name.startswith("rebound ")]
    assert all(" 203.0.113.10 " in reached for run in runs for reached in run["reached"])
    assert sum(run["forbidden"] for run in runs) >= len(runs)
    if kind != "turn-forbidden":
        assert [reached for run in runs for reached in run["reached"] if reached.startswith(kind)]


def test_aws_own_names_are_rebound_too(report: Report) -> None:
    """In both families, and as IPv4 in IPv6; where the answer is public it is connected to."""
    runs = [run for name, run in report["runs"].items() if name.startswith("rebound AWS")]
    assert len(runs) >= 3
    assert any(run["forbidden"] for run in runs)
    assert any(run["reached"] for run in runs)


def test_the_runtimes_own_port_is_nobodys_target(report: Report) -> None:
    """Loopback may be allowed, and is counted; what listens on the runtime's port is not connected to in any spelling."""
    assert _grown(report, 1)["forbidden"] == 0, report["local"]
    assert [run["reached"] for run in report["local"].values()] == [[]] * 2
