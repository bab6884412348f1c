"""How long a client of botocore waits and how often it tries: as it was made, else by the defaults of the version in use."""

from dataclasses import dataclass
from typing import Any, Self

# Config(connect_timeout=None) leaves it to the kernel: six retries of a SYN take 127 s (tcp(7), tcp_syn_retries).
_PATIENCE_OF_KERNEL = 127.0
_FOR_EVER = 1e9  # seconds; JSON has no infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a client waits, and how often it tries. Timeouts are seconds; attempts count tries, the first included.

    `attempts_of` are those of services that have a number of their own.
    """

    connect_timeout: float
    read_timeout: float
    retry_mode: str
    attempts: int
    attempts_of: dict[str, int]

    @classmethod
    def of(cls, client: Any) -> Self:
        """What a client was made with. Only children have one."""
        config = client.meta.config
        retries = config.retries or {}
        mode = str(retries.get("mode") or "legacy")
        usual, special = _attempts(client, mode)
        told = retries.get("total_max_attempts")
        return cls(
            connect_timeout=_PATIENCE_OF_KERNEL if config.connect_timeout is None else float(config.connect_timeout),
            read_timeout=_FOR_EVER if config.read_timeout is None else float(config.read_timeout),
            retry_mode=mode,
            attempts=int(told or usual),
            attempts_of={} if told else special,
        )

    def tries(self, service: str) -> int:
        """The attempts of a service's client."""
        return self.attempts_of.get(service, self.attempts)


def _attempts(client: Any, mode: str) -> tuple[int, dict[str, int]]:
    """Where nobody set a number: what this version has for most services, and for those with a number of their own."""
    if mode == "legacy":
        table = client._loader.load_data("_retry")["retry"]
        told = {name: entry.get("__default__", {}).get("max_attempts") for name, entry in table.items()}
        return int(table["__default__"]["max_attempts"]), {name: int(most) for name, most in told.items() if most}
    from botocore.retries import standard

    special = getattr(standard, "_SERVICE_MAX_ATTEMPTS", {})  # not in older versions
    most = {str(name).replace("-", ""): int(number) for name, number in special.items()}  # as boto3 names clients
    return int(standard.DEFAULT_MAX_ATTEMPTS), most
