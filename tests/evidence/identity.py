"""Cases of the area `identity`."""

from tests.evidence.build import Cases

CASES: dict[str, Cases] = {}
