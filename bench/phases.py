"""Phase times of one HTTPS probe, the doctor's and curl's, while another process does nothing but load boto3.

The server waits 50 ms before its ServerHello and 80 ms before it answers. Ours is `ladder.climb` in a child of the
product's own supervisor; both sides have the loader beside them.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.compare import Row, main
from bench.servers import HANDSHAKE, serving
from doctor.isolation.child import Task
from doctor.isolation.supervise import Children, Item

_PHASES = ("TCP", "TLS", "first byte")
_LOAD = "import boto3; [boto3.client(name, region_name='us-east-1') for name in ('sts', 'sqs', 'dynamodb', 'ec2')]"
_TIMES = "%{time_connect} %{time_appconnect} %{time_starttransfer}"


@dataclass(frozen=True)
class _Climb:
    port: int

    def __call__(self) -> Iterator[tuple[float, float, float]]:
        from doctor.probe import ladder  # loads ssl, which the parent never does

        plan = ladder.Plan(host="127.0.0.1", port=self.port, tls=True, http=True, sdk_trust=False, patience=3.0)
        probe = ladder.climb(plan, "127.0.0.1", os.environ)
        yield (probe.tcp_took, probe.tls_took, probe.http_took)


def measure(rounds: int) -> list[Row]:
    """One row a phase."""
    with tempfile.TemporaryDirectory() as scratch, serving(str(HANDSHAKE), Path(scratch)) as port, _loading():
        root = Path(scratch, "root.pem")
        os.environ["SSL_CERT_FILE"] = str(root)
        taken = [(_ours(port), _curl(port, root)) for _ in range(rounds)]
        del os.environ["SSL_CERT_FILE"]
    ours, theirs = (
        [statistics.median(phase) for phase in zip(*side, strict=True)] for side in zip(*taken, strict=True)
    )
    return [_row(*phase) for phase in zip(_PHASES, ours, theirs, strict=True)]


def _row(phase: str, ours: float, theirs: float) -> Row:
    apart, limit = abs(ours - theirs), max(0.003, 0.1 * theirs)
    return Row(
        what=f"Phase time, {phase}",
        ours=f"doctor {ours * 1000:.1f} ms",
        theirs=f"curl {theirs * 1000:.1f} ms",
        figure=f"{apart * 1000:.1f} ms apart",
        goal=f"≤ {limit * 1000:.1f} ms",
        met=apart <= limit,
    )


def _ours(port: int) -> tuple[float, float, float]:
    with Children() as children:
        children.start([Task(name="climb", work=_Climb(port), until=time.monotonic() + 10)])
        event = children.next()
    if not isinstance(event, Item):
        raise TypeError(f"the probe was lost: {event}")
    tcp, tls, http = event.payload
    return tcp, tls, http


def _curl(port: int, root: Path) -> tuple[float, float, float]:
    command = ["curl", "--silent", "--output", os.devnull, "--cacert", str(root), "--write-out", _TIMES]
    done = subprocess.run([*command, f"https://127.0.0.1:{port}/"], check=True, capture_output=True, text=True)
    connected, secured, answered = map(float, done.stdout.split())
    return connected, secured - connected, answered - secured


@contextlib.contextmanager
def _loading() -> Iterator[None]:
    """Load boto3 over and over, each time in a new process."""
    again = f"import subprocess, sys\nwhile True: subprocess.run([sys.executable, '-c', {_LOAD!r}])"
    with subprocess.Popen([sys.executable, "-c", again], start_new_session=True) as loader:
        try:
            yield
        finally:
            os.killpg(loader.pid, 9)


if __name__ == "__main__":
    main(measure, rounds=31)
