"""What the control plane says of a function: its configuration, aliases, concurrency, who invokes it, its role.

Values of its variables are reduced here: names, lengths, flaws and the targets that they name leave this module.
"""

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from doctor import arn
from doctor.evidence import Facts, Missing, Reason, Shared, proxy
from doctor.evidence.calls.control import Reading, Refusal
from doctor.evidence.calls.function_parts import Alias, More, Role, Unread
from doctor.evidence.environment import Variable, flaws
from doctor.evidence.settings import endpoint_overrides, named_hosts
from doctor.evidence.settings.endpoint_overrides import Override
from doctor.evidence.template import Layer
from doctor.redact import cut
from doctor.request import declared_targets, default_targets
from doctor.verdict import InvalidRequest, Source
from doctor.world import World, now

_NAMED = re.compile(  # a name, a part of an ARN, or an ARN; perhaps with a version or an alias (Lambda API, FunctionName)
    r"(?P<function>(?:arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):)?(?:[0-9]{12}:)?(?:function:)?(?P<name>[A-Za-z0-9_-]+))"
    r"(?::(?P<qualifier>[A-Za-z0-9$_-]+))?"
)


def name_of(function: str) -> str:
    """The name in what a request calls a function, which may be an ARN, with or without a version; "" where it is none."""
    found = _NAMED.fullmatch(function)
    return found["name"] if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A target that the function's variables name: an AWS service, or a host and port.

    `variable` is the one that a host was inferred from; "" where the deployer declared it, or a service's ARN or URL did.
    """

    service: str = ""
    resource: str = ""
    host: str = ""
    port: int = 0
    tls: bool = True
    reachable: bool = True
    variable: str = ""


@dataclass(frozen=True, kw_only=True)
class Function(Facts):
    """A function as it is configured. Sizes are MB for memory and storage, bytes for variables; times are seconds.

    `today` is the date in UTC. Without `exists` all else is empty: there is no such function in this region and
    account. `reserved` is the reserved concurrency, None where there is none. What `unread` names (`concurrency`,
    `aliases`, `invokers`, `role`) is not known. `differing` are variables that have another value
    than the template that the run was given. `proxies` are where its variables send the calls to URLs of a scheme, but for
    the hosts of `unproxied`. `environment_error` is Lambda's word on why it kept the variables to
    itself, and `targets_error` says what is wrong with DOCTOR_TARGETS among them.
    """

    kind: ClassVar[str] = "function"
    source: ClassVar[Source] = Source.CONTROL
    shared: ClassVar[Shared] = Shared.NOTHING
    actions: ClassVar[tuple[str, ...]] = (
        "lambda:GetFunctionConfiguration",
        "lambda:GetFunctionConcurrency",
        "lambda:ListAliases",
        "lambda:GetPolicy",
        "iam:GetRole",
    )
    preload: ClassVar[str] = "doctor.isolation.preload"

    name: str
    region: str
    today: str = ""
    exists: bool = True
    qualifier: str = ""
    version: str = ""
    package: str = ""
    runtime: str = ""
    architecture: str = ""
    handler: str = ""
    memory: int | None = None
    timeout: int | None = None
    state: str = ""
    state_code: str = ""
    update: str = ""
    update_code: str = ""
    modified: str = ""
    storage: int | None = None
    layers: tuple[Layer, ...] = ()
    snapstart: bool = False
    vpc: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ipv6: bool = False
    variables: tuple[Variable, ...] = ()
    variables_size: int = 0
    differing: tuple[str, ...] = ()
    environment_error: str = ""
    overrides: tuple[Override, ...] = ()
    overrides_ignored: bool = False
    local_allowed: bool = False
    proxies: tuple[Named, ...] = ()
    unproxied: str = ""
    targets: tuple[Named, ...] = ()
    targets_error: str = ""
    reserved: int | None = None
    aliases: tuple[Alias, ...] = ()
    invokers: tuple[str, ...] = ()
    role: Role | None = None
    unread: tuple[Unread, ...] = ()

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read the function that the request names, else this sandbox's own; what is denied of the rest is named."""
        asked = world.request.function or world.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        found = _NAMED.fullmatch(asked)
        if not found:
            detail = f"{asked!r} names no function" if asked else "no function is named, and this is none"
            yield Missing(kind=cls.kind, source=cls.source, reason=Reason.NOT_ASKED, detail=detail)
            return
        named = {"FunctionName": found["function"]}
        reading = Reading(world, found["region"] or world.region)
        qualified = {"Qualifier": found["qualifier"]} if found["qualifier"] else {}
        most = world.left(0.4, most=8)
        said = reading.ask("lambda", "get_function_configuration", cls.actions[0], most=most, **named, **qualified)
        region, qualifier = reading.region or "", found["qualifier"] or ""
        if isinstance(said, Refusal) and said.code == "ResourceNotFoundException" and not world.request.function:
            detail = (
                f"AWS knows no function {found['name']} in {region}, though this is it: another account's credentials?"
            )
            yield Missing(kind=cls.kind, source=cls.source, reason=Reason.UNREACHABLE, detail=detail)
        elif isinstance(said, Refusal) and said.code == "ResourceNotFoundException":
            yield cls(name=found["name"], region=region, qualifier=qualifier, exists=False, today=now()[:10])
        elif isinstance(said, Refusal):
            yield said.missing(cls.kind)
        else:
            more = More(reading, named, qualified, said)
            region = arn.parse(str(said.get("FunctionArn") or "")).region or region
            names: dict[str, Any] = {
                "name": found["name"],
                "region": region,
                "qualifier": qualifier,
                "today": now()[:10],
            }
            deployed = (said.get("Environment") or {}).get("Variables") or {}
            differing = world.template.differing(deployed) if world.template else ()
            yield cls(**names, **configured(said), differing=differing, **more.parts())

    def why_unread(self, part: str) -> Unread | None:
        """Why a part is not known; None where it is."""
        return next((unread for unread in self.unread if unread.part == part), None)


