"""The inner process of a VPC's laboratory: it holds the wires, AWS and the function, and plays one row after the other.

As with `inside`, it obeys a line of JSON at a time, and everything ends with it.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import afterwards
import boto3
import pytest
import servers
import tables
import vpc_cloud
import vpc_names
import vpc_operator
import vpc_packets
import vpc_role
import vpc_wires
from moto import mock_aws
from orders import serve
from scene import HOSTS, Row, Scene

from doctor.demo.emulator import Function
from tests.network.account import REGION, Account

_ROOT = Path(__file__).parents[2]
_APPLICATIONS = (Path(__file__).parent / "applications", _ROOT / "doctor" / "demo" / "applications")
_SERVICES = ("sqs", "sts", "dynamodb", "sns", "s3", "kms", "secretsmanager", "ssm")
_POWERLESS = "setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --"
_ROLE = dict(zip(vpc_operator.KEYS, vpc_cloud.ROLE, strict=True))
_CERTIFIED = ("*.us-east-1.amazonaws.com", "*.amazonaws.com", "*.s3.amazonaws.com", "*.s3.us-east-1.amazonaws.com")
_CERTIFIED += ("*.s3.eu-west-1.amazonaws.com",)


class Stage:
    """Laid once; each row finds it as new."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.standing = contextlib.ExitStack()
        self._warm: dict[str, Function] = {}
        self._started: list[Function] = []
        self._networks = vpc_wires.lay()
        self._cloud = vpc_cloud.Cloud()
        self._operator = vpc_operator.Operator(folder)
        self._session = boto3.Session("building", "building", region_name=REGION)
        self._vpc_names, public = vpc_names.Said(), vpc_names.Said()
        contexts = servers.certificates(folder, _CERTIFIED)
        for name in ("endpoints", "internet"):
            self._networks[name].do(lambda: vpc_cloud.serve(self._cloud, contexts))
        self._within("function", vpc_cloud.serve_credentials)
        for address in vpc_wires.RESOLVERS:
            self._within("router", lambda address=address: servers.resolve(self._vpc_names, address))
        public.say(vpc_names.public())
        servers.resolve(public, "127.0.0.1")
        self._file("operator.conf", "nameserver 127.0.0.1\n")
        self._file("sandbox.conf", "")
        self._file("hosts", "127.0.0.1 localhost\n")
        subprocess.run(["mount", "--bind", folder / "operator.conf", Path("/etc/resolv.conf").resolve()], check=True)

    def _file(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text)  # in place: it may be mounted somewhere
        return path

    def _within(self, network: str, work: Callable[[], Any]) -> Any:
        return self._networks[network].do(work)

    def row(self, name: str) -> dict[str, Any]:
        """The three verdicts on one row, and the seconds that each took."""
        row = tables.BY_NAME[name]
        with contextlib.ExitStack() as row_end:
            patch = pytest.MonkeyPatch()
            row_end.callback(patch.undo)
            started = time.monotonic()
            scene = self._set(row, patch)
            set_up = time.monotonic() - started
            function = self._function(scene, row_end)
            with ThreadPoolExecutor(1) as beside:
                seen = beside.submit(self._inside, function, row)
                said = self._operator.outside(row)
            found = {"inside": seen.result(), "outside": said}
            found["both"] = self._operator.both(found["inside"], row)
        return {"name": name, "set_up": set_up, **{side: _slim(told) for side, told in found.items()}}

    def remedied(self, name: str, words: dict[str, str], cause: str) -> dict[str, Any]:
        """Both sides' verdict on a row, and that after the commands of a diagnosis were carried out.

        `cause` is its check; without it, it is the first.
        """
        row = tables.BY_NAME[name]
        with contextlib.ExitStack() as row_end:
            patch = pytest.MonkeyPatch()
            row_end.callback(patch.undo)
            scene = self._set(row, patch)
            function = self._function(scene, row_end)
            before = self._operator.both(self._inside(function, row), row)["verdict"]
            meant = [each for each in before["diagnoses"] if cause in ("", each["check"])]
            commands = [command for each in meant[:1] for command in each["remedy"]["commands"]]
            self._cloud.recorded.json.pop("DescribeTable", None)  # by then what took its time is over
            self._operator.carry_out(commands, words)
            with self._building(reset=False):
                afterwards.settle(scene, commands)
                self._lay(scene)
            after = self._operator.both(self._inside(function, row), row)["verdict"]
        return {"before": before, "commands": commands, "after": after}

    def scheduled(self, name: str, event: dict[str, Any]) -> dict[str, Any]:
        """What the deployed doctor says of its own function by itself, its role allowed to read the configuration."""
        row = tables.BY_NAME[name]
        with contextlib.ExitStack() as row_end:
            patch = pytest.MonkeyPatch()
            row_end.callback(patch.undo)
            scene = self._set(row, patch)
            self._cloud.reads = True
            scene.variables |= {"DOCTOR_TARGETS": json.dumps(scene.account.targets)}
            function = self._function(scene, row_end)
            verdict: dict[str, Any] = self._within("function", lambda: function.invoke(event))
        return verdict

    def knock(self, name: str, address: str, port: int) -> list[str]:
        """How a TCP connection from the function's place ends in a row, and whom the other end then takes it for."""
        patch = pytest.MonkeyPatch()
        self._set(tables.BY_NAME[name], patch)
        patch.undo()
        first = self._within("function", lambda: _knock(address, port))
        if first == "connected":
            vpc_cloud.lead(self._networks, {f"{address}:{port}": "tells"})
        return [first, self._within("function", lambda: _knock(address, port))]

    def _set(self, row: Row, patch: pytest.MonkeyPatch) -> Scene:
        """The account as the row wants it, and packets and names that follow from it."""
        self._cloud.reset()
        with self._building(reset=True):
            vpc_role.introduce()
            scene = Scene(Account(list(row.targets), patch), self._cloud)
            row.breaks(scene)
            scene.account.targets = [HOSTS.get(each, each) if isinstance(each, str) else each for each in row.targets]
            visible = {name: value for name, value in scene.variables.items() if value is not None}
            visible = {name: value for name, value in visible.items() if not _reserved(name)}
            environment = {"DOCTOR_TARGETS": json.dumps(scene.account.targets), **visible}
            place = {"SubnetIds": scene.account.subnets, "SecurityGroupIds": [scene.account.group]}
            place |= {"Ipv6AllowedForDualStack": True} if scene.dual_stack else {}
            scene.account.deploy(Environment={"Variables": environment}, VpcConfig=place, **scene.configured)
            vpc_role.permit(_SERVICES)
            self._lay(scene)
            for change in scene.later:
                change(scene)
        return scene

    @contextlib.contextmanager
    def _building(self, *, reset: bool) -> Iterator[None]:
        """This process's boto3 talks to moto, which forgets everything where it is reset, and nothing at the end."""
        building = mock_aws()
        building.start(reset=reset)
        boto3.DEFAULT_SESSION = self._session  # moto forgets it, and with it what botocore has read of each service
        try:
            yield
        finally:
            building.stop(remove_data=False)

    def _lay(self, scene: Scene) -> None:
        account = scene.account
        vpc = vpc_packets.Vpc.read(account.ec2, account.vpc, account.subnets[0], [account.group], dual=scene.dual_stack)
        clients = (boto3.client(name, region_name=REGION) for name in ("route53", "route53resolver"))
        names = vpc_names.of_vpc(account.ec2, *clients, account.vpc)
        dropped = [rule for rule, holds in scene.dropped.items() if holds()]
        vpc_packets.put(vpc, self._networks, [*scene.packets, *dropped])
        vpc_cloud.lead(self._networks, scene.at)
        self._vpc_names.say({**scene.resolved(names or {}), **scene.names}, scene.delay)
        shut = "drop" if names is None or scene.silent else "accept"
        text = "table ip own\ndelete table ip own\ntable ip own {\nchain in {\ntype filter hook input priority 0;\n"
        self._networks["router"].shell(
            "nft", "-f", "-", text=f"{text}udp dport 53 {shut}\ntcp dport 53 {shut}\n}}\n}}\n"
        )
        self._file("sandbox.conf", "".join(f"nameserver {each}\n" for each in scene.nameservers))
        self._file("hosts", "".join(f"{line}\n" for line in ("127.0.0.1 localhost", *scene.pinned)))

    def _function(self, scene: Scene, row_end: contextlib.ExitStack) -> Function:
        """The sandbox: the one that most rows share, or one of the row's own."""
        declared = [*_SERVICES, *HOSTS.values()]
        environ: dict[str, str | None] = {
            **_ROLE,
            "AWS_CA_BUNDLE": str(self._folder / "root.pem"),
            "AWS_LAMBDA_FUNCTION_NAME": "orders",
            "DOCTOR_TARGETS": json.dumps(declared),
            **scene.variables,
        }
        folder = next((path for each in _APPLICATIONS if (path := each / (scene.application or "-")).is_dir()), _ROOT)
        name = json.dumps([str(folder), scene.interpreter, scene.timeout, environ], sort_keys=True)
        if name in self._warm:
            return self._warm[name]
        function = Function(
            folder,
            "application.handler" if scene.application else "handler.handler",
            {name: value for name, value in environ.items() if value is not None},
            timeout=scene.timeout,
            prefix=self._prefix(),
            python=self._interpreter(scene.interpreter),
        )
        shared = not (scene.variables or scene.application or scene.interpreter) and scene.timeout == Scene.timeout
        holder = self.standing if shared else row_end
        self._within("function", lambda: holder.enter_context(function))
        if shared:
            self._warm[name] = function
        return function

    def _interpreter(self, before: str) -> str:
        """Python, with a shell's line before it: the emulator sets credentials blank that are not there."""
        if not before:
            return sys.executable
        script = self._file("bootstrap", f'#!/bin/sh\n{before}\nexec {sys.executable} "$@"\n')
        script.chmod(0o755)
        return str(script)

    def _prefix(self) -> Sequence[str]:
        """Into the function's namespace, with its own resolv.conf and hosts, without any power."""
        binds = [
            (self._folder / "sandbox.conf", Path("/etc/resolv.conf").resolve()),
            (self._folder / "hosts", "/etc/hosts"),
        ]
        mounts = " && ".join(f"mount --bind {ours} {theirs}" for ours, theirs in binds)
        script = f'{mounts} && exec {_POWERLESS} "$@"'
        entered = f"--net={self._networks['function'].path}"
        return ("nsenter", entered, "--", "unshare", "--mount", "--", "sh", "-c", script, "sh")

    def _inside(self, function: Function, row: Row) -> dict[str, Any]:
        targets = [HOSTS.get(each, each) if isinstance(each, str) else each for each in row.targets]
        asked = {"targets": targets, "budget_seconds": row.budget, "include_casefile": True, **row.options}
        cold = not any(each is function for each in self._started)
        self._started.append(function)
        started = time.monotonic()
        reply = self._within("function", lambda: function.invoke({"doctor": asked}))
        took = time.monotonic() - started
        if not isinstance(reply, dict) or "status" not in reply:
            raise RuntimeError(f"{row.name}: the function replied {str(reply)[:500]}\n{function.log()[-1500:]}")
        return {"verdict": reply, "casefile": reply.pop("casefile"), "took": took, "cold": cold}


def _knock(address: str, port: int) -> str:
    try:
        with socket.create_connection((address, port), timeout=0.5) as connection:
            connection.settimeout(0.3)
            with contextlib.suppress(TimeoutError):  # most servers wait for us to speak
                return connection.recv(64).decode()
            return "connected"
    except OSError as error:
        return type(error).__name__


def _reserved(name: str) -> bool:
    return name.startswith(
        ("AWS_ACCESS", "AWS_SECRET", "AWS_SESSION", "AWS_LAMBDA", "AWS_REGION", "AWS_DEFAULT_REGION")
    )


def _slim(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"verdict": told["verdict"], "took": told["took"], "casefile": told["casefile"], "cold": told.get("cold")}


def main() -> None:
    """Serve one laboratory."""
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # there are no instances
    serve(lambda: Stage(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
