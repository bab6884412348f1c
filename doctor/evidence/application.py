"""The application's own client beside the default chain: the A/B that tells bad settings from a bad network.

`DOCTOR_CLIENT_FACTORY=package.module:function` names what builds the application's boto3 client. The doctor calls
it in a child, looks at what it built, and asks AWS who those credentials are.
"""

import contextlib
import importlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.evidence.caller import Answer, Caller, Identity, identify
from doctor.evidence.credentials import Keys, account_of
from doctor.evidence.environment import Override, override
from doctor.redact import brief
from doctor.world import World

VARIABLE = "DOCTOR_CLIENT_FACTORY"
# Config(connect_timeout=None) leaves it to the kernel: six retries of a SYN take 127 s (tcp(7), tcp_syn_retries).
_PATIENCE_OF_KERNEL = 127.0
_FOR_EVER = 1e9  # seconds; JSON has no infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A client that the factory built. Timeouts are seconds; `attempts` counts tries, the first included.

    `addresses` is how many its host has here, `same_account` whether its key's account is the default chain's (None
    where a key does not tell).
    """

    service: str
    region: str
    endpoint: Override
    keys: Keys | None
    same_keys: bool
    connect_timeout: float
    read_timeout: float
    attempts: int
    retry_mode: str
    addresses: int = 1
    same_account: bool | None = None

    @property
    def worst_hang(self) -> float:
        """Seconds that one call may hang while packets are dropped: botocore tries each address for connect_timeout.

        Measured: attempts x addresses x connect_timeout, plus the back-off between attempts, which is at most
        1, 2, 4 … up to 20 seconds (`botocore.retries.standard`). Name resolution comes on top and is not bounded.
        """
        back_off = float(sum(min(1 << attempt, 20) for attempt in range(min(self.attempts, 12) - 1)))
        return self.attempts * max(1, self.addresses) * self.connect_timeout + back_off


@dataclass(frozen=True, kw_only=True)
class Application(Facts):
    """What the application's factory builds. No `factory`: none is named. `failure` says why it built nothing.

    `took` is the seconds that the factory needed, its module's import included.
    """

    kind: ClassVar[str] = "application"
    actions: ClassVar[tuple[str, ...]] = Caller.actions
    preload: ClassVar[str] = "doctor.preload"

    factory: str
    built: Built | None = None
    identity: Identity | None = None
    failure: str = ""
    took: float = 0.0

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Call the factory. Its code is the application's and may do anything; this child can be killed."""
        named = world.environ.get(VARIABLE, "")
        if not named:
            yield cls(factory="")
            return
        started = time.monotonic()
        try:
            client = _client(named)
            took = round(time.monotonic() - started, 4)
            credentials = client._request_signer._credentials
            built = _describe(client, credentials, world)  # refreshable credentials fetch themselves here
        except BaseException as error:  # noqa: BLE001 - SystemExit in a settings module is evidence, not our end
            yield cls(factory=named, failure=brief(error))
            return
        yield cls(factory=named, built=built, identity=_identity(world, credentials), took=took)


def _client(named: str) -> Any:
    module, _, function = named.partition(":")
    made = getattr(importlib.import_module(module), function)()
    client = getattr(getattr(made, "meta", None), "client", made)  # a boto3 resource holds a client
    if not hasattr(client, "_request_signer"):
        raise TypeError(f"{named} returned {type(made).__name__}, not a boto3 client or resource")
    return client


def _describe(client: Any, credentials: Any, world: World) -> Built:
    config, retries = client.meta.config, client.meta.config.retries or {}
    default = _default(world)
    service, mode = client.meta.service_model.service_name, str(retries.get("mode") or "legacy")
    endpoint = override("endpoint_url", service, client.meta.endpoint_url)
    return Built(
        service=service,
        region=str(client.meta.region_name),
        endpoint=endpoint,
        keys=Keys.describe(credentials) if credentials else None,
        same_keys=bool(credentials and default and _triple(credentials) == _triple(default)),
        connect_timeout=_PATIENCE_OF_KERNEL if config.connect_timeout is None else float(config.connect_timeout),
        read_timeout=_FOR_EVER if config.read_timeout is None else float(config.read_timeout),
        attempts=int(retries.get("total_max_attempts") or _default_attempts(service, mode)),
        retry_mode=mode,
        addresses=_addresses(endpoint.host, endpoint.port, world.left(0.2, most=2.0)),
        same_account=_same_account(credentials, default),
    )


def _default(world: World) -> Any:
    """The default chain's credentials, where it has any: the application may be able to do without them."""
    try:
        return world.session().get_credentials()
    except Exception:  # noqa: BLE001 - evidence of the kind `credentials`
        return None


def _default_attempts(service: str, mode: str) -> int:
    """Measured with botocore 1.44: DynamoDB has a default of its own."""
    if mode == "legacy":
        return 10 if service == "dynamodb" else 5
    return 4 if service == "dynamodb" else 3


def _addresses(host: str, port: int, patience: float) -> int:
    found: list[int] = []

    def resolve() -> None:
        with contextlib.suppress(OSError):
            found.append(len({entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}))

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(patience)
    return found[0] if found else 1


def _same_account(credentials: Any, default: Any) -> bool | None:
    if not credentials or not default:
        return None
    accounts = [account_of(_triple(found)[0]) for found in (credentials, default)]
    return None if None in accounts else accounts[0] == accounts[1]


def _triple(credentials: Any) -> tuple[str, str, str]:
    frozen = credentials.get_frozen_credentials()
    return (frozen.access_key or "", frozen.secret_key or "", frozen.token or "")


def _identity(world: World, credentials: Any) -> Identity:
    """Who AWS says that these very credentials are, asked as the default chain is."""
    if not credentials:
        return Identity(instrument="sts", answer=Answer.UNSIGNED, error="NoCredentialsError", message="it has none")
    key, secret, token = _triple(credentials)
    return identify(world, aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token)
