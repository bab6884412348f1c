"""What the application is configured with, stage by stage: each is found in the wild, and one of them is right."""

import os
from typing import Any

import boto3
import keys  # type: ignore[import-not-found]  # found in the function, whose folder this is
from botocore.config import Config

# A call that hangs ends well before the function does.
BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})
ROLE = {name: os.environ.get(f"AWS_{name.upper()}") for name in ("access_key_id", "secret_access_key", "session_token")}


def of_user(pair: tuple[str, str]) -> dict[str, str | None]:
    """A user's key."""
    return dict(zip(("access_key_id", "secret_access_key"), pair, strict=True))


STAGES: dict[str, dict[str, str | None]] = {
    "sound": {},
    "copied": ROLE,
    "without-token": ROLE | {"session_token": None},
    "blank": {"access_key_id": "", "secret_access_key": "", "session_token": ""},
    "blank-secret": ROLE | {"secret_access_key": ""},
    "newline": ROLE | {"access_key_id": f"{ROLE['access_key_id']}\n"},
    "other-secret": ROLE | {"secret_access_key": keys.STORED[1]},
    "other-token": ROLE | {"session_token": (ROLE["session_token"] or "")[::-1]},
    "stored": of_user(keys.STORED),
    "stray-token": of_user(keys.STORED) | {"session_token": ROLE["session_token"]},
    "deleted": of_user(keys.DELETED),
    "foreign": of_user(keys.FOREIGN),
    "half": {"access_key_id": keys.STORED[0]},
}


def client() -> Any:
    """The client that the whole application uses."""
    service, stage = os.environ["ORDERS_SERVICE"], os.environ["ORDERS_STAGE"]
    if stage == "profile":
        return boto3.Session(profile_name="production").client(service, config=BOUNDED)
    passed = {f"aws_{name}": value for name, value in STAGES[stage].items()}
    return boto3.client(service, config=BOUNDED, **passed)  # type: ignore[call-overload]
