from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.imports import Import, Imports

_REMEDY = Remedy(
    "Install wheels for the function's Python, whatever Python builds the package: name its version and platform.",
    commands=(
        "pip install --platform manylinux2014_x86_64 --python-version 3.13 --implementation cp "
        "--only-binary=:all: --target package -r requirements.txt",
    ),
)


@check("package.wrong-abi", severity=Severity.BREAKS, remedy=_REMEDY)
def wrong_abi(imports: Imports) -> Iterator[Observation]:
    """Compiled modules are made for the Python that runs here.

    A wheel installed by Python 3.13 holds `_pydantic_core.cpython-313-….so`, which Python 3.11 does not even look at:

        Runtime.ImportModuleError: Unable to import module: No module named 'pydantic_core._pydantic_core'
        cannot import name 'ArgsKwargs' from 'pydantic_core._pydantic_core' (unknown location)

    The file is there, with another Python's tag in its name.
    """
    for attempt in imports.imports:
        foreign = _foreign(attempt, imports.abi)
        if attempt.error and foreign:
            yield problem(
                foreign[0],
                f"{attempt.module} cannot be imported: {foreign[0]} is built for another Python, this one is {imports.abi}",
                remedy=replace(_REMEDY, commands=(imports.installation,)),
            )
        else:
            yield ok(attempt.module, f"no extension module of {attempt.module} is built for another Python")


def _foreign(attempt: Import, abi: str) -> list[str]:
    tags = {extension.abi for extension in attempt.extensions}
    if tags & {abi, "abi3", ""}:
        return []
    return [extension.file for extension in attempt.extensions]
