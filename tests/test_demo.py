"""Each demonstration keeps its promise, in the emulator and without; and the embedded AWS checks signatures."""

import functools
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore import UNSIGNED
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from werkzeug.datastructures import EnvironHeaders

from doctor import demo
from doctor.demo import emulator, gate
from doctor.demo.embedded import EmbeddedAWS
from tests.emulated import NO_EMULATOR, ROOT, children, gone, need_emulator

EMULATOR, HERE = "the Lambda runtime emulator", "this process"
INCIDENTS = {
    "missing-token": "ClientError: An error occurred (UnrecognizedClientException) when calling the PutItem operation: "
    "The security token included in the request is invalid.",
    "blank-keys": "ClientError: An error occurred (InvalidClientTokenId) when calling the GetQueueUrl operation: "
    "The security token included in the request is invalid.",
    "refused": "ConnectionRefusedError: [Errno 111] Connection refused",
    "healthy": "",
}


@functools.cache
def shown(name: str, place: str) -> tuple[demo.Demonstration, float, tuple[str, ...]]:
    """A demonstration, its seconds, and what it reported on the way; each is run once."""
    said: list[str] = []
    started = time.monotonic()
    if place == HERE:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCTOR_EMULATOR", NO_EMULATOR)
            shown = demo.run(name, said.append)
    else:
        need_emulator()
        shown = demo.run(name, said.append)
    return shown, time.monotonic() - started, tuple(said)


every = pytest.mark.parametrize(("name", "place"), [(name, place) for place in (EMULATOR, HERE) for name in demo.NAMES])


@every
@pytest.mark.sampled(2)
def test_every_demonstration_keeps_its_promise(name: str, place: str) -> None:
    demonstration, seconds, said = shown(name, place)
    assert demonstration.kept, json.dumps(demonstration.verdict, indent=1)
    assert (demonstration.name, demonstration.place) == (name, place)
    assert demonstration.failure == INCIDENTS[name]
    assert demonstration.verdict["runtime"]["function"] == "orders"
    assert any(place in line for line in said)
    assert seconds < 9  # 3 on an idle machine


@every
@pytest.mark.sampled(3)
def test_no_credential_is_in_what_comes_back(name: str, place: str) -> None:
    assert not re.search(r"ASIA\w{4}|[A-Za-z0-9/+]{40}", repr(shown(name, place)[0]))


@pytest.mark.parametrize("place", [EMULATOR, HERE])
def test_the_default_is_the_incident_and_names_the_clients_settings_alone(place: str) -> None:
    assert next(iter(demo.NAMES)) == demo.DEFAULT == "missing-token"
    first = shown("missing-token", place)[0].verdict["diagnoses"][0]
    assert first["check"] == "credentials.missing-session-token"
    assert first["subjects"] == ["the application's client (settings:client)"]
    assert "credentials.application-client-differs" in {id_.partition("@")[0] for id_ in first["explains"]}


@every
def test_the_network_is_never_blamed_for_credentials(name: str, place: str) -> None:
    areas = {item["check"].partition(".")[0] for item in shown(name, place)[0].verdict["diagnoses"]}
    assert areas <= ({"reach"} if name == "refused" else {"credentials"})


def test_the_healthy_one_is_healthy_without_any_problem() -> None:
    verdict = shown("healthy", HERE)[0].verdict
    assert verdict["status"] == "healthy"
    assert {finding["outcome"] for finding in verdict["findings"]} <= {"ok", "not-applicable", "unknown"}
    for check in ("reach.connection-refused", "credentials.rejected", "credentials.application-client-differs"):
        looked = [finding["outcome"] for finding in verdict["findings"] if finding["check"] == check]
        assert looked == ["ok"], f"{check}: the embedded AWS was reached, and judged"


