"""Empty keys handed to a Session and not to a client: there boto3 takes them for none, and finds the role's."""

import os
from typing import Any

import boto3
from botocore.config import Config

BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})
QUEUE = os.environ.get("ORDERS_QUEUE_URL", "")


def client() -> Any:
    """The client that the whole application uses."""
    session = boto3.Session(
        aws_access_key_id=os.environ.get("ORDERS_ACCESS_KEY_ID", ""),
        aws_secret_access_key=os.environ.get("ORDERS_SECRET_ACCESS_KEY", ""),
    )
    return session.client("sqs", config=BOUNDED)
