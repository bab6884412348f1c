"""What to examine: from an event, or from the command line. Everything foreign is validated here.

An event selects among what the deployer declared (`DOCTOR_TARGETS`, `DOCTOR_FUNCTIONS`) and the AWS services
of the function's region; it can never name a host of its own. Only the command line can.
"""

import importlib.util
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from doctor import boundary, redact, strict_json
from doctor.verdict import FailOn, InvalidRequest

_FROZEN = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)
_TAGS = {"service", "host"}


class ServiceTarget(BaseModel):
    """An AWS service of the region, by the name of its boto3 client, perhaps with one of its resources."""

    model_config = _FROZEN

    service: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    resource: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    reachable: bool = True


class HostTarget(BaseModel):
    """Any other host. `reachable: false` declares that it must not be reached from here."""

    model_config = _FROZEN

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    tls: bool = True
    reachable: bool = True

    @field_validator("host")
    @classmethod
    def _spelled_as_host(cls, host: str) -> str:
        if not boundary.spelled_as_host(host):
            raise ValueError("write a DNS name or an address in its usual spelling")
        return host


def _kind_of_target(value: Any) -> str:
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
    return "host" if "host" in keys else "service"


AnyTarget = ServiceTarget | HostTarget
Target = Annotated[
    Annotated[ServiceTarget, Tag("service")] | Annotated[HostTarget, Tag("host")],
    Discriminator(_kind_of_target),
]
Pattern = Annotated[str, Field(pattern=r"^[a-z0-9*][a-z0-9.*_-]{0,127}$")]


class Request(BaseModel):
    """What one run shall do. Field names are those of the event's `doctor` object."""

    model_config = _FROZEN

    function: Annotated[str, Field(pattern=r"^[A-Za-z0-9:_$/.-]{1,256}$")] | None = None
    targets: Annotated[tuple[Target, ...], Field(strict=False, max_length=64)] = ()
    only: Annotated[tuple[Pattern, ...], Field(strict=False, max_length=256)] = ()
    skip: Annotated[tuple[Pattern, ...], Field(strict=False, max_length=256)] = ()
    budget_seconds: Annotated[float, Field(ge=1, le=840)] = 20.0
    fail_on: Annotated[FailOn, Field(strict=False)] = FailOn.BREAKS
    evidence: Annotated[tuple[dict[str, Any], ...], Field(strict=False, max_length=10_000)] = ()
    include_casefile: bool = False

    @field_validator("targets", mode="before")
    @classmethod
    def _names_are_services(cls, targets: Any) -> Any:
        if not isinstance(targets, list | tuple):
            raise ValueError("write a list")  # noqa: TRY004 - pydantic collects ValueError
        return [target_spelled(target) if isinstance(target, str) else target for target in targets]


def from_event(event: object, environ: Mapping[str, str]) -> Request:
    """The request that an event makes of a deployed doctor.

    An event without the key `doctor` (a schedule, an empty payload) asks for the defaults.

    Raises:
        InvalidRequest: the event is malformed, or names what the deployer did not declare.
    """
    if event is None:
        event = {}
    if not isinstance(event, dict):
        raise InvalidRequest("event", f'send a JSON object such as {{"doctor": {{}}}}, not {type(event).__name__}')
    if "doctor" not in event and (stray := sorted(set(event) & set(Request.model_fields) - {"evidence"})):
        raise InvalidRequest(
            str(stray[0]), f'put {stray[0]} inside the key "doctor": {{"doctor": {{"{stray[0]}": …}}}}'
        )
    request = parse({} if event.get("doctor") is None else event["doctor"], where="doctor")
    request = request.model_copy(update={"targets": _as_declared(request.targets, declared_targets(environ))})
    _only_declared(request, environ)
    return request if request.targets else request.model_copy(update={"targets": default_targets(environ)})


def parse(value: object, *, where: str) -> Request:
    """Validate the fields of a request; `where` is the path that error messages start with.

    Raises:
        InvalidRequest: naming the field.
    """
    if not isinstance(value, dict):
        raise InvalidRequest(where, f"write an object, not {type(value).__name__}")
    try:
        request = Request.model_validate(value)
    except ValidationError as error:
        raise _refused(error, where) from None
    _must_agree(request.targets, f"{where}.targets")
    return request


def target_spelled(spelled: str) -> object:
    """A target as the command line spells it: `sqs`, `db.internal:5432` (TLS where the port is 443), or its JSON.

    Raises:
        InvalidRequest: it starts like JSON, and is not.
    """
    if spelled.lstrip().startswith("{"):
        return strict_json.parse(spelled, "--target")
    host, colon, port = spelled.rpartition(":")
    if colon and port.isdecimal():
        return {"host": host.strip("[]"), "port": int(port), "tls": port == "443"}
    return {"host": spelled} if "." in spelled else {"service": spelled}


def default_targets(environ: Mapping[str, str]) -> tuple[AnyTarget, ...]:
    """What the deployer declared, else the services that the function's own variables name."""
    return declared_targets(environ) or _named_by_variables(environ)


