"""What the application is configured with, read from the environment once."""

import os
from typing import Any

import boto3
from botocore.config import Config

# A call that hangs ends well before the function does.
BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class Settings:
    """Optional keys for work on a laptop. Nobody sets them in the function, and empty is not the same as absent."""

    orders_access_key_id = os.environ.get("ORDERS_ACCESS_KEY_ID", "")
    orders_secret_access_key = os.environ.get("ORDERS_SECRET_ACCESS_KEY", "")
    orders_queue = os.environ.get("ORDERS_QUEUE", "orders")


def client() -> Any:
    """The client that the whole application uses."""
    return boto3.client(
        "sqs",
        aws_access_key_id=Settings.orders_access_key_id,
        aws_secret_access_key=Settings.orders_secret_access_key,
        config=BOUNDED,
    )