@pytest.mark.parametrize(("name", "other"), [("missing-token", "healthy"), ("healthy", "missing-token")])
@pytest.mark.sampled(2)
def test_a_promise_can_be_broken(name: str, other: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(demo._APPLICATIONS / other, tmp_path / name)
    monkeypatch.setattr(demo, "_APPLICATIONS", tmp_path)
    assert not demo.run(name).kept


def test_an_application_that_gives_no_verdict_keeps_no_promise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "healthy").mkdir()
    (tmp_path / "healthy" / "application.py").write_text("def handler(event, context):\n    raise LookupError('no')\n")
    monkeypatch.setattr(demo, "_APPLICATIONS", tmp_path)
    monkeypatch.setenv("DOCTOR_EMULATOR", NO_EMULATOR)
    demonstration = demo.run("healthy")
    assert (demonstration.kept, demonstration.failure) == (False, "LookupError: no")


def test_the_users_own_settings_do_not_matter(monkeypatch: pytest.MonkeyPatch, clean_environment: Path) -> None:
    (clean_environment / ".aws").mkdir()
    (clean_environment / ".aws" / "config").write_text("[default]\nendpoint_url = http://127.0.0.1:9\nretry_mode = x\n")
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_STS", "DOCTOR_TARGETS", "DOCTOR_PLUGINS"):
        monkeypatch.setenv(name, "of-the-user")
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for place in ("", NO_EMULATOR):
        monkeypatch.setenv("DOCTOR_EMULATOR", place)
        assert demo.run("healthy").kept


def state() -> dict[str, Any]:
    return {
        "environ": dict(os.environ),
        "path": list(sys.path),
        "cwd": Path.cwd(),
        "applications": {name for name in sys.modules if name in ("application", "settings")},
        "threads": threading.enumerate(),
        "signals": [signal.getsignal(number) for number in sorted(signal.valid_signals())],
        "children": children(),
        "descriptors": set(os.listdir("/proc/self/fd")),
        "session": boto3.DEFAULT_SESSION,
        "written": sorted(demo._APPLICATIONS.rglob("*")),
        "bytecode": sys.dont_write_bytecode,
        "embedded": {"moto", "flask", "werkzeug.serving"} & set(sys.modules),
    }


@pytest.mark.parametrize("emulator", [NO_EMULATOR, ""], ids=[HERE, EMULATOR])
@pytest.mark.sampled(2)
def test_nothing_is_left_behind(
    emulator: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCTOR_EMULATOR", emulator)
    monkeypatch.setitem(sys.modules, "settings", demo)  # a module of ours by the name of theirs
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(region_name="eu-west-1"))
    demo.run("missing-token")  # whatever is imported once is imported now
    before = state()
    assert demo.run("missing-token").kept
    assert state() == before
    assert not list(demo._APPLICATIONS.rglob("__pycache__"))
    assert sys.modules["settings"] is demo
    assert capfd.readouterr() == ("", ""), "standard output is the command's, not the function's"


def test_importing_it_imports_nothing_heavy() -> None:
    program = "import sys, json, doctor.demo; print(json.dumps(sorted(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    tops = {name.partition(".")[0] for name in json.loads(said.stdout)}
    assert not tops & {"boto3", "botocore", "moto", "flask", "werkzeug", "pydantic", "awslambdaric"}


def test_a_missing_extra_is_said_in_one_sentence() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom doctor import demo\n"
        "try:\n    demo.run()\nexcept demo.DemoError as error:\n    print(error)"
    )
    bare = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert bare.stdout.count("\n") == 1
    assert "pip install 'lambda-network-doctor[demo]'" in bare.stdout
    assert "moto" in bare.stdout


def test_there_is_no_demonstration_of_another_name() -> None:
    with pytest.raises(KeyError):
        demo.run("absent")


def test_an_embedded_aws_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "moto").mkdir()
    (tmp_path / "moto" / "__init__.py").write_text("raise ImportError('this is another moto')")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "moto"]:
        monkeypatch.delitem(sys.modules, name)
    before = children()
    with pytest.raises(demo.DemoError, match="this is another moto"):
        demo.run()
    assert children() == before


