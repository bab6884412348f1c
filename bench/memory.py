"""The largest proportional set size (PSS) over a process tree: a full run, and bare boto3 with the same clients.

Ours is the handler of a 128 MB function with three services as targets: parent, zygote and every child together,
sampled without pause from /proc. Pages that processes share count once. It asks STS who it is and Lambda how it is
configured, so bare boto3 has those clients as well.
"""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.compare import ROOT, Row, as_function, main, medians
from bench.servers import serving

SERVICES = ("sqs", "dynamodb", "sns")
MORE = 25.0  # MB
_BARE = f"""
import boto3
clients = [boto3.client(name) for name in ("sts", "lambda", *{SERVICES!r})]
clients[0].get_caller_identity()
"""
_DOCTOR = f"""
import handler
assert handler.handler({{"doctor": {{"targets": {list(SERVICES)!r}}}}}, None)["status"] != "inconclusive"
"""


def measure(rounds: int) -> list[Row]:
    """One row; Linux only."""
    with tempfile.TemporaryDirectory() as scratch, serving("http", Path(scratch)) as port:
        environ = as_function(
            f"http://127.0.0.1:{port}", Path(scratch), DOCTOR_ALLOW_LOCAL="1", AWS_LAMBDA_FUNCTION_MEMORY_SIZE="128"
        )
        commands = [[sys.executable, "-c", program] for program in (_DOCTOR, _BARE)]
        ours, bare = medians(rounds, *(lambda command=command: _peak(command, environ) for command in commands))
    return [
        Row(
            what="Peak memory (PSS), full run",
            ours=f"doctor {ours:.0f} MB",
            theirs=f"bare boto3, same clients {bare:.0f} MB",
            figure=f"{ours - bare:+.0f} MB",
            goal=f"≤ +{MORE:.0f} MB",
            met=ours - bare <= MORE,
        )
    ]


def _peak(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """MB at the highest moment that was seen."""
    highest = 0
    with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            highest = max(highest, sum(map(_size, _tree(process.pid))))
    if process.returncode:
        raise AssertionError(f"the run ended with status {process.returncode}")
    return highest / 1024


def _tree(pid: int) -> list[int]:
    """A process and its descendants, by each thread's list of children."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found.extend(map(int, (task / "children").read_text().split()))
    return found


def _size(pid: int) -> int:
    """kB; nothing once the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main(measure, rounds=7)
