"""Record the incidents: play each scene in the laboratory, and keep what the product itself wrote down."""

import sys
from pathlib import Path

CASES = Path(__file__).parent
sys.path.insert(0, str(CASES.parent / "lab"))  # the laboratory's modules find each other by their bare names

from laboratory import missing  # noqa: E402
from vpc import Vpc  # noqa: E402

from doctor.render import json as plain  # noqa: E402
from tests.cases.dress import dressed  # noqa: E402
from tests.cases.scenes import SCENES  # noqa: E402


class Recorder(Vpc):
    """A laboratory that knows the incidents."""

    program = str(CASES / "stage.py")


def main(*names: str) -> int:
    """Record the scenes whose names hold one of these words; all of them where there is none."""
    if reason := missing():
        print(f"no laboratory: {reason}")
        return 2
    with Recorder() as recorder:
        for scene in SCENES:
            if names and not any(name in scene.name for name in names):
                continue
            case = recorder.do("row", name=scene.name)["both"]["casefile"]
            print(f"{scene.name}: {case['verdict']['status']}: {case['verdict']['headline']}")
            file = CASES / f"{scene.name}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(plain.text(dressed(case)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
