"""Probes a second, eight at a time: the doctor's ladder in one child, and blackbox_exporter asked over its own API.

Ours climbs as `doctor.evidence.reach` does, three TCP connects a probe included. blackbox_exporter answers `curl
--parallel` on kept-alive connections; a probe of its HTTP module follows no redirect and trusts the same root.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.compare import Row, main, medians
from bench.servers import serving
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.reach import all_at_once
from doctor.isolation.child import Task
from doctor.isolation.supervise import Children, Item

AT_ONCE = 8
PROBES = {"HTTPS": 400, "TCP": 4000}  # of one turn
_CONFIGURATION = """
modules:
  HTTPS:
    prober: http
    timeout: 5s
    http: {{preferred_ip_protocol: ip4, follow_redirects: false, tls_config: {{ca_file: {root}}}}}
  TCP: {{prober: tcp, timeout: 5s, tcp: {{preferred_ip_protocol: ip4}}}}
"""


@dataclass(frozen=True)
class _Climbing:
    """The product's work in the product's threads; yields the seconds that `count` probes took."""

    port: int
    tls: bool
    count: int

    def __call__(self) -> Iterator[float]:
        from doctor.probe import ladder  # loads ssl, which the parent never does

        plan = ladder.Plan(host="127.0.0.1", port=self.port, tls=self.tls, http=self.tls, sdk_trust=False, patience=5.0)
        endpoint = Endpoint(host="localhost", port=self.port, tls=self.tls)
        started = time.perf_counter()
        jobs = [(endpoint, "127.0.0.1")] * self.count
        for _, probe in all_at_once(jobs, lambda _, address: plan, os.environ):
            if not probe.carries:
                raise AssertionError(probe)
        yield time.perf_counter() - started


def exporter() -> str | None:
    """The program of Debian's package, where it is installed."""
    return shutil.which("prometheus-blackbox-exporter")


def measure(rounds: int, share: float = 1.0) -> list[Row]:
    """HTTPS and TCP; nothing where blackbox_exporter is not installed. `share` makes the turns shorter."""
    program = exporter()
    if not program:
        print("prometheus-blackbox-exporter is not installed: `make lab-deps`")
        return []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with serving("tcp", folder) as plain, serving("https", folder) as secure, _blackbox(program, folder) as api:
            os.environ["SSL_CERT_FILE"] = str(folder / "root.pem")
            rows = []
            for module, least, port in (("HTTPS", 1.0, secure), ("TCP", 3.0, plain)):
                count = max(AT_ONCE, int(PROBES[module] * share))
                rows.append(_row(module, least, *_rates(rounds, module, port, api, count)))
            del os.environ["SSL_CERT_FILE"]
    return rows


def _rates(rounds: int, module: str, port: int, api: str, count: int) -> tuple[float, float]:
    target = f"https://127.0.0.1:{port}/" if module == "HTTPS" else f"127.0.0.1:{port}"
    url = f"{api}/probe?module={module}&target={target}"
    with urllib.request.urlopen(url) as answer:
        if b"\nprobe_success 1\n" not in answer.read():
            raise AssertionError(f"blackbox_exporter does not reach {target}")
    taken = medians(rounds, lambda: _ours(port, module == "HTTPS", count), lambda: _theirs(url, count))
    return count / taken[0], count / taken[1]


def _row(module: str, least: float, ours: float, theirs: float) -> Row:
    ratio = ours / theirs
    return Row(
        what=f"{module} probes a second",
        ours=f"doctor {ours:.0f}",
        theirs=f"blackbox_exporter {theirs:.0f}",
        figure=f"{ratio:.2f} x",
        goal=f"≥ {least:.0f} x",
        met=ratio >= least,
    )


def _ours(port: int, tls: bool, count: int) -> float:
    with Children() as children:
        children.start([Task(name="climbing", work=_Climbing(port, tls, count), until=time.monotonic() + 120)])
        event = children.next()
    if not isinstance(event, Item):
        raise TypeError(f"the probes were lost: {event}")
    return float(event.payload)


def _theirs(url: str, count: int) -> float:
    command = [
        "curl",
        "--silent",
        "--no-progress-meter",
        "--fail",
        "--parallel",
        "--parallel-max",
        str(AT_ONCE),
        "--output",
        os.devnull,
    ]
    started = time.perf_counter()
    subprocess.run([*command, f"{url}#[1-{count}]"], check=True)
    return time.perf_counter() - started


@contextlib.contextmanager
def _blackbox(program: str, folder: Path) -> Iterator[str]:
    """The address of a running blackbox_exporter."""
    configuration = folder / "blackbox.yml"
    configuration.write_text(_CONFIGURATION.format(root=folder / "root.pem"))
    command = [program, "--config.file", str(configuration), "--web.listen-address", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            yield next(_listening(line) for line in process.stderr if _listening(line))
        finally:
            process.kill()


def _listening(line: str) -> str:
    _, found, rest = line.partition("127.0.0.1:")
    return f"http://127.0.0.1:{rest.split()[0].strip(chr(34))}" if found else ""


if __name__ == "__main__":
    main(measure, rounds=7)
