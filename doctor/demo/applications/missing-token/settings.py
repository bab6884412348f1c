"""What the application is configured with, read from the environment once."""

import os
from typing import Any

import boto3
from botocore.config import Config

# A call that hangs ends well before the function does.
BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class Settings:
    """Key and secret, as a laptop's `.env` has them; in a function they are temporary and have a third part."""

    aws_access_key_id = os.environ.get("AWS_ACCESS_KEY_ID")
    aws_secret_access_key = os.environ.get("AWS_SECRET_ACCESS_KEY")
    orders_table = os.environ.get("ORDERS_TABLE", "orders")


def client() -> Any:
    """The client that the whole application uses."""
    return boto3.client(
        "dynamodb",
        aws_access_key_id=Settings.aws_access_key_id,
        aws_secret_access_key=Settings.aws_secret_access_key,
        config=BOUNDED,
    )
