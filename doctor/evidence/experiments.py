"""The plain signed call again, with one thing changed at a time: what AWS accepts then tells what it refused.

Only where AWS refused the plain call, where botocore holds a function's credentials for expired, or where STS's global host
was silent; nothing is tried that cannot tell anything.
Each experiment is one read that needs no permission of its own, and `--no-experiments` leaves them out.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple, Self

from doctor.evidence import Facts, Missing, Reason
from doctor.evidence.caller import SIGNATURE_CODES, Answer, Caller, Identity, ask
from doctor.evidence.credentials import KeyClass, key_class
from doctor.evidence.platform import read_environ
from doctor.redact import Redactor
from doctor.world import World

GLOBAL_STS = "sts.amazonaws.com"
_MOST = 2.5  # seconds of one experiment: AWS has just answered
_LEAST = 0.5  # seconds that must be left for one to begin


class Change(StrEnum):
    """What an experiment changed."""

    WITHOUT_TOKEN = "without-token"  # noqa: S105 - the same key and secret, and no session token
    PLATFORMS_TOKEN = "platforms-token"  # noqa: S105 - the same key and secret, with the token that the platform set
    PLATFORMS_KEYS = "platforms-keys"  # key, secret and token as the platform set them
    CHAINS_TOKEN = "chains-token"  # noqa: S105 - the application's key and secret, with the default chain's token
    GLOBAL_HOST = "global-host"  # the same credentials, at STS's global host
    REGIONAL_HOST = "regional-host"  # the same credentials, at the region's own STS


class Triple(NamedTuple):
    """Credentials. They stay in the process that signs with them: no evidence is made of them."""

    key: str
    secret: str
    token: str

    @classmethod
    def of(cls, credentials: object) -> Self:
        """Those that botocore holds."""
        frozen = credentials.get_frozen_credentials()  # type: ignore[attr-defined]
        return cls(frozen.access_key or "", frozen.secret_key or "", frozen.token or "")

    @property
    def arguments(self) -> dict[str, str]:
        """As a client is given them."""
        named = {"aws_access_key_id": self.key, "aws_secret_access_key": self.secret}
        return named | {"aws_session_token": self.token}

    def masked(self, identity: Identity) -> Identity:
        """What a server said, without them, should it repeat what it was sent."""
        held = {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret, "AWS_SESSION_TOKEN": self.token}
        return Redactor(held).plain(identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One change, and what came of the call then."""

    change: Change
    identity: Identity


@dataclass(frozen=True, kw_only=True)
class Experiments(Facts):
    """What was tried; `left_out` says why nothing, or not all, was."""

    kind: ClassVar[str] = "experiments"
    actions: ClassVar[tuple[str, ...]] = Caller.actions
    after: ClassVar[tuple[type[Facts], ...]] = (Caller,)
    preload: ClassVar[str] = "doctor.isolation.preload"

    tried: tuple[Experiment, ...] = ()
    left_out: str = ""

    def came_of(self, change: Change) -> Answer | None:
        """What AWS made of the call with this change; None where it was not tried."""
        return came_of(self.tried, change)

    @property
    def of_platform(self) -> Answer | None:
        """What AWS made of the call with the platform's own credentials, or with its token; None where it was not tried."""
        return self.came_of(Change.PLATFORMS_KEYS) or self.came_of(Change.PLATFORMS_TOKEN)

    @classmethod
    def foretold(cls, world: World) -> Self | Missing | None:
        """That nothing is tried, and why: in most runs AWS accepts the plain call."""
        if not world.request.experiments:
            return Missing(kind=cls.kind, reason=Reason.NOT_ASKED, detail="experiments are switched off")
        plain = _plain(world)
        if plain is None:
            return cls(left_out="the plain call came to no end")
        if _leaves_a_question(plain) or _was_silent(plain) or (world.in_function and plain.held_back):
            return None
        return cls(left_out="the plain call was not refused, or in words that leave no question")

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Repeat the call that was refused, or the silent one at another host."""
        plain = _plain(world)
        if told := cls.foretold(world):
            yield told
        elif plain and _leaves_a_question(plain):
            yield cls._tried(world, plain)
        elif plain and plain.held_back:
            platform = _of_platform(world)
            tried = (experiment(world, Change.PLATFORMS_KEYS, platform, plain.instrument),) if platform else ()
            yield cls(tried=tried)
        else:
            yield cls(tried=tuple(_at_other_host(world, GLOBAL_STS, None)))

    @classmethod
    def _tried(cls, world: World, plain: Identity) -> Self:
        try:
            used = Triple.of(world.session().get_credentials())
        except Exception:  # noqa: BLE001 - they were there a moment ago; now the kind `credentials` tells why they are not
            return cls(left_out="the default chain found no credentials any more")
        tried: list[Experiment] = []
        for change, triple in changes(used, _of_platform(world)):
            if world.left() < _LEAST:
                return cls(tried=tuple(tried), left_out="no time was left for more")
            tried.append(experiment(world, change, triple, plain.instrument))
        elsewhere = plain.code not in SIGNATURE_CODES and not plain.token_expired  # no other host takes either
        if plain.instrument == "sts" and used.token and elsewhere:
            tried += _at_other_host(world, plain.host, used)
        return cls(tried=tuple(tried))


def came_of(tried: Iterable[Experiment], change: Change) -> Answer | None:
    """What AWS made of the call with this change; None where it was not tried."""
    return next((each.identity.answer for each in tried if each.change is change), None)


def _plain(world: World) -> Identity | None:
    return next((caller.identity for caller in world.seen(Caller)), None)


def _leaves_a_question(plain: Identity) -> bool:
    """Whether AWS refused the call, in words that more than one fault explains."""
    return plain.answer is Answer.REJECTED and not plain.clock_refused


def _was_silent(plain: Identity) -> bool:
    """Whether STS's global host gave no answer, and nobody refused the call."""
    unheard = plain.answer is Answer.UNREACHABLE or bool(plain.silent_sts)
    return unheard and GLOBAL_STS in (plain.silent_sts, plain.host) and plain.answer is not Answer.REJECTED


