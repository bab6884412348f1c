"""All benchmarks, as the table in the README: `python -m bench [--readme]`."""

import argparse
import os
import platform
import re
import statistics

from bench import credentials, healthy, memory, modules, paths, phases, probes
from bench.compare import ROOT, Row

_ALL = (
    (healthy.measure, 7),
    (credentials.measure, 15),
    (phases.measure, 31),
    (probes.measure, 7),
    (memory.measure, 7),
    (modules.measure, 1),
    (paths.measure, 7),
)
_PLACE = re.compile(r"(<!-- bench: [^\n]* -->\n).*?(<!-- end of bench -->)", re.DOTALL)


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | ours | beside | figure | goal | |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        cells = (row.what, row.ours, row.theirs, row.figure, row.goal, "met" if row.met else "**missed**")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print as it goes, and say where goals are missed; never a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    written = parser.parse_args().readme
    loads, rows = [], []
    for measure, rounds in _ALL:
        loads.append(os.getloadavg()[0])
        for row in measure(rounds):
            print(row, flush=True)
            rows.append(row)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, load {statistics.median(loads):.1f}"
    made = f"\nMedians of one run, both sides in turns: {machine}.\n\n{table(rows)}\n"
    print(made)
    if written:
        readme = ROOT / "README.md"
        text, found = _PLACE.subn(lambda place: place[1] + made + place[2], readme.read_text(encoding="utf-8"))
        if found != 1:
            raise SystemExit("README.md has no place for the table")
        readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
