"""The process's environment, reduced to states: set or blank, how long, what shape; never a value."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self
from urllib.parse import urlsplit

from doctor import boundary, redact
from doctor.evidence import Facts, Missing
from doctor.world import World

_WATCHED = ("AWS_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_SHARED = (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
# What a secret is named by, and holds none: ARNs, paths, addresses, names such as `prod/database`, template references.
_REFERENCE = re.compile(
    r"arn:aws[a-z-]*:|[./~]|\{\{resolve:|[a-zA-Z][a-zA-Z0-9+.-]{0,30}://|[a-z0-9_.-]{1,100}(?:/[a-z0-9_.-]{1,100}){1,20}$"
)
# The last word decides: DB_PASSWORD holds one; SECRET_NAME, TOKEN_URL, COOKIE_DOMAIN and SORT_KEY hold none.
_HOLDS_SECRET = re.compile(
    r"(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|APIKEY|(?:^|_)(?:PASS|PWD|AUTH|COOKIE|SALT|SIGNATURE)"
    r"|^KEY|(?:API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING|MASTER|AUTH|SERVICE|ACCOUNT|LICENSE|JWT|HMAC|SHARED)_?KEY)[_0-9]*$",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\b(?:password|passwd|pwd|accountkey|sharedaccesskey)\s{0,4}=\s{0,4}[^\s;&]{4}", re.IGNORECASE)
# The suffixes of all partitions (botocore's partitions.json): public, China, European, and the isolated ones.
_AWS_DOMAINS = (
    *(".amazonaws.com", ".api.aws", ".amazonaws.com.cn", ".api.amazonwebservices.com.cn"),
    *(".amazonaws.eu", ".api.amazonwebservices.eu", ".c2s.ic.gov", ".api.aws.ic.gov", ".sc2s.sgov.gov"),
    *(".api.aws.scloud", ".cloud.adc-e.uk", ".api.cloud-aws.adc-e.uk", ".csp.hci.ic.gov", ".api.aws.hci.ic.gov"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable: `length` counts characters, `flaws` names what does not belong in such a value."""

    name: str
    length: int
    flaws: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        """Set, but empty."""
        return self.length == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """An endpoint that a variable puts in place of AWS's own. `service` is None where it concerns all."""

    variable: str
    service: str | None
    scheme: str
    host: str
    port: int
    local: bool
    aws: bool

    @property
    def address(self) -> str:
        """`scheme://host:port`, without user, path or query, which may carry secrets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The profile that a variable selects, and whether any shared file defines it."""

    variable: str
    name: str
    exists: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect(Variable):
    """A variable that seems to hold a secret in plain text; `reason` says by what."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Environment(Facts):
    """What the variables that boto3, TLS and proxies read look like from this process."""

    kind: ClassVar[str] = "environment"

    in_function: bool
    region: str | None
    variables: tuple[Variable, ...]
    profile: Profile | None
    overrides: tuple[Override, ...]
    overrides_ignored: bool
    local_allowed: bool
    suspects: tuple[Suspect, ...] = ()
    shared_files: tuple[str, ...] = ()
    container_credentials: bool = False

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Read the environment; nothing leaves the process."""
        environ = world.environ
        yield cls(
            in_function=world.in_function,
            region=world.region,
            variables=tuple(
                Variable(name=name, length=len(value), flaws=flaws(value))
                for name, value in sorted(environ.items())
                if name.upper().startswith(_WATCHED)
            ),
            profile=_profile(environ),
            overrides=tuple(_overrides(environ)),
            overrides_ignored=environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true",
            local_allowed=world.allow_local,
            suspects=tuple(_suspects(environ)),
            shared_files=_shared_files(environ),
            container_credentials=any(environ.get(name) for name in _CONTAINER),
        )


def flaws(value: str) -> tuple[str, ...]:
    """What a key, secret or token never holds: white space, quotes, line ends, control characters, other alphabets."""
    found = []
    if value != value.strip():
        found.append("leading or trailing white space")
    if any(quote in value for quote in "\"'`"):
        found.append("a quote")
    if " " in value.strip():
        found.append("a space inside")
    if any(not character.isprintable() for character in value.strip()):
        found.append("a line end or control character")
    elif not value.strip().isascii():
        found.append("a character outside ASCII")
    return tuple(found)


