"""What a bare client costs, measured against servers on loopback that take a known time for each phase."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import trustme

from doctor import registry
from doctor.evidence import Missing, clients
from doctor.evidence.caller import Answer
from doctor.evidence.clients import Clients, Phase
from doctor.judge import judge
from doctor.request import Request
from doctor.verdict import Outcome
from doctor.world import World
from tests.evidence import build, sealed
from tests.peers import Behaviour, ends, listening, over_tls, stays_silent

pytestmark = pytest.mark.alone

HANDSHAKE, ANSWER = 0.2, 0.1  # seconds
GRANTED = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/jobs/x</Arn>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
REFUSED = (
    "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token is invalid.</Message></Error>"
    "</ErrorResponse>"
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Laboratory")


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(made)
    return made


@pytest.fixture
def function(authority: trustme.CA, clean_environment: Path, tmp_path: Path) -> dict[str, str]:
    authority.cert_pem.write_to_path(tmp_path / "root.pem")
    return {
        "HOME": str(clean_environment),
        "AWS_CA_BUNDLE": str(tmp_path / "root.pem"),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "ASIA3Q7JWF5KX2MB6TZD",
        "AWS_SECRET_ACCESS_KEY": "q0Vb7Tn4XcRz1LmKp9Yw2HsJd5Gf8AeUo3IiBv6N",
        "AWS_SESSION_TOKEN": "IQoJb3JpZ2lu" + "d1" * 40,
        "DOCTOR_ALLOW_LOCAL": "1",
    }


def sts(status: str = "200 OK", text: str = GRANTED, *, pause: float = 0.0, header: str = "") -> Behaviour:
    """An STS that answers every request of a connection, which it leaves to the client to close."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {len(text)}\r\n{header}\r\n"

    def behave(connection: socket.socket) -> None:
        received = b""
        while data := connection.recv(65536):
            received += data
            if b"Action=GetCallerIdentity" in received:  # the body has come too
                received = b""
                time.sleep(pause)
                connection.sendall(f"{head}{text}".encode())

    return behave


def after(pause: float, behave: Behaviour) -> Behaviour:
    """Let the first byte wait before anything is made of it."""

    def late(connection: socket.socket) -> None:
        connection.recv(1, socket.MSG_PEEK)
        time.sleep(pause)
        behave(connection)

    return late


def at(port: int, scheme: str = "https") -> dict[str, str]:
    return {"AWS_ENDPOINT_URL_STS": f"{scheme}://localhost:{port}"}


def collected(environ: dict[str, str], seconds: float = 20.0) -> Clients:
    """What the collector sees: as in its child, os.environ is the world's."""
    world = World(request=Request(), until=time.monotonic() + seconds, environ=environ)
    with patch.dict(os.environ, environ, clear=True):
        (found,) = Clients.collect(world)
    assert not isinstance(found, Missing)
    return found


@pytest.fixture
def slow(context: ssl.SSLContext) -> Iterator[dict[str, str]]:
    with listening(after(HANDSHAKE, over_tls(context, sts(pause=ANSWER)))) as port:
        yield at(port)


