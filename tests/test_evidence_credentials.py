"""The collectors of credentials on real inputs: botocore's own chain, and a small STS that verifies signatures."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from doctor import registry
from doctor.demo.gate import Gate, Key
from doctor.evidence import Facts, Missing
from doctor.evidence.application import VARIABLE, Application
from doctor.evidence.caller import Answer, Caller
from doctor.evidence.credentials import Credentials, KeyClass, account_of, is_placeholder, key_class
from doctor.evidence.environment import Environment, Profile
from doctor.evidence.experiments import Change, Experiment
from doctor.evidence.platform import Platform
from doctor.judge import judge
from doctor.request import Request, ServiceTarget
from doctor.verdict import Finding, Outcome, Severity
from doctor.world import World
from tests.evidence import sealed
from tests.evidence.build import (
    application,
    built,
    caller,
    credentials,
    environment,
    identity,
    keys,
    refused,
    variable,
)

# Shaped like real ones, and nobody's.
KEY = Key("ASIA3Q7JWF5KX2MB6TZD", "q0Vb7Tn4XcRz1LmKp9Yw2HsJd5Gf8AeUo3IiBv6N", "IQoJb3JpZ2lu" + "d1" * 40)
GRANTED = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/jobs/a.person</Arn>"
    "<Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId>"
    "</ResponseMetadata></GetCallerIdentityResponse>"
)
REFUSAL = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>"
    "<RequestId>r-2</RequestId></ErrorResponse>"
)
Say = tuple[str, str, dict[str, str]]
REGIONS = (
    '<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-4</requestId><regionInfo><item>'
    "<regionName>us-east-1</regionName></item></regionInfo></DescribeRegionsResponse>"
)


class Clock(WSGIRequestHandler):
    """A server whose clock is `ahead` of ours."""

    ahead = 0.0

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.ahead)


class Aws:
    """An AWS on loopback. Signatures are verified by the gate; `say` maps an action to what it answers instead."""

    def __init__(self) -> None:
        self.say: dict[str, Say] = {}
        self.asked: list[str] = []
        self.clock = type("ThisClock", (Clock,), {})
        self.server = make_server("127.0.0.1", 0, self.front, threaded=True, request_handler=self.clock)
        self.gate = Gate(self.behind, [KEY])
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def front(self, environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] == "/credentials":
            return self.credentials(environ, start)
        if "" in self.say:  # whoever asks for whatever, rightly signed or not
            return self.answer(self.say[""], start)
        return self.gate(environ, start)

    def behind(self, environ: dict[str, Any], start: Any) -> Any:
        body = environ["wsgi.input"].read().decode()
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        action = target.rpartition(".")[2] or body.partition("Action=")[2].partition("&")[0]
        self.asked.append(action)
        usual: Say = ("200 OK", GRANTED, {})
        if target:
            usual = ("200 OK", "{}", {"x-amzn-RequestId": "r-3"})
        return self.answer(self.say.get(action, usual), start)

    def credentials(self, environ: dict[str, Any], start: Any) -> Any:
        if environ.get("HTTP_AUTHORIZATION") != "letmein":
            return self.answer(("403 Forbidden", "no", {}), start)
        issued = {"AccessKeyId": KEY.id, "SecretAccessKey": KEY.secret, "Token": KEY.token}
        return self.answer(("200 OK", json.dumps(issued | {"Expiration": "2999-01-01T00:00:00Z"}), {}), start)

    @staticmethod
    def answer(said: Say, start: Any) -> Any:
        status, text, headers = said
        start(status, [("Content-Length", str(len(text.encode()))), *headers.items()])
        return [text.encode()]


@pytest.fixture
def aws(caplog: pytest.LogCaptureFixture) -> Iterator[Aws]:
    caplog.set_level("ERROR", logger="werkzeug")
    running = Aws()
    thread = threading.Thread(target=running.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.server.shutdown()
    thread.join()
    running.server.server_close()


@pytest.fixture
def function(aws: Aws, clean_environment: Path) -> dict[str, str]:
    """The environment of a function whose AWS is on loopback."""
    return {
        "HOME": str(clean_environment),
        "AWS_LAMBDA_FUNCTION_NAME": "jobs",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",  # as in every child of a function's run
        "AWS_ENDPOINT_URL": aws.url,
        "DOCTOR_ALLOW_LOCAL": "1",  # else nothing signed is sent to an endpoint that stands in AWS's place
        "AWS_ACCESS_KEY_ID": KEY.id,
        "AWS_SECRET_ACCESS_KEY": KEY.secret,
        "AWS_SESSION_TOKEN": KEY.token,
    }


def collected(kind: Any, environ: dict[str, str], *targets: str) -> Any:
    """What the collector sees: as in its child, os.environ is the world's."""
    request = Request(targets=tuple(ServiceTarget(service=target) for target in targets))
    world = World(request=request, until=time.monotonic() + 20, environ=environ)
    with patch.dict(os.environ, environ, clear=True), patch("boto3.DEFAULT_SESSION", None):
        (found,) = kind.collect(world)
    assert not isinstance(found, Missing)
    return found


