"""Remedies that a check makes for what it saw: the profile, variable or function by name, and nothing beside the point."""

import json
import os
import shlex
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from doctor import login, registry
from doctor.declare import Check
from doctor.diagnosis.diagnose import Commands, reason
from doctor.evidence import Facts
from doctor.evidence.caller import Answer
from doctor.evidence.environment import Profile
from doctor.evidence.names import Reply
from doctor.evidence.reach import Tcp
from doctor.evidence.settings import endpoint_overrides
from doctor.judge import Judged, judge
from doctor.login import Makes, WayIn
from doctor.verdict import Outcome, Remedy
from tests.evidence import sealed
from tests.evidence.build import (
    HOST,
    LOCALSTACK,
    REJECTED,
    SOUND,
    application,
    built,
    bundle,
    caller,
    credentials,
    environment,
    function,
    identity,
    keys,
    looked,
    lookup,
    names,
    probe,
    reach,
    sandbox,
    sdk,
    system,
    trust,
    variable,
)
from tests.evidence.identity import NO_CREDENTIALS, UNREAD_MODE, UNREAD_NUMBER

STALE = replace(
    identity(Answer.UNSIGNED, principal=""),
    error="TokenRetrievalError",
    message="Error when retrieving token from sso: Token has expired and refresh failed",
)
WORK = WayIn("work", Makes.SSO)


def only(check_id: str, *facts: Facts) -> Judged:
    """What a check says, where it says one thing."""
    (found,) = judge(registry.load(check_id), sealed(*facts))
    return found


def remedy(check_id: str, *facts: Facts) -> Remedy:
    """What it says to do about a problem, in its own words or in those of all."""
    check, found = registry.load(check_id), only(check_id, *facts)
    assert found.finding.outcome is Outcome.PROBLEM
    return found.remedy or check.remedy


class TestOneCauseIsToldOnce:
    def test_a_login_that_is_over_is_no_missing_one_besides(self) -> None:
        chain = credentials(None, error=STALE.error, message=STALE.message, way_in=WORK)
        assert only("credentials.none-found", chain, caller(STALE)).finding.outcome is Outcome.UNKNOWN
        assert only("credentials.expired", chain, caller(STALE)).finding.outcome is Outcome.PROBLEM

    def test_without_the_call_that_tells_of_the_login_the_chain_itself_is_told(self) -> None:
        """STS may be overridden: then nobody else says that the login is over."""
        chain = credentials(None, error=STALE.error, message=STALE.message, way_in=WORK)
        overridden = replace(STALE, error="EndpointOverride", message="AWS_ENDPOINT_URL points elsewhere")
        assert only("credentials.none-found", chain, caller(overridden)).finding.outcome is Outcome.PROBLEM
        assert only("credentials.none-found", chain).finding.outcome is Outcome.PROBLEM

    def test_a_missing_region_is_no_cause_of_missing_credentials(self) -> None:
        checks: dict[str, Check] = {
            id_: registry.load(id_)
            for id_ in ("client.region-missing", "credentials.none-found", "identity.caller-unknown")
        }
        facts = sealed(sdk(region=None), environment(region=None), credentials(None), caller(NO_CREDENTIALS))
        judged = [item for check in checks.values() for item in judge(check, facts)]
        told = reason(judged, checks, (), (), Commands(verify=" ".join)).diagnoses
        assert {each.check: (each.explains, each.verify) for each in told} == {
            "client.region-missing": ((), "client.region-missing"),
            "credentials.none-found": ((), "credentials.none-found"),
        }