def _profile(environ: Mapping[str, str]) -> Profile | None:
    """botocore prefers AWS_DEFAULT_PROFILE to AWS_PROFILE (`botocore.configprovider`), and honours a blank one."""
    for variable in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE"):
        if (name := environ.get(variable)) is not None:
            return Profile(variable=variable, name=name[:128], exists=name in _profiles(environ))
    return None


def _suspects(environ: Mapping[str, str]) -> Iterator[Suspect]:
    """The platform's own variables and the doctor's are not the deployer's doing."""
    for name, value in sorted(environ.items()):
        if name.startswith(("AWS_", "DOCTOR_", "_")) or len(value) < 8:
            continue
        if redact.looks_secret(value) or _LABELLED.search(value):
            yield Suspect(name=name, length=len(value), reason="its value has the shape of a secret")
        elif _HOLDS_SECRET.search(name) and not _REFERENCE.match(value):
            yield Suspect(name=name, length=len(value), reason="its name says so")


def _shared_files(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Credentials and config files that boto3 would read here, and those that travel in the package."""
    places = [_shared(environ, variable, default) for variable, default in _SHARED]
    task = environ.get("LAMBDA_TASK_ROOT")
    places += [os.path.join(task, ".aws", default) for _, default in _SHARED] if task else []
    return tuple(dict.fromkeys(place for place in places if os.path.isfile(place)))  # false where it cannot be seen


def _shared(environ: Mapping[str, str], variable: str, default: str) -> str:
    """A blank variable means no file at all; where nobody knows a home, `~` stays as it is (`botocore.configloader`)."""
    file, home = environ.get(variable, f"~/.aws/{default}"), environ.get("HOME")
    return home + file[1:] if home and file.startswith("~/") else os.path.expanduser(file)


def _profiles(environ: Mapping[str, str]) -> set[str]:
    """A config file calls a profile `[profile NAME]`, all but the default; a credentials file calls it `[NAME]`."""
    import configparser  # what parents import delays every run

    names: set[str] = set()
    for variable, default in _SHARED:
        parser = configparser.RawConfigParser()
        try:
            parser.read(_shared(environ, variable, default), encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue  # boto3 fails on such a file itself, which is evidence of the kind `credentials`
        sections = parser.sections()
        names.update(sections if default == "credentials" else filter(None, map(_profile_name, sections)))
    return names


def _profile_name(section: str) -> str:
    try:
        words = shlex.split(section)
    except ValueError:
        return ""
    if len(words) == 2 and words[0] == "profile":
        return words[1]
    return section if section == "default" else ""


def _overrides(environ: Mapping[str, str]) -> Iterator[Override]:
    for variable, value in sorted(environ.items()):
        if not (variable == "AWS_ENDPOINT_URL" or variable.startswith("AWS_ENDPOINT_URL_")) or not value.strip():
            continue
        service = variable.removeprefix("AWS_ENDPOINT_URL").lstrip("_").lower().replace("_", "") or None
        yield override(variable, service, value)


def override(variable: str, service: str | None, url: str) -> Override:
    """An endpoint URL taken apart. What cannot be parsed has the host `?`."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "?", parts.port
    except ValueError:
        return Override(variable=variable, service=service, scheme="?", host="?", port=0, local=False, aws=False)
    return Override(
        variable=variable,
        service=service,
        scheme=parts.scheme,
        host=host,
        port=port or (80 if parts.scheme == "http" else 443),
        local=is_local(host),
        aws=is_aws(host),
    )


def is_aws(host: str) -> bool:
    """Whether the name lies in a domain that only AWS answers for."""
    return f".{host.lower().rstrip('.')}".endswith(_AWS_DOMAINS)


def is_local(host: str) -> bool:
    """Whether the name or address is this machine."""
    address = boundary.as_address(host)
    return host == "localhost" or host.endswith(".localhost") or bool(address and address.is_loopback)
