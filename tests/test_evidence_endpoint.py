"""The host that botocore would call, captured without a packet: services, resources, variables, regions."""

import socket
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest
from botocore.loaders import Loader

from doctor.aws_domains import is_aws
from doctor.evidence import Missing
from doctor.evidence.endpoint import Endpoint
from doctor.request import HostTarget, Request, ServiceTarget
from doctor.world import World

KEYS = {"AWS_ACCESS_KEY_ID": "ASIAQWERTYUIOPASDFGH", "AWS_SECRET_ACCESS_KEY": "s" * 40, "AWS_SESSION_TOKEN": "t" * 40}
OHIO = KEYS | {"AWS_DEFAULT_REGION": "us-east-2"}

# Where the host is the client's name, so much the better; where it is not, formatting it would have been wrong.
SAME = """
    athena backup cloudformation codebuild cognito-idp dynamodb ec2 ecs eks elasticache elasticloadbalancing events firehose
    glue kafka kinesis kms lambda logs mediaconvert rds redshift scheduler secretsmanager sns sqs ssm sts textract transcribe
    translate wafv2 xray
"""
OTHER = {
    "apigateway": "apigateway.us-east-2.amazonaws.com",
    "cloudwatch": "monitoring.us-east-2.amazonaws.com",
    "ecr": "api.ecr.us-east-2.amazonaws.com",
    "efs": "elasticfilesystem.us-east-2.amazonaws.com",
    "stepfunctions": "states.us-east-2.amazonaws.com",
    "ses": "email.us-east-2.amazonaws.com",
    "sesv2": "email.us-east-2.amazonaws.com",
    "s3": "s3.us-east-2.amazonaws.com",
    "opensearch": "es.us-east-2.amazonaws.com",
    "application-autoscaling": "application-autoscaling.us-east-2.amazonaws.com",
    "sagemaker-runtime": "runtime.sagemaker.us-east-2.amazonaws.com",
    "rds-data": "rds-data.us-east-2.amazonaws.com",
    "bedrock-runtime": "bedrock-runtime.us-east-2.amazonaws.com",
    "iot-data": "data-ats.iot.us-east-2.amazonaws.com",
    "iam": "iam.amazonaws.com",
    "route53": "route53.amazonaws.com",
    "cloudfront": "cloudfront.amazonaws.com",
}
NOT_CALLED_SO = ("elasticloadbalancing",)  # the client's name is elbv2
OTHER["elbv2"] = "elasticloadbalancing.us-east-2.amazonaws.com"
SERVICES = {name: f"{name}.us-east-2.amazonaws.com" for name in SAME.split() if name not in NOT_CALLED_SO} | OTHER


class PacketError(BaseException):
    """Somebody tried to send something; no `except Exception` hides it."""


