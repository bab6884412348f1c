"""Each rung on real sockets: every way to fail has its class, and takes no longer than the patience that it was given."""

import base64
import email.utils
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from doctor.evidence.reach import Http, Probe, Tcp, Tls
from doctor.probe.ladder import Plan, climb
from tests import peers
from tests.peers import Behaviour, answer, over_tls, says

pytestmark = pytest.mark.alone

HOST = "sqs.us-east-1.amazonaws.com"
HERE = "127.0.0.1"
PATIENCE = 0.4
SLACK = 0.3  # seconds, of a busy machine
FROM_AWS = answer("404 Not Found", "x-amzn-RequestId: 1b2c", "Server: Server")
BASIC = f"Basic {base64.b64encode(b'us er:p@ss').decode()}"


class Peers:
    """Servers of one test, and the trust of a client of theirs."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self.root = trustme.CA(organization_name="Laboratory")
        self.root.cert_pem.write_to_path(folder / "root.pem")
        self.environ = {"AWS_CA_BUNDLE": str(folder / "root.pem")}

    def context(self, *names: str, root: trustme.CA | None = None, days: tuple[int, int] = (-1, 1)) -> ssl.SSLContext:
        now = datetime.now(UTC)
        begin, end = (now + timedelta(days=number) for number in days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate = (root or self.root).issue_cert(*(names or (HOST,)), not_before=begin, not_after=end)
        certificate.configure_cert(context)
        return context

    def listening(self, behave: Behaviour) -> int:
        return self._stack.enter_context(peers.listening(behave))

    def answering(self, behave: Behaviour) -> int:
        return self.listening(over_tls(self.context(), behave))

    def climb(self, port: int, *, address: str = HERE, patience: float = PATIENCE, **changed: object) -> Probe:
        """Climb, which must end in time: each of the rungs within the patience, three connects to a proxy in 5/3 of it."""
        usual: dict[str, object] = {"host": HOST, "port": port, "tls": True, "http": True, "sdk_trust": True}
        plan = Plan(patience=patience, **(usual | changed))  # type: ignore[arg-type]
        started = time.monotonic()
        probe = climb(plan, address, self.environ)
        took = time.monotonic() - started
        rungs = [probe.tls is Tls.TIMEOUT, probe.http is Http.SILENT, probe.tcp is Tcp.PROXY_REFUSED]
        silent = (5 / 3 if plan.proxy else 1.0) if Tcp.TIMEOUT in probe.tries else 0.0
        assert took <= patience * (sum(rungs) + silent) + SLACK, probe
        return probe


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Peers]:
    with ExitStack() as stack:
        yield Peers(stack, tmp_path)


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind((HERE, 0))
        port: int = listener.getsockname()[1]
        return port


class TestTcp:
    def test_closed(self, world: Peers) -> None:
        probe = world.climb(closed_port())
        assert (probe.tcp, probe.tries) == (Tcp.REFUSED, (Tcp.REFUSED,) * 3)
        assert (probe.tls, probe.http) == (None, None)

    def test_full_backlog_drops(self, world: Peers) -> None:
        """A queue that is full swallows the first packet, as a security group does."""
        with socket.socket() as listener, socket.socket() as first:
            listener.bind((HERE, 0))
            listener.listen(0)
            first.connect(listener.getsockname())
            probe = world.climb(listener.getsockname()[1])
        assert (probe.tcp, probe.tries) == (Tcp.TIMEOUT, (Tcp.TIMEOUT,) * 3)
        assert probe.tcp_took == pytest.approx(PATIENCE, abs=0.1)

    @pytest.mark.parametrize("address", ["255.255.255.255", "224.0.0.1", "fe80::1"])
    def test_no_way(self, world: Peers, address: str) -> None:
        """The kernel says so itself, and sends nothing: ENETUNREACH, or EINVAL for a link without a name."""
        probe = world.climb(closed_port(), address=address)
        assert (probe.tcp, probe.tries) == (Tcp.UNREACHABLE, (Tcp.UNREACHABLE,) * 3)
        assert "Errno" in probe.detail

    def test_connects_and_asks_no_more(self, world: Peers) -> None:
        probe = world.climb(world.listening(peers.stays_silent), tls=False, http=False)
        assert (probe.tcp, probe.tls, probe.http, probe.carries) == (Tcp.CONNECTED, None, None, True)

    def test_comes_and_goes(self, world: Peers) -> None:
        port = closed_port()
        peers.unsteady(HERE, port, over_tls(world.context(), says(FROM_AWS)))
        probe = world.climb(port)
        assert len(set(probe.tries)) > 1
        assert probe.carries
        assert probe.tcp is Tcp.CONNECTED


class TestTls:
    def test_verified(self, world: Peers) -> None:
        probe = world.climb(world.answering(says(FROM_AWS)))
        assert (probe.tls, probe.http, probe.status, probe.request_id) == (Tls.VERIFIED, Http.ANSWERED, 404, True)
        assert probe.certificate
        assert probe.certificate.names == (HOST,)
        assert probe.carries
        assert min(probe.tcp_took, probe.tls_took, probe.http_took) > 0

    def test_a_final_dot_is_no_part_of_the_certificates_name(self, world: Peers) -> None:
        assert world.climb(world.answering(says(FROM_AWS)), host=f"{HOST}.").tls is Tls.VERIFIED

    def test_untrusted(self, world: Peers) -> None:
        stranger = trustme.CA(organization_name="Inspecting Proxy")
        probe = world.climb(world.listening(over_tls(world.context(root=stranger), says(FROM_AWS))))
        assert (probe.tls, probe.http) == (Tls.UNTRUSTED, None)
        assert probe.certificate
        assert probe.certificate.issuer.startswith("Inspecting Proxy")

    @pytest.mark.parametrize("days", [(-9, -1), (1, 9)])
    def test_not_valid_today(self, world: Peers, days: tuple[int, int]) -> None:
        probe = world.climb(world.listening(over_tls(world.context(days=days), says(FROM_AWS))))
        assert probe.tls is Tls.EXPIRED
        assert probe.certificate
        assert probe.certificate.expires

    def test_wrong_name(self, world: Peers) -> None:
        probe = world.climb(world.listening(over_tls(world.context("internal.example"), says(FROM_AWS))))
        assert probe.tls is Tls.WRONG_NAME
        assert probe.certificate
        assert probe.certificate.names == ("internal.example",)

    def test_address_instead_of_a_name(self, world: Peers) -> None:
        port = world.answering(says(FROM_AWS))
        assert world.climb(port, host=HERE).tls is Tls.WRONG_NAME
        named = world.listening(over_tls(world.context(HERE), says(FROM_AWS)))
        assert world.climb(named, host=HERE).tls is Tls.VERIFIED

    @pytest.mark.parametrize(
        "spoken",
        [
            answer("400 Bad Request"),
            b"SSH-2.0-OpenSSH_9.9\r\n",
            b"220 mail.example ESMTP\r\n",
            b"\x4a\x00\x00\x00\x0a8.0.39\x00" + bytes(60),
            bytes(range(256)) * 8,
        ],
        ids=["http", "ssh", "smtp", "mysql", "noise"],
    )
    def test_another_language(self, world: Peers, spoken: bytes) -> None:
        probe = world.climb(world.listening(says(spoken)))
        assert probe.tls is Tls.NOT_TLS, probe.detail

    def test_stalled(self, world: Peers) -> None:
        assert world.climb(world.listening(peers.stays_silent)).tls is Tls.TIMEOUT

    def test_a_byte_at_a_time(self, world: Peers) -> None:
        """A record that is announced and drips in would outlast a timeout for each read."""
        record = b"\x16\x03\x03\x40\x00" + bytes(100)
        assert world.climb(world.listening(peers.drips(record, 0.05))).tls is Tls.TIMEOUT

    @pytest.mark.parametrize("behave", [peers.resets, peers.ends])
    def test_cut(self, world: Peers, behave: Behaviour) -> None:
        assert world.climb(world.listening(behave)).tls is Tls.RESET

    def test_refused_by_an_alert(self, world: Peers) -> None:
        """A peer that ends the handshake in TLS's own words ends the connection all the same."""
        alert = b"\x15\x03\x03\x00\x02\x02\x70"  # fatal, unrecognized_name (RFC 8446, 6.2)
        probe = world.climb(world.listening(says(alert)))
        assert probe.tls is Tls.RESET
        assert "ALERT" in probe.detail.upper() or "UNRECOGNIZED_NAME" in probe.detail.upper()

    def test_no_cipher_in_common(self, world: Peers) -> None:
        context = world.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384")  # the certificate's key is none of RSA's
        assert world.climb(world.listening(over_tls(context, says(FROM_AWS)))).tls is Tls.RESET

    @pytest.mark.parametrize("content", [None, b"", b"no certificate", "folder"])
    def test_no_bundle(self, world: Peers, tmp_path: Path, content: bytes | str | None) -> None:
        bundle = tmp_path / "bundle.pem"
        if isinstance(content, bytes):
            bundle.write_bytes(content)
        elif content:
            bundle.mkdir()
        world.environ = {"AWS_CA_BUNDLE": str(bundle)}
        probe = world.climb(world.answering(says(FROM_AWS)))
        assert (probe.tcp, probe.tls) == (Tcp.CONNECTED, Tls.NO_TRUST)
        assert probe.detail

    def test_other_hosts_are_judged_by_pythons_own_trust(self, world: Peers) -> None:
        """AWS_CA_BUNDLE is the SDK's; a database's driver does not read it."""
        assert world.climb(world.answering(says(FROM_AWS)), sdk_trust=False).tls is Tls.UNTRUSTED


