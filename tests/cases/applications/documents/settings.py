"""The bucket's name comes from a variable that somebody changed by hand."""

import os
from typing import Any

import boto3
from botocore.config import Config

BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})
BUCKET = os.environ.get("DOCUMENTS_BUCKET", "")


def client() -> Any:
    """The client that the whole application uses."""
    return boto3.client("s3", config=BOUNDED)
