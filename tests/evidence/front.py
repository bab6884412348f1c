"""Cases of the area `front`."""

from tests.evidence.build import Cases

CASES: dict[str, Cases] = {}
