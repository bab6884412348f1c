"""What the platform put into the environment, beside what the process has made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing, Reason
from doctor.evidence.credentials import account_of
from doctor.world import World

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
_COMPARED = (
    *CREDENTIALS,
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)


@dataclass(frozen=True, kw_only=True)
class Platform(Facts):
    """Variables of the credential chain that the code changed, added or removed after the process started.

    `same_account` tells whether a changed key is of the account of the platform's own; None where a key does not tell.
    Where the platform did not start this process (outside a function, or where code in a process of its own only plays
    one) `started` is false, and nothing is compared.
    """

    kind: ClassVar[str] = "platform"

    started: bool = True
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    same_account: bool | None = None

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Compare the kernel's record of the first environment (proc(5), /proc/pid/environ) with today's."""
        if not world.in_function:
            yield cls(started=False)
            return
        try:
            first = read_environ(world.platform_environ)
        except OSError as error:
            detail = f"{world.platform_environ}: {error.strerror}"
            yield Missing(kind=cls.kind, reason=Reason.UNREACHABLE, detail=detail)
            return
        if sum(map(str.isidentifier, first)) < 2:  # libraries that set the process's title write it over this memory
            detail = f"{world.platform_environ} holds no environment any more: it was overwritten"
            yield Missing(kind=cls.kind, reason=Reason.UNREACHABLE, detail=detail)
        elif not any(name.startswith("AWS_LAMBDA_") for name in first):
            yield cls(started=False)
        else:
            yield cls._compared(first, world.environ)

    @classmethod
    def _compared(cls, first: Mapping[str, str], now: Mapping[str, str]) -> Self:
        both = [name for name in _COMPARED if name in first and name in now]
        return cls(
            changed=tuple(name for name in both if first[name] != now[name]),
            added=tuple(name for name in _COMPARED if name in now and name not in first),
            removed=tuple(name for name in _COMPARED if name in first and name not in now),
            same_account=_same_account(first, now),
        )


def _same_account(first: Mapping[str, str], now: Mapping[str, str]) -> bool | None:
    keys = [environ.get("AWS_ACCESS_KEY_ID", "") for environ in (first, now)]
    accounts = [account_of(key) for key in keys]
    return None if None in accounts or keys[0] == keys[1] else accounts[0] == accounts[1]


def read_environ(file: Path) -> dict[str, str]:
    """The environment that a process was started with."""
    entries = file.read_bytes().decode("utf-8", "surrogateescape").split("\0")
    return {name: value for name, equals, value in (entry.partition("=") for entry in entries) if equals}
