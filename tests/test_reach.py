"""Targets climbed together: what ends with TCP and what goes on, each told when it is done."""

import socket
import ssl
import time
from collections.abc import Iterator

import pytest
import trustme

from doctor import registry
from doctor.evidence import Missing
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.names import Names, Reply, SystemAnswer
from doctor.evidence.reach import Reach, Tcp, Tls
from doctor.judge import judge
from doctor.request import Request
from doctor.verdict import Outcome
from doctor.world import World
from tests import peers
from tests.evidence import sealed
from tests.evidence.build import sandbox

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


ABOVE_TCP = {
    *("reach.certificate-untrusted", "reach.certificate-wrong-name", "reach.not-tls", "reach.handshake-timeout"),
    *("reach.connection-reset", "reach.no-response", "client.slow-handshake", "client.slow-service"),
}
TCP_ITSELF = ("reach.connect-timeout", "reach.connection-refused", "reach.unreachable", "client.slow-connect")


@pytest.mark.parametrize("addresses", [(), ("127.0.0.1",)], ids=["no address", "not connected"])
@pytest.mark.parametrize("tls", [False, True])
def test_a_plain_target_owes_no_rung_above_tcp(addresses: tuple[str, ...], tls: bool, silent: int) -> None:
    """What is never asked of a target is no question that stays open; what is asked of it, and was not reached, is one."""
    place = Endpoint(host="db.internal", port=silent, tls=tls)
    (found,) = collected(resolved(place, *addresses), seconds=2.0)
    said = {
        check_id: {judged.finding.outcome for judged in judge(registry.load(check_id), sealed(found, sandbox()))}
        for check_id in (*ABOVE_TCP, *TCP_ITSELF)
    }
    above = Outcome.UNKNOWN if tls else Outcome.NOT_APPLICABLE
    assert {check_id: said[check_id] for check_id in ABOVE_TCP} == {key: {above} for key in ABOVE_TCP}
    assert said["reach.connect-timeout"] == {Outcome.PROBLEM if addresses else Outcome.UNKNOWN}
    assert all(said[check_id] <= {Outcome.PROBLEM, Outcome.UNKNOWN} for check_id in TCP_ITSELF)


def test_a_plain_target_that_may_not_be_probed_stays_open() -> None:
    (found,) = collected(resolved(Endpoint(host="db.internal", port=5432, tls=False), HERE), seconds=2.0, local=False)
    (judged,) = judge(registry.load("reach.not-tls"), sealed(found))
    assert judged.finding.outcome is Outcome.UNKNOWN
