"""The files that decide which certificates are trusted, by the variables that name them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.world import World

# AWS_CA_BUNDLE and REQUESTS_CA_BUNDLE are botocore's, in this order; SSL_CERT_FILE is OpenSSL's.
_VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One configured bundle. `error` says why it cannot be used; `certificates` counts what it holds."""

    variable: str
    path: str
    certificates: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Trust(Facts):
    """The bundles that variables name; none means that the libraries use their own."""

    kind: ClassVar[str] = "trust"

    bundles: tuple[Bundle, ...]

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Load each bundle as a TLS client would."""
        named = [(variable, world.environ.get(variable, "")) for variable in _VARIABLES]
        yield cls(bundles=tuple(_load(variable, path) for variable, path in named if path))


def _load(variable: str, path: str) -> Bundle:
    import ssl  # children only

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(**({"capath": path} if Path(path).is_dir() else {"cafile": path}))
    except (OSError, ValueError) as error:
        return Bundle(variable=variable, path=path[:512], error=f"{type(error).__name__}: {str(error)[:200]}")
    count = len(context.get_ca_certs())
    empty = "" if count or Path(path).is_dir() else "holds no certificate authority"
    return Bundle(variable=variable, path=path[:512], certificates=count, error=empty)