def changes(used: Triple, platform: Triple | None) -> Iterator[tuple[Change, Triple]]:
    """The other credentials that are worth a call, where these were refused."""
    if platform and platform != used:
        same = (used.key, used.secret) == (platform.key, platform.secret)
        yield (Change.PLATFORMS_TOKEN if same else Change.PLATFORMS_KEYS), platform
    if used.token and key_class(used.key) is not KeyClass.TEMPORARY:  # which is worth nothing without one
        yield Change.WITHOUT_TOKEN, used._replace(token="")


def experiment(world: World, change: Change, triple: Triple, instrument: str) -> Experiment:
    """One call with these credentials."""
    identity = ask(world, instrument, most=world.left(0.3, most=_MOST), **triple.arguments)
    return Experiment(change=change, identity=triple.masked(identity))


def of_application(world: World, used: Triple, default: Triple | None, instrument: str) -> tuple[Experiment, ...]:
    """What the application signs with, without its token or, where the two belong together, with the default chain's.

    That AWS accepts it then is the proof that nothing is wrong but the token.
    """
    if not world.request.experiments:
        return ()
    worth = list(changes(used, None))
    if default and default[:2] == used[:2] and default != used:
        worth.append((Change.CHAINS_TOKEN, default))
    return tuple(experiment(world, change, triple, instrument) for change, triple in worth if world.left() >= _LEAST)


def _of_platform(world: World) -> Triple | None:
    """What the platform put into the environment; None where it did not start this process, or that is not known."""
    try:
        first = read_environ(world.platform_environ) if world.in_function else {}
    except OSError:
        return None
    if not any(name.startswith("AWS_LAMBDA_") for name in first):
        return None
    token = first.get("AWS_SESSION_TOKEN") or first.get("AWS_SECURITY_TOKEN") or ""
    triple = Triple(first.get("AWS_ACCESS_KEY_ID", ""), first.get("AWS_SECRET_ACCESS_KEY", ""), token)
    return triple if triple.key and triple.secret else None


def _at_other_host(world: World, host: str, used: Triple | None) -> Iterator[Experiment]:
    """The same call at the region's host where the global one was called, or the reverse, as botocore itself names them."""
    if world.left() < _LEAST:
        return
    arguments = used.arguments if used else {}
    most = world.left(0.3, most=_MOST)
    if host == GLOBAL_STS:
        with _regional():
            identity, change = ask(world, most=most, **arguments), Change.REGIONAL_HOST
    elif host.endswith(".amazonaws.com") and _partition(world) == "aws":  # others have no global host
        identity, change = ask(world, most=most, region_name="aws-global", **arguments), Change.GLOBAL_HOST
    else:
        return
    if identity.host not in ("", host):
        yield Experiment(change=change, identity=used.masked(identity) if used else identity)


@contextlib.contextmanager
def _regional() -> Iterator[None]:
    """botocore takes STS's regional host: this process's own environment says so."""
    variable = "AWS_STS_REGIONAL_ENDPOINTS"
    before = os.environ.get(variable)
    os.environ[variable] = "regional"
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before


def _partition(world: World) -> str:
    try:
        return str(world.session().get_partition_for_region(world.region or ""))
    except Exception:  # noqa: BLE001 - a region that botocore does not know has no partition
        return ""
