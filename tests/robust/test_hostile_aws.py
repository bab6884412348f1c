"""Every reply that is not AWS's, or not whole, has its class and its finding, within the seconds that were given."""

import json
import resource
import socket
import sys
import time
from dataclasses import asdict, dataclass

import pytest

import doctor.isolation.preload
from doctor.evidence.caller import Caller, Identity, ask
from doctor.request import Request
from doctor.world import World
from tests import peers
from tests.robust.aws_inputs import ROWS, Row
from tests.robust.judged import said

MOST = 0.45  # seconds of a call
LATE = 0.1
KEYS = {
    "AWS_ACCESS_KEY_ID": "ASIA3Q7JWF5KX2MB6TZD",
    "AWS_SECRET_ACCESS_KEY": "q0Vb7Tn4XcRz1LmKp9Yw2HsJd5Gf8AeUo3IiBv6N",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2lu" + "d1" * 40,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "DOCTOR_ALLOW_LOCAL": "1",
}
CHECKS = ("identity.caller-unknown", "credentials.rejected")


@dataclass(frozen=True)
class Told:
    """What was made of a reply, and the seconds that it took."""

    identity: Identity
    took: float


def asked(row: Row) -> Told:
    """Make the row's call at a server that answers so."""
    with peers.listening(row.behave) as port, pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # the doctor guards it for good
        environ = KEYS | {f"AWS_ENDPOINT_URL_{row.service.upper()}": f"http://127.0.0.1:{port}"}
        for name, value in environ.items():
            patch.setenv(name, value)
        began = time.monotonic()
        world = World(request=Request(), until=began + 9, environ=environ)
        identity = ask(world, row.service, most=MOST)
        return Told(identity, time.monotonic() - began)


@pytest.fixture(scope="module")
def warm() -> None:
    """The SDK is loaded, as it is in a run's children."""
    for service in ("sts", "dynamodb", "sqs", "s3"):
        doctor.isolation.preload.session().client(service, region_name="us-east-1")


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 120


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_is_classified(row: Row, warm: None) -> None:
    told = asked(row)
    identity = told.identity
    assert (identity.answer, identity.code) == (row.answer, row.code), identity
    assert told.took <= MOST + LATE
    assert len(json.dumps(asdict(identity))) < 4000, "foreign text is cut"
    assert "123456789012" not in json.dumps(asdict(identity))
    assert said(CHECKS, Caller(identity=identity, sts_declared=True)) == row.finding


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS counts the most memory in bytes")
def test_a_body_without_end_takes_no_memory(warm: None) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asked(next(row for row in ROWS if row.name == "a body without end"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024, "kilobytes"
