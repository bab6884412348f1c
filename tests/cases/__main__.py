"""Write the derived evidence and every verdict anew: what `doctor replay` says today."""

import sys
import tempfile
from pathlib import Path

from tests.cases import derive, judge


def main() -> int:
    """Write, and name what changed."""
    derive.write()
    with tempfile.TemporaryDirectory() as folder:
        for evidence in judge.files():
            said = judge.replay(evidence, Path(folder))
            for file, text in zip(judge.golden(evidence), (said.text, said.page), strict=True):
                if not file.exists() or file.read_text(encoding="utf-8") != text:
                    file.write_text(text, encoding="utf-8")
                    print(file.relative_to(judge.CASES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
