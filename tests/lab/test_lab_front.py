"""The laboratory's AWS verifies signatures and judges policies in each protocol's own words, before moto sees anything."""

import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import front
import pytest
import vpc_cloud
import vpc_role
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ClientError
from faults_permissions import EVERYTHING
from moto import mock_aws
from vpc_role import allow, deny
from werkzeug.test import Client

from tests.network.account import REGION

ROLE = vpc_cloud.ROLE
READS = {
    "dynamodb": "list_tables",
    "sqs": "list_queues",
    "sns": "list_topics",
    "s3": "list_buckets",
    "ec2": "describe_regions",
}
STRANGER, OTHER_TOKEN = ROLE._replace(id="ASIA" + "QZYXWVUTSRPONMLK"), ROLE._replace(token=ROLE.token[::-1])
OTHER_SECRET, BARE = ROLE._replace(secret=ROLE.secret[::-1]), ROLE._replace(token="")
INVALID = ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidClientTokenId")
UNSIGNED = ("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch")
EXPIRED = ("ExpiredTokenException", "ExpiredToken", "ExpiredToken", "ExpiredToken", "RequestExpired")


class Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


@pytest.fixture(scope="module")
def account() -> Iterator[vpc_cloud.Cloud]:
    """The account with its role, built in moto, which then only answers."""
    building = mock_aws()
    building.start()
    try:
        vpc_role.introduce()
        trust = json.dumps(
            vpc_role.policy({**allow("sts:AssumeRole"), "Principal": {"Service": "lambda.amazonaws.com"}})
        )
        boto3.client("iam", region_name=REGION).create_role(RoleName="orders", AssumeRolePolicyDocument=trust)
        vpc_role.put("all", EVERYTHING)
    finally:
        building.stop(remove_data=False)
    yield vpc_cloud.Cloud()
    boto3.DEFAULT_SESSION = None


@pytest.fixture
def cloud(account: vpc_cloud.Cloud) -> vpc_cloud.Cloud:
    """Nothing is wrong with anybody."""
    account.reset()
    return account


def said(cloud: vpc_cloud.Cloud, service: str, keys: Any = ROLE) -> tuple[str, str]:
    """Code and message of AWS's answer to a harmless read; "" twice where it was granted."""
    made = boto3.Session(keys.id, keys.secret, keys.token, REGION)
    client: Any = made.client(service)  # type: ignore[call-overload]
    behind = Client(cloud)

    def send(request: Any, **_: object) -> AWSResponse:
        where = urlsplit(request.url)
        raw = f"{where.path}?{where.query}" if where.query else where.path
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        told = request.headers.items()
        headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in told}
        reply = behind.open(
            raw,
            base_url=f"https://{where.netloc}",
            method=request.method,
            input_stream=io.BytesIO(body),
            headers=headers | {"Content-Length": str(len(body))},
            environ_overrides={"REMOTE_ADDR": "10.0.1.77", "RAW_URI": raw},
        )
        return AWSResponse(request.url, reply.status_code, HeadersDict(reply.headers), Raw(reply.get_data()))

    client.meta.events.register_first("before-send.*.*", send)
    try:
        getattr(client, READS[service])()
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "", ""


@pytest.mark.parametrize("service", READS)
def test_right_keys_pass(cloud: vpc_cloud.Cloud, service: str) -> None:
    cloud.reads = True
    assert said(cloud, service) == ("", "")


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        (STRANGER, (*INVALID, "InvalidAccessKeyId", "AuthFailure")),
        (BARE, (*INVALID, "InvalidAccessKeyId", "AuthFailure")),
        (OTHER_TOKEN, (*INVALID, "InvalidToken", "AuthFailure")),
        (vpc_cloud.STORED._replace(token=ROLE.token), (*INVALID, "InvalidAccessKeyId", "AuthFailure")),
        (OTHER_SECRET, (*UNSIGNED, "SignatureDoesNotMatch", "AuthFailure")),
    ],
    ids=["unknown", "without token", "another token", "stray token", "another secret"],
)
@pytest.mark.sampled(2)
def test_bad_keys_are_refused(cloud: vpc_cloud.Cloud, keys: Any, codes: tuple[str, ...]) -> None:
    assert {service: said(cloud, service, keys)[0] for service in READS} == dict(zip(READS, codes, strict=True))


def test_late_and_expired_requests_are_refused(cloud: vpc_cloud.Cloud) -> None:
    cloud.skew = 3600
    late = (*UNSIGNED, "RequestTimeTooSkewed", "AuthFailure")
    assert {service: said(cloud, service)[0] for service in READS} == dict(zip(READS, late, strict=True))
    cloud.skew, cloud.held = 0, vpc_cloud.EXPIRED
    assert {service: said(cloud, service)[0] for service in READS} == dict(zip(READS, EXPIRED, strict=True))


def test_what_a_role_may_not_is_denied(cloud: vpc_cloud.Cloud) -> None:
    """EC2 is the operator's to look at, in every row."""
    cloud.policies.ceilings["scp"] = [[vpc_role.policy(EVERYTHING, deny("*"))]]
    denied = ("AccessDeniedException", "AccessDenied", "AccessDenied", "AccessDenied", "UnauthorizedOperation")
    assert {service: said(cloud, service)[0] for service in READS} == dict(zip(READS, denied, strict=True))


@pytest.mark.parametrize("kind", ["scp", "rcp", "session"])
def test_a_denial_names_the_kind_of_policy(cloud: vpc_cloud.Cloud, kind: str) -> None:
    principal = {"Principal": "*"} if kind == "rcp" else {}
    words = front._WORDS[kind]
    cloud.policies.ceilings[kind] = [[vpc_role.policy({**EVERYTHING, **principal}, {**deny("sqs:*"), **principal})]]
    assert said(cloud, "sqs")[1].endswith(f"with an explicit deny in {words}")
    assert said(cloud, "dynamodb") == ("", "")
    cloud.policies.ceilings[kind] = [[vpc_role.policy({**allow("s3:*"), **principal})]]
    assert said(cloud, "sqs")[1].endswith(f"because no {words.removeprefix('a ')} allows the sqs:ListQueues action")
