"""Two sides measured in turns, A B A B, so that what else the machine does falls on both alike."""

import argparse
import base64
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parent.parent
KEY, SECRET = (
    "ASIA3Q7JWF5KX2MB6TZD",
    base64.b64encode(bytes(range(101, 131))).decode(),
)  # shaped like real ones; nobody's

Side = Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: the medians of both sides, what follows from them, and the goal."""

    what: str
    ours: str
    theirs: str
    figure: str
    goal: str
    met: bool

    def __str__(self) -> str:
        verdict = "met" if self.met else "MISSED"
        return f"{self.what}\n  {self.ours} | {self.theirs}\n  {self.figure}, goal {self.goal}: {verdict}"


def medians(rounds: int, *sides: Side) -> list[float]:
    """The median of each side over rounds in which all take their turn."""
    taken = [[side() for side in sides] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]


def at_most(what: str, limit: float, ours: tuple[str, float], theirs: tuple[str, float]) -> Row:
    """Milliseconds against milliseconds: ours may take `limit` times theirs."""
    ratio = ours[1] / theirs[1]
    told = [f"{name} {value * 1000:.0f} ms" for name, value in (ours, theirs)]
    return Row(
        what=what, ours=told[0], theirs=told[1], figure=f"{ratio:.2f} x", goal=f"≤ {limit:.2f} x", met=ratio <= limit
    )


def whole_process(command: Sequence[str], environ: Mapping[str, str]) -> Side:
    """Seconds from the start of a process to its end; one that fails measures nothing and is an error."""

    def run() -> float:
        started = perf_counter()
        subprocess.run(command, env=environ, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return perf_counter() - started

    return run


def as_function(endpoint: str, folder: Path, **more: str) -> dict[str, str]:
    """The environment of a function with sound credentials and `endpoint` as AWS; `folder` is its home."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "DOCTOR_ALLOW_LOCAL": "1",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": "token" * 20,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": str(folder),
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def main(measure: Callable[[int], list[Row]], rounds: int) -> None:
    """Run one benchmark from the command line. A missed goal is told, and is no failure."""
    parser = argparse.ArgumentParser(description=sys.modules[measure.__module__].__doc__)
    parser.add_argument("--rounds", type=int, default=rounds)
    for row in measure(parser.parse_args().rounds):
        print(row)
