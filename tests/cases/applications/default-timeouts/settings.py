"""A client as boto3 makes it where nothing is said of timeouts."""

import os
from typing import Any

import boto3

QUEUE = os.environ.get("ORDERS_QUEUE_URL", "")


def client() -> Any:
    """The client that the whole application uses."""
    return boto3.client("sqs")
