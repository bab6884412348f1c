"""The arithmetic of hanging calls: what is proposed fits for any numbers, and botocore hangs as is reckoned."""

import contextlib
import itertools
import socket
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from doctor import call_timeouts, registry
from doctor.evidence import Facts
from doctor.evidence.clients import Clients
from doctor.evidence.front import Front
from doctor.evidence.names import Reply
from doctor.evidence.settings.client_patience import Patience
from doctor.judge import Judged, judge
from doctor.verdict import Outcome, Severity
from tests.evidence import build, sealed
from tests.evidence.client import made
from tests.peers import listening, stays_silent

ATTEMPTS, ADDRESSES = st.integers(1, 40), st.integers(0, 30)
LIMITS = st.floats(0.01, 900, allow_nan=False)


@given(ATTEMPTS, ADDRESSES, LIMITS)
def test_what_is_proposed_fits(attempts: int, addresses: int, limit: float) -> None:
    found = call_timeouts.fitting(attempts, addresses, limit)
    if found is None:
        return
    assert found.attempts <= attempts
    assert found.connect >= 1.1
    assert 1 <= found.read <= 60
    # What falls silent, and when, is any mixture of dead addresses and a mute one: none of them lasts longer.
    tries = (found.attempts, addresses, found.connect)
    assert call_timeouts.unconnected(*tries) <= found.most(addresses) <= limit
    assert call_timeouts.mute(found.attempts, found.read) <= found.most(addresses)
    assert f"{found.most(addresses):.1f} s" in found.told(addresses)


@given(ATTEMPTS, ADDRESSES, LIMITS)
def test_nothing_is_proposed_only_where_nothing_fits(attempts: int, addresses: int, limit: float) -> None:
    fits = call_timeouts.fitting(attempts, addresses, limit) is not None
    assert fits or limit < call_timeouts.least(addresses)
    assert not fits or call_timeouts.least(addresses) <= limit + 1  # told in whole seconds


@given(ATTEMPTS, ADDRESSES, LIMITS, LIMITS)
def test_more_time_never_means_less_patience(attempts: int, addresses: int, limit: float, more: float) -> None:
    one, other = (
        call_timeouts.fitting(attempts, addresses, limit),
        call_timeouts.fitting(attempts, addresses, limit + more),
    )
    if one:
        assert other
        assert (other.attempts, other.read) >= (one.attempts, one.read)


@pytest.mark.parametrize(
    ("attempts", "addresses", "connect", "mode", "measured"),
    [
        (3, 1, 60, "standard", 180.2),
        (5, 1, 60, "legacy", 307.4),
        (3, 1, 2, "standard", 6.1),
        (3, 3, 2, "standard", 18.1),
        (5, 1, 2, "legacy", 21.7),
        (5, 3, 2, "legacy", 34.3),
        (2, 3, 2, "standard", 12.1),
        (1, 3, 2, "standard", 6.0),
        (2, 3, 5, "standard", 30.1),
    ],
)
def test_the_sum_bounds_what_was_measured(
    attempts: int, addresses: int, connect: float, mode: str, measured: float
) -> None:
    """Wall times of botocore with dropped SYNs. The pauses are random; only their most is reckoned with."""
    assert measured - 0.15 <= call_timeouts.unconnected(attempts, addresses, connect, mode)
    assert measured >= attempts * addresses * connect


class TestBotocoreItself:
    """Milliseconds in place of seconds: the sum is the same."""

    @pytest.fixture
    def environ(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}.items():
            monkeypatch.setenv(name, value)

    @staticmethod
    def hung(
        port: int, addresses: int, timeouts: call_timeouts.Timeouts, monkeypatch: pytest.MonkeyPatch, error: Any
    ) -> float:
        entries = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{1 + number}", port)) for number in range(addresses)
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
        client = boto3.Session(region_name="us-east-1").client(
            "sts", endpoint_url=f"http://sts.internal:{port}", config=eval(timeouts.config, {"Config": Config})
        )
        began = time.monotonic()
        with pytest.raises(error):
            client.get_caller_identity()
        return time.monotonic() - began

    @pytest.mark.alone
    @pytest.mark.usefixtures("environ")
    def test_where_packets_are_dropped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        timeouts = call_timeouts.Timeouts(connect=0.05, read=5, attempts=2)
        with _dropping(3) as port:
            took = self.hung(port, 3, timeouts, monkeypatch, ConnectTimeoutError)
        assert 2 * 3 * 0.05 <= took <= call_timeouts.unconnected(2, 3, 0.05)

    @pytest.mark.alone
    @pytest.mark.usefixtures("environ")
    def test_where_the_service_is_mute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        timeouts = call_timeouts.Timeouts(connect=1, read=0.1, attempts=2)
        with listening(stays_silent) as port:
            took = self.hung(port, 1, timeouts, monkeypatch, ReadTimeoutError)
        assert 2 * 0.1 <= took <= call_timeouts.mute(2, 0.1)


@contextlib.contextmanager
def _dropping(addresses: int) -> Iterator[int]:
    """Listeners that accept nobody, with full queues: the kernel drops what comes, as a security group does."""
    with contextlib.ExitStack() as open_:
        port = 0
        for number in range(addresses):
            listener = open_.enter_context(socket.create_server((f"127.0.0.{1 + number}", port), backlog=0))
            port = listener.getsockname()[1]
            open_.enter_context(socket.socket()).connect(listener.getsockname())
        yield port