def findings(*facts: Facts, outcome: Outcome = Outcome.PROBLEM) -> dict[str, Severity]:
    """The checks of the area that conclude so from this evidence, with their severity."""
    return {check: finding.severity for check, finding in judged(*facts, outcome=outcome).items()}


def judged(*facts: Facts, outcome: Outcome = Outcome.PROBLEM) -> dict[str, Finding]:
    """What they conclude."""
    kinds = {fact.kind for fact in facts}
    return {
        id_.partition(".")[2]: item.finding
        for id_ in registry.built_in()
        if id_.startswith("credentials.")
        for check in [registry.load(id_)]
        if {need.facts.kind for need in check.needs if need.required} <= kinds
        for item in judge(check, sealed(*facts))
        if item.finding.outcome is outcome
    }


def examined(environ: dict[str, str], *targets: str) -> dict[str, Severity]:
    """The problems of a run on all evidence of the area."""
    facts = [collected(kind, environ, *targets) for kind in (Credentials, Environment, Caller, Application)]
    return findings(*facts, Platform())


def without(environ: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in names}


def test_a_sound_function_has_no_problem(aws: Aws, function: dict[str, str]) -> None:
    assert examined(function) == {}
    identity = collected(Caller, function).identity
    assert (identity.answer, identity.principal, identity.account) == (Answer.ACCEPTED, "assumed-role/jobs", "…9012")
    assert "person" not in repr(identity)
    assert "123456789012" not in repr(identity)


# What the chain makes of the environment (measured with botocore, row by row).


