"""The certificate authorities that would judge a host: botocore's for AWS services, Python's own for others."""

import functools
import importlib.util
import os
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path

from doctor import shared_configuration

_LOADING = threading.Lock()  # `functools.cache` alone would let each of several threads read the authorities


def trusted(environ: Mapping[str, str], *, sdk: bool) -> ssl.SSLContext:
    """What a client of this environment trusts; `sdk` means botocore's bundle, not the system's.

    Raises:
        OSError: the bundle cannot be read.
    """
    bundle = None
    if sdk:
        named = environ.get("AWS_CA_BUNDLE") or shared_configuration.setting(environ, "ca_bundle")
        bundle = named or environ.get("REQUESTS_CA_BUNDLE") or _botocore_bundle()
    with _LOADING:
        return _context(bundle, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@functools.cache
def _context(bundle: str | None, *defaults: str | None) -> ssl.SSLContext:
    """Read the authorities once for all probes, not for each. OpenSSL itself reads the variables in `defaults`."""
    context = ssl.create_default_context(cafile=bundle)
    if bundle:  # botocore's context has neither of what Python 3.13 adds to the default one
        context.verify_flags &= ~(ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN)
    return context


@functools.cache
def _botocore_bundle() -> str | None:
    """certifi's bundle where it is installed, else the one in botocore (`botocore.httpsession.where`)."""
    for package, file in (("certifi", "cacert.pem"), ("botocore", "cacert.pem")):
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or ()) if found else ():
            if Path(folder, file).is_file():
                return str(Path(folder, file))
    return None
