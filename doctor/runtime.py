"""Where a run took place: versions and architecture, read from metadata so that nothing is imported for it.

Standard library only: stage 0 says it too.
"""

import importlib.util
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

from doctor.verdict import Runtime

VERSION = "0.1.0"


def runtime(environ: Mapping[str, str]) -> Runtime:
    """This interpreter, and the function that it runs in."""
    return Runtime(
        doctor=VERSION,
        python=platform.python_version(),
        architecture=architecture(),
        boto3=_installed("boto3"),
        region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or None,
        function=environ.get("AWS_LAMBDA_FUNCTION_NAME") or None,
    )


def architecture() -> str:
    """The CPU, in Lambda's words: `x86_64` or `arm64`."""
    machine = platform.machine()
    return {"aarch64": "arm64", "AMD64": "x86_64"}.get(machine, machine)


def _installed(distribution: str) -> str | None:
    """By the name of its metadata's folder: `boto3-1.35.0.dist-info` (PyPA, "Recording installed projects")."""
    found = (each for entry in sys.path for each in Path(entry).glob(f"{distribution}-*.dist-info"))
    if named := next(found, None):
        return named.stem.removeprefix(f"{distribution}-")
    # It reads older forms too, and brings email and zipfile, which every run would wait for.
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unversioned" if importlib.util.find_spec(distribution) else None
