"""The application's own client beside the default chain: the A/B that tells bad settings from a bad network.

`DOCTOR_CLIENT_FACTORY=package.module:function` names what builds the application's boto3 client. The doctor calls
it in a child, looks at what it built, and asks AWS who those credentials are.
"""

import importlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from doctor import call_timeouts
from doctor.evidence import Facts, Missing
from doctor.evidence.caller import Answer, Caller, Identity, identify
from doctor.evidence.credentials import Keys, account_of
from doctor.evidence.experiments import Change, Experiment, Triple, came_of, of_application
from doctor.evidence.settings.client_patience import Patience
from doctor.evidence.settings.endpoint_overrides import Override, override
from doctor.isolation import bounded
from doctor.redact import brief
from doctor.world import World

VARIABLE = "DOCTOR_CLIENT_FACTORY"


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
        """Seconds that one call may hang while packets are dropped (`doctor.call_timeouts`)."""
        return call_timeouts.unconnected(self.attempts, self.addresses, self.connect_timeout, self.retry_mode)

    @property
    def worst_wait(self) -> float:
        """Seconds that one call may wait for the answer of a service that connects at once and gives none."""
        return call_timeouts.mute(self.attempts, self.read_timeout, self.retry_mode)


@dataclass(frozen=True, kw_only=True)
class Application(Facts):
    """What the application's factory builds. No `factory`: none is named. `failure` says why it built nothing.

    `took` is the seconds that the factory needed, its module's import included. `tried` are experiments with credentials
    that AWS refused.
    """

    kind: ClassVar[str] = "application"
    actions: ClassVar[tuple[str, ...]] = Caller.actions
    preload: ClassVar[str] = "doctor.isolation.preload"

    factory: str
    built: Built | None = None
    identity: Identity | None = None
    failure: str = ""
    took: float = 0.0
    tried: tuple[Experiment, ...] = ()

    @property
    def unbuilt(self) -> str:
        """What there is to say where the factory built nothing."""
        return f"{VARIABLE} ({self.factory}) built no client: {self.failure}"

    def came_of(self, change: Change) -> Answer | None:
        """What AWS made of the call with this change; None where it was not tried."""
        return came_of(self.tried, change)

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
        identity = _identity(world, credentials)
        tried = _tried(world, credentials, identity)
        yield cls(factory=named, built=built, identity=identity, took=took, tried=tried)


def _client(named: str) -> Any:
    module, _, function = named.partition(":")
    made = getattr(importlib.import_module(module), function)()
    client = getattr(getattr(made, "meta", None), "client", made)  # a boto3 resource holds a client
    if not hasattr(client, "_request_signer"):
        raise TypeError(f"{named} returned {type(made).__name__}, not a boto3 client or resource")
    return client


def _describe(client: Any, credentials: Any, world: World) -> Built:
    default, patience = _default(world), Patience.of(client)
    service = client.meta.service_model.service_name
    endpoint = override("endpoint_url", service, client.meta.endpoint_url)
    return Built(
        service=service,
        region=str(client.meta.region_name),
        endpoint=endpoint,
        keys=Keys.describe(credentials) if credentials else None,
        same_keys=bool(credentials and default and Triple.of(credentials) == Triple.of(default)),
        connect_timeout=patience.connect_timeout,
        read_timeout=patience.read_timeout,
        attempts=patience.tries(service),
        retry_mode=patience.retry_mode,
        addresses=_addresses(endpoint.host, endpoint.port, world.left(0.2, most=2.0)),
        same_account=_same_account(credentials, default),
    )


def _default(world: World) -> Any:
    """The default chain's credentials, where it has any: the application may be able to do without them."""
    try:
        return world.session().get_credentials()
    except Exception:  # noqa: BLE001 - evidence of the kind `credentials`
        return None


def _addresses(host: str, port: int, patience: float) -> int:
    """How many addresses the name has; a client tries one at least."""

    def count() -> int:
        try:
            return len({entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
        except OSError:
            return 1

    return bounded.within(patience, count) or 1


def _same_account(credentials: Any, default: Any) -> bool | None:
    if not credentials or not default:
        return None
    accounts = [account_of(Triple.of(found).key) for found in (credentials, default)]
    return None if None in accounts else accounts[0] == accounts[1]


def _identity(world: World, credentials: Any) -> Identity:
    """Who AWS says that these very credentials are, asked as the default chain is."""
    if not credentials:
        return Identity(instrument="sts", answer=Answer.UNSIGNED, error="NoCredentialsError", message="it has none")
    used = Triple.of(credentials)
    return used.masked(identify(world, **used.arguments))


def _tried(world: World, credentials: Any, identity: Identity) -> tuple[Experiment, ...]:
    if identity.answer is not Answer.REJECTED or identity.clock_refused:
        return ()
    default = _default(world)
    return of_application(world, Triple.of(credentials), default and Triple.of(default), identity.instrument)
