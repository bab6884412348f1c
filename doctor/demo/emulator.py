"""A function in AWS's Lambda Runtime Interface Emulator, with `awslambdaric`: the real runtime, without Docker.

The emulator is a static program that the wheel of aws-sam-cli carries. It is looked for in `DOCTOR_EMULATOR`, in an
installed aws-sam-cli, and in `.cache/` of a checkout, where `make setup` puts it.
"""

import contextlib
import http.client
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from doctor.runtime import architecture

_INVOKE = "http://{address}/2015-03-31/functions/function/invocations"
_PATIENCE = 10.0  # seconds for the emulator to listen
_HOME = Path(__file__).parents[2]  # where the package `doctor` lies: a checkout, a SAM artifact, site-packages


class EmulatorError(Exception):
    """The emulator is not there, or did what it should not; the message holds the end of its log."""


def find() -> Path | None:
    """The emulator's program for this machine, or None. `DOCTOR_EMULATOR`, where it is set, decides alone."""
    if sys.platform != "linux" or importlib.util.find_spec("awslambdaric") is None:
        return None
    return next((path for path in _candidates() if path.is_file() and os.access(path, os.X_OK)), None)


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("DOCTOR_EMULATOR"):
        yield Path(named)
        return
    name = f"aws-lambda-rie-{architecture()}"
    yield _HOME / ".cache" / name  # never the working folder's: it may be anybody's
    samcli = importlib.util.find_spec("samcli")
    for folder in (samcli.submodule_search_locations or ()) if samcli else ():
        yield Path(folder, "local", "rapid", name)


@dataclass
class Function:
    """A function running in the emulator, one invocation at a time (concurrent ones end the emulator).

    `folder` holds the code, `handler` is `module.function`. `environ` is the whole environment; where it lacks
    credentials the emulator sets blank ones. `prefix` is put before the command, such as `ip netns exec NAME`.
    """

    folder: Path
    handler: str
    environ: Mapping[str, str]
    _: KW_ONLY
    timeout: int = 30
    prefix: Sequence[str] = ()
    python: str = sys.executable

    def __enter__(self) -> Self:
        program = find()
        if program is None:
            raise EmulatorError(
                "no Lambda Runtime Interface Emulator: run `make setup`, or name one in DOCTOR_EMULATOR"
            )
        self._address, runtime_api = (f"127.0.0.1:{port}" for port in _free_ports())
        # Both addresses are passed: the defaults would clash with a second emulator on this machine.
        listening = ["--runtime-interface-emulator-address", self._address, "--runtime-api-address", runtime_api]
        self._log = tempfile.TemporaryFile("w+b")
        self._process = subprocess.Popen(  # noqa: S603
            [*self.prefix, str(program.resolve()), *listening, self.python, "-m", "awslambdaric", self.handler],
            cwd=self.folder,
            env={**sandbox(self.folder, self.timeout), **self.environ},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in _family(self._process.pid):  # the runtime leads a group of its own, and a doctor's children sessions
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def invoke(self, event: object) -> Any:
        """The function's reply. An error of the function comes back as the runtime's own error object.

        Raises:
            EmulatorError: the emulator ended, did not listen, or the reply is not JSON.
        """
        body = json.dumps(event).encode()
        request = urllib.request.Request(_INVOKE.format(address=self._address), data=body, method="POST")  # noqa: S310
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                with _without_proxy().open(request, timeout=self.timeout + 30) as reply:
                    return self._json(reply.read())
            except urllib.error.HTTPError as error:
                with error:
                    return self._json(error.read())
            except (OSError, http.client.HTTPException) as error:
                if not _refused(error) or self._process.poll() is not None or time.monotonic() > until:
                    raise EmulatorError(f"the emulator does not answer: {error}\n{self.log()[-2000:]}") from None
                time.sleep(0.01)  # nothing announces that it listens

    def log(self) -> str:
        """Everything that emulator, runtime and function wrote so far."""
        descriptor = self._log.fileno()  # its offset is also the writers', and must stay where it is
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")

    def _json(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except ValueError:
            raise EmulatorError(f"the reply is not JSON: {data[:300]!r}\n{self.log()[-2000:]}") from None


def _family(root: int) -> set[int]:
    """A process, its session, and all that descends from it."""
    parents: dict[int, int] = {}
    family = {root}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            # proc(5): after the name in parentheses come state, parent, group and session
            _, parent, _, session, *_ = (process / "stat").read_text().rpartition(")")[2].split()
            parents[int(process.name)] = int(parent)
            family |= {int(process.name)} if int(session) == root else set()
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _without_proxy() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _refused(error: Exception) -> bool:
    return isinstance(getattr(error, "reason", None), ConnectionRefusedError)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:  # held together, so that they differ
        for listener in (one, other):
            listener.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def sandbox(folder: Path, timeout: int = 30) -> dict[str, str]:
    """The variables that Lambda sets and the emulator does not (AWS Lambda developer guide, "Defined runtime …").

    HOME is that of a sandbox's user: no file of this machine's user configures the function.
    """
    installed = (path for path in sys.path if path.endswith(("site-packages", "dist-packages")))
    paths = dict.fromkeys([str(folder.resolve()), str(_HOME), *installed])
    return {
        "PATH": os.defpath,
        "HOME": "/home/sbx_user1051",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",  # a function's code is read-only
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
