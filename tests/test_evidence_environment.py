"""The collectors of variables on real inputs: botocore's own rules for profiles, a real process's first environment."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ProfileNotFound

from doctor import registry
from doctor.evidence import Missing
from doctor.evidence.environment import Environment, flaws
from doctor.evidence.front import Front
from doctor.evidence.platform import Platform
from doctor.judge import judge
from doctor.request import Request
from doctor.verdict import Outcome
from doctor.world import World
from tests.evidence import sealed

FUNCTION = {"AWS_LAMBDA_FUNCTION_NAME": "jobs", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "AWS_REGION": "us-east-1"}


def collected(kind: Any, environ: dict[str, str], **world: Any) -> Any:
    (found,) = kind.collect(World(request=Request(), until=time.monotonic() + 9, environ=environ, **world))
    return found


def environment(**variables: str) -> Environment:
    found: Environment = collected(Environment, FUNCTION | variables)
    return found


def outcome(check: str, *facts: Any) -> Outcome:
    (item,) = judge(registry.load(check), sealed(*facts))
    return item.finding.outcome


# Profiles: what we call missing is what botocore cannot find.

CONFIG = {
    "none": (None, None),
    "plain": ("[profile dev]\nregion = x\n", None),
    "without the word": ("[dev]\nregion = x\n", None),
    "default": ("[default]\nregion = x\n", None),
    "worded default": ("[profile default]\nregion = x\n", None),
    "quoted": ('[profile "dev"]\nregion = x\n', None),
    "spaced": ('[profile "my dev"]\nregion = x\n', None),
    "unbalanced": ('[profile "dev]\nregion = x\n', None),
    "session": ("[sso-session dev]\nsso_region = x\n", None),
    "credentials": (None, "[dev]\nregion = x\n"),
    "worded credentials": (None, "[profile dev]\nregion = x\n"),
}


@pytest.mark.parametrize("selected", ["dev", "default", "my dev", ""])
@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
@pytest.mark.parametrize("files", CONFIG)
def test_a_profile_exists_where_botocore_finds_it(files: str, variable: str, selected: str, tmp_path: Path) -> None:
    folder = tmp_path / ".aws"
    folder.mkdir()
    for name, text in zip(("config", "credentials"), CONFIG[files], strict=True):
        if text is not None:
            (folder / name).write_text(text)
    environ = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true", variable: selected}
    profile = collected(Environment, FUNCTION | environ).profile
    with patch.dict(os.environ, environ, clear=True):
        try:
            boto3.Session().get_credentials()
        except ProfileNotFound:
            found = False
        else:
            found = True
    assert (profile.variable, profile.name, profile.exists) == (variable, selected, found)


def test_the_older_variable_wins_even_when_blank(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile dev]\n")
    both = {"AWS_PROFILE": "dev", "AWS_DEFAULT_PROFILE": "", "AWS_CONFIG_FILE": str(tmp_path / "config")}
    profile = environment(**both).profile
    assert profile is not None
    assert (profile.variable, profile.exists) == ("AWS_DEFAULT_PROFILE", False)


def test_a_file_that_cannot_be_parsed_defines_nothing(tmp_path: Path) -> None:
    (tmp_path / "config").write_bytes(b"[profile dev]\nregion = \xff\xfe\n[profile dev]\n")
    profile = environment(AWS_PROFILE="dev", AWS_CONFIG_FILE=str(tmp_path / "config")).profile
    assert profile is not None
    assert not profile.exists


# Shared files.


def test_shared_files_are_those_that_are_read_and_those_that_travel(tmp_path: Path) -> None:
    for folder, name in (("home/.aws", "credentials"), ("task/.aws", "config"), ("elsewhere", "settings")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / name).write_text("[default]\n")
    found = environment(
        HOME=str(tmp_path / "home"),
        LAMBDA_TASK_ROOT=str(tmp_path / "task"),
        AWS_CONFIG_FILE=str(tmp_path / "elsewhere" / "settings"),
    ).shared_files
    assert {Path(file).relative_to(tmp_path).as_posix() for file in found} == {
        "home/.aws/credentials",
        "task/.aws/config",
        "elsewhere/settings",
    }
    assert environment(HOME=str(tmp_path / "nobody")).shared_files == ()


def test_a_home_that_is_unknown_or_closed_is_no_crash(tmp_path: Path) -> None:
    """In a container with a user of no name `~` leads nowhere; some homes belong to somebody else."""
    program = (
        "import os, pwd, sys; from doctor.evidence.environment import Environment; from doctor.world import World; "
        "from doctor.request import Request; os.environ.pop('HOME', None); "
        "os.geteuid() or (os.setgroups([]), os.setuid(4242)); "
        "print([list(Environment.collect(World(request=Request(), until=9.0, environ={'A': 'b', **home})))[0].shared_files "
        "for home in ({}, {'HOME': sys.argv[1]}, {'HOME': ''})])"
    )
    closed = tmp_path / "closed"
    (closed / ".aws").mkdir(parents=True)
    (closed / ".aws" / "config").write_text("[default]\n")
    (closed / ".aws").chmod(0)
    try:
        done = subprocess.run([sys.executable, "-c", program, str(closed)], capture_output=True, text=True, check=False)
    finally:
        (closed / ".aws").chmod(0o700)
    assert (done.stdout.strip(), done.stderr) == ("[(), (), ()]", "")


# Secrets in plain text.

SHAPED = {
    "a URL with a password": "postgres://app:s3cr3tpass@db.internal/app",
    "a key id": "AKIA3Q7JWF5KX2MB6TZD",
    "a private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    "a GitHub token": "ghp_" + "a1B2c3D4e5" * 4,
    "a connection string": "Server=db;User=app;Password=hunter2hunter2;",
    "a signed URL": "https://bucket.s3.amazonaws.com/x?X-Amz-Signature=0123456789abcdef",
}
NAMED = [
    "DB_PASSWORD",
    "dbPassword",
    "API_KEY",
    "APIKEY",
    "STRIPE_SECRET_KEY",
    "JWT_SECRET",
    "SLACK_BOT_TOKEN",
    "SMTP_PASS",
]
NAMED += ["CLIENT_SECRET", "ENCRYPTION_KEY", "SESSION_COOKIE", "PASSWORD_2", "SERVICE_CREDENTIALS"]
REFERENCES = {
    "DB_SECRET": "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf",
    "DB_PASSWORD": "{{resolve:secretsmanager:prod/db:SecretString:password}}",
    "API_TOKEN": "/prod/api/token",
    "CLIENT_SECRET": "prod/client/secret",
    "TOKEN": "https://auth.example/oauth2/token",
    "SECRET_NAME": "prod-database-secret",
    "DB_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:x",
    "TOKEN_URL": "https://auth.example/@v1/token",
    "SSH_PRIVATE_KEY": "./keys/id_ed25519",
    "SORT_KEY": "created_at_timestamp",
    "S3_KEY": "reports/2026/summary.json",
    "AUTH_PROVIDER": "cognito-identity",
    "PRIVATE_SUBNETS": "subnet-0abc,subnet-0def",
    "COOKIE_DOMAIN": "example.com",
    "PASSWORD_MIN_LENGTH": "12345678",
    "QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
    "TABLE": "customers-production",
    "API_KEY": "short",
    "COMPASS": "north-northwest",
}


@pytest.mark.parametrize("kind", SHAPED)
def test_a_value_of_the_shape_is_told(kind: str) -> None:
    (suspect,) = environment(SETTING=SHAPED[kind]).suspects
    assert (suspect.name, suspect.length) == ("SETTING", len(SHAPED[kind]))
    assert SHAPED[kind] not in repr(suspect)


@pytest.mark.parametrize("name", NAMED)
def test_a_name_says_so(name: str) -> None:
    (suspect,) = environment(**{name: "correct-horse-battery"}).suspects
    assert suspect.reason == "its name says so"


@pytest.mark.parametrize("name", REFERENCES)
def test_what_only_names_a_secret_is_none(name: str) -> None:
    assert environment(**{name: REFERENCES[name]}).suspects == ()


def test_the_platforms_own_and_ours_are_nobodys_doing() -> None:
    own = {"AWS_SECRET_ACCESS_KEY": "x" * 40, "AWS_SESSION_TOKEN": "y" * 200, "DOCTOR_TOKEN": "correct-horse-battery"}
    assert environment(**own, _X_AMZN_TRACE_ID="Root=1-5759e988-bd862e3fe1be46a994272793").suspects == ()


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("sound/+=", 0),
        ("", 0),
        (" x", 1),
        ("x\n", 1),
        ('"x"', 1),
        ("x\ny", 1),
        ("a b", 1),
        ("“x”", 1),
        ("x\u200b", 1),
        ("'x \n", 2),
    ],
)
def test_flaws(value: str, count: int) -> None:
    assert len(flaws(value)) == count


# The first environment, as the kernel keeps it.

CHANGES = """
import os, sys
{}
print("changed", flush=True)
sys.stdin.read()
"""
PLATFORM = FUNCTION | {
    "AWS_ACCESS_KEY_ID": "ASIAQNZGKIQY56JQ7WML",
    "AWS_SECRET_ACCESS_KEY": "s" * 40,
    "AWS_SESSION_TOKEN": "t" * 100,
}


@contextmanager
def process(program: str, environ: dict[str, str]) -> Iterator[Path]:
    """A process that has done as the program says; the file of its first environment."""
    command = [sys.executable, "-S", "-c", CHANGES.format(program)]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"changed\n"
        yield Path(f"/proc/{child.pid}/environ")
        child.kill()


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux keeps a process's first environment where it can be read"
)
class TestPlatform:
    @pytest.fixture
    def compared(self) -> Callable[..., Any]:
        def compare(program: str, now: dict[str, str], first: dict[str, str] = PLATFORM) -> Any:
            with process(program, first) as file:
                return collected(Platform, now, platform_environ=file)

        return compare

    def test_nothing_was_touched(self, compared: Any) -> None:
        seen = compared("os.environ['DEBUG'] = '1'", PLATFORM | {"DEBUG": "1"})
        assert seen == Platform()
        assert outcome("credentials.environment-overridden", environment(), seen) is Outcome.OK

    def test_what_a_dotenv_file_overrides(self, compared: Any) -> None:
        """`load_dotenv(override=True)` replaces key and secret; the role's token stays."""
        dotenv = {"AWS_ACCESS_KEY_ID": "AKIAY34FZKBOKMUTVV7A", "AWS_SECRET_ACCESS_KEY": "d" * 40}
        seen = compared(f"os.environ.update({dotenv!r})", PLATFORM | dotenv)
        assert seen.changed == ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        assert (seen.added, seen.removed, seen.same_account) == ((), (), False)
        assert outcome("credentials.environment-overridden", environment(), seen) is Outcome.PROBLEM

    def test_what_was_removed_or_added(self, compared: Any) -> None:
        now = {name: value for name, value in PLATFORM.items() if name != "AWS_SESSION_TOKEN"} | {
            "AWS_SECURITY_TOKEN": "x"
        }
        seen = compared("del os.environ['AWS_SESSION_TOKEN']", now)
        assert (seen.removed, seen.added) == (("AWS_SESSION_TOKEN",), ("AWS_SECURITY_TOKEN",))
        assert seen.same_account is None

    def test_values_stay_out(self, compared: Any) -> None:
        seen = compared("pass", PLATFORM | {"AWS_SECRET_ACCESS_KEY": "canary"})
        assert "canary" not in repr(seen)
        assert "sss" not in repr(seen)

    def test_snapstart_without_variables_is_untouched(self, compared: Any) -> None:
        address = FUNCTION | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/x"}
        assert compared("pass", address, address) == Platform()

    def test_a_process_title_over_it_is_no_change(self, compared: Any) -> None:
        """Libraries that set the title write over that memory; what is left there proves nothing."""
        overwrite = (
            "import ctypes; fields = open('/proc/self/stat').read().rpartition(')')[2].split(); "
            "start, end = int(fields[47]), int(fields[48]); ctypes.memset(start, 32, end - start - 1)"
        )
        seen = compared(overwrite, PLATFORM)
        assert isinstance(seen, Missing)
        assert "overwritten" in seen.detail

    def test_where_code_only_plays_a_function_nothing_is_compared(self, compared: Any) -> None:
        seen = compared("pass", PLATFORM, {"PATH": "/bin", "LANG": "C"})
        assert seen == Platform(started=False)
        assert outcome("credentials.environment-overridden", environment(), seen) is Outcome.NOT_APPLICABLE

    def test_a_process_that_is_gone_is_missing(self, tmp_path: Path) -> None:
        assert isinstance(collected(Platform, PLATFORM, platform_environ=tmp_path / "environ"), Missing)

    def test_outside_a_function_nothing_is_compared(self, tmp_path: Path) -> None:
        """Where there is no /proc, on a laptop, that is no reason for doubt either."""
        seen = collected(Platform, {}, platform_environ=tmp_path / "environ")
        outside = collected(Environment, {})
        assert outcome("credentials.environment-overridden", outside, seen) is Outcome.NOT_APPLICABLE


