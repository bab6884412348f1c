"""The host that botocore would really call for each target: captured from a request, never formatted.

`sqs` may mean `sqs.us-east-2.amazonaws.com`, `us-east-2.queue.amazonaws.com` on an old SDK, a FIPS or dual-stack
name, an account's own DynamoDB host, or whatever AWS_ENDPOINT_URL says. A `before-send` hook lets botocore build and
sign a request, notes its URL, and stops it before a socket is opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from doctor.evidence import Facts, Missing, Reason, Shared, proxy
from doctor.evidence.environment import is_aws
from doctor.request import HostTarget, ServiceTarget
from doctor.world import World


class _CapturedError(Exception):
    """Carries a URL out of botocore, in place of a request."""


@dataclass(frozen=True, kw_only=True)
class Endpoint(Facts):
    """Where one target lives. `overridden` names the variable that put it there instead of AWS.

    `proxied` tells that botocore would call it through the environment's proxy. `region` is the client's,
    `resource_region` that of a resource named by ARN.
    """

    kind: ClassVar[str] = "endpoint"
    shared: ClassVar[Shared] = Shared.NETWORK
    per_target: ClassVar[bool] = True
    preload: ClassVar[str] = "doctor.preload"

    host: str
    port: int
    tls: bool
    service: str | None = None
    overridden: str = ""
    expected: bool = True
    proxied: bool = False
    region: str = ""
    resource_region: str = ""

    @property
    def concerns(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Hosts are as declared; services are asked of botocore. Nothing leaves the process."""
        for target in world.request.targets:
            if isinstance(target, HostTarget):
                yield cls(
                    host=target.host, port=target.port, tls=target.tls, expected=target.reachable
                )  # never proxied
        for target in world.request.targets:
            if isinstance(target, ServiceTarget):
                yield cls._of_service(world, target)

    @classmethod
    def _of_service(cls, world: World, target: ServiceTarget) -> Self | Missing:
        try:
            url, overridden, region = _capture(world, target)
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        except Exception as error:  # noqa: BLE001 - NoRegionError, ProfileNotFound, …: the evidence is that none is built
            detail = f"botocore builds no request for {target.service}: {type(error).__name__}: {str(error)[:200]}"
            return Missing(kind=cls.kind, reason=Reason.CRASHED, detail=detail, target=target.service)
        return cls(
            host=host,
            port=port,
            tls=parts.scheme == "https",
            service=target.service,
            overridden=overridden,
            expected=target.reachable,
            proxied=proxy.serving(world.environ, parts.scheme, host, port) is not None,
            region=region,
            resource_region=_region_of(target.resource or ""),
        )


def _region_of(resource: str) -> str:
    """The region in an ARN (`arn:partition:service:region:account:resource`) or a queue URL."""
    if resource.startswith("arn:"):
        return (resource.split(":") + [""] * 4)[3]
    host = urlsplit(resource).hostname or ""
    return host.split(".")[1] if host.startswith("sqs.") and is_aws(host) else ""


def _capture(world: World, target: ServiceTarget) -> tuple[str, str, str]:
    from botocore import UNSIGNED  # children only
    from botocore.config import Config
    from botocore.exceptions import NoCredentialsError, PartialCredentialsError

    for config in (Config(), Config(signature_version=UNSIGNED)):
        client = world.session().client(target.service, config=config)  # type: ignore[call-overload]
        client.meta.events.register("before-send.*.*", _stop)
        try:
            _any_call(client, target)
        except _CapturedError as captured:
            return str(captured), _overriding_variable(world, client), str(client.meta.region_name)
        except (NoCredentialsError, PartialCredentialsError):
            continue  # the host can be learnt without a signature
    raise ValueError("it has no call that can be prepared without knowing its resources")


def _stop(request: Any, **_: object) -> None:
    raise _CapturedError(request.url)


def _any_call(client: Any, target: ServiceTarget) -> None:
    if target.service == "s3" and target.resource:
        client.head_bucket(Bucket=target.resource.removeprefix("arn:aws:s3:::"))
    if target.service == "dynamodb" and target.resource:
        client.describe_table(TableName=target.resource)
    calls = client.meta.method_to_api_mapping
    for name in sorted(calls, key=lambda name: (not name.startswith(("list_", "describe_", "get_")), name)):
        operation = client.meta.service_model.operation_model(calls[name])
        needs_input = bool(operation.input_shape and operation.input_shape.required_members)
        if not needs_input and not operation.endpoint:  # `endpoint` would put a prefix before the host
            getattr(client, name)()


def _overriding_variable(world: World, client: Any) -> str:
    if world.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return ""
    own = "AWS_ENDPOINT_URL_" + client.meta.service_model.service_id.upper().replace(" ", "_").replace("-", "_")
    return next((name for name in (own, "AWS_ENDPOINT_URL") if world.environ.get(name)), "")
