"""A network of the tests' own, in which the deployed doctor runs in Lambda's real runtime with unmodified boto3.

One process, started with namespaces for network, mounts and processes, holds everything: servers, emulator, function.
It needs no other cleaning up than its end, and what it does to network and mounts exists in it alone. As an ordinary
user it also gets a user namespace in which it is root.
"""

import json
import os
import random
import shutil
import signal
import string
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import places

from doctor.demo import emulator

CHECKOUT = Path(__file__).parents[2]
HEALTHY = {places.host(service): [places.AWS] for service in places.SERVICES}

_HERE = Path(__file__).parent
_PATIENCE = 5.0  # seconds for the process inside to end; it is killed if it hangs
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def _made_up() -> dict[str, str]:
    """Credentials of the shape that the platform's have: AWS's own examples are a fault that the doctor names."""
    chance = random.Random(0)

    def some(alphabet: str, length: int) -> str:
        return "".join(chance.choices(alphabet, k=length))

    return {
        "AWS_ACCESS_KEY_ID": "ASIA" + some(string.ascii_uppercase + "234567", 16),
        "AWS_SECRET_ACCESS_KEY": some(string.ascii_letters + string.digits + "+/", 40),
        "AWS_SESSION_TOKEN": some(string.ascii_letters + string.digits, 400),
    }


_CREDENTIALS = _made_up()

_TRIAL = (
    "ip link add type veth && mount --bind /dev/null /etc/resolv.conf && nft add table ip trial && unshare --net true"
)


def missing() -> str | None:
    """Which means this machine lacks to hold a laboratory; None where it has all."""
    if sys.platform != "linux":
        return "network namespaces exist on Linux only"
    absent = [
        tool for tool in ("unshare", "nsenter", "ip", "nft", "setpriv", "mount") if not shutil.which(tool, path=_PATH)
    ]
    if absent:
        return f"not installed: {', '.join(absent)} (`make lab-deps`)"
    if emulator.find() is None:
        return "no Lambda Runtime Interface Emulator (`make setup`)"
    trial = [*_namespaces(), "sh", "-c", _TRIAL]
    tried = subprocess.run(trial, capture_output=True, text=True, env={"PATH": _PATH}, check=False)
    return f"no namespaces on this machine: {tried.stderr.strip()}" if tried.returncode else None


def _namespaces() -> list[str]:
    own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    kinds = ["--net", "--mount", "--pid", "--mount-proc"]
    # Whoever starts this may be killed: then it ends, and by its own end takes the first process inside with it.
    return ["setpriv", "--pdeathsig", "KILL", "unshare", *own_user, *kinds, "--fork", "--kill-child", "--"]


class LaboratoryError(Exception):
    """A command inside failed, or the process inside ended."""


@dataclass(frozen=True)
class Invocation:
    """A function's reply, how many seconds it took as seen from outside, and all that the function wrote so far."""

    reply: Any
    took: float
    log: str


class Laboratory:
    """The network, from `with` to the end of its block, whatever ends the block. `program` is its inner process."""

    program = "inside.py"

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="laboratory-")
        environ = {
            "PATH": _PATH,
            "PYTHONPATH": os.pathsep.join((str(CHECKOUT), *(path for path in sys.path if path))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DOCTOR_EMULATOR": str(emulator.find()),
        }
        command = [*_namespaces(), sys.executable, str(_HERE / self.program), self._folder.name]
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,  # Ctrl-C is pytest's, which then ends this block
        )
        try:
            self._hear()
        except LaboratoryError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        try:
            process.communicate(timeout=_PATIENCE)  # ends its standard input, and it, and all in its namespace
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        self._errors.close()
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        """What the laboratory writes, such as the root certificate that its functions trust."""
        return Path(self._folder.name)

    def doctor(self, folder: Path = CHECKOUT, **variables: str) -> "Deployed":
        """The doctor as deployed from a folder, with further variables; warm from the second time on."""
        environ = _CREDENTIALS | {"AWS_CA_BUNDLE": str(self.folder / "root.pem")} | variables
        return Deployed(self, self.do("function", folder=str(folder), handler="handler.handler", environ=environ))

    def do(self, command: str, **arguments: object) -> Any:
        """What the inner process's method of this name returns."""
        assert self._process.stdin
        print(json.dumps({"do": command, **arguments}), file=self._process.stdin, flush=True)
        return self._hear()

    def run(self, code: str) -> Any:
        """What a Python program prints inside, read as JSON."""
        return self.do("run", code=code)

    def _hear(self) -> Any:
        assert self._process.stdout
        answer = json.loads(self._process.stdout.readline() or '{"failed": "the process inside ended"}')
        if "failed" in answer:
            self._errors.seek(0)
            raise LaboratoryError(f"{answer['failed']}\n{self._errors.read()[-4000:]}")
        return answer["done"]


@dataclass(frozen=True)
class Deployed:
    """A deployed doctor."""

    laboratory: Laboratory
    name: str

    def invoke(
        self,
        event: object,
        *,
        names: Mapping[str, Sequence[str] | None] | None = None,
        resolvers: Sequence[str] = (places.RESOLVER,),
    ) -> Invocation:
        """Invoke with any event. `names` changes the healthy zone: a host's addresses, or None for no such name."""
        zone = {host: value for host, value in {**HEALTHY, **(names or {})}.items() if value is not None}
        arguments = {"function": self.name, "event": event, "names": zone, "resolvers": resolvers}
        return Invocation(**self.laboratory.do("invoke", **arguments))

    def examine(
        self,
        *targets: str | dict[str, object],
        budget_seconds: float = 3,  # a run that hangs nowhere takes half a second; a busy machine may take longer
        names: Mapping[str, Sequence[str] | None] | None = None,
        resolvers: Sequence[str] = (places.RESOLVER,),
        **request: object,
    ) -> dict[str, Any]:
        """The verdict on these targets."""
        event = {"doctor": {"targets": targets, "budget_seconds": budget_seconds, **request}}
        verdict: dict[str, Any] = self.invoke(event, names=names, resolvers=resolvers).reply
        assert "status" in verdict, verdict
        return verdict
