"""An AWS on this machine, in a process of its own: started, awaited, and gone with whoever started it."""

import importlib.util
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_NEEDED = ("boto3", "flask", "flask_cors", "moto", "werkzeug")
_PATIENCE = 20.0  # seconds until it listens; it takes one


class DemoError(Exception):
    """The demo cannot be shown here; the message says why, and what to do."""


def require() -> None:
    """See that the extra is installed, importing nothing.

    Raises:
        DemoError: it is not.
    """
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        raise DemoError(
            f"the demo needs an embedded AWS, and {', '.join(absent)} cannot be imported: "
            "pip install 'lambda-network-doctor[demo]'"
        )


class EmbeddedAWS:
    """`environ` is what a function's role has there: complete temporary credentials and the endpoint.

    `program` is the module that serves it, and the words on its command line.
    """

    environ: dict[str, str]

    def __init__(self, *program: str) -> None:
        self._program = program or ("doctor.demo.server",)

    def __enter__(self) -> Self:
        self._log = tempfile.TemporaryFile("w+b")
        # None of our own AWS_* and MOTO_* variables, no profile, nothing of the working folder (-P).
        bare = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)]),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", *self._program],
            env=bare,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,  # an interrupt is for the demo, which then ends this one
        )
        try:
            self.environ = self._announced()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def _announced(self) -> dict[str, str]:
        line = self._first_line()
        try:
            said = json.loads(line)
            id_, secret, token = said["key"]
        except (ValueError, KeyError, TypeError):
            self._log.seek(0)
            end = self._log.read()[-2000:].decode(errors="replace")
            raise DemoError(f"the embedded AWS did not start:\n{end}") from None
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{said['port']}",
            "AWS_ACCESS_KEY_ID": id_,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": token,
        }

    def _first_line(self) -> bytes:
        """What it says first; less than a line where it ends or says nothing for too long."""
        pipe = self._process.stdout
        line, until = b"", time.monotonic() + _PATIENCE
        with selectors.DefaultSelector() as selector:
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ)
            while not line.endswith(b"\n") and selector.select(max(0.0, until - time.monotonic())):
                chunk = os.read(pipe.fileno(), 65536) if pipe else b""
                if not chunk:
                    break
                line += chunk
        return line
