"""The client is made once, when the module is imported."""

from typing import Any

import boto3
from botocore.config import Config

TABLES = boto3.client(
    "dynamodb",
    config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"}),
)


def client() -> Any:
    """The client that the whole application uses."""
    return TABLES
