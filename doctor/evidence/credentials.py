"""The credentials that the default chain finds: where from and of which kind; never the credentials."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from doctor.evidence import Facts, Missing
from doctor.evidence.environment import flaws
from doctor.login import WayIn, way_in
from doctor.redact import cut
from doctor.world import World

if TYPE_CHECKING:
    from botocore.credentials import Credentials as BotocoreCredentials


# IAM API reference, AccessKey: 16 to 128 word characters; secrets have been forty characters of base64 ever since.
_KEY = re.compile(r"[A-Z0-9]{16,128}")
_SECRET = re.compile(r"[A-Za-z0-9/+=]{40}")
# What emulators are fed and manuals print was never issued: these words, however they are joined, and text that a
# template should have replaced.
_WORDS = """
    test testing dummy mock mocked fake local localstack foo bar key keys secret token access id aws none null undefined
    changeme change me replace example sample placeholder your my here minio minioadmin admin dynamodb user password dev
"""
_JOINED = re.compile(
    rf"(?:(?:{'|'.join(_WORDS.split())})[-_ .]?)+[0-9]{{0,4}}|<.+>|\$?\{{+.+\}}+|0123456789\d*|1234\d*"
)
# Every key in AWS's documentation ends so: AKIAIOSFODNN7EXAMPLE, wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY and kin.
# A key that was issued does so once in thirty thousand million. LocalStack issues keys that begin with LKIA and LSIA.
_DOCUMENTED = re.compile(r".{4,}example(?:key)?|l[ks]ia[a-z0-9]{16}")


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


def is_placeholder(value: str) -> bool:
    """Whether a key or secret is one that was never issued: words, a manual's, or one character over and over."""
    word = value.strip().lower()[:128]
    repeated = len(word) > 2 and len(set(word.removeprefix("akia").removeprefix("asia"))) == 1
    return repeated or bool(_JOINED.fullmatch(word) or _DOCUMENTED.fullmatch(word))


def account_of(access_key: str) -> int | None:
    """The account number inside a key id, or None where it does not tell.

    Ten bytes of base32 follow the prefix; bits 1 to 40 are the account (T. Beery, 2023; checked against two published
    pairs). AWS does not document it, and keys from before 2019 do not hold it: good for "another account", no more.
    """
    if not re.fullmatch(r"A[KS]IA[A-Z2-7]{16}", access_key) or access_key[4] in "IJ":
        return None
    number = int.from_bytes(base64.b32decode(access_key[4:])[:6], "big")
    return (number & 0x7FFFFFFFFF80) >> 7


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
    key_shaped: bool = True
    secret_shaped: bool = True
    placeholder: bool = False

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
            key_shaped=bool(_KEY.fullmatch(access_key)),
            secret_shaped=bool(_SECRET.fullmatch(secret)),
            placeholder=is_placeholder(access_key) or is_placeholder(secret),
        )


@dataclass(frozen=True, kw_only=True)
class Credentials(Facts):
    """What `boto3.Session().get_credentials()` finds here. `error` is the exception's class where it fails.

    `way_in` is how the operator of a machine gets others; None in a function, which has its role.
    """

    kind: ClassVar[str] = "credentials"
    preload: ClassVar[str] = "doctor.isolation.preload"

    keys: Keys | None
    error: str = ""
    message: str = ""
    way_in: WayIn | None = None

    @classmethod
    def collect(cls, world: World) -> Iterator[Self | Missing]:
        """Walk the default chain. Inside a function the walk is local; elsewhere it may ask IMDS or SSO."""
        way = None if world.in_function else way_in(world.environ)
        try:
            found = world.session().get_credentials()
            keys = Keys.describe(found) if found else None
        except Exception as error:  # noqa: BLE001 - any failure of the chain is the evidence
            yield cls(keys=None, error=type(error).__name__, message=cut(str(error)), way_in=way)
        else:
            yield cls(keys=keys, way_in=way)