@pytest.fixture(autouse=True)
def no_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise PacketError

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The endpoint of one target, as a child with this environment sees it."""

    def capture(target: str | ServiceTarget | HostTarget, environ: dict[str, str] = OHIO) -> Any:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        asked = ServiceTarget(service=target) if isinstance(target, str) else target
        world = World(request=Request(targets=(asked,)), until=time.monotonic() + 9, environ=environ)
        (found,) = Endpoint.collect(world)
        return found

    return capture


def test_the_ban_holds() -> None:
    with pytest.raises(PacketError):
        socket.create_connection(("127.0.0.1", 1))


@pytest.mark.parametrize("service", SERVICES)
def test_services(captured: Any, service: str) -> None:
    found = captured(service)
    assert isinstance(found, Endpoint), found
    assert (found.host, found.port, found.tls, found.service) == (SERVICES[service], 443, True, service)
    assert (found.overridden, found.proxied) == ("", False)


def test_every_partitions_names_are_awss() -> None:
    partitions = Loader().load_data("partitions")["partitions"]
    suffixes = [partition["outputs"][key] for partition in partitions for key in ("dnsSuffix", "dualStackDnsSuffix")]
    assert len(suffixes) >= 14
    assert all(is_aws(f"sqs.region.{suffix}") for suffix in suffixes)
    assert not any(is_aws(f"sqs.region.{suffix}.example") or is_aws(f"not{suffix}") for suffix in suffixes)


def test_there_are_enough() -> None:
    assert len(SERVICES) >= 40


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (ServiceTarget(service="s3", resource="uploads"), "uploads.s3.us-east-2.amazonaws.com"),
        (ServiceTarget(service="s3", resource="arn:aws:s3:::uploads"), "uploads.s3.us-east-2.amazonaws.com"),
        (ServiceTarget(service="s3", resource="with.dots"), "s3.us-east-2.amazonaws.com"),
        (ServiceTarget(service="dynamodb", resource="orders"), "dynamodb.us-east-2.amazonaws.com"),
        (ServiceTarget(service="sqs", resource="jobs"), "sqs.us-east-2.amazonaws.com"),
    ],
)
def test_resources(captured: Any, target: ServiceTarget, host: str) -> None:
    assert captured(target).host == host


def test_s3_in_north_virginia(captured: Any) -> None:
    """Not the regional name: what is asked of DNS must be the name that is called."""
    environ = KEYS | {"AWS_DEFAULT_REGION": "us-east-1"}
    assert captured("s3", environ).host == "s3.amazonaws.com"
    assert captured(ServiceTarget(service="s3", resource="uploads"), environ).host == "uploads.s3.amazonaws.com"


@pytest.mark.parametrize("resource", [None, "orders", "arn:aws:dynamodb:us-east-2:123456789012:table/orders"])
def test_a_known_account_has_a_dynamodb_host_of_its_own(captured: Any, resource: str | None) -> None:
    target = ServiceTarget(service="dynamodb", resource=resource)
    found = captured(target, OHIO | {"AWS_ACCOUNT_ID": "123456789012"})
    assert found.host == "123456789012.ddb.us-east-2.amazonaws.com"


@pytest.mark.parametrize(
    ("service", "variables", "host"),
    [
        ("sts", {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, "sts.amazonaws.com"),
        ("sts", {"AWS_STS_REGIONAL_ENDPOINTS": "regional"}, "sts.us-east-2.amazonaws.com"),
        ("sqs", {"AWS_USE_FIPS_ENDPOINT": "true"}, "sqs-fips.us-east-2.amazonaws.com"),
        ("dynamodb", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "dynamodb.us-east-2.api.aws"),
        ("s3", {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "s3.dualstack.us-east-2.amazonaws.com"),
        ("sqs", {"AWS_DEFAULT_REGION": "cn-north-1"}, "sqs.cn-north-1.amazonaws.com.cn"),
        ("sqs", {"AWS_DEFAULT_REGION": "us-gov-west-1"}, "sqs.us-gov-west-1.amazonaws.com"),
        ("sqs", {"AWS_DEFAULT_REGION": "us-est-1"}, "sqs.us-est-1.amazonaws.com"),
        ("sqs", {"AWS_DEFAULT_REGION": "eu-west-9"}, "sqs.eu-west-9.amazonaws.com"),
    ],
)
def test_variables_choose_the_host(captured: Any, service: str, variables: dict[str, str], host: str) -> None:
    found = captured(service, OHIO | variables)
    assert (found.host, found.overridden) == (host, "")


SQS = "https://sqs.us-east-2.amazonaws.com"
ALL, OWN, LOCALSTACK = "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "http://localhost:4566"
VPC_ENDPOINT = "https://vpce-1.sqs.us-east-2.vpce.amazonaws.com"


@pytest.mark.parametrize(
    ("variables", "place", "variable"),
    [
        ({ALL: LOCALSTACK}, LOCALSTACK, ALL),
        ({OWN: LOCALSTACK}, LOCALSTACK, OWN),
        ({ALL: LOCALSTACK, OWN: "http://10.0.0.1:9324"}, "http://10.0.0.1:9324", OWN),
        ({ALL: VPC_ENDPOINT}, f"{VPC_ENDPOINT}:443", ALL),
        ({"AWS_ENDPOINT_URL_SNS": LOCALSTACK}, f"{SQS}:443", ""),
        ({ALL: ""}, f"{SQS}:443", ""),
        ({ALL: LOCALSTACK, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, f"{SQS}:443", ""),
    ],
)
def test_overrides(captured: Any, variables: dict[str, str], place: str, variable: str) -> None:
    found = captured("sqs", OHIO | variables)
    assert (f"{found.scheme}://{found.concerns}", found.overridden) == (place, variable)


@pytest.mark.parametrize(
    ("service", "variable"),
    [
        ("stepfunctions", "AWS_ENDPOINT_URL_SFN"),
        ("logs", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"),
        ("ses", "AWS_ENDPOINT_URL_SES"),
        ("elbv2", "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2"),
        ("cognito-idp", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"),
        ("iot-data", "AWS_ENDPOINT_URL_IOT_DATA_PLANE"),
    ],
)
def test_the_variable_has_the_services_own_name(captured: Any, service: str, variable: str) -> None:
    found = captured(service, OHIO | {variable: "https://inside.internal"})
    assert (found.host, found.overridden) == ("inside.internal", variable)


def test_an_override_in_the_shared_configuration(captured: Any, clean_environment: Path) -> None:
    (clean_environment / ".aws").mkdir()
    (clean_environment / ".aws" / "config").write_text("[default]\nendpoint_url = http://localhost:4566\n")
    found = captured("sqs", OHIO | {"HOME": str(clean_environment)})
    assert (found.concerns, found.overridden) == ("localhost:4566", "endpoint_url in the shared configuration")


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        (KEYS, "NoRegionError"),
        (KEYS | {"AWS_REGION": "us-east-2"}, "NoRegionError"),
        (OHIO | {"AWS_DEFAULT_REGION": "us-east-2 "}, "InvalidRegionError"),
        (OHIO | {"AWS_PROFILE": "missing"}, "ProfileNotFound"),
        (OHIO | {"AWS_ENDPOINT_URL": "localhost:4566"}, "ValueError"),
        (OHIO | {"AWS_CA_BUNDLE": ""}, "InvalidConfigError"),
    ],
)
def test_no_request_is_evidence(captured: Any, environ: dict[str, str], reason: str) -> None:
    found = captured("sqs", environ)
    assert isinstance(found, Missing)
    assert found.target == "sqs"
    assert f"botocore builds no request for sqs: {reason}" in found.detail


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        {"AWS_ACCESS_KEY_ID": "ASIAQWERTYUIOPASDFGH"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/credentials"},
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/jobs"},
    ],
)
def test_nobody_is_asked_for_credentials(captured: Any, variables: dict[str, str]) -> None:
    """Neither IMDS, nor the container's address, nor STS: the host can be learnt without a signature."""
    assert captured("sqs", {"AWS_DEFAULT_REGION": "us-east-2"} | variables).host == "sqs.us-east-2.amazonaws.com"