def test_the_embedded_aws_ends_with_whoever_started_it() -> None:
    program = (
        "from doctor.demo.embedded import EmbeddedAWS\naws = EmbeddedAWS()\naws.__enter__()\n"
        "print(aws._process.pid, flush=True)\ninput()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as parent:
        pid = int(parent.stdout.readline())
        assert not gone(pid, within=0)
        parent.kill()
    assert gone(pid)


# The gate.


@pytest.fixture(autouse=True)
def _room_for_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, what earlier tests have held counts as the function's: 512 MB would rightly be called too few."""
    usual = emulator.sandbox
    room = {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "10240"}
    monkeypatch.setattr(emulator, "sandbox", lambda *given: usual(*given) | room)


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAWS]:
    with EmbeddedAWS() as embedded:
        yield embedded


def call(aws: EmbeddedAWS, service: str, operation: str, asked: dict[str, Any], **changed: Any) -> Any:
    keys = {name.lower(): value for name, value in aws.environ.items() if name != "AWS_ENDPOINT_URL"} | changed
    client = boto3.client(service, region_name="us-east-1", endpoint_url=aws.environ["AWS_ENDPOINT_URL"], **keys)
    try:
        return getattr(client, operation)(**asked)
    finally:
        client.close()


def refused(aws: EmbeddedAWS, service: str, operation: str, **changed: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(aws, service, operation, {}, **changed)
    response = caught.value.response
    assert response["ResponseMetadata"]["RequestId"]
    assert response["Error"]["Message"]
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


OPERATIONS = {
    "sts": "get_caller_identity",
    "sns": "list_topics",
    "dynamodb": "list_tables",
    "sqs": "list_queues",
    "lambda": "list_functions",
    "s3": "list_buckets",
}
# Query, JSON, JSON that keeps its query codes, REST-JSON, S3. botocore's own names for what AWS answers.
INVALID = {"sts": "InvalidClientTokenId", "sns": "InvalidClientTokenId", "sqs": "InvalidClientTokenId"}
INVALID |= {"dynamodb": "UnrecognizedClientException", "lambda": "UnrecognizedClientException"}
WRONG = {"sts": "SignatureDoesNotMatch", "sns": "SignatureDoesNotMatch", "sqs": "SignatureDoesNotMatch"}
WRONG |= {"dynamodb": "InvalidSignatureException", "lambda": "InvalidSignatureException", "s3": "SignatureDoesNotMatch"}
UNKNOWN, OTHER_TOKEN = "ASIA" + "X" * 16, "another token"


@pytest.mark.parametrize("service", OPERATIONS)
def test_what_is_rightly_signed_passes(aws: EmbeddedAWS, service: str) -> None:
    assert call(aws, service, OPERATIONS[service], {})["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_the_role_is_who_sts_says(aws: EmbeddedAWS) -> None:
    assert call(aws, "sts", "get_caller_identity", {})["Arn"].endswith(":assumed-role/orders/orders")


@pytest.mark.parametrize("key", ["plain", "with space & ü/a+b=c~d.txt", "a//b/../c%20d"])
def test_paths_queries_and_bodies_are_verified_as_they_were_sent(aws: EmbeddedAWS, key: str) -> None:
    if not any(bucket["Name"] == "orders" for bucket in call(aws, "s3", "list_buckets", {})["Buckets"]):
        call(aws, "s3", "create_bucket", {"Bucket": "orders"})
    call(
        aws, "s3", "put_object", {"Bucket": "orders", "Key": key, "Body": b"\x00\xff" * 5000, "Metadata": {"a": "b  c"}}
    )
    listed = call(aws, "s3", "list_objects_v2", {"Bucket": "orders", "Prefix": key, "Delimiter": "|"})
    assert [item["Key"] for item in listed["Contents"]] == [key]


@pytest.mark.parametrize(
    ("changed", "s3"),
    [
        ({"aws_session_token": None}, "InvalidAccessKeyId"),
        ({"aws_session_token": OTHER_TOKEN}, "InvalidToken"),
        ({"aws_access_key_id": UNKNOWN}, "InvalidAccessKeyId"),
        (
            {"aws_access_key_id": "", "aws_secret_access_key": "", "aws_session_token": ""},
            "AuthorizationHeaderMalformed",
        ),
    ],
    ids=["no token", "another token", "an unknown key", "an empty key"],
)
@pytest.mark.parametrize("service", OPERATIONS)
def test_bad_credentials_are_refused_in_the_services_own_words(
    aws: EmbeddedAWS, service: str, changed: dict[str, Any], s3: str
) -> None:
    status = 400 if service in ("dynamodb", "lambda", "sqs") else 403
    assert refused(aws, service, OPERATIONS[service], **changed) == (INVALID.get(service, s3), status)


@pytest.mark.parametrize("service", OPERATIONS)
def test_a_wrong_secret_is_a_wrong_signature(aws: EmbeddedAWS, service: str) -> None:
    assert refused(aws, service, OPERATIONS[service], aws_secret_access_key="x" * 40)[0] == WRONG[service]


@pytest.mark.parametrize(
    ("service", "code"),
    [("sts", "MissingAuthenticationToken"), ("dynamodb", "MissingAuthenticationTokenException")],
)
def test_what_is_not_signed_is_refused(aws: EmbeddedAWS, service: str, code: str) -> None:
    assert refused(aws, service, OPERATIONS[service], config=Config(signature_version=UNSIGNED))[0] == code


BODY = b"{}"


def signed(aws: EmbeddedAWS, body: bytes = BODY, **headers: str) -> AWSRequest:
    """A request to DynamoDB, rightly signed."""
    target = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", aws.environ["AWS_ENDPOINT_URL"] + "/", headers=target | headers, data=body)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    SigV4Auth(Credentials(*(aws.environ[name] for name in names)), "dynamodb", "us-east-1").add_auth(request)
    return request


def send(aws: EmbeddedAWS, request: AWSRequest, body: bytes = BODY) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(aws.environ["AWS_ENDPOINT_URL"]).netloc, timeout=10)
    try:
        connection.request("POST", "/", body, dict(request.headers.items()))
        response = connection.getresponse()
        return response.status, json.loads(response.read()).get("__type", "")
    finally:
        connection.close()


def test_what_was_changed_on_the_way_is_refused(aws: EmbeddedAWS) -> None:
    hashed = {"X-Amz-Content-SHA256": hashlib.sha256(BODY).hexdigest()}
    assert send(aws, signed(aws)) == send(aws, signed(aws, **hashed)) == (200, "")
    assert send(aws, signed(aws), b'{"Limit": 1}') == (400, "InvalidSignatureException")
    assert send(aws, signed(aws, **hashed), b'{"Limit": 1}') == (400, "InvalidSignatureException")
    request = signed(aws)
    request.headers.replace_header("X-Amz-Target", "DynamoDB_20120810.DescribeLimits")
    assert send(aws, request) == (400, "InvalidSignatureException")


@pytest.mark.parametrize(("minutes", "expected"), [(4, 200), (6, 400), (-4, 200), (-6, 400)])
def test_a_signature_is_good_for_five_minutes(
    aws: EmbeddedAWS, monkeypatch: pytest.MonkeyPatch, minutes: int, expected: int
) -> None:
    moment = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: moment)
    assert send(aws, signed(aws))[0] == expected


@pytest.mark.parametrize("damage", ["", "AWS4-HMAC-SHA256 ", "Basic dTpw", "AWS4-HMAC-SHA256 Credential=a/b/c"])
def test_an_authorization_that_is_none_is_refused(aws: EmbeddedAWS, damage: str) -> None:
    request = signed(aws)
    request.headers.replace_header("Authorization", damage)
    kind = "IncompleteSignatureException" if damage.strip() else "MissingAuthenticationTokenException"
    assert send(aws, request) == (400, kind)


def test_the_signature_is_that_of_aws_own_example() -> None:
    """The vector "get-vanilla" of the AWS Signature Version 4 test suite."""
    headers = {"HTTP_HOST": "example.amazonaws.com", "HTTP_X_AMZ_DATE": "20150830T123600Z"}
    said = gate._AUTHORIZATION.fullmatch(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )
    key = gate.Key("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "")
    request = gate.Request("GET", "/", EnvironHeaders(headers), b"")
    assert gate._signature(request, said, key) == said["signature"]
