"""Where the doctor's other parts lie: beside the package in a checkout or a SAM artifact, inside it in a wheel."""

import functools
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_PACKAGE = Path(__file__).parent


@functools.cache
def part(name: str) -> Path:
    """The path of `checks`, `cli.py` or `handler.py`.

    Raises:
        FileNotFoundError: it is in neither place.
    """
    for folder in (_PACKAGE, _PACKAGE.parent):
        # A checkout is recognised by our checks: a project of the user's may have a handler.py beside our wheel.
        if (folder / "checks" / "credentials" / "rejected.py").is_file() and (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{name} lies neither in {_PACKAGE} nor beside it: the installation is incomplete")


def module(path: Path, name: str) -> ModuleType:
    """The module in this file, under a name inside the `doctor` package; loaded once."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    try:
        spec.loader.exec_module(loaded)
    except BaseException:
        del sys.modules[name]
        raise
    return loaded
