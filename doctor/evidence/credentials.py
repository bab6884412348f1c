"""The credentials that the default chain finds: where from and of which kind; never the credentials."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.evidence.environment import flaws
from doctor.world import World

if TYPE_CHECKING:
    from botocore.credentials import Credentials as BotocoreCredentials


class KeyClass(StrEnum):
    """What an access key id's prefix says (IAM user guide, "Understanding unique ID prefixes")."""

    TEMPORARY = "temporary"  # ASIA: issued by STS, worthless without its session token
    LONG_TERM = "long-term"  # AKIA: an IAM user's
    BLANK = "blank"
    OTHER = "other"  # emulators, examples, mangled keys


def key_class(access_key: str) -> KeyClass:
    """Classify an access key id."""
    if not access_key.strip():
        return KeyClass.BLANK
    prefix = access_key.strip()[:4]
    return {"ASIA": KeyClass.TEMPORARY, "AKIA": KeyClass.LONG_TERM}.get(prefix, KeyClass.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """One set of credentials. `provider` is botocore's name of where they came from (`env`, `explicit` …)."""

    provider: str
    key: KeyClass
    key_flaws: tuple[str, ...] = ()
    secret_length: int = 0
    secret_flaws: tuple[str, ...] = ()
    token: bool = False
    token_flaws: tuple[str, ...] = ()

    @classmethod
    def describe(cls, found: "BotocoreCredentials") -> Self:
        """Reduce botocore's credentials to states. Refreshable ones may fetch themselves here."""
        frozen = found.get_frozen_credentials()
        access_key, secret, token = frozen.access_key or "", frozen.secret_key or "", frozen.token or ""
        return cls(
            provider=found.method or "unknown",
            key=key_class(access_key),
            key_flaws=flaws(access_key),
            secret_length=len(secret),
            secret_flaws=flaws(secret),
            token=bool(token),
            token_flaws=flaws(token),
        )


@dataclass(frozen=True, kw_only=True)
class Credentials(Facts):
    """What `boto3.Session().get_credentials()` finds here. `error` is the exception's class where it fails."""

    kind: ClassVar[str] = "credentials"
    preload: ClassVar[str] = "boto3"

    keys: Keys | None
    error: str = ""
    message: str = ""

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Walk the default chain. Inside a function the walk is local; elsewhere it may ask IMDS or SSO."""
        try:
            found = world.session().get_credentials()
            keys = Keys.describe(found) if found else None
        except Exception as error:  # noqa: BLE001 - any failure of the chain is the evidence
            yield cls(keys=None, error=type(error).__name__, message=str(error)[:300])
        else:
            yield cls(keys=keys)
