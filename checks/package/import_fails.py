from collections.abc import Iterator

from doctor import Observation, Remedy, Severity, check, ok, problem
from doctor.evidence.imports import Imports


@check(
    "package.import-fails",
    severity=Severity.BREAKS,
    follows=(
        "package.wrong-abi",
        "package.wrong-architecture",
        "package.wrong-platform",
        "package.glibc-too-new",
        "package.library-missing",
        "package.dependency-missing",
        "package.import-prefix",
        "package.shadows-module",
    ),
    remedy=Remedy(
        "Package the module that the message names, for the function's own Python and CPU; a module that is missing "
        "altogether was left out of requirements.txt, or a layer is not attached.",
        commands=("pip install --target package -r requirements.txt",),
    ),
)
def import_fails(imports: Imports) -> Iterator[Observation]:
    """The doctor's own libraries can be imported.

        Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'

    `ImportError.name` is the first ancestor that is missing, which is what to look for in the package. A sandbox in which
    the doctor's own libraries do not import is told by the doctor's stage 0, which needs none of them.
    """
    for attempt in imports.imports:
        if attempt.error:
            named = f" (missing: {attempt.missing})" if attempt.missing else ""
            yield problem(
                attempt.module,
                f"{attempt.module} cannot be imported: {attempt.error}: {attempt.message}{named}",
            )
        else:
            yield ok(attempt.module, f"{attempt.module} imports")
