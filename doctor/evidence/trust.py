"""The files that decide which certificates are trusted, by the variables and the setting that name them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from doctor import shared_configuration
from doctor.evidence import Facts, Missing
from doctor.redact import brief
from doctor.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One bundle, and the `variable` or setting that names it; `error` says why it cannot be used, `certificates` counts."""

    variable: str
    path: str
    certificates: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Trust(Facts):
    """The bundles that are named; none means that the libraries use their own."""

    kind: ClassVar[str] = "trust"

    bundles: tuple[Bundle, ...]

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Load each bundle as a TLS client would."""
        yield cls(bundles=tuple(_named(world.environ)))


def _named(environ: Mapping[str, str]) -> Iterator[Bundle]:
    """botocore heeds the first that says anything (`botocore.session`, `botocore.args`); the last is OpenSSL's."""
    naming = (
        ("AWS_CA_BUNDLE", environ.get("AWS_CA_BUNDLE")),
        ("ca_bundle in the shared configuration", shared_configuration.setting(environ, "ca_bundle") or None),
        ("REQUESTS_CA_BUNDLE", environ.get("REQUESTS_CA_BUNDLE")),
        ("SSL_CERT_FILE", environ.get("SSL_CERT_FILE") or None),  # OpenSSL takes blank for unset
    )
    for variable, path in naming:
        if path is not None:
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