class TestACallByPhases:
    def test_each_phase_is_measured(self, slow: dict[str, str], function: dict[str, str]) -> None:
        seen = collected(function | slow)
        assert (seen.failure, seen.host) == ("", slow["AWS_ENDPOINT_URL_STS"].removeprefix("https://"))
        assert seen.first
        assert (seen.first.answer, seen.first.stopped_in) == (Answer.ACCEPTED, None)
        told = {phase: seen.first.spent(phase) for phase in Phase}
        phases = {phase: spent for phase, spent in told.items() if spent is not None}
        assert phases.keys() == told.keys()
        assert HANDSHAKE <= phases[Phase.TLS] < 2 * HANDSHAKE
        assert ANSWER <= phases[Phase.FIRST_BYTE] < 2 * ANSWER
        assert 0 <= phases[Phase.DNS] < ANSWER  # loopback's may be less than a digit of the figure
        assert 0 <= phases[Phase.CONNECT] < ANSWER
        assert sum(phases.values()) <= seen.first.took < 2 * (HANDSHAKE + ANSWER)

    def test_a_kept_connection_costs_its_answer_alone(self, slow: dict[str, str], function: dict[str, str]) -> None:
        seen = collected(function | slow)
        assert seen.second
        assert (seen.second.dns, seen.second.connect, seen.second.tls) == (None, None, None)
        assert ANSWER <= (seen.second.first_byte or 0.0) < 2 * ANSWER
        assert seen.second.took < HANDSHAKE + ANSWER

    def test_a_slow_name_is_not_a_slow_connection(
        self, context: ssl.SSLContext, function: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resolve = socket.getaddrinfo

        def late(*given: Any, **named: Any) -> Any:
            time.sleep(HANDSHAKE)
            return resolve(*given, **named)

        monkeypatch.setattr(socket, "getaddrinfo", late)
        with listening(over_tls(context, sts())) as port:
            first = collected(function | at(port)).first
        assert first
        assert HANDSHAKE <= (first.dns or 0.0) < 2 * HANDSHAKE
        assert (first.connect or 0.0) < HANDSHAKE / 2

    def test_without_tls_there_is_no_handshake(self, function: dict[str, str]) -> None:
        with listening(sts()) as port:
            seen = collected(function | at(port, "http"))
        assert seen.first
        assert seen.first.tls is None
        assert seen.first.first_byte

    def test_a_server_that_closes_is_connected_to_again(
        self, context: ssl.SSLContext, function: dict[str, str]
    ) -> None:
        with listening(over_tls(context, sts(header="Connection: close\r\n"))) as port:
            seen = collected(function | at(port))
        assert seen.second
        assert seen.second.answer is Answer.ACCEPTED
        assert None not in (seen.second.dns, seen.second.connect, seen.second.tls)

    def test_a_refusal_is_measured_like_any_answer(self, context: ssl.SSLContext, function: dict[str, str]) -> None:
        with listening(over_tls(context, sts("403 Forbidden", REFUSED))) as port:
            seen = collected(function | at(port))
        for call in (seen.first, seen.second):
            assert call
            assert (call.answer, call.error) == (Answer.REJECTED, "InvalidClientTokenId")
            assert call.first_byte


class TestACallThatFails:
    """It is told how far it came, in time, and nobody calls again."""

    @pytest.mark.parametrize(
        ("behave", "stopped_in", "error"),
        [
            pytest.param(stays_silent, Phase.TLS, "ReadTimeoutError", id="silent"),
            pytest.param(ends, Phase.TLS, "SSLError", id="closes"),
        ],
    )
    def test_in_the_handshake(self, behave: Behaviour, stopped_in: Phase, error: str, function: dict[str, str]) -> None:
        began = time.monotonic()
        with listening(behave) as port:
            seen = collected(function | at(port), seconds=4.0)
            assert time.monotonic() - began < 3.0
        assert seen.first
        assert (seen.first.answer, seen.first.stopped_in, seen.first.error) == (Answer.UNREACHABLE, stopped_in, error)
        assert seen.first.connect is not None
        assert (seen.first.tls, seen.first.first_byte, seen.second) == (None, None, None)
        assert seen.creation

    def test_after_the_request(self, context: ssl.SSLContext, function: dict[str, str]) -> None:
        with listening(over_tls(context, stays_silent)) as port:
            first = collected(function | at(port), seconds=4.0).first
        assert first
        assert (first.stopped_in, first.error) == (Phase.FIRST_BYTE, "ReadTimeoutError")
        assert first.tls

    def test_where_packets_are_dropped(self, function: dict[str, str]) -> None:
        """A full queue of a listener that accepts nobody: the kernel drops what comes, as a security group does."""
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, socket.socket() as occupant:
            occupant.connect(listener.getsockname())
            first = collected(
                function | {"AWS_ENDPOINT_URL_STS": f"https://127.0.0.1:{listener.getsockname()[1]}"}, seconds=4.0
            ).first
        assert first
        assert (first.answer, first.stopped_in, first.connect) == (Answer.UNREACHABLE, Phase.CONNECT, None)

    def test_where_nothing_listens(self, function: dict[str, str]) -> None:
        seen = collected(function | at(1))
        assert seen.first
        assert (seen.first.stopped_in, seen.first.error) == (Phase.CONNECT, "EndpointConnectionError")
        assert seen.defaults  # of a client that nobody gave a Config, though this one was
        assert (seen.defaults.connect_timeout, seen.defaults.read_timeout) == (60.0, 60.0)
        assert "refused" in seen.first.message

    def test_a_resolver_that_is_silent_costs_the_share_and_no_more(
        self, function: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        over, before = threading.Event(), set(threading.enumerate())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30) and [])
        began = time.monotonic()
        seen = collected(function | at(443), seconds=3.0)
        assert 1.4 < time.monotonic() - began < 2.5
        over.set()
        for thread in set(threading.enumerate()) - before:
            thread.join(10)  # it puts back what it has wrapped
        assert seen.first
        assert (seen.first.answer, seen.first.stopped_in, seen.first.dns) == (Answer.UNREACHABLE, Phase.DNS, None)
        assert seen.first.message == "no answer when the 1.5 s for both calls were over"


class TestNothingIsSent:
    def test_without_credentials(self, function: dict[str, str]) -> None:
        seen = collected({name: value for name, value in function.items() if "KEY" not in name and "TOKEN" not in name})
        assert seen.creation
        assert seen.first is None
        assert seen.failure.startswith("NoCredentialsError: ")

    def test_to_a_region_that_is_none(self, function: dict[str, str]) -> None:
        seen = collected(function | {"AWS_DEFAULT_REGION": "us east"})
        assert (seen.creation, seen.first) == (None, None)
        assert seen.failure.startswith("InvalidRegionError: ")

    def test_by_a_profile_that_is_missing(self, function: dict[str, str]) -> None:
        seen = collected(function | {"AWS_PROFILE": "gone"})
        assert (seen.creation, seen.first) == (None, None)
        assert seen.failure.startswith("ProfileNotFound: ")

    def test_to_who_stands_in_awss_place(self, function: dict[str, str]) -> None:
        asked: list[socket.socket] = []
        with listening(asked.append) as port:
            seen = collected(function | at(port) | {"DOCTOR_ALLOW_LOCAL": "0"})
        assert seen.creation
        assert "in AWS's place" in seen.failure
        assert (seen.first, asked) == (None, [])

    def test_to_an_address_that_is_never_probed(
        self, function: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])
        seen = collected(function | {"DOCTOR_ALLOW_LOCAL": "0"})
        assert seen.first
        assert (seen.first.answer, seen.first.stopped_in) == (Answer.UNREACHABLE, Phase.DNS)
        assert "is never probed" in seen.first.message


