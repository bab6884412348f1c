"""The fix that helped: the token is handed over as well. It works, until the copy outlives the role's own keys."""

import os
from typing import Any

import boto3
from botocore.config import Config

BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class Settings:
    """Read when the module is imported, and never again."""

    aws_access_key_id = os.environ.get("AWS_ACCESS_KEY_ID")
    aws_secret_access_key = os.environ.get("AWS_SECRET_ACCESS_KEY")
    aws_session_token = os.environ.get("AWS_SESSION_TOKEN")


def client() -> Any:
    """The client that the whole application uses."""
    return boto3.client("dynamodb", config=BOUNDED, **{name: getattr(Settings, name) for name in _NAMES})


_NAMES = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