class TestTheDefaults:
    """Read from the SDK that is loaded, as variables change them."""

    @pytest.mark.parametrize(
        ("variables", "expected"),
        [
            ({"AWS_RETRY_MODE": "legacy"}, (60, 60, "legacy", 5, 10)),
            ({"AWS_RETRY_MODE": "legacy", "AWS_MAX_ATTEMPTS": "2"}, (60, 60, "legacy", 2, 2)),
            ({"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "7"}, (60, 60, "standard", 7, 7)),
            ({"AWS_DEFAULTS_MODE": "in-region", "AWS_MAX_ATTEMPTS": "1"}, (1.1, 60, "standard", 1, 1)),
        ],
    )
    def test_are_those_of_a_client(
        self, variables: dict[str, str], expected: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        seen = Patience.of(boto3.Session(region_name="us-east-1").client("sts"))
        timeouts = (seen.connect_timeout, seen.read_timeout, seen.retry_mode)
        assert (*timeouts, seen.tries("sqs"), seen.tries("dynamodb")) == expected

    @pytest.mark.parametrize("mode", ["legacy", "standard"])
    @pytest.mark.parametrize("service", ["sqs", "dynamodb"])
    def test_are_the_attempts_that_are_made(self, service: str, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Counted: each attempt is stopped before it is sent."""
        monkeypatch.setenv("AWS_RETRY_MODE", mode)
        monkeypatch.setattr(time, "sleep", lambda _: None)
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        client = boto3.Session(region_name="us-east-1").client(service, **keys)  # type: ignore[call-overload]
        count = itertools.count(1)
        made_so_far = []

        def stops(request: Any, **_: Any) -> None:
            made_so_far.append(next(count))
            raise ConnectTimeoutError(endpoint_url=request.url)

        client.meta.events.register("before-send.*.*", stops)
        with pytest.raises(ConnectTimeoutError):
            client.list_queues() if service == "sqs" else client.list_tables()
        assert len(made_so_far) == Patience.of(client).tries(service)


class TestWhatIsSaid:
    @staticmethod
    def said(*facts: Facts) -> Judged:
        (judged,) = judge(registry.load("client.unbounded-timeouts"), sealed(*facts))
        return judged

    @staticmethod
    def clients(**changed: Any) -> Clients:
        usual: dict[str, Any] = {"connect_timeout": 60.0, "read_timeout": 60.0, "retry_mode": "standard", "attempts": 3}
        return build.clients(defaults=Patience(**({"attempts_of": {"dynamodb": 4}} | usual | changed)))

    def test_a_remedy_is_computed_to_fit(self) -> None:
        judged = self.said(made(connect_timeout=60, attempts=3, addresses=3), build.sandbox(remaining=30.0))
        assert judged.remedy
        assert "= 27.0 s" in judged.remedy.text
        config: Config = eval(judged.remedy.template, {"Config": Config})
        assert (config.connect_timeout, config.retries["total_max_attempts"]) == (1.1, 3)  # type: ignore[attr-defined]

    def test_where_none_fits_the_function_needs_more_time(self) -> None:
        judged = self.said(made(connect_timeout=60, attempts=3, addresses=3), build.sandbox(remaining=3.0))
        assert judged.remedy
        assert not judged.remedy.template
        assert judged.remedy.commands[0].endswith(f"--timeout {call_timeouts.least(3)}")

    def test_the_fix_of_an_incident_was_none(self) -> None:
        """Connect 5, read 10, one retry, called "fails within 15 s": with three addresses, later than API Gateway."""
        fix = made(connect_timeout=5, read_timeout=10, attempts=2, addresses=3)
        front = Front(kind_of_front="a REST API")
        finding = self.said(fix, build.sandbox(remaining=60.0), front).finding
        assert (finding.outcome, finding.severity) == (Outcome.PROBLEM, Severity.RISKS)
        assert "2 attempts x 3 addresses x 5 s" in finding.message
        assert finding.message.endswith("longer than a REST API waits (29 s)")
        one = made(connect_timeout=5, read_timeout=10, attempts=2, addresses=1)
        assert self.said(one, build.sandbox(remaining=60.0), front).finding.outcome is Outcome.OK

    @pytest.mark.parametrize(("kind", "words"), [("a REST API", "29 s"), ("an HTTP API", "30 s")])
    def test_a_gateway_waits_by_its_kind(self, kind: str, words: str) -> None:
        finding = self.said(made(connect_timeout=60), build.sandbox(remaining=60.0), Front(kind_of_front=kind)).finding
        assert words in finding.message

    def test_without_a_factory_the_defaults_are_told_and_nothing_is_called_a_fault(self) -> None:
        target = (build.endpoint(), build.looked(build.HOST, build.system(Reply.RESOLVED, *"abc")))
        judged = self.said(build.NO_FACTORY, build.sandbox(remaining=30.0), self.clients(), *target)
        finding = judged.finding
        assert finding.outcome is Outcome.NOT_APPLICABLE
        assert finding.targets == (build.TARGET,)
        assert "543 s (3 attempts x 3 addresses x 60 s, and pauses)" in finding.message
        assert "Config(connect_timeout=1.1, read_timeout=3.6," in finding.message

    def test_defaults_that_fit_need_no_word(self) -> None:
        target = (build.endpoint(), build.looked(build.HOST, build.system(Reply.RESOLVED, "a")))
        bounded = self.clients(connect_timeout=1.1, attempts=2)
        assert self.said(build.NO_FACTORY, build.sandbox(), bounded, *target).finding.outcome is Outcome.NOT_APPLICABLE

    @pytest.mark.parametrize(
        "endpoint", [build.endpoint(service=None), build.endpoint(proxied=True), None], ids=["host", "proxied", "none"]
    )
    def test_what_is_no_call_of_botocores_is_not_reckoned(self, endpoint: Any) -> None:
        facts = (build.NO_FACTORY, build.sandbox(), self.clients(), *([endpoint] if endpoint else []))
        assert self.said(*facts).finding.outcome is Outcome.NOT_APPLICABLE
