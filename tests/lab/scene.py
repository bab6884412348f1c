"""One row of the laboratory's tables, and the scene that it changes: the account, the wires, the function's sandbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vpc_cloud import Cloud
from vpc_names import BUCKET, Names
from vpc_wires import SANDBOX_RESOLVER

from tests.network.account import REGION, Account

DATABASE = "10.0.3.77"
FAR = "10.1.0.9"
PARTNER = "api.partner.example"
# Whatever a row may target is declared, so that one warm sandbox serves most rows.
HOSTS: dict[str, dict[str, object]] = {
    "database": {"host": DATABASE, "port": 5432, "tls": False},
    "far": {"host": FAR, "port": 5432, "tls": False},
    "dual": {"host": "dual.partner.example", "port": 443, "tls": False},
    "partner": {"host": PARTNER, "port": 443, "tls": False},
    # What is declared with its resource; rows make it, or leave it out.
    "queue": {"service": "sqs", "resource": "orders"},
    "table": {"service": "dynamodb", "resource": "orders"},
    "bucket": {"service": "s3", "resource": BUCKET},
    "secret": {"service": "secretsmanager", "resource": "orders/database"},
    "parameter": {"service": "ssm", "resource": "/orders/mode"},
    "key": {"service": "kms", "resource": "alias/orders"},
}


@dataclass
class Scene:
    """What a row may change. The configuration decides what packets do; the rest is what no configuration tells.

    `packets` are rules for the router (nft), `dropped` those that hold as long as recorded replies say so, `at` puts a
    behaviour of `vpc_cloud` at an address, `names` are answers of the VPC's resolver that its configuration does not
    explain, `pinned` are lines of the hosts file. `variables` are the function's, None takes one away. `application` is the
    handler of a folder of `applications` that stands beside the doctor; empty for the deployed doctor itself. `interpreter`
    is a shell's line before Python is started, and `timeout` the function's, in seconds. `configured` is what else its
    configuration holds, as CreateFunction takes it. `resolver` is the id of DHCP options that name the operator's own: then
    `names` and `silent` are that one's.
    """

    account: Account
    cloud: Cloud
    packets: list[str] = field(default_factory=list)
    dropped: dict[str, Callable[[], bool]] = field(default_factory=dict)
    at: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[str] | None] = field(default_factory=dict)
    silent: bool = False
    delay: float = 0.0
    nameservers: tuple[str, ...] = (SANDBOX_RESOLVER,)
    pinned: tuple[str, ...] = ()
    variables: dict[str, str | None] = field(default_factory=dict)
    application: str = ""
    interpreter: str = ""
    timeout: int = 60
    configured: dict[str, Any] = field(default_factory=dict)
    dual_stack: bool = False
    resolver: str = ""
    resolved: Callable[[Names], Names] = field(default=lambda names: names)
    later: list[Callable[["Scene"], object]] = field(default_factory=list)

    def endpoint(self, service: str, *, private_names: bool = True, subnets: Sequence[str] = ()) -> str:
        """One more interface endpoint; each has an address of its own."""
        account = self.account
        taken = len([item for item in account.backend.vpc_end_points.values() if item.network_interface_ids])
        made = account.interface_endpoint(service, [*subnets] or [account.endpoints], private_names=private_names)
        for number, interface in enumerate(account.backend.vpc_end_points[made].network_interface_ids):
            subnet = ([*subnets] or [account.endpoints])[number]
            account._place(interface, subnet, 20 + taken, groups=[account.endpoint_group], kind="vpc_endpoint")
        return made

    def without(self, endpoint: str) -> None:
        """Delete an endpoint. moto goes on listing it as deleted; AWS does so for a moment only."""
        self.account.without(endpoint)
        self.account.backend.vpc_end_points.pop(endpoint, None)

    def without_packets(self, change: Callable[["Scene"], object]) -> None:
        """Change what the API says once the packets' rules are laid: the configuration then tells something else."""
        self.later.append(change)

    def once_deployed(self, change: Callable[["Scene"], object]) -> None:
        """Change what is there only when the function is: its role, its event sources."""
        self.later.append(change)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, with what must be said of it.

    `expect` are the checks that both sides together must name, nearest first; the first one is the first diagnosis.
    One side alone: None where it must name the same first (or, from inside, hold it among the candidates with a command
    that tells it apart), else the ids that are honest from there; none means that nothing may be named. `cause` is what
    the inside has to name or hold among its candidates, where that is not the first of `expect`.
    """

    name: str
    breaks: Callable[[Scene], object]
    expect: tuple[str, ...]
    cause: str = ""
    targets: tuple[Any, ...] = ("sqs",)
    inside: tuple[str, ...] | None = None
    outside: tuple[str, ...] | None = None
    budget: float = 4.0
    options: Mapping[str, object] = field(default_factory=dict)


__all__ = ["BUCKET", "DATABASE", "FAR", "HOSTS", "PARTNER", "REGION", "Row", "Scene"]
