"""The proxies that the environment configures, as urllib3 and botocore read them, and whether they answer."""

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self
from urllib.parse import urlsplit

from doctor.evidence import Facts, Missing, Shared
from doctor.world import World

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredProxy:
    """One proxy: the scheme of the URLs that it serves, where it is, and what a TCP connect to it gave.

    `error` is empty where it connected; `took` is seconds. User and password of its URL stay out.
    """

    serves: str
    host: str
    port: int
    error: str = ""
    took: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Proxy(Facts):
    """The configured proxies, and whether the container-credentials address would go through one."""

    kind: ClassVar[str] = "proxy"
    shared: ClassVar[Shared] = Shared.FUNCTION

    proxies: tuple[ConfiguredProxy, ...]
    credentials_captured: str = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Connect to each proxy by TCP, and nothing more: the deployer's environment names them."""
        found = settings(world.environ)
        patience = world.left(0.2, most=3.0)
        yield cls(
            proxies=tuple(_connect(serves, url, patience) for serves, url in sorted(found.items())),
            credentials_captured=_captured_credentials(world.environ) if found else "",
        )


def settings(environ: Mapping[str, str]) -> dict[str, str]:
    """URL scheme to proxy URL, from this environment as urllib reads it (upper and lower case, blanks ignored)."""
    found = {}
    for name, value in environ.items():
        if name.lower() in ("http_proxy", "https_proxy") and value:
            found[name.lower().removesuffix("_proxy")] = value
    return found


def serving(environ: Mapping[str, str], scheme: str, host: str, port: int) -> str | None:
    """The proxy URL through which botocore would call this host, or None."""
    url = settings(environ).get(scheme)
    return None if url is None or bypassed(environ, f"{host}:{port}") else url


def bypassed(environ: Mapping[str, str], netloc: str) -> bool:
    """Whether NO_PROXY exempts the host (botocore asks urllib's rules: suffixes and exact names, no address ranges)."""
    exempt = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # loads ssl: children only

    return bool(exempt and proxy_bypass_environment(netloc, {"no": exempt}))


def place(url: str) -> tuple[str, int]:
    """Host and port of a proxy URL; a URL without a scheme is read as `http://`, like urllib3 does."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return parts.hostname or "?", parts.port or _PORTS.get(parts.scheme, 80)


def _connect(serves: str, url: str, patience: float) -> ConfiguredProxy:
    started = time.monotonic()
    try:
        host, port = place(url)
    except ValueError as error:
        return ConfiguredProxy(serves=serves, host="?", port=0, error=f"its URL cannot be read: {error}")
    error_text = ""
    try:
        socket.create_connection((host, port), timeout=patience).close()
    except OSError as error:
        error_text = f"{type(error).__name__}: {error.strerror or error}"
    return ConfiguredProxy(
        serves=serves, host=host, port=port, error=error_text, took=round(time.monotonic() - started, 4)
    )


def _captured_credentials(environ: Mapping[str, str]) -> str:
    """The local credentials address, where a proxy would swallow it (SnapStart and containers)."""
    uri = environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
    host = urlsplit(uri).hostname if uri else None
    return host if host and serving(environ, urlsplit(uri).scheme, host, urlsplit(uri).port or 80) else ""