class TestEnvironmentOfTheChain:
    def test_a_blank_key_is_skipped_and_nothing_else_is_found(self, function: dict[str, str]) -> None:
        environ = function | {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
        assert (collected(Credentials, environ).keys, collected(Credentials, environ).error) == (None, "")
        assert set(examined(environ)) == {"blank-environment-keys", "none-found"}

    def test_a_blank_secret_is_half_a_pair(self, function: dict[str, str]) -> None:
        environ = function | {"AWS_SECRET_ACCESS_KEY": ""}
        assert collected(Credentials, environ).error == "PartialCredentialsError"
        assert set(examined(environ)) == {"blank-environment-keys", "partial"}
        assert set(examined(without(function, "AWS_SECRET_ACCESS_KEY"))) == {"partial"}

    @pytest.mark.parametrize("token", ["", None])
    def test_without_its_token_a_temporary_key_is_refused(self, token: str | None, function: dict[str, str]) -> None:
        environ = without(function, "AWS_SESSION_TOKEN") | ({} if token is None else {"AWS_SESSION_TOKEN": token})
        assert not collected(Credentials, environ).keys.token
        assert set(examined(environ)) == {"missing-session-token", "rejected"}

    def test_the_legacy_token_wins(self, function: dict[str, str]) -> None:
        assert set(examined(function | {"AWS_SECURITY_TOKEN": "stale"})) == {"rejected"}
        assert examined(without(function, "AWS_SESSION_TOKEN") | {"AWS_SECURITY_TOKEN": KEY.token}) == {}

    @pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    def test_a_line_end_is_signed_with(self, variable: str, function: dict[str, str]) -> None:
        environ = function | {variable: function[variable] + "\n"}
        assert collected(Credentials, environ).keys is not None
        assert "malformed-key" in examined(environ)

    def test_nothing_at_all(self, function: dict[str, str]) -> None:
        environ = without(function, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        assert set(examined(environ)) == {"none-found"}

    def test_an_expiration_that_has_passed(self, function: dict[str, str]) -> None:
        environ = function | {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
        assert set(examined(environ)) == {"expired"}  # and not a chain without credentials besides

    def test_blank_entries_of_a_shared_file_are_signed_with(self, function: dict[str, str], tmp_path: Path) -> None:
        file = tmp_path / "credentials"
        file.write_text("[default]\naws_access_key_id =\naws_secret_access_key =\n")
        bare = without(function, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        found = examined(bare | {"AWS_SHARED_CREDENTIALS_FILE": str(file)})
        assert set(found) == {"blank-explicit-keys", "rejected", "shared-file-present"}

    def test_a_token_file_that_is_missing_matters_only_without_keys(self, function: dict[str, str]) -> None:
        web = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/jobs"}
        assert examined(function | web) == {}
        bare = without(function, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN") | web
        assert collected(Credentials, bare).error == "FileNotFoundError"
        assert set(examined(bare)) == {"none-found"}

    @pytest.mark.parametrize("name", ["dev", "", "default"])
    def test_a_missing_profile_hides_the_roles_own_keys(self, name: str, function: dict[str, str]) -> None:
        environ = function | {"AWS_PROFILE": name}
        assert collected(Credentials, environ).error == "ProfileNotFound"
        assert set(examined(environ)) == {"profile-selected", "none-found"}


class TestContainerCredentials:
    """SnapStart and containers: an address in place of the variables."""

    @pytest.fixture
    def container(self, aws: Aws, function: dict[str, str]) -> dict[str, str]:
        bare = without(function, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        address = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{aws.url}/credentials"}
        return bare | address | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "letmein"}

    def test_missing_variables_are_no_fault(self, container: dict[str, str]) -> None:
        assert collected(Credentials, container).keys.provider == "container-role"
        assert examined(container | {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}) == {}

    def test_blank_variables_do_no_harm(self, container: dict[str, str]) -> None:
        assert examined(container | {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}) == {}

    def test_variables_win(self, container: dict[str, str]) -> None:
        both = container | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        assert collected(Credentials, both).keys.provider == "env"
        assert "rejected" in examined(both)

    def test_an_address_that_refuses_is_told(self, container: dict[str, str]) -> None:
        environ = container | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "stranger"}
        found = collected(Credentials, environ)
        assert found.error == "CredentialRetrievalError"
        assert set(findings(found, collected(Environment, environ), Platform())) == {"none-found"}


# What an application may hand to boto3.

APPLICATION = f"""
import boto3
from botocore.config import Config

ID, SECRET, TOKEN = {tuple(KEY)!r}

def client(**given): return boto3.client("sqs", **given)
def session(**given): return boto3.Session(**given).client("sqs")

def blank_client(): return client(aws_access_key_id="", aws_secret_access_key="")
def blank_session(): return session(aws_access_key_id="", aws_secret_access_key="")
def nothing(): return client(aws_access_key_id=None, aws_secret_access_key=None)
def no_token(): return client(aws_access_key_id=ID, aws_secret_access_key=SECRET)
def token_only(): return client(aws_session_token="stale")
def key_only(): return client(aws_access_key_id=ID)
def key_only_session(): return session(aws_access_key_id=ID)
def blank_secret(): return client(aws_access_key_id=ID, aws_secret_access_key="", aws_session_token=TOKEN)
def copied(): return client(aws_access_key_id=ID, aws_secret_access_key=SECRET, aws_session_token=TOKEN)
def test_keys(): return client(aws_access_key_id="test", aws_secret_access_key="test")
def profile(): return session(profile_name="dev")
def resource(): return boto3.resource("sqs")
def unbounded(): return client(config=Config(connect_timeout=None, read_timeout=None))
def number(): return 7
def exits(): raise SystemExit("settings")
"""


class TestApplication:
    """The client that the application builds, beside a sound default chain."""

    @pytest.fixture
    def build(
        self, function: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[str], tuple[Any, dict[str, Severity]]]:
        (tmp_path / "an_application.py").write_text(APPLICATION)
        monkeypatch.syspath_prepend(tmp_path)

        def built(factory: str) -> tuple[Any, dict[str, Severity]]:
            environ = function | {VARIABLE: f"an_application:{factory}"}
            return collected(Application, environ), examined(environ)

        return built

    @pytest.mark.parametrize(
        ("factory", "provider", "answer", "problems"),
        [
            ("blank_client", "explicit", Answer.REJECTED, {"blank-explicit-keys", "application-client-differs"}),
            ("blank_session", "env", Answer.ACCEPTED, set()),
            ("nothing", "env", Answer.ACCEPTED, set()),
            ("no_token", "explicit", Answer.REJECTED, {"missing-session-token", "application-client-differs"}),
            ("token_only", "env", Answer.ACCEPTED, set()),
            (
                "key_only_session",
                "explicit",
                Answer.REJECTED,
                {"blank-explicit-keys", "missing-session-token", "malformed-key", "application-client-differs"},
            ),
            (
                "blank_secret",
                "explicit",
                Answer.REJECTED,
                {"blank-explicit-keys", "malformed-key", "application-client-differs"},
            ),
            ("copied", "explicit", Answer.ACCEPTED, {"keys-copied-into-settings"}),
            (
                "test_keys",
                "explicit",
                Answer.REJECTED,
                {"malformed-key", "application-client-differs"},  # an emulator is declared, which placeholders are for
            ),
            ("resource", "env", Answer.ACCEPTED, set()),
        ],
    )
    def test_row(self, factory: str, provider: str, answer: Answer, problems: set[str], build: Any) -> None:
        seen, found = build(factory)
        assert (seen.built.keys.provider, seen.identity.answer) == (provider, answer)
        assert set(found) == problems

    @pytest.mark.parametrize(
        ("factory", "failure", "problems"),
        [
            ("key_only", "PartialCredentialsError: Partial credentials found in explicit", {"partial"}),
            ("profile", "ProfileNotFound", {"application-client-differs"}),
            ("number", "TypeError: an_application:number returned int", set()),
            ("exits", "SystemExit: settings", set()),
            ("absent", "AttributeError", set()),
        ],
    )
    def test_a_factory_that_builds_nothing(self, factory: str, failure: str, problems: set[str], build: Any) -> None:
        seen, found = build(factory)
        assert seen.built is None
        assert seen.failure.startswith(failure)
        assert set(found) == problems

    def test_no_timeout_is_no_short_one(self, build: Any) -> None:
        seen, _ = build("unbounded")
        assert seen.built.worst_hang > 100
        assert seen.built.read_timeout > 1e6
        json.dumps(seen.built.read_timeout, allow_nan=False)

    def test_without_credentials_it_has_no_credentials_of_its_own_making(
        self, function: dict[str, str], build: Any
    ) -> None:
        bare = without(function, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        environ = bare | {VARIABLE: "an_application:nothing"}
        seen = collected(Application, environ)
        assert (seen.built.keys, seen.identity.answer, seen.identity.error) == (
            None,
            Answer.UNSIGNED,
            "NoCredentialsError",
        )
        assert set(examined(environ)) == {"none-found"}

    def test_an_application_that_brings_its_own_needs_no_default(self, function: dict[str, str], build: Any) -> None:
        environ = function | {VARIABLE: "an_application:copied", "AWS_SECRET_ACCESS_KEY": ""}
        seen = collected(Application, environ)
        assert seen.built.keys.provider == "explicit"
        assert not seen.built.same_keys


# What AWS answers.


class TestCaller:
    @pytest.mark.parametrize(
        ("code", "message", "problems"),
        [
            ("InvalidClientTokenId", "The security token included in the request is invalid.", {"rejected"}),
            ("ExpiredToken", "The security token included in the request is expired", {"rejected", "expired"}),
            ("SignatureDoesNotMatch", "The request signature we calculated does not match", {"signature-mismatch"}),
            (
                "SignatureDoesNotMatch",
                "Signature expired: 1 is now earlier than 2",
                {"signature-mismatch", "clock-skew"},
            ),
            ("RequestExpired", "Request has expired.", {"clock-skew"}),
            ("IncompleteSignature", "… not a valid key=value pair", {"signature-mismatch"}),
        ],
    )
    def test_refusals(self, code: str, message: str, problems: set[str], aws: Aws, function: dict[str, str]) -> None:
        aws.say["GetCallerIdentity"] = ("403 Forbidden", REFUSAL.format(code, message), {})
        identity = collected(Caller, function).identity
        assert (identity.answer, identity.code, identity.request_id) == (Answer.REJECTED, code, True)
        assert set(examined(function)) == problems

    def test_a_wrong_secret(self, function: dict[str, str]) -> None:
        found = examined(function | {"AWS_SECRET_ACCESS_KEY": KEY.secret[::-1]})
        assert set(found) == {"signature-mismatch"}

    def test_a_denial_proves_the_credentials_and_names_no_account(self, aws: Aws, function: dict[str, str]) -> None:
        message = (
            "User: arn:aws:sts::123456789012:assumed-role/jobs/x is not authorized to perform: sts:GetCallerIdentity"
        )
        aws.say["GetCallerIdentity"] = ("403 Forbidden", REFUSAL.format("AccessDenied", message), {})
        identity = collected(Caller, function).identity
        assert identity.answer is Answer.ACCEPTED
        assert "arn:aws:sts::…9012:assumed-role/jobs" in identity.message
        assert examined(function) == {}

    @pytest.mark.parametrize(
        "said",
        [
            ("403 Forbidden", "<html><body>Blocked by policy</body></html>", {}),
            ("200 OK", "<html><body><p>Log in</p></body></html>", {}),
            ("200 OK", "{}", {}),
            ("503 Service Unavailable", "", {}),
            ("403 Forbidden", "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", {}),
        ],
        ids=["html", "page", "empty", "503", "denial"],
    )
    def test_what_is_not_aws_judges_nobody(self, said: Say, aws: Aws, function: dict[str, str]) -> None:
        aws.say[""] = said
        assert collected(Caller, function).identity.answer is Answer.REFUSED
        assert examined(function) == {}
        unknown = findings(collected(Caller, function), outcome=Outcome.UNKNOWN)
        assert unknown["rejected"] is Severity.BREAKS

    @pytest.mark.parametrize(("ahead", "severity"), [(-3600, Severity.RISKS), (3600, Severity.RISKS), (240, None)])
    def test_the_clock(self, ahead: int, severity: Severity | None, aws: Aws, function: dict[str, str]) -> None:
        aws.clock.ahead = ahead
        caller = collected(Caller, function)
        assert caller.identity.skew == pytest.approx(ahead, abs=3)
        assert findings(caller).get("clock-skew") is severity

    def test_the_clock_is_read_from_a_refusal_too(self, aws: Aws, function: dict[str, str]) -> None:
        aws.clock.ahead = -900
        aws.say["GetCallerIdentity"] = ("403 Forbidden", REFUSAL.format("SignatureDoesNotMatch", "does not match"), {})
        assert findings(collected(Caller, function))["clock-skew"] is Severity.BREAKS

    def test_silence_is_bounded_and_a_hint(self, aws: Aws, function: dict[str, str]) -> None:
        environ = function | {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}
        caller = collected(Caller, environ)
        assert caller.identity.answer is Answer.UNREACHABLE
        assert "refused" in caller.identity.message.lower()
        assert findings(caller) == {}
        assert findings(caller, outcome=Outcome.UNKNOWN)["rejected"] is Severity.HINTS

    def test_where_sts_is_silent_a_declared_service_judges(self, aws: Aws, function: dict[str, str]) -> None:
        environ = function | {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}
        caller = collected(Caller, environ, "sqs", "lambda")
        assert (caller.identity.instrument, caller.identity.answer) == ("sqs", Answer.ACCEPTED)
        broken = environ | {"AWS_SESSION_TOKEN": "another"}
        assert collected(Caller, broken, "dynamodb").identity.code == "UnrecognizedClientException"
        assert "rejected" in findings(collected(Caller, broken, "dynamodb"))

    def test_sts_that_is_declared_is_asked_for(self, function: dict[str, str]) -> None:
        assert collected(Caller, function, "sts").sts_declared

    def test_another_calls_denial_proves_nothing(self, aws: Aws, function: dict[str, str], tmp_path: Path) -> None:
        """A profile with a role: AssumeRole is denied, and the call itself is never sent."""
        (tmp_path / "config").write_text(
            f"[profile base]\naws_access_key_id = {KEY.id}\naws_secret_access_key = {KEY.secret}\n"
            f"aws_session_token = {KEY.token}\n"
            "[profile cross]\nrole_arn = arn:aws:iam::123456789012:role/other\nsource_profile = base\n"
        )
        aws.say["AssumeRole"] = ("403 Forbidden", REFUSAL.format("AccessDenied", "not authorized: sts:AssumeRole"), {})
        environ = without(function, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN") | {
            "AWS_CONFIG_FILE": str(tmp_path / "config"),
            "AWS_PROFILE": "cross",
        }
        identity = collected(Caller, environ).identity
        assert (identity.answer, identity.code) == (Answer.UNSIGNED, "AccessDenied")
        assert aws.asked == ["AssumeRole"]

    def test_without_a_region_nothing_is_sent(self, function: dict[str, str]) -> None:
        identity = collected(Caller, without(function, "AWS_DEFAULT_REGION")).identity
        assert identity.answer in (Answer.UNSIGNED, Answer.ACCEPTED)  # STS has a global host where no region is known


def ec2(code: str, message: str = "") -> Say:
    """A refusal as EC2 words it."""
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return (
        "401 Unauthorized",
        f"<Response><Errors>{error}</Errors><RequestID>r-5</RequestID></Response>",
        {"Content-Type": "text/xml"},
    )


NOT_VALIDATED = ec2("AuthFailure", "AWS was not able to validate the provided access credentials")
LATE = ec2("RequestExpired", "Request has expired.")


class TestWhereEc2AloneIsDeclared:
    """STS is out of reach."""

    @pytest.fixture
    def alone(self, function: dict[str, str]) -> dict[str, str]:
        return function | {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}

    def test_it_judges_by_a_read_of_names_that_are_nobodys(self, aws: Aws, alone: dict[str, str]) -> None:
        aws.say["DescribeRegions"] = ("200 OK", REGIONS, {"Content-Type": "text/xml"})
        caller = collected(Caller, alone, "ec2")
        assert (caller.identity.instrument, caller.identity.answer) == ("ec2", Answer.ACCEPTED)
        assert aws.asked == ["DescribeRegions"]
        assert "ec2:DescribeRegions" in Caller.actions

    def test_nobody_asks_it_where_it_is_not_declared(self, aws: Aws, alone: dict[str, str]) -> None:
        collected(Caller, alone, "sqs", "lambda")
        assert aws.asked == ["ListQueues"]

    def test_it_is_asked_after_all_others(self, aws: Aws, alone: dict[str, str]) -> None:
        assert collected(Caller, alone, "ec2", "sqs").identity.instrument == "sqs"
        assert aws.asked == ["ListQueues"]

    def test_a_denial_proves_the_credentials(self, aws: Aws, alone: dict[str, str]) -> None:
        aws.say["DescribeRegions"] = ec2("UnauthorizedOperation", "You are not authorized to perform this operation.")
        assert collected(Caller, alone, "ec2").identity.answer is Answer.ACCEPTED

    def test_a_key_that_is_refused(self, aws: Aws, alone: dict[str, str]) -> None:
        aws.say[""] = NOT_VALIDATED
        found = judged(collected(Caller, alone, "ec2"))
        assert set(found) == {"rejected"}
        assert "ec2 answered AuthFailure" in found["rejected"].message

    def test_a_clock_that_is_off_by_its_date(self, aws: Aws, alone: dict[str, str]) -> None:
        """EC2 says the same as of an unknown key: its Date tells which it is."""
        aws.say[""], aws.clock.ahead = NOT_VALIDATED, -3600
        found = judged(collected(Caller, alone, "ec2"))
        assert set(found) == {"clock-skew"}
        assert found["clock-skew"].message.endswith("and AWS refuses the call (AuthFailure)")

    @pytest.mark.parametrize(("ahead", "problems"), [(0, {"expired", "rejected"}), (3600, {"clock-skew"})])
    def test_a_late_request_or_an_expired_token(
        self, ahead: float, problems: set[str], aws: Aws, alone: dict[str, str]
    ) -> None:
        aws.say[""], aws.clock.ahead = LATE, ahead
        assert set(findings(collected(Caller, alone, "ec2"))) == problems

    @pytest.mark.parametrize("page", ["<html>Log in</html>", "<x/>"])
    def test_what_is_not_its_reply_judges_nobody(self, page: str, aws: Aws, alone: dict[str, str]) -> None:
        aws.say[""] = ("200 OK", page, {"Content-Type": "text/xml"})
        assert collected(Caller, alone, "ec2").identity.answer is not Answer.ACCEPTED


EXPIRED_WORDS = "Signature expired: 20240101T000000Z is now earlier than 20240101T001500Z (20240101T002000Z - 5 min.)"
EARLY_WORDS = (
    "Signature not yet current: 20240101T001000Z is still later than 20240101T000500Z (20240101T000000Z + 5 min.)"
)
SKEWED = "The difference between the request time and the current time is too large."


def query(code: str, words: str) -> Say:
    return "403 Forbidden", REFUSAL.format(code, words), {"Content-Type": "text/xml"}


def json_(code: str, words: str, **headers: str) -> Say:
    told = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "r-6"}
    return (
        "400 Bad Request",
        json.dumps({"__type": f"com.amazon.coral.service#{code}", "message": words}),
        told | headers,
    )


def rest_xml(code: str, words: str) -> Say:
    text = f"<Error><Code>{code}</Code><Message>{words}</Message><RequestId>r-7</RequestId></Error>"
    return "403 Forbidden", text, {"Content-Type": "application/xml", "x-amz-request-id": "r-7"}


TIMES = [
    ("sts", "SignatureDoesNotMatch", query("SignatureDoesNotMatch", EXPIRED_WORDS)),
    ("sts", "SignatureDoesNotMatch", query("SignatureDoesNotMatch", EARLY_WORDS)),
    ("sts", "RequestExpired", query("RequestExpired", "Request has expired.")),
    ("sns", "SignatureDoesNotMatch", query("SignatureDoesNotMatch", EXPIRED_WORDS)),
    ("dynamodb", "InvalidSignatureException", json_("InvalidSignatureException", EXPIRED_WORDS)),
    ("kms", "InvalidSignatureException", json_("InvalidSignatureException", EARLY_WORDS)),
    ("secretsmanager", "RequestInTheFuture", json_("RequestInTheFuture", "")),
    (
        "sqs",
        "SignatureDoesNotMatch",
        json_("InvalidSignatureException", EXPIRED_WORDS, **{"x-amzn-query-error": "SignatureDoesNotMatch;Sender"}),
    ),
    ("s3", "RequestTimeTooSkewed", rest_xml("RequestTimeTooSkewed", SKEWED)),
    ("ec2", "AuthFailure", NOT_VALIDATED),
]


class TestTheClockByEveryProtocol:
    """Each family has its own word for a clock that is off, and a Date in its refusal."""

    @pytest.mark.parametrize("ahead", [-3600.0, 0.0, 3600.0])
    @pytest.mark.parametrize("time", TIMES, ids=[f"{service}-{code}" for service, code, _ in TIMES])
    def test_it_is_the_clock(
        self, time: tuple[str, str, Say], ahead: float, aws: Aws, function: dict[str, str]
    ) -> None:
        """By the Date, and where nothing but the words tells, by these; EC2 alone has none."""
        service, code, said = time
        aws.say[""], aws.clock.ahead = said, ahead
        environ = function if service == "sts" else function | {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}
        caller = collected(Caller, environ, service)
        assert (caller.identity.instrument, caller.identity.code) == (service, code)
        assert caller.identity.skew == pytest.approx(ahead, abs=3)
        found = judged(caller)
        if service == "ec2" and not ahead:
            assert set(found) == {"rejected"}
        else:
            assert found["clock-skew"].severity is Severity.BREAKS
            assert f"({code})" in found["clock-skew"].message
            assert "rejected" not in found
            mismatch = found.get("signature-mismatch")
            assert mismatch is None or "did not say whether it is the secret's" in mismatch.message

    def test_another_refusal_at_a_wrong_clock_is_told_as_well(self, aws: Aws, function: dict[str, str]) -> None:
        aws.say[""], aws.clock.ahead = (
            query("ExpiredToken", "The security token included in the request is expired"),
            900,
        )
        assert set(findings(collected(Caller, function))) == {"clock-skew", "expired", "rejected"}


REFUSED = refused("InvalidClientTokenId")
COPIED = replace(application(who=REFUSED), built=built(keys(token=False, provider="explicit")))
LONG_TERM = keys(KeyClass.LONG_TERM, token=True)
FACTS: list[tuple[str, str, tuple[Facts, ...]]] = [
    ("rejected", "InvalidClientTokenId", (caller(REFUSED),)),
    ("expired", "ExpiredTokenException", (caller(refused("ExpiredTokenException")),)),
    ("signature-mismatch", "SignatureDoesNotMatch", (caller(refused("SignatureDoesNotMatch")),)),
    ("clock-skew", "RequestTimeTooSkewed", (caller(refused("RequestTimeTooSkewed")),)),
    ("missing-session-token", "InvalidClientTokenId", (credentials(keys(token=False)), caller(REFUSED))),
    ("missing-session-token", "InvalidClientTokenId", (credentials(keys()), COPIED)),
    ("stray-session-token", "InvalidClientTokenId", (credentials(LONG_TERM), caller(REFUSED))),
    ("blank-explicit-keys", "InvalidClientTokenId", (credentials(keys(KeyClass.BLANK)), caller(REFUSED))),
    (
        "placeholder-keys",
        "InvalidClientTokenId",
        (credentials(replace(keys(KeyClass.OTHER), placeholder=True)), environment(), caller(REFUSED)),
    ),
    (
        "malformed-key",
        "InvalidClientTokenId",
        (credentials(replace(keys(), key_flaws=("a space inside",))), caller(REFUSED)),
    ),
    (
        "environment-overridden",
        "InvalidClientTokenId",
        (environment(), Platform(changed=("AWS_ACCESS_KEY_ID",)), caller(REFUSED)),
    ),
    ("none-found", "NoCredentialsError", (credentials(None),)),
    (
        "partial",
        "PartialCredentialsError",
        (credentials(None, error="PartialCredentialsError", message="Partial credentials found in env"),),
    ),
    (
        "blank-environment-keys",
        "NoCredentialsError",
        (environment(variables=(variable("AWS_ACCESS_KEY_ID"),)), credentials(None)),
    ),
    (
        "profile-selected",
        "ProfileNotFound",
        (environment(profile=Profile(variable="AWS_PROFILE", name="dev", exists=False)),),
    ),
]


@pytest.mark.parametrize(("check", "code", "facts"), FACTS, ids=[f"{check}-{code}" for check, code, _ in FACTS])
def test_a_headline_has_the_code_that_is_searched_for(check: str, code: str, facts: tuple[Facts, ...]) -> None:
    finding = judged(*facts)[check]
    assert code in finding.message
    assert len(finding.message) < 200, "a headline is read in a phone's notification"


def test_two_checks_say_one_thing_of_a_copied_key() -> None:
    """Key and secret are the role's own and the token is missing: that is no absence of a copy."""
    tried = (Experiment(change=Change.CHAINS_TOKEN, identity=identity()),)
    copies = (COPIED, replace(COPIED, tried=tried))
    for copy, what in zip(copies, ("a temporary key", "the role's own key and secret"), strict=True):
        facts = (credentials(keys()), copy)
        assert "missing-session-token" in findings(*facts)
        said = judged(*facts, outcome=Outcome.NOT_APPLICABLE)["keys-copied-into-settings"].message
        assert said.endswith(f"given {what} explicitly, without the token: see credentials.missing-session-token")
        assert "keys-copied-into-settings" not in judged(*facts, outcome=Outcome.OK)


def test_an_expired_copy_does_not_tell_whose_it_was() -> None:
    facts = (caller(), application(who=refused("ExpiredTokenException")))
    assert "accepts the default chain's" in judged(*facts)["expired"].message
    assert "keys-copied-into-settings" in findings(*facts, outcome=Outcome.NOT_APPLICABLE)


# What a key tells by itself.


@pytest.mark.parametrize(
    ("key", "account"),
    [
        ("ASIAQNZGKIQY56JQ7WML", 29608264753),  # both published with their accounts
        ("ASIAY34FZKBOKMUTVV7A", 609629065308),
        ("AKIAIOSFODNN7EXAMPLE", None),  # from before 2019
        ("AKIAJ000000000000000", None),
        ("ASIAQNZGKIQY56JQ7WM", None),
        ("AROAQNZGKIQY56JQ7WML", None),
        ("", None),
    ],
)
def test_a_keys_account(key: str, account: int | None) -> None:
    assert account_of(key) == account


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (KEY.id, KeyClass.TEMPORARY),
        (f" {KEY.id}\n", KeyClass.TEMPORARY),
        ("AKIA3Q7JWF5KX2MB6TZD", KeyClass.LONG_TERM),
        ("", KeyClass.BLANK),
        (" \n", KeyClass.BLANK),
        ("test", KeyClass.OTHER),
        ("asia3q7jwf5kx2mb6tzd", KeyClass.OTHER),
        (f'"{KEY.id}"', KeyClass.OTHER),
    ],
)
def test_a_keys_class(key: str, expected: KeyClass) -> None:
    assert key_class(key) is expected


NEVER_ISSUED = """
    test TEST dummy local mock fakeMyKeyId fakeSecretAccessKey your_access_key YOUR-SECRET-KEY minioadmin changeme none
    null test1234 12345 xxx XXXXXXXXXXXXXXXXXXXX AKIAXXXXXXXXXXXXXXXX **** 000000 <your-access-key> ${AWS_ACCESS_KEY_ID}
    {{access_key}} AKIAIOSFODNN7EXAMPLE ASIAIOSFODNN7EXAMPLE AKIAI44QH8DHBEXAMPLE LKIAQAAAAAAAJ5CZ3XYZ
    wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY
"""


@pytest.mark.parametrize("value", [*NEVER_ISSUED.split(), " test\n", "{{ access_key }}"])
def test_what_was_never_issued(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", [*KEY, "AKIA3Q7JWF5KX2MB6TZD", "testimony-of-a-key", "", "ab", "x" * 39 + "y"])
def test_what_may_have_been_issued(value: str) -> None:
    assert not is_placeholder(value)


def test_a_hostile_value_costs_no_time() -> None:
    started = time.process_time()
    for value in ("test" * 50_000 + "!", "key" * 100_000, "<" * 200_000, "{" * 200_000):
        is_placeholder(value)
    assert time.process_time() - started < 0.5


def test_placeholders_are_no_fault_where_an_emulator_is_meant(function: dict[str, str]) -> None:
    environ = function | {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "DOCTOR_ALLOW_LOCAL": "1"}
    facts = (collected(Credentials, environ), collected(Environment, environ))
    assert "placeholder-keys" not in findings(*facts)
