"""What the doctor says of a recorded incident today: `doctor replay`, without the seconds that the judging itself took."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cli

CASES = Path(__file__).parent
_TOOK = re.compile(r"; [0-9.]+ s of 60 s$")


@dataclass(frozen=True)
class Said:
    """A verdict as JSON and as Markdown."""

    verdict: dict[str, Any]
    page: str

    @property
    def text(self) -> str:
        """The verdict as it is kept."""
        return json.dumps(self.verdict, indent=1, ensure_ascii=False) + "\n"


def files() -> tuple[Path, ...]:
    """All recorded evidence."""
    return tuple(sorted(CASES.glob("incident-*/evidence*.json")))


def replay(evidence: Path, folder: Path) -> Said:
    """Judge one case file again; `folder` takes what the command writes."""
    said, page = folder / "said.json", folder / "said.md"
    code = cli.run(["replay", str(evidence), "--quiet", "--output", f"json={said}", "--output", f"markdown={page}"])
    if code == 2:
        raise ValueError(f"{evidence} is no case file of this doctor")
    verdict: dict[str, Any] = json.loads(said.read_text(encoding="utf-8"))
    return Said(verdict | {"timings": None}, _TOOK.sub("", page.read_text(encoding="utf-8").rstrip()) + "\n")


def golden(evidence: Path) -> tuple[Path, Path]:
    """Where the verdict on this evidence is kept: as JSON, and as Markdown."""
    name = evidence.stem.replace("evidence", "verdict", 1)
    return evidence.with_name(f"{name}.json"), evidence.with_name(f"{name}.md")
