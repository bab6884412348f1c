"""Cases of the area `function`."""

from tests.evidence.build import Cases

CASES: dict[str, Cases] = {}
