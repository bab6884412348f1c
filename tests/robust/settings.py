"""The settings in which calls fail: between them every kind of evidence that calls anything at all is gathered."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from doctor.verdict import Source
from tests.robust import listeners

QUEUE = f"arn:aws:sqs:us-east-1:{listeners.ACCOUNT}:orders"
_KEYS = {
    "AWS_ACCESS_KEY_ID": listeners.KEY,
    "AWS_SECRET_ACCESS_KEY": listeners.SECRET,
    "AWS_SESSION_TOKEN": listeners.TOKEN,
}
_REGION = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
# As Lambda starts a process: the driver has these from its beginning, where the kernel keeps them.
PLATFORMS = {
    **_KEYS,
    **_REGION,
    "AWS_LAMBDA_FUNCTION_NAME": "jobs",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3538",
}
_LAMBDAS = tuple(name for name in PLATFORMS if name.startswith("AWS_LAMBDA_"))
_OPERATOR = {**_KEYS, **_REGION, "AWS_EC2_METADATA_DISABLED": "true"}
_OUTSIDE = ["sns", {"service": "sqs", "resource": QUEUE}]
_DATABASE = {"host": listeners.PLAIN, "port": 5432, "tls": False}
_FACTORY = f"{__name__}:queues"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A run's request and variables; its verdict is healthy where no call fails. `budget` is in seconds.

    `forbidden` are variables that must not be there. `tasks` are those whose calls fail, where not all do: the others are
    met in another setting, which takes less time.
    """

    name: str
    asked: Mapping[str, Any]
    environ: Mapping[str, str]
    side: Source = Source.INSIDE
    budget: float = 2.5
    forbidden: tuple[str, ...] = ()
    tasks: frozenset[str] = frozenset()

    def variables(self, folder: Path, port: int) -> dict[str, str]:
        """The environment; `port` is that of the server which stands for all that Lambda serves on loopback."""
        told = {name: value.format(port=port) for name, value in self.environ.items()}
        named = os.environ | told | {"AWS_CA_BUNDLE": str(folder / listeners.BUNDLE)}
        return {name: value for name, value in named.items() if name not in self.forbidden}


def queues() -> Any:
    """The application's own client."""
    return boto3.client("sqs", region_name="us-east-1")


SETTINGS = (
    Setting(
        name="usual",
        asked={"targets": ["sqs", _DATABASE]},
        environ={},
    ),
    # Resources that the function means, and a client that its own code builds.
    Setting(
        name="named",
        asked={
            "targets": [{"service": "sqs", "resource": QUEUE}],
            "only": ["resource.queue-missing", "credentials.application-client-differs", "client.endpoint-override"],
        },
        environ={"DOCTOR_CLIENT_FACTORY": _FACTORY},
    ),
    # What Lambda hands out on loopback: credentials as under SnapStart, and the zone; calls go through a proxy.
    Setting(
        name="handed",
        asked={
            "targets": [_DATABASE],
            "only": ["client.proxy-unreachable", "client.ca-bundle-unusable", "credentials.none-found"],
        },
        environ={
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:{port}/credentials",
            "AWS_LAMBDA_METADATA_API": "127.0.0.1:{port}",
            "HTTPS_PROXY": f"http://{listeners.PROXY}:3128",
        },
        forbidden=tuple(_KEYS),
    ),
    # STS's global host refuses connections, so that the call is repeated at the region's own.
    Setting(
        name="repeated",
        asked={"targets": ["sqs"], "only": ["client.global-sts-host", "credentials.rejected"]},
        environ={"AWS_STS_REGIONAL_ENDPOINTS": "legacy"},
    ),
    # The control plane about a function, its role, and the queue that its own policy lets it use.
    Setting(
        name="outside",
        asked={"function": "orders", "targets": _OUTSIDE},
        environ=_OPERATOR,
        side=Source.CONTROL,
        budget=4.0,
        forbidden=_LAMBDAS,
        tasks=frozenset({"network", "paths", "resource_grants"}),
    ),
    # The same without the network, which takes the most of the time.
    Setting(
        name="granted",
        asked={"function": "orders", "targets": _OUTSIDE, "only": ["resource.queue-missing", "permission.key-access"]},
        environ=_OPERATOR,
        side=Source.CONTROL,
        budget=3.0,
        forbidden=_LAMBDAS,
    ),
)
