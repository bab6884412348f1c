"""The process's environment, reduced to states: set or blank, how long, what shape; never a value."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from doctor import redact, shared_configuration
from doctor.evidence import Facts, Missing
from doctor.evidence.settings import endpoint_overrides
from doctor.evidence.settings.endpoint_overrides import Override
from doctor.world import World

_WATCHED = ("AWS_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
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
            overrides=endpoint_overrides.standing(environ),
            overrides_ignored=endpoint_overrides.ignored(environ),
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
    chosen = shared_configuration.selected(environ)
    if chosen is None:
        return None
    variable, name = chosen
    return Profile(variable=variable, name=name[:128], exists=shared_configuration.defines(environ, name))


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
    places = [shared_configuration.place(environ, *each) for each in shared_configuration.FILES]
    task = environ.get("LAMBDA_TASK_ROOT")
    places += [os.path.join(task, ".aws", default) for _, default in shared_configuration.FILES] if task else []
    return tuple(dict.fromkeys(place for place in places if os.path.isfile(place)))  # false where it cannot be seen
