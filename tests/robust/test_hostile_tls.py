"""Every peer that is hostile during the handshake has its class and its finding, within its patience."""

import pytest

from doctor.evidence.reach import Tls
from tests.robust.certificates import Authority
from tests.robust.climbed import Climb, climbed, in_time
from tests.robust.tls_inputs import Row, rows

ROOT = Authority()
ROWS = rows(ROOT)
NAMES = [row.name for row in ROWS]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Climb]:
    """What came of each."""
    bundle = tmp_path_factory.mktemp("trust") / "root.pem"
    bundle.write_bytes(ROOT.pem)
    return climbed(ROWS, {"AWS_CA_BUNDLE": str(bundle)})


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len(set(NAMES)) == len(ROWS) >= 100


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_is_classified(row: Row, seen: dict[str, Climb]) -> None:
    climb = seen[row.name]
    assert climb.probe.tls is row.tls, climb.probe
    assert in_time(climb), climb
    assert climb.probe.detail.isprintable()
    if row.tls is Tls.FAILED:  # a failure that has no name of its own is unknown, and told so by every rung above TCP
        assert "?" in climb.said
        assert climb.probe.detail
    else:
        assert climb.said == row.breaks
    if shown := climb.probe.certificate:
        assert len(shown.names) <= 16
