"""Experiments with refused credentials, before an AWS on loopback that verifies signatures and goes by STS's real names."""

import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import trustme
from werkzeug.serving import make_server

import cli
from doctor import answer, registry
from doctor.console import arrange
from doctor.demo.gate import UNKNOWN_KEY, WRONG_TOKEN, Fault, Gate, Key
from doctor.evidence import Evidence, Facts, Missing, Reason
from doctor.evidence.application import VARIABLE, Application
from doctor.evidence.caller import Answer, Caller
from doctor.evidence.credentials import Credentials
from doctor.evidence.environment import Environment
from doctor.evidence.experiments import Change, Experiments, Triple, changes
from doctor.evidence.platform import Platform
from doctor.judge import Judged, judge
from doctor.request import Request, from_event
from doctor.verdict import Finding, InvalidRequest, Outcome, Severity
from doctor.world import World, now
from tests.evidence import sealed

# Shaped like real ones, and nobody's.
ROLE = Key("ASIA3Q7JWF5KX2MB6TZD", "q0Vb7Tn4XcRz1LmKp9Yw2HsJd5Gf8AeUo3IiBv6N", "IQoJb3JpZ2lu" + "d1" * 40)
USER = Key("AKIA7K2MB6TZD3Q7JWF5", "HsJd5Gf8AeUo3IiBv6Nq0Vb7Tn4XcRz1LmKp9Yw2", "")
OLD = Key("ASIA5KX2MB6TZD3Q7JWF", "Tn4XcRz1LmKp9Yw2HsJd5Gf8AeUo3IiBv6Nq0Vb7", "IQoJb3JpZ2lu" + "e2" * 40)
STRANGER = Key("AKIA2MB6TZD3Q7JWF57K", "Xc5Gf8AeUo3IiBv6Nq0Vb7Tn4Rz1LmKp9Yw2HsJd", "")
REGIONAL, GLOBAL = "sts.us-east-1.amazonaws.com", "sts.amazonaws.com"
GRANTED = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/jobs/x</Arn>"
    "<Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId>"
    "</ResponseMetadata></GetCallerIdentityResponse>"
)
REFUSAL = "<ErrorResponse><Error><Code>{}</Code><Message>{}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>"


EXPIRED = Fault(
    "ExpiredToken", "ExpiredTokenException", "ExpiredToken", "The security token … is expired", "RequestExpired"
)


class Issuing(Gate):
    """A gate that knows a user's key as well, which comes without a token, and keys whose time is over."""

    def __init__(self, aws: Any, keys: tuple[Key, ...], expired: tuple[Key, ...]) -> None:
        super().__init__(aws, keys)
        self._expired = {key.id for key in expired}

    def _held(self, id_: str, token: str | None) -> Key | Fault:
        if id_ in self._expired:
            return EXPIRED
        held = self._keys.get(id_)
        if held and not held.token:
            return WRONG_TOKEN if token else held
        return super()._held(id_, token)


@dataclass
class Aws:
    """STS at all its names. `refusing` maps a host to what it answers instead; `closed` hosts are not reached."""

    context: ssl.SSLContext
    keys: tuple[Key, ...] = (ROLE, USER)
    expired: tuple[Key, ...] = (OLD,)
    refusing: dict[str, Callable[[dict[str, Any]], str]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        host = environ["HTTP_HOST"]
        self.asked.append(host)
        if host in self.refusing:
            return self._say("403 Forbidden", self.refusing[host](environ), start)
        return Issuing(lambda _, begin: self._say("200 OK", GRANTED, begin), self.keys, self.expired)(environ, start)

    @staticmethod
    def _say(status: str, text: str, start: Any) -> list[bytes]:
        start(status, [("Content-Type", "text/xml"), ("Content-Length", str(len(text.encode())))])
        return [text.encode()]

    def addresses(self, port: int) -> Callable[..., Any]:
        """A getaddrinfo by which all names lead here, and closed ones to a port on which nobody listens."""

        def resolve(host: str, *_: Any, **__: Any) -> Any:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1 if host in self.closed else port))]

        return resolve


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Laboratory")


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(
        GLOBAL, "*.us-east-1.amazonaws.com", "*.ap-east-1.amazonaws.com", "*.cn-north-1.amazonaws.com.cn"
    ).configure_cert(made)
    return made


