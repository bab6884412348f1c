"""Key and secret are looked at before they are handed over, and the token is not: an empty one passes."""

import os
from typing import Any

import boto3
from botocore.config import Config

BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class Settings:
    """The token has a name of the application's own, which nobody sets in the function."""

    aws_access_key_id = os.environ.get("AWS_ACCESS_KEY_ID")
    aws_secret_access_key = os.environ.get("AWS_SECRET_ACCESS_KEY")
    aws_session_token = os.environ.get("ORDERS_SESSION_TOKEN", "")


def client() -> Any:
    """The client that the whole application uses."""
    if not (Settings.aws_access_key_id and Settings.aws_secret_access_key):
        return boto3.client("dynamodb", config=BOUNDED)
    return boto3.client(
        "dynamodb",
        aws_access_key_id=Settings.aws_access_key_id,
        aws_secret_access_key=Settings.aws_secret_access_key,
        aws_session_token=Settings.aws_session_token,
        config=BOUNDED,
    )