def declared_targets(environ: Mapping[str, str]) -> tuple[AnyTarget, ...]:
    """The targets of `DOCTOR_TARGETS`.

    Raises:
        InvalidRequest: the variable is not a JSON list of targets.
    """
    listed = _json_list(environ, "DOCTOR_TARGETS")
    spelled = [target_spelled(item) if isinstance(item, str) else item for item in listed]
    try:
        targets = TypeAdapter(tuple[Target, ...]).validate_python(spelled)
    except ValidationError as error:
        raise _refused(error, "DOCTOR_TARGETS") from None
    _must_agree(targets, "DOCTOR_TARGETS")
    return targets


def declared_functions(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The functions of `DOCTOR_FUNCTIONS`, a JSON list of names or ARNs."""
    return tuple(str(name) for name in _json_list(environ, "DOCTOR_FUNCTIONS"))


def _json_list(environ: Mapping[str, str], variable: str) -> list[Any]:
    text = environ.get(variable, "").strip()
    if not text:
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list):
        raise InvalidRequest(variable, 'this variable must hold a JSON list, such as ["sqs"]')
    return value


def _as_declared(targets: Sequence[AnyTarget], declared: Sequence[AnyTarget]) -> tuple[AnyTarget, ...]:
    """An event selects a declared host by host and port; how it is reached is what the deployer declared."""
    known = {(target.host, target.port): target for target in declared if isinstance(target, HostTarget)}
    return tuple(
        known.get((target.host, target.port), target) if isinstance(target, HostTarget) else target
        for target in targets
    )


def _only_declared(request: Request, environ: Mapping[str, str]) -> None:
    declared = declared_targets(environ)
    for index, target in enumerate(request.targets):
        field = f"doctor.targets[{index}]"
        if isinstance(target, HostTarget):
            if target not in declared:
                raise InvalidRequest(f"{field}.host", f"{target.host} is not declared in DOCTOR_TARGETS")
        elif target.resource and target not in declared and not _in_variables(target.resource, environ):
            raise InvalidRequest(
                f"{field}.resource",
                "declare the resource in DOCTOR_TARGETS, or name it in a variable of the function",
            )
    own = environ.get("AWS_LAMBDA_FUNCTION_NAME")
    if request.function and request.function != own and request.function not in declared_functions(environ):
        raise InvalidRequest("doctor.function", f"{request.function} is not declared in DOCTOR_FUNCTIONS")


def _in_variables(resource: str, environ: Mapping[str, str]) -> bool:
    """Whether a variable names the resource, whole. Parts would let a caller spell out what stands in a variable."""
    return any(
        resource == word or (word.startswith(("arn:", "https://")) and re.split("[/:]", word)[-1] == resource)
        for name, value in environ.items()
        if not name.startswith(("AWS_", "DOCTOR_")) and not redact.holds_secret(name, value)
        for word in re.split(r"[\s,;]+", value)
    )


_NAMED = re.compile(r"arn:aws[a-z-]*:([a-z0-9-]+):|https://(sqs)\.[a-z0-9-]+\.amazonaws\.com")
_CLIENT_OF_ARN = {
    name: name
    for name in (
        "sqs",
        "sns",
        "dynamodb",
        "s3",
        "secretsmanager",
        "ssm",
        "kms",
        "kinesis",
        "lambda",
        "events",
        "firehose",
    )
} | {"states": "stepfunctions"}


def _named_by_variables(environ: Mapping[str, str]) -> tuple[ServiceTarget, ...]:
    values = (value for name, value in sorted(environ.items()) if not name.startswith(("AWS_", "DOCTOR_")))
    named = {found for value in values for match in _NAMED.finditer(value[:4096]) for found in match.groups() if found}
    return tuple(ServiceTarget(service=_CLIENT_OF_ARN[name]) for name in sorted(named & set(_CLIENT_OF_ARN)))


def _must_agree(targets: Sequence[AnyTarget], field: str) -> None:
    """Refuse what does not exist, and two targets that expect different things of the same place."""
    places: dict[object, tuple[int, AnyTarget]] = {}
    for index, target in enumerate(targets):
        _must_exist(target, f"{field}[{index}]")
        place = (target.host, target.port) if isinstance(target, HostTarget) else (target.service, target.resource)
        earlier, other = places.setdefault(place, (index, target))
        if other != target:
            raise InvalidRequest(
                f"{field}[{index}]", f"expects something else of the same place than {field}[{earlier}]"
            )


def _must_exist(target: AnyTarget, field: str) -> None:
    """Refuse a service that the installed botocore does not know, without importing botocore."""
    if isinstance(target, HostTarget):
        return
    found = importlib.util.find_spec("botocore")
    folders = list(found.submodule_search_locations or ()) if found else []
    data = [Path(folder, "data") for folder in folders]  # a botocore without it is a package fault, not the request's
    if any(map(Path.is_dir, data)) and not any((folder / target.service).is_dir() for folder in data):
        raise InvalidRequest(
            field,
            f'{target.service!r} is not the name of a boto3 client; declare other hosts as {{"host": …, "port": …}}',
        )


def _refused(error: ValidationError, where: str) -> InvalidRequest:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path, previous = where, None
    for part in first["loc"]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not (isinstance(previous, int) and part in _TAGS):  # the union's tag, which nobody wrote
            path += f".{part}"
        previous = part
    return InvalidRequest(path, first["msg"].removeprefix("Value error, "))