def test_nor_by_a_profile_that_assumes_a_role(captured: Any, clean_environment: Path) -> None:
    (clean_environment / ".aws").mkdir()
    role = "role_arn = arn:aws:iam::123456789012:role/x\ncredential_source = Ec2InstanceMetadata\n"
    (clean_environment / ".aws" / "config").write_text(f"[default]\nregion = us-east-2\n{role}")
    assert captured("sqs", {"HOME": str(clean_environment)}).host == "sqs.us-east-2.amazonaws.com"


@pytest.mark.parametrize(
    ("resource", "region"),
    [
        ("arn:aws:sqs:eu-west-1:123456789012:jobs", "eu-west-1"),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", "eu-west-1"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/jobs", "eu-west-1"),
        ("https://queue.amazonaws.com/123456789012/jobs", ""),
        ("https://sqs.example.com/jobs", ""),
        ("jobs", ""),
        ("arn:", ""),
    ],
)
def test_region_of_a_resource(captured: Any, resource: str, region: str) -> None:
    assert captured(ServiceTarget(service="sqs", resource=resource)).resource_region == region


def test_whether_the_region_offers_the_service(captured: Any) -> None:
    assert captured("sqs").offered is True
    assert captured("iam").offered is None
    assert captured("sqs", OHIO | {"AWS_DEFAULT_REGION": "us-est-1"}).offered is False


def test_hosts_are_as_declared(captured: Any) -> None:
    found = captured(HostTarget(host="db.internal", port=5432, tls=False, reachable=False), OHIO)
    assert found == Endpoint(host="db.internal", port=5432, tls=False, expected=False)


def test_a_proxy_serves_what_is_not_exempt(captured: Any) -> None:
    environ = OHIO | {"HTTPS_PROXY": "http://proxy.internal:3128", "NO_PROXY": "sqs.us-east-2.amazonaws.com"}
    assert captured("sns", environ).proxied
    assert not captured("sqs", environ).proxied
    assert not captured(HostTarget(host="db.internal"), environ).proxied