class TestWayIn:
    @pytest.mark.parametrize(
        ("settings", "command"),
        [
            ("sso_session = corp", "aws sso login --profile work"),
            ("login_session = arn:aws:iam::123456789012:user/x", "aws login --profile work"),
            ("role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = base", "aws sso login --profile base"),
            (
                "credential_process = /bin/false",
                'sh -c "$(aws configure get credential_process --profile work)" > /dev/null',
            ),
            ("region = us-east-1", "aws configure --profile work"),
        ],
    )
    def test_names_the_profile(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, command: str
    ) -> None:
        (tmp_path / "config").write_text(f"[profile work]\n{settings}\n[profile base]\nsso_start_url = https://x\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        assert login.way_in({"AWS_PROFILE": "work"}).command == command

    def test_a_login_that_is_over_is_renewed_by_its_profile(self) -> None:
        chain = credentials(None, error=STALE.error, message=STALE.message, way_in=WORK)
        assert remedy("credentials.expired", caller(STALE), chain).commands == ("aws sso login --profile work",)

    def test_variables_that_are_over_win_over_any_login(self) -> None:
        late = replace(identity(Answer.REJECTED, code="ExpiredToken", principal=""))
        cure = remedy("credentials.expired", caller(late), credentials(keys(provider="env"), way_in=WORK))
        assert cure.text.startswith("Renew the variables AWS_ACCESS_KEY_ID")

    def test_a_process_that_fails_is_run(self) -> None:
        failed = credentials(
            None,
            error="CredentialRetrievalError",
            message="Error when retrieving credentials from custom-process: ",
            way_in=WayIn("work", Makes.PROCESS),
        )
        assert remedy("credentials.none-found", failed).commands == (
            "aws configure get credential_process --profile work",
            'sh -c "$(aws configure get credential_process --profile work)" > /dev/null',
        )

    def test_who_has_none_logs_in_by_the_profile(self) -> None:
        assert remedy("credentials.none-found", credentials(None, way_in=WORK)).commands[0] == WORK.command


class TestRegionMissing:
    def test_a_region_that_boto3_does_not_read_is_passed_on(self) -> None:
        cure = remedy("client.region-missing", sdk(region=None), environment(region="eu-west-1"))
        assert cure.commands == ('export AWS_DEFAULT_REGION="$AWS_REGION"',)

    def test_nothing_is_passed_on_that_is_not_there(self) -> None:
        cure = remedy("client.region-missing", sdk(region=None), environment(region=None))
        assert cure.commands[0] == "aws configure get region"
        assert not any("$AWS_REGION" in command for command in cure.commands)

    def test_the_profile_is_named(self) -> None:
        chosen = environment(region=None, profile=Profile(variable="AWS_PROFILE", name="work", exists=True))
        cure = remedy("client.region-missing", sdk(region=None), chosen)
        assert cure.commands[0] == "aws configure get region --profile work"


class TestUnreadableSettings:
    def test_the_variable_is_named(self) -> None:
        facts = (caller(UNREAD_NUMBER), environment(variables=(variable("AWS_MAX_ATTEMPTS", 3),)))
        assert "botocore cannot read AWS_MAX_ATTEMPTS," in only("identity.caller-unknown", *facts).finding.message
        assert remedy("identity.caller-unknown", *facts).commands == (
            "printenv AWS_MAX_ATTEMPTS",
            "unset AWS_MAX_ATTEMPTS",
        )

    def test_else_the_setting_of_the_profile(self) -> None:
        chosen = environment(profile=Profile(variable="AWS_PROFILE", name="work", exists=True))
        said = only("identity.caller-unknown", caller(UNREAD_MODE), chosen)
        assert "cannot read retry_mode of the profile 'work'" in said.finding.message
        assert remedy("identity.caller-unknown", caller(UNREAD_MODE), chosen).commands == (
            "aws configure get retry_mode --profile work",
        )


SAMPLES = {
    "settings.py": 'boto3.client("sqs", aws_access_key_id="test", aws_secret_access_key=\'dummy\')\n',
    "environ.py": 'os.environ.setdefault("AWS_ACCESS_KEY_ID", "mock")\n',
    ".env": "AWS_ACCESS_KEY_ID=test\n",
    "compose.yaml": "environment:\n  AWS_ACCESS_KEY_ID: local\n",
    "list.yaml": "- AWS_SECRET_ACCESS_KEY=minioadmin\n",
    "settings.json": '{"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}\n',
    "Dockerfile": "ENV AWS_ACCESS_KEY_ID dummy\n",
    "credentials": "[default]\naws_access_key_id = fake\n",
}
SOUND_SAMPLES = {
    "fine.py": 'key = os.environ["AWS_ACCESS_KEY_ID"]\nboto3.client("sqs", aws_access_key_id=settings.key)\n',
    "fine.env": "AWS_ACCESS_KEY_ID=AKIAQWERTYUIOPASDFGH\n",
}


class TestPlaceholderKeys:
    def test_the_command_finds_them_however_they_are_written(self, tmp_path: Path) -> None:
        for name, text in (SAMPLES | SOUND_SAMPLES).items():
            (tmp_path / name).write_text(text)
        (command,) = registry.load("credentials.placeholder-keys").remedy.commands
        said = subprocess.run(shlex.split(command), cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert {line.partition(":")[0].removeprefix("./") for line in said.splitlines()} == set(SAMPLES)


class TestBundle:
    def test_a_variable_is_looked_at_by_its_own_name(self) -> None:
        lost = bundle("REQUESTS_CA_BUNDLE", "FileNotFoundError: No such file or directory")
        commands = remedy("client.ca-bundle-unusable", trust(lost)).commands
        assert commands[0] == 'ls -l "$REQUESTS_CA_BUNDLE"'
        assert not any("AWS_CA_BUNDLE" in command.replace("REQUESTS_CA", "") for command in commands)

    def test_a_setting_by_its_path(self) -> None:
        lost = bundle("ca_bundle in the shared configuration", "FileNotFoundError: No such file or directory")
        commands = remedy("client.ca-bundle-unusable", trust(lost)).commands
        assert commands[:2] == ("aws configure get ca_bundle", "ls -l /var/task/ca.pem")


class TestProxyWithoutATunnel:
    def test_its_variable_is_named_and_it_is_asked(self) -> None:
        refusing = probe(
            address="the proxy",
            tcp=Tcp.PROXY_REFUSED,
            tls=None,
            http=None,
            detail="the proxy answered: HTTP/1.1 404 Not Found",
        )
        facts = (reach(refusing), environment(variables=(variable("https_proxy", 20),)))
        said = only("reach.unreachable", *facts).finding.message
        assert "the proxy that https_proxy names opens no tunnel to it" in said
        assert remedy("reach.unreachable", *facts).commands == (
            "env | grep -i _proxy",
            f'curl -sv --proxy "$https_proxy" https://{HOST}:443 -o /dev/null',
        )


class TestMalformedKey:
    def test_what_the_code_hands_over_is_looked_for_in_the_code(self) -> None:
        spaced = replace(keys(provider="explicit"), key_flaws=("a space inside",), key_shaped=False)
        facts = (SOUND, application(spaced, who=REJECTED))
        said = next(item for item in judge(registry.load("credentials.malformed-key"), sealed(*facts)) if item.remedy)
        assert said.finding.message.startswith("what the application's client (app:client) signs with is malformed")
        assert said.remedy
        assert said.remedy.commands == ("grep -rnE 'aws_access_key_id' --include='*.py' .",)

    def test_the_command_shows_what_is_strange_and_no_secret(self) -> None:
        spaced = replace(keys(provider="env"), secret_flaws=("leading or trailing white space",), secret_shaped=False)
        look, count = remedy("credentials.malformed-key", credentials(spaced)).commands
        environ = {"PATH": os.environ["PATH"], "AWS_SECRET_ACCESS_KEY": '"abcDEF123+/="\n'}
        run = partial(subprocess.run, shell=True, env=environ, capture_output=True, text=True, check=True)
        assert run(look).stdout.split() == ["0000000", '"', '"', "\\n", "0000003"]
        assert run(count).stdout.strip() == "15"


class TestEndpointOverride:
    def test_a_functions_variable_is_looked_at_where_it_is_configured(self) -> None:
        inside = remedy("client.endpoint-override", environment(overrides=(LOCALSTACK,)))
        assert inside.commands[0] == (
            "aws lambda get-function-configuration --function-name FUNCTION --query Environment.Variables.AWS_ENDPOINT_URL"
        )
        outside = remedy("client.endpoint-override", function(overrides=(LOCALSTACK,)))
        assert "--function-name jobs --query Environment.Variables.AWS_ENDPOINT_URL" in outside.commands[0]

    def test_a_machines_is_unset(self) -> None:
        cure = remedy("client.endpoint-override", environment(in_function=False, overrides=(LOCALSTACK,)))
        assert cure.commands[0] == "unset AWS_ENDPOINT_URL"
        assert "Where an emulator is meant, `export DOCTOR_ALLOW_LOCAL=1` beside it" in cure.text

    @pytest.mark.parametrize("address", ["http://10.0.3.77:4566", "localhost:4566"])
    def test_what_the_doctor_would_not_take_for_intended_is_not_proposed(self, address: str) -> None:
        stands = endpoint_overrides.by_variables({"AWS_ENDPOINT_URL": address})
        for told in (environment(in_function=False, overrides=stands), environment(overrides=stands)):
            text = remedy("client.endpoint-override", told).text
            assert "DOCTOR_ALLOW_LOCAL" not in text
            assert ("AWS_ENDPOINT_URL=http://HOST:PORT" in text) is (stands[0].host == endpoint_overrides.NO_HOST)

    def test_a_profiles_is_found_in_its_file(self) -> None:
        stands = endpoint_overrides.override("endpoint_url in the shared configuration", None, "http://localhost:4566")
        cure = remedy("client.endpoint-override", environment(in_function=False, overrides=(stands,)))
        assert cure.commands == (
            'grep -n endpoint_url "${AWS_CONFIG_FILE:-$HOME/.aws/config}"',
            "export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true",
        )

    def test_a_name_that_no_shell_can_set_is_not_pasted_into_one(self) -> None:
        stands = endpoint_overrides.by_variables({"AWS_ENDPOINT_URL_A;reboot": "http://localhost:4566"})
        assert not any(
            "reboot" in line for line in remedy("client.endpoint-override", environment(overrides=stands)).commands
        )

    @pytest.mark.parametrize(
        ("reply", "written"),
        [
            ({"AWS_ENDPOINT_URL": "x", "A": "b 'c' $d\"\\"}, {"Variables": {"A": "b 'c' $d\"\\"}}),
            ({"A": "b"}, None),
            ("null", None),
            ("", None),
        ],
        ids=["it goes and the others stay", "not there", "not readable", "no reply"],
    )
    def test_the_removal_keeps_all_other_variables(self, tmp_path: Path, reply: object, written: object) -> None:
        """What cannot be read is not written back: the AWS CLI refuses an empty text."""
        said = reply if isinstance(reply, str) else json.dumps(reply)
        (tmp_path / "reply").write_text(said)
        (tmp_path / "aws").write_text(
            '#!/bin/sh\ncase $2 in get-*) cat "${0%/*}/reply" ;; update-*) cat > "${0%/*}/written" ;; esac\n'
        )
        (tmp_path / "aws").chmod(0o755)
        removal = remedy("client.endpoint-override", function(overrides=(LOCALSTACK,))).commands[1]
        environ = {"PATH": f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}"}
        assert removal.endswith("--environment file:///dev/stdin")
        subprocess.run(removal, shell=True, env=environ, capture_output=True, check=True)
        given = (tmp_path / "written").read_text()
        assert (json.loads(given) if given else None) == written

    @pytest.mark.parametrize("value", ["notaurl", "localhost:4566", "http:/x", "http://[::1"])
    def test_what_is_no_url_is_called_so(self, value: str) -> None:
        stands = endpoint_overrides.by_variables({"AWS_ENDPOINT_URL": value})
        said = only("client.endpoint-override", environment(overrides=stands)).finding.message
        assert said == (
            "AWS_ENDPOINT_URL is meant for AWS calls and is no URL: boto3 can make no client for them (ValueError)"
        )


class TestUnboundedTimeouts:
    @staticmethod
    def said(**changed: object) -> str:
        built_so = replace(application(), built=replace(built(), **changed))  # type: ignore[arg-type]
        return only("client.unbounded-timeouts", built_so, sandbox(remaining=30.0)).finding.message

    def test_one_attempt_has_no_pauses(self) -> None:
        assert "pauses" not in self.said(attempts=1, connect_timeout=60, read_timeout=60)
        assert "pauses" in self.said(attempts=2, connect_timeout=60, read_timeout=60)

    def test_a_longer_wait_for_the_answer_is_told(self) -> None:
        assert "may hang for 60 s (1 attempt x 1 address x 60 s), and wait 900 s" in self.said(
            attempts=1, connect_timeout=60, read_timeout=900
        )


class TestNameOfSomebodyElse:
    def test_is_not_looked_for_among_the_endpoints_of_aws(self) -> None:
        missing = looked("db.partner.example", system(Reply.NOT_FOUND), lookup(Reply.NOT_FOUND))
        assert "client.region-unknown" not in only("dns.name-not-found", missing).candidates
        assert "endpoint list" not in remedy("dns.name-not-found", missing).text
        ours = names(Reply.NOT_FOUND, Reply.NOT_FOUND)
        assert only("dns.name-not-found", ours).candidates[0] == "client.region-unknown"
