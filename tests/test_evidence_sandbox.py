"""The sandbox's own limits, measured where they are real: a full file system, a busy process, a large one."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cfnlint
import pytest

from doctor import registry
from doctor.evidence.sandbox import Sandbox
from doctor.judge import judge
from doctor.request import Request
from doctor.verdict import Outcome, Severity
from doctor.world import World
from tests.evidence import sealed

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parent.parent
LIFECYCLES = json.loads(
    Path(cfnlint.__file__).with_name("data").joinpath("AdditionalSpecs", "LmbdRuntimeLifecycle.json").read_text()
)
FUNCTION = {
    "AWS_LAMBDA_FUNCTION_NAME": "jobs",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
}
# Collects with `folder` in place of /tmp, after `first`, and says what it saw.
PROGRAM = """
import json, sys, time
from dataclasses import asdict
from doctor.evidence.sandbox import Sandbox
from doctor.request import Request
from doctor.world import World
Sandbox.temporary_path = sys.argv[1]
exec(sys.argv[2])
(seen,) = Sandbox.collect(World(request=Request(), until=time.monotonic() + 9, environ=json.loads(sys.argv[3])))
print(json.dumps(asdict(seen)))
"""


def collected(environ: dict[str, str] = FUNCTION, **world: Any) -> Sandbox:
    (found,) = Sandbox.collect(World(request=Request(), until=time.monotonic() + 9, environ=environ, **world))
    assert isinstance(found, Sandbox)
    return found


def inside(folder: Path, first: str = "", mount: str = "") -> Sandbox:
    """What the collector sees in another process; `mount` puts a file system on the folder, for that process alone."""
    command = [sys.executable, "-c", PROGRAM, str(folder), first, json.dumps(FUNCTION)]
    if mount:
        own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        script = f'{mount} && exec "$@"'
        command = ["unshare", *own_user, "--mount", "--", "sh", "-ec", script, "sh", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return Sandbox(**json.loads(done.stdout))


def finding(check: str, seen: Sandbox) -> tuple[Outcome, Severity]:
    (item,) = judge(registry.load(check), sealed(seen))
    return item.finding.outcome, item.finding.severity


def can_mount() -> bool:
    own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    trial = ["unshare", *own_user, "--mount", "--", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return (
        shutil.which("unshare") is not None and subprocess.run(trial, capture_output=True, check=False).returncode == 0
    )


def test_what_variables_say() -> None:
    seen = collected(remaining=2.5)
    assert (seen.in_function, seen.memory, seen.runtime, seen.remaining) == (True, 512, "python3.13", 2.5)
    assert seen.temporary_error == ""
    assert seen.temporary_free > 0
    outside = collected({})
    assert (outside.in_function, outside.memory, outside.runtime) == (False, None, "")
    assert collected(FUNCTION | {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "much"}).memory is None


def test_its_facts_are_plain() -> None:
    json.dumps(asdict(collected()))


@pytest.mark.skipif(not can_mount(), reason="this machine lets nobody mount a file system of his own")
class TestFileSystems:
    @pytest.mark.parametrize(
        ("mount", "error"),
        [
            ("mount -t tmpfs -o size=64k tmpfs {0} && head -c 65536 /dev/zero > {0}/full", "No space left on device"),
            ("mount -t tmpfs -o nr_inodes=1 tmpfs {0}", "No space left on device"),
            ("mount -t tmpfs -o ro tmpfs {0}", "Read-only file system"),
        ],
        ids=["full", "no-inodes", "read-only"],
    )
    def test_a_folder_that_takes_no_block(self, mount: str, error: str, tmp_path: Path) -> None:
        seen = inside(tmp_path, mount=mount.format(tmp_path))
        assert seen.temporary_error == error
        assert finding("function.temporary-space-full", seen) == (Outcome.PROBLEM, Severity.BREAKS)

    def test_little_room_is_a_risk(self, tmp_path: Path) -> None:
        seen = inside(tmp_path, mount=f"mount -t tmpfs -o size=512k tmpfs {tmp_path}")
        assert (seen.temporary_error, seen.temporary_total) == ("", 512 * 1024)
        assert finding("function.temporary-space-full", seen) == (Outcome.PROBLEM, Severity.RISKS)

    def test_room(self, tmp_path: Path) -> None:
        seen = inside(tmp_path, mount=f"mount -t tmpfs -o size=8m tmpfs {tmp_path}")
        assert finding("function.temporary-space-full", seen)[0] is Outcome.OK


def test_a_limit_on_files_is_met_by_writing(tmp_path: Path) -> None:
    """Counters say that there is room; only writing tells."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))"
    seen = inside(tmp_path, limit)
    assert seen.temporary_error == "File too large"
    assert seen.temporary_free > 0
    assert finding("function.temporary-space-full", seen)[0] is Outcome.PROBLEM


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    seen = inside(tmp_path / "absent")
    assert (seen.temporary_error, seen.temporary_total) == ("No such file or directory", 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is in Linux's /proc")
class TestPeak:
    def test_it_is_that_of_the_process_that_is_asked_for(self) -> None:
        """Memory that was given back long ago counts: that is what a peak is."""
        program = (
            "held = bytearray(150 * 1024 * 1024); del held; print('ready', flush=True); import sys; sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-S", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            seen = collected(platform_environ=Path(f"/proc/{child.pid}/environ"))
            child.kill()
        assert seen.peak is not None
        assert 150 <= seen.peak < 250

    def test_a_process_that_is_gone_has_none(self, tmp_path: Path) -> None:
        seen = collected(platform_environ=tmp_path / "environ")
        assert seen.peak is None
        assert finding("function.out-of-memory", seen)[0] is Outcome.UNKNOWN


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux holds a process to one CPU")
def test_a_process_that_shares_its_cpu_gets_less() -> None:
    """On one CPU with three neighbours that go before it, as a small function's quota would have it."""
    pinned = f"import os; os.sched_setaffinity(0, {{{min(os.sched_getaffinity(0))}}})"
    busy = [subprocess.Popen([sys.executable, "-S", "-c", f"{pinned}\nwhile True: pass"]) for _ in range(3)]
    try:
        shared = inside(Path("/tmp"), f"{pinned}; os.nice(10)").cpu_share
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert 0 < shared < 0.5


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("AWS_Lambda_python3.13", Outcome.OK),
        ("AWS_Lambda_python3.6", Outcome.PROBLEM),
        ("AWS_Lambda_python9.9", Outcome.UNKNOWN),
        ("AWS_Lambda_Image", Outcome.NOT_APPLICABLE),
        ("", Outcome.NOT_APPLICABLE),
    ],
)
def test_runtimes(variable: str, expected: Outcome) -> None:
    seen = collected(FUNCTION | {"AWS_EXECUTION_ENV": variable})
    assert finding("function.runtime-deprecated", seen)[0] is expected


@pytest.mark.parametrize("runtime", [name for name in LIFECYCLES if name.startswith("python")])
def test_runtimes_are_deprecated_on_the_day_that_cfn_lint_knows(runtime: str) -> None:
    """Its next release shows what is missing here."""
    day = date.fromisoformat(LIFECYCLES[runtime]["deprecated"])
    seen = replace(collected(), runtime=runtime)
    for today, expected in ((day, Outcome.PROBLEM), (day - timedelta(days=1), Outcome.OK)):
        assert finding("function.runtime-deprecated", replace(seen, today=today.isoformat()))[0] is expected