@pytest.fixture
def aws(context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Aws]:
    caplog.set_level("ERROR", logger="werkzeug")
    running = Aws(context)
    server = make_server("127.0.0.1", 0, running, threaded=True, ssl_context=context)
    monkeypatch.setattr(socket, "getaddrinfo", running.addresses(server.server_port))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    server.shutdown()
    thread.join()
    server.server_close()


def variables(key: Key) -> dict[str, str]:
    named = {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
    return named | ({"AWS_SESSION_TOKEN": key.token} if key.token else {})


@pytest.fixture
def function(authority: trustme.CA, clean_environment: Path, tmp_path: Path) -> dict[str, str]:
    """What the platform gave this function."""
    authority.cert_pem.write_to_path(tmp_path / "root.pem")
    return {
        "HOME": str(clean_environment),
        "AWS_CA_BUNDLE": str(tmp_path / "root.pem"),
        "AWS_LAMBDA_FUNCTION_NAME": "jobs",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "DOCTOR_ALLOW_LOCAL": "1",
        **variables(ROLE),
    }


@dataclass
class Sandbox:
    """A function's process: what the platform set, in the kernel's record, and what its code has made of it."""

    platform: Path
    seconds: float = 20.0
    request: Request = field(default_factory=Request)

    def facts(self, environ: dict[str, str]) -> dict[str, Facts | Missing]:
        """What the collectors see, each after those that it builds on."""
        started = time.monotonic()
        world = World(
            request=self.request, until=started + self.seconds, environ=environ, platform_environ=self.platform
        )
        seen: dict[str, Facts | Missing] = {}
        kinds: tuple[type[Facts], ...] = (Environment, Credentials, Platform, Application, Caller, Experiments)
        with patch.dict(os.environ, environ, clear=True), patch("boto3.DEFAULT_SESSION", None):
            for kind in kinds:
                (seen[kind.kind],) = kind.collect(world)
                if isinstance(fact := seen[kind.kind], Caller):
                    world = replace(world, known=(Evidence.of(fact, vantage=world.vantage, at=now(), took=0.0),))
        return seen

    def repeated(self, caller: Facts | Missing, environ: dict[str, str], seconds: float = 20.0) -> Experiments:
        """What is tried after this plain call."""
        assert isinstance(caller, Caller)
        world = World(
            request=self.request,
            until=time.monotonic() + seconds,
            environ=environ,
            platform_environ=self.platform,
            known=sealed(caller),
        )
        with patch.dict(os.environ, environ, clear=True):
            (found,) = Experiments.collect(world)
        assert isinstance(found, Experiments)
        return found

    def tried(self, environ: dict[str, str]) -> dict[Change, Answer]:
        found = self.facts(environ)[Experiments.kind]
        assert isinstance(found, Experiments)
        return {each.change: each.identity.answer for each in found.tried}

    def problems(self, environ: dict[str, str]) -> dict[str, Finding]:
        return {item.finding.check: item.finding for item in self.judged(environ)}

    def judged(self, environ: dict[str, str]) -> list[Judged]:
        """The problems, with their remedies."""
        known = sealed(*(fact for fact in self.facts(environ).values() if not isinstance(fact, Missing)))
        ids = [id_ for id_ in registry.built_in() if id_.startswith(("credentials.", "client.global-sts"))]
        checks = [registry.load(id_) for id_ in ids]
        ready = [check for check in checks if all(need.facts.kind in _KINDS for need in check.needs if need.required)]
        found = [item for check in ready for item in judge(check, known)]
        return [item for item in found if item.finding.outcome is Outcome.PROBLEM]


_KINDS = {"environment", "credentials", "platform", "application", "caller", "experiments"}


@pytest.fixture
def sandbox(function: dict[str, str], tmp_path: Path) -> Sandbox:
    record = tmp_path / "environ"
    record.write_bytes(b"".join(f"{name}={value}\0".encode() for name, value in function.items()))
    return Sandbox(record)


class TestWhereTheyTell:
    def test_an_accepted_call_is_made_once(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        seen = sandbox.facts(function)[Experiments.kind]
        assert isinstance(seen, Experiments)
        assert (seen.tried, aws.asked) == ((), [REGIONAL])
        assert "not refused" in seen.left_out

    def test_a_token_that_the_code_dropped(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        del function["AWS_SESSION_TOKEN"]
        assert sandbox.tried(function) == {Change.PLATFORMS_TOKEN: Answer.ACCEPTED}
        found = sandbox.problems(function)
        assert "it accepts the same key and secret with the platform's token" in (
            found["credentials.missing-session-token"].message
        )
        said = "which AWS accepts while it refuses these (InvalidClientTokenId)"
        assert found["credentials.environment-overridden"].message.endswith(said)
        assert "the same key with the token that the platform set" in found["credentials.rejected"].message

    def test_a_file_that_replaced_key_and_secret(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        environ = function | variables(STRANGER)
        assert sandbox.tried(environ) == {
            Change.PLATFORMS_KEYS: Answer.ACCEPTED,
            Change.WITHOUT_TOKEN: Answer.REJECTED,
            Change.GLOBAL_HOST: Answer.REJECTED,
        }
        found = sandbox.problems(environ)
        assert found["credentials.environment-overridden"].severity is Severity.BREAKS
        assert "AWS refuses them without it as well" in found["credentials.stray-session-token"].message

    def test_a_sound_key_with_somebody_elses_token(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        environ = function | variables(USER)
        assert sandbox.tried(environ)[Change.WITHOUT_TOKEN] is Answer.ACCEPTED
        said = sandbox.problems(environ)["credentials.stray-session-token"].message
        assert "AWS accepts the same key and secret without it" in said

    def test_a_role_that_is_gone(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        """What the platform set is refused everywhere, and nothing was changed: no more is ruled out than was tried."""
        aws.keys = ()
        assert sandbox.tried(function) == {Change.GLOBAL_HOST: Answer.REJECTED}
        assert "so the region is not the reason" in sandbox.problems(function)["credentials.rejected"].message

    def test_a_change_that_is_not_the_reason(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        aws.keys = ()
        found = sandbox.problems(function | variables(STRANGER))
        assert found["credentials.environment-overridden"].severity is Severity.RISKS
        assert "so the code is not the reason" in found["credentials.rejected"].message

    def test_a_token_that_only_the_global_host_takes(
        self, aws: Aws, sandbox: Sandbox, function: dict[str, str]
    ) -> None:
        there = "sts.ap-east-1.amazonaws.com"
        aws.refusing[there] = lambda _: REFUSAL.format(UNKNOWN_KEY.query, UNKNOWN_KEY.message)
        environ = function | {"AWS_REGION": "ap-east-1", "AWS_DEFAULT_REGION": "ap-east-1"}
        assert sandbox.tried(environ) == {Change.GLOBAL_HOST: Answer.ACCEPTED}
        assert aws.asked[-1] == GLOBAL
        assert "refuses tokens of version 1" in sandbox.problems(environ)["credentials.rejected"].message

    def test_a_partition_without_a_global_host(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        aws.keys = ()
        environ = function | {"AWS_REGION": "cn-north-1", "AWS_DEFAULT_REGION": "cn-north-1"}
        assert sandbox.tried(environ) == {}
        assert set(aws.asked) == {"sts.cn-north-1.amazonaws.com.cn"}


class TestExpired:
    """Old credentials, and what AWS makes of those that the platform set."""

    def test_old_ones_in_the_place_of_fresh_ones(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        environ = function | variables(OLD)
        assert sandbox.tried(environ) == {Change.PLATFORMS_KEYS: Answer.ACCEPTED}
        found = next(item for item in sandbox.judged(environ) if item.finding.check == "credentials.expired")
        assert "(ExpiredToken); AWS accepts what the platform set" in found.finding.message
        assert found.remedy is not None
        assert "take out what puts these in" in found.remedy.text

    def test_the_platforms_are_refused_too(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        aws.expired = (OLD, ROLE)
        environ = function | variables(OLD)
        assert sandbox.tried(environ) == {Change.PLATFORMS_KEYS: Answer.REJECTED}
        found = next(item for item in sandbox.judged(environ) if item.finding.check == "credentials.expired")
        said = "AWS refuses what the platform set as well, so the code is not the only reason"
        assert found.finding.message.endswith(said)
        assert found.remedy is None, "the check's own"

    def test_the_platforms_own(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        """Nothing was replaced, so that there is nothing to try; no other host takes an expired token."""
        aws.expired = (ROLE,)
        assert sandbox.tried(function) == {}
        assert sandbox.problems(function)["credentials.expired"].message.endswith("has expired (ExpiredToken)")
        assert aws.asked == [REGIONAL, REGIONAL]

    def test_a_time_that_the_code_set(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        """botocore then signs nothing at all; what the platform set is asked about all the same."""
        environ = function | variables(OLD) | {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
        assert sandbox.tried(environ) == {Change.PLATFORMS_KEYS: Answer.ACCEPTED}
        assert aws.asked == [REGIONAL]
        found = sandbox.problems(environ)
        assert "; AWS accepts what the platform set" in found["credentials.expired"].message
        assert found["credentials.environment-overridden"].message.endswith("which AWS accepts")

    def test_on_a_laptop_nobody_else_set_any(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        past = {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
        environ = {name: value for name, value in function.items() if not name.startswith("AWS_LAMBDA_")} | past
        assert sandbox.tried(environ) == {}
        assert aws.asked == []


class TestTheGlobalHost:
    @pytest.mark.parametrize(
        ("closed", "told"),
        [
            ({GLOBAL}, (Answer.ACCEPTED, "while the region's own does")),
            ({GLOBAL, REGIONAL}, (Answer.UNREACHABLE, "and neither does the region's own")),
        ],
    )
    def test_that_is_silent_is_compared_with_the_regions_own(
        self, closed: set[str], told: tuple[Answer, str], aws: Aws, sandbox: Sandbox, function: dict[str, str]
    ) -> None:
        aws.closed = closed
        environ = function | {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}
        assert sandbox.tried(environ) == {Change.REGIONAL_HOST: told[0]}
        assert sandbox.problems(environ)["client.global-sts-host"].message.endswith(told[1])

    def test_that_refuses_is_too(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        aws.refusing[GLOBAL] = lambda _: REFUSAL.format(UNKNOWN_KEY.query, UNKNOWN_KEY.message)
        environ = function | {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}
        assert sandbox.tried(environ) == {Change.REGIONAL_HOST: Answer.ACCEPTED}

    def test_the_setting_is_put_back(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        aws.closed = {GLOBAL}
        for before in ("legacy", None):
            environ = function | ({"AWS_STS_REGIONAL_ENDPOINTS": before} if before else {})
            with patch.dict(os.environ):
                os.environ.pop("AWS_STS_REGIONAL_ENDPOINTS", None)
                sandbox.facts(environ)
                assert "AWS_STS_REGIONAL_ENDPOINTS" not in os.environ


class TestWhereTheyDoNot:
    def test_switched_off(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        del function["AWS_SESSION_TOKEN"]
        sandbox.request = Request(experiments=False)
        found = sandbox.facts(function)[Experiments.kind]
        assert isinstance(found, Missing)
        assert (found.reason, aws.asked) == (Reason.NOT_ASKED, [REGIONAL])

    @pytest.mark.parametrize("code", ["RequestExpired", "RequestTimeTooSkewed"])
    def test_a_clock_that_is_off(self, code: str, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        aws.refusing[REGIONAL] = lambda _: REFUSAL.format(code, "Request has expired.")
        assert sandbox.tried(function | variables(STRANGER)) == {}
        assert aws.asked == [REGIONAL]

    def test_who_stands_in_awss_place_gets_nothing(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        del function["AWS_SESSION_TOKEN"]
        environ = function | {"AWS_ENDPOINT_URL": "https://minio.internal", "DOCTOR_ALLOW_LOCAL": "0"}
        assert sandbox.tried(environ) == {}
        assert aws.asked == []

    def test_no_time_is_left(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        environ = function | variables(STRANGER)
        caller = sandbox.facts(environ)[Caller.kind]
        assert sandbox.repeated(caller, environ).tried
        aws.asked.clear()
        found = sandbox.repeated(caller, environ, seconds=0.4)
        assert (found.tried, found.left_out, aws.asked) == ((), "no time was left for more", [])

    @pytest.mark.parametrize("record", [None, b"", b"PATH=/bin\0HOME=/root\0"])
    def test_a_process_that_the_platform_did_not_start(
        self, record: bytes | None, aws: Aws, sandbox: Sandbox, function: dict[str, str]
    ) -> None:
        del function["AWS_SESSION_TOKEN"]
        caller = sandbox.facts(function)[Caller.kind]
        assert sandbox.repeated(caller, function).tried
        sandbox.platform.unlink()
        if record is not None:
            sandbox.platform.write_bytes(record)
        assert sandbox.repeated(caller, function).tried == ()


APPLICATION = f"""
import boto3

def no_token(): return boto3.client("sqs", aws_access_key_id={ROLE.id!r}, aws_secret_access_key={ROLE.secret!r})
def stray(): return boto3.client("sqs", aws_access_key_id={USER.id!r}, aws_secret_access_key={USER.secret!r},
    aws_session_token={ROLE.token!r})
def other(): return boto3.client("sqs", aws_access_key_id={STRANGER.id!r}, aws_secret_access_key={STRANGER.secret!r})
"""


class TestTheApplicationsClient:
    @pytest.fixture
    def importable(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "its_application.py").write_text(APPLICATION)
        monkeypatch.syspath_prepend(tmp_path)

    @pytest.mark.usefixtures("importable")
    def test_without_the_token_of_its_key(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        environ = function | {VARIABLE: "its_application:no_token"}
        seen = sandbox.facts(environ)[Application.kind]
        assert isinstance(seen, Application)
        assert seen.came_of(Change.CHAINS_TOKEN) is Answer.ACCEPTED
        said = sandbox.problems(environ)["credentials.missing-session-token"].message
        assert said.endswith("it accepts the same key and secret with the default chain's token")

    @pytest.mark.usefixtures("importable")
    def test_with_a_token_of_another_key(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        environ = function | {VARIABLE: "its_application:stray"}
        seen = sandbox.facts(environ)[Application.kind]
        assert isinstance(seen, Application)
        assert seen.came_of(Change.WITHOUT_TOKEN) is Answer.ACCEPTED
        said = sandbox.problems(environ)["credentials.stray-session-token"]
        assert said.message.endswith("AWS accepts the same key and secret without it")

    @pytest.mark.usefixtures("importable")
    def test_of_somebody_elses_key_no_token_is_known(
        self, aws: Aws, sandbox: Sandbox, function: dict[str, str]
    ) -> None:
        seen = sandbox.facts(function | {VARIABLE: "its_application:other"})[Application.kind]
        assert isinstance(seen, Application)
        assert (seen.identity and seen.identity.answer, seen.tried) == (Answer.REJECTED, ())

    @pytest.mark.usefixtures("importable")
    def test_switched_off(self, aws: Aws, sandbox: Sandbox, function: dict[str, str]) -> None:
        sandbox.request = Request(experiments=False)
        seen = sandbox.facts(function | {VARIABLE: "its_application:no_token"})[Application.kind]
        assert isinstance(seen, Application)
        assert seen.tried == ()


A, B = Triple("ASIA3Q7JWF5KX2MB6TZD", "secret", "token"), Triple("AKIA7K2MB6TZD3Q7JWF5", "other", "")


@pytest.mark.parametrize(
    ("used", "platform", "expected"),
    [
        (A, None, []),
        (A, A, []),
        (A._replace(token=""), A, [Change.PLATFORMS_TOKEN]),
        (A._replace(token="stale"), A, [Change.PLATFORMS_TOKEN]),
        (A._replace(secret="wrong"), A, [Change.PLATFORMS_KEYS]),
        (B, A, [Change.PLATFORMS_KEYS]),
        (B._replace(token=A.token), A, [Change.PLATFORMS_KEYS, Change.WITHOUT_TOKEN]),
        (B._replace(token=A.token), None, [Change.WITHOUT_TOKEN]),
    ],
)
def test_what_is_worth_a_call(used: Triple, platform: Triple | None, expected: list[Change]) -> None:
    """A temporary key without its token is always refused: trying that tells nothing."""
    assert [change for change, _ in changes(used, platform)] == expected


def test_a_server_that_repeats_what_it_was_sent_leaves_nothing_in_the_evidence(
    aws: Aws, sandbox: Sandbox, function: dict[str, str]
) -> None:
    """The platform's own credentials are in no variable any more, so that nobody behind this could mask them."""

    def repeats(environ: dict[str, Any]) -> str:
        sent = f"{environ.get('HTTP_X_AMZ_SECURITY_TOKEN', '')} {ROLE.secret} {ROLE.id}"
        return REFUSAL.format(f"InvalidClientTokenId{ROLE.token}", sent)

    environ = function | variables(STRANGER) | {"AWS_SESSION_TOKEN": "gone"}
    caller = sandbox.facts(environ)[Caller.kind]
    aws.refusing |= {REGIONAL: repeats, GLOBAL: repeats}
    found = sandbox.repeated(caller, environ)
    assert Change.PLATFORMS_KEYS in {each.change for each in found.tried}
    told = json.dumps(asdict(found))
    for secret in (*ROLE, STRANGER.secret):
        assert secret not in told


def test_a_whole_run_tries_and_tells(
    aws: Aws, sandbox: Sandbox, function: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in function.items():
        monkeypatch.setenv(name, value)
    environ = function | variables(STRANGER)
    place = answer.Sandbox(platform=sandbox.platform)
    asked = {"only": ["credentials.*"], "budget_seconds": 10, "include_casefile": True}

    def run(**more: Any) -> Any:
        return answer.answer({"doctor": asked | more}, None, time.monotonic(), environ, place)

    verdict = run()
    assert verdict.diagnoses[0].check == "credentials.environment-overridden"
    assert verdict.diagnoses[0].headline.endswith("which AWS accepts while it refuses these (InvalidClientTokenId)")
    assert ROLE.secret not in json.dumps(verdict.casefile)
    without = run(experiments=False)
    assert without.diagnoses[0].headline.endswith("; AWS refuses these (InvalidClientTokenId)")
    assert {item["reason"] for item in without.casefile["missing"] if item["kind"] == "experiments"} == {"not-asked"}


class TestHowTheyAreSwitchedOff:
    def test_on_the_command_line(self) -> None:
        command = cli.doctor.commands["examine"]
        for words, expected in (([], True), (["--no-experiments"], False)):
            assert command.make_context("examine", list(words)).params["experiments"] is expected

    def test_the_next_run_is_asked_for_in_the_same_way(self) -> None:
        assert "--no-experiments" in arrange.repeated(Request(experiments=False), ())
        assert "--no-experiments" not in arrange.repeated(Request(), ())
        again = answer.verify_with_invoke({"AWS_LAMBDA_FUNCTION_NAME": "jobs"}, {"doctor": {"experiments": False}})
        assert '"experiments": false' in again(["credentials.rejected"])

    def test_an_event_says_true_or_false(self) -> None:
        assert from_event({"doctor": {"experiments": False}}, {}).experiments is False
        with pytest.raises(InvalidRequest) as refused:
            from_event({"doctor": {"experiments": "no"}}, {})
        assert refused.value.field == "doctor.experiments"
