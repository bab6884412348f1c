from collections.abc import Iterator
from dataclasses import replace

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.imports import Extension, Import, Imports

_ARCHITECTURES = "aws lambda get-function-configuration --function-name FUNCTION --query Architectures"
_REMEDY = Remedy(
    "Install wheels for the function's CPU, or set the function's Architectures to the CPU that the package is built for.",
    commands=(
        "pip install --platform manylinux2014_aarch64 --python-version 3.13 --implementation cp "
        "--only-binary=:all: --target package -r requirements.txt",
        _ARCHITECTURES,
    ),
)


@check("package.wrong-architecture", severity=Severity.BREAKS, remedy=_REMEDY)
def wrong_architecture(imports: Imports) -> Iterator[Observation]:
    """Compiled modules are made for the CPU that they run on.

    A package built on an arm64 laptop for an x86_64 function, or the other way round. The loader's text misleads, since
    the file it names exists:

        cannot open shared object file: No such file or directory
        invalid ELF header

    The CPU stands in the header of the ELF file.
    """
    for attempt in imports.imports:
        foreign = _foreign(attempt, imports)
        if attempt.error and foreign:
            yield problem(
                foreign[0].file,
                f"{attempt.module} cannot be imported: {foreign[0].file} is for {foreign[0].machine}, this is {imports.machine}",
                remedy=replace(_REMEDY, commands=(imports.installation, _ARCHITECTURES)),
            )
        else:
            yield ok(attempt.module, f"no extension module of {attempt.module} is built for another CPU")


def _foreign(attempt: Import, imports: Imports) -> list[Extension]:
    """Files for another CPU, of this Python or of every: those of another Python are `package.wrong-abi`'s."""
    ours = [extension for extension in attempt.extensions if extension.abi in (imports.abi, "abi3", "")]
    return [] if any(extension.machine == imports.machine for extension in ours) else ours
