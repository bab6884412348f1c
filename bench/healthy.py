"""A healthy run of all checks on twelve targets, beside curl at the slowest of them: what does not overlap is overhead.

Ours is the handler from its call to its verdict, in a process that has imported it as Lambda's init phase does, with the
application's identity asked of a canned STS. One target takes two seconds to shake hands, the others a fifth of that.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.compare import ROOT, Row, as_function, at_most, main, medians
from bench.servers import serving

SLOWEST = 2.0  # seconds
TARGETS = 12
_RUN = """
import json, os, sys, time
import handler
if sys.argv[1] == "warm":
    handler.handler({"doctor": {"budget_seconds": 1}}, None)  # the same before, cut short
started = time.monotonic()
verdict = handler.handler({"doctor": {}}, None)
os.write(2, json.dumps([time.monotonic() - started, verdict["status"], verdict["headline"]]).encode())
"""


def measure(rounds: int, slowest: float = SLOWEST) -> list[Row]:
    """The handler's first call and a later one, and curl."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with serving("http", folder) as aws, serving(str(slowest), folder) as slow:
            targets = [{"host": f"127.0.0.{number}", "port": slow} for number in range(1, TARGETS + 1)]
            environ = as_function(
                f"http://127.0.0.1:{aws}",
                folder,
                AWS_LAMBDA_RUNTIME_API="127.0.0.1:9",
                DOCTOR_ALLOW_LOCAL="1",
                DOCTOR_TARGETS=json.dumps(targets),
                SSL_CERT_FILE=str(folder / "root.pem"),
            )
            first, later, curl = medians(
                rounds,
                lambda: _doctor("cold", environ),
                lambda: _doctor("warm", environ),
                lambda: _curl(f"https://127.0.0.1:{slow}/", folder / "root.pem"),
            )
    theirs = ("its slowest probe by curl", curl)
    return [
        at_most("Healthy run of 12 targets, first call", 1.10, ("doctor", first), theirs),
        at_most("Healthy run of 12 targets, later call", 1.10, ("doctor", later), theirs),
    ]


def _doctor(how: str, environ: dict[str, str]) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, how], env=environ, cwd=ROOT, check=True, capture_output=True, text=True
    )
    took, status, headline = json.loads(done.stderr)
    if status != "healthy":
        raise AssertionError(f"{status}: {headline}")
    return float(took)


def _curl(url: str, root: Path) -> float:
    command = [
        "curl",
        "--silent",
        "--output",
        os.devnull,
        "--cacert",
        str(root),
        "--write-out",
        "%{time_appconnect}",
        url,
    ]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main(measure, rounds=7)
