"""What the platform put into the environment, beside what the process has made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from doctor.evidence import Facts, Missing, Reason
from doctor.world import World

_COMPARED = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)


@dataclass(frozen=True, kw_only=True)
class Platform(Facts):
    """Variables of the credential chain that the code changed, added or removed after the process started."""

    kind: ClassVar[str] = "platform"

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Compare the kernel's record of the first environment (proc(5), /proc/pid/environ) with today's."""
        try:
            first = read_environ(world.platform_environ)
        except OSError as error:
            detail = f"{world.platform_environ}: {error.strerror}"
            yield Missing(kind=cls.kind, reason=Reason.UNREACHABLE, detail=detail)
            return
        now = world.environ
        both = [name for name in _COMPARED if name in first and name in now]
        yield cls(
            changed=tuple(name for name in both if first[name] != now[name]),
            added=tuple(name for name in _COMPARED if name in now and name not in first),
            removed=tuple(name for name in _COMPARED if name in first and name not in now),
        )


def read_environ(file: Path) -> dict[str, str]:
    """The environment that a process was started with."""
    entries = file.read_bytes().decode("utf-8", "surrogateescape").split("\0")
    return {name: value for name, equals, value in (entry.partition("=") for entry in entries) if equals}
