"""What the application is configured with, read from the environment once."""

import os
from typing import Any

import boto3
from botocore.config import Config

# A call that hangs ends well before the function does.
BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class Settings:
    """No credentials: the function has a role, and boto3 finds it."""

    orders_table = os.environ.get("ORDERS_TABLE", "orders")


def client() -> Any:
    """The client that the whole application uses."""
    return boto3.client("dynamodb", config=BOUNDED)
