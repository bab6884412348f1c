"""The proxies that the environment configures, as urllib3 and botocore read them, and whether they answer."""

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from doctor.evidence import Facts, Missing, Shared
from doctor.evidence.endpoint import Endpoint
from doctor.isolation import bounded
from doctor.world import World

_PORTS = {"http": 80, "https": 443}  # of URLs; a proxy's own default is the same


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredProxy:
    """One proxy: the scheme of the URLs that it serves, where it is, and what a TCP connect to it gave.

    `carries` are the targets of this run that go through it. `error` is empty where it connected; `took` is seconds.
    User and password of its URL stay out.
    """

    serves: str
    host: str
    port: int
    carries: tuple[str, ...] = ()
    error: str = ""
    took: float = 0.0

    @property
    def place(self) -> str:
        """Where it is; one proxy may serve several schemes."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Proxy(Facts):
    """The configured proxies, and whether the container-credentials address would go through one.

    `targets` counts the services of this run, through a proxy or not.
    """

    kind: ClassVar[str] = "proxy"
    shared: ClassVar[Shared] = Shared.FUNCTION
    after: ClassVar[tuple[type[Facts], ...]] = (Endpoint,)

    proxies: tuple[ConfiguredProxy, ...]
    targets: int = 0
    credentials_captured: str = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Connect to each proxy by TCP, and nothing more: the deployer's environment names them."""
        found = settings(world.environ)
        services = [endpoint for endpoint in world.seen(Endpoint) if endpoint.service]
        through = [(endpoint.scheme, endpoint.concerns) for endpoint in services if endpoint.proxied]
        carried = {serves: tuple(target for scheme, target in through if scheme == serves) for serves in found}
        patience = world.left(0.2, most=3.0)
        yield cls(
            proxies=tuple(_try(serves, url, carried[serves], patience) for serves, url in sorted(found.items())),
            targets=len(services),
            credentials_captured=_captured_credentials(world.environ) if found else "",
        )


def settings(environ: Mapping[str, str]) -> dict[str, str]:
    """URL scheme to proxy URL, from this environment as botocore reads it."""
    read = {scheme: _read(environ, scheme) for scheme in ("http", "https")}
    return {scheme: url for scheme, url in read.items() if url}


def _read(environ: Mapping[str, str], word: str) -> str:
    """urllib's rule: a name in lower case wins, and if it is blank there is none (`getproxies_environment`)."""
    name = f"{word}_proxy"
    return environ[name] if name in environ else environ.get(name.upper(), "")


def serving(environ: Mapping[str, str], scheme: str, host: str, port: int) -> str | None:
    """The proxy URL through which botocore would call this host, or None."""
    url = settings(environ).get(scheme)
    return None if url is None or bypassed(exempt(environ), scheme, host, port) else url


def exempt(environ: Mapping[str, str]) -> str:
    """What NO_PROXY holds: hosts, suffixes, or `*`."""
    return _read(environ, "no")


def bypassed(hosts: str, scheme: str, host: str, port: int) -> bool:
    """Whether NO_PROXY's hosts exempt this one (botocore asks urllib's rules: suffixes and exact names, no ranges)."""
    netloc = host if port == _PORTS.get(scheme) else f"{host}:{port}"  # as in its URL, where 443 is left out
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # loads ssl: children only

    return bool(hosts and proxy_bypass_environment(netloc, {"no": hosts}))


def place(url: str) -> tuple[str, int]:
    """Host and port of a proxy URL.

    Raises:
        ValueError: it names none.
    """
    parts = urlsplit(complete(url))
    if not parts.hostname:
        raise ValueError("it names no host")
    return parts.hostname, parts.port or _PORTS.get(parts.scheme, 80)


def complete(url: str) -> str:
    """A proxy URL with its scheme, which is `http` where none is written (`botocore.httpsession`)."""
    if url.startswith(("http:", "https:")):
        return url
    return f"http:{url}" if url.startswith("//") else f"http://{url}"


def connect(url: str, patience: float) -> socket.socket:
    """A TCP connection to a proxy. Its name's resolution counts: no socket's timeout bounds that.

    Raises:
        OSError: there is none within `patience` seconds.
    """
    until = time.monotonic() + patience
    try:
        where = place(url)
    except ValueError as error:
        raise OSError("its URL cannot be read") from error
    addresses = _resolved(*where, patience)
    for number, (family, kind, protocol, _, address) in enumerate(addresses, 1):
        raw = socket.socket(family, kind, protocol)
        raw.settimeout(max(0.01, (until - time.monotonic()) / (len(addresses) - number + 1)))
        try:
            raw.connect(address)
        except OSError:
            raw.close()
            if number == len(addresses):
                raise
        else:
            return raw
    raise OSError("its name has no address")


def _resolved(host: str, port: int, patience: float) -> list[Any]:
    def resolve() -> list[Any] | OSError:
        try:
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            return error
        except UnicodeError:
            return OSError(f"{host} is no name")

    found = bounded.within(patience, resolve)
    if found is None:
        raise TimeoutError(f"its name was not resolved within {patience:.1f} s")
    if isinstance(found, OSError):
        raise found
    return found


def _try(serves: str, url: str, carries: tuple[str, ...], patience: float) -> ConfiguredProxy:
    started = time.monotonic()
    try:
        host, port = place(url)
    except ValueError as error:
        error_text = f"its URL cannot be read: {type(error).__name__}"
        return ConfiguredProxy(serves=serves, host="?", port=0, carries=carries, error=error_text)
    error_text = ""
    try:
        connect(url, patience).close()
    except OSError as error:
        error_text = f"{type(error).__name__}: {error.strerror or error}"
    took = round(time.monotonic() - started, 4)
    return ConfiguredProxy(serves=serves, host=host, port=port, carries=carries, error=error_text, took=took)


def _captured_credentials(environ: Mapping[str, str]) -> str:
    """The local credentials address, where a proxy would swallow it (SnapStart and containers)."""
    uri = environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
    host = urlsplit(uri).hostname if uri else None
    return host if host and serving(environ, urlsplit(uri).scheme, host, urlsplit(uri).port or 80) else ""
