"""The operator's laptop: it reaches the internet and nothing else, and has credentials of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aws_commands
import boto3
import vpc_cloud
from scene import HOSTS, Row

from tests.network.account import REGION

KEYS = dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), vpc_cloud.OPERATOR, strict=True))


class Operator:
    """The doctor's command line, and the AWS CLI's commands. `folder` holds the laboratory's root certificate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._session = boto3.Session(*vpc_cloud.OPERATOR, region_name=REGION)

    def outside(self, row: Row) -> dict[str, Any]:
        """`doctor examine orders`, with the row's targets."""
        return self._examine("outside", row, "--via", "outside")

    def both(self, inside: Mapping[str, Any], row: Row) -> dict[str, Any]:
        """The same once more, with what was seen from inside brought along."""
        brought = self._folder / "inside.json"
        brought.write_text(json.dumps(inside["casefile"]))
        return self._examine("both", row, "--inside", str(brought))

    def carry_out(self, commands: Sequence[str], words: Mapping[str, str]) -> None:
        """Run `aws` commands against the emulated account, by its host's name, over TLS, signed."""
        aws_commands.run(commands, self._client, words)

    def _client(self, service: str, region: str) -> Any:
        verify = str(self._folder / "root.pem")
        return self._session.client(service, region_name=region or REGION, verify=verify)  # type: ignore[call-overload]

    def _examine(self, name: str, row: Row, *how: str) -> dict[str, Any]:
        targets = [HOSTS.get(each, each) if isinstance(each, str) else each for each in row.targets]
        words = [word for each in targets for word in ("--target", each if isinstance(each, str) else json.dumps(each))]
        file = self._folder / f"{name}.json"
        return self._command(file, ["examine", "orders", *how, "--quiet", *words, "--output", f"casefile={file}"])

    def _command(self, file: Path, words: Sequence[str]) -> dict[str, Any]:
        file.unlink(missing_ok=True)
        environ = {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")},
            **KEYS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CA_BUNDLE": str(self._folder / "root.pem"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(self._folder),
        }
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "doctor", *words], env=environ, capture_output=True, text=True, check=False
        )
        took = time.monotonic() - started
        if not file.exists():
            raise RuntimeError(
                f"doctor {' '.join(words)}: {done.returncode}: {done.stderr[-1500:]}{done.stdout[-500:]}"
            )
        case = json.loads(file.read_text())
        return {"verdict": case["verdict"], "casefile": case, "took": took}
