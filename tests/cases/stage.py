"""The inner process of the laboratory that records incidents: it knows their scenes and their applications."""

import shutil
import sys
import tempfile
from pathlib import Path

import pydantic_core
import tables
import vpc_inside

from tests.cases import scenes

_APPLICATIONS = Path(__file__).parent / "applications"
_OTHER_PYTHON = "cpython-313"


def with_another_wheel(folder: Path) -> None:
    """The application of the deployment notes, packaged with a wheel that was built for another Python."""
    package = shutil.copytree(_APPLICATIONS / "strict-check", folder / "another-wheel")
    installed = Path(pydantic_core.__file__).parent
    shutil.copytree(installed, package / "pydantic_core", ignore=shutil.ignore_patterns("__pycache__"))
    (built,) = (package / "pydantic_core").glob("_pydantic_core.*.so")
    built.rename(built.with_name(built.name.replace(str(sys.implementation.cache_tag), _OTHER_PYTHON)))


if __name__ == "__main__":
    tables.BY_NAME |= scenes.BY_NAME
    with tempfile.TemporaryDirectory() as made:
        with_another_wheel(Path(made))
        vpc_inside._APPLICATIONS += (_APPLICATIONS, Path(made))  # type: ignore[assignment]
        vpc_inside.main()
