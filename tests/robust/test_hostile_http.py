"""Every peer that is hostile after the handshake has its class and its finding, within its patience."""

from dataclasses import dataclass

import pytest
from cryptography import x509

from tests.peers import Behaviour, over_tls
from tests.robust.certificates import Authority
from tests.robust.climbed import HOST, Climb, climbed, in_time
from tests.robust.http_inputs import ROWS, Row


@dataclass(frozen=True)
class _Behind:
    """A peer of the table behind a sound handshake."""

    name: str
    behave: Behaviour


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Climb]:
    """What came of each."""
    root = Authority()
    bundle = tmp_path_factory.mktemp("trust") / "root.pem"
    bundle.write_bytes(root.pem)
    context = root.issue([x509.DNSName(HOST)]).context()
    return climbed([_Behind(row.name, over_tls(context, row.says)) for row in ROWS], {"AWS_CA_BUNDLE": str(bundle)})


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_is_classified(row: Row, seen: dict[str, Climb]) -> None:
    climb = seen[row.name]
    probe = climb.probe
    assert (probe.http, probe.status, probe.request_id) == (row.http, row.status, row.request_id), probe
    assert climb.said == row.finding
    assert in_time(climb), climb
    assert probe.detail.isprintable()
    assert probe.server.isprintable()
    assert len(probe.server) <= 64
