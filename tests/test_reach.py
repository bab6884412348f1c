"""Targets climbed together: what ends with TCP and what goes on, each told when it is done."""

import socket
import ssl
import time
from collections.abc import Iterator

import pytest
import trustme

from doctor.evidence import Missing
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.names import Names, Reply, SystemAnswer
from doctor.evidence.reach import Reach, Tcp, Tls
from doctor.request import Request
from doctor.world import World
from tests import peers
from tests.evidence import sealed

pytestmark = pytest.mark.alone

HERE = "127.0.0.1"


def resolved(endpoint: Endpoint, *addresses: str) -> tuple[Endpoint, Names]:
    system = SystemAnswer(reply=Reply.RESOLVED, addresses=addresses, took=0.1)
    return endpoint, Names(host=endpoint.host, port=endpoint.port, system=system)


def collected(*known: tuple[Endpoint, Names], seconds: float, local: bool = True) -> Iterator[Reach]:
    environ = {"DOCTOR_ALLOW_LOCAL": "1"} if local else {}
    facts = [fact for pair in known for fact in pair]
    world = World(request=Request(), until=time.monotonic() + seconds, environ=environ, known=sealed(*facts))
    for reach in Reach.collect(world):
        assert not isinstance(reach, Missing)
        yield reach


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a listener that swallows every packet: its queue is full."""
    with socket.socket() as listener, socket.socket() as first:
        listener.bind((HERE, 0))
        listener.listen(0)
        first.connect(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_target_is_told_while_another_is_silent(silent: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("db.internal").configure_cert(context)
    with peers.listening(peers.stays_silent) as plain, peers.listening(peers.over_tls(context, peers.ends)) as secure:
        known = (
            resolved(Endpoint(host="silent.internal", port=silent, tls=False), HERE),
            resolved(Endpoint(host="plain.internal", port=plain, tls=False), HERE, "127.0.0.2"),
            resolved(Endpoint(host="secure.internal", port=secure, tls=True), HERE),
        )
        told = {reach.host: (reach, time.monotonic()) for reach in collected(*known, seconds=5.0)}
    assert list(told)[-1] == "silent.internal"
    assert told["silent.internal"][1] - told["secure.internal"][1] > 0.5
    assert [(one.address, one.tcp) for one in told["plain.internal"][0].probes] == [
        (HERE, Tcp.CONNECTED),
        ("127.0.0.2", Tcp.REFUSED),
    ]
    assert [one.tls for one in told["secure.internal"][0].probes] == [Tls.UNTRUSTED]
    assert [one.tries for one in told["silent.internal"][0].probes] == [(Tcp.TIMEOUT,) * 3]


@pytest.mark.parametrize("tls", [False, True])
def test_what_may_not_be_probed_gets_no_packet(tls: bool) -> None:
    with socket.create_server((HERE, 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        addresses = (HERE, "::ffff:127.0.0.1", "169.254.169.254")
        (reach,) = collected(
            resolved(Endpoint(host="x.internal", port=port, tls=tls), *addresses), seconds=5.0, local=False
        )
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert {(one.tcp, one.tries) for one in reach.probes} == {(Tcp.FORBIDDEN, ())}
    assert len(reach.probes) == 3
