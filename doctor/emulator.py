"""A function in AWS's Lambda Runtime Interface Emulator, with `awslambdaric`: the real runtime, without Docker.

The emulator is a static program that the wheel of aws-sam-cli carries. It is looked for in `DOCTOR_EMULATOR`, in an
installed aws-sam-cli, and in `.cache/` of the working folder, where `make setup` puts it.
"""

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from doctor.runtime import architecture

_INVOKE = "http://{address}/2015-03-31/functions/function/invocations"
_PATIENCE = 10.0  # seconds for the emulator to listen


class EmulatorError(Exception):
    """The emulator is not there, or did what it should not; the message holds the end of its log."""


def find() -> Path | None:
    """The emulator's program for this machine, or None."""
    name = f"aws-lambda-rie-{architecture()}"
    candidates = [Path(os.environ.get("DOCTOR_EMULATOR") or "-"), Path(".cache") / name]
    samcli = importlib.util.find_spec("samcli")
    if samcli and samcli.submodule_search_locations:
        candidates.append(Path(samcli.submodule_search_locations[0], "local", "rapid", name))
    usable = sys.platform == "linux" and importlib.util.find_spec("awslambdaric")
    return next((path for path in candidates if path.is_file() and os.access(path, os.X_OK)), None) if usable else None


class Function:
    """A function running in the emulator, one invocation at a time (concurrent ones end the emulator).

    `folder` holds the code, `handler` is `module.function`. `environ` is the whole environment; where it lacks
    credentials the emulator sets blank ones. `prefix` is put before the command, such as `ip netns exec NAME`.
    """

    def __init__(
        self,
        folder: Path,
        handler: str,
        environ: Mapping[str, str],
        *,
        timeout: int = 30,
        prefix: Sequence[str] = (),
        python: str = sys.executable,
    ) -> None:
        program = find()
        if program is None:
            raise EmulatorError(
                "no Lambda Runtime Interface Emulator: run `make setup`, or name one in DOCTOR_EMULATOR"
            )
        self._api, self._runtime = f"127.0.0.1:{_free_port()}", f"127.0.0.1:{_free_port()}"
        self._timeout = timeout
        self._folder = folder
        self._environ = {**_sandbox(folder, timeout), **environ}
        # Both addresses are passed: the defaults would clash with a second emulator on this machine.
        self._command = [
            *prefix,
            str(program.resolve()),
            "--runtime-interface-emulator-address",
            self._api,
            "--runtime-api-address",
            self._runtime,
            python,
            "-m",
            "awslambdaric",
            handler,
        ]

    def __enter__(self) -> Self:
        self._log = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(  # noqa: S603
            self._command,
            cwd=self._folder,
            env=self._environ,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, 9)
        self._process.wait()
        self._log.close()

    def invoke(self, event: object) -> Any:
        """The function's reply. An error of the function comes back as the runtime's own error object.

        Raises:
            EmulatorError: the emulator ended, did not listen, or the reply is not JSON.
        """
        body = json.dumps(event).encode()
        request = urllib.request.Request(_INVOKE.format(address=self._api), data=body, method="POST")  # noqa: S310
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                with _without_proxy().open(request, timeout=self._timeout + 30) as reply:
                    return self._json(reply.read())
            except urllib.error.HTTPError as error:
                with error:
                    return self._json(error.read())
            except urllib.error.URLError as error:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise EmulatorError(f"the emulator does not answer: {error.reason}\n{self.log()[-2000:]}") from None
                time.sleep(0.02)  # nothing announces that it listens

    def log(self) -> str:
        """Everything that emulator, runtime and function wrote so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def _json(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except ValueError:
            raise EmulatorError(f"the reply is not JSON: {data[:300]!r}\n{self.log()[-2000:]}") from None


def _without_proxy() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _sandbox(folder: Path, timeout: int) -> dict[str, str]:
    """The variables that Lambda sets and the emulator does not (AWS Lambda developer guide, "Defined runtime …")."""
    paths = [str(folder.resolve()), *(path for path in sys.path if path.endswith("site-packages"))]
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(paths),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(folder.resolve()),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "doctor",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/doctor",
        "AWS_LAMBDA_LOG_STREAM_NAME": "emulator",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
    }
