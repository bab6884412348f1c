"""What an application pays before the first examination: the modules that `import doctor` and `import handler` load."""

import subprocess
import sys

from bench.compare import ROOT, Row, main

FORBIDDEN = frozenset({"boto3", "botocore", "dns", "click", "pydantic", "pydantic_core", "ssl", "asyncio"})
# Modules beyond those that the interpreter itself loads. The first needs importlib and typing, the second pathlib too.
CEILING = {"doctor": 30, "handler": 40}


def measure(rounds: int) -> list[Row]:
    """One row an import; a count needs no second round."""
    del rounds
    nothing = _loaded("pass")
    return [_row(name, _loaded(f"import {name}") - nothing, len(nothing)) for name in CEILING]


def _row(name: str, loaded: set[str], before: int) -> Row:
    heavy = sorted(FORBIDDEN & {module.partition(".")[0] for module in loaded})
    return Row(
        what=f"Modules that `import {name}` loads",
        ours=f"{len(loaded)} modules",
        theirs=f"bare Python {before}",
        figure=f"heavy: {', '.join(heavy) or 'none'}",
        goal=f"≤ {CEILING[name]}, none heavy",
        met=not heavy and len(loaded) <= CEILING[name],
    )


def _loaded(statement: str) -> set[str]:
    program = f"{statement}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


if __name__ == "__main__":
    main(measure, rounds=1)