class TestHttp:
    def test_never_answers(self, world: Peers) -> None:
        assert world.climb(world.answering(peers.stays_silent)).http is Http.SILENT

    @pytest.mark.parametrize(("every", "patience"), [(0.05, PATIENCE), (0.9, 1.0)])
    def test_drips(self, world: Peers, every: float, patience: float) -> None:
        """The wait for the last byte before the end is cut as well."""
        port = world.answering(peers.drips(FROM_AWS * 9, every))
        assert world.climb(port, patience=patience).http is Http.SILENT

    def test_endless_header(self, world: Peers) -> None:
        """Read up to a limit, and judged by what came."""
        probe = world.climb(world.answering(peers.floods), patience=5.0)
        assert (probe.http, probe.status, probe.request_id) == (Http.ANSWERED, 200, False)

    def test_header_in_tiny_pieces(self, world: Peers) -> None:
        port = world.answering(says(*(bytes([byte]) for byte in FROM_AWS)))
        assert world.climb(port, patience=2.0).request_id

    def test_line_feeds_alone_end_a_header_too(self, world: Peers) -> None:
        """While the connection stays open: nothing else tells that the header is over."""

        def behave(connection: socket.socket) -> None:
            connection.recv(4096)
            connection.sendall(FROM_AWS.replace(b"\r\n", b"\n"))
            peers.stays_silent(connection)

        assert world.climb(world.answering(behave)).request_id

    @pytest.mark.parametrize(
        "garbage",
        [b"\x00\x01\x02\xff" * 9, b"HTTP/9 yes\r\n\r\n", b"HTTP/1.1 2000\r\n\r\n", b"+PONG\r\n\r\n", b"\r\n\r\n"],
    )
    def test_garbage(self, world: Peers, garbage: bytes) -> None:
        probe = world.climb(world.answering(says(garbage)))
        assert (probe.http, probe.carries, probe.status) == (Http.MALFORMED, False, None)
        assert probe.detail.isprintable()

    @pytest.mark.parametrize("behave", [peers.ends, peers.resets])
    def test_closes_after_the_request(self, world: Peers, behave: Behaviour) -> None:
        assert world.climb(world.answering(behave)).http is Http.CLOSED

    def test_page_of_a_middlebox(self, world: Peers) -> None:
        page = answer("403 Forbidden", "Server: sq\x07uid\x1b[31m", body="<html>")
        probe = world.climb(world.answering(says(page)))
        assert (probe.http, probe.status, probe.request_id) == (Http.ANSWERED, 403, False)
        assert probe.server.startswith("sq uid")
        assert probe.server.isprintable()

    @pytest.mark.parametrize("name", ["x-amzn-RequestId", "x-amz-request-id", "X-Amzn-Request-Id"])
    def test_request_id(self, world: Peers, name: str) -> None:
        assert world.climb(world.answering(says(answer("403 Forbidden", f"{name}: 1")))).request_id
        assert not world.climb(world.answering(says(answer("403 Forbidden", f"{name}:")))).request_id

    @pytest.mark.parametrize(
        ("header", "front"),
        [
            ("apigw-requestid: Zx1", "API Gateway"),
            ("x-amz-apigw-id: Zx1", "API Gateway"),
            ("X-Amz-Cf-Id: abc", "CloudFront"),
            ("Server: awselb/2.0", "Application Load Balancer"),
            ("Server: nginx/1.27", "nginx"),
            ("Server: gunicorn", ""),
        ],
    )
    def test_who_answered(self, world: Peers, header: str, front: str) -> None:
        assert world.climb(world.answering(says(answer("504 Gateway Timeout", header)))).answered_by == front

    @pytest.mark.parametrize("ahead", [-7200, 0, 3600])
    def test_clock(self, world: Peers, ahead: int) -> None:
        date = email.utils.formatdate(time.time() + ahead, usegmt=True)
        probe = world.climb(world.answering(says(answer("404 Not Found", f"Date: {date}"))))
        assert probe.skew == pytest.approx(ahead, abs=2)

    @pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 9999 99:99:99 GMT"])
    def test_no_clock(self, world: Peers, date: str) -> None:
        assert world.climb(world.answering(says(answer("404 Not Found", f"Date: {date}")))).skew is None


