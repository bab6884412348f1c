"""Cases of the area `doctor`."""

from tests.evidence.build import Cases

CASES: dict[str, Cases] = {}
