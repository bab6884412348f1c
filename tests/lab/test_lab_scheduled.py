"""A deployed doctor on a schedule: it meets what its own function's configuration says, and names that."""

from typing import Any

import pytest
from vpc import Vpc

from tests.test_scheduled import SCHEDULED


def scheduled(row: str) -> dict[str, Any]:
    with Vpc() as vpc:
        verdict: dict[str, Any] = vpc.do("scheduled", name=row, event=SCHEDULED)
    return verdict


@pytest.mark.parametrize(
    ("row", "blocker"),
    [
        ("no egress to the database", "network.egress-blocked"),
        ("database lets nobody in", "network.target-ingress-blocked"),
    ],
)
@pytest.mark.long
def test_it_names_what_blocks_its_own_function(means: None, row: str, blocker: str) -> None:
    verdict = scheduled(row)
    first = verdict["diagnoses"][0]
    assert (verdict["status"], first["check"], first["confidence"]) == ("unhealthy", blocker, "certain"), verdict[
        "headline"
    ]
    assert [each.partition("@")[0] for each in first["explains"]] == ["reach.connect-timeout"]
