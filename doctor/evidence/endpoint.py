"""The host that botocore would really call for each target: captured from a request, never formatted.

`sqs` may mean `sqs.us-east-2.amazonaws.com`, `us-east-2.queue.amazonaws.com` on an old SDK, a FIPS or dual-stack
name, an account's own DynamoDB host, or whatever AWS_ENDPOINT_URL says. A `before-send` hook lets botocore build and
sign a request, notes its URL, and stops it before a socket is opened.
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from doctor import arn
from doctor.aws_domains import is_aws
from doctor.evidence import Facts, Missing, Reason, Shared
from doctor.evidence.settings import endpoint_overrides
from doctor.redact import brief
from doctor.world import World

if TYPE_CHECKING:
    import boto3

    from doctor.evidence.function import Named
    from doctor.request import HostTarget, ServiceTarget


class _CapturedError(Exception):
    """Carries a URL out of botocore, in place of a request."""


@dataclass(frozen=True, kw_only=True)
class Endpoint(Facts):
    """Where one target lives. `overridden` names the variable or setting that put it there instead of AWS.

    `proxied` tells that botocore would call it through the environment's proxy. `region` is the client's,
    `resource_region` that of a resource named by ARN. `offered` tells whether botocore lists the service in the region;
    None where its list does not tell.
    """

    kind: ClassVar[str] = "endpoint"
    shared: ClassVar[Shared] = Shared.NETWORK
    per_target: ClassVar[bool] = True
    preload: ClassVar[str] = "doctor.isolation.preload"

    host: str
    port: int
    tls: bool
    service: str | None = None
    overridden: str = ""
    expected: bool = True
    proxied: bool = False
    region: str = ""
    resource_region: str = ""
    offered: bool | None = None

    @property
    def concerns(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def scheme(self) -> str:
        """Of the URL that is called, which decides about the proxy."""
        return "https" if self.tls else "http"

    @classmethod
    def shares(cls, world: World) -> str:
        """Declared hosts need no botocore, and shall not wait for its import."""
        return cls.preload if world.services else ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """The endpoints of the request's targets, as this process would call them."""
        yield from cls.named(world, world.hosts_named, world.services)

    @classmethod
    def named(
        cls,
        world: World,
        hosts: "Iterable[HostTarget | Named]",
        services: "Iterable[ServiceTarget | Named]",
        region: str = "",
    ) -> Iterator[Self | Missing]:
        """Hosts are as declared; services are asked of botocore. Nothing leaves the process.

        With a region the endpoints are those of a function there: this process's own variables and proxies, which are
        none of that function's, say nothing.
        """
        for host in hosts:  # never proxied
            yield cls(host=host.host, port=host.port, tls=host.tls, expected=host.reachable)
        session = functools.cache(world.session)  # one for all, since each reads botocore's rules anew
        for service in services:
            yield cls._of_service(world, session, service, region)
            world.forget()

    @classmethod
    def _of_service(
        cls, world: World, session: "Callable[[], boto3.Session]", target: "ServiceTarget | Named", region: str
    ) -> Self | Missing:
        from doctor.evidence import proxy  # it builds on this module

        try:
            captured = _capture(world, session(), target, region)
            parts = urlsplit(captured.url)
            host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        except Exception as error:  # noqa: BLE001 - NoRegionError, ProfileNotFound, …: the evidence is that none is built
            detail = f"botocore builds no request for {target.service}: {brief(error)}"
            return Missing(kind=cls.kind, reason=Reason.CRASHED, detail=detail, target=target.service)
        return cls(
            host=host,
            port=port,
            tls=parts.scheme == "https",
            service=target.service,
            overridden="" if region else _override(world, captured.service_id),
            expected=target.reachable,
            proxied=not region and proxy.serving(world.environ, parts.scheme, host, port) is not None,
            region=captured.region,
            resource_region=_region_of(target.resource or ""),
            offered=captured.offered,
        )


def _region_of(resource: str) -> str:
    """The region in an ARN (`arn:partition:service:region:account:resource`) or a queue URL, today's or the legacy one."""
    if resource.startswith("arn:"):
        return arn.parse(resource).region
    first, _, rest = (urlsplit(resource).hostname or "").partition(".")
    if first == "sqs" and is_aws(rest):
        return rest.partition(".")[0]
    return first if rest.startswith("queue.amazonaws.com") else ""


@dataclass(frozen=True, slots=True)
class _Captured:
    url: str
    service_id: str
    region: str
    offered: bool | None


def _capture(world: World, session: "boto3.Session", target: "ServiceTarget | Named", region: str) -> _Captured:
    from botocore import UNSIGNED  # children only
    from botocore.config import Config

    # Keys in variables win, and are there. Any other provider may ask somebody, so that nothing is signed then.
    signs = all(world.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    unsigned = {} if signs else {"signature_version": UNSIGNED}
    ignoring: dict[str, Any] = {"ignore_configured_endpoint_urls": True} if region else {}
    config = Config(parameter_validation=False, **unsigned, **ignoring)
    client = session.client(target.service, config=config, region_name=region or None)  # type: ignore[call-overload]
    client.meta.events.register("before-send.*.*", _stop)
    try:
        _any_call(client, target)
    except _CapturedError as captured:
        region = str(client.meta.region_name)
        listed = session.get_available_regions(target.service, client.meta.partition)
        service_id = str(client.meta.service_model.service_id)
        return _Captured(str(captured), service_id, region, region in listed if listed else None)
    raise ValueError("it has no call that can be prepared without knowing its resources")


def _stop(request: Any, **_: object) -> None:
    raise _CapturedError(request.url)


def _any_call(client: Any, target: "ServiceTarget | Named") -> None:
    if target.service == "s3" and target.resource:
        client.head_bucket(Bucket=target.resource.rpartition(":::")[2])
    if target.service == "dynamodb" and target.resource:
        client.describe_table(TableName=target.resource)
    for operation, name in sorted(_operations(client), key=lambda pair: _preference(*pair)):
        if not operation.endpoint:  # it would put a prefix before the host
            getattr(client, name)(**_least(operation.input_shape))


def _operations(client: Any) -> Iterator[tuple[Any, str]]:
    for name, operation in client.meta.method_to_api_mapping.items():
        yield client.meta.service_model.operation_model(operation), name


def _preference(operation: Any, name: str) -> tuple[bool, bool, str]:
    """First what needs no input, then what reads."""
    return bool(_required(operation.input_shape)), not name.startswith(("list_", "describe_", "get_")), name


def _required(shape: Any) -> list[str]:
    return list(shape.required_members) if shape else []


def _least(shape: Any) -> dict[str, object]:
    """Just enough input for a request to be built; it is never sent."""
    empty: dict[str, object] = {
        "string": "doctor",
        "integer": 1,
        "long": 1,
        "list": [],
        "boolean": False,
        "blob": b"",
        "timestamp": 0,
    }
    return {name: empty.get(shape.members[name].type_name, {}) for name in _required(shape)}


def _override(world: World, service_id: str) -> str:
    """The setting that put this host in AWS's place."""
    if endpoint_overrides.ignored(world.environ):
        return ""
    own = endpoint_overrides.serving(endpoint_overrides.standing(world.environ), service_id)
    return own.variable if own else ""
