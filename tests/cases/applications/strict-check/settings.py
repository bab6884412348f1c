"""Settings that hand keys over only where they are really there; the platform's own are, and a third part stays behind."""

import os
from typing import Any

import boto3
from botocore.config import Config

BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class Settings:
    """Filled from variables of the same names, as settings libraries do it."""

    aws_access_key_id = os.environ.get("AWS_ACCESS_KEY_ID")
    aws_secret_access_key = os.environ.get("AWS_SECRET_ACCESS_KEY")


def _is_set(value: str | None) -> bool:
    return value is not None and isinstance(value, str) and value.strip() != ""


def client() -> Any:
    """The client that the whole application uses."""
    key, secret = Settings.aws_access_key_id, Settings.aws_secret_access_key
    if _is_set(key) and _is_set(secret):
        return boto3.client("dynamodb", aws_access_key_id=key, aws_secret_access_key=secret, config=BOUNDED)
    return boto3.client("dynamodb", config=BOUNDED)