class TestProxy:
    def through(self, world: Peers, proxy: int, user: str = "", **changed: object) -> Probe:
        return world.climb(443, address="the proxy", proxy=f"http://{user}{HERE}:{proxy}", **changed)  # type: ignore[arg-type]

    def test_works(self, world: Peers) -> None:
        behind = world.answering(says(FROM_AWS))
        probe = self.through(world, world.listening(peers.proxies((HERE, behind))))
        assert (probe.tcp, probe.tls, probe.request_id) == (Tcp.CONNECTED, Tls.VERIFIED, True)

    @pytest.mark.parametrize("status", ["403 Forbidden", "407 Proxy Authentication Required", "500 Unable to connect"])
    def test_refuses(self, world: Peers, status: str) -> None:
        probe = self.through(world, world.listening(peers.proxies(None, refusal=answer(status))))
        assert (probe.tcp, probe.tls) == (Tcp.PROXY_REFUSED, None)
        assert probe.detail == f"the proxy answered: HTTP/1.1 {status}"

    @pytest.mark.parametrize("behave", [peers.stays_silent, peers.resets, peers.ends, says(b"SSH-2.0-x\r\n")])
    def test_is_none(self, world: Peers, behave: Behaviour) -> None:
        probe = self.through(world, world.listening(behave))
        assert (probe.tcp, probe.tls) == (Tcp.PROXY_REFUSED, None)
        assert probe.detail

    def test_closed(self, world: Peers) -> None:
        assert self.through(world, closed_port()).tcp is Tcp.REFUSED

    def test_unknown_name(self, world: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
        def nobody(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", nobody)
        probe = world.climb(443, address="the proxy", proxy="http://proxy.internal:3128")
        assert probe.tcp is Tcp.UNREACHABLE
        assert "Name or service not known" in probe.detail

    def test_name_that_nobody_answers_for(self, world: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
        """No timeout of a socket bounds getaddrinfo."""
        over = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30) and [])
        assert world.climb(443, address="the proxy", proxy="http://proxy.internal:3128").tcp is Tcp.TIMEOUT
        over.set()

    @pytest.mark.parametrize("url", ["http://proxy:port", "http://[::1", "http://", ""])
    def test_url_that_is_none(self, world: Peers, url: str) -> None:
        probe = world.climb(443, address="the proxy", proxy=url or "//")
        assert (probe.tcp, probe.tls) == (Tcp.FAILED, None)
        assert "URL" in probe.detail

    def test_wants_a_password(self, world: Peers) -> None:
        behind = world.answering(says(FROM_AWS))
        proxy = world.listening(peers.proxies((HERE, behind), wants=BASIC))
        assert "407" in self.through(world, proxy).detail
        assert self.through(world, proxy, "us%20er:p%40ss@").request_id
        assert "407" in self.through(world, proxy, "us%20er:wrong@").detail

    def test_what_is_wrong_behind_it_is_told_as_such(self, world: Peers) -> None:
        behind = world.listening(peers.stays_silent)
        assert self.through(world, world.listening(peers.proxies((HERE, behind)))).tls is Tls.TIMEOUT
