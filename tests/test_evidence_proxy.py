"""Proxies as botocore reads them: its own rules are the measure. What they answer, on real sockets."""

import socket
import threading
import time
from typing import Any

import pytest
from botocore.httpsession import ProxyConfiguration
from botocore.utils import get_environ_proxies

from doctor.evidence import Missing
from doctor.evidence.endpoint import Endpoint
from doctor.evidence.proxy import Proxy, complete, place, serving
from doctor.request import Request
from doctor.world import World
from tests import peers
from tests.evidence import sealed

HOST = "sqs.us-east-1.amazonaws.com"
PROXY = "http://proxy.internal:3128"
ENVIRONMENTS: list[dict[str, str]] = [
    {},
    {"HTTPS_PROXY": PROXY},
    {"https_proxy": PROXY},
    {"HTTPS_PROXY": PROXY, "https_proxy": "http://lower.internal:1"},
    {"HTTPS_PROXY": PROXY, "https_proxy": ""},
    {"HTTPS_PROXY": ""},
    {"HTTP_PROXY": PROXY},
    {"ALL_PROXY": PROXY},
    {"HTTPS_PROXY": "proxy.internal:3128"},
    {"HTTPS_PROXY": "//proxy.internal:3128"},
    {"HTTPS_PROXY": "https://proxy.internal"},
    {"HTTPS_PROXY": "http://user:word@proxy.internal:3128/path"},
    {"HTTPS_PROXY": "http://[fd00::1]:3128"},
    {"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY, "NO_PROXY": "amazonaws.com"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": ".amazonaws.com"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": "*.amazonaws.com"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": f" {HOST} , localhost"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": f"{HOST}:443"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": "minio.internal:9000"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8,169.254.0.0/16"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.1"},
    {"HTTPS_PROXY": PROXY, "no_proxy": "", "NO_PROXY": "amazonaws.com"},
    {"HTTPS_PROXY": PROXY, "no_proxy": "amazonaws.com", "NO_PROXY": "example.com"},
    {"HTTPS_PROXY": PROXY, "NO_PROXY": "AMAZONAWS.COM"},
]
CALLS = [
    ("https", HOST, 443),
    ("http", HOST, 80),
    ("https", "minio.internal", 9000),
    ("https", "10.0.0.1", 443),
    ("http", "169.254.170.2", 80),
]


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=str)
@pytest.mark.parametrize(("scheme", "host", "port"), CALLS)
def test_the_rules_are_botocores(
    environ: dict[str, str], scheme: str, host: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    url = f"{scheme}://{host}/" if port in (80, 443) else f"{scheme}://{host}:{port}/"
    theirs = ProxyConfiguration(get_environ_proxies(url)).proxy_url_for(url)
    ours = serving(environ, scheme, host, port)
    assert (complete(ours) if ours else None) == theirs


@pytest.mark.parametrize(
    ("url", "where"),
    [
        (PROXY, ("proxy.internal", 3128)),
        ("proxy.internal:3128", ("proxy.internal", 3128)),
        ("proxy.internal", ("proxy.internal", 80)),
        ("//proxy.internal", ("proxy.internal", 80)),
        ("https://proxy.internal", ("proxy.internal", 443)),
        ("http://user:word@proxy.internal:3128/x", ("proxy.internal", 3128)),
        ("http://[fd00::1]:3128", ("fd00::1", 3128)),
    ],
)
def test_where_a_proxy_is(url: str, where: tuple[str, int]) -> None:
    assert place(url) == where


@pytest.mark.parametrize("url", ["", "//", "http://", "http://:3128", "proxy:port", "http://[::1"])
def test_no_place(url: str) -> None:
    with pytest.raises(ValueError, match=r"host|[Pp]ort|IPv6"):
        place(url)


def collected(environ: dict[str, str], *targets: Endpoint, seconds: float = 2.0) -> Proxy:
    world = World(request=Request(), until=time.monotonic() + seconds, environ=environ, known=sealed(*targets))
    (found,) = Proxy.collect(world)
    assert not isinstance(found, Missing)
    return found


def target(**changed: Any) -> Endpoint:
    usual = {"host": HOST, "port": 443, "tls": True, "service": "sqs"}
    return Endpoint(**(usual | changed))


def test_no_proxy_no_connection() -> None:
    assert collected({}) == Proxy(proxies=())


def test_a_proxy_that_listens() -> None:
    with peers.listening(peers.stays_silent) as port:
        found = collected({"HTTPS_PROXY": f"http://user:word@127.0.0.1:{port}"}, target(proxied=True))
    (proxy,) = found.proxies
    assert (proxy.error, proxy.host, proxy.port, proxy.carries) == ("", "127.0.0.1", port, (f"{HOST}:443",))
    assert "word" not in str(found), "the password of its URL stays out"


def test_a_closed_port() -> None:
    with peers.listening(peers.stays_silent) as port:
        pass
    (proxy,) = collected({"HTTPS_PROXY": f"127.0.0.1:{port}"}).proxies
    assert "refused" in proxy.error.lower()


def test_one_that_drops(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener, socket.socket() as first:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        first.connect(listener.getsockname())  # the queue is full, and further packets are dropped
        started = time.monotonic()
        (proxy,) = collected({"HTTPS_PROXY": f"127.0.0.1:{listener.getsockname()[1]}"}).proxies
    assert proxy.error
    assert time.monotonic() - started < 1.0


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    (proxy,) = collected({"HTTPS_PROXY": PROXY}).proxies
    assert "Name or service not known" in proxy.error


def test_a_name_that_nobody_answers_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30) and [])
    started = time.monotonic()
    (proxy,) = collected({"HTTPS_PROXY": PROXY}).proxies
    over.set()
    assert "not resolved" in proxy.error
    assert time.monotonic() - started < 1.0


def test_the_second_address_of_a_proxy_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with peers.listening(peers.stays_silent) as port, peers.listening(peers.stays_silent) as closed:
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", number)) for number in (1, port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        (proxy,) = collected({"HTTPS_PROXY": f"http://proxy.internal:{closed}"}).proxies
    assert proxy.error == ""


@pytest.mark.parametrize("url", ["http://proxy:port", "http://[::1", "http://"])
def test_a_url_that_is_none(url: str) -> None:
    (proxy,) = collected({"HTTPS_PROXY": url}).proxies
    assert proxy.error.startswith("its URL cannot be read")


def test_who_goes_through() -> None:
    """Only services of this run, by the scheme of their URLs."""
    with peers.listening(peers.stays_silent) as port:
        environ = {"HTTPS_PROXY": f"127.0.0.1:{port}", "HTTP_PROXY": f"127.0.0.1:{port}"}
        targets = target(proxied=True), target(host="minio", port=80, tls=False, proxied=True), target(host="past")
        found = collected(environ, *targets, Endpoint(host="db.internal", port=5432, tls=False))
    assert {proxy.serves: proxy.carries for proxy in found.proxies} == {
        "http": ("minio:80",),
        "https": (f"{HOST}:443",),
    }
    assert found.targets == 3


@pytest.mark.parametrize(
    ("exempt", "captured"),
    [("", "169.254.170.2"), ("169.254.0.0/16", "169.254.170.2"), ("169.254.170.2", ""), ("*", "")],
)
def test_container_credentials(exempt: str, captured: str) -> None:
    """botocore knows names and suffixes in NO_PROXY, no ranges."""
    environ = {
        "HTTP_PROXY": "127.0.0.1:1",
        "NO_PROXY": exempt,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/v2/credentials",
    }
    assert collected(environ).credentials_captured == captured