class TestWhatOthersTakeOfTheCpu:
    def test_is_in_no_figure(
        self, slow: dict[str, str], function: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A thread that did nothing but wait for a CPU would have done everything in no time."""
        began = time.monotonic()
        monkeypatch.setattr(clients, "_queued", lambda: time.monotonic() - began)
        seen = collected(function | slow)
        assert seen.first
        assert max(seen.creation or 0.0, seen.first.took, seen.first.tls or 0.0, seen.first.first_byte or 0.0) < 0.01
        assert (seen.lag or 0.0) > HANDSHAKE + 2 * ANSWER

    def test_is_read_from_the_kernel(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        counts = tmp_path / "schedstat"
        counts.write_text("34429898 1951952927 12\n")
        monkeypatch.setattr(clients, "_QUEUE", counts)
        assert clients._queued() == pytest.approx(1.952, abs=0.001)

    @pytest.mark.parametrize("content", [None, "", "zero\n", "1 many 2"])
    def test_is_left_in_where_the_kernel_does_not_tell(
        self, content: str | None, slow: dict[str, str], function: dict[str, str], tmp_path: Path, monkeypatch: Any
    ) -> None:
        counts = tmp_path / "schedstat"
        if content is not None:
            counts.write_text(content)
        monkeypatch.setattr(clients, "_QUEUE", counts)
        seen = collected(function | slow)
        assert seen.lag is None
        assert seen.first
        assert (seen.first.tls or 0.0) >= HANDSHAKE


def test_what_was_wrapped_is_put_back(slow: dict[str, str], function: dict[str, str]) -> None:
    doors = (socket.getaddrinfo, socket.socket.connect, ssl.SSLContext.wrap_socket)
    collected(function | slow)
    assert doors == (socket.getaddrinfo, socket.socket.connect, ssl.SSLContext.wrap_socket)


class TestTheChecks:
    @staticmethod
    def said(check_id: str, *facts: Any) -> dict[Outcome, list[str]]:
        outcomes: dict[Outcome, list[str]] = {}
        for item in judge(registry.load(check_id), sealed(*facts)):
            outcomes.setdefault(item.finding.outcome, []).append(item.finding.message)
        return outcomes

    def test_a_slow_target_stands_beside_the_instrument(self) -> None:
        facts = (build.reach(build.probe(tls_took=0.9)), build.sandbox(remaining=3.0))
        alone = self.said("client.slow-handshake", *facts)
        beside = self.said("client.slow-handshake", *facts, build.clients())
        assert beside == {
            Outcome.PROBLEM: [
                f"{alone[Outcome.PROBLEM][0]}; for the same, boto3's call to sts.us-east-1.amazonaws.com took 50 ms"
            ]
        }

    def test_a_slow_instrument_is_no_finding(self) -> None:
        slow_call = clients.Call(answer=Answer.ACCEPTED, took=20.0, dns=5.0, connect=5.0, tls=5.0, first_byte=5.0)
        silent = clients.Call(answer=Answer.UNREACHABLE, took=8.0, stopped_in=Phase.CONNECT)
        for check_id in ("slow-connect", "slow-handshake", "slow-service"):
            facts = (build.reach(build.probe(tls_took=0.01, http_took=0.01)), build.sandbox(remaining=3.0))
            for first in (slow_call, silent):
                assert set(self.said(f"client.{check_id}", *facts, build.clients(first=first))) == {Outcome.OK}

    def test_one_slow_creation_is_one_finding(self) -> None:
        facts = (build.application(), build.sandbox(remaining=3.0))
        slow_factory = replace(facts[0], took=0.9)
        said = self.said("client.slow-creation", slow_factory, facts[1], build.clients(creation=0.8))
        assert list(said) == [Outcome.PROBLEM]
        assert [message.endswith("; a bare client of boto3 took 800 ms") for message in said[Outcome.PROBLEM]] == [True]

    def test_a_client_that_was_not_created_is_unknown(self) -> None:
        lost = build.clients(creation=None, first=None, second=None, failure="ProfileNotFound: gone")
        said = self.said("client.slow-creation", build.NO_FACTORY, build.sandbox(), lost)
        assert said[Outcome.UNKNOWN] == ["boto3 created no client: ProfileNotFound: gone"]

    @pytest.mark.parametrize("check_id", [id_ for id_ in registry.built_in() if id_.startswith("credentials.")])
    def test_credentials_are_judged_without_it(self, check_id: str) -> None:
        assert Clients not in {need.facts for need in registry.load(check_id).needs}
