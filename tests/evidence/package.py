"""Cases of the area `package`."""

from doctor.evidence.imports import Import
from tests.evidence.build import IMPORTS, Cases, broken, imports

CASES: dict[str, Cases] = {
    "package.import-fails": Cases(
        failing=[(imports(Import(module="boto3", error="ImportError", message="No module", missing="boto3")),)],
        passing=[(IMPORTS,)],
    ),
    "package.wrong-abi": Cases(
        failing=[(imports(broken("cpython-311", "x86_64")),)],
        passing=[(IMPORTS,), (imports(broken("cpython-313", "arm64")),)],
    ),
    "package.wrong-architecture": Cases(
        failing=[(imports(broken("cpython-313", "arm64")),), (imports(broken("abi3", "Mach-O")),)],
        passing=[(IMPORTS,), (imports(broken("cpython-311", "arm64")),)],
    ),
}
