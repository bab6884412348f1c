"""What AWS says where it refuses a harmless read of a declared service: which kind of policy, and whether a statement does.

The reads are those by which `caller` judges credentials where STS is silent. AWS's messages hold ARNs, so that of them only
the kind of policy and the action are kept.
"""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.evidence.caller import Answer, Caller, Identity, ask
from doctor.policies.denial import read
from doctor.policies.kinds import Kind
from doctor.world import World

_READABLE = ("dynamodb", "kms", "s3", "secretsmanager", "sns", "sqs")
_MOST = 3.0  # seconds of one read
_QUICK = 1.0  # seconds; what hung longer would do so again
_AGAIN = 3  # times


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One read. `host` is where it went. `code` is AWS's own, "" where it was granted; `answered` whether AWS answered.

    `unheard` is the SDK's exception where the connection stood and no answer came over it.
    Of a denial `policy` is the kind, None where the message does not tell; `explicit`: a statement denies, else none allows.
    """

    service: str
    host: str
    answered: bool
    code: str = ""
    policy: Kind | None = None
    explicit: bool = False
    action: str = ""
    unheard: str = ""

    @property
    def target(self) -> str:
        """Host and port."""
        return self.host if ":" in self.host else f"{self.host}:443"


@dataclass(frozen=True, kw_only=True)
class Refusals(Facts):
    """One read of each declared service that has a harmless one."""

    kind: ClassVar[str] = "refusals"
    actions: ClassVar[tuple[str, ...]] = Caller.actions
    preload: ClassVar[str] = "doctor.isolation.preload"

    reads: tuple[Read, ...] = ()

    @classmethod
    def shares(cls, world: World) -> str:
        """Where no such service is declared nobody is asked, and the SDK is not needed."""
        return cls.preload if _declared(world) else ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Ask one service after the other."""
        yield cls(reads=tuple(_read(world, service) for service in _declared(world)))


def _declared(world: World) -> list[str]:
    return sorted({target.service for target in world.services if target.reachable} & set(_READABLE))


def _asked(world: World, service: str) -> Identity:
    """A call that fails over a standing connection is made again, as a client does, and at the other addresses in turn."""
    plain = socket.getaddrinfo
    said = ask(world, service, most=world.left(0.25, most=_MOST))
    for turn in range(_AGAIN):
        if not said.unheard or said.took > _QUICK:
            break
        socket.getaddrinfo = _turned(plain, turn)
        said = ask(world, service, most=world.left(0.25, most=_MOST))
    socket.getaddrinfo = plain
    world.forget()
    return said


def _turned(resolve: Callable[..., Any], turn: int) -> Callable[..., Any]:
    def resolved(*asked: Any, **named: Any) -> list[Any]:
        found = sorted(resolve(*asked, **named), key=lambda entry: str(entry[4]))  # a resolver may turn its answer, too
        return found[turn % len(found) :] + found[: turn % len(found)]

    return resolved


def _read(world: World, service: str) -> Read:
    said = _asked(world, service)
    denied = said.answer is Answer.ACCEPTED and bool(said.code)
    found = read(said.message) if denied else None
    return Read(
        service=service,
        host=said.host,
        answered=said.answer is Answer.ACCEPTED,
        code=said.code,
        policy=found.kind if found else None,
        explicit=found.explicit if found else False,
        action=found.action if found else "",
        unheard=said.error if said.unheard else "",
    )
