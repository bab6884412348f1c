"""Endpoints that settings put in AWS's place: variables first, then the profile of the shared configuration.

Source: AWS SDKs and Tools reference guide, "Service-specific endpoints": the service's own setting wins over the global
one, a variable over the file. Measured with botocore 1.44 (`botocore.configprovider.ConfiguredEndpointProvider`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from doctor import hosts, shared_configuration
from doctor.aws_domains import is_aws

NO_HOST = "?"  # of what is no URL
SHARED = " in the shared configuration"  # how the name of a setting ends that is no variable
_VARIABLE = "AWS_ENDPOINT_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """An endpoint in place of AWS's own, and the `variable` or setting that puts it there.

    `service` is a service id in lower case without spaces or dashes (`secretsmanager`); None where it concerns all.
    """

    variable: str
    service: str | None
    scheme: str
    host: str
    port: int
    local: bool
    aws: bool

    @property
    def address(self) -> str:
        """`scheme://host:port`, without user, path or query, which may carry secrets; of what is no URL, that it is none."""
        if self.host == NO_HOST:
            return "what is no URL"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def by_variables(environ: Mapping[str, str]) -> tuple[Override, ...]:
    """What variables alone say, as in a function's configuration. An empty one says nothing, and one of spaces is no URL."""
    named = (name for name in sorted(environ) if name == _VARIABLE or name.startswith(f"{_VARIABLE}_"))
    return tuple(override(name, _plain(name.removeprefix(_VARIABLE)), environ[name]) for name in named if environ[name])


def standing(environ: Mapping[str, str]) -> tuple[Override, ...]:
    """Variables, and what they leave to the profile of the shared configuration."""
    variables = by_variables(environ)
    if any(each.service is None for each in variables):
        return variables
    return (*variables, *_by_profile(environ, {each.service for each in variables}))


def ignored(environ: Mapping[str, str]) -> bool:
    """Whether the SDK is told to heed neither variables nor files."""
    said = environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    if said is None:
        said = shared_configuration.setting(environ, "ignore_configured_endpoint_urls")
    return said.lower() == "true"


def serving(overrides: Iterable[Override], service: str) -> Override | None:
    """The one that a client of this service obeys; the service as boto3 calls it, or its id. Only for child processes."""
    from botocore.utils import CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES as IDS

    fitting = [each for each in overrides if each.service in (_plain(IDS.get(service, service)), None)]
    return next((each for each in fitting if each.service), fitting[0] if fitting else None)


def override(variable: str, service: str | None, url: str) -> Override:
    """An endpoint URL taken apart. What cannot be parsed has no host."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or NO_HOST, parts.port
    except ValueError:
        return Override(variable=variable, service=service, scheme="?", host=NO_HOST, port=0, local=False, aws=False)
    return Override(
        variable=variable,
        service=service,
        scheme=parts.scheme,
        host=host,
        port=port or (80 if parts.scheme == "http" else 443),
        local=is_local(host),
        aws=is_aws(host),
    )


def is_local(host: str) -> bool:
    """Whether the name or address is this machine."""
    address = hosts.as_address(host)
    return host == "localhost" or host.endswith(".localhost") or bool(address and address.is_loopback)


def _by_profile(environ: Mapping[str, str], decided: set[str | None]) -> Iterator[Override]:
    for service, url in shared_configuration.endpoint_urls(environ):
        name = _plain(service)
        if name not in decided:
            setting = f"endpoint_url of {service}" if service else "endpoint_url"
            yield override(f"{setting[:64]}{SHARED}", name, url)


def _plain(service: str) -> str | None:
    """The forms that variables, files and clients give a service's id, made one."""
    return "".join(letter for letter in service.lower() if letter not in "_- ") or None