def configured(said: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a configuration's reply holds, without a variable's value."""
    vpc = said.get("VpcConfig") or {}
    environment = said.get("Environment") or {}
    error = environment.get("Error") or {}
    architectures = said.get("Architectures") or ["x86_64"]  # functions from before it could be chosen (Lambda API)
    return {
        "version": str(said.get("Version") or ""),
        "package": str(said.get("PackageType") or "Zip").lower(),
        "runtime": str(said.get("Runtime") or ""),
        "architecture": str(architectures[0]),
        "handler": str(said.get("Handler") or ""),
        "memory": said.get("MemorySize"),
        "timeout": said.get("Timeout"),
        "state": str(said.get("State") or ""),
        "state_code": str(said.get("StateReasonCode") or ""),
        "update": str(said.get("LastUpdateStatus") or ""),
        "update_code": str(said.get("LastUpdateStatusReasonCode") or ""),
        "modified": str(said.get("LastModified") or ""),
        "storage": (said.get("EphemeralStorage") or {}).get("Size"),
        "layers": tuple(filter(None, (Layer.of(str(each.get("Arn"))) for each in said.get("Layers") or ()))),
        "snapstart": (said.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions",
        "vpc": str(vpc.get("VpcId") or ""),
        "subnets": tuple(sorted(vpc.get("SubnetIds") or ())),
        "groups": tuple(sorted(vpc.get("SecurityGroupIds") or ())),
        "ipv6": bool(vpc.get("Ipv6AllowedForDualStack")),
        "environment_error": str(error.get("ErrorCode") or ""),
        **_variables({str(name): str(value) for name, value in (environment.get("Variables") or {}).items()}),
    }


def _variables(environ: dict[str, str]) -> dict[str, Any]:
    """What is kept of variables. Lambda measures them as JSON: `exceeded the 4KB limit. String measured: {…}`."""
    measured = json.dumps(environ, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
    targets, error = _targets(environ)
    return {
        "variables": tuple(
            Variable(name=name, length=len(value), flaws=flaws(value)) for name, value in sorted(environ.items())
        ),
        "variables_size": len(measured) if environ else 0,
        "overrides": endpoint_overrides.by_variables(environ),
        "overrides_ignored": environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true",
        "local_allowed": environ.get("DOCTOR_ALLOW_LOCAL") == "1",
        "proxies": tuple(_proxies(environ)),
        "unproxied": proxy.exempt(environ),
        "targets": targets,
        "targets_error": error,
    }


def _proxies(environ: Mapping[str, str]) -> Iterator[Named]:
    """Where proxies stand; `variable` is the scheme of the URLs that one serves. User and password stay behind."""
    for scheme, url in sorted(proxy.settings(environ).items()):
        with contextlib.suppress(ValueError):
            host, port = proxy.place(url)
            yield Named(host=host, port=port, tls=False, variable=scheme)


def _targets(environ: dict[str, str]) -> tuple[tuple[Named, ...], str]:
    """What the function's own doctor would examine by default, and, where nothing is declared, hosts that variables name.

    Those are judged by the configuration alone; no packet is ever sent to what nobody declared.
    """
    try:
        found, declared = default_targets(environ), declared_targets(environ)
    except InvalidRequest as error:
        return (), cut(f"{error.field}: {error}")
    named = (Named(**{name: value for name, value in vars(each).items() if value is not None}) for each in found)
    places = () if declared else named_hosts.places(environ)
    return (
        *named,
        *(Named(host=each.host, port=each.port, tls=each.tls, variable=each.variable) for each in places),
    ), ""
