"""What to examine: from an event, or from the command line. Everything foreign is validated here.

An event selects among what the deployer declared (`DOCTOR_TARGETS`, `DOCTOR_FUNCTIONS`) and the AWS services
of the function's region; it can never name a host of its own. Only the command line can.
"""

import importlib.util
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from doctor import hosts, redact, strict_json
from doctor.decode import Limit, MisfitError, decode
from doctor.verdict import FailOn, InvalidRequest

_CLOSED = {"extra": "forbid"}  # for the published schema; `decode` refuses what is no field in any case


def _from(least: int, most: int) -> Limit:
    words = f"must be a number from {least} to {most}"
    return Limit((int, float), lambda number: least <= number <= most, words, {"minimum": least, "maximum": most})


def _long(least: int, most: int) -> Limit:
    words = f"must have {least} to {most} characters"
    return Limit((str,), lambda text: least <= len(text) <= most, words, {"minLength": least, "maxLength": most})


def _at_most(most: int) -> Limit:
    return Limit(
        (list, tuple), lambda items: len(items) <= most, f"must have {most} entries or fewer", {"maxItems": most}
    )


def _spelled(pattern: str, words: str) -> Limit:
    return Limit((str,), re.compile(pattern).fullmatch, words, {"pattern": pattern})


_CLIENT = _spelled("^[a-z0-9][a-z0-9-]{0,62}$", "must be the name of a boto3 client, such as sqs")
_FUNCTION = _spelled("^[A-Za-z0-9:_$/.-]{1,256}$", "must be the name or the ARN of a function")
_PATTERN = _spelled(
    "^[a-z0-9*][a-z0-9.*_-]{0,127}$", "must be the id of a check or a pattern of ids, such as network.*"
)
_HOST = Limit(
    (str,),
    lambda host: len(host) <= 253 and hosts.spelled_as_host(host),
    "must be a DNS name or an address in its usual spelling",
    {"minLength": 1, "maxLength": 253},
)


@dataclass(frozen=True, kw_only=True)
class ServiceTarget:
    """An AWS service of the region, by the name of its boto3 client, perhaps with one of its resources."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED

    service: Annotated[str, _CLIENT]
    resource: Annotated[str, _long(1, 2048)] | None = None
    reachable: bool = True


@dataclass(frozen=True, kw_only=True)
class HostTarget:
    """Any other host. `reachable: false` declares that it must not be reached from here."""

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED

    host: Annotated[str, _HOST]
    port: Annotated[int, _from(1, 65535)] = 443
    tls: bool = True
    reachable: bool = True


AnyTarget = ServiceTarget | HostTarget


@dataclass(frozen=True, kw_only=True)
class Request:
    """What one run shall do. Field names are those of the event's `doctor` object.

    `experiments` allows to sign again, with one thing changed, where AWS refused a signature.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = _CLOSED

    function: Annotated[str, _FUNCTION] | None = None
    targets: Annotated[tuple[AnyTarget, ...], _at_most(64)] = ()
    only: Annotated[tuple[Annotated[str, _PATTERN], ...], _at_most(256)] = ()
    skip: Annotated[tuple[Annotated[str, _PATTERN], ...], _at_most(256)] = ()
    budget_seconds: Annotated[float, _from(1, 840)] = 20.0
    fail_on: FailOn = FailOn.BREAKS
    evidence: Annotated[tuple[dict[str, Any], ...], _at_most(1000)] = ()
    include_casefile: bool = False
    experiments: bool = True


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
    if "doctor" not in event and (
        stray := sorted(set(event) & {field.name for field in fields(Request)} - {"evidence"})
    ):
        raise InvalidRequest(
            str(stray[0]), f'put {stray[0]} inside the key "doctor": {{"doctor": {{"{stray[0]}": …}}}}'
        )
    request = parse({} if event.get("doctor") is None else event["doctor"], where="doctor")
    request = replace(request, targets=_as_declared(request.targets, declared_targets(environ)))
    _only_declared(request, environ)
    return request if request.targets else replace(request, targets=default_targets(environ))


def parse(value: object, *, where: str) -> Request:
    """A request whose targets exist and agree; `where` is the path that error messages start with.

    Raises:
        InvalidRequest: naming the field.
    """
    request = read(value, where=where)
    _must_agree(request.targets, f"{where}.targets")
    return request


def read(value: object, *, where: str) -> Request:
    """The fields of a request, each by itself within its limits.

    Raises:
        InvalidRequest: naming the field.
    """
    if isinstance(value, dict) and isinstance(targets := value.get("targets"), list | tuple):
        value = {**value, "targets": _spelled_out(targets, f"{where}.targets")}
    try:
        return decode(Request, value)
    except MisfitError as error:
        raise InvalidRequest(where + error.path, error.message) from None


def _spelled_out(targets: Sequence[object], field: str) -> list[object]:
    named = enumerate(targets)
    return [target_spelled(each, f"{field}[{index}]") if isinstance(each, str) else each for index, each in named]


def target_spelled(spelled: str, field: str) -> object:
    """A target as the command line spells it: `sqs`, `db.internal:5432` (TLS where the port is 443), or its JSON.

    Raises:
        InvalidRequest: it starts like JSON, and is not; or it is a URL or an ARN. The message says what to write.
    """
    if spelled.lstrip().startswith("{"):
        return strict_json.parse(spelled, field)
    if instead := hosts.written_instead(spelled):
        raise InvalidRequest(field, instead)
    if hosts.as_address(spelled):  # of IPv6, whose last group is no port
        return {"host": spelled}
    host, colon, port = spelled.rpartition(":")
    if colon and "/" not in spelled and ":" not in host and not port.isdecimal():
        return {"host": host, "port": port}  # so that the port is blamed
    if colon and port.isdecimal():
        return {"host": host.strip("[]"), "port": int(port), "tls": port == "443"}
    return {"host": spelled} if "." in spelled else {"service": spelled}


def default_targets(environ: Mapping[str, str]) -> tuple[AnyTarget, ...]:
    """What the deployer declared, else the services that the function's own variables name."""
    return declared_targets(environ) or _named_by_variables(environ)


def declared_targets(environ: Mapping[str, str]) -> tuple[AnyTarget, ...]:
    """The targets of `DOCTOR_TARGETS`, within the limits of a request's.

    Raises:
        InvalidRequest: the variable is not a JSON list of targets, or one of too many.
    """
    listed = _spelled_out(_json_list(environ, "DOCTOR_TARGETS"), "DOCTOR_TARGETS")
    try:
        targets = decode(Request, {"targets": listed}).targets
    except MisfitError as error:
        raise InvalidRequest(f"DOCTOR_TARGETS{error.path.removeprefix('.targets')}", error.message) from None
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
    data = [Path(folder, "data") for folder in folders if Path(folder, "data").is_dir()]
    if data and not any((folder / target.service).is_dir() for folder in data):  # without it, the package is at fault
        import difflib

        known = [each.name for folder in data for each in folder.iterdir()]
        near = "".join(f"; did you mean {name}?" for name in difflib.get_close_matches(target.service, known, n=1))
        words = f"{target.service!r} is not the name of a boto3 client{near or ';'} "
        raise InvalidRequest(field, f"{words}any other host is written HOST:PORT")
