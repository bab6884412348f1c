"""What AWS says where it refuses a harmless read, as the sandbox is told it."""

import json
import socket
import time
from dataclasses import asdict
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError, SSLError

from doctor import registry
from doctor.evidence import named, revive
from doctor.evidence.refusals import Read, Refusals
from doctor.judge import judge
from doctor.policies.kinds import Kind
from doctor.request import Request, ServiceTarget
from doctor.verdict import Outcome, Severity
from doctor.world import World
from tests.evidence import sealed

DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/jobs/jobs is not authorized to perform: sqs:listqueues on resource: "
    "arn:aws:sqs:us-east-1:123456789012: with an explicit deny in a service control policy"
)


def collected(monkeypatch: pytest.MonkeyPatch, answer: Any, *services: str) -> Refusals:
    def call(self: Any, operation: str, arguments: Any) -> Any:
        self.meta.events.emit(
            f"before-send.{operation}.x", request=_Request(f"https://{self.meta.service_model.endpoint_prefix}.x/")
        )
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # what collectors guard in their own child
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    targets = tuple(ServiceTarget(service=service) for service in services)
    world = World(request=Request(targets=targets), until=time.monotonic() + 20, environ={"AWS_REGION": "us-east-1"})
    (found,) = Refusals.collect(world)
    assert isinstance(found, Refusals)
    return found


class _Request:
    def __init__(self, url: str) -> None:
        self.url = url


def refused(code: str, message: str) -> ClientError:
    said: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"RequestId": "1"}}
    return ClientError(said, "ListQueues")


def test_the_kind_of_policy_is_kept_and_the_message_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    found = collected(monkeypatch, refused("AccessDenied", DENIED), "sqs", "stepfunctions")
    (read,) = found.reads
    assert (read.service, read.answered, read.code) == ("sqs", True, "AccessDenied")
    assert (read.policy, read.explicit, read.action) == (Kind.SERVICE_CONTROL, True, "sqs:listqueues")
    assert "123456789012" not in json.dumps(asdict(found))
    assert revive(Refusals, sealed(found)[0]) == found
    assert named("refusals") is Refusals


def test_the_end_of_a_long_message_is_what_tells_the_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of roles and sessions have up to 64 characters, and the message goes on behind them."""
    who = f"arn:aws:sts::123456789012:assumed-role/{'r' * 64}/{'s' * 64}"
    message = DENIED.replace("arn:aws:sts::123456789012:assumed-role/jobs/jobs", who)
    message = message.replace(
        "service control policy", f"permissions boundary: arn:aws:iam::123456789012:policy/{'p' * 60}"
    )
    assert len(message) > 400
    (read,) = collected(monkeypatch, refused("AccessDenied", message), "sqs").reads
    assert (read.policy, read.explicit, read.action) == (Kind.BOUNDARY, True, "sqs:listqueues")


def test_a_denial_without_a_word_why(monkeypatch: pytest.MonkeyPatch) -> None:
    (read,) = collected(monkeypatch, refused("AccessDenied", "Access Denied"), "s3").reads
    assert (read.answered, read.code, read.policy) == (True, "AccessDenied", None)


def test_credentials_that_are_refused_say_nothing_of_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    (read,) = collected(monkeypatch, refused("UnrecognizedClientException", DENIED), "dynamodb").reads
    assert (read.answered, read.policy) == (False, None)


def test_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    (read,) = collected(monkeypatch, ConnectTimeoutError(endpoint_url="https://x/"), "sqs").reads
    assert not read.answered


@pytest.mark.parametrize(
    ("error", "unheard"),
    [
        (ReadTimeoutError(endpoint_url="https://x/"), "ReadTimeoutError"),
        (SSLError(endpoint_url="https://x/", error="of another authority"), "SSLError"),
        (ConnectTimeoutError(endpoint_url="https://x/"), ""),
    ],
    ids=type,
)
def test_a_call_that_nobody_answers_over_a_connection_that_stands(
    monkeypatch: pytest.MonkeyPatch, error: Exception, unheard: str
) -> None:
    """A probe passes there: an inspecting box, large packets that are lost, an authority that botocore alone is told of."""
    found = collected(monkeypatch, error, "sqs")
    assert found.reads[0].unheard == unheard
    checks = [registry.load(f"permission.{kind}") for kind in ("resource-policy", "session-policy")]
    grave = [
        item for check in checks for item in judge(check, sealed(found)) if item.finding.severity is Severity.BREAKS
    ]
    assert [item.finding.outcome for item in grave] == ([Outcome.UNKNOWN] if unheard else [])


def test_nobody_is_asked_where_nothing_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    assert collected(monkeypatch, AssertionError("asked")).reads == ()
    assert Refusals.shares(World(request=Request(), until=0.0, environ={})) == ""


def test_where_it_went(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        Read(service="sqs", host="sqs.us-east-1.amazonaws.com", answered=True).target
        == "sqs.us-east-1.amazonaws.com:443"
    )
    assert Read(service="sqs", host="localhost:4566", answered=True).target == "localhost:4566"


def test_a_quick_failure_is_tried_at_the_other_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two addresses one resets what it carries: an application's client tries again, and so must a read."""
    tried = []

    def resolve(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("10.0.2.20", "10.0.2.21")]

    def call(self: Any, operation: str, arguments: Any) -> Any:
        self.meta.events.emit(f"before-send.{operation}.x", request=_Request("https://sqs.us-east-1.amazonaws.com/"))
        tried.append(socket.getaddrinfo("sqs.us-east-1.amazonaws.com", 443)[0][4][0])
        if tried[-1] == "10.0.2.20":
            raise ConnectionClosedError(endpoint_url="https://sqs.us-east-1.amazonaws.com/")
        raise refused("AccessDenied", DENIED)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    request = Request(targets=(ServiceTarget(service="sqs"),))
    (found,) = Refusals.collect(
        World(request=request, until=time.monotonic() + 20, environ={"AWS_REGION": "us-east-1"})
    )
    assert isinstance(found, Refusals)
    assert [(read.answered, read.unheard) for read in found.reads] == [(True, "")]
    assert tried == ["10.0.2.20", "10.0.2.20", "10.0.2.21"]
