"""The files that decide which certificates are trusted, by the variables that name them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.redact import brief
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
        yield cls(bundles=tuple(_named(world.environ)))


def _named(environ: Mapping[str, str]) -> Iterator[Bundle]:
    for variable in _VARIABLES:
        path = environ.get(variable)
        if path or (path is not None and variable != "SSL_CERT_FILE"):  # OpenSSL takes blank for unset
            yield _load(variable, path) if path.strip() else Bundle(variable=variable, path="", error="it is blank")


def _load(variable: str, path: str) -> Bundle:
    import ssl  # children only

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)  # a folder is no bundle: botocore passes it as a file
    except (OSError, ValueError) as error:
        return Bundle(variable=variable, path=path[:512], error=brief(error, 200))
    count = len(context.get_ca_certs())
    empty = "" if count else "it holds no certificate authority"
    return Bundle(variable=variable, path=path[:512], certificates=count, error=empty)
