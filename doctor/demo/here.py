"""A function in this very process, where no emulator runs: the same handler, the same environment, no trace after."""

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doctor.demo import emulator


@dataclass
class Here:
    """Called as `doctor.demo.emulator.Function` is: `module` holds the function `handler` in `folder`."""

    folder: Path
    module: str
    environ: Mapping[str, str]

    def invoke(self, event: object) -> Any:
        """The function's reply; an error of the function as the runtime's error object."""
        with _as_function(self.folder, {**emulator.sandbox(self.folder), **self.environ}):
            try:
                return importlib.import_module(self.module).handler(event, None)
            except Exception as error:  # noqa: BLE001 - what a function raises, the runtime reports
                return {"errorType": type(error).__name__, "errorMessage": str(error)}


@contextmanager
def _as_function(folder: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """The function's environment and modules in place of ours; what it prints is its log, not our output."""
    import boto3

    before, path, session = dict(os.environ), list(sys.path), boto3.DEFAULT_SESSION
    writes_nothing, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # as in Lambda, where code is read-only
    theirs = {file.stem for file in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in theirs & set(sys.modules)}
    try:
        os.environ.clear()
        os.environ.update(environ)
        sys.path.insert(0, str(folder))
        boto3.DEFAULT_SESSION = None  # it keeps the credentials that it found first
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        for name in theirs:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
        boto3.DEFAULT_SESSION = session
        sys.dont_write_bytecode = writes_nothing
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(before)