# The front that an event came through. Shapes are those of the developer guides.


def http_api(path: str, route: str, stage: str, **parameters: str) -> dict[str, Any]:
    context = {
        "http": {"method": "POST", "path": path},
        "stage": stage,
        "domainName": "a1.execute-api.us-east-1.amazonaws.com",
    }
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "requestContext": context,
        "pathParameters": parameters,
        "doctor": {},
    }


def rest_api(path: str, resource: str, **parameters: str) -> dict[str, Any]:
    context = {"stage": "prod", "path": f"/prod{path}", "resourcePath": resource, "identity": {}}
    return {
        "resource": resource,
        "path": path,
        "httpMethod": "POST",
        "requestContext": context,
        "pathParameters": parameters or None,
    }


FUNCTION_URL = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/a/b",
    "requestContext": {"http": {"path": "/a/b"}, "stage": "$default", "domainName": "x1.lambda-url.us-east-1.on.aws"},
}
ALB = {
    "requestContext": {
        "elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/1"}
    },
    "httpMethod": "GET",
    "path": "/a/b",
    "headers": {},
}


@pytest.mark.parametrize(
    ("event", "kind", "prefix"),
    [
        (http_api("/prod/doctor", "POST /doctor", "prod"), "an HTTP API", "/prod"),
        (http_api("/prod/doctor", "$default", "prod"), "an HTTP API", "/prod"),
        (http_api("/doctor", "POST /doctor", "$default"), "an HTTP API", ""),
        (http_api("/doctor", "$default", "$default"), "an HTTP API", ""),
        (http_api("/production", "$default", "prod"), "an HTTP API", ""),
        (http_api("/v1/items/a%20b", "ANY /items/{id}", "$default", id="a b"), "an HTTP API", "/v1"),
        (http_api("/v1/items/7", "ANY /{proxy+}", "$default", proxy="items/7"), "an HTTP API", "/v1"),
        (http_api("/items/7", "ANY /{proxy+}", "$default", proxy="items/7"), "an HTTP API", ""),
        (rest_api("/doctor", "/doctor"), "a REST API", ""),
        (rest_api("/v1/doctor", "/doctor"), "a REST API", "/v1"),
        (rest_api("/v1/items/7", "/{proxy+}", proxy="items/7"), "a REST API", "/v1"),
        (rest_api("/items/7", "/items/{id}", id="7"), "a REST API", ""),
        (rest_api("/", "/"), "a REST API", ""),
        (rest_api("/prod/x", "/{proxy+}", proxy="prod/x"), "a REST API", ""),
        ({**rest_api("/v1/doctor", "/doctor"), "version": "1.0"}, "an HTTP API", "/v1"),
        (FUNCTION_URL, "a function URL", ""),
        (ALB, "an Application Load Balancer", ""),
        ({"requestContext": {"connectionId": "x", "routeKey": "$connect"}}, "", ""),
        ({"requestContext": None}, "", ""),
        ({"requestContext": {"http": None}, "rawPath": None, "routeKey": 7}, "an HTTP API", ""),
        (None, "", ""),
        ({"Records": []}, "", ""),
    ],
)
def test_fronts(event: object, kind: str, prefix: str) -> None:
    seen = collected(Front, FUNCTION, event=event)
    assert (seen.kind_of_front, seen.prefix) == (kind, prefix)
    expected = Outcome.NOT_APPLICABLE if not kind else Outcome.PROBLEM if prefix else Outcome.OK
    assert outcome("front.path-prefix", seen) is expected
